"""Height, projection and the parts of a building: asked in the form, judged as the API does."""

import json
import re

import pytest
from django.test import Client

from map_ui.proposals.building import from_form
from tests.builders import corner_plot, reference_lot, rule, zoned
from tests.map_ui.proposals.asking import KEY, asked, html_of, state_of, text_of

pytestmark = pytest.mark.django_db
KINDS = {
    "ROOM": {"share": "1"},
    "BALCONY_3_SIDES": {"share": "2/3"},
    "BALCONY_OPEN": {"share": "0"},
}
#: Counted in full 660 m²; the plan permits 720.
FULL = {"storeys": "4", "area": "165"}


@pytest.fixture
def lot():
    parcel = reference_lot(KEY)
    rule("COUNTING", "COUNT", {"kinds": KINDS})
    return parcel


def by_api(**told):
    found = (
        Client()
        .post(f"/api/parcels/{KEY}/proposal/", json.dumps(told), content_type="application/json")
        .json()
    )
    return {
        point["key"]: (point["state"], point["proposed"], point["limit"]) for point in found["judgements"]
    }


def test_the_form_asks_for_the_parts_that_the_rule_knows_and_keeps_them_folded_until_they_are_told(lot):
    page = html_of(asked("en"))
    assert re.findall(r'name="part_(\w+)"', page) == list(KINDS)
    assert '<details class="ask-more">' in page
    assert '<details class="ask-more" open>' in html_of(asked("en", height="12"))


def test_words_of_the_parts_are_persian_on_the_persian_page(lot):
    told = text_of(asked("fa"))
    assert "بالکن سه‌طرف‌بسته" in told
    assert "پیش‌آمدگی" in told
    assert "Balconies" not in told


def test_balconies_count_by_their_share_on_the_page_as_by_the_api(lot):
    over = FULL | {"part_ROOM": "710", "part_BALCONY_3_SIDES": "30"}
    within = FULL | {"part_ROOM": "700", "part_BALCONY_3_SIDES": "30", "part_BALCONY_OPEN": "90"}
    for told, state in ((over, "fails"), (within, "passes")):
        assert state_of(asked("en", **told)) == state
        parts = [{"kind": name[5:], "area_m2": float(area)} for name, area in told.items() if "part_" in name]
        point = by_api(storeys=4, footprint_m2=165, parts=parts)["floor_area_m2"]
        assert point == (state, 730.0 if state == "fails" else 720.0, 720.0)


def test_a_height_above_the_permitted_one_fails_and_a_lower_one_would_do(lot):
    page = asked("en", **FULL, height="18")
    assert state_of(page) == "fails"
    assert "It would pass with a height of 17.1 metres." in text_of(page)
    better = re.search(r'class="better">.*?href="([^"]+)"', html_of(page), re.S)[1]
    assert "height=17.1" in better
    assert by_api(height_m=18.0)["height_m"][0] == "fails"


def test_a_projection_over_the_street_is_held_to_what_the_street_permits(lot):
    state, proposed, limit = by_api(projection_m=1.0)["projection_m"]
    assert (state, proposed) == ("fails", 1.0)
    page = asked("en", projection="1")
    assert state_of(page) == "fails"
    assert f"It would pass with a projection of {limit:g} metres." in text_of(page)
    assert state_of(asked("en", projection=f"{limit:g}")) == "passes"


def test_without_a_rule_on_counting_no_parts_are_asked_for():
    zoned()
    corner_plot(KEY)
    page = html_of(asked("en", height="12", part_ROOM="100"))
    assert 'name="part_' not in page
    assert 'name="height"' in page


def test_an_area_that_is_none_is_told_at_its_field_and_judges_nothing(lot):
    page = asked("en", **FULL, part_ROOM="much")
    assert page.status_code == 400
    assert state_of(page) == ""
    assert 'value="much"' in html_of(page)
    assert '<details class="ask-more" open>' in html_of(page)
    assert set(from_form({"part_ROOM": "much", "height": "-3"}, (), ("ROOM",)).troubles) == {
        "part_ROOM",
        "height",
    }
