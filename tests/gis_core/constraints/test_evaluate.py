"""What the engine answers for whole lots: the reference lot, and those where answers go wrong elsewhere."""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.findings import as_document
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Layer, Surroundings, chosen
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    NOW,
    ON,
    REFERENCE_LOT,
    RULES,
    SIDE_LINE,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    overlays,
    reference_corner,
    rule_set,
    streets,
    turn_one,
    turned,
    zones,
)


def values_of(evaluation):
    return {key: finding.value for key, finding in evaluation.findings.items()}


def reason(evaluation, key):
    return evaluation.findings[key].reason.code


def in_zone(code, **params):
    """The rules of the reference zone for another one, with other numbers."""
    rules = [RULES["COV"], RULES["FAR"], RULES["STOREY"], RULES["DEPTH60"]]
    return [
        replace(
            rule,
            zone_code=code,
            code=f"{code}-{rule.kind}",
            params=dict(rule.params) | params.get(rule.kind, {}),
        )
        for rule in rules
    ]


# --- the reference lot -------------------------------------------------------------------------------


def test_the_integrated_example_of_the_rule_book_comes_out():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    values = values_of(evaluation)
    assert (values["widening_area_m2"], values["chamfer_area_m2"], values["net_area_m2"]) == (
        24.0,
        1.0,
        275.0,
    )
    assert values["coverage_cap_m2"] == values["footprint_m2"] == 165.0
    assert values["envelope_area_m2"] == pytest.approx(187.6, abs=1e-6)
    assert (values["far_cap_m2"], values["reachable_floor_area_m2"], values["storeys"]) == (720.0, 660.0, 4.0)
    assert evaluation.findings["reachable_floor_area_m2"].binding == ("STOREYS",)
    assert values["unreachable_floor_area_m2"] == 60.0
    assert values["height_m"] == pytest.approx(17.1)
    assert values["orientation"] == "NORTH_LOT"
    assert values["light_wells_m2"]["fit"]
    assert (values["parking_need"], values["parking_capacity"]) == (8, 5)
    assert evaluation.unknown == ()


def test_floor_area_on_the_net_lot_is_660_and_both_limits_bind():
    on_net = replace(RULES["FAR"], area_basis="NET")
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(on_net))[0].findings
    assert finding["far_cap_m2"].value == 660.0
    assert finding["reachable_floor_area_m2"].binding == ("FAR", "STOREYS")


def test_every_number_carries_its_rule_and_how_it_was_computed():
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0].findings
    assert finding["net_area_m2"].formula == "300.00 − 24.00 − 1.00"
    assert finding["far_cap_m2"].rule.code == "R121-FAR"
    assert finding["far_cap_m2"].binding == ("DEED",)
    assert finding["footprint_m2"].inputs == ("coverage_cap_m2", "envelope_area_m2")


def test_the_document_is_json_with_whole_shapes():
    document = as_document(answer_for(a_lot(REFERENCE_LOT), reference_corner())[0])
    assert json.loads(json.dumps(document)) == json.loads(json.dumps(document))
    assert shapely.geometry.shape(document["geometries"]["net"]).area == pytest.approx(275.0, abs=0.02)
    assert document["on"] == "2026-11-21"


def test_choices_trade_coverage_for_storeys_where_density_binds():
    half = replace(RULES["FAR"], area_basis="NET", params={"far_percent": 180})
    choices = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(half))[0].choices
    assert [choice.footprint_m2 for choice in choices] == [165.0, 165.0, 165.0, 123.75]
    assert [choice.floor_area_m2 for choice in choices] == [165.0, 330.0, 495.0, 495.0]


def test_one_more_storey_may_be_asked_for_and_is_never_counted():
    asked = {"zone_prefix": "R", "max_passage_width_m": 12, "when_storeys": [3, 4], "extra": 1}
    policy = replace(RULES["STOREY_POLICY"], params=RULES["STOREY_POLICY"].params | {"discretionary": asked})
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(policy))[0]
    assert evaluation.findings["storeys"].value == 4.0
    assert evaluation.findings["may_request_storeys"].value == 5.0
    assert evaluation.findings["may_request_storeys"].state == "discretionary"
    assert [choice.discretionary for choice in evaluation.choices] == [False] * 4 + [True]
    assert evaluation.findings["reachable_floor_area_m2"].value == 660.0


