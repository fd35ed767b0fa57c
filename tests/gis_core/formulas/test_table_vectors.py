"""The published cases of rule tables: look-up, and what an import must report."""

import pytest

from gis_core.exact_bands import exact
from gis_core.formulas.tables import bands, broken_along, broken_down, gaps, look_up, overlaps
from tests.gis_core.vectors import cases, expected

ALL = cases("rule_tables.json", "TABLE")


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.values[0] is None or "keys" in case.values[0]["inputs"]]
)
def test_a_value_is_found_or_the_silence_is_named(case):
    asked = case["inputs"]
    table = bands(asked["bands"], asked["policy"]["band_reading"])
    found = [look_up(table, exact(key)) for key in asked["keys"]]
    assert [one.state for one in found] == expected(case, "state")
    assert [one.band and one.band.row[asked["column"]] for one in found] == expected(case, "value")


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.values[0] and "row_trend" in case.values[0]["inputs"]]
)
def test_a_printed_table_is_checked_and_not_repaired(case):
    asked = case["inputs"]
    table = bands(asked["bands"])
    blank = [number for number, band in enumerate(table) if band.row[asked["blank_when_null"]] is None]
    down = [
        [column, *pair]
        for column, trend in asked["column_trends"]
        for pair in broken_down(table, column, trend)
    ]
    along = broken_along(table, asked["row_columns"], asked["row_trend"])
    assert gaps(table) == expected(case, "gaps")
    assert [list(pair) for pair in overlaps(table)] == expected(case, "overlaps")
    assert blank == expected(case, "rows_without_rule")
    assert down == expected(case, "broken_down_columns")
    assert [list(cell) for cell in along] == expected(case, "broken_along_rows")
