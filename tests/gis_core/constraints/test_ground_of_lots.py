"""Slope and depth of water under a lot, in four values; what nobody measured is unknown, never dry."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import Evaluation
from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    reference_corner,
    rule_set,
)

HEIGHTS = Layer("heights", "شیب", "Slope", WHOLE_PLACE, surveyed_on=date(2025, 8, 1), kind="raster")
STEEP = {
    "layer": "heights",
    "measure": "SLOPE_PERCENT",
    "statistic": "MEAN",
    "above": 25.0,
    "effect": "NO_BUILD",
    "unit": "%",
}
FLOOD = {
    "layer": "heights",
    "measure": "VALUE",
    "statistic": "SHARE_ABOVE",
    "above": 0.0,
    "share": 0.1,
    "effect": "CONDITIONAL",
    "agency": "regional water company",
}
LEVEL = {
    "mean": 4.0,
    "maximum": 9.0,
    "share_above": 0.0,
    "known_share_above": 0.0,
    "unknown_share": 0.0,
}


def on_ground(rule=STEEP, layer: Layer | None = HEIGHTS, **measured) -> Evaluation:
    """The reference lot on ground that was measured so; None: nothing was measured."""
    told = np.empty(1, dtype=object)
    told[0] = {"GROUND": {**LEVEL, **measured}} if measured.get("mean", 0) != "nothing" else {}
    lot = replace(a_lot(REFERENCE_LOT), rasters=told)
    around = reference_corner(layers={"heights": layer} if layer else {})
    return answer_for(lot, around, rule_set(Rule("GROUND", "RASTER", rule)))[0]


def test_a_level_lot_is_free():
    evaluation = on_ground()
    assert evaluation.overlays[0].state == "does_not_apply"
    assert evaluation.findings["buildable_area_m2"].value == 275.0
    assert "heights" not in evaluation.unknown


def test_nothing_may_be_built_on_a_lot_that_is_too_steep_and_it_says_how_steep():
    evaluation = on_ground(mean=31.25)
    overlay = evaluation.overlays[0]
    assert (overlay.state, overlay.effect, overlay.name_en) == ("applies", "NO_BUILD", "Slope")
    assert overlay.reason.args == {"found": 31.25, "permitted": 25.0, "measured_in": "%"}
    assert evaluation.findings["buildable_area_m2"].value == 0.0


def test_a_lot_that_is_flooded_on_a_third_depends_on_the_agency():
    evaluation = on_ground(FLOOD, share_above=1 / 3, known_share_above=1 / 3)
    overlay = evaluation.overlays[0]
    assert (overlay.state, overlay.agency) == ("applies", "regional water company")
    assert overlay.overlap_m2 == pytest.approx(275.0 / 3)
    assert evaluation.findings["reachable_floor_area_m2"].state == "conditional"
    assert on_ground(FLOOD, share_above=0.1, known_share_above=0.1).overlays[0].state == "does_not_apply"


def test_a_lot_of_which_a_part_was_not_measured_is_unknown():
    evaluation = on_ground(mean=None, maximum=None, share_above=None, unknown_share=0.25)
    overlay = evaluation.overlays[0]
    assert (overlay.state, overlay.reason.code) == ("unknown", "NO_DATA")
    assert overlay.reason.args == {"unknown_percent": 25.0}
    assert "heights" in evaluation.unknown
    assert evaluation.findings["envelope_area_m2"].state == "conditional"


def test_what_is_surely_flooded_counts_though_the_rest_was_not_measured():
    half_known = {"mean": None, "share_above": None, "unknown_share": 0.5}
    assert on_ground(FLOOD, **half_known, known_share_above=0.3).overlays[0].state == "applies"
    assert on_ground(FLOOD, **half_known, known_share_above=0.05).overlays[0].state == "unknown"


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (None, "MISSING_LAYER"),
        (replace(HEIGHTS, stale_after_days=30), "STALE_LAYER"),
        (replace(HEIGHTS, surveyed_extent=shapely.box(X, Y, X + 5, Y + 5)), "OUTSIDE_SURVEYED_EXTENT"),
    ],
)
def test_a_raster_that_is_not_there_is_old_or_ends_on_the_lot_proves_nothing(layer, code):
    overlay = on_ground(layer=layer, mean=3.0).overlays[0]
    assert (overlay.state, overlay.reason.code) == ("unknown", code)


def test_a_lot_for_which_nothing_was_measured_is_unknown():
    overlay = on_ground(mean="nothing").overlays[0]
    assert (overlay.state, overlay.reason.args) == ("unknown", {"unknown_percent": 100.0})
    without = answer_for(
        a_lot(REFERENCE_LOT),
        reference_corner(layers={"heights": HEIGHTS}),
        rule_set(Rule("GROUND", "RASTER", STEEP)),
    )
    assert without[0].overlays[0].state == "unknown"


@pytest.mark.parametrize(
    ("mean", "state"),
    [(22.9, "does_not_apply"), (23.1, "borderline"), (26.9, "borderline"), (27.1, "applies")],
)
def test_a_slope_within_the_margin_of_the_limit_is_borderline(mean, state):
    evaluation = on_ground({**STEEP, "margin": 2.0}, mean=mean)
    assert evaluation.overlays[0].state == state
    assert ("heights" in evaluation.unknown) == (state == "borderline")


def test_a_raster_without_a_rule_is_no_overlay():
    around = reference_corner(layers={"heights": HEIGHTS})
    assert answer_for(a_lot(REFERENCE_LOT), around)[0].overlays == ()


def test_each_of_many_lots_has_its_own_ground():
    lots = a_lot(REFERENCE_LOT)
    two = {name: np.concatenate([rows, rows]) for name, rows in vars(lots).items() if len(rows)}
    told = np.empty(2, dtype=object)
    told[:] = [{"GROUND": LEVEL}, {"GROUND": {**LEVEL, "mean": 40.0}}]
    around = reference_corner(layers={"heights": HEIGHTS})
    rules = rule_set(Rule("GROUND", "RASTER", STEEP))
    found: Evaluations = answer_for(replace(lots, **{**two, "rasters": told}), around, rules)
    assert [each.overlays[0].state for each in found] == ["does_not_apply", "applies"]


def test_a_share_that_is_surely_above_the_limit_but_within_the_margin_leaves_the_lot_unknown():
    half_known = {"mean": None, "share_above": None, "unknown_share": 0.5}
    within, above = (
        on_ground({**FLOOD, "margin": 0.05}, known_share_above=share, **half_known).overlays[0]
        for share in (0.12, 0.16)
    )
    assert (within.state, within.reason.code) == ("unknown", "NO_DATA")
    assert above.state == "applies"


@pytest.mark.parametrize(
    ("slope", "state"),
    [(23.9, "does_not_apply"), (24.0, "borderline"), (26.0, "borderline"), (26.1, "applies")],
)
def test_ground_within_the_margin_of_the_limit_is_borderline_ends_included(slope, state):
    assert on_ground({**STEEP, "margin": 1.0}, mean=slope).overlays[0].state == state


def test_a_raster_of_which_nobody_said_how_far_it_reaches_tells_of_the_ground_it_measured():
    unbounded = replace(HEIGHTS, surveyed_extent=None)
    assert on_ground(mean=31.25, layer=unbounded).overlays[0].state == "applies"
    assert on_ground(layer=unbounded).overlays[0].state == "does_not_apply"