# --- nothing unknown reads as a number ---------------------------------------------------------------


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
    unknown_front = streets(
        {"key": "front", "line": FRONT_LINE}, {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8}
    )
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


# --- streets -----------------------------------------------------------------------------------------


def test_a_lot_that_the_street_takes_is_in_the_plan_and_gets_no_numbers():
    motorway = streets(
        {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 56},
        {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8},
    )
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=motorway))[0]
    assert evaluation.status == "IN_PLAN"
    assert reason(evaluation, "net_area_m2") == "IN_PLAN"
    assert evaluation.choices == ()


def test_a_lot_cut_in_two_goes_on_with_its_larger_part_and_the_books_balance():
    cut = streets(
        {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8},
        {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8},
        {
            "key": "new street",
            "line": shapely.box(X - 50, Y + 10, X + 50, Y + 14),
            "form": "RIGHT_OF_WAY",
            "planned": 4,
        },
    )
    values = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=cut))[0])
    assert values["widening_area_m2"] == pytest.approx(48.0, abs=1e-6)
    assert values["other_parts_area_m2"] > 0
    parts = ("widening_area_m2", "other_parts_area_m2", "chamfer_area_m2", "net_area_m2")
    assert sum(values[key] for key in parts) == pytest.approx(values["surveyed_area_m2"], abs=1e-9)


def test_a_planned_street_drawn_as_a_layer_takes_its_land():
    planned = Rule("PLANNED", "PLANNED_STREET", {"layer": "planned-streets"})
    strip = overlays("planned-streets", (shapely.box(X - 50, Y + 20, X + 50, Y + 30), {}))
    layers = {"planned-streets": Layer("planned-streets", surveyed_extent=WHOLE_PLACE)}
    around = reference_corner(overlays=strip, layers=layers)
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(planned))[0]
    assert evaluation.findings["widening_area_m2"].value == pytest.approx(24.0 + 60.0, abs=1e-6)


def test_a_lot_without_a_passage_has_no_access_and_says_so():
    inside = edges_of(REFERENCE_LOT, *[("neighbour", -1)] * 4)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(edges=inside))[0]
    assert evaluation.status == "NO_ACCESS"
    assert evaluation.findings["access"].value is False
    assert evaluation.findings["access"].state == "needs_inspection"


def test_a_street_of_one_name_in_two_pieces_makes_no_corner():
    pieces = streets(
        {"key": "Sarv", "line": FRONT_LINE, "existing": 8, "planned": 8},
        {"key": "Sarv", "line": SIDE_LINE, "existing": 8, "planned": 8},
    )
    values = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=pieces))[0])
    assert values["chamfer_area_m2"] == 0.0


def test_a_corner_whose_angle_is_outside_the_range_is_left_to_a_person():
    sharp = shapely.Polygon([(X, Y), (X + 30, Y), (X + 30, Y + 18), (X + 23.0389, Y + 18)])
    edges = edges_of(sharp, ("passage", 0), ("neighbour", -1), ("neighbour", -1), ("passage", 1))
    crossing = shapely.LineString([(X - 20, Y - 12), (X + 40, Y + 34.9)])
    around = reference_corner(
        edges=edges,
        passages=streets(
            {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8},
            {"key": "side", "line": crossing, "existing": 8, "planned": 8},
        ),
    )
    evaluation = answer_for(a_lot(sharp), around)[0]
    assert reason(evaluation, "chamfer_area_m2") == "CORNER_NOT_AUTOMATIC"
    assert evaluation.findings["net_area_m2"].value is None


# --- zones -------------------------------------------------------------------------------------------


def split_at(x, **more):
    west = shapely.box(X - 1000, Y - 1000, x, Y + 1000)
    east = shapely.box(x, Y - 1000, X + 1000, Y + 1000)
    return reference_corner(zones=zones(("R121", west), ("R112", east)), **more)


def test_a_lot_across_two_zones_takes_the_stricter_limits_where_the_city_says_so():
    rules = rule_set(*in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3}), *RULES.values())
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + 6), rules)[0]
    assert evaluation.zone_state == "MULTI_ZONE"
    assert evaluation.findings["far_percent"].value == 180.0
    assert evaluation.findings["storeys"].value == 3.0


