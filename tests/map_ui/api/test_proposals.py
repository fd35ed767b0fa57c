"""A proposed building is sent to a parcel and judged: codes for programs, sentences in both languages."""

import re

import pytest
import shapely
from django.test import Client
from shapely.geometry import mapping, shape

from gis_core import crs
from layers.zoning.models import Rule
from tests.builders import ORIGIN, corner_plot, reference_lot, rule, zoned

pytestmark = pytest.mark.django_db
KEY = "3-2-45-17-0-0-0"
X, Y = ORIGIN
ADDRESS = f"/api/parcels/{KEY}/proposal/"
METRIC = f"EPSG:{crs.metric_srid()}"
PERSIAN = re.compile("[\u0600-\u06ff]")
ENOUGH = {"storeys": 4, "footprint_m2": 165, "units": 8, "unit_m2": 82.5, "bays": 8}


@pytest.fixture
def lot():
    return reference_lot(KEY)


def sent(body, **query):
    return Client().post(ADDRESS, body, content_type="application/json", query_params=query)


def points(body) -> dict:
    return {point["key"]: point for point in sent(body).json()["judgements"]}


def test_the_building_of_the_rule_book_passes_point_by_point(lot):
    told = sent(ENOUGH).json()
    assert told["state"] == "passes"
    assert {point["key"]: point["limit"] for point in told["judgements"]} == {
        "storeys": 4.0,
        "footprint_m2": 165.0,
        "floor_area_m2": 720.0,
        "light_m": None,
        "bays": 8,
    }
    assert told["would_pass"] is None


def test_what_fails_says_by_how_much_and_what_would_pass(lot):
    told = sent(ENOUGH | {"storeys": 6, "bays": 5}).json()
    found = {point["key"]: point for point in told["judgements"]}
    assert told["state"] == "fails"
    assert (found["storeys"]["excess"], found["storeys"]["remedy"]["code"]) == (2.0, "REDUCE_STOREYS_TO")
    assert (found["bays"]["excess"], found["bays"]["remedy"]["args"]) == (3.0, {"bays": 3})
    assert told["would_pass"] == {
        "state": "passes",
        "storeys": 4.0,
        "footprint_m2": 165.0,
        "bays": 8,
        "uses": [],
    }


def test_every_point_speaks_both_languages(lot):
    for point in sent(ENOUGH | {"storeys": 6, "bays": 5, "uses": ["cinema"]}).json()["judgements"]:
        assert PERSIAN.search(point["sentence_fa"]), point
        assert point["sentence_en"], point
        assert not PERSIAN.search(point["sentence_en"]), point


def test_a_footprint_is_drawn_in_degrees_or_in_the_metres_of_the_city(lot):
    inside = shapely.box(X + 2, Y + 12, X + 10, Y + 20)
    over = shapely.box(X - 1, Y + 12, X + 10, Y + 20)
    degrees = crs.transform(over, crs.metric_srid(), crs.LONLAT)
    assert points({"footprint": mapping(inside), "crs": METRIC})["footprint_outside_m2"]["state"] == "passes"
    found = points({"footprint": mapping(degrees)})["footprint_outside_m2"]
    assert found["state"] == "fails"
    assert found["excess"] == pytest.approx(8.0, abs=0.01)


def test_a_width_and_depth_are_laid_into_the_envelope_and_the_place_is_told(lot):
    told = sent({"width_m": 12, "depth_m": 13, "storeys": 2}).json()
    laid = shape(told["footprint"])
    assert laid.area == pytest.approx(156, abs=0.01)
    assert laid.bounds[3] == pytest.approx(Y + 25, abs=1.1)
    assert points({"width_m": 13, "depth_m": 5})["footprint_outside_m2"]["state"] == "fails"


def test_nothing_told_is_unknown_and_not_permitted(lot):
    assert sent({}).json()["state"] == "unknown"


def test_without_rules_every_point_is_unknown_with_its_reason():
    corner_plot(KEY)
    zoned()
    told = sent(ENOUGH).json()
    assert told["state"] == "unknown"
    assert {point["state"] for point in told["judgements"]} == {"unknown"}
    assert all(point["reason"]["code"] for point in told["judgements"])


LINE = {"type": "LineString", "coordinates": [[51.6, 32.6], [51.7, 32.6]]}
OPEN = {"type": "Polygon", "coordinates": [[[51.6, 32.6], [51.7, 32.6], [51.7, 32.7], [51.6, 32.7]]]}
CROSSING = {
    "type": "Polygon",
    "coordinates": [[[51.6, 32.6], [51.7, 32.7], [51.7, 32.6], [51.6, 32.7], [51.6, 32.6]]],
}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"storey": 4}, "storey"),
        ({"storeys": "four"}, "storeys"),
        ({"storeys": -1}, "storeys"),
        ({"storeys": True}, "storeys"),
        ({"bays": 2.5}, "bays"),
        ({"width_m": 10}, "depth"),
        ({"width_m": 10, "depth_m": 10, "footprint_m2": 50}, "area"),
        ({"footprint": OPEN, "footprint_m2": 50}, "footprint"),
        ({"footprint": LINE}, "footprint"),
        ({"footprint": OPEN}, "footprint"),
        ({"footprint": CROSSING}, "footprint"),
        ({"footprint": CROSSING, "crs": "EPSG:2056"}, "crs"),
        ({"uses": "housing"}, "uses"),
        ({"units_m2": [80] * 501}, "units_m2"),
        ({"parts": [{"kind": "ROOM"}]}, "part_area"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence_that_names_the_field(lot, body, name):
    answer = sent(body)
    told = answer.json()
    assert answer.status_code == 400
    assert (told["code"], told["details"]["name"]) == ("BAD_INPUT", name)
    assert PERSIAN.search(told["message_fa"])
    assert not PERSIAN.search(told["message_en"])


def test_a_proposal_is_judged_by_what_held_on_the_day(lot):
    assert sent(ENOUGH, on="1999-01-01").status_code == 404


def test_areas_of_uses_are_sent_by_name_and_judged_with_the_bays_that_they_need(lot):
    found = Rule.objects.get(kind="PARK")
    rule("PARK-USES", "PARK", {**found.params, "uses": {"shop": {"m2_per_bay": 25}}}, rank=found.rank - 1)
    told = points(ENOUGH | {"use_areas_m2": {"shop": 50}})
    assert (told["bays"]["state"], told["bays"]["limit"]) == ("fails", 10)
    assert told["use"]["proposed"] == "shop"
    assert points(ENOUGH | {"use_areas_m2": {"shop": 50}, "bays": 10})["bays"]["state"] == "passes"
    unsaid = points(ENOUGH | {"use_areas_m2": {"cinema": 50}})["bays"]
    assert (unsaid["state"], unsaid["reason"]["code"]) == ("unknown", "NO_BAYS_OF_USE")
    for wrong in ({"shop": "fifty"}, {"shop": -1}, [50], {"": 50}):
        assert sent(ENOUGH | {"use_areas_m2": wrong}).status_code == 400, wrong
