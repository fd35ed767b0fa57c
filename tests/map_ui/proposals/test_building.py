"""What a citizen types of a building is read with its digits, and each error is told at its field."""

import pytest

from map_ui.proposals.building import Building, from_form


def typed(**texts: str):
    return from_form(texts, ())


@pytest.mark.parametrize("text", ["۲٫۵", "2.5", " ۲.۵ "])
def test_numbers_are_read_in_the_digits_of_either_language(text):
    assert typed(storeys=text).building.storeys == 2.5


def test_nothing_typed_is_no_building():
    assert typed(storeys="", area="  ").building.nothing
    assert Building(storeys=1).nothing is False


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        ({"storeys": "many"}, {"storeys"}),
        ({"storeys": "0"}, {"storeys"}),
        ({"storeys": "۲۰/۱"}, {"storeys"}),
        ({"units": "2.5"}, {"units"}),
        ({"bays": "-1"}, {"bays"}),
        ({"width": "12"}, {"depth"}),
        ({"depth": "12"}, {"width"}),
        ({"width": "12", "depth": "10", "area": "90"}, {"area"}),
        ({"width": "x", "depth": "10"}, {"width"}),
        ({"area": "9" * 30}, {"area"}),
    ],
)
def test_an_error_is_told_at_its_field_and_the_text_stays(texts, fields):
    found = from_form(texts, ())
    assert set(found.troubles) == fields
    assert all(trouble.fa and trouble.en for trouble in found.troubles.values())
    assert all(found.texts[name] == text[:20] for name, text in texts.items())


def test_a_width_and_depth_tell_the_footprint_and_an_equal_area_beside_them_is_no_error():
    found = typed(width="12", depth="13.5", area="162")
    assert found.troubles == {}
    assert found.building.covered_m2 == 162