def test_of_equally_strict_rules_the_same_one_is_named_in_every_process():
    for code in ("A1", "B2", "C3", "S4", "T5", "U6"):
        west, east = (
            shapely.box(X - 1000, Y - 1000, X + 6, Y + 1000),
            shapely.box(X + 6, Y - 1000, X + 1000, Y + 1000),
        )
        around = reference_corner(zones=zones(("R121", west), (code, east)))
        evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(*in_zone(code), *RULES.values()))[0]
        last = max(code, "R121")
        assert evaluation.findings["far_percent"].rule.code == (
            RULES["FAR"].code if last == "R121" else f"{code}-FAR"
        )


def test_a_lot_across_two_zones_takes_the_mean_by_share_where_the_city_says_so():
    weighted = replace(RULES["ZONE"], params=RULES["ZONE"].params | {"split_zone_limits": "AREA_WEIGHTED"})
    rules = [rule for rule in RULES.values() if rule.kind != "ZONE"]
    rules += [weighted, *in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3})]
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + 6), RuleSet.on_day(rules, ON))[0]
    share = evaluation.zones[0].share if evaluation.zones[0].code == "R121" else evaluation.zones[1].share
    assert evaluation.findings["far_percent"].value == pytest.approx(240 * share + 180 * (1 - share))
    assert evaluation.findings["storeys"].value == 3.0


def test_a_lot_across_two_zones_goes_to_the_desk_where_the_city_says_nothing():
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + 6), rule_set(without=("ZONE",)))[0]
    assert reason(evaluation, "far_percent") == "MULTI_ZONE"
    assert [zone.kind for zone in evaluation.zones] == ["CONCERNED", "CONCERNED"]


@pytest.mark.parametrize("misfit_m", [0.009, 0.011, 0.05])
def test_a_misfit_below_the_accuracy_concerns_no_second_zone(misfit_m):
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + misfit_m))[0]
    assert evaluation.zone_state == "ONE_ZONE"
    assert {zone.code: zone.kind for zone in evaluation.zones}["R121"] == "BELOW_ACCURACY"
    assert sum(zone.area_mm2 for zone in evaluation.zones) + evaluation.unzoned_mm2 == 275_000_000


def test_ground_without_a_zone_is_reported_and_never_spread_over_the_known_zone():
    west = shapely.box(X - 1000, Y - 1000, X + 9, Y + 1000)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=zones(("R121", west))))[0]
    assert evaluation.zone_state == "PARTLY_UNZONED"
    assert evaluation.unzoned_mm2 == pytest.approx(3 * 23 * 1e6 - 1e6, abs=1)
    assert reason(evaluation, "far_percent") == "PARTLY_UNZONED"


def test_zones_upon_each_other_are_a_fault_of_the_plan():
    twice = zones(("R121", WHOLE_PLACE), ("R112", shapely.box(X, Y, X + 6, Y + 25)))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=twice))[0]
    assert evaluation.zone_state == "OVERLAPPING_ZONES"
    assert evaluation.findings["storeys"].state == "unknown"


def test_a_lot_too_small_for_its_zone_falls_to_the_rules_of_another():
    falls = Rule(
        "R121-MIN", "MIN_LOT", {"min_area_m2": 300, "falls_to": "R112"}, zone_code="R121", area_basis="NET"
    )
    rules = RuleSet.on_day([*RULES.values(), falls, *in_zone("R112", STOREY={"storeys": 3})], ON)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    assert evaluation.findings["zone"].value == "R121"
    assert evaluation.findings["storeys"].value == 3.0


def test_a_lot_too_small_for_any_row_has_no_limits():
    small = Rule(
        "R121-MIN", "MIN_LOT", {"min_area_m2": 300, "falls_to": None}, zone_code="R121", area_basis="NET"
    )
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(small))[0]
    assert reason(evaluation, "storeys") == "LOT_TOO_SMALL"


# --- overlays ----------------------------------------------------------------------------------------

WELL = {"layer": "wells", "measured_from": "POINT", "distance_m": 15.0}
SURVEYED = {"wells": Layer("wells", surveyed_extent=WHOLE_PLACE, accuracy_m=0.06)}


