"""A click, a search, a parcel's own page, a day, a language: the map's questions, also without the map."""

import re
from dataclasses import replace
from datetime import date

import pytest
import shapely
from django.test import Client
from django.urls import reverse
from django.utils import translation

from gis_core import crs
from gis_core.persian import normalise
from layers.models import District, Layer, LayerVersion
from layers.network.models import StreetSegment
from map_ui.documents.issued import live_paper
from map_ui.documents.restriction_extract import live
from parcels.models import Address, Identifier
from tests.builders import (
    LONG_AGO,
    ORIGIN,
    corner_plot,
    geos,
    plot,
    published_layer,
    reference_lot,
    street,
    zoned,
)

pytestmark = pytest.mark.django_db
X, Y = ORIGIN
KEY = "3-2-45-17-0-0-0"
TODAY = date(2026, 11, 21)


@pytest.fixture
def persian() -> Client:
    return Client(headers={"accept-language": "fa"})


@pytest.fixture
def english() -> Client:
    client = Client()
    client.get("/language/en")
    return client


@pytest.fixture
def lot():
    parcel = reference_lot(KEY)
    text = "کوچهٔ سرو، پلاک ۱۷"
    Address.objects.create(
        parcel=parcel, street_name="کوچهٔ سرو", number="17", text=text, search_key=normalise(text)
    )
    return parcel


def at(client: Client, x: float, y: float, **more):
    lon, lat = crs.to_lonlat(x, y)
    return client.get("/parcels/at", {"lon": lon, "lat": lat, **more}).json()


def test_a_click_inside_a_lot_means_that_lot(persian, lot):
    found = at(persian, X + 6, Y + 12)
    assert found["exact"]
    assert [entry["key"] for entry in found["candidates"]] == [KEY]
    assert found["candidates"][0]["label"] == "کوچهٔ سرو، پلاک ۱۷"


def test_a_click_on_a_street_asks_which_lot_the_nearest_first(persian, lot):
    plot(shapely.box(X, Y - 33, X + 12, Y - 8), "3-2-46-1-0-0-0")
    found = at(persian, X + 6, Y - 3)
    assert not found["exact"]
    assert [entry["key"] for entry in found["candidates"]] == [KEY, "3-2-46-1-0-0-0"]


def test_a_click_on_a_border_asks_which_side(persian, lot):
    plot(shapely.box(X - 12, Y, X, Y + 25), "3-2-45-18-0-0-0")
    assert not at(persian, X + 0.1, Y + 12)["exact"]
    assert at(persian, X + 1.0, Y + 12)["exact"]
    # a finger covers more than a mouse
    assert not at(persian, X + 1.0, Y + 12, border_m=1.5)["exact"]


def test_a_click_far_from_everything_finds_nothing(persian, lot):
    assert at(persian, X + 3000, Y) == {"exact": False, "candidates": []}


@pytest.mark.parametrize(
    "asked",
    [
        {"lon": "2.35", "lat": "48.85"},  # Paris
        {"lon": "32.63", "lat": "51.64"},  # swapped
        {"lon": "x", "lat": "32.6"},
        {"lon": "nan", "lat": "32.6"},
        {"lat": "32.6"},
    ],
)
def test_a_point_that_is_no_point_of_the_city_is_refused_in_one_sentence(persian, asked):
    response = persian.get("/parcels/at", asked)
    assert response.status_code == 400


def test_the_parcels_page_is_complete_without_the_map(persian, lot):
    html = persian.get(reverse("parcel", args=[KEY])).content.decode()
    for text in ("تا ۴\u00a0طبقه", "۲۷۵", "کوچهٔ سرو، پلاک ۱۷", 'class="plan"', 'class="axonometry"'):
        assert text in html
    assert '<script type="module"' in html
    assert "style=" not in html
    assert "onclick" not in html


