"""Standing on a street, one-way streets, forbidden turns, and places that no street reaches."""

import numpy as np
import pytest
import shapely

from gis_core.routing.graph import NO_EDGE, Turn, road_graph, snap
from gis_core.routing.matrix import travel_matrix
from gis_core.routing.paths import route

CLOSED = float("inf")


def cross_town(turns=(), north_open_s=10.0):
    """A crossing at the origin with four arms of 100 m (10 s each way), and an island far off."""
    places = {1: (0, 0), 2: (100, 0), 3: (0, 100), 4: (-100, 0), 5: (0, -100), 8: (5000, 0), 9: (5100, 0)}
    edges = {12: (1, 2), 13: (1, 3), 14: (1, 4), 15: (1, 5), 89: (8, 9)}
    return road_graph(
        node_ids=list(places),
        node_xy=list(places.values()),
        edge_ids=list(edges),
        from_node=[a for a, _ in edges.values()],
        to_node=[b for _, b in edges.values()],
        lines=[shapely.LineString([places[a], places[b]]) for a, b in edges.values()],
        forward_s=[10.0, north_open_s, 10.0, 10.0, 10.0],
        backward_s=[10.0] * 5,
        turns=turns,
    )


def seconds(graph, start, end):
    return float(travel_matrix(graph, snap(graph, [start, end])).seconds[0, 1])


def test_a_house_stands_on_the_street_beside_it_and_not_on_the_next_crossing():
    where = snap(cross_town(), [(60.0, 7.0)])
    assert where.fraction[0] == pytest.approx(0.6)
    assert where.access_m[0] == pytest.approx(7.0)
    assert where.on_street_xy[0].tolist() == pytest.approx([60.0, 0.0])


def test_the_leg_from_door_to_street_counts_when_a_pace_is_given():
    graph = cross_town()
    stops = snap(graph, [(60.0, 7.0), (0.0, 50.0)])
    on_street = travel_matrix(graph, stops)
    from_door = travel_matrix(graph, stops, access_m_per_s=1.0)
    assert on_street.seconds[0, 1] == pytest.approx(11.0)
    assert from_door.seconds[0, 1] == pytest.approx(18.0)
    assert from_door.metres[0, 1] == pytest.approx(117.0)
    assert from_door.seconds[0, 0] == 0.0


def test_a_place_far_from_every_street_and_a_place_without_coordinates_are_unreachable():
    graph = cross_town()
    stops = snap(graph, [(0, 0), (0, 9000), (float("nan"), 0)], max_distance_m=200)
    assert stops.edge.tolist()[1:] == [NO_EDGE, NO_EDGE]
    travel = travel_matrix(graph, stops)
    assert travel.reachable(0, 0)
    assert np.isnan(travel.seconds[0, 1:]).all()
    assert np.isnan(travel.seconds[1:]).all()
    assert route(graph, stops, 0, 1) is None


def test_an_island_is_unreachable_and_never_a_straight_line():
    graph = cross_town()
    stops = snap(graph, [(50, 0), (5050, 0)])
    assert np.isnan(travel_matrix(graph, stops).seconds[0, 1])
    assert np.isnan(travel_matrix(graph, stops).metres[0, 1])
    assert route(graph, stops, 0, 1) is None


def test_against_a_one_way_street_there_is_no_way_in_even_a_metre_before_the_goal():
    graph = cross_town(north_open_s=CLOSED)  # the northern arm may only be driven to the crossing
    assert seconds(graph, (0, 80), (0, 30)) == pytest.approx(5.0)
    assert np.isnan(seconds(graph, (0, 30), (0, 31)))
    assert np.isnan(seconds(graph, (50, 0), (0, 50)))


def test_a_point_on_a_crossing_may_leave_by_every_street():
    graph = cross_town(north_open_s=CLOSED)
    assert seconds(graph, (0, 0), (-40, 0)) == pytest.approx(4.0)
    assert seconds(graph, (0, 0), (0, -40)) == pytest.approx(4.0)


def test_a_forbidden_turn_is_not_taken_from_the_street_itself_nor_from_a_house_on_it():
    graph = cross_town(turns=[Turn(from_edge=12, via_node=1, to_edge=13)])
    assert np.isnan(seconds(graph, (50, 0), (0, 50))) or seconds(graph, (50, 0), (0, 50)) > 10.0
    assert seconds(graph, (50, 0), (-50, 0)) == pytest.approx(10.0)
    assert seconds(graph, (0, -50), (0, 50)) == pytest.approx(10.0)
    assert seconds(graph, (0, 50), (50, 0)) == pytest.approx(10.0)


