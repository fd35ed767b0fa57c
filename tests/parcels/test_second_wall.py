"""PostgreSQL itself hides files, visits and decisions from whom they are none of the business."""

from datetime import date

import pytest
from django.db import DatabaseError

from gis_core.access import ANONYMOUS, Grant, Scope, acting_as
from gis_core.models import Role
from parcels.inspections.models import Photo, Visit, VisitReport
from parcels.records.models import Certificate, Debt, PropertyFile, Violation
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Decision
from tests.parcels.service_requests.situations import (
    TODAY,
    lot_in_a_zone,
    owes,
    property_file,
    someone,
    submission,
)

pytestmark = pytest.mark.django_db
RECORDS = (PropertyFile, Certificate, Violation, Debt)
VISITS = (Visit, VisitReport, Photo)


def visited_case():
    """A case of district 3 whose lot has a file with a debt and a violation, and one visit with a photo."""
    lot = lot_in_a_zone()
    file = property_file(lot)
    owes(file, 5_000_000)
    Violation.objects.create(file=file, kind="extra storey", opened_on=date(2026, 1, 1))
    request = receive(submission(lot, filed_by_id=someone("citizen").pk, office_code="101"), on=TODAY)
    visit = Visit.objects.create(request=request, district_code="3", place=lot.geometry.point_on_surface)
    report = VisitReport.objects.create(
        visit=visit, outcome="confirmed", reported_at="2026-11-21T08:00:00Z", by=someone("inspector")
    )
    Photo.objects.create(report=report, file="photos/x.jpg", sha256="0" * 64)
    return request


def seen(scope: Scope, tables) -> list[int]:
    with acting_as(scope):
        return [table.objects.count() for table in tables]


def holder(role: str, districts=(), offices=()) -> Scope:
    return Scope(someone("citizen").pk, (Grant(role, frozenset(districts), frozenset(offices)),))


@pytest.mark.parametrize("role", Role.values)
def test_the_property_file_is_read_by_who_handles_a_case_on_it(role):
    visited_case()
    handles = role in ("technical_officer", "follow_up_officer", "municipal_staff")
    assert seen(holder(role), RECORDS) == ([1, 1, 1, 1] if handles else [0, 0, 0, 0])
    assert seen(holder(role, ["9"], ["999"]), RECORDS) == [0, 0, 0, 0]


def test_what_is_owed_is_hidden_from_visitors_and_from_the_one_who_merely_applied():
    request = visited_case()
    assert seen(ANONYMOUS, RECORDS) == [0, 0, 0, 0]
    assert seen(Scope(request.filed_by_id, (Grant("citizen"),)), RECORDS) == [0, 0, 0, 0]


@pytest.mark.parametrize("role", ["dispatcher", "inspector", "supervisor", "municipal_staff"])
def test_visits_are_seen_in_their_district_and_nowhere_else(role):
    visited_case()
    assert seen(holder(role, ["3"]), VISITS) == [1, 1, 1]
    assert seen(holder(role, ["9"]), VISITS) == [0, 0, 0]
    assert seen(ANONYMOUS, VISITS) == [0, 0, 0]


def test_a_decision_is_seen_with_its_request():
    request = visited_case()
    assert seen(holder("municipal_staff", ["3"]), [Decision]) == [1]
    assert seen(holder("municipal_staff", ["9"]), [Decision]) == [0]
    assert seen(ANONYMOUS, [Decision]) == [0]
    with acting_as(ANONYMOUS, tracking_code=request.tracking_code):
        assert Decision.objects.count() == 1


def test_nobody_strikes_out_a_debt_or_enters_a_visit_elsewhere():
    request = visited_case()
    place = request.parcel.geometry.point_on_surface
    with acting_as(holder("municipal_staff")):
        assert Debt.objects.update(amount_rial=0) == 0
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(holder("dispatcher", ["9"])):
        Visit.objects.create(request=request, district_code="3", place=place)
