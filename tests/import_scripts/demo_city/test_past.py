"""The past year of the invented city: carried by the real workflow, mostly answered at once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from gis_core.access import scope_of
from gis_core.identifiers import national_code
from gis_core.models import User
from gis_core.personal_data import blind_index
from gis_core.working_days import add_working_days
from import_scripts.demo_city.applications import BUSY_DISTRICT
from import_scripts.demo_city.city import generate
from import_scripts.demo_city.loading import load
from import_scripts.demo_city.past import Past, live_through
from parcels.inspections.dispatch import plan_district_day
from parcels.inspections.models import DayPlan
from parcels.inspections.questions import owed_visits
from parcels.models import Parcel
from parcels.records.models import PropertyFile
from parcels.records.queries import property_record
from parcels.service_requests import authority
from parcels.service_requests.applicants import opened
from parcels.service_requests.decisions import Needs, instant_verdict
from parcels.service_requests.models import Decision, ServiceRequest, Transition
from parcels.service_requests.queries import states_to_work_on, visible_to
from parcels.service_requests.workflow import DUTIES

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SMALL_YEAR = 8


@pytest.fixture(scope="module")
def loaded(as_owner, django_db_setup, django_db_blocker) -> Iterator[None]:
    """The invented city without a past, gone after this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(generate(900, seed=1), on=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def year(loaded: None) -> Past:
    """A year of cases in it."""
    return live_through(90, on=TODAY, seed=1)


def test_the_same_seed_lives_through_the_same_year_by_one_process_and_by_several(loaded):
    first, again, other = told_of_a_year(5), told_of_a_year(5, processes=2), told_of_a_year(6)
    assert len(first) > SMALL_YEAR
    assert first == again
    assert first != other


def test_more_than_half_of_the_usual_requests_were_answered_at_once_by_record_and_overlays(year):
    usual = [row for row in first_decisions() if row.request.service.decision != "visit"]
    clear = [row for row in usual if nothing_stands_against(row)]
    assert len(usual) == year.usual
    assert {row.pk for row in clear} == {row.pk for row in usual if row.instant}
    assert year.instant == len(clear) > len(usual) / 2


def test_the_small_city_of_the_journeys_answers_most_usual_requests_at_once_too(demo_city):
    with psycopg.connect(demo_city.environment["DATABASE_OWNER_URL"]) as connection:
        [(usual, at_once)] = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM service_requests_decision d"
            "  WHERE d.request_id = r.id AND d.outcome = 'answered' AND d.decided_by_id IS NULL"
            "  AND d.decided_at = r.submitted_at AND d.reasons = '[]'))"
            " FROM service_requests_servicerequest r JOIN service_requests_service s ON s.id = r.service_id"
            " WHERE s.decision <> 'visit' AND r.submitted_at < current_date"
        ).fetchall()
    assert usual > 60
    assert at_once > usual / 2


def test_nobody_stood_between_a_request_and_its_answer_at_once(year):
    of_instants = Transition.objects.filter(to_state__in=("submitted", "instant_check", "answered_instant"))
    assert of_instants.exists()
    assert not of_instants.exclude(by=None).exists()


def test_cases_that_were_not_answered_at_once_were_visited_decided_and_closed(year):
    closed = ServiceRequest.objects.filter(state="closed")
    assert closed.count() >= 10
    for request in closed:
        assert request.decisions.filter(outcome__in=("answered", "refused"), instant=False).exists()
        first = request.decisions.order_by("decided_at", "id").first()
        only_authority = {reason["code"] for reason in first.reasons} == {"AUTHORITY_NOT_VERIFIED"}
        visited = request.transitions.filter(to_state="inspected").exists()
        assert visited or only_authority or not request.service.visit


def test_who_asks_is_mostly_an_owner_and_others_were_let_pass_by_an_officer_who_saw_papers(year):
    asked = ServiceRequest.objects.filter(service__needed_records__owner=True, channel="online")
    strangers = [request for request in asked if authority.in_doubt(request)]
    accepted = Transition.objects.filter(reasons__contains=[{"code": "AUTHORITY_VERIFIED"}])
    assert accepted.exists()
    assert not accepted.exclude(role="technical_officer").exists()
    assert {request.state for request in strangers} <= {"doc_check", "returned", "cancelled"}


