"""A road graph as arrays: edges with seconds per direction, forbidden turns, and snapping onto edges."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

AT_NODE_M = 0.005
"""A point this near to the end of an edge counts as standing on the node itself."""

NO_EDGE = -1
"""Edge index of a point that found no street within reach."""


@dataclass(frozen=True)
class Turn:
    """A forbidden turn: arriving by one edge at a node, leaving by another (outside ids)."""

    from_edge: int
    via_node: int
    to_edge: int


@dataclass(frozen=True)
class Arcs:
    """
    The directed graph that Dijkstra walks, in compressed rows.

    A node where a turn is forbidden is split into one vertex per arriving arc; every other node is one
    vertex. ``indptr``, ``heads``, ``seconds``, ``metres``, ``edge`` and ``along`` are the rows; parallel
    arcs are reduced to the quickest.
    """

    count: int
    indptr: NDArray[np.int64]
    heads: NDArray[np.int64]
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    edge: NDArray[np.int64]
    along: NDArray[np.bool_]
    node_of_vertex: NDArray[np.int64]
    arrival: dict[tuple[int, bool], int]
    """Vertex reached at the end of an edge travelled in a direction, where it is not the plain node."""
    departures: dict[tuple[int, bool], tuple[int, ...]]
    """Vertices from which an edge may be entered in a direction, where it is not the plain node alone."""
    copies: dict[int, tuple[int, ...]]
    """The vertices a split node fell into."""


@dataclass(frozen=True)
class RoadGraph:
    """
    Streets as arrays; build it with :func:`road_graph`.

    ``node_ids`` (n,), ``node_xy`` (n, 2) in the metric CRS; ``edge_ids``, ``edge_from``, ``edge_to`` (m,)
    where the last two are positions in ``node_ids``; ``length_m`` (m,); ``forward_s`` and ``backward_s``
    (m,) seconds from end to end, infinite where that direction is closed; ``lines`` (m,) shapely lines
    from ``edge_from`` to ``edge_to``.
    """

    node_ids: NDArray[np.int64]
    node_xy: NDArray[np.float64]
    edge_ids: NDArray[np.int64]
    edge_from: NDArray[np.int64]
    edge_to: NDArray[np.int64]
    length_m: NDArray[np.float64]
    forward_s: NDArray[np.float64]
    backward_s: NDArray[np.float64]
    lines: NDArray[np.object_]
    turns: tuple[Turn, ...] = ()

    @property
    def edge_count(self) -> int:
        return len(self.edge_ids)

    @cached_property
    def open_edges(self) -> NDArray[np.int64]:
        """Positions of the edges that can be travelled in at least one direction."""
        return np.flatnonzero(np.isfinite(self.forward_s) | np.isfinite(self.backward_s))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree over the open edges, in the order of ``open_edges``."""
        return shapely.STRtree(self.lines[self.open_edges])

    @cached_property
    def arcs(self) -> Arcs:
        return _arcs(self)


@dataclass(frozen=True)
class Snaps:
    """
    Where points stand on the network.

    ``edge`` (k,) position of the edge or ``NO_EDGE``; ``fraction`` (k,) of the way along it; ``access_m``
    (k,) straight metres from the point to the street; ``xy`` (k, 2) the points themselves,
    ``on_street_xy`` (k, 2) their feet on the street (NaN where none).
    """

    edge: NDArray[np.int64]
    fraction: NDArray[np.float64]
    access_m: NDArray[np.float64]
    xy: NDArray[np.float64]
    on_street_xy: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def found(self) -> NDArray[np.bool_]:
        return self.edge != NO_EDGE

    def take(self, positions: Sequence[int] | NDArray[np.int64]) -> "Snaps":
        """The same for some of the points, in the order given."""
        at = np.asarray(positions, dtype=np.int64)
        return Snaps(self.edge[at], self.fraction[at], self.access_m[at], self.xy[at], self.on_street_xy[at])