def test_each_number_leads_to_its_shape_in_the_plan_and_each_shape_to_its_number(persian, lot):
    html = persian.get(reverse("parcel", args=[KEY])).content.decode()
    ids = set(re.findall(r' id="([^"]+)"', html))
    to_shapes = set(re.findall(r'class="shows" href="#([^"]+)"', html))
    to_numbers = set(re.findall(r'class="d-shape" data-role="[^"]+" href="#([^"]+)"', html))
    assert {"shape-parcel", "shape-ceded", "shape-chamfer", "shape-net"} <= to_shapes
    assert {
        "row-surveyed_area_m2",
        "row-widening_area_m2",
        "number-net_area_m2",
        "number-footprint_m2",
    } <= to_numbers
    assert to_shapes | to_numbers <= ids


def test_the_english_page_says_the_same(english, lot):
    html = english.get(reverse("parcel", args=[KEY])).content.decode()
    assert '<html lang="en" dir="ltr">' in html
    assert "up to 4\u00a0storeys and 660\u00a0square\u00a0metres" in html


def test_an_english_page_calls_a_street_by_its_english_name(english, lot):
    """Also in what widens, and in the reason that a width is not known."""
    StreetSegment.objects.update(name_en="Sarv Lane")
    page = english.get(reverse("parcel", args=[KEY])).content.decode()
    concerns = page[page.index("What concerns this parcel") :]
    sentence = re.search(r'listed-sentence">([^<]*metres)', concerns)[1]
    assert "Sarv Lane" in sentence
    assert not re.search("[\u0600-\u06ff]", sentence)


@pytest.mark.parametrize(
    ("families", "family"), [({}, "R"), ({"zone_families": {"R1": "M", "R12": "C", "S": "S"}}, "C")]
)
def test_a_zone_in_the_list_has_the_colour_that_it_has_on_the_map(english, lot, settings, families, family):
    settings.CITY = replace(settings.CITY, policies={**settings.CITY.policies, **families})
    page = english.get(reverse("parcel", args=[KEY])).content.decode()
    assert f'class="sig sig-zone zone-{family}"' in page


def test_an_english_page_has_the_address_in_english(english, persian, lot):
    StreetSegment.objects.filter(name_fa="کوچهٔ سرو").update(name_en="Sarv Lane")
    title = re.compile(r'where-title">([^<]+)<')
    page = english.get(reverse("parcel", args=[KEY])).content.decode()
    assert title.search(page)[1] == "17 Sarv Lane"
    assert at(english, X + 6, Y + 12)["candidates"][0]["label"] == "17 Sarv Lane"
    page = persian.get(reverse("parcel", args=[KEY])).content.decode()
    assert title.search(page)[1] == "کوچهٔ سرو، پلاک ۱۷"


@pytest.mark.parametrize(
    ("number", "corner", "said"),
    [
        ("17", "نبش کوچهٔ نارون", "17 Sarv Lane, corner of Narvan Lane"),
        ("", "نبش کوچهٔ نارون", "Sarv Lane, corner of Narvan Lane"),
        ("17", "نبش کوچهٔ بی‌نام", "17 Sarv Lane, corner of کوچهٔ بی‌نام"),
        ("17", "طبقهٔ همکف", "17 Sarv Lane"),
    ],
)
def test_an_english_address_at_a_corner_names_the_other_street_too(
    english, persian, lot, number, corner, said
):
    for fa, en in (("کوچهٔ سرو", "Sarv Lane"), ("کوچهٔ نارون", "Narvan Lane")):
        StreetSegment.objects.filter(name_fa=fa).update(name_en=en)
    text = f"کوچهٔ سرو، {corner}، پلاک ۱۷"
    Address.objects.update(number=number, text=text)
    title = re.compile(r'where-title">([^<]+)<')
    page = english.get(reverse("parcel", args=[KEY])).content.decode()
    assert re.sub("[\u2066-\u2069]", "", title.search(page)[1]) == said
    page = persian.get(reverse("parcel", args=[KEY])).content.decode()
    assert title.search(page)[1] == text