def well_at(x, effect="NO_BUILD", layers=None, **more):
    around = reference_corner(
        overlays=overlays("wells", (shapely.Point(x, Y + 12.5), {})), layers=layers or SURVEYED
    )
    rule = Rule("WELL", "BUFFER", WELL | {"effect": effect} | more)
    return answer_for(a_lot(REFERENCE_LOT), around, rule_set(rule))[0]


def test_a_well_beside_the_lot_takes_a_segment_of_what_may_be_built_on():
    evaluation = well_at(X - 10)
    assert evaluation.overlays[0].state == "applies"
    assert evaluation.findings["buildable_area_m2"].value < 275.0
    assert evaluation.findings["far_cap_m2"].value == 720.0


def test_a_well_whose_circle_ends_4_cm_before_the_lot_is_borderline():
    evaluation = well_at(X - 15.04)
    assert evaluation.overlays[0].state == "borderline"
    assert evaluation.findings["envelope_area_m2"].state == "conditional"
    assert "wells" in evaluation.unknown


def test_a_well_far_away_does_not_apply():
    evaluation = well_at(X - 16)
    assert evaluation.overlays[0].state == "does_not_apply"
    assert evaluation.findings["envelope_area_m2"].state == "computed"


def test_a_condition_of_an_agency_makes_the_building_conditional_and_names_it():
    evaluation = well_at(X - 10, effect="CONDITIONAL", agency="regional water company")
    assert evaluation.findings["buildable_area_m2"].value == 275.0
    finding = evaluation.findings["reachable_floor_area_m2"]
    assert (finding.state, finding.reason.args) == ("conditional", {"agencies": ["regional water company"]})


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (Layer("wells", surveyed_extent=None), "EXTENT_UNKNOWN"),
        (Layer("wells", surveyed_extent=shapely.box(X - 500, Y, X + 5, Y + 500)), "OUTSIDE_SURVEYED_EXTENT"),
        (
            Layer(
                "wells", surveyed_extent=WHOLE_PLACE, surveyed_on=ON.replace(year=2020), stale_after_days=365
            ),
            "STALE_LAYER",
        ),
    ],
)
def test_a_layer_that_cannot_know_says_unknown_where_it_shows_nothing(layer, code):
    evaluation = well_at(X - 300, layers={"wells": layer})
    assert evaluation.overlays[0].state == "unknown"
    assert evaluation.overlays[0].reason.code == code
    assert evaluation.findings["footprint_m2"].state == "conditional"


def test_a_height_surface_limits_the_storeys():
    airport = overlays("airport", (WHOLE_PLACE, {"max_height_m": 15.0}))
    rule = Rule(
        "AIRPORT",
        "BUFFER",
        {
            "layer": "airport",
            "measured_from": "POLYGON",
            "distance_m": 0.0,
            "effect": "HEIGHT_LIMIT",
            "max_height_attribute": "max_height_m",
        },
    )
    layers = {"airport": Layer("airport", surveyed_extent=WHOLE_PLACE)}
    evaluation = answer_for(
        a_lot(REFERENCE_LOT), reference_corner(overlays=airport, layers=layers), rule_set(rule)
    )[0]
    assert evaluation.findings["storeys"].value == 3.0
    assert evaluation.findings["storeys"].binding == ("AIRPORT",)


def test_a_feature_whose_distance_no_row_gives_is_unknown():
    line = shapely.LineString([(X - 100, Y + 40), (X + 100, Y + 40)])
    table = {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}, {"key": 400, "distance_m": 20.0}]}
    rule = Rule(
        "POWER",
        "BUFFER",
        {"layer": "power", "measured_from": "AXIS", "table": table, "attribute": "kv", "effect": "NO_BUILD"},
    )
    around = reference_corner(
        overlays=overlays("power", (line, {"kv": 132})),
        layers={"power": Layer("power", surveyed_extent=WHOLE_PLACE)},
    )
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(rule))[0]
    assert (evaluation.overlays[0].state, evaluation.overlays[0].reason.code) == ("unknown", "NO_ROW")


# --- envelopes by setbacks ---------------------------------------------------------------------------


