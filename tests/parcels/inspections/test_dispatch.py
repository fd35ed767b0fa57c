"""A dispatcher plans a district's day on the streets, sends it, and plans again at noon."""

import uuid
from datetime import date, timedelta

import pytest

from gis_core.access import scope_of
from gis_core.errors import BadInput, Conflict, NotFound
from gis_core.models import Role
from layers.network.travel import forget_networks, network
from parcels.inspections.clock import second_of_day, zone
from parcels.inspections.deciding import decide
from parcels.inspections.dispatch import plan_district_day
from parcels.inspections.models import DayPlan, Visit
from parcels.inspections.plans import newest_plan, publish_plan
from parcels.inspections.promises import promised_window
from parcels.inspections.questions import owed_visits, read_day
from parcels.inspections.reports import Finding, record_finding
from parcels.service_requests.models import State, Transition
from parcels.service_requests.workflow import Actor
from tests.parcels.inspections.situations import (
    DAY,
    EVE,
    at,
    busy_district,
    grid_town,
    inspector,
    owed_visit,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_network_in_memory():
    forget_networks()
    yield
    forget_networks()


def dispatcher():
    return Actor(scope_of(person("dispatcher", Role.DISPATCHER), on=DAY))


def stops(plan):
    return [stop for route in plan.routes for stop in route["stops"]]


def reasons(plan):
    return {left["visit"]: left["code"] for left in plan.unplanned}


def test_thirty_visits_of_four_inspectors_are_each_planned_once_or_have_a_reason():
    people, owed = busy_district()
    plan = plan_district_day("3", DAY, now=EVE)
    named = [stop["visit"] for stop in stops(plan)] + list(reasons(plan))
    assert sorted(named) == [visit.pk for visit in owed]
    assert len(stops(plan)) >= 20
    assert [route["inspector"] for route in plan.routes] == [one.pk for one in people]
    assert sum(bool(route["stops"]) for route in plan.routes) == 4


def test_every_promise_in_the_plan_is_kept():
    _, owed = busy_district()
    by_id = {visit.pk: visit for visit in owed}
    for route in plan_district_day("3", DAY, now=EVE).routes:
        free_s = route["shift"][0]
        assert route["end_s"] <= route["shift"][1]
        for stop in route["stops"]:
            visit = by_id[stop["visit"]]
            assert stop["arrive_s"] >= free_s
            if visit.window_starts:
                promised = second_of_day(visit.window_starts), second_of_day(visit.window_ends)
                assert promised[0] <= stop["start_s"] <= promised[1]
            assert stop["leave_s"] - stop["start_s"] == visit.minutes * 60
            free_s = stop["leave_s"]


def test_the_drawn_legs_run_from_stop_to_stop_on_the_streets():
    busy_district()
    for route in plan_district_day("3", DAY, now=EVE).routes:
        assert len(route["legs"]) == len(route["stops"]) + 1
        for before, after in zip(route["legs"], route["legs"][1:], strict=False):
            assert before[-1] == after[0]


def test_the_same_evening_gives_the_same_plan():
    busy_district()
    question = read_day("3", DAY, now=EVE)
    assert decide(question, network(on=DAY)) == decide(question, network(on=DAY))


def test_an_island_is_unreachable_a_skill_of_an_absent_person_is_named():
    grid_town()
    inspector("I1")
    inspector("I2", skills=("land", "structure"), on_duty=False)
    island = owed_visit(1, 9100, 5)
    structural = owed_visit(2, 300, 5, skill="structure")
    plan = plan_district_day("3", DAY, now=EVE)
    assert reasons(plan) == {island.pk: "UNREACHABLE", structural.pk: "NO_SKILL"}
    missing = next(left for left in plan.unplanned if left["visit"] == structural.pk)
    assert missing["args"] == {"skills": ["structure"], "absent": ["inspector-I2"]}


def test_a_visit_wished_for_a_later_day_and_one_of_another_district_are_left_alone():
    grid_town()
    inspector("I1")
    today = owed_visit(1, 300, 5)
    owed_visit(2, 400, 5, wished_day=date(2026, 11, 25))
    elsewhere = owed_visit(3, 500, 5)
    Visit.objects.filter(pk=elsewhere.pk).update(district_code="4")
    plan = plan_district_day("3", DAY, now=EVE)
    assert [stop["visit"] for stop in stops(plan)] == [today.pk]
    assert plan.unplanned == []


def test_an_inspector_promised_to_another_district_that_day_is_not_planned_twice():
    grid_town()
    shared = inspector("I1")
    booked = owed_visit(1, 300, 5)
    Visit.objects.filter(pk=booked.pk).update(
        district_code="4", status=Visit.Status.PLANNED, day=DAY, inspector=shared
    )
    waiting = owed_visit(2, 400, 5)
    assert reasons(plan_district_day("3", DAY, now=EVE)) == {waiting.pk: "NO_SHIFT"}


def test_a_draft_promises_nothing_until_it_is_sent():
    busy_district(visits=6)
    plan = plan_district_day("3", DAY, now=EVE)
    assert plan.status == DayPlan.Status.DRAFT
    assert not Visit.objects.filter(status=Visit.Status.PLANNED).exists()
    publish_plan(plan, by=dispatcher(), at=EVE)
    planned = Visit.objects.filter(status=Visit.Status.PLANNED)
    assert planned.count() == len(stops(plan))
    for visit in planned.select_related("request"):
        assert visit.request.state == State.INSPECTION_SCHEDULED
        assert visit.day == DAY
        assert visit.arrives_at is not None
    assert Transition.objects.filter(to_state=State.INSPECTION_SCHEDULED).first().role == Role.DISPATCHER


def test_each_inspector_has_the_stops_in_order():
    busy_district(visits=12)
    plan = publish_plan(plan_district_day("3", DAY, now=EVE), by=dispatcher(), at=EVE)
    for route in plan.routes:
        mine = Visit.objects.filter(plan=plan, inspector=route["inspector"]).order_by("position")
        assert [visit.pk for visit in mine] == [stop["visit"] for stop in route["stops"]]
        assert [visit.position for visit in mine] == list(range(1, len(mine) + 1))
        arrivals = [visit.arrives_at for visit in mine]
        assert arrivals == sorted(arrivals)


def test_a_plan_is_sent_once_and_a_newer_one_replaces_it():
    busy_district(visits=6)
    boss = dispatcher()
    first = publish_plan(plan_district_day("3", DAY, now=EVE), by=boss, at=EVE)
    with pytest.raises(Conflict):
        publish_plan(first, by=boss, at=EVE)
    second = plan_district_day("3", DAY, now=EVE)
    assert newest_plan("3", DAY) == second
    publish_plan(second, by=boss, at=EVE)
    assert DayPlan.objects.get(pk=first.pk).status == DayPlan.Status.REPLACED
    assert newest_plan("3", DAY) == second


def test_a_plan_in_which_a_visit_was_cancelled_meanwhile_is_not_sent():
    busy_district(visits=6)
    plan = plan_district_day("3", DAY, now=EVE)
    Visit.objects.filter(pk=stops(plan)[0]["visit"]).update(status=Visit.Status.CANCELLED)
    with pytest.raises(Conflict, match="made or cancelled"):
        publish_plan(plan, by=dispatcher(), at=EVE)
    assert not Visit.objects.filter(status=Visit.Status.PLANNED).exists()


def make(visit, clock, outcome="confirmed"):
    """The visit's inspector reports it at a moment of the day."""
    visit.refresh_from_db()
    by = Actor(scope_of(visit.inspector.user, on=DAY))
    finding = Finding(client_uuid=uuid.uuid4(), outcome=outcome, reported_at=at(clock))
    return record_finding(visit, finding, inspector=visit.inspector, by=by)


def test_planning_again_at_ten_keeps_what_is_done_and_goes_on_from_there():
    busy_district(visits=16)
    boss = dispatcher()
    plan = publish_plan(plan_district_day("3", DAY, now=EVE), by=boss, at=EVE)
    route = max(plan.routes, key=lambda one: len(one["stops"]))
    first = Visit.objects.get(pk=route["stops"][0]["visit"])
    make(first, "09:55")
    again = publish_plan(plan_district_day("3", DAY, now=at("10:00")), by=boss, at=at("10:00"))
    mine = next(one for one in again.routes if one["inspector"] == route["inspector"])
    assert (mine["stops"][0]["visit"], mine["stops"][0]["done"]) == (first.pk, True)
    assert mine["stops"][0]["leave_s"] == second_of_day(at("09:55").astimezone(zone()).time())
    first.refresh_from_db()
    assert (first.status, first.position) == (Visit.Status.DONE, 1)
    for one in again.routes:
        for stop in one["stops"]:
            assert stop["done"] or stop["start_s"] >= second_of_day(at("10:00").time())


def test_a_promise_that_cannot_be_kept_any_more_goes_back_among_the_unplanned():
    grid_town()
    inspector("I1")
    early = owed_visit(1, 300, 5, window=("08:00", "09:00"))
    boss = dispatcher()
    publish_plan(plan_district_day("3", DAY, now=EVE), by=boss, at=EVE)
    late = plan_district_day("3", DAY, now=at("10:00"))
    assert reasons(late) == {early.pk: "OUTSIDE_SHIFTS"}
    publish_plan(late, by=boss, at=at("10:00"))
    early.refresh_from_db()
    assert (early.status, early.inspector, early.plan) == (Visit.Status.REQUESTED, None, None)
    assert early.request.state == State.INSPECTION_REQUESTED


def test_yesterday_is_not_planned_any_more():
    grid_town()
    with pytest.raises(BadInput):
        plan_district_day("3", date(2026, 11, 20), now=EVE)


def test_a_district_the_city_does_not_have_is_named_and_gets_no_empty_plan():
    grid_town()
    with pytest.raises(NotFound, match="no district with the code 99") as refused:
        plan_district_day("99", DAY, now=EVE)
    assert refused.value.details["reason"] == "NO_SUCH_DISTRICT"
    assert not DayPlan.objects.exists()


def test_sending_turns_a_wished_day_into_hours_and_the_next_plan_keeps_them():
    busy_district(visits=12)
    boss = dispatcher()
    publish_plan(plan_district_day("3", DAY, now=EVE), by=boss, at=EVE)
    promised = {visit.pk: promised_window(visit) for visit in Visit.objects.filter(status="planned")}
    for visit in Visit.objects.filter(status="planned"):
        first, last = promised[visit.pk]
        assert visit.wished_day == visit.day == DAY
        assert first <= second_of_day(visit.arrives_at.astimezone(zone()).time()) <= last
    again = plan_district_day("3", DAY, now=EVE)
    assert set(promised) == {stop["visit"] for stop in stops(again)}
    for stop in stops(again):
        assert promised[stop["visit"]][0] <= stop["start_s"] <= promised[stop["visit"]][1]


def test_a_promise_under_way_that_came_from_a_plan_does_not_leave_the_visit_out():
    grid_town()
    inspector("I1")
    owed_visit(1, 300, 5)
    publish_plan(plan_district_day("3", DAY, now=EVE), by=dispatcher(), at=EVE)
    late = plan_district_day("3", DAY, now=at("11:30"))
    assert [stop["start_s"] >= second_of_day(at("11:30").time()) for stop in stops(late)] == [True]
    assert late.unplanned == []


def test_a_visit_nobody_reported_yesterday_is_owed_again_today_but_not_while_its_day_lasts():
    grid_town()
    inspector("I1")
    visit = owed_visit(1, 300, 5)
    publish_plan(plan_district_day("3", DAY, now=EVE), by=dispatcher(), at=EVE)
    monday = DAY + timedelta(days=1)
    assert not owed_visits("3", monday, today=DAY).exists()
    assert [one.pk for one in owed_visits("3", monday, today=monday)] == [visit.pk]


def test_a_visit_left_out_of_a_sent_plan_is_owed_on_the_next_day():
    grid_town()
    inspector("I1")
    early = owed_visit(1, 300, 5, window=("08:00", "09:00"))
    boss = dispatcher()
    publish_plan(plan_district_day("3", DAY, now=EVE), by=boss, at=EVE)
    publish_plan(plan_district_day("3", DAY, now=at("10:00")), by=boss, at=at("10:00"))
    assert [one.pk for one in owed_visits("3", DAY + timedelta(days=1), today=DAY)] == [early.pk]
