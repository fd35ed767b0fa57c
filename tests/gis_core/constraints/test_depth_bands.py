"""Depth envelopes drawn from trapezoids beside the same ones drawn by overlays, on random lots."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from gis_core.constraints import depth_bands, depth_strips
from gis_core.constraints.depth import depth_envelopes
from gis_core.constraints.depth_strips import Frame, chord_strips
from gis_core.constraints.plane import polygons_only, shapes
from tests.gis_core.constraints.compiled import as_written
from tests.gis_core.constraints.test_depth_by_points import POLICY

#: The fixed grid of the overlays, on which none fails, in metres.
GRID_M = 1e-7
#: How far that grid moves a corner: areas drawn on it differ by this times the outline, in metres.
ON_GRID_M = 2e-7
LOTS = 400
#: No edges of neighbours.
NOBODY = (np.zeros(0, dtype=np.int64), shapes())


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


def drawn_by_overlays(net, measured, azimuth_deg, neighbours):
    """The same envelopes by overlays on a fixed grid: strip by strip, edge by edge, of every pair of both."""
    frame = Frame.of(measured, azimuth_deg)
    every = np.arange(len(net))
    strips = chord_strips(frame.into(measured), POLICY)
    edges = frame.segments(neighbours[1], neighbours[0])
    lots = frame.into(net).shapes()
    found = []
    for number in every:
        mine = np.flatnonzero(strips.lot == number)
        band = [quad(strips, row, *strips.ends[row, 2:4], POLICY["extension_m"]) for row in mine]
        ahead = [(row, side) for row in mine for side in np.flatnonzero(edges.lot == number)]
        taken = [taken_of(strips, row, edges, side) for row, side in ahead]
        start, reached = (shapely.union_all(drawn, grid_size=GRID_M) for drawn in (band, taken))
        shape = shapely.intersection(lots[number], start, grid_size=GRID_M)
        (solid,) = polygons_only(shapes(shape))
        found.append(shapely.difference(solid, reached, grid_size=GRID_M))
    return frame.shapes_back(polygons_only(shapes(*found)))


def quad(strips, row, low0, low1, beyond_m):
    x0, x1, _, _, e0, e1 = strips.ends[row]
    ring = [(x0, low0), (x1, low1), (x1, e1 + beyond_m), (x0, e0 + beyond_m)]
    return shapely.make_valid(shapely.Polygon(ring))


def taken_of(strips, row, edges, side):
    """Of the extension of a strip what lies as far beyond the line as it is from the edge, or farther."""
    xa, va, xb, vb = edges.ends[side]
    x0, x1, _, _, e0, e1 = strips.ends[row]
    low, high = sorted((va, vb))
    if high - low <= 1e-9:
        return shapely.Polygon()
    lean = (xb - xa) / (vb - va)
    foot = xa - lean * va
    rise = (e1 - e0) / (x1 - x0)
    level = e0 - rise * x0
    ring = np.array(quad(strips, row, e0, e1, POLICY["extension_m"]).exterior.coords)
    for height in (
        lambda x, v: v - low,
        lambda x, v: high - v,
        lambda x, v: (v - level - rise * x) - (x - foot - lean * v),
        lambda x, v: (v - level - rise * x) + (x - foot - lean * v),
    ):
        ring = clipped(ring, height)
    (solid,) = polygons_only(shapely.convex_hull(shapes(shapely.MultiPoint(ring))))
    return solid


def clipped(ring, height):
    """A convex ring less what lies below a line."""
    kept = []
    for start, end in pairwise([*ring, ring[0]] if len(ring) else []):
        h0, h1 = height(*start), height(*end)
        if h0 >= 0:
            kept.append(start)
        if h0 * h1 < 0:
            kept.append(start + (end - start) * (h0 / (h0 - h1)))
    return np.array(kept)


@pytest.mark.parametrize("seed", range(2))
def test_trapezoids_and_overlays_draw_the_same_envelopes(seed):
    lots = lots_of_rows(LOTS, seed)
    ours, theirs = depth_envelopes(*lots, POLICY).envelope, drawn_by_overlays(*lots)
    assert shapely.is_valid(ours).all()
    bound_m2 = ON_GRID_M * shapely.length(ours)
    assert (np.abs(shapely.area(ours) - shapely.area(theirs)) < bound_m2).all()
    both = shapely.intersection(ours, theirs, grid_size=GRID_M)
    apart_m2 = shapely.area(ours) + shapely.area(theirs) - 2 * shapely.area(both)
    assert (apart_m2 < 4 * bound_m2).all()


def test_the_compiled_loops_draw_what_the_python_that_they_are_written_in_draws_to_the_bit(monkeypatch):
    lots = lots_of_rows(120, 3)
    fast = depth_envelopes(*lots, POLICY)
    for module, name, loop in (
        (depth_bands, "depth_bands", "depth_bands"),
        (depth_bands, "outlines", "trapezoids"),
        (depth_bands, "slabs", "slabs"),
        (depth_strips, "slabs", "slabs"),
        (depth_strips, "into", "frames"),
        (depth_strips, "back", "frames"),
    ):
        monkeypatch.setattr(module, name, getattr(as_written(loop), name))
    slow = depth_envelopes(*lots, POLICY)
    assert shapely.to_wkb(fast.envelope).tolist() == shapely.to_wkb(slow.envelope).tolist()
    assert shapely.to_wkb(fast.line).tolist() == shapely.to_wkb(slow.line).tolist()
    assert fast.basic_m2.tolist() == slow.basic_m2.tolist()


def test_a_yard_that_meets_the_outline_in_one_corner_stays_open_and_the_envelope_valid():
    lot = shapely.box(0, 0, 10, 12) - shapely.Polygon([(0, 6), (3, 4), (4, 6), (3, 8)])
    found = depth_envelopes(shapes(lot), shapes(shapely.box(0, 0, 10, 12)), np.array([0.0]), NOBODY, POLICY)
    assert shapely.is_valid(found.envelope[0])
    assert found.envelope_m2[0] == pytest.approx(92.0 - 8.0)


def test_an_envelope_round_a_court_keeps_the_court_open():
    lot = shapely.box(0, 0, 10, 30) - shapely.box(4, 4, 6, 7)
    found = depth_envelopes(shapes(lot), shapes(shapely.box(0, 0, 10, 30)), np.array([0.0]), NOBODY, POLICY)
    assert found.envelope_m2[0] == pytest.approx(200.0 - 6.0)
    assert len(found.envelope[0].interiors) == 1


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
