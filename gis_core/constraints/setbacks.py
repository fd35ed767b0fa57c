"""Keeps a building away from the edges of its lot: private land that stays unbuilt (پیش‌فضا)."""

import numpy as np
import shapely

from gis_core.constraints.half_planes import kept_sides
from gis_core.constraints.parting import without
from gis_core.constraints.plane import Floats, Ints, Shapes, half_plane, line_ends, shapes, side_of

#: Segments of a quarter circle where a setback goes round the end of an edge.
ROUND = 128


def setback_strips(lots: Shapes, lot: Ints, edges: Shapes, setback_m: Floats, join: str) -> Shapes:
    """
    What each edge takes from its lot.

    `SUPPORTING_LINE`: all nearer than the setback to the infinite line of the edge, for convex lots.
    `DISTANCE`: the true distance from the edge itself, round at its ends. Source: rules.md section 13.
    """
    if join == "DISTANCE":
        return shapely.buffer(edges, setback_m, quad_segs=ROUND)
    if join != "SUPPORTING_LINE":
        raise ValueError(f"Expected join SUPPORTING_LINE or DISTANCE, got {join!r}.")
    centres = shapely.get_coordinates(shapely.point_on_surface(lots))
    strips = []
    for owner, edge, metres in zip(lot, edges, setback_m, strict=True):
        points = shapely.get_coordinates(edge)
        inward = side_of(points[0], points[-1], centres[owner]).item()
        strips.append(half_plane(points[0], points[-1], -inward, from_m=-metres))
    return shapes(*strips)


def set_back(lots: Shapes, lot: Ints, edges: Shapes, setback_m: Floats, join: str) -> Shapes:
    """
    Lots less the setbacks of their edges; all parts are kept.

    Examples
    --------
    >>> front = shapes(shapely.LineString([(0, 0), (20, 0)]))
    >>> set_back(shapes(shapely.box(0, 0, 20, 30)), np.array([0]), front, np.array([5.0]), "DISTANCE")[0].area
    500.0
    """
    taking = setback_m > 0
    lot, edges, setback_m = lot[taking], edges[taking], setback_m[taking]
    if join != "SUPPORTING_LINE":
        lot, edges, setback_m = _together(lot, edges, setback_m)
        return without(lots, lot, setback_strips(lots, lot, edges, setback_m, join))
    found, done = kept_sides(lots, lot, _lines(lots, lot, edges, setback_m))
    rest = ~done[lot]
    if not rest.any():
        return found
    strips = setback_strips(lots, lot[rest], edges[rest], setback_m[rest], join)
    return without(found, lot[rest], strips)


def _together(lot: Ints, edges: Shapes, setback_m: Floats) -> tuple[Ints, Shapes, Floats]:
    """The edges of a lot that take equally much as one shape: what they take is then one overlay."""
    order = np.lexsort((setback_m, lot))
    lot, edges, setback_m = lot[order], edges[order], setback_m[order]
    if not len(lot):
        return lot, edges, setback_m
    new = np.concatenate([[True], (lot[1:] != lot[:-1]) | (setback_m[1:] != setback_m[:-1])])
    lines, edge = shapely.get_parts(edges, return_index=True)
    # Lines that go on from each other are buffered as one: a tenth of the time of each with its round ends.
    together = shapely.line_merge(shapely.multilinestrings(lines, indices=(np.cumsum(new) - 1)[edge]))
    return lot[new], together, setback_m[new]


def _lines(lots: Shapes, lot: Ints, edges: Shapes, setback_m: Floats) -> Floats:
    """Lines (m, 3) at the setback from the infinite line of each edge, on the side of the lot."""
    start, end = line_ends(edges).transpose(1, 0, 2)
    centre = shapely.get_coordinates(shapely.point_on_surface(lots[lot]))
    along = end - start
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    inward = side_of(start, end, centre)[:, None] * np.column_stack([-along[:, 1], along[:, 0]])
    return np.column_stack([inward, -(inward[:, 0] * start[:, 0] + inward[:, 1] * start[:, 1]) - setback_m])
