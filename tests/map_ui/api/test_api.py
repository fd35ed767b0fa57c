"""The same steps as JSON: a parcel is found, its evaluation explains itself, troubles have codes."""

import re

import pytest
from django.test import Client

from gis_core import crs
from tests.builders import ORIGIN, corner_plot, zoned

pytestmark = pytest.mark.django_db
KEY = "3-2-45-17-0-0-0"


@pytest.fixture
def api() -> Client:
    return Client()


def lonlat_of_the_lot() -> dict[str, str]:
    lon, lat = crs.to_lonlat(ORIGIN[0] + 6, ORIGIN[1] + 12)
    return {"lon": f"{lon:.8f}", "lat": f"{lat:.8f}"}


def test_a_point_on_a_lot_means_that_lot(api):
    corner_plot()
    answer = api.get("/api/parcels/at/", lonlat_of_the_lot()).json()
    assert answer["exact"] is True
    assert [parcel["key"] for parcel in answer["parcels"]] == [KEY]


def test_a_code_typed_in_persian_digits_finds_the_parcel(api):
    corner_plot()
    answer = api.get("/api/parcels/", {"q": "۳-۲-۴۵-۱۷-۰-۰-۰"}).json()
    assert [parcel["key"] for parcel in answer["parcels"]] == [KEY]


def test_without_a_rule_the_density_is_unknown_with_its_reason_and_not_none(api):
    corner_plot()
    zoned("R121")
    document = api.get(f"/api/parcels/{KEY}/evaluation/").json()
    density = document["findings"]["far_cap_m2"]
    assert density["state"] == "unknown"
    assert density["reason"]["code"]
    assert density["value"] is None


def test_an_unknown_parcel_is_told_in_both_languages_with_a_code(api):
    answer = api.get("/api/parcels/9-9-9-9-0-0-0/evaluation/")
    assert answer.status_code == 404
    body = answer.json()
    assert body["code"] == "NOT_FOUND"
    assert body["message_fa"]
    assert body["message_en"]


def test_a_day_that_does_not_exist_is_refused_and_not_taken_for_today(api):
    corner_plot()
    answer = api.get(f"/api/parcels/{KEY}/evaluation/", {"on": "1404/13/40"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "BAD_INPUT"


def test_zones_of_a_day_before_any_plan_are_not_an_empty_list(api):
    zoned("R121")
    lon, lat = crs.to_lonlat(*ORIGIN)
    window = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    held = api.get("/api/zoning/zones/", {"bbox": window})
    assert [feature["properties"]["code"] for feature in held.json()["features"]] == ["R121"]
    before = api.get("/api/zoning/zones/", {"bbox": window, "on": "2001-01-01"})
    assert before.status_code == 404


def test_the_openapi_document_names_every_resource(api):
    from map_ui.api.urls import urlpatterns

    document = api.get("/api/schema/", {"format": "json"}).json()
    described = set(document["paths"])
    served = {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/{pattern.pattern}") for pattern in urlpatterns}
    assert served - described == {"/api/schema/", "/api/docs/"}


def test_people_can_read_the_description_without_script(api):
    page = api.get("/api/docs/").content.decode()
    assert "/api/parcels/at/" in page
    assert "<script" not in page
