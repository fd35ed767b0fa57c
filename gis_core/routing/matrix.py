"""Travel seconds and metres between points on a road graph; not reachable is NaN, never a straight line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.routing.graph import Arcs, RoadGraph, Snaps

NO_VERTEX = -9999
"""What scipy writes as the predecessor of a vertex that has none."""


@dataclass(frozen=True)
class TravelMatrix:
    """
    Travel between stops: ``seconds`` and ``metres`` (n, m), row = from, column = to.

    NaN means that there is no way, or that one of the two stops stands on no street.
    """

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]

    def reachable(self, start: int, end: int) -> bool:
        """Whether there is a way from one stop to the other."""
        return bool(np.isfinite(self.seconds[start, end]))


@dataclass(frozen=True)
class Doors:
    """How points join the vertices of the graph: flat arrays, ``point`` says whose row it is."""

    point: NDArray[np.int64]
    vertex: NDArray[np.int64]
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    edge: NDArray[np.int64]
    along: NDArray[np.bool_]


def travel_matrix(
    graph: RoadGraph, starts: Snaps, ends: Snaps | None = None, *, access_m_per_s: float | None = None
) -> TravelMatrix:
    """
    Quickest travel from each start to each end, and the metres of that quickest way.

    Parameters
    ----------
    ends
        The starts themselves when not given; then the diagonal is zero.
    access_m_per_s
        Pace of the straight leg between a point and its street; both legs are added to the seconds and to the
        metres. Without it the way is counted from street to street.

    Notes
    -----
    One Dijkstra per start (scipy.sparse.csgraph). A start or end on an edge is entered and left in the
    directions that the edge allows; forbidden turns hold at both ends.

    Examples
    --------
    >>> import shapely
    >>> from gis_core.routing.graph import road_graph, snap
    >>> graph = road_graph(
    ...     node_ids=[1, 2], node_xy=[(0, 0), (100, 0)], edge_ids=[5], from_node=[1], to_node=[2],
    ...     lines=[shapely.LineString([(0, 0), (100, 0)])], forward_s=[10.0], backward_s=[20.0])
    >>> travel = travel_matrix(graph, snap(graph, [(0, 0), (50, 0)]))
    >>> travel.seconds.tolist(), travel.metres.tolist()
    ([[0.0, 5.0], [10.0, 0.0]], [[0.0, 50.0], [50.0, 0.0]])
    """
    square = ends is None
    ends = starts if ends is None else ends
    seconds = np.full((len(starts), len(ends)), np.inf)
    metres = np.full((len(starts), len(ends)), np.nan)
    _by_network(graph, starts, ends, seconds, metres)
    _on_one_edge(graph, starts, ends, seconds, metres)
    metres[~np.isfinite(seconds)] = np.nan
    seconds[~np.isfinite(seconds)] = np.nan
    if access_m_per_s is not None:
        access_m = starts.access_m[:, None] + ends.access_m[None, :]
        seconds += access_m / access_m_per_s
        metres += access_m
    if square:
        np.fill_diagonal(seconds, np.where(starts.found, 0.0, np.nan))
        np.fill_diagonal(metres, np.where(starts.found, 0.0, np.nan))
    return TravelMatrix(seconds, metres)


def doors_out(graph: RoadGraph, points: Snaps) -> Doors:
    """The vertices that can be reached first from each point, with seconds and metres to them."""
    rows: list[tuple[int, int, float, float, int, bool]] = []
    arcs = graph.arcs
    for point in np.flatnonzero(points.found).tolist():
        edge, fraction = int(points.edge[point]), float(points.fraction[point])
        length = float(graph.length_m[edge])
        if fraction in (0.0, 1.0):
            node = graph.edge_from[edge] if fraction == 0.0 else graph.edge_to[edge]
            rows.append((point, int(node), 0.0, 0.0, edge, fraction == 1.0))
            continue
        for along, left, whole, node in (
            (True, 1.0 - fraction, graph.forward_s[edge], graph.edge_to[edge]),
            (False, fraction, graph.backward_s[edge], graph.edge_from[edge]),
        ):
            if np.isfinite(whole):
                vertex = arcs.arrival.get((edge, along), int(node))
                rows.append((point, vertex, left * float(whole), left * length, edge, along))
    return _doors(rows)


def doors_in(graph: RoadGraph, points: Snaps) -> Doors:
    """The vertices from which each point is reached last, with seconds and metres from them."""
    rows: list[tuple[int, int, float, float, int, bool]] = []
    arcs = graph.arcs
    for point in np.flatnonzero(points.found).tolist():
        edge, fraction = int(points.edge[point]), float(points.fraction[point])
        length = float(graph.length_m[edge])
        if fraction in (0.0, 1.0):
            node = int(graph.edge_from[edge] if fraction == 0.0 else graph.edge_to[edge])
            vertices = (node, *arcs.copies.get(node, ()))
            rows.extend((point, vertex, 0.0, 0.0, edge, fraction == 1.0) for vertex in vertices)
            continue
        for along, gone, whole, node in (
            (True, fraction, graph.forward_s[edge], graph.edge_from[edge]),
            (False, 1.0 - fraction, graph.backward_s[edge], graph.edge_to[edge]),
        ):
            if np.isfinite(whole):
                vertices = arcs.departures.get((edge, along), (int(node),))
                cost = (gone * float(whole), gone * length)
                rows.extend((point, vertex, *cost, edge, along) for vertex in vertices)
    return _doors(rows)


def search_from(
    arcs: Arcs, start: Doors, *, limit_s: float = np.inf
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """
    Seconds from one start to every vertex, and each vertex's predecessor (the start itself is
    ``arcs.count``).

    ``start`` holds the doors of one point only.
    """
    # scipy takes half a second to load, which a program that asks for no way need not wait for
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    order = np.argsort(start.vertex, kind="stable")
    indptr = np.append(arcs.indptr, arcs.indptr[-1] + len(order))
    indices = np.concatenate([arcs.heads, start.vertex[order]])
    data = np.concatenate([arcs.seconds, start.seconds[order]])
    size = arcs.count + 1
    matrix = csr_array((data, indices.astype(np.int32), indptr.astype(np.int32)), shape=(size, size))
    seconds, before = dijkstra(
        matrix, directed=True, indices=arcs.count, return_predecessors=True, limit=limit_s
    )
    return seconds, before.astype(np.int64)


def arc_between(arcs: Arcs, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of the arc from each tail vertex to each head vertex, which must exist."""
    keys = np.repeat(np.arange(arcs.count), np.diff(arcs.indptr)) * arcs.count + arcs.heads
    return np.searchsorted(keys, tail * arcs.count + head)