@pytest.mark.parametrize(("language", "street"), [("en", "Sarv Lane"), ("fa", "کوچهٔ سرو")])
def test_papers_and_drawings_call_a_street_as_their_language_does(lot, language, street):
    StreetSegment.objects.filter(name_fa="کوچهٔ سرو").update(name_en="Sarv Lane")
    client = Client()
    client.get(f"/language/{language}")
    with translation.override(language):
        told = live_paper(lot, "corrected_line", on=TODAY)
        lists = live(lot, on=TODAY)
    other = {"en": "کوچهٔ سرو", "fa": "Sarv Lane"}[language]
    for one in (told, lists):
        assert street in one.place.title
        assert street in one.plan
    assert other not in f"{told}{replace(lists, document=None)}"
    drawn = client.get(reverse("parcel-dxf", args=[KEY])).content.decode()
    assert ("Sarv Lane 8.00 m" in drawn) == (language == "en")


def test_the_sheet_and_the_page_give_the_same_answer(persian, lot):
    sheet = persian.get(reverse("parcel-sheet", args=[KEY])).content.decode()
    assert "تا ۴\u00a0طبقه" in sheet
    assert "<html" not in sheet


def test_a_lot_in_a_place_without_rules_is_not_said_to_be_free(persian):
    zoned()
    corner_plot(KEY)
    html = persian.get(reverse("parcel", args=[KEY])).content.decode()
    assert "هنوز نمی‌دانیم در این قطعه چه می‌توان ساخت." in html
    assert "ضابطه‌های ساخت اینجا" in html


def test_another_day_asks_what_held_then(persian, lot):
    url = reverse("parcel", args=[KEY])
    assert persian.get(url, {"on": "1404/2/1"}).status_code == 200
    assert "دوشنبه ۱ اردیبهشت ۱۴۰۴" in persian.get(url, {"on": "2025-04-21"}).content.decode()
    assert persian.get(url, {"on": "1390/1/1"}).status_code == 404
    assert persian.get(url, {"on": "30/30/30"}).status_code == 400


def test_a_parcel_that_is_not_there_is_said_so(persian):
    response = persian.get(reverse("parcel", args=["9-9-9-9-0-0-0"]))
    assert response.status_code == 404
    assert "NOT_FOUND" in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("3-2-45-17-0-0-0", "as it is written"),
        ("۳-۲-۴۵-۱۷-۰-۰-۰", "in Persian digits"),
        ("0-0-0-17-45-2-3", "as vendors' screens print it"),
        ("3-2-45-17-1-6-0", "an apartment finds its parcel"),
        ("۳/۲/۴۵/۱۷", "without the zeros of a whole lot"),
        ("17 - 45 - 2 - 3", "without the zeros, as vendors' screens print it"),
        ("كوچه سرو پلاك 17", "an address in Arabic letters"),
        ("سرو ۱۷", "a part of the address"),
    ],
)
def test_a_parcel_is_found_by_what_people_type(persian, lot, typed, why):
    districts = published_layer("districts", Layer.Kind.DISTRICTS)
    ring = shapely.MultiPolygon([shapely.box(X - 900, Y - 900, X + 900, Y + 900)])
    District.objects.create(layer_version=districts, code="3", valid=(LONG_AGO, None), geometry=geos(ring))
    html = persian.get("/search", {"q": typed}).content.decode()
    assert reverse("parcel", args=[KEY]) in html, why


def test_what_a_parcel_was_found_by_is_never_printed_beside_another_number(persian, lot):
    Identifier.objects.create(
        parcel=lot, kind="postal_code", value="8183765431", search_key=normalise("8183765431")
    )
    html = persian.get("/search", {"q": "8183765431"}).content.decode()
    row = re.sub(r"<[^>]+>|\s+", " ", html[html.index("results-list") :])
    assert re.search(r"کد پستی +۸۱۸۳۷۶۵۴۳۱ +· +کد نوسازی +۳-۲-۴۵-۱۷", row), row[:600]