def test_setbacks_by_edge_take_the_place_of_the_depth_band():
    by_edge = {
        "front_m": 5,
        "street_side_m": 3,
        "side_m": 2,
        "rear_m": 4,
        "open_m": 2,
        "join": "SUPPORTING_LINE",
    }
    rules = rule_set(Rule("R121-SETBACK", "SETBACK", by_edge, zone_code="R121"), without=("DEPTH60",))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    # 12 × 23 m after widening: 3 m at the side street, 2 m at the neighbour, 5 m in front, 4 m behind.
    assert evaluation.findings["envelope_area_m2"].value == pytest.approx(7 * 14, abs=1e-6)
    assert evaluation.findings["setbacks_m"].value["front_m"] == 5
    assert evaluation.findings["footprint_m2"].binding == ("ENVELOPE",)


# --- many lots, odd shapes ---------------------------------------------------------------------------


def test_shapes_that_cannot_be_judged_are_refused_each_for_itself():
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    lots = a_lot(REFERENCE_LOT)
    many = replace(
        lots,
        id=np.arange(4),
        key=np.array(["good", "bow tie", "empty", "two parts"], dtype=object),
        geometry=shapes(
            REFERENCE_LOT,
            bow_tie,
            shapely.Polygon(),
            shapely.MultiPolygon([shapely.box(X, Y, X + 1, Y + 1), shapely.box(X + 2, Y, X + 3, Y + 1)]),
        ),
        deed_area_m2=np.full(4, 300.0),
        accuracy_m=np.full(4, 0.08),
        has_access=np.full(4, np.nan),
    )
    evaluations = answer_for(many, reference_corner())
    codes = [evaluation.findings["net_area_m2"].reason for evaluation in evaluations]
    assert codes[0] is None
    assert [code.code for code in codes[1:]] == ["INVALID_SHAPE", "EMPTY_SHAPE", "NOT_ONE_POLYGON"]
    assert [evaluation.parcel_key for evaluation in evaluations] == ["good", "bow tie", "empty", "two parts"]
    assert evaluations[0].findings["net_area_m2"].value == 275.0


def test_one_lot_among_many_gets_the_same_answer_to_the_bit():
    from tests.speed.neighbourhood import neighbourhood

    lots, around = neighbourhood(200)
    rules = RuleSet.on_day([*RULES.values(), *in_zone("R122"), *in_zone("R112")], ON)
    together = evaluate(lots, around, rules, on=ON, known_at=NOW, origin=(560_000.0, 3_610_000.0))
    for number in (0, 19, 57, 199):
        edges = chosen(around.edges, around.edges.lot == number)
        alone = Surroundings(
            edges=replace(edges, lot=np.zeros(len(edges), dtype=np.int64)),
            passages=around.passages,
            zones=around.zones,
            overlays=around.overlays,
            layers=around.layers,
        )
        lot = chosen(lots, np.array([number]))
        single = evaluate(lot, alone, rules, on=ON, known_at=NOW, origin=(560_000.0, 3_610_000.0))[0]
        assert single.findings == together[number].findings
        assert single.choices == together[number].choices
        for name, shape in single.geometries.items():
            assert shapely.to_wkb(shape) == shapely.to_wkb(together[number].geometries[name])


@pytest.mark.parametrize("degrees", [7.0, 33.3, 90.0, 211.0])
def test_turning_lot_streets_and_zone_together_changes_no_number(degrees):
    # Orientation is by the sun, so the depth direction is left out: setbacks turn with the lot.
    plain = {
        "front_m": 5,
        "street_side_m": 3,
        "side_m": 2,
        "rear_m": 4,
        "open_m": 2,
        "join": "SUPPORTING_LINE",
    }
    rules = rule_set(Rule("R121-SETBACK", "SETBACK", plain, zone_code="R121"), without=("DEPTH60",))
    here = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0])
    there = values_of(
        answer_for(
            a_lot(turn_one(REFERENCE_LOT, degrees, 1234.567, -987.654)),
            turned(reference_corner(), degrees, 1234.567, -987.654),
            rules,
        )[0]
    )
    for key in (
        "net_area_m2",
        "envelope_area_m2",
        "footprint_m2",
        "far_cap_m2",
        "storeys",
        "chamfer_area_m2",
    ):
        assert there[key] == pytest.approx(here[key], abs=1e-5), key
