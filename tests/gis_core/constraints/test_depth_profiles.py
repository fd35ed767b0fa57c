"""Depth envelopes drawn as profiles beside the same ones drawn by overlays, on thousands of random lots."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from gis_core.constraints import depth, parting
from gis_core.constraints.depth import depth_envelopes
from gis_core.constraints.depth_profiles import by_profiles
from gis_core.constraints.plane import shapes
from tests.gis_core.constraints.test_depth_by_points import POLICY

#: Profiles and overlays of one lot differ by no more than this, a hundredth of a square millimetre, in m².
BOUND_M2 = 1e-8
#: Of so many lots one may be drawn wrongly by plain overlays; on the fixed grid none is.
ONE_IN = 1000
#: How far the fixed grid moves a corner: areas drawn on it differ by this times the outline, in metres.
ON_GRID_M = 2e-7
LOTS = 2000


def a_row_lot(random) -> shapely.Polygon:
    """A lot of a row: four corners, its sides a little askew and bent, corners cut or not; or L-shaped."""
    wide, deep = random.uniform(6, 25), random.uniform(4, 40)
    lean = random.choice([0.0, 1e-7, 1e-3, 0.05, 0.5], 4) * random.uniform(-1, 1, 4)
    west = [(lean[0], share * deep) for share in sorted(random.uniform(0.1, 0.9, random.integers(0, 3)))]
    west = [(x + random.normal(0, 0.01), y) for x, y in west]
    east = [(wide + random.normal(0, 0.02), share * deep) for share in random.uniform(0.3, 0.7, 1)]
    ring = [(lean[1], random.normal(0, 0.3)), *west, (0, deep), (wide, deep + random.normal(0, 1)), *east]
    ring.append((wide + lean[2], random.normal(0, 0.3)))
    if random.random() < 0.2:
        ring.append((wide * 0.4, deep * random.uniform(0.2, 0.5)))
    if random.random() < 0.3:
        ring[-1:] = [(wide, 2.0), (wide - 2.5, 0.0)]
    return rotate(shapely.Polygon(ring), random.uniform(-12, 12) * (random.random() < 0.7), origin=(0, 0))


def lots_of_rows(count: int, seed: int):
    """Lots with the edges that neighbours adjoin; every fifth edge looks on a street, some lots were cut."""
    random = np.random.default_rng(seed)
    made = [lot for lot in (a_row_lot(random) for _ in range(count + count // 4)) if lot.is_valid][:count]
    measured = shapes(*made)
    corners = shapely.get_coordinates(shapely.centroid(measured)) + random.normal(0, 6, (len(made), 2))
    cut = random.random(len(made)) < 0.3
    net = measured.copy()
    net[cut] = shapely.difference(
        measured[cut], shapely.buffer(shapely.points(corners[cut]), 1.5, quad_segs=2)
    )
    owner, lines = [], []
    for number, lot in enumerate(made):
        points = np.array(lot.exterior.coords)
        for start, end in pairwise(points):
            if random.random() < 0.8:
                owner.append(number)
                lines.append(shapely.LineString([start, end]))
    return net, measured, 180.0 + random.uniform(-4, 4, len(made)), (np.array(owner), shapes(*lines))


def nothing_plain(strips, edges, net, policy, *, basic):
    found = by_profiles(strips, edges, net, policy, basic=basic)
    return replace(found, plain=np.zeros(len(net), dtype=bool))


def on_grid(overlay, shapes_, by):
    """Overlays on the fixed grid, on which none fails."""
    return overlay(shapes_, by, grid_size=parting.GRID_M)


@pytest.mark.parametrize("seed", range(2))
def test_profiles_and_overlays_draw_the_same_envelopes(seed, monkeypatch):
    lots = lots_of_rows(LOTS, seed)
    drawn = []

    def watched(*given, **more):
        drawn.append(by_profiles(*given, **more))
        return drawn[-1]

    monkeypatch.setattr(depth, "by_profiles", watched)
    ours = depth_envelopes(*lots, POLICY)
    monkeypatch.setattr(depth, "by_profiles", nothing_plain)
    theirs = depth_envelopes(*lots, POLICY)
    plain = drawn[0].plain
    assert 0.4 < plain.mean() < 1.0, "both ways are taken"
    same = np.abs(ours.envelope_m2 - theirs.envelope_m2) < BOUND_M2
    assert (~same).sum() <= len(same) / ONE_IN
    np.testing.assert_allclose(ours.basic_m2, theirs.basic_m2, rtol=0, atol=BOUND_M2)
    monkeypatch.setattr(parting, "overlaid", on_grid)
    snapped = depth_envelopes(*lots, POLICY)
    bound_m2 = ON_GRID_M * shapely.length(ours.envelope)
    assert (np.abs(ours.envelope_m2 - snapped.envelope_m2) < bound_m2)[plain].all()
    assert shapely.is_valid(ours.envelope).all()
    both = shapely.intersection(ours.envelope, snapped.envelope, grid_size=parting.GRID_M)
    apart_m2 = shapely.area(ours.envelope) + shapely.area(snapped.envelope) - 2 * shapely.area(both)
    assert (apart_m2 < 4 * bound_m2)[plain].all()


def test_a_lot_alone_has_the_envelope_that_it_has_among_thousands_to_the_bit():
    net, measured, azimuth, (owner, lines) = lots_of_rows(400, 7)
    together = depth_envelopes(net, measured, azimuth, (owner, lines), POLICY)
    for number in range(0, len(net), 9):
        one = slice(number, number + 1)
        mine = owner == number
        beside = (np.zeros(mine.sum(), dtype=np.int64), lines[mine])
        alone = depth_envelopes(net[one], measured[one], azimuth[one], beside, POLICY)
        assert shapely.to_wkb(alone.envelope[0]) == shapely.to_wkb(together.envelope[number])
        assert shapely.to_wkb(alone.line[0]) == shapely.to_wkb(together.line[number])


def test_what_a_street_lot_keeps_above_the_end_of_a_neighbours_edge_is_not_lost():
    # The rear is a street: above the upper end of the side, a neighbour's, nothing is taken any more.
    lot = shapes(shapely.Polygon([(0, 0), (0, -4.0), (10, -5.0), (10, 0)]))
    side = shapes(shapely.LineString([(0, 0), (0, -4.0)]))
    found = depth_envelopes(lot, lot, np.array([180.0]), (np.array([0]), side), POLICY)
    assert found.envelope_m2[0] == pytest.approx(
        shapely.area(lot[0]) - taken_by_definition(lot[0], 4.0), abs=0.02
    )


def taken_by_definition(lot: shapely.Polygon, until_m: float) -> float:
    """Ground more than 2 m beyond the line, or nearer to the west side than it is beyond the line."""
    step = 0.01
    x, depth_m = np.meshgrid(np.arange(step / 2, 10, step), np.arange(step / 2, 5, step))
    length_m = 4.0 + x / 10
    beyond_m = depth_m - 0.6 * length_m
    taken = (beyond_m > 2.0) | ((beyond_m > x) & (depth_m <= until_m))
    return float((taken & (depth_m < length_m)).sum() * step**2)
