"""Two rules of one rank that contradict each other, of whatever kind: the answer says so, deciding none."""

from dataclasses import replace

import pytest
import shapely

from gis_core.constraints.division import judge_consolidation, judge_subdivision
from gis_core.constraints.plane import shapes
from gis_core.constraints.proposal import Proposal, judge
from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    overlays,
    reference_corner,
    surveyed,
    zones,
)

EXACT = Rule(
    "EXACT",
    "ACCURACY",
    {
        "measure": "INSCRIBED_DIAMETER",
        "combine": "SUM",
        "parcel_accuracy_m": 0.05,
        "layer_accuracy_m": 0.05,
    },
)
ROUGH = replace(EXACT, code="ROUGH", params=EXACT.params | {"layer_accuracy_m": 0.5})
SPLIT = RULES["ZONE"]

#: A second rule of the same rank that says something else, and the findings that hang on it.
CONTRADICTIONS = [
    (RULES["WIDEN"], {"passages": "ALL"}, ("widening_area_m2",)),
    (RULES["CHAMFER"], {"measure": "LEG"}, ("chamfer_area_m2",)),
    (RULES["DEED_TOLERANCE"], {"absolute_m2": 5.0}, ("area_discrepancy_m2",)),
    (SPLIT, {"split_zone_limits": "DESK"}, ("zone", "far_percent", "storeys", "uses", "envelope_area_m2")),
    (RULES["STOREY_POLICY"], {"width_basis": "EXIST"}, ("governing_width_m", "may_request_storeys")),
    (RULES["HEIGHT"], {"slab_m": 0.5}, ("height_m",)),
    (RULES["ORIENT"], {"north": "TRUE"}, ("orientation",)),
    (RULES["DEPTH60"], {"depth_share": 0.5}, ("envelope_area_m2", "setbacks_m")),
    (RULES["LIGHTWELL"], {"valid_up_to_storeys": 4}, ("light_wells_m2",)),
    (RULES["PARK"], {"m2_per_bay": 30}, ("parking_need", "parking_capacity")),
    (RULES["LIGHT"], {"effect": "LIMIT"}, ("light_height_m",)),
    (RULES["CANTILEVER"], {"min_clearance_m": 4.0}, ("projection_m", "projection_clearance_m")),
    (RULES["OVERLOOK"], {"other_m": 5.0}, ("overlook",)),
    (RULES["USE"], {"uses": {"housing": "FORBIDDEN"}}, ("uses",)),
    (RULES["SUBDIV"], {"lot_min_m2": 100}, ("may_subdivide",)),
    (RULES["COV"], {"coverage_percent": 50}, ("coverage_percent",)),
    (RULES["FAR"], {"far_percent": 200}, ("far_percent",)),
    (RULES["STOREY"], {"storeys": 5}, ("storeys",)),
]


def other_of(rule, **params):
    return replace(rule, code="CIRCULAR-7", params=dict(rule.params) | params)


def answer(*more, around=None):
    rules = RuleSet.on_day([*RULES.values(), *more], ON)
    return answer_for(a_lot(REFERENCE_LOT), around or reference_corner(), rules)[0]


@pytest.mark.parametrize(
    ("rule", "params", "keys"), CONTRADICTIONS, ids=[rule.kind for rule, _, _ in CONTRADICTIONS]
)
def test_two_rules_of_one_rank_that_differ_are_told_and_decide_nothing(rule, params, keys):
    found = answer(other_of(rule, **params)).findings
    for key in keys:
        assert found[key].reason.code == "RULES_CONFLICT", key
        assert set(found[key].reason.args["rules"]) == {rule.code, "CIRCULAR-7"}, key
        assert found[key].state == ("needs_inspection" if rule.kind == "DEED_TOLERANCE" else "unknown"), key


@pytest.mark.parametrize(
    ("rule", "keys"), [(rule, keys) for rule, _, keys in CONTRADICTIONS], ids=lambda one: str(one)[:12]
)
def test_two_rules_that_say_the_same_contradict_nobody(rule, keys):
    found, alone = answer(other_of(rule)).findings, answer().findings
    assert {key: found[key].value for key in keys} == {key: alone[key].value for key in keys}


def near_a_line(*more):
    """A power line 15 m behind the lot, whose buffer of 10 m ends 5 m from it; nothing else is near."""
    line = shapely.LineString([(X - 200, Y + 40), (X + 200, Y + 40)])
    buffer = {"layer": "power", "measured_from": "AXIS", "distance_m": 10.0, "effect": "NO_BUILD"}
    around = reference_corner(overlays=overlays("power", (line, {})), layers=surveyed("power"))
    return answer(Rule("POWER", "BUFFER", buffer), *more, around=around)


