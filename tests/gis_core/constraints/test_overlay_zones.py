"""Overlay zones that restrict, relax or replace the limits of the zones below them."""

from dataclasses import replace

import pytest
import shapely

from gis_core.constraints.parameters import faults
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Layer
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
    reason,
    reference_corner,
    rule_set,
    surveyed,
    zones,
)

#: The net reference lot reaches 23 m north from two metres inside: half of it lies beyond this line.
NORTHERN_HALF = shapely.box(X - 50, Y + 13.5, X + 50, Y + 60)
SURVEYED = surveyed("station", accuracy_m=0.05)


def overlay_zone(effect, code="STATION", rank=50, **limits):
    params = {"layer": "station", "measured_from": "POLYGON", "distance_m": 0.0, "effect": effect}
    return Rule(code, "BUFFER", params | limits, rank=rank)


def under(shape, *rules, layers=None, split="STRICTEST", without=()):
    around = reference_corner(overlays=overlays("station", (shape, {})), layers=layers or SURVEYED)
    decided = replace(RULES["ZONE"], params=RULES["ZONE"].params | {"split_zone_limits": split})
    pack = rule_set(decided, *rules, without=("ZONE", *without))
    return answer_for(a_lot(REFERENCE_LOT, deed_area_m2=300.0), around, pack)[0]


def limits(evaluation):
    return tuple(evaluation.findings[key].value for key in ("far_percent", "coverage_percent", "storeys"))


@pytest.mark.parametrize(
    ("effect", "given", "left"),
    [
        ("RESTRICT", {"far_percent": 180, "storeys": 3}, (180, 60, 3)),
        ("RESTRICT", {"far_percent": 300, "storeys": 6}, (240, 60, 4)),
        ("RELAX", {"far_percent": 300, "coverage_percent": 70, "storeys": 6}, (300, 70, 6)),
        ("RELAX", {"far_percent": 180, "storeys": 3}, (240, 60, 4)),
        ("REPLACE", {"far_percent": 180, "coverage_percent": 80, "storeys": 5}, (180, 80, 5)),
    ],
)
def test_over_the_whole_lot_it_restricts_relaxes_or_replaces(effect, given, left):
    assert limits(under(WHOLE_PLACE, overlay_zone(effect, **given))) == left


def test_the_overlay_zones_rule_is_cited_where_it_decides():
    found = under(WHOLE_PLACE, overlay_zone("RESTRICT", far_percent=180, storeys=3)).findings
    assert found["far_percent"].rule.code == "STATION"
    assert found["storeys"].binding == ("STATION",)
    assert found["coverage_percent"].rule.code == "R121-COV"
    assert found["far_cap_m2"].value == pytest.approx(1.80 * 300.0)


def test_on_a_half_of_the_lot_a_restriction_holds_for_all_of_it_by_the_strictest():
    assert limits(under(NORTHERN_HALF, overlay_zone("RESTRICT", far_percent=180, storeys=3))) == (180, 60, 3)


def test_on_a_half_of_the_lot_a_relaxation_holds_for_none_of_it_by_the_strictest():
    assert limits(under(NORTHERN_HALF, overlay_zone("RELAX", far_percent=300, storeys=6))) == (240, 60, 4)


def test_on_a_half_of_the_lot_a_density_is_weighted_where_the_city_weights():
    evaluation = under(NORTHERN_HALF, overlay_zone("RELAX", far_percent=300), split="AREA_WEIGHTED")
    net = evaluation.geometries["net"]
    share = net.intersection(NORTHERN_HALF).area / net.area
    assert 0.4 < share < 0.6
    assert evaluation.findings["far_percent"].value == pytest.approx(300 * share + 240 * (1 - share))
    assert evaluation.findings["far_cap_m2"].value == pytest.approx((3.0 * share + 2.4 * (1 - share)) * 300.0)


def test_on_a_half_of_the_lot_the_desk_decides_where_the_city_leaves_it_to_the_desk():
    evaluation = under(NORTHERN_HALF, overlay_zone("RESTRICT", far_percent=180), split="DESK")
    assert reason(evaluation, "far_percent") == "PARTLY_UNDER_OVERLAY"
    assert evaluation.findings["far_percent"].reason.args == {"layers": ["station"]}
    assert evaluation.findings["coverage_percent"].value == 60


