"""Codes of parcels and persons as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core import identifiers
from gis_core.errors import Ambiguous, BadInput
from gis_core.identifiers import (
    iban,
    map_lot,
    mobile,
    national_code,
    postal_code,
    registry_plate,
    renovation_code,
    required,
)
from gis_core.numerals import read_numeral

DISTRICTS = range(1, 16)


def test_the_code_of_a_counter_screen_is_the_same_parcel():
    assert renovation_code("۰-۰-۰-۱۷-۴۵-۲-۳", DISTRICTS).canonical == "3-2-45-17-0-0-0"
    assert renovation_code(" 03 - 02 - 045 - 17 - 0 - 0 - 0 ", DISTRICTS).canonical == "3-2-45-17-0-0-0"


def test_a_code_with_a_district_at_both_ends_is_asked():
    asked = renovation_code("2-0-1-17-45-2-3", DISTRICTS)
    assert asked.candidates == ("2-0-1-17-45-2-3", "3-2-45-17-1-0-2")
    with pytest.raises(Ambiguous) as question:
        required("renovation_code", "2-0-1-17-45-2-3", asked)
    assert question.value.details["candidates"] == list(asked.candidates)


@given(st.tuples(*[st.integers(0, 99)] * 7))
def test_a_renovation_code_never_has_two_answers_at_once(parts):
    written = "-".join(map(str, parts))
    reading = renovation_code(written, DISTRICTS)
    assert reading.is_readable == (reading.canonical is not None)
    if reading.canonical and parts[-1] not in DISTRICTS:
        assert reading.canonical == written


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("۴۵۶۷ فرعی از ۱۲۳ اصلی", "123/4567"),  # the words say which is which
        ("بخش ۵، ۴۵۶۷ فرعی از ۱۲۳", "5/123/4567"),
        ("بخش ۵ پلاک ۴۵۶۷ فرعی از ۱۲۳ اصلی", "5/123/4567"),
        ("5/123/4567", "5/123/4567"),
        ("۱۲۳", "123/0"),
        ("123/0", "123/0"),
        ("پلاک", None),
        ("12a/5", None),
    ],
)
def test_a_registry_plate_is_read_when_its_parts_are_told(typed, canonical):
    reading = registry_plate(typed)
    assert reading.canonical == canonical
    assert reading.is_readable == (canonical is not None)


def test_a_bare_plate_is_asked_because_the_page_may_have_turned_it():
    assert registry_plate("۱۲۳/۴۵۶۷").verdict == "ASK"


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("09130000000", "VALID"),
        ("+989130000000", "VALID"),
        ("0098 913 000 0000", "VALID"),
        ("9130000000", "WRONG_LENGTH"),
        ("03130000000", "NOT_A_MOBILE"),
        ("0913000000o", "NOT_DIGITS"),
    ],
)
def test_mobile_numbers_are_brought_to_one_form(typed, verdict):
    assert mobile(typed).verdict == verdict
    if verdict == "VALID":
        assert mobile(typed).canonical == "09130000000"


def test_an_unusual_postal_code_is_doubted_not_refused():
    assert postal_code("8122211131").warnings == ("UNUSUAL_PATTERN",)
    assert postal_code("81346").verdict == "WRONG_LENGTH"


def test_padding_makes_a_mistyped_code_somebody_elses_so_people_get_none():
    assert national_code("123456789").verdict == "WRONG_LENGTH"
    assert national_code("123456789", padding="PAD_LEFT").verdict == "VALID"


def test_an_iban_with_a_changed_digit_is_refused():
    assert iban("062960000000100324200001").canonical == "IR062960000000100324200001"
    assert iban("IR062960000000100324200011").verdict == "WRONG_CHECK_DIGIT"


def test_a_map_lot_keeps_its_letters():
    assert map_lot("1a-25").canonical == "1A-25"
    assert not map_lot("138").is_readable


@pytest.mark.parametrize("validator", sorted(identifiers.VALIDATORS))
def test_every_refusal_has_a_sentence_without_the_number(validator):
    with pytest.raises(BadInput) as refused:
        required(validator, "x1234")
    assert "1234" not in refused.value.fa + refused.value.en
    assert refused.value.details["problem"]


def test_a_slash_is_asked_unless_the_plausible_range_decides():
    assert read_numeral("۲۰/۱").value is None
    assert read_numeral("۲۰/۱", "RANGE", (Decimal(1), Decimal(2))).value == Decimal("1.2")
    assert read_numeral("۲۰/۱", "RANGE", (Decimal(1), Decimal(30))).value is None
    assert read_numeral("۵/۵").value == Decimal("5.5")  # both readings agree


@pytest.mark.parametrize("text", ["", "هفت", "1/2/3", "1,20", "--3", "/5"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadInput):
        read_numeral(text)