def test_where_nobody_can_say_how_exact_the_maps_are_no_zone_and_no_buffer_is_sure():
    sure, unsure = near_a_line(EXACT), near_a_line(EXACT, ROUGH)
    assert sure.overlays[0].state == "does_not_apply"
    assert [(one.state, one.reason.code) for one in unsure.overlays] == [("unknown", "RULES_CONFLICT")]
    assert "power" in unsure.unknown
    for key in ("zone", "far_percent", "storeys", "uses", "envelope_area_m2"):
        assert (unsure.findings[key].value, unsure.findings[key].reason.code) == (None, "RULES_CONFLICT"), key
    # What may be built is an upper bound: the line may reach here.
    built = unsure.findings["buildable_area_m2"]
    assert (built.state, built.reason.code) == ("conditional", "OVERLAY_UNKNOWN")
    # Areas hang on no accuracy.
    assert unsure.findings["net_area_m2"].value == sure.findings["net_area_m2"].value


def test_a_rule_of_higher_rank_ends_the_contradiction_about_accuracy():
    law = replace(EXACT, code="LAW", rank=5)
    assert near_a_line(EXACT, ROUGH, law).findings["zone"].value == "R121"


def test_contradicting_rules_on_contradictions_leave_all_of_them_to_a_person():
    when = [
        Rule(code, "CONFLICT", {"equal_rank_conflict": code}) for code in ("ALWAYS", "ONLY_IF_IT_DECIDES")
    ]
    weaker = [
        replace(RULES["FAR"], code=f"C-{percent}", params={"far_percent": percent}, rank=70)
        for percent in (300, 320)
    ]
    assert answer(*weaker, when[1]).findings["far_percent"].value == 240
    assert answer(*weaker, *when).findings["far_percent"].reason.code == "RULES_CONFLICT"


def test_lots_are_not_divided_or_joined_under_rules_that_contradict_each_other():
    merge = Rule("MERGE", "MERGE", {"min_shared_edge_m": 3.0})
    rules = RuleSet.on_day(
        [
            RULES["SUBDIV"],
            other_of(RULES["SUBDIV"], ratio_max=4),
            merge,
            other_of(merge, min_shared_edge_m=1),
        ],
        ON,
    )
    lots = shapes(shapely.box(0, 0, 10, 20), shapely.box(10, 0, 20, 20))
    divided = judge_subdivision(shapely.box(0, 0, 20, 20), lots, shapes(), shapes(), rules)
    joined = judge_consolidation(lots, ["A", "A"], shapes(), rules)
    assert (divided.found, divided.reason.code) == (None, "RULES_CONFLICT")
    assert (joined.found, joined.reason.code) == (None, "RULES_CONFLICT")


def test_a_building_is_not_judged_by_rules_that_contradict_each_other():
    rules = RuleSet.on_day([*RULES.values(), other_of(RULES["PARK"], m2_per_bay=30)], ON)
    lot = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    verdict = judge(Proposal(units_m2=(80.0,) * 4, bays=9), lot, rules)
    assert [(one.state, one.reason.code) for one in verdict.judgements] == [("unknown", "RULES_CONFLICT")]


R_DIVIDING = replace(RULES["SUBDIV"], code="R121-DIVIDING", zone_code="R121")
ELSEWHERE = zones(("R121", shapely.box(X + 500, Y, X + 600, Y + 100)))


def may_subdivide(*rules, around):
    kept = [rule for rule in RULES.values() if rule.kind != "SUBDIV"]
    lot = answer_for(a_lot(REFERENCE_LOT), around, RuleSet.on_day([*kept, *rules], ON))[0]
    found = lot.findings["may_subdivide"]
    return found.value, found.reason and found.reason.code


def test_without_a_zone_only_a_rule_that_holds_in_every_zone_says_whether_a_lot_may_be_divided():
    city = replace(RULES["SUBDIV"], params=RULES["SUBDIV"].params | {"parent_min_m2": 2000})
    unzoned = reference_corner(zones=ELSEWHERE)
    assert may_subdivide(city, around=unzoned) == (False, None)
    assert may_subdivide(city, R_DIVIDING, around=unzoned) == (None, "NO_ZONE")
    assert may_subdivide(city, R_DIVIDING, around=reference_corner()) == (False, None)
    # A law that stands above the zones' own rules decides wherever the lot lies.
    assert may_subdivide(replace(city, rank=5), R_DIVIDING, around=unzoned) == (False, None)


def test_across_zones_that_divide_differently_nobody_has_said_which_rule_holds():
    west, east = shapely.box(X - 100, Y - 100, X + 6, Y + 100), shapely.box(X + 6, Y - 100, X + 100, Y + 100)
    around = reference_corner(zones=zones(("R121", west), ("S111", east)))
    city = replace(RULES["SUBDIV"], params=RULES["SUBDIV"].params | {"parent_min_m2": 2000})
    assert may_subdivide(city, R_DIVIDING, around=around) == (None, "MULTI_ZONE")
    assert may_subdivide(city, around=around) == (False, None)
