"""Lots parted along a border that crosses them once, beside the same made by overlays."""

import numpy as np
import pytest
import shapely

from gis_core.constraints import borders
from gis_core.constraints.borders import parted_by_borders
from gis_core.constraints.parting import both_sides, overlaid
from gis_core.constraints.plane import polygons_only, shapes
from tests.gis_core.constraints.compiled import as_written
from tests.gis_core.constraints.test_depth_bands import a_row_lot

#: Both ways differ by no more than this: places where borders meet are rounded once more by overlays, in m².
BOUND_M2 = 1e-7


def random_pairs(seed, count):
    """Lots of rows, each with a street along it, a zone over part of it, a curve, or its own neighbour."""
    random = np.random.default_rng(seed)
    lots = [lot for lot in (a_row_lot(random) for _ in range(count)) if lot.is_valid]
    return shapes(*lots), shapes(*[something_beside(lot, random) for lot in lots])


def something_beside(lot, random):
    low_x, low_y, high_x, high_y = lot.bounds
    x, y = random.uniform(low_x, high_x), random.uniform(low_y, high_y)
    kind = random.integers(5)
    if kind == 0:
        bend = [(low_x - 40, y), (x, y + random.normal(0, 1)), (high_x + 40, y + random.normal(0, 2))]
        return shapely.buffer(shapely.LineString(bend), 4.0, cap_style="flat", join_style="mitre")
    if kind == 1:
        return shapely.box(x, y, x + random.uniform(1, 60), y + random.uniform(1, 60))
    if kind == 2:
        return shapely.buffer(shapely.Point(x, y), random.uniform(1, 40), quad_segs=8)
    corners = np.array(lot.exterior.coords)
    if kind == 3:
        # A neighbour behind an edge of the lot, with the same two corners, to the millimetre or exactly.
        first, last = corners[1], corners[2]
        out = np.array([last[1] - first[1], first[0] - last[0]]) * random.choice([-1, 1])
        ring = np.round([first, last, last + out, first + out], random.choice([3, 12]))
        return shapely.Polygon(ring)
    return shapely.Polygon([corners[0], corners[1], corners[2] + random.normal(0, 3, 2)])


def by_overlays(lots, others):
    return [
        polygons_only(overlaid(overlay, lots, others))
        for overlay in (shapely.intersection, shapely.difference)
    ]


def test_lots_are_parted_along_a_border_as_overlays_part_them():
    lots, others = random_pairs(21, 4000)
    whole = shapely.is_valid(others)
    lots, others = lots[whole], others[whole]
    parted = parted_by_borders(lots, others)
    assert parted.untouched.mean() > 0.1
    assert parted.crossed.mean() > 0.5
    for ours, theirs in zip(both_sides(lots, others), by_overlays(lots, others), strict=True):
        assert shapely.is_valid(ours).all()
        assert np.abs(shapely.area(ours) - shapely.area(theirs)).max() < BOUND_M2
        both_m2 = shapely.area(shapely.intersection(ours, theirs, grid_size=1e-7))
        np.testing.assert_allclose(both_m2, shapely.area(theirs), atol=1e-5)


def test_a_lot_alone_is_parted_as_among_thousands_to_the_bit():
    lots, others = random_pairs(22, 300)
    together = both_sides(lots, others)
    for number in range(0, len(lots), 7):
        alone = both_sides(lots[[number]], others[[number]])
        for one, many in zip(alone, together, strict=True):
            assert shapely.to_wkb(one[0]) == shapely.to_wkb(many[number])


def test_the_compiled_loop_parts_lots_as_the_python_that_it_is_written_in_to_the_bit(monkeypatch):
    lots, others = random_pairs(23, 300)
    fast = both_sides(lots, others)
    monkeypatch.setattr(borders, "border_runs", as_written("border_runs").border_runs)
    slow = both_sides(lots, others)
    for one, other in zip(fast, slow, strict=True):
        assert shapely.to_wkb(one).tolist() == shapely.to_wkb(other).tolist()


@pytest.mark.parametrize("gap_m", [0.0, 1e-12, 1e-10, 1e-9, 3e-9, 1e-8, 1e-7, 1e-6])
def test_a_border_through_the_neck_of_a_lot_that_all_but_falls_apart_keeps_both_its_halves(gap_m):
    """Two halves hold together by a neck as wide as the gap; the border runs through it."""
    lot = shapely.Polygon([(0, 0), (10, 0), (10, 4), (gap_m, 5), (10, 6), (10, 10), (0, 10)])
    other = shapely.Polygon([(-5, 5), (20, 5), (20, -9), (-5, -9)])
    started = shapely.Polygon([(0, 5), (20, 5), (20, -9), (0, -9)])
    for area in (other, started):
        inner, outer = both_sides(shapes(lot), shapes(area))
        assert inner[0].area == pytest.approx(lot.area / 2, abs=1e-5)
        assert outer[0].area == pytest.approx(lot.area / 2, abs=1e-5)


def test_a_border_that_crosses_more_than_once_and_one_that_stays_inside_are_left_to_overlays():
    yard = shapely.Polygon([(0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)])
    strip, well = shapely.box(-1, 5, 10, 7), shapely.box(1, 1, 2, 2)
    parted = parted_by_borders(shapes(yard, yard), shapes(strip, well))
    assert not (parted.crossed | parted.untouched).any()
    inner, outer = both_sides(shapes(yard, yard), shapes(strip, well))
    assert shapely.area(inner).tolist() == [12.0, 1.0]
    assert shapely.area(outer).tolist() == [51.0, 62.0]


def test_a_shape_that_holds_the_lot_or_only_touches_it_leaves_it_as_it_is():
    lot = shapely.box(0, 0, 10, 20)
    around, beside, corner = (
        shapely.box(-1, -1, 11, 21),
        shapely.box(10, -5, 12, 30),
        shapely.box(10, 20, 30, 30),
    )
    inner, outer = both_sides(shapes(lot, lot, lot), shapes(around, beside, corner))
    assert inner[0] is lot
    assert outer[1] is lot
    assert outer[2] is lot
    assert shapely.is_empty([outer[0], inner[1], inner[2]]).all()
