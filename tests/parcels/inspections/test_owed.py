"""A request that waits for a visit gets one, once."""

from datetime import date

import pytest

from parcels.inspections.models import Visit
from parcels.inspections.owed import owe_visits
from parcels.service_requests.intake import receive
from parcels.service_requests.models import ServiceRequest, State
from tests.parcels.service_requests.situations import TODAY, lot_in_a_zone, submission

pytestmark = pytest.mark.django_db


def test_the_visit_takes_its_minutes_skill_and_day_from_service_and_request():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel, "PB-11", channel="counter", wished_day=date(2026, 11, 25)), on=TODAY)
    assert owe_visits("3") == 1
    visit = Visit.objects.get(request=request)
    assert (visit.minutes, visit.skill, visit.wished_day) == (40, "building", date(2026, 11, 25))
    assert parcel.geometry.contains(visit.place)


def test_asked_again_nothing_is_entered_twice():
    receive(submission(lot_in_a_zone(), "PB-11", channel="counter"), on=TODAY)
    assert [owe_visits("3"), owe_visits("3")] == [1, 0]


def test_other_districts_and_cases_that_wait_for_nothing_are_left_alone():
    request = receive(submission(lot_in_a_zone(), "PB-11"), on=TODAY)
    assert owe_visits("4") == 0
    ServiceRequest.objects.filter(pk=request.pk).update(state=State.CANCELLED)
    assert owe_visits("3") == 0