def test_a_misfit_below_the_accuracy_cuts_nothing_off():
    nearly_all = shapely.box(X - 50, Y - 50, X + 50, Y + 24.96)
    just_in = shapely.box(X - 50, Y + 24.96, X + 50, Y + 60)
    relaxed = overlay_zone("RELAX", far_percent=300)
    assert under(nearly_all, relaxed).findings["far_percent"].value == 300
    assert under(just_in, relaxed).findings["far_percent"].value == 240


def test_what_forbids_has_the_last_word():
    rules = (
        overlay_zone("RESTRICT", "A", far_percent=200),
        overlay_zone("RELAX", "B", far_percent=320),
        overlay_zone("REPLACE", "C", far_percent=280),
    )
    assert under(WHOLE_PLACE, *rules).findings["far_percent"].value == 200
    assert under(WHOLE_PLACE, *rules[1:]).findings["far_percent"].value == 320


def test_of_two_replacements_the_higher_rank_holds_and_equal_ranks_contradict():
    plan, law = (
        overlay_zone("REPLACE", "PLAN", 50, far_percent=280),
        overlay_zone("REPLACE", "LAW", 20, far_percent=150),
    )
    assert under(WHOLE_PLACE, plan, law).findings["far_percent"].value == 150
    other = overlay_zone("REPLACE", "OTHER", 50, far_percent=150)
    assert reason(under(WHOLE_PLACE, plan, other), "far_percent") == "RULES_CONFLICT"


def test_a_replacement_gives_a_limit_where_the_zone_has_none():
    replaced = overlay_zone("REPLACE", far_percent=150, storeys=2)
    assert limits(under(WHOLE_PLACE, replaced, without=("FAR", "STOREY"))) == (150, 60, 2)
    half = under(NORTHERN_HALF, replaced, without=("FAR",))
    assert reason(half, "far_percent") == "NO_RULE"


@pytest.mark.parametrize(
    ("effect", "value", "state"),
    [("RESTRICT", 240, "conditional"), ("RELAX", 240, "computed"), ("REPLACE", None, "unknown")],
)
def test_where_it_is_not_known_or_borderline_no_more_is_promised_than_is_sure(effect, value, state):
    elsewhere = shapely.box(X + 500, Y, X + 600, Y + 50)
    borderline = shapely.box(X - 50, Y + 24.95, X + 50, Y + 60)
    not_here = {"station": Layer("station", surveyed_extent=elsewhere, accuracy_m=0.05)}
    for shape, layers in ((elsewhere, not_here), (borderline, None)):
        evaluation = under(shape, overlay_zone(effect, far_percent=180), layers=layers)
        found = evaluation.findings["far_percent"]
        assert (found.value, found.state) == (value, state)
        assert "station" in evaluation.unknown


def test_a_rule_of_an_overlay_zone_must_say_what_it_changes():
    params = overlay_zone("RELAX").params
    assert faults("BUFFER", params) == [
        "none of coverage_percent, far_percent, storeys says what RELAX changes"
    ]
    told = params | {"effect": "INFO", "storeys": 3}
    assert faults("BUFFER", told) == ["storeys is not read with the effect INFO"]


def test_a_limit_that_no_rule_of_the_zone_tells_stays_unknown_and_no_overlay_zone_is_cited_for_it():
    for effect in ("RESTRICT", "RELAX"):
        found = under(WHOLE_PLACE, overlay_zone(effect, far_percent=180), without=("FAR",)).findings[
            "far_percent"
        ]
        assert (found.value, found.reason.code, found.rule) == (None, "NO_RULE", None)


def test_a_sliver_of_an_overlay_zone_changes_nothing_in_the_zone_into_which_it_reaches():
    west, east = (shapely.box(X + a, Y - 90, X + b, Y + 90) for a, b in ((-90, 6), (6, 90)))
    # Lot to 8 cm and overlay to 5 cm are together exact to 9.4 cm: 5 cm of the western zone are no overlap.
    reach = shapely.box(X + 5.95, Y - 90, X + 90, Y + 90)
    around = reference_corner(
        zones=zones(("R121", west), ("R112", east)),
        overlays=overlays("station", (reach, {})),
        layers=SURVEYED,
    )
    rule = overlay_zone("RESTRICT", far_percent=100)
    rules = RuleSet.on_day([*RULES.values(), rule, *in_zone("R112")], ON)
    found = answer_for(a_lot(REFERENCE_LOT), around, rules)[0]
    assert {zone.code: zone.limits["far_percent"] for zone in found.zones} == {"R121": 240.0, "R112": 100.0}
