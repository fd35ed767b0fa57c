"""The detailed-plan desk accepts a report: the property file says when the property was last seen."""

import uuid
from datetime import date, timedelta

import pytest

from gis_core.models import Role
from parcels.inspections.accepted import hand_on
from parcels.inspections.models import Visit
from parcels.inspections.reports import Finding, record_finding
from parcels.records.models import PropertyFile
from parcels.records.queries import property_record
from parcels.service_requests.models import ServiceRequest, State
from parcels.service_requests.workflow import acting_in
from tests.parcels.inspections.situations import DAY, at, grid_town, inspector, owed_visit, person

pytestmark = pytest.mark.django_db


def visited(outcome="confirmed"):
    """A request whose visit was made, or found a closed door, on the day."""
    grid_town()
    one = inspector("I1")
    visit = owed_visit(1, 300, 5)
    Visit.objects.filter(pk=visit.pk).update(status=Visit.Status.PLANNED, inspector=one, day=DAY)
    ServiceRequest.objects.filter(pk=visit.request_id).update(state=State.INSPECTION_SCHEDULED)
    found = Finding(uuid.uuid4(), outcome, at("09:00"))
    record_finding(visit, found, inspector=one, by=acting_in(Role.INSPECTOR, one.user_id))
    return ServiceRequest.objects.select_related("parcel").get(pk=visit.request_id)


def accept(request, to_state=State.MUNICIPAL_DESK):
    desk = acting_in(Role.DETAILED_PLAN_DESK, person("plan-desk", Role.DETAILED_PLAN_DESK).pk)
    return hand_on(request, to_state, by=desk, at=at("12:00"))


def last_inspected(request):
    return property_record(request.parcel, on=DAY + timedelta(days=30)).last_inspected_on


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (date(2020, 5, 1), DAY),  # an older visit is overtaken
        (None, DAY),  # never seen before
        (DAY + timedelta(days=3), DAY + timedelta(days=3)),  # seen again meanwhile: the later day stands
    ],
)
def test_an_accepted_visit_is_the_propertys_last_inspection(before, after):
    request = visited()
    PropertyFile.objects.create(parcel_lineage=request.parcel.lineage, file_no="12", last_inspected_on=before)
    accept(request)
    assert last_inspected(request) == after


def test_a_property_without_a_file_gets_one_by_its_visit():
    request = visited()
    assert property_record(request.parcel, on=DAY) is None
    accept(request)
    assert property_record(request.parcel, on=DAY).file_no == request.tracking_code
    assert last_inspected(request) == DAY


def test_a_report_that_is_not_accepted_says_nothing_about_the_property():
    request = visited()
    accept(request, State.INSPECTION_REQUESTED)
    assert not PropertyFile.objects.exists()
