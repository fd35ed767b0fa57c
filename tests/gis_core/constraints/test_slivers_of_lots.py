"""Misfits up to the accuracy of the maps: a zone's joins its neighbour, a restriction's is borderline."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import scale

from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer, Passages
from tests.gis_core.constraints.scenes import (
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    in_zone,
    overlays,
    reference_corner,
    rule_set,
    zones,
)

#: A lot of 100 m along its street, in the middle of nowhere: nothing is ceded.
LONG_LOT = shapely.box(X, Y, X + 100, Y + 30)


def beside(accuracy_m=0.0, **more):
    edges = edges_of(LONG_LOT, *[("neighbour", -1)] * 4)
    return reference_corner(edges=edges, passages=Passages.none(), **more), a_lot(
        LONG_LOT, accuracy_m=accuracy_m
    )


def with_a_misfit(misfit_m, accuracy_m=0.05):
    """The answer for the long lot whose zone begins a misfit away from its border."""
    below = shapely.box(X - 500, Y - 500, X + 500, Y + misfit_m)
    above = shapely.box(X - 500, Y + misfit_m, X + 500, Y + 500)
    drawn = zones(("R121", above), ("S121", below), accuracy_m=accuracy_m)
    around, lot = beside(zones=drawn)
    return answer_for(lot, around, rule_set(*in_zone("S121")))[0]


@pytest.mark.parametrize("misfit_m", [0.009, 0.011, 0.049])
def test_a_misfit_of_millimetres_along_a_hundred_metres_is_the_same_below_five_centimetres(misfit_m):
    evaluation = with_a_misfit(misfit_m)
    assert evaluation.zone_state == "ONE_ZONE"
    assert [zone.kind for zone in evaluation.zones] == ["CONCERNED", "BELOW_ACCURACY"]
    assert evaluation.findings["zone"].value == "R121"


def test_above_the_accuracy_the_other_zone_is_concerned():
    assert with_a_misfit(0.06).zone_state == "MULTI_ZONE"


def test_the_ground_of_a_sliver_is_counted_with_its_neighbour_and_noted():
    evaluation = with_a_misfit(0.011)
    main, sliver = evaluation.zones
    assert (main.joins, sliver.joins) == ("", "R121")
    assert (main.counted_mm2, sliver.counted_mm2) == (3_000_000_000, 0)
    assert (main.area_mm2, sliver.area_mm2) == (2_998_900_000, 1_100_000)


def test_of_two_neighbours_a_sliver_joins_the_one_it_runs_along():
    west, east = shapely.box(X - 9, Y + 0.02, X + 30, Y + 50), shapely.box(X + 30, Y - 9, X + 109, Y + 50)
    strip = shapely.box(X - 9, Y - 9, X + 30, Y + 0.02)
    drawn = zones(("R121", west), ("S121", east), ("G111", strip), accuracy_m=0.05)
    around, lot = beside(zones=drawn)
    found = {zone.code: zone for zone in answer_for(lot, around)[0].zones}
    assert found["G111"].joins == "R121"
    assert sum(zone.counted_mm2 for zone in found.values()) == 3_000_000_000


def test_a_zone_that_touches_is_never_concerned():
    evaluation = with_a_misfit(0.0, accuracy_m=0.0)
    assert {zone.code: zone.kind for zone in evaluation.zones}["S121"] == "TOUCHES"
    assert evaluation.zone_state == "ONE_ZONE"


def test_a_third_of_a_tiny_lot_is_not_dropped():
    tiny = shapely.box(X, Y, X + 1.5, Y + 2)
    west, east = shapely.box(X - 9, Y - 9, X + 1.05, Y + 9), shapely.box(X + 1.05, Y - 9, X + 9, Y + 9)
    around = reference_corner(
        edges=edges_of(tiny, *[("neighbour", -1)] * 4),
        passages=Passages.none(),
        zones=zones(("R121", west), ("S121", east)),
    )
    evaluation = answer_for(a_lot(tiny), around, rule_set(*in_zone("S121")))[0]
    assert evaluation.zone_state == "MULTI_ZONE"
    assert [zone.share for zone in evaluation.zones] == pytest.approx([0.7, 0.3])


def restricted(reach_m, accuracy_m, factor=1.0, effect="NO_BUILD"):
    """State of a restriction that reaches so far into the long lot; all lengths taken times a factor."""

    def grown(shape):
        return scale(shape, factor, factor, origin=(X, Y))

    lot = grown(LONG_LOT)
    strip = grown(shapely.box(X - 20, Y - 50, X + 120, Y + reach_m))
    around = reference_corner(
        edges=edges_of(lot, *[("neighbour", -1)] * 4),
        passages=Passages.none(),
        overlays=overlays("works", (strip, {})),
        layers={"works": Layer("works", surveyed_extent=grown(WHOLE_PLACE), accuracy_m=accuracy_m * factor)},
    )
    rule = Rule(
        "WORKS",
        "BUFFER",
        {"layer": "works", "measured_from": "POLYGON", "distance_m": 0.0, "effect": effect},
    )
    return answer_for(a_lot(lot, accuracy_m=0.0), around, rule_set(rule))[0]


@pytest.mark.parametrize("reach_m", [-0.04, -0.001, 0.009, 0.011, 0.049])
def test_a_restriction_within_the_accuracy_is_borderline_never_a_plain_no(reach_m):
    evaluation = restricted(reach_m, 0.05)
    assert evaluation.overlays[0].state == "borderline"
    assert evaluation.findings["buildable_area_m2"].state == "conditional"


@pytest.mark.parametrize(("reach_m", "state"), [(-0.06, "does_not_apply"), (0.06, "applies")])
def test_a_restriction_beyond_the_accuracy_applies_or_does_not(reach_m, state):
    assert restricted(reach_m, 0.05).overlays[0].state == state


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.3, 0.5), st.floats(0.01, 0.2), st.sampled_from([0.1, 0.5, 2.0, 5.0]))
def test_scaling_ground_and_accuracy_together_changes_no_state(reach_m, accuracy_m, factor):
    if min(abs(reach_m), abs(abs(reach_m) - accuracy_m)) > 1e-4:
        here, there = restricted(reach_m, accuracy_m), restricted(reach_m, accuracy_m, factor)
        assert here.overlays[0].state == there.overlays[0].state
