"""Moving, turning, redrawing or reordering the world leaves every finding of a lot as it was."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Overlays, Surroundings, chosen
from tests.gis_core.constraints.scenes import (
    NOW,
    ON,
    REFERENCE_LOT,
    RULES,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    corner_edges,
    edges_of,
    in_zone,
    overlays,
    reference_corner,
    surveyed,
    turn_one,
    turned,
    zones,
)

WELL = {"layer": "wells", "measured_from": "POINT", "distance_m": 15.0, "effect": "NO_BUILD"}
TRUE_NORTH = replace(RULES["ORIENT"], params={**RULES["ORIENT"].params, "north": "TRUE"})
HOLDING = [
    *[rule for kind, rule in RULES.items() if kind != "ORIENT"],
    TRUE_NORTH,
    *in_zone("R112", STOREY={"storeys": 3}, FAR={"far_percent": 180}),
    Rule("WELL", "BUFFER", WELL),
]
LAYERS = surveyed("wells", accuracy_m=0.06)


@st.composite
def corner_lots(draw):
    """Four-sided lots on the reference corner, their corners up to 2 m from its own."""
    shift = st.integers(-2000, 2000)
    ring = [(0, 0), (12_000, 0), (12_000, 25_000), (0, 25_000)]
    return shapely.Polygon([(X + (x + draw(shift)) / 1000, Y + (y + draw(shift)) / 1000) for x, y in ring])


def border(at_x):
    west = shapely.box(X - 900, Y - 900, X + at_x, Y + 900)
    return west, shapely.box(X + at_x, Y - 900, X + 900, Y + 900)


def scene(lot, at_x=5.0, **more):
    """A corner lot across the border of two zones, with a well beside it."""
    west, east = border(at_x)
    if "edges" not in more:
        more["edges"] = corner_edges(lot)
    given_ = {
        "zones": zones(("R121", west), ("R112", east)),
        "overlays": overlays("wells", (shapely.Point(X - 12, Y + 12), {})),
        "layers": LAYERS,
    }
    return reference_corner(**(given_ | more))


def answer(lot, around, north_deg=0.0, rules=HOLDING):
    found = evaluate(
        a_lot(lot, deed_area_m2=300.0),
        around,
        RuleSet.on_day(rules, ON),
        on=ON,
        known_at=NOW,
        north_deg=np.array([north_deg]),
    )
    return found[0]


def alike(one, other, within=2e-4):
    """Every finding has the same state, reason and value; numbers within rounding of coordinates."""
    for key, finding in one.findings.items():
        second = other.findings[key]
        assert (finding.state, why(finding), finding.binding) == (
            second.state,
            why(second),
            second.binding,
        ), key
        same_value(finding.value, second.value, key, within)
    assert [(zone.code, zone.kind, zone.joins) for zone in one.zones] == [
        (zone.code, zone.kind, zone.joins) for zone in other.zones
    ]
    assert [zone.share for zone in one.zones] == pytest.approx([zone.share for zone in other.zones], abs=1e-6)
    assert [(entry.layer, entry.state) for entry in one.overlays] == [
        (entry.layer, entry.state) for entry in other.overlays
    ]
    assert one.zone_state == other.zone_state


def why(finding):
    return finding.reason.code if finding.reason else None


def same_value(one, other, key, within):
    if isinstance(one, dict):
        assert set(one) == set(other), key
        for name, value in one.items():
            same_value(value, other[name], f"{key}.{name}", within)
    elif isinstance(one, list):
        for first, second in zip(one, other, strict=True):
            same_value(first, second, key, within)
    elif isinstance(one, float):
        assert one == pytest.approx(other, abs=within), key
    else:
        assert one == other, key


@settings(max_examples=20, deadline=None)
@given(corner_lots(), st.integers(-40_000, 40_000), st.integers(-40_000, 40_000))
def test_moving_the_world_changes_no_finding(lot, dx, dy):
    around = scene(lot)
    there = turned(around, 0.0, dx, dy)
    layers = {"wells": replace(LAYERS["wells"], surveyed_extent=turn_one(WHOLE_PLACE, 0.0, dx, dy))}
    alike(answer(lot, around), answer(turn_one(lot, 0.0, dx, dy), replace(there, layers=layers)))


@settings(max_examples=20, deadline=None)
@given(corner_lots(), st.floats(0, 360))
def test_turning_the_world_with_its_north_changes_no_finding(lot, degrees):
    around = scene(lot)
    layers = {"wells": replace(LAYERS["wells"], surveyed_extent=turn_one(WHOLE_PLACE, degrees))}
    there = replace(turned(around, degrees), layers=layers)
    here = answer(lot, around)
    # A lot that looks almost at the end of a sector may look just beyond it once its digits are turned.
    if here.findings["orientation"].state == "computed":
        alike(here, answer(turn_one(lot, degrees), there, north_deg=degrees))


@settings(max_examples=20, deadline=None)
@given(corner_lots(), st.integers(2, 9))
def test_more_corners_along_the_same_edges_change_no_finding(lot, extra):
    ring = list(lot.exterior.coords)
    dense, kinds = [], []
    for (start, end), kind in zip(
        pairwise(ring), (("passage", 0), ("passage", 1), ("neighbour", -1), ("neighbour", -1)), strict=True
    ):
        steps = np.linspace(0, 1, extra, endpoint=False)
        dense += [(start[0] + (end[0] - start[0]) * at, start[1] + (end[1] - start[1]) * at) for at in steps]
        kinds += [kind] * extra
    again = shapely.Polygon(dense)
    alike(answer(lot, scene(lot)), answer(again, scene(again, edges=edges_of(again, *kinds))), within=5e-4)


def several(values):
    """Zones and features in several pieces, so that their order could matter."""
    return replace(
        values,
        overlays=overlays("wells", (shapely.Point(X - 12, Y + 12), {}), (shapely.Point(X + 3, Y + 45), {})),
    )


@settings(max_examples=15, deadline=None)
@given(corner_lots(), st.randoms(use_true_random=False))
def test_the_order_of_zones_streets_features_and_rules_changes_no_finding(lot, random):
    around = several(scene(lot))

    def shuffled(count):
        order = list(range(count))
        random.shuffle(order)
        return np.array(order)

    places = shuffled(len(around.passages))
    position = np.argsort(places)
    edges = replace(
        around.edges, passage=np.where(around.edges.passage >= 0, position[around.edges.passage], -1)
    )
    wells = shuffled(2)
    mixed = Surroundings(
        edges=edges,
        passages=chosen(around.passages, places),
        zones=replace(chosen(around.zones, shuffled(2)), layer=around.zones.layer),
        overlays=Overlays(*[getattr(around.overlays, name)[wells] for name in vars(around.overlays)]),
        layers=around.layers,
    )
    rules = list(HOLDING)
    random.shuffle(rules)
    one, other = answer(lot, around), answer(lot, mixed, rules=rules)
    assert {entry.code: entry.state for entry in one.overlays} == {
        entry.code: entry.state for entry in other.overlays
    }
    alike(replace(one, overlays=()), replace(other, overlays=()))


@settings(max_examples=20, deadline=None)
@given(corner_lots(), st.floats(0, np.pi), st.floats(-3, 15), st.floats(0, 25))
def test_a_zone_drawn_in_two_polygons_is_one_zone(lot, angle, at_x, at_y):
    along = np.array([np.cos(angle), np.sin(angle)]) * 2000
    middle = np.array([X + at_x, Y + at_y])
    cut = shapely.LineString([middle - along, middle + along])
    west, east = border(7.0)
    pieces = list(shapely.ops.split(west, cut).geoms)
    whole = answer(lot, scene(lot, zones=zones(("R121", west), ("R112", east))))
    parted = answer(lot, scene(lot, zones=zones(*[("R121", piece) for piece in pieces], ("R112", east))))
    alike(whole, parted)
    assert sum(zone.area_mm2 for zone in parted.zones) == sum(zone.area_mm2 for zone in whole.zones)


def test_two_polygons_of_one_zone_that_meet_in_the_lot_leave_it_in_one_zone():
    west, east = border(6.0)
    evaluation = answer(REFERENCE_LOT, scene(REFERENCE_LOT, zones=zones(("R121", west), ("R121", east))))
    assert evaluation.zone_state == "ONE_ZONE"
    assert [(zone.code, zone.share) for zone in evaluation.zones] == [("R121", 1.0)]
    assert evaluation.findings["far_percent"].value == 240


def test_the_north_that_the_rule_names_decides_which_way_a_lot_looks():
    around = reference_corner()
    assert answer(REFERENCE_LOT, around).findings["orientation"].value == "NORTH_LOT"
    assert answer(REFERENCE_LOT, around, north_deg=60.0).findings["orientation"].value == "FRONTAGE_WEST"
