"""An inspector reports: once however often it is sent, and the case moves on."""

import uuid

import pytest

from gis_core.access import scope_of
from gis_core.errors import BadInput, Forbidden
from gis_core.models import Role
from layers.network.travel import forget_networks
from parcels.inspections.dispatch import plan_district_day
from parcels.inspections.models import Visit, VisitReport
from parcels.inspections.plans import publish_plan
from parcels.inspections.reports import Finding, record_finding
from parcels.service_requests.models import ServiceRequest, State, Transition
from parcels.service_requests.workflow import Actor, move
from tests.builders import ORIGIN
from tests.parcels.inspections.situations import DAY, EVE, at, grid_town, inspector, owed_visit, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned_visit():
    """A visit sent to its inspector."""
    forget_networks()
    grid_town()
    inspector("I1")
    owed_visit(1, 300, 5)
    boss = Actor(scope_of(person("dispatcher", Role.DISPATCHER), on=DAY))
    publish_plan(plan_district_day("3", DAY, now=EVE), by=boss, at=EVE)
    yield Visit.objects.select_related("inspector__user", "request").get()
    forget_networks()


def finding(outcome="confirmed", **values):
    return Finding(**{"client_uuid": uuid.uuid4(), "outcome": outcome, "reported_at": at("09:00"), **values})


def report(visit, found):
    by = Actor(scope_of(visit.inspector.user, on=DAY))
    return record_finding(visit, found, inspector=visit.inspector, by=by)


def state_of(visit):
    return ServiceRequest.objects.get(pk=visit.request_id).state


@pytest.mark.parametrize("outcome", ["confirmed", "differs", "violation"])
def test_a_visit_that_was_made_brings_the_case_to_the_detailed_plan_desk(planned_visit, outcome):
    recorded = report(planned_visit, finding(outcome, measured_area_m2=287.5, storeys_seen=2))
    assert recorded.new
    assert recorded.moved
    assert state_of(planned_visit) == State.DETAILED_PLAN_CHECK
    assert Visit.objects.get(pk=planned_visit.pk).status == Visit.Status.DONE
    inspected = Transition.objects.get(to_state=State.INSPECTED)
    assert inspected.role == Role.INSPECTOR
    assert inspected.reasons[0]["code"] == f"VISIT_{outcome.upper()}"


def test_a_door_that_stayed_closed_asks_for_another_visit(planned_visit):
    report(planned_visit, finding("no_entry", note="کسی در را باز نکرد."))
    assert state_of(planned_visit) == State.INSPECTION_REQUESTED
    assert Visit.objects.get(pk=planned_visit.pk).status == Visit.Status.MISSED
    next_visit = Visit.objects.exclude(pk=planned_visit.pk).get()
    assert (next_visit.status, next_visit.day) == (Visit.Status.REQUESTED, None)
    assert next_visit.request_id == planned_visit.request_id


def test_a_report_sent_three_times_over_a_poor_line_is_one(planned_visit):
    found = finding()
    first = report(planned_visit, found)
    again = [report(planned_visit, found) for _ in range(2)]
    assert [one.new for one in (first, *again)] == [True, False, False]
    assert VisitReport.objects.count() == 1
    assert Transition.objects.filter(to_state=State.INSPECTED).count() == 1


def test_a_request_cancelled_meanwhile_keeps_the_report_and_stays_cancelled(planned_visit):
    move(planned_visit.request, State.CANCELLED, by=Actor(), at=EVE)
    recorded = report(planned_visit, finding())
    assert recorded.new
    assert not recorded.moved
    assert state_of(planned_visit) == State.CANCELLED


def test_another_inspector_cannot_report_this_visit(planned_visit):
    other = inspector("I2")
    with pytest.raises(Forbidden):
        record_finding(planned_visit, finding(), inspector=other, by=Actor(scope_of(other.user, on=DAY)))
    assert VisitReport.objects.count() == 0


def test_a_visit_is_not_reported_before_its_day_and_is_from_the_first_minute_of_it(planned_visit):
    with pytest.raises(BadInput, match="has not come yet") as refused:
        report(planned_visit, finding(reported_at=EVE))
    assert refused.value.details["reason"] == "VISIT_NOT_DUE"
    assert state_of(planned_visit) == State.INSPECTION_SCHEDULED
    assert report(planned_visit, finding(reported_at=at("00:00"))).moved


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "perhaps"},
        {"measured_area_m2": 0.0},
        {"measured_area_m2": float("nan")},
        {"storeys_seen": -1.0},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_moves(planned_visit, wrong):
    with pytest.raises(BadInput):
        report(planned_visit, finding(**wrong))
    assert state_of(planned_visit) == State.INSPECTION_SCHEDULED
    assert VisitReport.objects.count() == 0


def test_the_place_where_the_report_was_written_is_kept(planned_visit):
    recorded = report(planned_visit, finding(position=ORIGIN))
    kept = VisitReport.objects.get(pk=recorded.report.pk)
    assert (kept.position.x, kept.position.y) == pytest.approx(ORIGIN)
