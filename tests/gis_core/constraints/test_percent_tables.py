"""Density and coverage by the lot's area and its street's width, as the rule book prints its tables (4.1)."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.conflicts import decide
from gis_core.constraints.maxima import least_of
from gis_core.constraints.parameters import faults
from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    a_lot,
    answer_for,
    corner_edges,
    corner_streets,
    reason,
    reference_corner,
)

#: Bandar Lengeh, low density: its gap from 200 to 201, and no row below 100.
LENGEH = [
    {"from": 100, "to": 200, "to_included": True, "far_percent": 100, "coverage_percent": 60},
    {"from": 201, "to": 300, "to_included": True, "far_percent": 120, "coverage_percent": 60},
    {"from": 300, "from_included": False, "far_percent": 150, "coverage_percent": 50},
]
WIDTHS = [
    {"from": 0, "to": 8, "column": "below_8"},
    {"from": 8, "to": 12, "column": "8_to_12"},
    {"from": 12, "column": "from_12"},
]
#: Arak: bounds that lie in two rows each.
ARAK = [
    {"from": low, "to": high, "to_included": high is not None, "below_8": a, "8_to_12": b, "from_12": c}
    for low, high, a, b, c in (
        (120, 200, 300, 210, 220),
        (200, 300, 240, 250, 260),
        (300, 500, 270, 280, 290),
        (500, None, 300, 310, 320),
    )
]


def lengeh(kind, param):
    rows = [
        {key: cell for key, cell in row.items() if not key.endswith("percent") or key == param}
        for row in LENGEH
    ]
    return Rule(f"L-{kind}", kind, {"by": "AREA", "bands": rows}, zone_code="R121", area_basis="EXISTING")


def arak(**more):
    params = {"by": "AREA", "bands": ARAK, "width_columns": WIDTHS}
    return Rule("ARAK", "FAR", params, zone_code="R121", area_basis="EXISTING", **more)


def answer(*rules, area_m2=300.0, front_m=12.0, without=()):
    gone = {rule.kind for rule in rules} | set(without)
    kept = [rule for kind, rule in RULES.items() if kind not in gone]
    (x, y), depth_m = REFERENCE_LOT.exterior.coords[0], area_m2 / 12
    polygon = shapely.Polygon([(x, y), (x + 12, y), (x + 12, y + depth_m), (x, y + depth_m)])
    around = reference_corner(
        edges=corner_edges(polygon),
        passages=corner_streets({"existing": front_m, "planned": front_m}, {"existing": 6, "planned": 6}),
    )
    return answer_for(a_lot(polygon), around, RuleSet.on_day([*kept, *rules], ON))[0]


@pytest.mark.parametrize(
    ("area_m2", "far", "coverage"),
    [(150, 100, 60), (200, 100, 60), (201, 120, 60), (300, 120, 60), (301, 150, 50)],
)
def test_density_and_coverage_stand_in_the_row_of_the_lots_area(area_m2, far, coverage):
    found = answer(lengeh("FAR", "far_percent"), lengeh("COV", "coverage_percent"), area_m2=area_m2).findings
    assert (found["far_percent"].value, found["coverage_percent"].value) == (far, coverage)
    assert found["far_cap_m2"].value == pytest.approx(far / 100 * area_m2)
    assert found["far_percent"].rule.code == "L-FAR"
    assert "surveyed_area_m2" in found["far_percent"].inputs


@pytest.mark.parametrize("area_m2", [90, 200.5])
def test_an_area_below_the_table_or_in_its_gap_has_no_density_and_none_is_made_up(area_m2):
    evaluation = answer(lengeh("FAR", "far_percent"), area_m2=area_m2)
    assert (evaluation.findings["far_percent"].value, reason(evaluation, "far_percent")) == (None, "NO_ROW")
    assert evaluation.findings["far_percent"].reason.args == {"kind": "FAR", "rules": ["L-FAR"]}
    assert evaluation.findings["reachable_floor_area_m2"].state == "unknown"
    assert evaluation.findings["coverage_percent"].value == 60


@pytest.mark.parametrize("rank", [40, 70])
def test_of_two_rules_that_of_which_the_table_has_no_row_is_named(rank):
    circular = Rule("CIRCULAR", "FAR", {"far_percent": 500}, "R121", "EXISTING", rank)
    rules = (replace(lengeh("FAR", "far_percent"), article="جدول ۷"), circular)
    found = answer(*rules, area_m2=90).findings["far_percent"]
    assert found.reason.args == {"kind": "FAR", "rules": ["L-FAR"], "articles": ["جدول ۷"]}


@pytest.mark.parametrize(
    ("area_m2", "front_m", "far"),
    [(150, 7, 300), (150, 8, 210), (250, 7.9, 240), (250, 11.9, 250), (250, 12, 260), (600, 20, 320)],
)
def test_a_table_of_areas_and_widths_is_read_by_both(area_m2, front_m, far):
    found = answer(arak(), area_m2=area_m2, front_m=front_m).findings["far_percent"]
    assert found.value == far
    assert {"surveyed_area_m2", "governing_width_m"} <= set(found.inputs)


def test_an_area_that_lies_in_two_rows_that_differ_has_no_density():
    assert reason(answer(arak(), area_m2=300), "far_percent") == "NO_ROW"


def test_where_the_width_is_not_known_no_column_is_chosen():
    evaluation = answer(arak(), area_m2=250, front_m=np.nan)
    assert evaluation.findings["far_percent"].value is None
    assert evaluation.findings["far_percent"].reason.args == {"inputs": ["governing_width_m"]}
    by_width = Rule("W", "FAR", {"by": "WIDTH", "bands": [{"from": 0, "far_percent": 200}]}, zone_code="R121")
    assert answer(by_width, front_m=np.nan).findings["far_percent"].value is None
    assert answer(by_width, front_m=9).findings["far_percent"].value == 200


def test_a_deed_that_does_not_fit_the_survey_leaves_the_row_to_an_inspection_where_the_deed_counts():
    rule = replace(lengeh("FAR", "far_percent"), area_basis="DEED")
    kept = [one for kind, one in RULES.items() if kind != "FAR"]
    lot = a_lot(REFERENCE_LOT, deed_area_m2=320.0)
    found = answer_for(lot, reference_corner(), RuleSet.on_day([*kept, rule], ON))[0].findings["far_percent"]
    assert (found.value, found.state, found.reason.code) == (
        150,
        "needs_inspection",
        "DEED_AND_SURVEY_DIFFER",
    )


def law(percent, **more):
    return Rule("LAW", "FAR", {"far_percent": percent}, **{"rank": 5, "area_basis": "EXISTING"} | more)


def test_of_a_table_and_a_number_of_two_ranks_the_lesser_binds_on_each_lot_never_a_mean():
    # Arak from 12 m of passage: 260 % from 200 to 300 m², 220 % below.
    for area_m2, least, rule in ((250, 240, "LAW"), (150, 220, "ARAK")):
        found = answer(arak(), law(240), area_m2=area_m2).findings["far_percent"]
        assert (found.value, found.rule.code) == (least, rule), area_m2
    assert answer(arak(), law(200), area_m2=250).findings["far_percent"].value == 200


def test_of_two_tables_of_two_ranks_the_lesser_binds_on_each_lot():
    plan = replace(lengeh("FAR", "far_percent"), rank=40)
    assert answer(arak(), plan, area_m2=250).findings["far_percent"].value == 120
    assert answer(arak(), plan, area_m2=250).findings["far_cap_m2"].value == pytest.approx(300)


def test_two_tables_of_one_rank_contradict_only_on_lots_to_which_they_give_different_numbers():
    assert answer(arak(), replace(arak(), code="COPY"), area_m2=250).findings["far_percent"].value == 260
    rows = [{**row, "from_12": 220} for row in ARAK]
    other = Rule("OTHER", "FAR", {**arak().params, "bands": rows}, zone_code="R121", area_basis="EXISTING")
    assert answer(arak(), other, area_m2=150).findings["far_percent"].value == 220
    found = answer(arak(), other, area_m2=250).findings["far_percent"]
    assert (found.value, found.reason.args) == (None, {"rules": ["ARAK", "OTHER"]})


def test_a_table_without_a_row_for_the_lot_leaves_it_unknown_whatever_another_rank_says():
    evaluation = answer(lengeh("FAR", "far_percent"), law(200), area_m2=90)
    assert (evaluation.findings["far_percent"].value, reason(evaluation, "far_percent")) == (None, "NO_ROW")


def test_the_least_of_maxima_is_the_same_for_many_lots_as_for_one_by_one():
    turns = np.random.default_rng(3)
    for when in ("ALWAYS", "ONLY_IF_IT_DECIDES"):
        for _ in range(60):
            values = turns.integers(1, 4, size=(8, 4)).astype(float)
            ranks, codes = turns.integers(1, 3, size=4).tolist(), ["A", "B", "C", "D"]
            found = least_of(values, ranks, when)
            for lot, row in enumerate(values.tolist()):
                bounds = [
                    {"rule": code, "rank": rank, "bound": "MAX", "value": value}
                    for code, rank, value in zip(codes, ranks, row, strict=True)
                ]
                decided = decide(bounds, when)
                assert tuple(codes[at] for at in found.contradicting[lot]) == decided.conflicting
                if not decided.conflicting:
                    assert codes[found.which[lot]] == decided.maximum_binding[0]


@pytest.mark.parametrize(
    ("kind", "params", "fault"),
    [
        ("FAR", {}, "far_percent is missing"),
        ("FAR", {"bands": LENGEH}, "by is missing"),
        (
            "FAR",
            {"far_percent": 240, "by": "AREA", "bands": LENGEH},
            "far_percent and a table contradict each other",
        ),
        ("FAR", {"by": "STREET", "bands": LENGEH}, "by is STREET, and must be one of AREA, WIDTH"),
        ("FAR", {"by": "AREA"}, "bands is None, and must be a list of rows"),
        (
            "FAR",
            {"by": "WIDTH", "bands": ARAK, "width_columns": WIDTHS},
            "width_columns is read with by AREA only",
        ),
        ("COV", {"by": "AREA", "bands": LENGEH, "width_columns": WIDTHS}, "nothing reads width_columns"),
    ],
)
def test_a_table_that_does_not_say_how_it_is_read_is_refused(kind, params, fault):
    assert fault in faults(kind, params)
