"""Polygons cut along lines corner by corner, beside the same cuts made by overlays, on thousands of lots."""

import numpy as np
import shapely

from gis_core.constraints.half_planes import kept_sides
from gis_core.constraints.plane import half_plane, polygons_only, shapes
from gis_core.constraints.setbacks import set_back
from tests.gis_core.constraints.test_depth_bands import a_row_lot

#: Both ways differ by no more than this: the overlays' half-planes are 20 km wide, in m².
BOUND_M2 = 1e-6


def random_cuts(seed: int, count: int):
    """Lots of rows, each with up to three lines: through them, along an edge, or beside them."""
    random = np.random.default_rng(seed)
    lots = [lot for lot in (a_row_lot(random) for _ in range(count)) if lot.is_valid]
    owner, starts, ends = [], [], []
    for number, lot in enumerate(lots):
        low_x, low_y, high_x, high_y = lot.bounds
        for _ in range(random.integers(0, 4)):
            angle = random.uniform(0, 2 * np.pi)
            start = np.array([random.uniform(low_x - 3, high_x), random.uniform(low_y, high_y + 3)])
            end = start + 10 * np.array([np.cos(angle), np.sin(angle)])
            if random.random() < 0.3:
                start, end = np.array(lot.exterior.coords)[:2]
            owner.append(number)
            starts.append(start)
            ends.append(end)
    return shapes(*lots), np.array(owner), np.array(starts), np.array(ends)


def left_of(starts, ends):
    along = (ends - starts) / np.hypot(*(ends - starts).T)[:, None]
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    return np.column_stack([normal, -np.einsum("ij,ij->i", normal, starts)])


def test_cutting_corner_by_corner_leaves_what_overlays_leave():
    lots, owner, starts, ends = random_cuts(11, 3000)
    found, done = kept_sides(lots, owner, left_of(starts, ends))
    expected = lots.copy()
    for number, start, end in zip(owner, starts, ends, strict=True):
        expected[number] = shapely.intersection(expected[number], half_plane(start, end, 1.0))
    expected = polygons_only(expected)
    assert done.mean() > 0.8
    apart_m2 = np.abs(shapely.area(found) - shapely.area(expected))
    assert apart_m2[done].max() < BOUND_M2
    assert shapely.is_valid(found).all()
    both_m2 = shapely.area(shapely.intersection(found, expected, grid_size=1e-7))
    np.testing.assert_allclose(both_m2[done], shapely.area(expected)[done], atol=1e-5)


def test_a_lot_that_a_line_cuts_in_two_parts_is_left_to_overlays_and_keeps_both():
    yard = shapes(shapely.Polygon([(0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)]))
    far_side = np.array([[0.0, 1.0, -5.0]])
    found, done = kept_sides(yard, np.array([0]), far_side)
    assert not done[0]
    assert found[0].equals(yard[0])
    street = shapes(shapely.LineString([(0, 0), (9, 0)]))
    left = set_back(yard, np.array([0]), street, np.array([5.0]), "SUPPORTING_LINE")[0]
    assert left.area == 24.0
    assert left.geom_type == "MultiPolygon"


def test_a_lot_alone_is_cut_as_among_thousands_to_the_bit():
    lots, owner, starts, ends = random_cuts(12, 300)
    lines = left_of(starts, ends)
    together, _ = kept_sides(lots, owner, lines)
    for number in range(0, len(lots), 7):
        mine = owner == number
        alone, _ = kept_sides(lots[[number]], np.zeros(mine.sum(), dtype=np.int64), lines[mine])
        assert shapely.to_wkb(alone[0]) == shapely.to_wkb(together[number])


def test_edges_that_are_set_back_equally_are_taken_together_as_one_by_one():
    random = np.random.default_rng(5)
    lots = [lot for lot in (a_row_lot(random) for _ in range(60)) if lot.is_valid]
    for lot in lots:
        points = np.array(lot.exterior.coords)
        edges = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
        metres = random.choice([0.0, 1.5, 2.0], len(edges))
        owner = np.zeros(len(edges), dtype=np.int64)
        found = set_back(shapes(lot), owner, edges, metres, "DISTANCE")[0]
        one_by_one = lot
        for edge, setback_m in zip(edges, metres, strict=True):
            if setback_m:
                one_by_one = one_by_one.difference(shapely.buffer(edge, setback_m, quad_segs=128))
        assert abs(found.area - one_by_one.area) < 1e-5
