"""Cuts a piece of land into lots: by drawn lines, or into so many parts of one size."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import shapely

from gis_core.constraints.plane import FAR_AWAY_M, Floats, Shapes, moved, parts_by_size, shapes

#: A line that runs over a piece for less than this, or than this share of itself, only touches it: m.
TOUCHES_M, TOUCHES_SHARE = 0.5, 0.1
#: How often the place of a cut is halved: twenty kilometres to less than a thousandth of a millimetre.
HALVINGS = 45

How = Literal["BESIDE", "BEHIND"]


def cut_by_lines(parent: shapely.Polygon, lines: Sequence[shapely.LineString]) -> Shapes:
    """
    The parts of a polygon between drawn lines, one line after the other.

    A line cuts the parts that it runs over; where it ends inside of one it goes on straight to its border.

    Examples
    --------
    >>> square = shapely.box(0, 0, 10, 10)
    >>> parts = cut_by_lines(square, [shapely.LineString([(4, 1), (4, 9)])])
    >>> sorted(shapely.area(parts).tolist())
    [40.0, 60.0]
    """
    origin = np.floor(np.array(parent.bounds[:2]))
    pieces = [moved(shapes(parent), -origin)[0]]
    for line in moved(shapes(*lines), -origin):
        pieces = [part for piece in pieces for part in _cut(piece, line)]
    return moved(shapes(*pieces), origin)


def cut_evenly(parent: shapely.Polygon, count: int, along: Floats, how: How) -> Shapes:
    """
    Parts of one area: BESIDE one another along the front (`along`, a direction (2,)), or BEHIND one another.

    A part that falls into several pieces gives as many lots.

    Examples
    --------
    >>> parts = cut_evenly(shapely.box(0, 0, 10, 20), 2, np.array([1.0, 0.0]), "BESIDE")
    >>> [part.bounds for part in parts]
    [(0.0, 0.0, 5.0, 20.0), (5.0, 0.0, 10.0, 20.0)]
    """
    across = np.asarray(along, dtype=float) / np.hypot(*along)
    if how == "BEHIND":
        across = np.array([-across[1], across[0]])
    axes = np.column_stack([across, [-across[1], across[0]]])
    origin = shapely.get_coordinates(parent.centroid)[0]
    body = shapely.transform(parent, lambda points: (points - origin) @ axes)
    west, _, east, _ = body.bounds
    places = [_place_of(body, share / count, west, east) for share in range(1, count)]
    cuts = [np.round((np.array([(x, -1.0), (x, 1.0)]) * (1.0, FAR_AWAY_M)) @ axes.T, 6) for x in places]
    return cut_by_lines(parent, [shapely.LineString(cut + origin) for cut in cuts])


def _place_of(body: shapely.Geometry, share: float, west: float, east: float) -> float:
    """Where an upright line leaves that share of a body on its left; on a whole millimetre next to one."""
    wanted_m2, low, high = share * body.area, west, east
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if shapely.intersection(body, _left_of(middle)).area < wanted_m2:
            low = middle
        else:
            high = middle
    rounded = round(high, 3)
    return rounded if abs(high - rounded) < 1e-6 else high


def _left_of(x: float) -> shapely.Polygon:
    return shapely.box(-FAR_AWAY_M, -FAR_AWAY_M, x, FAR_AWAY_M)


def _cut(piece: shapely.Polygon, line: shapely.LineString) -> list[shapely.Polygon]:
    over_m = shapely.intersection(piece, line).length
    if over_m < min(TOUCHES_M, TOUCHES_SHARE * line.length) or over_m < 1e-6:
        return [piece]
    borders = shapely.union_all(shapes(piece.boundary, _gone_on(line, piece)))
    faces = shapely.get_parts(shapely.polygonize([borders]))
    inside = shapely.contains(piece, shapely.point_on_surface(faces))
    parts = [part for face in faces[inside] for part in parts_by_size(face)]
    return sorted(parts, key=lambda part: line_side(line, part)) or [piece]


def line_side(line: shapely.LineString, part: shapely.Polygon) -> float:
    """How far a part lies to the right of a line's direction, in metres; left is negative."""
    start, end = shapely.get_coordinates(line)[[0, -1]]
    along = (end - start) / np.hypot(*(end - start))
    there = shapely.get_coordinates(shapely.point_on_surface(part))[0] - start
    return float(there[0] * along[1] - there[1] * along[0])


def _gone_on(line: shapely.LineString, piece: shapely.Polygon) -> shapely.LineString:
    """The line, straight on beyond the piece at each end that lies inside of it."""
    points = shapely.get_coordinates(line)
    reach_m = float(np.hypot(*np.subtract(piece.bounds[2:], piece.bounds[:2]))) + 1.0
    ends = []
    for end, before in ((points[0], points[1]), (points[-1], points[-2])):
        step = (end - before) / np.hypot(*(end - before))
        inside = shapely.intersects(piece, shapely.Point(end))
        ends.append(end + step * reach_m if inside else end)
    return shapely.LineString([ends[0], *points[1:-1], ends[1]])