def metres_from(
    arcs: Arcs, start: Doors, before: NDArray[np.int64], keys: NDArray[np.int64]
) -> NDArray[np.float64]:
    """
    Metres along the quickest way from the start to every vertex (NaN where there is none).

    Adds the steps up the tree of predecessors by doubling the stride, so no vertex is walked alone.
    """
    origin = arcs.count
    above = np.where(before == NO_VERTEX, origin, before)
    metres = np.zeros(arcs.count + 1)
    inner = np.flatnonzero((before != NO_VERTEX) & (before != origin))
    metres[inner] = arcs.metres[np.searchsorted(keys, above[inner] * arcs.count + inner)]
    for vertex, length in zip(start.vertex.tolist(), start.metres.tolist(), strict=True):
        if before[vertex] == origin:
            metres[vertex] = length
    while (above != origin).any():
        metres += np.where(above == origin, 0.0, metres[above])
        above = above[above]
    metres[:-1][before[:-1] == NO_VERTEX] = np.nan
    return metres


def _by_network(
    graph: RoadGraph, starts: Snaps, ends: Snaps, seconds: NDArray[np.float64], metres: NDArray[np.float64]
) -> None:
    arcs = graph.arcs
    out, into = doors_out(graph, starts), doors_in(graph, ends)
    if not len(out.point) or not len(into.point):
        return
    keys = np.repeat(np.arange(arcs.count), np.diff(arcs.indptr)) * arcs.count + arcs.heads
    for start in np.unique(out.point).tolist():
        doors = _of_point(out, start)
        reached, before = search_from(arcs, doors)
        total = reached[into.vertex] + into.seconds
        order = np.lexsort((total, into.point))
        best = order[np.unique(into.point[order], return_index=True)[1]]
        length = metres_from(arcs, doors, before, keys)
        seconds[start, into.point[best]] = total[best]
        metres[start, into.point[best]] = length[into.vertex[best]] + into.metres[best]


def _on_one_edge(
    graph: RoadGraph, starts: Snaps, ends: Snaps, seconds: NDArray[np.float64], metres: NDArray[np.float64]
) -> None:
    """The way that never leaves the edge, where start and end stand on the same one."""
    same = (starts.edge[:, None] == ends.edge[None, :]) & starts.found[:, None]
    for start, end in np.argwhere(same).tolist():
        edge = int(starts.edge[start])
        step = float(ends.fraction[end] - starts.fraction[start])
        whole = graph.forward_s[edge] if step >= 0 else graph.backward_s[edge]
        cost = 0.0 if step == 0 else abs(step) * float(whole)
        if cost < seconds[start, end]:
            seconds[start, end] = cost
            metres[start, end] = abs(step) * float(graph.length_m[edge])


def _of_point(doors: Doors, point: int) -> Doors:
    mine = doors.point == point
    return Doors(
        doors.point[mine],
        doors.vertex[mine],
        doors.seconds[mine],
        doors.metres[mine],
        doors.edge[mine],
        doors.along[mine],
    )


def _doors(rows: list[tuple[int, int, float, float, int, bool]]) -> Doors:
    point, vertex, seconds, metres, edge, along = zip(*rows, strict=True) if rows else ((),) * 6
    return Doors(
        np.asarray(point, dtype=np.int64),
        np.asarray(vertex, dtype=np.int64),
        np.asarray(seconds, dtype=float),
        np.asarray(metres, dtype=float),
        np.asarray(edge, dtype=np.int64),
        np.asarray(along, dtype=bool),
    )