def road_graph(
    *,
    node_ids: ArrayLike,
    node_xy: ArrayLike,
    edge_ids: ArrayLike,
    from_node: ArrayLike,
    to_node: ArrayLike,
    lines: ArrayLike,
    forward_s: ArrayLike,
    backward_s: ArrayLike,
    length_m: ArrayLike | None = None,
    turns: Iterable[Turn] = (),
) -> RoadGraph:
    """
    Build a graph from rows of streets.

    ``from_node`` and ``to_node`` are outside ids out of ``node_ids``. Seconds may be infinite or NaN: that
    direction is closed. Without ``length_m`` the planar length of the line is taken.

    Raises
    ------
    ValueError
        When an edge names a node that is not there, an id occurs twice, or a time is zero or negative.

    Examples
    --------
    >>> street = shapely.LineString([(0, 0), (100, 0)])
    >>> graph = road_graph(node_ids=[7, 8], node_xy=[(0, 0), (100, 0)], edge_ids=[1], from_node=[7],
    ...                    to_node=[8], lines=[street], forward_s=[12.0], backward_s=[float("inf")])
    >>> graph.edge_count, float(graph.length_m[0])
    (1, 100.0)
    """
    ids = np.asarray(node_ids, dtype=np.int64)
    edges = np.asarray(edge_ids, dtype=np.int64)
    if len(np.unique(ids)) != len(ids):
        raise ValueError("Expected node ids that occur once.")
    if len(np.unique(edges)) != len(edges):
        raise ValueError("Expected edge ids that occur once.")
    shapes = np.asarray(lines, dtype=object)
    lengths = shapely.length(shapes) if length_m is None else np.asarray(length_m, dtype=float)
    return RoadGraph(
        node_ids=ids,
        node_xy=np.asarray(node_xy, dtype=float).reshape(-1, 2),
        edge_ids=edges,
        edge_from=_positions(ids, from_node),
        edge_to=_positions(ids, to_node),
        length_m=lengths,
        forward_s=_times(forward_s),
        backward_s=_times(backward_s),
        lines=shapes,
        turns=tuple(turns),
    )


def snap(graph: RoadGraph, points_xy: ArrayLike, *, max_distance_m: float = 200.0) -> Snaps:
    """
    Put points onto the nearest open edges: onto the line itself, not only onto its ends.

    ``points_xy``: (k, 2) metres in the graph's CRS; NaN coordinates and points farther than
    ``max_distance_m`` from every open street get ``NO_EDGE``. Of two equally near edges the first is taken.

    Examples
    --------
    >>> street = shapely.LineString([(0, 0), (100, 0)])
    >>> graph = road_graph(node_ids=[7, 8], node_xy=[(0, 0), (100, 0)], edge_ids=[1], from_node=[7],
    ...                    to_node=[8], lines=[street], forward_s=[12.0], backward_s=[12.0])
    >>> where = snap(graph, [(25.0, 8.0), (25.0, 900.0)])
    >>> where.edge.tolist(), float(where.fraction[0]), float(where.access_m[0])
    ([0, -1], 0.25, 8.0)
    """
    xy = np.asarray(points_xy, dtype=float).reshape(-1, 2)
    edge = np.full(len(xy), NO_EDGE, dtype=np.int64)
    real = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if len(real) and len(graph.open_edges):
        hits = graph.tree.query_nearest(shapely.points(xy[real]), max_distance=max_distance_m)
        first: dict[int, int] = {}
        for point, candidate in zip(real[hits[0]].tolist(), graph.open_edges[hits[1]].tolist(), strict=True):
            first[point] = min(candidate, first.get(point, candidate))
        for point, candidate in first.items():
            edge[point] = candidate
    return _feet(graph, xy, edge)


def _feet(graph: RoadGraph, xy: NDArray[np.float64], edge: NDArray[np.int64]) -> Snaps:
    """The foot of each point on its edge, its fraction along it and the metres between."""
    fraction = np.zeros(len(xy))
    access = np.full(len(xy), np.nan)
    feet = np.full((len(xy), 2), np.nan)
    on = np.flatnonzero(edge != NO_EDGE)
    if len(on):
        lines = graph.lines[edge[on]]
        points = shapely.points(xy[on])
        fraction[on] = shapely.line_locate_point(lines, points, normalized=True)
        foot = shapely.line_interpolate_point(lines, fraction[on], normalized=True)
        access[on] = shapely.distance(points, foot)
        feet[on] = shapely.get_coordinates(foot)
    length = np.where(edge == NO_EDGE, 1.0, graph.length_m[edge])
    fraction = np.where(fraction * length <= AT_NODE_M, 0.0, fraction)
    fraction = np.where((1 - fraction) * length <= AT_NODE_M, 1.0, fraction)
    return Snaps(edge, fraction, access, xy, feet)


def _positions(ids: NDArray[np.int64], wanted: ArrayLike) -> NDArray[np.int64]:
    order = np.argsort(ids, kind="stable")
    values = np.asarray(wanted, dtype=np.int64)
    if not len(values):
        return values
    if not len(ids):
        raise ValueError("Expected nodes for the edges, got none.")
    place = np.minimum(np.searchsorted(ids[order], values), len(ids) - 1)
    found = order[place]
    missing = values[ids[found] != values]
    if len(missing):
        raise ValueError(f"Edges name the node {int(missing[0])}, which is not among the nodes.")
    return found


def _times(seconds: ArrayLike) -> NDArray[np.float64]:
    times = np.asarray(seconds, dtype=float)
    times = np.where(np.isnan(times), np.inf, times)
    if not (times > 0).all():
        raise ValueError("Expected travel times above zero seconds; close a direction with infinity.")
    return times


