"""The way itself between two points on a road graph: its edges, its line, its seconds and metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from gis_core.routing.graph import RoadGraph, Snaps
from gis_core.routing.matrix import NO_VERTEX, Doors, arc_between, doors_in, doors_out, search_from


@dataclass(frozen=True)
class Leg:
    """A stretch of one edge: its outside id, and from which to which fraction it is travelled."""

    edge_id: int
    start: float
    end: float


@dataclass(frozen=True)
class Route:
    """
    A way from street to street: seconds and metres on the network, its legs and its line in the graph's CRS.

    ``line`` runs from the foot of the start to the foot of the end; a start that is its own end gives a
    line of two equal points.
    """

    seconds: float
    metres: float
    legs: tuple[Leg, ...]
    line: shapely.LineString


def route(graph: RoadGraph, points: Snaps, start: int, end: int) -> Route | None:
    """
    The quickest way from one snapped point to another; None where there is none.

    Examples
    --------
    >>> from gis_core.routing.graph import road_graph, snap
    >>> graph = road_graph(
    ...     node_ids=[1, 2], node_xy=[(0, 0), (100, 0)], edge_ids=[5], from_node=[1], to_node=[2],
    ...     lines=[shapely.LineString([(0, 0), (100, 0)])], forward_s=[10.0], backward_s=[20.0])
    >>> way = route(graph, snap(graph, [(75, 3), (25, 0)]), 0, 1)
    >>> way.seconds, way.metres, way.line.wkt, way.legs
    (10.0, 50.0, 'LINESTRING (75 0, 25 0)', (Leg(edge_id=5, start=0.75, end=0.25),))
    """
    if not (points.found[start] and points.found[end]):
        return None
    stretches = min(
        _along_one_edge(graph, points, start, end),
        _over_the_network(graph, points, start, end),
        key=lambda found: found[0],
    )[1]
    if stretches is None:
        return None
    return _as_route(graph, stretches, points.on_street_xy[start])


def _along_one_edge(
    graph: RoadGraph, points: Snaps, start: int, end: int
) -> tuple[float, list[tuple[int, float, float]] | None]:
    edge = int(points.edge[start])
    if edge != int(points.edge[end]):
        return np.inf, None
    first, last = float(points.fraction[start]), float(points.fraction[end])
    whole = graph.forward_s[edge] if last >= first else graph.backward_s[edge]
    cost = 0.0 if first == last else abs(last - first) * float(whole)
    return (cost, [(edge, first, last)]) if np.isfinite(cost) else (np.inf, None)


def _over_the_network(
    graph: RoadGraph, points: Snaps, start: int, end: int
) -> tuple[float, list[tuple[int, float, float]] | None]:
    out, into = doors_out(graph, points.take([start])), doors_in(graph, points.take([end]))
    if not len(out.point) or not len(into.point):
        return np.inf, None
    arcs = graph.arcs
    reached, before = search_from(arcs, out)
    total = reached[into.vertex] + into.seconds
    best = int(np.argmin(total))
    if not np.isfinite(total[best]):
        return np.inf, None
    trail = _trail(before, int(into.vertex[best]), arcs.count)
    steps = arc_between(arcs, trail[:-1], trail[1:])
    stretches = [
        (int(edge), 0.0, 1.0) if along else (int(edge), 1.0, 0.0)
        for edge, along in zip(arcs.edge[steps], arcs.along[steps], strict=True)
    ]
    first = _door(out, int(trail[0]), float(points.fraction[start]), leaving=True)
    last = _door(into, int(into.vertex[best]), float(points.fraction[end]), leaving=False)
    return float(total[best]), [*first, *stretches, *last]


def _trail(before: NDArray[np.int64], last: int, origin: int) -> NDArray[np.int64]:
    """Vertices from the first after the start to the last."""
    trail = [last]
    while before[trail[-1]] not in (origin, NO_VERTEX):
        trail.append(int(before[trail[-1]]))
    return np.asarray(trail[::-1], dtype=np.int64)


def _door(doors: Doors, vertex: int, fraction: float, *, leaving: bool) -> list[tuple[int, float, float]]:
    """The piece of the point's own edge between the point and a vertex; nothing where it stands on a node."""
    if fraction in (0.0, 1.0):
        return []
    rows = np.flatnonzero(doors.vertex == vertex)
    row = rows[np.argmin(doors.seconds[rows])]
    edge, along = int(doors.edge[row]), bool(doors.along[row])
    if leaving:
        return [(edge, fraction, 1.0 if along else 0.0)]
    return [(edge, 0.0 if along else 1.0, fraction)]


def _as_route(
    graph: RoadGraph, stretches: list[tuple[int, float, float]], foot: NDArray[np.float64]
) -> Route:
    seconds = metres = 0.0
    coordinates: list[tuple[float, float]] = []
    for edge, first, last in stretches:
        share = abs(last - first)
        whole = graph.forward_s[edge] if last >= first else graph.backward_s[edge]
        seconds += share * float(whole) if share else 0.0
        metres += share * float(graph.length_m[edge])
        piece = substring(graph.lines[edge], first, last, normalized=True)
        coordinates.extend(map(tuple, shapely.get_coordinates(piece).tolist()))
    kept = [xy for place, xy in enumerate(coordinates) if place == 0 or xy != coordinates[place - 1]]
    if not kept:
        kept = [tuple(foot.tolist())]
    line = shapely.LineString(kept if len(kept) > 1 else kept * 2)
    legs = tuple(Leg(int(graph.edge_ids[edge]), first, last) for edge, first, last in stretches)
    return Route(seconds, metres, legs, line)