def test_the_way_round_a_forbidden_turn_is_found_and_drawn():
    graph = cross_town(turns=[Turn(from_edge=12, via_node=1, to_edge=13)])
    stops = snap(graph, [(50, 0), (0, 50)])
    way = route(graph, stops, 0, 1)
    # down one of the other arms, turn at its end and come back: 5 + 10 + 10 + 5
    assert way.seconds == pytest.approx(30.0)
    assert way.metres == pytest.approx(travel_matrix(graph, stops).metres[0, 1])
    assert way.line.length == pytest.approx(300.0)


def test_a_forbidden_turn_about_a_street_that_is_not_loaded_changes_nothing():
    graph = cross_town(turns=[Turn(from_edge=999, via_node=1, to_edge=13)])
    assert seconds(graph, (50, 0), (0, 50)) == pytest.approx(10.0)


def test_the_drawn_way_has_the_length_and_time_of_the_matrix_on_a_random_town():
    graph = random_town(seed=5)
    points = np.random.default_rng(6).uniform(0, 1000, (12, 2))
    stops = snap(graph, points)
    travel = travel_matrix(graph, stops)
    for start in range(12):
        for end in range(12):
            way = route(graph, stops, start, end)
            if start == end:
                continue
            if way is None:
                assert np.isnan(travel.seconds[start, end])
                continue
            assert way.seconds == pytest.approx(travel.seconds[start, end])
            assert way.metres == pytest.approx(travel.metres[start, end])
            assert way.line.length == pytest.approx(way.metres)
            ends = shapely.get_coordinates(way.line)[[0, -1]]
            assert ends == pytest.approx(stops.on_street_xy[[start, end]])


def test_forbidding_turns_never_makes_a_way_shorter():
    free = random_town(seed=5)
    rng = np.random.default_rng(7)
    turns = [
        Turn(int(a), int(free.node_ids[free.edge_to[a]]), int(b))
        for a, b in rng.integers(0, free.edge_count, (400, 2))
    ]
    turns += [
        Turn(int(free.edge_ids[edge]), int(free.node_ids[free.edge_to[edge]]), int(free.edge_ids[other]))
        for edge in range(free.edge_count)
        for other in np.flatnonzero(free.edge_from == free.edge_to[edge])[:1].tolist()
    ]
    strict = random_town(seed=5, turns=turns)
    points = rng.uniform(0, 1000, (10, 2))
    before = travel_matrix(free, snap(free, points)).seconds
    after = travel_matrix(strict, snap(strict, points)).seconds
    known = np.isfinite(before) & np.isfinite(after)
    assert (after[known] >= before[known] - 1e-9).all()
    assert (after[known] > before[known] + 1e-6).any()


def test_an_edge_to_a_node_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="node 77"):
        road_graph(
            node_ids=[1],
            node_xy=[(0, 0)],
            edge_ids=[1],
            from_node=[1],
            to_node=[77],
            lines=[shapely.LineString([(0, 0), (1, 0)])],
            forward_s=[1.0],
            backward_s=[1.0],
        )


@pytest.mark.parametrize("time_s", [0.0, -1.0])
def test_a_street_that_takes_no_time_is_refused(time_s):
    with pytest.raises(ValueError, match="above zero"):
        road_graph(
            node_ids=[1, 2],
            node_xy=[(0, 0), (1, 0)],
            edge_ids=[1],
            from_node=[1],
            to_node=[2],
            lines=[shapely.LineString([(0, 0), (1, 0)])],
            forward_s=[time_s],
            backward_s=[1.0],
        )


def random_town(*, seed, turns=(), side=9):
    """A grid of streets, some one-way, some missing, each with a speed of its own."""
    rng = np.random.default_rng(seed)
    step = 1000 / (side - 1)
    node_xy = [(column * step, row * step) for row in range(side) for column in range(side)]
    pairs = [(n, n + 1) for n in range(side * side) if (n + 1) % side]
    pairs += [(n, n + side) for n in range(side * (side - 1))]
    pairs = [pair for pair in pairs if rng.random() > 0.12]
    speed = rng.uniform(4, 14, len(pairs))
    oneway = rng.random(len(pairs)) < 0.25
    return road_graph(
        node_ids=np.arange(side * side),
        node_xy=node_xy,
        edge_ids=np.arange(len(pairs)),
        from_node=[a for a, _ in pairs],
        to_node=[b for _, b in pairs],
        lines=[shapely.LineString([node_xy[a], node_xy[b]]) for a, b in pairs],
        forward_s=step / speed,
        backward_s=np.where(oneway, CLOSED, step / speed),
        turns=turns,
    )
