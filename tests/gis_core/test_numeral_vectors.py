"""The published cases of Persian numbers with a turned slash, exactly."""

import pytest

from gis_core.numerals import read_numeral
from tests.gis_core.vectors import cases, expected


@pytest.mark.parametrize("case", cases("numerals.json", "NUMERAL"))
def test_numbers_are_read_as_published(case):
    asked = case["inputs"]
    read = [read_numeral(text, asked["policy"]["slash"]) for text in asked["texts"]]
    assert [str(numeral.value) for numeral in read] == expected(case, "value")
    assert [[str(value) for value in numeral.candidates] for numeral in read] == expected(case, "candidates")
