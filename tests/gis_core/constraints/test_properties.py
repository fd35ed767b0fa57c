"""What must hold for every lot: books balance to the mm², moving or scaling the world changes no answer."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import scale

from gis_core.constraints.depth import depth_envelopes
from gis_core.constraints.plane import shapes
from gis_core.constraints.zones import overlay_zones
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    X,
    Y,
    a_lot,
    answer_for,
    corner_edges,
    corner_streets,
    reference_corner,
    turn_one,
    turned,
    zones,
)

MM = 1000


@st.composite
def corner_lots(draw):
    """Four-sided lots on a street corner, with vertices on the 1 mm grid."""
    ring = []
    for x, y in ((0, 0), (14_000, 0), (14_000, 26_000), (0, 26_000)):
        shift_x, shift_y = draw(st.integers(-2500, 2500)), draw(st.integers(-2500, 2500))
        ring.append((X + (x + shift_x) / MM, Y + (y + shift_y) / MM))
    return shapely.Polygon(ring)


def around(lot, front_m=12.0, zone_line=6.0):
    """The reference corner around another lot, cut by a zone border."""
    west = shapely.box(X - 500, Y - 500, X + zone_line, Y + 500)
    east = shapely.box(X + zone_line, Y - 500, X + 500, Y + 500)
    return reference_corner(
        edges=corner_edges(lot),
        passages=corner_streets({"planned": front_m}, {"planned": 10}),
        zones=zones(("R121", west), ("R112", east)),
    )


def mm2(area_m2):
    """An area of a finding in whole mm², exactly as it was kept."""
    number = area_m2 * 1e6
    assert abs(number - round(number)) < 1e-3
    return round(number)


@settings(max_examples=60, deadline=None)
@given(corner_lots(), st.floats(8.0, 30.0), st.floats(-2.0, 16.0))
def test_ceded_chamfer_and_net_add_up_to_the_survey_in_whole_mm2(lot, front_m, zone_line):
    evaluation = answer_for(a_lot(lot), around(lot, front_m, zone_line))[0]
    columns = answer_for(a_lot(lot), around(lot, front_m, zone_line)).columns
    names = ("widening_area_m2", "other_parts_area_m2", "chamfer_area_m2", "net_area_m2")
    parts = [mm2(float(columns[name].values[0])) for name in names]
    assert sum(parts) == mm2(float(columns["surveyed_area_m2"].values[0]))
    assert all(part >= 0 for part in parts)
    assert sum(zone.area_mm2 for zone in evaluation.zones) + evaluation.unzoned_mm2 == parts[-1]


@settings(max_examples=40, deadline=None)
@given(corner_lots(), st.floats(0, 360), st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_turning_and_moving_the_world_leaves_areas_and_shares(lot, degrees, dx, dy):
    here = answer_for(a_lot(lot), around(lot))
    there = answer_for(a_lot(turn_one(lot, degrees, dx, dy)), turned(around(lot), degrees, dx, dy))
    for name in ("widening_area_m2", "chamfer_area_m2", "net_area_m2"):
        assert there.columns[name].values[0] == pytest.approx(here.columns[name].values[0], abs=2e-5), name
    assert there[0].zone_state == here[0].zone_state
    for one, other in zip(here[0].zones, there[0].zones, strict=True):
        assert (one.code, one.kind) == (other.code, other.kind)
        assert one.share == pytest.approx(other.share, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.001, 0.5), st.floats(0.01, 0.3), st.sampled_from([0.1, 0.5, 3.0, 10.0]))
def test_scaling_shapes_and_accuracy_together_changes_no_class(misfit_m, accuracy_m, factor):
    lot = shapely.box(0, 0, 40, 25)
    parts = (shapely.box(-50, -50, 90, misfit_m), shapely.box(-50, misfit_m, 90, 90))
    policy = {"measure": "INSCRIBED_DIAMETER", "one_zone": {"kind": "CONCERNED_BY_WIDTH"}}

    def classes(by):
        grown = [scale(shape, by, by, origin=(0, 0)) for shape in (lot, *parts)]
        pairs = (np.array([0, 0]), np.array([0, 1]))
        found = overlay_zones(
            shapes(grown[0]), pairs, shapes(*grown[1:]), np.array([accuracy_m * by]), policy
        )
        return found.state[0], list(found.kind)

    if abs(misfit_m - accuracy_m) > 1e-6:
        assert classes(1.0) == classes(factor)


@settings(max_examples=60, deadline=None)
@given(corner_lots(), st.integers(1, 6), st.booleans())
def test_more_vertices_or_another_start_of_the_ring_change_no_number(lot, extra, reverse):
    ring = list(lot.exterior.coords)[:-1]
    dense = [
        (a[0] + (b[0] - a[0]) * step / extra, a[1] + (b[1] - a[1]) * step / extra)
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
        for step in range(extra)
    ]
    again = shapely.Polygon(dense[::-1] if reverse else dense[3:] + dense[:3])
    here, there = answer_for(a_lot(lot), around(lot)), answer_for(a_lot(again), around(lot))
    for name in ("net_area_m2", "widening_area_m2", "envelope_area_m2"):
        assert there.columns[name].values[0] == pytest.approx(
            here.columns[name].values[0], abs=1e-4, nan_ok=True
        )


@settings(max_examples=60, deadline=None)
@given(corner_lots(), st.floats(-0.02, 0.02))
def test_a_hair_of_turn_moves_the_depth_envelope_by_a_hair(lot, degrees):
    policy = {
        "length": "CHORD",
        "depth_share": 0.6,
        "extension_m": 2.0,
        "retreat_deg": 45,
        "retreat": "ACROSS_DISTANCE",
    }
    points = list(lot.exterior.coords)
    sides = shapes(shapely.LineString(points[1:3]), shapely.LineString(points[3:5]))

    def area(azimuth):
        neighbours = (np.array([0, 0]), sides)
        return depth_envelopes(shapes(lot), shapes(lot), np.array([azimuth]), neighbours, policy).envelope_m2[
            0
        ]

    assert abs(area(180.0) - area(180.0 + degrees)) <= 0.1 * abs(degrees) / 0.02 + 1e-6


@settings(max_examples=40, deadline=None)
@given(corner_lots())
def test_nothing_permitted_is_ever_more_than_what_it_is_cut_from(lot):
    columns = answer_for(a_lot(lot), replace(around(lot), zones=reference_corner().zones)).columns
    value = {
        name: float(column.values[0]) for name, column in columns.items() if column.values.dtype.kind == "f"
    }
    assert value["net_area_m2"] <= value["surveyed_area_m2"] + 1e-9
    assert value["envelope_area_m2"] <= value["buildable_area_m2"] + 1e-6 <= value["net_area_m2"] + 2e-6
    assert value["footprint_m2"] <= min(value["coverage_cap_m2"], value["envelope_area_m2"]) + 1e-9
    assert value["reachable_floor_area_m2"] <= value["far_cap_m2"] + 1e-9


def test_the_extension_does_not_vanish_at_a_skew_of_a_thousandth_of_a_degree():
    policy = {"length": "CHORD", "depth_share": 0.6, "extension_m": 2.0, "retreat_deg": 45}
    lot = shapes(shapely.box(X, Y, X + 12, Y + 23))
    sides = shapes(
        shapely.LineString([(X, Y), (X, Y + 23)]), shapely.LineString([(X + 12, Y), (X + 12, Y + 23)])
    )

    def area(retreat, azimuth):
        both = (np.array([0, 0]), sides)
        return depth_envelopes(
            lot, lot, np.array([azimuth]), both, policy | {"retreat": retreat}
        ).envelope_m2[0]

    assert area("ACROSS_DISTANCE", 180.0) == pytest.approx(185.6, abs=1e-6)
    assert area("ACROSS_DISTANCE", 180.001) == pytest.approx(185.6, abs=0.02)
    assert area("FROM_LINE_END", 180.0) == pytest.approx(185.6, abs=1e-6)
    # The other policy jumps there, as the rule book says.
    assert area("FROM_LINE_END", 180.001) == pytest.approx(165.6, abs=0.02)


def test_the_reference_lot_keeps_its_areas_far_from_the_origin():
    far = turn_one(REFERENCE_LOT, 0.0, 40_000.0, 400_000.0)
    evaluation = answer_for(a_lot(far), turned(reference_corner(), 0.0, 40_000.0, 400_000.0))[0]
    assert evaluation.findings["net_area_m2"].value == pytest.approx(275.0, abs=1e-5)
