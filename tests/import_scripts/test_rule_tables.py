"""The printed tables of the rule book: gaps, odd cells and missing rows are reported, never repaired."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from gis_core.constraints import tables
from gis_core.constraints.bands import looked_up
from import_scripts import rules
from import_scripts.issues import Doubts
from import_scripts.recipe import Recipe
from import_scripts.task import Destination, Task
from layers.zoning.models import Rule
from tests.import_scripts.workbench import demo_city


def band(low, high, low_included=True, high_included=False, **cells):
    return {"from": low, "to": high, "from_included": low_included, "to_included": high_included, **cells}


def row(low, high, low_included, far, coverage, storeys, units, open_m2, passage_m):
    cells = {"far_percent": far, "coverage_percent": coverage, "storeys": storeys, "min_passage_m": passage_m}
    told = cells | {"open_m2": open_m2} | ({"units": units} if units else {})
    return band(low, high, low_included, high is not None, **told)


#: Rules of the rule book, 4.1, as they are printed.
LENGEH_LOW = [
    row(100, 200, True, 100, 60, 2, 2, 35, 8),
    row(201, 300, True, 120, 60, 3, 4, 30, 10),
    row(300, None, False, 150, 50, 4, None, 30, 18),
]
LENGEH_MEDIUM = [
    row(100, 200, True, 120, 60, 2, 2, 30, 8),
    row(201, 300, True, 180, 60, 3, 4, 25, 12),
    row(300, None, False, 250, 50, 5, None, 25, 20),
]
WIDTHS = ("far_below_8", "far_8_to_12", "far_from_12")
ARAK = [
    band(0, 120),
    *(
        band(
            low,
            high,
            True,
            high is not None,
            coverage_percent=coverage,
            units=units,
            **dict(zip(WIDTHS, far, strict=True)),
        )
        for low, high, coverage, units, far in (
            (120, 200, 60, 6, (300, 210, 220)),
            (200, 300, 55, 10, (240, 250, 260)),
            (300, 500, 50, 15, (270, 280, 290)),
            (500, None, 52.5, 25, (300, 310, 320)),
        )
    ),
]


def toml(value):
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def inline(rows):
    cells = [{key: value for key, value in one.items() if value is not None} for one in rows]
    written = [
        "{ " + ", ".join(f"{key} = {toml(value)}" for key, value in one.items()) + " }" for one in cells
    ]
    return f"[{', '.join(written)}]"


def as_toml(rows, columns=()):
    named = f", row_columns = {list(columns)}" if columns else ""
    return f'params = {{ limit = "BY_AREA", bands = {inline(rows)}{named} }}'


@pytest.fixture
def reported(tmp_path, db):
    """What an import says of a table, and how it was kept."""

    def run(rows, columns=(), kind="STOREY", params=""):
        path = tmp_path / "rules.toml"
        written = params or as_toml(rows, columns)
        path.write_text(f'[[rule]]\ncode = "TABLE"\nkind = "{kind}"\n{written}\n', encoding="utf-8")
        doubts = Doubts(path.name)
        task = Task(path, Recipe("rules", path, "", "", "", valid=(date(2020, 1, 1), None)), demo_city())
        rules.bring_in(task, Destination(None, None, datetime(2020, 1, 1, tzinfo=UTC)), doubts)
        found = {}
        for doubt in doubts:
            if doubt.kind != "SAMPLE_ONLY":
                found.setdefault(doubt.kind, []).append(doubt.value)
        return found, Rule.objects.get(code="TABLE").params["bands"], doubts

    return run


def kept(rows):
    return [{key: value for key, value in one.items() if value is not None} for one in rows]


@pytest.mark.parametrize(
    ("rows", "wrong_density"),
    # In the low density 60 x 2 is 120 and not 100, 60 x 3 180 and not 120, 50 x 4 200 and not 150.
    [(LENGEH_LOW, ["100", "120", "150"]), (LENGEH_MEDIUM, [])],
    ids=["low density", "medium density"],
)
def test_the_tables_of_bandar_lengeh_have_a_gap_and_no_row_below_a_hundred(reported, rows, wrong_density):
    found, stored, _ = reported(rows)
    expected = {"TABLE_GAP": ["200…201"], "TABLE_NO_ROW": ["…100"], "TABLE_BLANK_ROW": ["units"]}
    if wrong_density:
        expected["ROW_FAR_NOT_COVERAGE_TIMES_STOREYS"] = wrong_density
    assert found == expected
    assert stored == kept(rows)


def test_the_table_of_arak_has_its_odd_cell_its_blank_row_and_bounds_in_two_rows(reported):
    found, stored, doubts = reported(ARAK, WIDTHS)
    assert found == {
        "TABLE_OVERLAP": ["200…200", "300…300", "500…500"],
        "TABLE_BLANK_ROW": ["coverage_percent, far_8_to_12, far_below_8, far_from_12, units"],
        # Coverage rises again at 500 m²; the cell 300 breaks its column (240 below) and its row (210 beside).
        "TREND_BROKEN": ["52.5", "240", "210"],
    }
    assert stored == kept(ARAK)
    sentences = [(doubt.fa, doubt.en) for doubt in doubts]
    assert all(fa and en and "{" not in fa + en for fa, en in sentences)


def test_a_density_by_area_and_width_is_checked_in_its_rows_its_columns_and_its_widths(reported):
    widths = [
        {"from": 0, "to": 8, "column": "far_below_8"},
        {"from": 8, "to": 12, "column": "far_8_to_12"},
        {"from": 12.5, "column": "far_from_12"},
    ]
    rows = [
        {key: cell for key, cell in one.items() if key not in ("units", "coverage_percent")}
        for one in ARAK[1:]
    ]
    params = f'params = {{ by = "AREA", bands = {inline(rows)}, width_columns = {inline(widths)} }}'
    found, stored, doubts = reported(rows, kind="FAR", params=params)
    assert found == {
        "TABLE_OVERLAP": ["200…200", "300…300", "500…500"],
        "TABLE_NO_ROW": ["…120"],
        "TABLE_GAP": ["12…12.5"],
        "TREND_BROKEN": ["240", "210"],
    }
    assert stored == kept(rows)
    assert [doubt.field for doubt in doubts if doubt.kind == "TABLE_GAP"] == ["TABLE width_columns"]


def test_the_engines_own_check_says_the_same_of_both():
    lengeh = tables.faults(LENGEH_LOW, column_trends=[("far_percent", "NON_DECREASING")])
    assert (lengeh.gaps, lengeh.overlaps) == (((200.0, 201.0),), ())
    assert lengeh.far_is_not_coverage_by_storeys == (0, 1, 2)
    trends = [*((name, "NON_DECREASING") for name in WIDTHS), ("coverage_percent", "NON_INCREASING")]
    arak = tables.faults(ARAK, blank_when_null="coverage_percent", row_columns=WIDTHS, column_trends=trends)
    assert arak.overlaps == ((200.0, 200.0), (300.0, 300.0), (500.0, 500.0))
    assert (arak.gaps, arak.rows_without_rule) == ((), (0,))
    assert arak.broken_down_columns == (("far_below_8", 1, 2), ("coverage_percent", 3, 4))
    assert arak.broken_along_rows == ((1, "far_below_8", "far_8_to_12"),)


@pytest.mark.parametrize(
    ("area_m2", "storeys"),
    [(99.99, None), (100, 2), (200, 2), (200.5, None), (201, 3), (300, 3), (300.01, 4)],
)
def test_a_lot_that_falls_into_the_gap_or_below_the_table_gets_nothing(area_m2, storeys):
    found = looked_up(LENGEH_LOW, "storeys", np.array([float(area_m2)])).item()
    assert (None if np.isnan(found) else found) == storeys


def brute(rows):
    """Which of the whole numbers and halves between lie in no row or in two, one by one."""
    keys = np.arange(0, 41) / 2.0
    count = sum(
        ((keys >= one["from"]) if one["from_included"] else (keys > one["from"]))
        & ((keys <= one["to"]) if one["to_included"] else (keys < one["to"]))
        for one in rows
    )
    lows, highs = min(one["from"] for one in rows), max(one["to"] for one in rows)
    between = (keys > lows) & (keys < highs)
    return set(keys[between & (count == 0)]), set(keys[count > 1])


def test_every_gap_and_overlap_of_random_tables_is_found_and_no_other():
    """Tables of three rows with whole bounds in any order; a gap or an overlap holds a whole or a half."""
    random = np.random.default_rng(11)
    seen = {"gap": 0, "overlap": 0, "sound": 0, "in another": 0}
    for _ in range(600):
        rows, low = [], 1
        for shift, length in random.integers(0, 5, (3, 2)):
            low = max(1, low + int(shift > 3) - int(shift < 1) * int(length))
            rows.append(
                band(low, low + 1 + int(length), random.random() < 0.8, random.random() < 0.2, storeys=1)
            )
            low = rows[-1]["to"]
        random.shuffle(rows)
        seen["in another"] += any(
            one["from"] < other["from"] and other["to"] < one["to"] for one in rows for other in rows
        )
        none, twice = brute(rows)
        found = tables.faults(rows)
        assert bool(found.gaps) == bool(none), rows
        assert bool(found.overlaps) == bool(twice), rows
        assert all(any(low <= key <= high for low, high in found.gaps) for key in none), rows
        assert all(any(low <= key <= high for low, high in found.overlaps) for key in twice), rows
        seen["gap"] += bool(none)
        seen["overlap"] += bool(twice)
        seen["sound"] += not none and not twice
    assert min(seen.values()) > 15


def test_a_blank_row_does_not_hide_that_a_column_breaks_its_trend_across_it():
    rows = [band(0, 100, coverage_percent=60), band(100, 200), band(200, None, coverage_percent=70)]
    found = tables.faults(
        rows, blank_when_null="coverage_percent", column_trends=[("coverage_percent", "NON_INCREASING")]
    )
    assert found.rows_without_rule == (1,)
    assert found.broken_down_columns == (("coverage_percent", 0, 2),)
