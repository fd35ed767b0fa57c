"""A citizen asks "what if I build this?": the page judges it, prices it, and says what would do."""

import re

import pytest
from django.test import Client

from layers.zoning.models import Rule
from tests.builders import corner_plot, reference_lot, rule, zoned
from tests.map_ui.proposals.asking import ADDRESS, KEY, asked, html_of, state_of, text_of

pytestmark = pytest.mark.django_db
ENOUGH = {"storeys": "4", "area": "165", "units": "8", "unit_area": "82.5", "bays": "8"}
USES = {"housing": "PERMITTED", "shop": "CONDITIONAL", "workshop": "FORBIDDEN"}


@pytest.fixture
def lot():
    parcel = reference_lot(KEY)
    rule("USES", "USE", {"uses": USES})
    return parcel


def test_nothing_told_asks_and_shows_all_that_the_parcel_offers(lot):
    page = asked()
    assert page.status_code == 200
    assert state_of(page) == ""
    rows = re.findall(r'<th scope="row"><a href="([^"]+)"', page.content.decode())
    assert [re.search(r"storeys=(\d)", row)[1] for row in rows] == ["4", "3", "2", "1"]
    for figure in ("۱۶۵", "۶۶۰", "۱۷٫۱", "۳ جا کم"):
        assert figure in text_of(page)


def test_each_building_that_the_parcel_offers_passes_when_it_is_asked_for(lot):
    for row in re.findall(r'<th scope="row"><a href="([^"]+)"', asked().content.decode()):
        found = Client().get(ADDRESS + row.replace("&amp;", "&"))
        assert state_of(found) == "passes", row


def test_what_fails_is_told_with_its_excess_and_with_a_building_that_would_do(lot):
    page = asked(**ENOUGH | {"storeys": "6", "bays": "5"})
    assert state_of(page) == "fails"
    told = text_of(page)
    assert "۲ طبقه بیشتر از ۴ طبقه مجاز." in told
    assert "با ۴ طبقه پذیرفته می‌شود." in told
    assert "۳ جای پارک کم است؛ ۸ جای پارک لازم است." in told
    better = re.search(r'class="better">.*?href="([^"]+)"', page.content.decode(), re.S)[1]
    assert state_of(Client().get(ADDRESS + better.replace("&amp;", "&"))) == "passes"


def test_the_same_answer_in_english(lot):
    told = text_of(asked("en", **ENOUGH | {"storeys": "6"}))
    assert "This building is not permitted: storeys and floor area that counts fail." in told
    assert "2 storeys more than the 4 storeys that are permitted. It would pass with 4 storeys." in told


def test_uses_say_what_the_zone_says_of_them(lot):
    assert "مشروط" in text_of(asked())
    assert state_of(asked(use="housing")) == "passes"
    assert state_of(asked(use="shop")) == "discretionary"
    page = asked(use="workshop")
    assert state_of(page) == "fails"
    assert "این کاربری اینجا ممنوع است: کارگاه." in text_of(page)
    assert '<input type="checkbox" name="use" value="workshop" checked>' in page.content.decode()


SHOPS = {"shop": {"m2_per_bay": 25}}


def parking_tells_of_shops():
    found = Rule.objects.get(kind="PARK")
    rule("PARK-USES", "PARK", {**found.params, "uses": SHOPS}, rank=found.rank - 1)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fa", "۱ جای پارک کم است؛ ۱۰ جای پارک لازم است."),
        ("en", "1 bay missing of the 10 bays that are needed."),
    ],
)
def test_the_area_of_a_shop_beside_the_dwellings_needs_its_bays(lot, language, said):
    parking_tells_of_shops()
    assert 'name="use_shop"' in html_of(asked(language))
    assert 'name="use_housing"' not in html_of(asked(language))
    page = asked(language, **ENOUGH | {"bays": "9", "use": "housing", "use_shop": "50"})
    assert said in text_of(page)
    assert re.search(r'name="use_shop" value="(50|۵۰)"', html_of(page))
    better = re.search(r'class="better">.*?href="([^"]+)"', html_of(page), re.S)[1]
    assert "use_shop=50" in better


def test_without_a_word_of_the_parking_rule_no_area_of_a_use_is_asked_for(lot):
    assert 'name="use_' not in html_of(asked())


def test_a_width_and_depth_are_drawn_with_what_lies_outside(lot):
    page = asked(width="13", depth="10").content.decode()
    assert 'class="d-proposed"' in page
    assert 'class="d-outside"' in page
    assert 'class="d-outside"' not in asked(width="11", depth="10").content.decode()


def test_what_was_typed_is_shown_again_in_the_digits_of_the_page(lot):
    assert 'value="۱۳٫۵"' in asked(width="12", depth="13.5").content.decode()
    assert 'value="13.5"' in asked("en", width="۱۲", depth="13.5").content.decode()


def test_an_error_keeps_what_was_typed_and_judges_nothing(lot):
    page = asked(**ENOUGH | {"storeys": "many"})
    assert page.status_code == 400
    assert state_of(page) == ""
    html = page.content.decode()
    assert 'value="many"' in html
    assert 'aria-invalid="true"' in html
    assert "شمار طبقه‌ها باید عدد باشد." in html


def test_what_is_unknown_of_the_parcel_is_told_beside_a_building_that_passes(lot):
    page = asked(**ENOUGH)
    assert state_of(page) == "passes"
    assert 'class="unknown-line"' in page.content.decode()


def test_without_rules_nothing_reads_as_permission():
    zoned()
    corner_plot(KEY)
    page = asked(**ENOUGH)
    assert state_of(page) == "unknown"
    assert "هنوز نمی‌توانیم بگوییم" in text_of(page)


def test_hostile_words_stay_words(lot):
    page = asked(storeys="<b>", use="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_the_page_has_no_inline_style_or_handler(lot):
    html = asked(**ENOUGH).content.decode()
    assert "style=" not in html
    assert not re.search(r"\son\w+=", html)


def test_the_parcels_page_leads_to_the_question(lot):
    assert ADDRESS in Client().get(f"/parcels/{KEY}/").content.decode()
