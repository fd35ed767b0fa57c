"""A citizen divides a lot: evenly, by drawn lines or from a file; the page says of each lot what fails."""

import json
import re

import pytest
import shapely
from django.test import Client
from shapely.geometry import mapping

from gis_core import crs
from layers.models import LayerVersion
from tests.builders import ORIGIN, corner_plot, reference_lot, rule, street
from tests.gis_core.constraints.scenes import RULES

pytestmark = pytest.mark.django_db
KEY = "3-2-45-17-0-0-0"
ADDRESS = f"/parcels/{KEY}/subdivision/"
API = f"/api/parcels/{KEY}/subdivision/"
METRIC = f"EPSG:{crs.metric_srid()}"
X, Y = ORIGIN
#: The reference lot keeps 12 by 23 metres after the widening of its front.
SMALL = {"parent_min_m2": 200, "lot_min_m2": 100, "width_min_m": 5, "ratio_max": 5}
ASKED_FOR = {"applies_above_m2": 200, "public_percent": 25, "passage_percent_of_remainder": 25}


@pytest.fixture
def lot():
    parcel = reference_lot(KEY)
    dividing()
    return parcel


@pytest.fixture
def lot_of_courts():
    """The same lot where the rule names courts, and nothing else, as what forces a subdivision."""
    parcel = reference_lot(KEY)
    dividing(forced_grounds=["COURT"])
    return parcel


def dividing(**more):
    params = dict(RULES["SUBDIV"].params) | SMALL | ASKED_FOR | more
    return rule("R121-DIVIDING", "SUBDIV", params, zone_code="R121")


def asked(language="en", **told):
    return Client(headers={"accept-language": language}).get(ADDRESS, told)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def state_of(page):
    return re.search(r'data-state="(\w*)"', page.content.decode())[1]


def rows_of(page):
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page.content.decode(), re.S)
    return [re.findall(r"<td>([^<]*)</td>", row) for row in rows]


def test_nothing_told_asks_and_names_the_land_that_the_street_leaves(lot):
    page = asked()
    assert (page.status_code, state_of(page)) == (200, "")
    assert "Streets leave 276 m² of this lot" in text_of(page)
    assert re.search(r'sign-ceded"[^>]*></span>Ceded for widening and chamfer<', page.content.decode())


def test_two_halves_beside_one_another_pass_with_their_measures(lot):
    page = asked(by="even", parts="2", how="BESIDE")
    assert state_of(page) == "passes"
    assert rows_of(page) == [["138", "6", "6", "6"], ["138", "29", "6", "29"]]  # the second is at the corner
    assert "All 2 lots meet the rule." in text_of(page)
    assert "up to 69 m² for public use and up to 51.75 m² for passages; at least 155.25 m²" in text_of(page)


def test_what_fails_is_told_lot_by_lot_and_by_how_much(lot):
    page = asked(by="even", parts="3")
    assert state_of(page) == "fails"
    assert "lots 1, 2 and 3 fail" in text_of(page)
    assert "8 m² smaller than the least lot, 100 m²." in text_of(page)
    assert "1 metres narrower than the least width, 5 metres." in text_of(page)
    assert "قطعه‌های ۱، ۲ و ۳ ضابطه را ندارند" in text_of(asked("fa", by="even", parts="۳"))


def test_a_drawn_line_cuts_and_each_line_can_be_taken_away_again(lot):
    west, south = int(X), int(Y + 2)  # the cross on the plan: the whole metre south-west of the land
    cut = f"{X - west:.2f} {Y - south + 12:.2f}, {X - west + 12:.2f} {Y - south + 12:.2f}"
    page = asked(by="lines", cuts=cut)
    assert sorted(float(row[0]) for row in rows_of(page)) == [120.0, 156.0]
    away = re.search(r'<a href="(\?by=lines[^"]*)#cut-answer"', page.content.decode())[1]
    assert state_of(Client().get(ADDRESS + away.replace("&amp;", "&"))) == ""


