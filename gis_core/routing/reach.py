"""How far one gets in a time: the stretches of street that are reached, and an area drawn round them."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from gis_core.routing.graph import RoadGraph, Snaps
from gis_core.routing.matrix import doors_out, search_from


def reached_streets(graph: RoadGraph, points: Snaps, start: int, limit_s: float) -> list[shapely.LineString]:
    """
    The stretches of street that can be reached from a snapped point within a time.

    An edge is reached from each of its ends as far as the time left lasts, in the direction of travel.

    Examples
    --------
    >>> from gis_core.routing.graph import road_graph, snap
    >>> graph = road_graph(
    ...     node_ids=[1, 2], node_xy=[(0, 0), (100, 0)], edge_ids=[5], from_node=[1], to_node=[2],
    ...     lines=[shapely.LineString([(0, 0), (100, 0)])], forward_s=[10.0], backward_s=[float("inf")])
    >>> [line.wkt for line in reached_streets(graph, snap(graph, [(20, 0)]), 0, 3.0)]
    ['LINESTRING (20 0, 50 0)']
    """
    if not points.found[start] or not limit_s > 0:
        return []
    left = np.maximum(limit_s - _seconds_at_nodes(graph, points, start, limit_s), 0.0)
    ahead = np.clip(left[graph.edge_from] / graph.forward_s, 0.0, 1.0)
    back = np.clip(left[graph.edge_to] / graph.backward_s, 0.0, 1.0)
    whole = np.flatnonzero(ahead + back >= 1.0)
    parts = list(graph.lines[whole])
    for edge in np.flatnonzero((ahead + back < 1.0) & (ahead + back > 0.0)).tolist():
        if ahead[edge] > 0:
            parts.append(substring(graph.lines[edge], 0.0, ahead[edge], normalized=True))
        if back[edge] > 0:
            parts.append(substring(graph.lines[edge], 1.0 - back[edge], 1.0, normalized=True))
    return [*parts, *_from_the_start(graph, points, start, limit_s)]


def reached_area(
    graph: RoadGraph, points: Snaps, start: int, limit_s: float, *, cell_m: float = 50.0
) -> shapely.Geometry:
    """
    An area drawn round the streets reached in a time, for a map: cells of a grid with their corners rounded.

    Enclosed blocks smaller than twelve cells are taken in. It is a picture, not a promise for every door.
    """
    lines = reached_streets(graph, points, start, limit_s)
    if not lines:
        return shapely.Polygon()
    # a grid, because a buffer round ten thousand streets takes half a minute
    xy = shapely.get_coordinates(shapely.segmentize(lines, cell_m / 2))
    cells = np.floor(xy / cell_m).astype(np.int64)
    corner = cells.min(axis=0) - 3
    filled = np.zeros(cells.max(axis=0) - corner + 4, dtype=bool)
    filled[tuple((cells - corner).T)] = True
    filled = _grown_without_small_holes(filled, smallest=12)
    return _rounded(_boxes(filled, corner, cell_m), cell_m)


def _seconds_at_nodes(graph: RoadGraph, points: Snaps, start: int, limit_s: float) -> NDArray[np.float64]:
    """Seconds to each node; infinite beyond the limit."""
    doors = doors_out(graph, points.take([start]))
    nodes = np.full(len(graph.node_ids), np.inf)
    if len(doors.point):
        seconds, _ = search_from(graph.arcs, doors, limit_s=limit_s)
        np.minimum.at(nodes, graph.arcs.node_of_vertex, seconds[:-1])
    return nodes


def _from_the_start(graph: RoadGraph, points: Snaps, start: int, limit_s: float) -> list[shapely.LineString]:
    """What is reached on the start's own edge without leaving it."""
    edge, fraction = int(points.edge[start]), float(points.fraction[start])
    forward = min(1.0, fraction + limit_s / graph.forward_s[edge])
    backward = max(0.0, fraction - limit_s / graph.backward_s[edge])
    found = []
    if forward > fraction:
        found.append(substring(graph.lines[edge], fraction, forward, normalized=True))
    if backward < fraction:
        found.append(substring(graph.lines[edge], backward, fraction, normalized=True))
    return found


def _grown_without_small_holes(cells: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_]:
    """The cells with those around them, and with every hole of fewer than `smallest`."""
    from scipy import ndimage  # half a second to load, which only this picture need wait for

    filled = ndimage.binary_dilation(cells, np.ones((3, 3)))
    holes, count = ndimage.label(~filled)
    sizes = ndimage.sum_labels(~filled, holes, np.arange(1, count + 1))
    return filled | np.isin(holes, 1 + np.flatnonzero(sizes < smallest))


def _boxes(filled: NDArray[np.bool_], corner: NDArray[np.int64], cell_m: float) -> shapely.Geometry:
    """The filled cells as one shape, put together from their columns' runs."""
    edges = np.diff(np.pad(filled, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    column, first = np.nonzero(edges == 1)
    _, last = np.nonzero(edges == -1)
    west, south = (column + corner[0]) * cell_m, (first + corner[1]) * cell_m
    return shapely.union_all(shapely.box(west, south, west + cell_m, (last + corner[1]) * cell_m))


def _rounded(area: shapely.Geometry, cell_m: float) -> shapely.Geometry:
    for distance_m in (1.5 * cell_m, -2.4 * cell_m, 0.9 * cell_m):
        area = shapely.buffer(area, distance_m, quad_segs=3)
    return shapely.simplify(area, cell_m / 12)
