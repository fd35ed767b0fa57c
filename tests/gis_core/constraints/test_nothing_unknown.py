"""What is not known is said, and never reads as a number or as no restriction."""

from dataclasses import replace

import numpy as np
import pytest

from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    a_lot,
    answer_for,
    corner_streets,
    reason,
    reference_corner,
    rule_set,
    values_of,
)


def test_without_any_rule_areas_and_zone_are_known_and_nothing_else_is_made_up():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), RuleSet())[0]
    values = values_of(evaluation)
    assert values["surveyed_area_m2"] == 300.0
    assert values["zone"] == "R121"
    for key in ("widening_area_m2", "net_area_m2", "far_percent", "far_cap_m2", "storeys", "footprint_m2"):
        assert (values[key], evaluation.findings[key].state) == (None, "unknown"), key
    assert reason(evaluation, "far_percent") == "NO_RULE"
    assert evaluation.choices == ()


@pytest.mark.parametrize(
    ("kind", "key", "also_unknown"),
    [
        ("WIDEN", "widening_area_m2", "net_area_m2"),
        ("CHAMFER", "chamfer_area_m2", "coverage_cap_m2"),
        ("FAR", "far_percent", "reachable_floor_area_m2"),
        ("COV", "coverage_percent", "footprint_m2"),
        ("STOREY", "storeys", "height_m"),
        ("HEIGHT", "height_m", "height_m"),
        ("ORIENT", "orientation", "envelope_area_m2"),
        ("DEPTH60", "envelope_area_m2", "footprint_m2"),
        ("STOREY_POLICY", "governing_width_m", "governing_width_m"),
        ("LIGHTWELL", "light_wells_m2", "light_wells_m2"),
        ("PARK", "parking_need", "parking_capacity"),
    ],
)
def test_a_missing_rule_makes_its_finding_and_what_follows_unknown(kind, key, also_unknown):
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(without=(kind,)))[0]
    assert evaluation.findings[key].state == "unknown"
    assert reason(evaluation, key) == "NO_RULE"
    assert evaluation.findings[also_unknown].state == "unknown"
    assert key in evaluation.unknown


def test_without_a_tolerance_the_difference_of_deed_and_survey_is_shown_but_nothing_on_it_is_certain():
    rules = rule_set(without=("DEED_TOLERANCE",))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    shown = evaluation.findings["area_discrepancy_m2"]
    assert (shown.value, shown.state, shown.reason.code) == (0.0, "needs_inspection", "NO_RULE")
    assert evaluation.findings["far_cap_m2"].state == "needs_inspection"


def test_two_rules_of_one_rank_that_differ_leave_the_number_to_a_person():
    other = replace(RULES["FAR"], code="CIRCULAR-40", params={"far_percent": 300})
    rules = RuleSet.on_day([*RULES.values(), other], ON)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    assert evaluation.findings["far_percent"].value is None
    assert evaluation.findings["far_percent"].reason.args["rules"] == ["CIRCULAR-40", "R121-FAR"]


def test_a_rule_of_higher_rank_stands_above():
    higher = replace(RULES["FAR"], code="HIGH-COUNCIL", params={"far_percent": 120}, rank=10)
    rules = RuleSet.on_day([*RULES.values(), higher], ON)
    assert (
        answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0].findings["far_percent"].value == 120.0
    )


def test_an_annulled_rule_holds_nowhere():
    annulled = replace(RULES["FAR"], legal_status="annulled")
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(annulled))[0]
    assert evaluation.findings["far_percent"].state == "unknown"


def test_a_street_of_unknown_width_leaves_net_area_and_storeys_by_width_unknown():
    unknown_front = corner_streets({"existing": np.nan, "planned": np.nan})
    by_width = Rule(
        "BY-WIDTH", "STOREY", {"limit": "BY_WIDTH", "bands": [{"from": 0, "to": None, "storeys": 3}]}
    )
    around = reference_corner(passages=unknown_front)
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(by_width))[0]
    assert reason(evaluation, "widening_area_m2") == "WIDTH_UNKNOWN"
    assert evaluation.findings["widening_area_m2"].reason.args == {"streets": ["front"]}
    assert evaluation.findings["net_area_m2"].value is None
    assert evaluation.findings["storeys"].value is None


def test_a_table_of_storeys_without_a_row_is_unknown_not_unlimited():
    gap = Rule("BY-WIDTH", "STOREY", {"limit": "BY_WIDTH", "bands": [{"from": 0, "to": 6, "storeys": 2}]})
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(gap))[0]
    assert evaluation.findings["storeys"].state == "unknown"
    assert evaluation.findings["storeys"].reason.args == {"rules": ["BY-WIDTH"]}


def test_without_a_deed_floor_area_on_the_deed_is_unknown():
    evaluation = answer_for(a_lot(REFERENCE_LOT, deed_area_m2=np.nan), reference_corner())[0]
    assert reason(evaluation, "deed_area_m2") == "NO_DEED_AREA"
    assert evaluation.findings["far_cap_m2"].state == "unknown"
    assert evaluation.findings["footprint_m2"].value == 165.0


def test_a_survey_that_differs_from_the_deed_needs_an_inspection():
    evaluation = answer_for(a_lot(REFERENCE_LOT, deed_area_m2=310.0), reference_corner())[0]
    assert evaluation.findings["area_discrepancy_m2"].state == "needs_inspection"
    assert evaluation.findings["far_cap_m2"].state == "needs_inspection"
    assert evaluation.findings["far_cap_m2"].value == 744.0
    assert evaluation.findings["coverage_cap_m2"].state == "computed"