def test_a_line_that_cannot_be_read_is_marked_and_the_row_is_named(lot):
    page = asked(by="lines", cuts="1 2 3 4\n5 north")
    assert page.status_code == 400
    assert "Line 2: write four numbers" in text_of(page)
    assert re.search(r'id="ask-cuts"[^>]*aria-invalid="true"', page.content.decode())


@pytest.mark.parametrize("parts", ["1", "many", "400", "2.5"])
def test_a_number_of_parts_that_is_none_is_told(lot, parts):
    page = asked(by="even", parts=parts)
    assert page.status_code == 400
    assert "The number of lots is a whole number from 2 to 40." in text_of(page)


def halves(reference=None):
    def there(shape):
        return shape if reference else crs.transform(shape, crs.metric_srid(), crs.LONLAT)

    boxes = [shapely.box(X + x, Y + 2, X + x + 6, Y + 25) for x in (0, 6)]
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(there(box))} for box in boxes]
    return {"type": "FeatureCollection", "features": features}


def test_a_file_in_degrees_is_judged_like_the_drawn_lines(lot):
    page = Client(headers={"accept-language": "en"}).post(ADDRESS, {"geojson": json.dumps(halves())})
    assert state_of(page) == "passes"
    assert [float(row[0]) for row in rows_of(page)] == pytest.approx([138, 138], abs=0.05)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "This GeoJSON cannot be read."),
        ('{"type": "Point", "coordinates": [51, 32]}', "Shape 1: send a closed Polygon"),
        ('{"type": "FeatureCollection", "features": []}', "Send from 1 to 200 lots."),
    ],
)
def test_a_file_that_is_none_is_told_in_a_sentence(lot, text, said):
    page = Client(headers={"accept-language": "en"}).post(ADDRESS, {"geojson": text})
    assert page.status_code == 400
    assert said in text_of(page)


def test_without_a_rule_the_page_says_that_it_cannot_say():
    corner_plot(KEY)
    page = asked(by="even", parts="2")
    assert state_of(page) == "unknown"
    assert "We cannot say whether this subdivision is permitted." in text_of(page)


def test_a_court_spares_the_lots_their_sizes_and_the_page_says_so_with_who_and_what_proves_it(lot_of_courts):
    page = asked(by="even", parts="3", forced="COURT")
    said = text_of(page)
    assert state_of(page) == "passes"
    assert "All 3 lots meet what is asked of a forced subdivision." in said
    assert "sizes were not asked, as you say that a court has ordered the division." in said
    assert "It counts only with: the final judgment" in said
    assert "Whoever the judgment names may ask, or their lawyer." in said
    assert "Not asked, Area: 8 m² smaller than the least lot, 100 m²." in said
    assert "تفکیک قهری: اندازه‌ها خواسته نشد" in text_of(asked("fa", by="even", parts="۳", forced="COURT"))


def test_a_street_that_nobody_knows_of_must_be_shown_by_papers(lot):
    said = text_of(asked(by="even", parts="3", forced="STREET"))
    assert "The streets that we know of leave the land in one piece, so the papers must show it." in said


def test_what_a_planned_street_cuts_off_is_told_and_the_street_is_known(lot):
    line = shapely.LineString([(X - 40, Y + 18), (X + 60, Y + 18)])
    street(LayerVersion.objects.get(layer__key="streets"), line, "گذر نو", planned_width_m=4.0)
    page = asked(by="even", parts="2", forced="STREET")
    said = text_of(page)
    assert re.search(r"A street of the plan cuts [\d.]+ m² more off\. That is a forced subdivision", said)
    assert "sizes were not asked" in said
    assert "so the papers must show it" not in said


