"""Which office takes a case that was filed without choosing one."""

import pytest
import shapely

from layers.offices.models import Office
from parcels.service_requests.front_office import office_for
from parcels.service_requests.intake import receive
from parcels.service_requests.models import ServiceRequest
from tests.builders import LONG_AGO, ORIGIN, geos
from tests.parcels.service_requests.situations import TODAY, lot_in_a_zone, submission

pytestmark = pytest.mark.django_db


def office(code, district, services=("PB-11",)):
    return Office.objects.create(
        code=code,
        name_fa=f"دفتر {code}",
        district_code=district,
        service_codes=list(services),
        geometry=geos(shapely.Point(ORIGIN)),
        valid=(LONG_AGO, None),
    )


def test_an_office_of_the_parcels_district_takes_the_case():
    office("101", "3")
    office("102", "4")
    assert receive(submission(lot_in_a_zone(), "PB-11"), on=TODAY).office_code == "101"


def test_the_one_with_fewer_open_cases_takes_the_next():
    parcel = lot_in_a_zone()
    office("101", "3")
    office("103", "3")
    taken = [receive(submission(parcel, "PB-11"), on=TODAY).office_code for _ in range(4)]
    assert taken == ["101", "103", "101", "103"]
    ServiceRequest.objects.filter(office_code="103").update(state="closed")
    assert office_for("3", "PB-11", on=TODAY) == "103"


def test_an_office_that_does_not_offer_the_service_gets_no_case():
    office("101", "3", services=("CT-04",))
    office("102", "4")
    assert office_for("3", "PB-11", on=TODAY) == "102"
    assert office_for("3", "IQ-02", on=TODAY) == ""


def test_a_chosen_office_keeps_the_case():
    office("101", "3")
    request = receive(submission(lot_in_a_zone(), "PB-11", office_code="102"), on=TODAY)
    assert request.office_code == "102"
