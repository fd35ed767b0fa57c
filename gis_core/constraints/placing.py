"""Lays a building of a given width and depth into an envelope: where it fits, or where least lies outside."""

import itertools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.plane import Floats

#: A building may be this much smaller than it was told when it is laid exactly between two lines: m.
_GRID_M = 0.0004
#: Of an envelope with more corners only its bounds are tried, so that no shape takes for ever.
_MOST_CORNERS = 40
_TURN = np.array([[0.0, -1.0], [1.0, 0.0]])


def laid(width_m: float, depth_m: float, envelope: Any, along: Floats) -> shapely.Polygon:
    """
    A rectangle laid into an envelope, its width along a direction (2,), nearest to the envelope's middle.

    Where it fits nowhere, it lies where the least of it is outside, among the places at corners, edges and
    middle of the envelope. Metric CRS, metres; the envelope is not empty.

    Examples
    --------
    >>> laid(4, 2, shapely.box(0, 0, 10, 10), np.array([1.0, 0.0])).bounds
    (3.0, 4.0, 7.0, 6.0)
    >>> laid(12, 2, shapely.box(0, 0, 10, 10), np.array([1.0, 0.0])).bounds
    (-1.0, 4.0, 11.0, 6.0)
    """
    axis = np.asarray(along, dtype=float) / math.hypot(*along)
    axes = np.column_stack([axis, _TURN @ axis])
    origin = shapely.get_coordinates(shapely.centroid(envelope))[0]
    body = shapely.transform(envelope, lambda points: (points - origin) @ axes)
    x, y = _place(body, width_m, depth_m)
    there = shapely.box(x, y, x + width_m, y + depth_m)
    return shapely.transform(there, lambda points: points @ axes.T + origin)


def _place(body: Any, width_m: float, depth_m: float) -> tuple[float, float]:
    """The lower left corner of the rectangle, in the turned frame."""
    west, south, east, north = shapely.bounds(body)
    middle = shapely.Point((west + east - width_m) / 2, (south + north - depth_m) / 2)
    free = fitting(body, width_m - 2 * _GRID_M, depth_m - 2 * _GRID_M)
    if not shapely.is_empty(free):
        corner = shapely.Point(middle.x + _GRID_M, middle.y + _GRID_M)
        there = shapely.get_coordinates(shapely.shortest_line(free, corner))[0]
        return float(there[0] - _GRID_M), float(there[1] - _GRID_M)
    corners = shapely.get_coordinates(body)
    if len(corners) > _MOST_CORNERS:
        corners = np.array([(west, south), (east, north)])
    xs = {middle.x, *corners[:, 0], *(corners[:, 0] - width_m)}
    ys = {middle.y, *corners[:, 1], *(corners[:, 1] - depth_m)}
    return min(
        _nearest_first(itertools.product(xs, ys), middle), key=lambda at: _outside(body, at, width_m, depth_m)
    )


def fitting(body: Any, width_m: float, depth_m: float) -> Any:
    """
    Where the lower left corner of an upright rectangle may lie so that all of it is inside a body.

    The body less the sweep of everything outside it: exact for any shape, with holes and parts.

    Examples
    --------
    >>> fitting(shapely.box(0, 0, 10, 10), 4, 3).bounds
    (0.0, 0.0, 6.0, 7.0)
    """
    west, south, east, north = shapely.bounds(body)
    around = shapely.box(west - 2 * width_m - 1, south - 2 * depth_m - 1, east + 1, north + 1)
    outside = shapely.difference(around, body)
    swept = _swept(_swept(outside, (-width_m, 0.0)), (0.0, -depth_m))
    return shapely.difference(shapely.box(west, south, east, north), swept)


def _swept(geometry: Any, by: tuple[float, float]) -> Any:
    """All ground that a shape touches while it is moved along a straight line."""
    shift = np.array(by)
    covered = [geometry, shapely.transform(geometry, lambda points: points + shift)]
    for part in shapely.get_parts(geometry):
        for ring in (part.exterior, *part.interiors):
            for start, end in itertools.pairwise(shapely.get_coordinates(ring)):
                covered.append(shapely.Polygon([start, end, end + shift, start + shift]))
    return shapely.union_all([part for part in covered if shapely.area(part) > 0])


def _nearest_first(places: Iterable[tuple[float, float]], middle: shapely.Point) -> list[tuple[float, float]]:
    return sorted(places, key=lambda at: (math.dist(at, (middle.x, middle.y)), at))


def _outside(body: Any, at: tuple[float, float], width_m: float, depth_m: float) -> float:
    there = shapely.box(at[0], at[1], at[0] + width_m, at[1] + depth_m)
    # a fraction of a square millimetre is rounding: then the nearer place is as good
    return round(float(shapely.area(shapely.difference(there, body))), 6)