def _arcs(graph: RoadGraph) -> Arcs:
    """Rows of directed arcs; nodes with forbidden turns are split by the arc that arrives."""
    banned = _banned(graph)
    split = sorted({node for _, node, _ in banned})
    arriving: dict[int, list[tuple[int, bool]]] = {node: [] for node in split}
    for edge in np.flatnonzero(np.isin(graph.edge_to, split) & np.isfinite(graph.forward_s)).tolist():
        arriving[int(graph.edge_to[edge])].append((edge, True))
    for edge in np.flatnonzero(np.isin(graph.edge_from, split) & np.isfinite(graph.backward_s)).tolist():
        arriving[int(graph.edge_from[edge])].append((edge, False))

    arrival: dict[tuple[int, bool], int] = {}
    owners = list(range(len(graph.node_ids)))
    for node in split:
        for arc in arriving[node]:
            arrival[arc] = len(owners)
            owners.append(node)
    copies = {node: tuple(arrival[arc] for arc in arriving[node]) for node in split}
    departures: dict[tuple[int, bool], tuple[int, ...]] = {}
    for along, tails in ((True, graph.edge_from), (False, graph.edge_to)):
        for edge in np.flatnonzero(np.isin(tails, split)).tolist():
            node = int(tails[edge])
            open_from = [arrival[arc] for arc in arriving[node] if (arc[0], node, edge) not in banned]
            departures[(edge, along)] = (node, *open_from)
    return _rows(graph, np.asarray(owners, dtype=np.int64), arrival, departures, copies)


def _banned(graph: RoadGraph) -> set[tuple[int, int, int]]:
    """
    Forbidden turns as positions (arriving edge, node, leaving edge); turns about absent streets are
    moot.
    """
    edge_at = {int(edge): position for position, edge in enumerate(graph.edge_ids)} if graph.turns else {}
    node_at = {int(node): position for position, node in enumerate(graph.node_ids)} if graph.turns else {}
    return {
        (edge_at[turn.from_edge], node_at[turn.via_node], edge_at[turn.to_edge])
        for turn in graph.turns
        if turn.from_edge in edge_at and turn.via_node in node_at and turn.to_edge in edge_at
    }


def _rows(
    graph: RoadGraph,
    owners: NDArray[np.int64],
    arrival: dict[tuple[int, bool], int],
    departures: dict[tuple[int, bool], tuple[int, ...]],
    copies: dict[int, tuple[int, ...]],
) -> Arcs:
    tails, heads, edges, along = [], [], [], []
    for forwards, start, end, seconds in (
        (True, graph.edge_from, graph.edge_to, graph.forward_s),
        (False, graph.edge_to, graph.edge_from, graph.backward_s),
    ):
        open_edges = np.flatnonzero(np.isfinite(seconds))
        head = end[open_edges].copy()
        for place, edge in enumerate(open_edges.tolist()):
            if (edge, forwards) in arrival:
                head[place] = arrival[(edge, forwards)]
        tails.append(start[open_edges])
        heads.append(head)
        edges.append(open_edges)
        along.append(np.full(len(open_edges), forwards))
        extra = [
            (vertex, head[place], edge)
            for place, edge in enumerate(open_edges.tolist())
            for vertex in departures.get((edge, forwards), ())[1:]
        ]
        if extra:
            table = np.asarray(extra, dtype=np.int64)
            tails.append(table[:, 0])
            heads.append(table[:, 1])
            edges.append(table[:, 2])
            along.append(np.full(len(table), forwards))
    tail, head = np.concatenate(tails), np.concatenate(heads)
    edge_of, ahead = np.concatenate(edges), np.concatenate(along)
    cost = np.where(ahead, graph.forward_s[edge_of], graph.backward_s[edge_of])
    keep = _quickest_of_parallel(tail, head, cost, edge_of)
    tail, head, edge_of, ahead, cost = tail[keep], head[keep], edge_of[keep], ahead[keep], cost[keep]
    return Arcs(
        count=len(owners),
        indptr=np.searchsorted(tail, np.arange(len(owners) + 1)).astype(np.int64),
        heads=head,
        seconds=cost,
        metres=graph.length_m[edge_of],
        edge=edge_of,
        along=ahead,
        node_of_vertex=owners,
        arrival=arrival,
        departures=departures,
        copies=copies,
    )


def _quickest_of_parallel(
    tail: NDArray[np.int64], head: NDArray[np.int64], cost: NDArray[np.float64], edge: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Positions of the arcs to keep, ordered by tail and head: of parallel arcs the quickest."""
    order = np.lexsort((edge, cost, head, tail))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    return order[first]
