"""Overlays that nearly equal borders make hard: inside and outside come out as clipped by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as some

from gis_core.constraints.parting import both_sides, unsound
from gis_core.constraints.plane import shapes

#: How far the borders of zone and lot miss each other, in metres: from rounding to a surveyor's millimetre.
MISSES_M = (0.0, 1e-13, 1e-11, 1e-9, 1e-8, 1e-7, 3e-7, 1e-6, 1e-5, 1e-3)


def clipped_m2(ring, zone):
    """
    Area of a ring inside a convex one; corners of (n, 2), both counter-clockwise.

    Sutherland and Hodgman, Reentrant polygon clipping, Communications of the ACM 17 (1974).
    """
    for start, end in zip(zone, np.roll(zone, -1, axis=0), strict=True):
        run = end - start
        height = run[0] * (ring[:, 1] - start[1]) - run[1] * (ring[:, 0] - start[0])
        kept = []
        for at in range(len(ring)):
            following = (at + 1) % len(ring)
            if height[at] >= 0:
                kept.append(ring[at])
            if height[at] * height[following] < 0:
                share = height[at] / (height[at] - height[following])
                kept.append(ring[at] + (ring[following] - ring[at]) * share)
        ring = np.array(kept).reshape(-1, 2)
        if len(ring) < 3:
            return 0.0
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


@some.composite
def lots_and_zones(draw):
    """A lot with a dent, turned, and a zone whose border runs along some of its edges, or nearly so."""
    number, miss = some.floats(-0.5, 0.5), some.sampled_from(MISSES_M)
    outline = np.array([(0, 0), (12, 0), (12, 25), (7, 25), (7, 19), (0, 19)], float)
    ring = outline + np.array([[draw(number), draw(number)] for _ in outline])
    west, south, east, north = draw(some.tuples(*[some.floats(2, 10)] * 4))
    zone = np.array([(-west, -south), (12 + east, -south), (12 + east, 25 + north), (-west, 25 + north)])
    along = draw(some.integers(0, len(ring) - 1))
    first, last = ring[along], ring[(along + 1) % len(ring)]
    step = (last - first) * draw(some.sampled_from([0.0, 0.25, 3.0]))
    aside = np.array([first[1] - last[1], last[0] - first[0]]) / np.hypot(*(last - first))
    begin, end = first - step + aside * draw(miss), last + step - aside * draw(miss)
    # All of the zone on the inner side of a line along that edge.
    normal, corners = np.array([begin[1] - end[1], end[0] - begin[0]]), []
    height = (zone - begin) @ normal
    for at in range(4):
        following = (at + 1) % 4
        if height[at] >= 0:
            corners.append(zone[at])
        if height[at] * height[following] < 0:
            share = height[at] / (height[at] - height[following])
            corners.append(zone[at] + (zone[following] - zone[at]) * share)
    turn = draw(some.floats(0, 2 * np.pi))
    to_map = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return ring @ to_map, np.array(corners) @ to_map


@settings(max_examples=300, deadline=None)
@given(lots_and_zones())
def test_inside_and_outside_of_a_zone_are_what_clipping_by_hand_gives(drawn):
    ring, zone = drawn
    lot, ground = shapes(shapely.Polygon(ring)), shapes(shapely.Polygon(zone))
    inner, outer = both_sides(lot, ground)
    within_m2 = clipped_m2(ring, zone)
    assert shapely.area(inner)[0] == pytest.approx(within_m2, abs=2e-5)
    assert shapely.area(outer)[0] == pytest.approx(shapely.area(lot)[0] - within_m2, abs=2e-5)
    assert not unsound(lot, ground, inner, outer, 1e-7).any()


@pytest.mark.parametrize("piece", ["north", "south"])
def test_a_piece_that_came_to_the_wrong_side_is_seen_though_all_areas_add_up(piece):
    lot = shapes(shapely.box(0, 0, 10, 30))
    street = shapes(shapely.box(-5, 10, 15, 20))
    north, middle, south = shapely.box(0, 20, 10, 30), shapely.box(0, 10, 10, 20), shapely.box(0, 0, 10, 10)
    assert not unsound(lot, street, shapes(middle), shapes(shapely.MultiPolygon([north, south]))).any()
    strayed, rest = (north, south) if piece == "north" else (south, north)
    inner, outer = shapely.MultiPolygon([middle, strayed]), rest
    assert unsound(lot, street, shapes(inner), shapes(outer)).all()
    assert unsound(lot, street, shapes(middle), shapes(rest)).all()


@pytest.mark.parametrize("tilt_m", [0.0, 3e-10, 1e-9, 1.1e-9, 5e-9, 1e-7, 2e-6])
def test_a_border_that_all_but_runs_along_an_edge_still_parts_the_rest_of_the_lot(tilt_m):
    """A lot with a dent, and a zone whose border runs along the dent and on through the lot."""
    ring = np.array([(0, 0), (12, 0), (12, 25), (7, 25), (7, 19), (0, 19)], float)
    zone = np.array([(-2, -5), (18, -5), (18, 19 - tilt_m * 18 / 7), (-2, 19 + tilt_m * 2 / 7)])
    inner, outer = both_sides(shapes(shapely.Polygon(ring)), shapes(shapely.Polygon(zone)))
    assert shapely.area(inner)[0] == pytest.approx(12 * 19, abs=1e-4)
    assert shapely.area(outer)[0] == pytest.approx(5 * 6, abs=1e-4)