def test_only_what_the_rule_names_is_offered_and_anything_else_spares_nothing(lot_of_courts):
    page = asked(by="even", parts="3", forced="INHERITANCE")
    assert state_of(page) == "fails"
    assert "The rule here asks for sizes all the same" in text_of(page)
    assert re.findall(r'type="radio" name="forced" value="(\w*)"', page.content.decode()) == ["", "COURT"]
    assert asked(by="even", parts="3", forced="WISH").status_code == 400


def test_a_drawn_line_that_is_taken_away_leaves_what_forces_the_subdivision(lot_of_courts):
    page = asked(by="lines", cuts="1 14, 14 14", forced="COURT")
    assert 'href="?forced=COURT&amp;by=lines' in page.content.decode()


def test_the_api_tells_what_is_not_asked_of_a_forced_subdivision(lot):
    told = sent({"parts": 3, "forced": "STREET"}).json()
    assert (told["state"], told["forced"]["spares_sizes"]) == ("passes", True)
    assert told["lots"][0]["fails"] == []
    assert [check["state"] for check in told["lots"][0]["checks"]].count("not_asked") == 3
    assert "صورت‌مجلس بر گذر" in told["forced"]["proof_fa"]
    assert sent({"parts": 3}).json()["forced"] is None


def sent(body, **query):
    return Client().post(API, body, content_type="application/json", query_params=query)


def test_the_api_tells_every_check_with_measure_limit_and_both_languages(lot):
    told = sent({"parts": 3, "how": "BESIDE"}).json()
    assert (told["state"], told["land_m2"], told["rule"]["code"]) == ("fails", 276.0, "R121-DIVIDING")
    assert told["shares"] == {"public_m2": 69.0, "passages_m2": 51.75, "remainder_m2": 155.25}
    first = told["lots"][0]
    assert first["fails"] == ["LOT_AREA", "LOT_WIDTH", "LENGTH_TO_WIDTH"]
    area = first["checks"][0]
    assert (area["measured"], area["limit"], area["by"], area["unit"]) == (92.0, 100.0, 8.0, "m2")
    assert area["sentence_en"] == "8 m² smaller than the least lot, 100 m²."
    assert re.search("[\u0600-\u06ff]", area["sentence_fa"])
    assert {check["code"] for check in told["checks"]} == {
        "PARENT_AREA",
        "NO_GAP",
        "NO_OVERLAP",
        "INSIDE_PARENT",
        "AREA_SUM",
    }


def test_the_api_takes_shapes_and_roads_and_says_what_lies_in_the_street(lot):
    lots = [mapping(shapely.box(X + x, Y, X + x + 5, Y + 25)) for x in (0, 7)]
    road = mapping(shapely.box(X + 5, Y + 2, X + 7, Y + 25))
    told = sent({"lots": lots, "roads": [road], "crs": METRIC}).json()
    outside = next(check for check in told["checks"] if check["code"] == "INSIDE_PARENT")
    assert outside["by"] == pytest.approx(20.0, abs=0.02)
    assert told["lots"][0]["access_m"] == pytest.approx(23.0, abs=0.01)  # on its road alone
    assert told["lots"][0]["frontage_m"] == pytest.approx(
        0, abs=1e-3
    )  # its drawn front lies in the street to come


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"parts": 2, "lots": []},
        {"parts": "two"},
        {"parts": True},
        {"parts": 2, "how": "ROUND"},
        {"lots": "here"},
        {"lots": [{"type": "Polygon", "coordinates": []}]},
        {"lots": [mapping(shapely.box(0, 0, 1, 1))], "crs": "EPSG:1"},
        {"pieces": 4},
        {"parts": 2, "forced": "WISH"},
        [],
    ],
)
def test_what_the_api_cannot_read_it_refuses_with_code_and_sentences(lot, body):
    answer = sent(json.dumps(body))
    assert answer.status_code == 400
    assert answer.json()["code"] == "BAD_INPUT"
    assert answer.json()["message_fa"]
    assert answer.json()["message_en"]
