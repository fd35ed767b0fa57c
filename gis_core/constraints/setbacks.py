"""Keeps a building away from the edges of its lot: private land that stays unbuilt (پیش‌فضا)."""

import shapely

from gis_core.constraints.plane import Floats, Ints, Shapes, half_plane, shapes, side_of, without

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
    >>> import numpy as np
    >>> front = shapes(shapely.LineString([(0, 0), (20, 0)]))
    >>> set_back(shapes(shapely.box(0, 0, 20, 30)), np.array([0]), front, np.array([5.0]), "DISTANCE")[0].area
    500.0
    """
    taking = setback_m > 0
    strips = setback_strips(lots, lot[taking], edges[taking], setback_m[taking], join)
    return without(lots, lot[taking], strips)