def test_a_code_with_two_readings_shows_both_parcels_and_asks(persian):
    districts = published_layer("districts", Layer.Kind.DISTRICTS)
    ring = shapely.MultiPolygon([shapely.box(X - 900, Y - 900, X + 900, Y + 900)])
    for code in ("2", "3"):
        District.objects.create(
            layer_version=districts, code=code, valid=(LONG_AGO, None), geometry=geos(ring)
        )
    plot(shapely.box(X, Y, X + 12, Y + 25), "2-0-1-17-0-0-0")
    plot(shapely.box(X + 50, Y, X + 62, Y + 25), "3-2-45-17-0-0-0")
    html = persian.get("/search", {"q": "2-0-1-17-45-2-3"}).content.decode()
    assert reverse("parcel", args=["2-0-1-17-0-0-0"]) in html
    assert reverse("parcel", args=["3-2-45-17-0-0-0"]) in html
    assert "دو گونه خوانده می‌شود" in html


def test_a_house_number_is_not_a_part_of_a_longer_one(persian, lot):
    other = plot(shapely.box(X + 50, Y, X + 62, Y + 25), "3-2-45-170-0-0-0")
    text = "کوچهٔ سرو، پلاک ۱۷۰"
    Address.objects.create(
        parcel=other, street_name="کوچهٔ سرو", number="170", text=text, search_key=normalise(text)
    )
    html = persian.get("/search", {"q": "سرو ۱۷"}).content.decode()
    assert reverse("parcel", args=[other.key]) not in html


@pytest.mark.parametrize(
    "typed", ["17 Sarv Lane", "sarv ۱۷", "17, sarv", "Lane", "17 Sarv Lane, corner of Narvan Lane"]
)
def test_an_address_is_found_by_the_english_name_of_its_street(english, lot, typed):
    StreetSegment.objects.filter(name_fa="کوچهٔ سرو").update(name_en="Sarv Lane")
    html = english.get("/search", {"q": typed}).content.decode()
    assert reverse("parcel", args=[KEY]) in html
    assert "17 Sarv Lane" in html


@pytest.mark.parametrize("typed", ["170 Sarv Lane", "17 Narvan Lane", "18 sarv"])
def test_another_number_or_street_in_english_finds_nothing(english, lot, typed):
    StreetSegment.objects.filter(name_fa="کوچهٔ سرو").update(name_en="Sarv Lane")
    assert reverse("parcel", args=[KEY]) not in english.get("/search", {"q": typed}).content.decode()


def test_nothing_found_says_what_to_do(persian, lot):
    html = persian.get("/search", {"q": "خیابان ناکجاآباد ۹۹۹"}).content.decode()
    assert "قطعه‌ای نیافتیم" in html


def test_an_empty_search_says_what_can_be_typed(persian):
    assert "کد نوسازی" in persian.get("/search").content.decode()


def test_the_other_language_keeps_the_page_and_never_leaves_the_site(persian):
    assert persian.get("/language/en", {"next": "/search?q=1"}).headers["Location"] == "/search?q=1"
    assert persian.get("/language/en", {"next": "https://elsewhere.example/"}).headers["Location"] == "/"


def test_a_link_to_the_map_with_a_parcel_brings_its_sheet(persian, lot):
    html = persian.get("/", {"parcel": KEY}).content.decode()
    assert 'id="sheet"' in html
    assert persian.get("/", {"parcel": "1-1-1-1-0-0-0"}).status_code == 200


def test_the_map_page_runs_under_a_strict_policy(persian, lot):
    policy = persian.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy


@pytest.mark.parametrize("path", ["/search", "/api/services/", "/nowhere"])
def test_every_other_answer_runs_under_the_policy_of_the_settings(persian, path):
    policy = persian.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "trusted-types" not in policy


def test_where_no_permit_is_given_nothing_to_build_is_offered():
    lot = reference_lot()
    x, y = ORIGIN
    line = shapely.LineString([(x - 40, y - 4), (x + 60, y - 4)])
    street(
        LayerVersion.objects.get(layer__key="streets"),
        line,
        "بزرگراه",
        existing_width_m=8,
        planned_width_m=90,
    )
    page = Client(headers={"accept-language": "en"}).get(f"/parcels/{lot.key}/").content.decode()
    assert "no building permit is given for it" in page
    assert "not worked out" in page
    for offered in ("subdivision/", "consolidation/", "proposal/", "Request a planning brief"):
        assert offered not in page
