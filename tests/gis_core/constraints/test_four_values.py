"""Applies, does not apply, borderline or unknown: what nobody knows never reads as no restriction."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from gis_core.constraints.findings import as_document
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Edges, Layer
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    ON,
    REFERENCE_LOT,
    RULES,
    SIDE_LINE,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    corner_streets,
    edges_of,
    in_zone,
    overlays,
    reference_corner,
    rule_set,
    streets,
    surveyed,
    zones,
)

BOW_TIE = shapely.Polygon([(X - 2, Y + 8), (X + 14, Y + 20), (X + 14, Y + 8), (X - 2, Y + 20)])
with np.errstate(invalid="ignore"):
    NOT_FINITE = shapely.Polygon([(X - 2, Y + 8), (np.nan, Y + 20), (X + 14, Y + 8), (X - 2, Y + 20)])
UNREADABLE = {
    "crossing itself": BOW_TIE,
    "not finite": NOT_FINITE,
    "empty": shapely.Polygon(),
    "missing": None,
}
SURVEYED = Layer("works", surveyed_extent=WHOLE_PLACE, accuracy_m=0.05)
BUFFER = {"layer": "works", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"}
SURFACE = {
    "layer": "works",
    "inner_height_m": 14.0,
    "inner_radius_m": 4000.0,
    "conical_slope": 0.05,
    "conical_height_m": 100.0,
    "aerodrome_elevation_m": 1590.0,
}
FAR_OFF = shapely.box(X + 300, Y, X + 320, Y + 20)
OLD = replace(SURVEYED, surveyed_on=date(2020, 1, 1), stale_after_days=30)
BESIDE = shapely.box(X - 900, Y - 900, X - 100, Y + 900)


def judged(shape, rule, layer=SURVEYED, lot=None):
    around = reference_corner(
        overlays=overlays("works", (shape, {})), layers={"works": layer} if layer is not None else {}
    )
    rules = rule_set(rule) if rule is not None else rule_set()
    return answer_for(lot or a_lot(REFERENCE_LOT), around, rules)[0]


def one_overlay(evaluation):
    (entry,) = [entry for entry in evaluation.overlays if entry.layer == "works"]
    return entry


#: What may be wrong with a source, and what is said of it.
TROUBLES = {
    "outside the surveyed extent": (replace(SURVEYED, surveyed_extent=BESIDE), "OUTSIDE_SURVEYED_EXTENT"),
    "extent not told": (replace(SURVEYED, surveyed_extent=None), "EXTENT_UNKNOWN"),
    "stale": (OLD, "STALE_LAYER"),
    "missing layer": (None, "MISSING_LAYER"),
}
#: Kinds of rules that restrict through a layer, with what of the answer they bear on.
RESTRICTING = {
    "NO_BUILD": (Rule("R", "BUFFER", BUFFER), "buildable_area_m2"),
    "CONDITIONAL": (Rule("R", "BUFFER", BUFFER | {"effect": "CONDITIONAL"}), "buildable_area_m2"),
    "HEIGHT_LIMIT": (
        Rule("R", "BUFFER", BUFFER | {"effect": "HEIGHT_LIMIT", "max_height_m": 9.0}),
        "storeys",
    ),
    "HEIGHT_SURFACE": (Rule("R", "HEIGHT_SURFACE", SURFACE), "storeys"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("kind", RESTRICTING)
def test_a_source_that_cannot_tell_is_unknown_and_what_rests_on_it_an_upper_bound(kind, trouble):
    (rule, key), (layer, code) = RESTRICTING[kind], TROUBLES[trouble]
    evaluation = judged(translate(FAR_OFF, 9000), rule, layer)
    entry = one_overlay(evaluation)
    assert (entry.state, entry.reason.code) == ("unknown", code)
    assert evaluation.findings[key].state == "conditional"
    assert evaluation.findings["reachable_floor_area_m2"].state == "conditional"
    assert "works" in evaluation.unknown
    document = as_document(evaluation)
    assert document["overlays"][0]["state"] == "unknown"
    assert "works" in document["unknown"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_planned_street_that_nobody_can_tell_of_leaves_the_net_lot_an_upper_bound(trouble):
    layer, _ = TROUBLES[trouble]
    evaluation = judged(FAR_OFF, Rule("R", "PLANNED_STREET", {"layer": "works"}), layer)
    for key in ("widening_area_m2", "net_area_m2", "footprint_m2"):
        finding = evaluation.findings[key]
        assert (finding.state, finding.reason.code) == ("conditional", "OVERLAY_UNKNOWN"), key
        assert finding.reason.args == {"layers": ["works"]}


def test_a_planned_street_that_is_surveyed_here_leaves_no_doubt():
    evaluation = judged(FAR_OFF, Rule("R", "PLANNED_STREET", {"layer": "works"}))
    assert evaluation.findings["net_area_m2"].state == "computed"


@pytest.mark.parametrize("shape", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("kind", RESTRICTING)
def test_a_feature_that_cannot_be_read_is_unknown_where_it_may_lie(kind, shape):
    rule, key = RESTRICTING[kind]
    evaluation = judged(shape, rule, lot=replace(a_lot(REFERENCE_LOT), ground_m=np.array([1500.0])))
    entry = one_overlay(evaluation)
    assert (entry.state, entry.reason.code) == ("unknown", "INVALID_FEATURE")
    assert evaluation.findings[key].state == "conditional"
    assert "works" in evaluation.unknown


@pytest.mark.parametrize("kind", ["NO_BUILD", "CONDITIONAL", "HEIGHT_LIMIT"])
def test_a_feature_that_cannot_be_read_says_nothing_of_a_lot_far_from_it(kind):
    rule, key = RESTRICTING[kind]
    evaluation = judged(translate(BOW_TIE, 300), rule)
    assert one_overlay(evaluation).state == "does_not_apply"
    assert evaluation.findings[key].state == "computed"


def test_a_feature_that_cannot_be_read_reaches_as_far_as_its_rule():
    rule = Rule("R", "BUFFER", BUFFER | {"distance_m": 30.0})
    assert one_overlay(judged(translate(BOW_TIE, 40), rule)).state == "unknown"
    assert one_overlay(judged(translate(BOW_TIE, 50), rule)).state == "does_not_apply"


@pytest.mark.parametrize("shape", UNREADABLE.values(), ids=UNREADABLE)
def test_a_planned_street_that_cannot_be_read_leaves_the_net_lot_unknown(shape):
    evaluation = judged(shape, Rule("R", "PLANNED_STREET", {"layer": "works"}))
    finding = evaluation.findings["widening_area_m2"]
    assert (finding.value, finding.reason.code) == (None, "INVALID_FEATURE")


@pytest.mark.parametrize("shape", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("beside", [True, False], ids=["over another zone", "alone"])
def test_a_zone_that_cannot_be_read_leaves_zone_limits_and_uses_unknown(shape, beside):
    drawn = zones(("R112", shape), *([("R121", WHOLE_PLACE)] if beside else []))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=drawn), rule_set(*in_zone("R112")))[
        0
    ]
    for key in ("zone", "far_percent", "coverage_percent", "storeys", "uses", "envelope_area_m2"):
        finding = evaluation.findings[key]
        assert (finding.value, finding.reason.code) == (None, "INVALID_FEATURE"), key
    assert evaluation.choices == ()


def test_a_zone_that_cannot_be_read_says_nothing_of_a_lot_far_from_it():
    drawn = zones(("R121", WHOLE_PLACE), ("R112", translate(BOW_TIE, 300)))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=drawn))[0]
    assert evaluation.findings["zone"].value == "R121"


@pytest.mark.parametrize(
    "line",
    [shapely.LineString([(X - 40, np.nan), (X + 60, Y)]), shapely.LineString(), None,
     shapely.LineString([(X, Y - 4), (X, Y - 4)])],
    ids=["not finite", "empty", "missing", "of no length"],
)  # fmt: skip
def test_a_street_without_a_line_leaves_what_is_ceded_unknown_never_nothing(line):
    passages = corner_streets({"line": line})
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=passages))[0]
    finding = evaluation.findings["widening_area_m2"]
    assert (finding.value, finding.reason.code) == (None, "STREET_NOT_DRAWN")
    assert finding.reason.args == {"streets": ["front"]}
    assert evaluation.findings["net_area_m2"].value is None


def test_one_unreadable_shape_among_many_lots_spoils_no_other_answer():
    there = translate(REFERENCE_LOT, 300)
    lots = replace(
        a_lot(REFERENCE_LOT),
        id=np.array([1, 2]),
        key=np.array(["here", "there"], dtype=object),
        geometry=np.array([REFERENCE_LOT, there], dtype=object),
        deed_area_m2=np.array([300.0, 300.0]),
        accuracy_m=np.zeros(2),
        has_access=np.full(2, np.nan),
    )
    around = reference_corner(overlays=overlays("works", (BOW_TIE, {})), layers={"works": SURVEYED})
    here, beside = answer_for(lots, around, rule_set(RESTRICTING["NO_BUILD"][0]))
    assert [one_overlay(here).state, one_overlay(beside).state] == ["unknown", "does_not_apply"]


# --- no rule, an annulled rule, a rule of another day --------------------------------------------------

LINE_BESIDE = shapely.LineString([(X - 50, Y + 30), (X + 50, Y + 30)])
NEAR = Rule("POWER", "BUFFER", BUFFER | {"measured_from": "AXIS", "distance_m": 8.0})


@pytest.mark.parametrize(
    "rule",
    [
        None,
        replace(NEAR, legal_status="annulled"),
        replace(NEAR, legal_status="suspended"),
        replace(NEAR, valid_from=date(2027, 1, 1)),
        replace(NEAR, valid_to=ON),
    ],
    ids=["no rule", "annulled", "suspended", "of later days", "of earlier days"],
)
def test_a_layer_without_a_rule_on_the_day_does_not_read_as_no_restriction(rule):
    rules = RuleSet.on_day([*RULES.values(), *([rule] if rule else [])], ON)
    around = reference_corner(overlays=overlays("works", (LINE_BESIDE, {})), layers={"works": SURVEYED})
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rules)[0]
    entry = one_overlay(evaluation)
    assert (entry.state, entry.reason.code) == ("unknown", "LAYER_WITHOUT_RULE")
    assert "works" in evaluation.unknown
    with_rule = answer_for(a_lot(REFERENCE_LOT), around, rule_set(NEAR))[0]
    assert one_overlay(with_rule).state == "applies"


def test_what_lies_on_a_lot_without_a_rule_leaves_what_may_be_built_an_upper_bound():
    evaluation = judged(shapely.box(X - 9, Y + 15, X + 30, Y + 40), None)
    assert one_overlay(evaluation).state == "applies"
    for key in ("buildable_area_m2", "storeys", "reachable_floor_area_m2"):
        finding = evaluation.findings[key]
        assert (finding.state, finding.reason.code) == ("conditional", "OVERLAY_UNKNOWN"), key


def test_a_smallest_lot_on_which_two_rules_disagree_or_no_deed_tells_is_unknown_not_met():
    small = Rule(
        "MIN", "MIN_LOT", {"min_area_m2": 290, "falls_to": None}, zone_code="R121", area_basis="DEED"
    )
    other = replace(small, code="OTHER", params={"min_area_m2": 320, "falls_to": None})
    rules = RuleSet.on_day([*RULES.values(), small, other], ON)
    contradicted = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0].findings["storeys"]
    assert (contradicted.value, contradicted.reason.code) == (None, "RULES_CONFLICT")
    lot = a_lot(REFERENCE_LOT, deed_area_m2=np.nan)
    untold = answer_for(lot, reference_corner(), rule_set(small))[0].findings["storeys"]
    assert (untold.value, untold.reason.args) == (None, {"inputs": ["deed_area_m2"]})


def test_a_street_of_known_line_and_widths_takes_its_land():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    assert evaluation.findings["widening_area_m2"].value == 24.0


def test_an_aerodrome_whose_shape_nobody_can_read_leaves_the_storeys_unknown():
    surface = {
        "layer": "airports",
        "aerodrome_elevation_m": 1000.0,
        "inner_height_m": 45.0,
        "inner_radius_m": 4000.0,
        "conical_slope": 0.05,
        "conical_height_m": 100.0,
    }
    bow_tie = shapely.Polygon([(X, Y + 900), (X + 40, Y + 940), (X + 40, Y + 900), (X, Y + 940)])
    around = reference_corner(
        overlays=overlays("airports", (bow_tie, {})),
        layers=surveyed("airports", accuracy_m=1.0),
    )
    lot = replace(a_lot(REFERENCE_LOT), ground_m=np.array([1000.0]))
    evaluation = answer_for(lot, around, rule_set(Rule("AIRPORT", "HEIGHT_SURFACE", surface)))[0]
    assert [entry.reason.code for entry in evaluation.overlays] == ["INVALID_FEATURE"]
    assert evaluation.findings["storeys"].state != "computed"


def test_a_side_of_which_nobody_knows_what_lies_beyond_keeps_the_light_of_a_neighbour():
    kinds = (("passage", 0), ("passage", 1), ("neighbour", -1))
    shown = {
        beyond: answer_for(
            a_lot(REFERENCE_LOT), reference_corner(edges=edges_of(REFERENCE_LOT, *kinds, (beyond, -1)))
        )[0]
        for beyond in ("neighbour", "unknown", "open")
    }
    area = {beyond: found.geometries["envelope"].area for beyond, found in shown.items()}
    assert area["unknown"] == pytest.approx(area["neighbour"])
    assert area["open"] == pytest.approx(area["neighbour"] + 2.0)
    assert shown["unknown"].findings["envelope_area_m2"].state == "needs_inspection"


def test_a_lot_of_whose_edges_nothing_is_known_may_cede_more_than_is_told():
    found = answer_for(a_lot(REFERENCE_LOT), reference_corner(edges=Edges.none()))[0].findings
    assert (found["widening_area_m2"].state, found["widening_area_m2"].reason.code) == (
        "needs_inspection",
        "EDGE_UNKNOWN",
    )


def test_light_is_owed_across_the_yard_and_not_to_a_side_that_the_building_stands_off():
    strip = shapely.box(X, Y - 5, X + 1, Y + 40)
    held = {"layer": "pipes", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"}
    behind = shapely.LineString([(X - 40, Y + 29), (X + 60, Y + 29)])
    shown = []
    for drawn in ((), ((strip, {}),)):
        around = reference_corner(
            edges=edges_of(
                REFERENCE_LOT, ("neighbour", -1), ("neighbour", -1), ("passage", 0), ("neighbour", -1)
            ),
            passages=streets({"key": "north", "line": behind, "existing": 8, "planned": 8}),
            overlays=overlays("pipes", *drawn),
            layers=surveyed("pipes", accuracy_m=0.06),
        )
        evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(Rule("PIPE", "BUFFER", held)))[0]
        shown.append((evaluation.geometries["envelope"].bounds[0], evaluation.findings["light_height_m"]))
    assert shown[1][0] == pytest.approx(shown[0][0] + 1.0)
    assert shown[0][1].value is not None
    assert shown[1][1].value == pytest.approx(shown[0][1].value)


# --- the plan itself: which zone, as surely as any buffer ----------------------------------------------

OF_ZONES = ("zone", "far_percent", "coverage_percent", "storeys", "uses", "envelope_area_m2", "setbacks_m")


def in_plan_of(layer, *more, lot=None, **around):
    drawn = replace(around.pop("zones", zones(("R121", WHOLE_PLACE))), layer=layer)
    return answer_for(lot or a_lot(REFERENCE_LOT), reference_corner(zones=drawn, **around), rule_set(*more))[
        0
    ]


PLAN = Layer("zoning", surveyed_extent=WHOLE_PLACE, accuracy_m=0.06, kind="zoning")
OLD_PLAN = replace(PLAN, surveyed_on=date(2020, 1, 1), stale_after_days=30)
LEFT_HALF = shapely.box(X - 900, Y - 900, X + 6, Y + 900)


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (replace(PLAN, surveyed_extent=BESIDE), "OUTSIDE_SURVEYED_EXTENT"),
        (replace(PLAN, surveyed_extent=LEFT_HALF), "OUTSIDE_SURVEYED_EXTENT"),
        (OLD_PLAN, "STALE_LAYER"),
        (None, "MISSING_LAYER"),
    ],
    ids=["beyond its survey", "half beyond its survey", "stale", "missing"],
)
def test_a_plan_that_cannot_tell_leaves_the_zone_and_all_that_it_permits_unknown(layer, code):
    evaluation = in_plan_of(layer)
    for key in OF_ZONES:
        finding = evaluation.findings[key]
        assert (finding.state, finding.value, finding.reason.code) == ("unknown", None, code), key
    assert evaluation.choices == ()
    assert set(OF_ZONES) <= set(as_document(evaluation)["unknown"])
    assert evaluation.findings["net_area_m2"].value == 275.0  # the land itself is no matter of zones


def test_a_plan_is_stale_from_the_day_after_its_last_one():
    last = replace(PLAN, surveyed_on=ON, stale_after_days=0)
    assert in_plan_of(last).findings["zone"].value == "R121"
    over = replace(PLAN, surveyed_on=ON - timedelta(days=1), stale_after_days=0)
    finding = in_plan_of(over).findings["zone"]
    assert finding.reason.args == {"surveyed_on": "2026-11-20"}


def test_a_plan_of_which_nobody_said_how_far_it_reaches_tells_of_the_zones_that_it_shows():
    assert in_plan_of(replace(PLAN, surveyed_extent=None)).findings["zone"].value == "R121"


def test_a_lot_that_leaves_the_survey_by_less_than_the_accuracy_keeps_its_zone_and_it_is_noted():
    # Lot to 8 cm and plan to 6 cm are together exact to 10 cm.
    for beyond_m, value, code in (
        (0.09, "R121", "AT_END_OF_SURVEY"),
        (0.11, None, "OUTSIDE_SURVEYED_EXTENT"),
    ):
        extent = shapely.box(X - 900, Y - 900, X + 12 - beyond_m, Y + 900)
        evaluation = in_plan_of(replace(PLAN, surveyed_extent=extent))
        finding = evaluation.findings["zone"]
        assert (finding.value, finding.reason.code) == (value, code)
        assert (evaluation.findings["far_percent"].value is None) == (value is None)
    assert evaluation.findings["far_percent"].reason.code == "OUTSIDE_SURVEYED_EXTENT"


def test_the_shape_of_the_survey_is_read_on_the_ground_as_the_lots_are():
    to_ground = Rule("GROUND", "GRID_TO_GROUND", {"apply": True, "grid_scale": 0.99, "elevation_factor": 1.0})
    extent = shapely.box(X - 1, Y - 1, X + 13, Y + 26)
    assert in_plan_of(replace(PLAN, surveyed_extent=extent), to_ground).findings["zone"].value == "R121"


def test_a_lot_that_a_street_takes_whole_lies_in_the_plan_however_old_the_zoning_is():
    wide = streets(
        {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 90},
        {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8},
    )
    evaluation = in_plan_of(OLD_PLAN, passages=wide)
    assert evaluation.status == "IN_PLAN"
    assert evaluation.findings["zone"].reason.code == "IN_PLAN"


@pytest.mark.parametrize(
    ("lot_m", "plan_m"), [(np.nan, 0.06), (0.08, None), (np.nan, None)], ids=["lot", "plan", "neither"]
)
def test_where_nobody_said_how_exact_the_maps_are_a_lot_over_two_zones_lies_in_nobody_knows_which(
    lot_m, plan_m
):
    sliver = zones(("R121", shapely.box(X - 900, Y - 900, X + 11.95, Y + 900)), ("R112", WHOLE_PLACE))
    sliver = replace(
        sliver, geometry=np.array([sliver.geometry[0], WHOLE_PLACE.difference(sliver.geometry[0])])
    )
    lot, plan = a_lot(REFERENCE_LOT, accuracy_m=lot_m), replace(PLAN, accuracy_m=plan_m)
    finding = in_plan_of(plan, *in_zone("R112"), lot=lot, zones=sliver).findings["zone"]
    assert (finding.value, finding.reason.code) == (None, "ACCURACY_UNKNOWN")
    bare = zones(("R121", shapely.box(X - 900, Y - 900, X + 11.95, Y + 900)))
    finding = in_plan_of(plan, lot=lot, zones=bare).findings["zone"]
    assert (finding.value, finding.state) == (None, "unknown")
    # Well within one zone no accuracy is needed, and a rule of the city may tell it for all.
    assert in_plan_of(plan, lot=lot).findings["zone"].value == "R121"
    params = {"measure": "INSCRIBED_DIAMETER", "combine": "SUM"}
    told = Rule("MAPS", "ACCURACY", params | {"parcel_accuracy_m": 0.1, "layer_accuracy_m": 0.1})
    assert in_plan_of(plan, told, *in_zone("R112"), lot=lot, zones=sliver).findings["zone"].value == "R121"


# --- storeys that may be asked for ------------------------------------------------------------------------

ON_REQUEST = {"zone_prefix": "R", "max_passage_width_m": 12, "when_storeys": [4], "extra": 1}


def on_request(*more, policy=ON_REQUEST, without=(), **around):
    widths = replace(
        RULES["STOREY_POLICY"], params={**RULES["STOREY_POLICY"].params, "discretionary": policy}
    )
    rules = RuleSet.on_day(
        [*(rule for kind, rule in RULES.items() if kind not in ("STOREY_POLICY", *without)), *more]
        + ([] if "STOREY_POLICY" in without else [widths]),
        ON,
    )
    found = answer_for(a_lot(REFERENCE_LOT), reference_corner(**around), rules)[0]
    return found.findings["may_request_storeys"]


def test_where_no_rule_tells_of_storeys_on_request_they_are_unknown_not_none():
    found = on_request(without=("STOREY_POLICY",))
    assert (found.state, found.value) == ("unknown", None)
    assert (found.reason.code, found.reason.args) == ("NO_RULE", {"kind": "STOREY_POLICY"})
    assert on_request(policy=None).state == "computed"  # a rule that says that nothing may be asked for


def test_storeys_on_request_are_unknown_where_what_they_hang_on_is_not_known():
    assert (on_request().value, on_request().state) == (5.0, "discretionary")
    other = replace(RULES["STOREY"], code="CIRCULAR-7", params={"limit": "ZONE", "storeys": 3})
    assert on_request(other).reason.args == {"inputs": ["storeys"]}
    nobody_knows = corner_streets({"planned": np.nan})
    assert on_request(passages=nobody_knows).reason.args == {"inputs": ["governing_width_m"]}
    assert on_request(zones=zones(("R121", translate(WHOLE_PLACE, 9000)))).reason.args == {
        "inputs": ["zone", "storeys"]
    }


def test_storeys_on_request_are_none_for_sure_where_one_condition_fails_whatever_else_is_not_known():
    elsewhere = ON_REQUEST | {"zone_prefix": "M"}
    other = replace(RULES["STOREY"], code="CIRCULAR-7", params={"limit": "ZONE", "storeys": 3})
    found = on_request(other, policy=elsewhere)
    assert (found.value, found.state) == (None, "computed")
