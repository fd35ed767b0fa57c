"""How far one gets: exactly the places that the travel matrix calls within the time."""

import numpy as np
import pytest
import shapely

from gis_core.routing.graph import snap
from gis_core.routing.matrix import travel_matrix
from gis_core.routing.reach import reached_area, reached_streets
from tests.gis_core.routing.test_graph import random_town


@pytest.mark.parametrize("limit_s", [30.0, 60.0, 120.0])
def test_the_reached_streets_are_those_within_the_time_and_no_others(limit_s):
    town = random_town(seed=5)
    rng = np.random.default_rng(8)
    edges = rng.integers(0, town.edge_count, 150)
    places = shapely.get_coordinates(
        shapely.line_interpolate_point(town.lines[edges], rng.uniform(0.05, 0.95, 150), normalized=True)
    )
    stops = snap(town, np.concatenate([[(510.0, 480.0)], places]))
    seconds = travel_matrix(town, stops.take([0]), stops).seconds[0]
    reached = shapely.union_all(reached_streets(town, stops, 0, limit_s))
    within = shapely.distance(shapely.points(stops.on_street_xy), reached) < 1e-6
    sure = np.abs(np.where(np.isnan(seconds), np.inf, seconds) - limit_s) > 1e-6
    assert (within == (seconds <= limit_s))[sure].all()
    assert 0 < within.sum() < len(within)


def test_more_time_reaches_at_least_as_far():
    town = random_town(seed=5)
    stops = snap(town, [(510.0, 480.0)])
    small, large = (reached_area(town, stops, 0, seconds) for seconds in (40.0, 90.0))
    assert 0 < small.area < large.area
    assert large.buffer(1).contains(small)
    reached = shapely.union_all(reached_streets(town, stops, 0, 90.0))
    assert large.buffer(5).contains(reached)


def test_from_a_place_on_no_street_nothing_is_reached():
    town = random_town(seed=5)
    stops = snap(town, [(9000.0, 9000.0)])
    assert reached_streets(town, stops, 0, 600.0) == []
    assert reached_area(town, stops, 0, 600.0).is_empty
