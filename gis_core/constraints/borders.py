"""Parts shapes along the borders of others, where such a border crosses a shape once."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.loops.border_runs import CROSSED, UNTOUCHED, border_runs
from gis_core.constraints.plane import EMPTY, TIP_M, Floats, Ints, Shapes, mended, rings_of

#: What reaches over a line by no more than this lies on it, in metres.
ON_LINE_M = 1e-9
#: Others with more corners than this are not looked at: time grows with corners times shapes.
MOST_CORNERS = 2000
#: Shapes with more corners than this are not looked at.
MOST_OWN_CORNERS = 150
#: A border that comes near a shape with more sides than this is not looked at.
MOST_SIDES = 150


@dataclass(frozen=True)
class Parted:
    """
    How the borders of others run through shapes, pair by pair (m,).

    `untouched`: not at all, the shape lies wholly inside the other or wholly outside. `crossed`: once, from
    one place of the outline to another; what of those, in their order, lies `inside` the other and what
    `outside`. Of other pairs nothing is said.
    """

    untouched: NDArray[np.bool_]
    crossed: NDArray[np.bool_]
    inside: Shapes
    outside: Shapes


def parted_by_borders(geometries: Shapes, others: Shapes) -> Parted:
    """
    Part shapes along the borders of others, pair by pair, where that needs no overlay.

    Each side of the other is cut where it meets the shape's outline, and the pieces inside are kept. A side
    is beside a shape when the box around the shape or the side's own line parts the two (separating axes:
    Gottschalk, Lin and Manocha, OBBTree, SIGGRAPH 1996). Shapes with holes or in parts are not looked at.

    Examples
    --------
    >>> lots = np.array([shapely.box(0, 0, 10, 20), shapely.box(0, -30, 10, -9)], dtype=object)
    >>> street = np.array([shapely.box(-50, -8, 50, 2)] * 2, dtype=object)
    >>> found = parted_by_borders(lots, street)
    >>> found.crossed.tolist(), found.untouched.tolist()
    ([True, False], [False, True])
    >>> found.inside[0].area, found.outside[0].area
    (20.0, 180.0)
    """
    untouched, crossed = np.zeros((2, len(geometries)), dtype=bool)
    some = (_plain(geometries) & _areal(others)).nonzero()[0]
    if not len(some):
        return Parted(untouched, crossed, some.astype(object), some.astype(object))
    corners, corner_of = shapely.get_coordinates(geometries[some], return_index=True)
    # The same zone stands beside many lots: its rings are drawn up once.
    number: dict[int, int] = {}
    other = np.array([number.setdefault(id(shape), len(number)) for shape in others[some]], dtype=np.int64)
    first = np.zeros(len(number), dtype=np.int64)
    first[other[::-1]] = some[::-1]
    border, ring_of, other_of, hole = rings_of(others[first])
    found, points, ring = border_runs(
        corners, corner_of, border, ring_of, other_of, hole.view(np.int8), other, ON_LINE_M, TIP_M, MOST_SIDES
    )
    untouched[some], crossed[some] = found == UNTOUCHED, found == CROSSED
    parts = _polygons(points, ring, 2 * int(crossed.sum()))
    return Parted(untouched, crossed, parts[::2], parts[1::2])


def _plain(geometries: Shapes) -> NDArray[np.bool_]:
    """Single polygons without holes and with few corners."""
    corners = shapely.get_num_coordinates(geometries)
    one = (shapely.get_type_id(geometries) == 3) & (shapely.get_num_interior_rings(geometries) == 0)
    return np.asarray(one & (corners > 3) & (corners <= MOST_OWN_CORNERS))


def _areal(others: Shapes) -> NDArray[np.bool_]:
    corners, kind = shapely.get_num_coordinates(others), shapely.get_type_id(others)
    return np.asarray(((kind == 3) | (kind == 6)) & (corners > 3) & (corners <= MOST_CORNERS))


def _polygons(points: Floats, ring: Ints, rings: int) -> Shapes:
    """Rings of corners as polygons; of less than three corners there is none."""
    found = np.full(rings, EMPTY, dtype=object)
    if not rings:
        return found
    solid = np.bincount(ring, minlength=rings) >= 3
    mine = solid[ring]
    if mine.any():
        number = (np.cumsum(solid) - 1)[ring[mine]]
        found[solid] = mended(shapely.polygons(shapely.linearrings(points[mine], indices=number)))
    return found
