"""Neighbours look at their lots as one: whether they may be one, and what that gives or takes."""

import re

import pytest
import shapely
from django.test import Client

from layers.network.models import StreetSegment
from tests.builders import ORIGIN, edge, plot, reference_lot, rule
from tests.map_ui.parcelling.test_subdivision_page import text_of

pytestmark = pytest.mark.django_db
KEY, BESIDE, APART = "3-2-45-17-0-0-0", "3-2-45-18-0-0-0", "3-2-45-30-0-0-0"
ADDRESS = f"/parcels/{KEY}/consolidation/"
API = f"/api/parcels/{KEY}/consolidation/"
X, Y = ORIGIN


@pytest.fixture
def row():
    """The reference lot, a lot of the same size at its west, and one fifty metres away."""
    lot = reference_lot(KEY)
    rule("JOINING", "MERGE", {"min_shared_edge_m": 0.5})
    front = StreetSegment.objects.get(name_fa="کوچهٔ سرو").lineage
    for key, x in ((BESIDE, X - 12), (APART, X - 62)):
        corners = [(x, Y), (x + 12, Y), (x + 12, Y + 25), (x, Y + 25), (x, Y)]
        edges = [edge("passage", corners[:2], front, measured_width_m=8.0)]
        edges += [edge("neighbour", corners[place : place + 2]) for place in (1, 2, 3)]
        plot(shapely.box(x, Y, x + 12, Y + 25), key, edges=edges, district_code="3")
    return lot


def asked(*keys, language="en"):
    return Client(headers={"accept-language": language}).get(ADDRESS, {"with": list(keys)})


def table_of(page):
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', page.content.decode(), re.S)
    cells = [re.sub(r"<[^>]+>", "|", row).split("|") for row in rows]
    return {row[0].strip(): [cell.strip() for cell in row[1:] if cell.strip()][-3:] for row in cells}


def test_the_lots_that_touch_it_are_offered_and_no_other(row):
    page = asked()
    assert re.findall(r'name="with" value="([^"]+)"', page.content.decode()) == [BESIDE]
    assert "Choose lots beside it" in text_of(page)


def test_two_lots_as_one_have_their_areas_together_and_what_is_gained_is_told(row):
    page = asked(BESIDE)
    assert 'data-state="passes"' in page.content.decode()
    assert "These 2 lots may become one, under one owner." in text_of(page)
    table = table_of(page)
    assert table["Area as surveyed"] == ["600", "600", "0"]
    assert table["Widening of the street"] == ["48", "48", "0"]
    assert table["Parking that fits"] == ["10", "11", "+1"]


def test_whose_they_are_is_neither_asked_nor_told(row):
    assert "Whose they are is not asked here" in text_of(asked(BESIDE))
    checks = Client().get(API, {"with": BESIDE}).json()["checks"]
    assert {check["code"]: check["state"] for check in checks}["DIFFERENT_OWNERS"] == "unknown"


def test_lots_apart_are_not_one_and_nothing_is_evaluated_for_them(row):
    page = asked(APART)
    assert 'data-state="fails"' in page.content.decode()
    assert "Together they are not one piece of ground." in text_of(page)
    assert "there is no one lot to evaluate" in text_of(page)
    told = Client().get(API, {"with": APART}).json()
    assert (told["state"], told["together"], told["compared"]) == ("fails", None, [])


def test_the_same_page_in_persian(row):
    told = text_of(asked(BESIDE, language="fa"))
    assert "این ۲ قطعه، اگر یک مالک داشته باشند، تجمیع می‌شوند." in told
    assert "هر یک بیش از ۰٫۵ متر با بقیه مرز مشترک دارد." in told


def test_a_typed_code_of_no_lot_leaves_the_page_with_its_sentence(row):
    page = asked(BESIDE, "9-9-9-9-0-0-0")
    assert page.status_code == 400
    assert "There is no parcel with this code on that day." in text_of(page)


def test_the_api_gives_the_evaluation_of_the_one_lot_and_of_each(row):
    told = Client().get(API, {"with": BESIDE}).json()
    assert told["state"] == "conditional"
    assert told["shared_edge_m"] == pytest.approx(25.0, abs=0.01)
    assert [lot["parcel"]["key"] for lot in told["separate"]] == [KEY, BESIDE]
    together = told["together"]["findings"]
    assert together["surveyed_area_m2"]["value"] == 600.0
    compared = {entry["key"]: entry for entry in told["compared"]}
    assert compared["net_area_m2"]["together"] == together["net_area_m2"]["value"]
    assert compared["parking_capacity"]["difference"] == 1


def test_too_many_lots_and_unknown_ones_are_refused_with_code_and_sentences(row):
    many = Client().get(API, {"with": [f"1-1-1-{n}-0-0-0" for n in range(1, 10)]})
    assert (many.status_code, many.json()["code"]) == (400, "BAD_INPUT")
    nobody = Client().get(API, {"with": "9-9-9-9-0-0-0"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "NOT_FOUND")
