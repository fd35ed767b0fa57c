"""A building told by width and depth is laid where it fits, or where least of it lies outside."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from gis_core.constraints.placing import fitting, laid
from gis_core.constraints.proposal import outside_m2

EAST = np.array([1.0, 0.0])
YARD_SIDE = shapely.box(560000, 3610000, 560012, 3610014)


def test_it_lies_in_the_middle_where_there_is_room():
    assert laid(10, 12, YARD_SIDE, EAST).bounds == pytest.approx((560001, 3610001, 560011, 3610013))


def test_one_as_wide_as_the_envelope_fits_exactly():
    assert outside_m2(laid(12, 14, YARD_SIDE, EAST), YARD_SIDE) == 0.0


def test_one_too_wide_lies_where_least_of_it_is_outside():
    assert outside_m2(laid(13, 10, YARD_SIDE, EAST), YARD_SIDE) == pytest.approx(10.0, abs=1e-6)


def test_it_goes_into_the_wing_of_an_l_that_has_room_for_it():
    corner = shapely.union(shapely.box(0, 0, 20, 5), shapely.box(0, 0, 6, 20))
    assert outside_m2(laid(5, 18, corner, EAST), corner) == 0.0
    assert outside_m2(laid(19, 4, corner, EAST), corner) == 0.0
    assert outside_m2(laid(10, 10, corner, EAST), corner) > 0


def test_a_courtyard_is_no_ground():
    ring = shapely.difference(shapely.box(0, 0, 20, 20), shapely.box(8, 8, 12, 12))
    assert outside_m2(laid(7, 18, ring, EAST), ring) == 0.0
    assert shapely.is_empty(fitting(ring, 9, 9))


def test_a_round_envelope_of_a_thousand_corners_has_a_place_for_what_is_too_large_as_well():
    round_one = shapely.Point(0, 0).buffer(10, quad_segs=250)
    assert outside_m2(laid(14, 14, round_one, EAST), round_one) == 0.0
    assert laid(30, 30, round_one, EAST).bounds == pytest.approx((-15, -15, 15, 15), abs=0.1)


@settings(deadline=None, max_examples=60)
@given(st.floats(2, 25), st.floats(2, 25), st.floats(0, 359))
def test_turning_the_lot_turns_the_building_with_it(width_m, depth_m, degrees):
    body = shapely.Polygon([(0, 0), (14, 0), (17, 9), (6, 20), (0, 15)])
    turned = translate(rotate(body, degrees, origin=(0, 0)), 560000, 3610000)
    along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    here, there = laid(width_m, depth_m, body, EAST), laid(width_m, depth_m, turned, along)
    assert there.area == pytest.approx(width_m * depth_m, rel=1e-6)
    assert outside_m2(there, turned) == pytest.approx(outside_m2(here, body), abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 9), st.floats(1, 9), st.floats(0, 1), st.floats(0, 1))
def test_where_a_corner_may_lie_the_whole_building_is_inside_and_nowhere_else(width_m, depth_m, east, north):
    body = shapely.Polygon([(0, 0), (14, 0), (17, 9), (6, 20), (0, 15)])
    x, y = east * 17, north * 20
    inside = shapely.covers(body.buffer(1e-9), shapely.box(x, y, x + width_m, y + depth_m))
    assert inside == shapely.dwithin(fitting(body, width_m, depth_m), shapely.Point(x, y), 1e-8)