def test_the_demo_citizen_owns_the_reference_lot_and_a_handful_more(loaded):
    citizen = settings.CITY.policies["demo_citizen"]
    index = blind_index(citizen["national_code"])
    lots = Parcel.objects.filter(
        lineage__in=PropertyFile.objects.filter(owner_indexes=[index]).values("parcel_lineage")
    )
    keys = set(lots.values_list("key", flat=True))
    assert citizen["parcel"] in keys
    assert len(keys) == 6
    assert national_code(citizen["national_code"]).is_readable


def test_visit_papers_and_answer_of_a_case_were_the_work_of_three_people(year):
    who = defaultdict(list)
    for step in Transition.objects.exclude(by=None):
        for duty, steps in DUTIES.items():
            if (step.from_state, step.to_state) in steps:
                who[step.request_id].append((duty, step.by_id))
    assert any(len({duty for duty, _ in done}) == 3 for done in who.values())
    for done in who.values():
        people = {duty: {person for one, person in done if one == duty} for duty, _ in done}
        assert len(set().union(*people.values())) == sum(map(len, people.values()))


def test_the_steps_of_every_case_follow_each_other_and_none_lies_ahead(year):
    times = defaultdict(list)
    for request, at in Transition.objects.order_by("id").values_list("request_id", "at"):
        times[request].append(at)
    assert all(steps == sorted(steps) for steps in times.values())
    assert max(steps[-1] for steps in times.values()) < NOON


@pytest.mark.parametrize(
    "role",
    [
        "technical-officer",
        "detailed-plan-desk",
        "municipal-staff",
        "follow-up-officer",
        "agency",
        "dispatcher",
    ],
)
def test_no_desk_is_empty_on_the_first_morning(year, role):
    scope = scope_of(User.objects.get(username=f"{role}-1"), on=TODAY)
    assert visible_to(scope).filter(state__in=states_to_work_on(scope)).exists()


def test_the_busy_district_has_a_whole_day_of_visits_for_its_inspectors(year):
    tomorrow = add_working_days(TODAY, 1, settings.CITY)
    plan = plan_district_day(BUSY_DISTRICT, tomorrow, now=NOON)
    owed = owed_visits(BUSY_DISTRICT, tomorrow, today=TODAY)
    assert owed.count() >= 30
    assert owed.exclude(window_starts=None).exists()
    assert all(visit.skill for visit in owed)
    stops = [len(route["stops"]) for route in plan.routes]
    assert sum(count > 0 for count in stops) >= 4
    assert sum(stops) >= 24
    assert sum(stops) + len(plan.unplanned) == owed.count()


def test_inspectors_of_the_busy_district_are_on_their_way_today(year):
    plan = DayPlan.objects.get(district_code=BUSY_DISTRICT, day=TODAY, status="sent")
    assert sum(len(route["stops"]) for route in plan.routes) >= 4


def told_of_a_year(seed: int, processes: int = 1) -> list[tuple]:
    """What a year with this seed leaves in the tables; the year is taken back."""
    with transaction.atomic():
        live_through(SMALL_YEAR, on=TODAY, seed=seed, busy_visits=4, processes=processes)
        steps = Transition.objects.order_by("id").values_list(
            "request__tracking_code", "request__parcel__key", "to_state", "at", "by__username"
        )
        codes = Decision.objects.order_by("id").values_list(
            "code", "outcome", "evaluation__code", "evaluation__sha256"
        )
        told = [*steps, *codes]
        transaction.set_rollback(True)
    return told


def first_decisions() -> list[Decision]:
    """What was said of each request when it came in."""
    rows = Decision.objects.select_related(
        "request__service", "request__parcel", "request__applicant", "evaluation"
    )
    return list(rows.order_by("request", "decided_at", "id").distinct("request"))


def nothing_stands_against(row: Decision) -> bool:
    """Whether evaluation, overlays and the property's file of that day, asked again, leave no reason."""
    request, on = row.request, row.evaluation.on
    record = property_record(request.parcel, on=on)
    needs = Needs.of(request.service)
    may_act = request.channel == "counter" or (
        request.applicant is not None and authority.owns(opened(request.applicant), request.parcel)
    )
    return instant_verdict(needs, row.evaluation.document, record, on=on, authority=may_act).instant
