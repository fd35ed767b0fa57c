"""On a lot in two zones the rule that gives a number is cited, and of two different ones none is guessed."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    in_zone,
    overlays,
    reference_corner,
    surveyed,
    zones,
)

WEST, EAST = shapely.box(X - 900, Y - 900, X + 4, Y + 900), shapely.box(X + 4, Y - 900, X + 900, Y + 900)
#: Names of the other zone that come before and after that of the reference zone.
OTHERS = pytest.mark.parametrize("other", ["A100", "S121"])


def across(other, *more, without=(), **numbers):
    """The reference lot across its own zone and another one with other numbers."""
    rules = [rule for kind, rule in RULES.items() if kind not in without]
    around = reference_corner(zones=zones(("R121", WEST), (other, EAST)))
    return answer_for(
        a_lot(REFERENCE_LOT), around, RuleSet.on_day([*rules, *in_zone(other, **numbers), *more], ON)
    )[0]


@OTHERS
@pytest.mark.parametrize(("far_percent", "binding"), [(180, "other"), (300, "R121")])
def test_of_two_densities_the_stricter_holds_and_is_cited(other, far_percent, binding):
    finding = across(other, FAR={"far_percent": far_percent}).findings
    code = f"{other}-FAR" if binding == "other" else "R121-FAR"
    assert finding["far_percent"].value == min(240, far_percent)
    assert finding["far_percent"].rule.code == finding["far_cap_m2"].rule.code == code


@OTHERS
def test_a_cap_on_another_area_cites_the_rule_and_the_area_that_give_it(other):
    on_net = replace(
        RULES["FAR"], code=f"{other}-NET", zone_code=other, area_basis="NET", params={"far_percent": 250}
    )
    rules = [rule for rule in in_zone(other) if rule.kind != "FAR"]
    around = reference_corner(zones=zones(("R121", WEST), (other, EAST)))
    found = answer_for(a_lot(REFERENCE_LOT), around, RuleSet.on_day([*RULES.values(), *rules, on_net], ON))[
        0
    ].findings
    # 240 % of the deed's 300 m² are 720, 250 % of the net lot's 275 m² are 687.50.
    assert (found["far_percent"].value, found["far_percent"].rule.code) == (240.0, "R121-FAR")
    cap = found["far_cap_m2"]
    assert (cap.value, cap.rule.code, cap.formula) == (687.5, f"{other}-NET", "250 % × 275.00")
    assert cap.binding == ("NET",)


@OTHERS
@pytest.mark.parametrize(
    ("kind", "key", "change"),
    [
        ("HEIGHT", "height_m", {"storey_clear_m": 3.9}),
        ("PARK", "parking_need", {"typical_unit_m2": 200}),
        ("SUBDIV", "may_subdivide", {"parent_min_m2": 100}),
        ("CANTILEVER", "projection_clearance_m", {"min_clearance_m": 4.5}),
        ("LIGHTWELL", "light_wells_m2", {"valid_up_to_storeys": 2}),
        (
            "LIGHT",
            "light_height_m",
            {"planes": [{"from": "NEIGHBOUR", "base_height_m": 3.0, "angle_deg": 45}]},
        ),
    ],
)
def test_of_two_different_rules_for_the_zones_of_one_lot_none_is_guessed(other, kind, key, change):
    own = replace(RULES[kind], code="OWN", zone_code="R121")
    theirs = replace(RULES[kind], code="THEIRS", zone_code=other, params=RULES[kind].params | change)
    finding = across(other, own, theirs, without=(kind,)).findings[key]
    assert (finding.value, finding.state) == (None, "unknown")
    alike = replace(theirs, params=own.params)
    assert across(other, own, alike, without=(kind,)).findings[key].state == "computed"


@OTHERS
@pytest.mark.parametrize("tolerance", [{"tolerance_share": 0.4}, {"tolerance_m2": 110.0}], ids=str)
def test_where_little_is_tolerated_the_largest_zone_holds_alone(other, tolerance):
    one_zone = {"kind": "AREA_TOLERANCE", **tolerance}
    split = replace(RULES["ZONE"], params=dict(RULES["ZONE"].params) | {"one_zone": one_zone})
    # A third of the lot lies in the western zone.
    evaluation = across(other, split, without=("ZONE",), FAR={"far_percent": 300}, STOREY={"storeys": 6})
    assert evaluation.zone_state == "ONE_ZONE"
    assert [(zone.code, zone.kind, zone.joins) for zone in evaluation.zones] == [
        (other, "CONCERNED", ""),
        ("R121", "TOLERATED", other),
    ]
    assert sum(zone.counted_mm2 for zone in evaluation.zones) == 275_000_000
    findings = evaluation.findings
    assert [findings[key].value for key in ("zone", "far_percent", "storeys")] == [other, 300.0, 6.0]


def test_beyond_what_is_tolerated_there_are_two_zones():
    one_zone = {"kind": "AREA_TOLERANCE", "tolerance_share": 0.4, "tolerance_m2": 50.0}
    split = replace(RULES["ZONE"], params=dict(RULES["ZONE"].params) | {"one_zone": one_zone})
    evaluation = across("S121", split, without=("ZONE",))
    assert (evaluation.zone_state, evaluation.findings["zone"].value) == ("MULTI_ZONE", "R121 + S121")


def without_storeys(other, *more):
    """The reference lot across its own zone and one of which no rule tells the storeys."""
    rules = [*RULES.values(), *(rule for rule in in_zone(other) if rule.kind != "STOREY"), *more]
    around = reference_corner(
        zones=zones(("R121", WEST), (other, EAST)),
        overlays=overlays("heights", (WHOLE_PLACE, {})),
        layers=surveyed("heights", accuracy_m=0.06),
    )
    lot = replace(a_lot(REFERENCE_LOT), ground_m=np.array([1000.0]))
    return answer_for(lot, around, RuleSet.on_day(rules, ON))[0].findings["storeys"]


SURFACE = {
    "layer": "heights",
    "aerodrome_elevation_m": 1000.0,
    "inner_height_m": 45.0,
    "inner_radius_m": 4000.0,
    "conical_slope": 0.05,
    "conical_height_m": 100.0,
}
SHOWN = {"layer": "heights", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "INFO"}


@OTHERS
@pytest.mark.parametrize(
    "beside",
    [Rule("SHOWN", "BUFFER", SHOWN), Rule("AIRPORT", "HEIGHT_SURFACE", SURFACE)],
    ids=["nothing", "only an airport's surface"],
)
def test_a_zone_without_a_word_on_storeys_leaves_those_of_the_whole_lot_unknown(other, beside):
    found = without_storeys(other, beside)
    assert (found.value, found.reason.code, found.reason.args["zone"]) == (None, "NO_RULE", other)


@OTHERS
@pytest.mark.parametrize(
    ("told", "storeys"),
    [
        ({"effect": "HEIGHT_LIMIT", "max_height_m": 12.0}, 2.0),
        ({"effect": "REPLACE", "storeys": 3}, 3.0),
    ],
    ids=["a height limit", "an overlay zone"],
)
def test_what_an_overlay_says_of_storeys_stands_for_the_word_of_the_zone(other, told, storeys):
    assert without_storeys(other, Rule("PLAN", "BUFFER", SHOWN | told)).value == storeys
