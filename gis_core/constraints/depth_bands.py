"""Draws the band of depth on lots: from where a building starts to its extension, less what edges take."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.depth_strips import Segments, Strips, reach_of
from gis_core.constraints.loops.depth_bands import depth_bands
from gis_core.constraints.loops.slabs import slabs
from gis_core.constraints.loops.trapezoids import outlines
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, polygons_only, rings_of

#: Places nearer to each other than this are one, in metres.
SAME_M = 1e-9


def across_distance(strips: Strips, edges: Segments, net: Shapes, policy: Mapping[str, Any]) -> Shapes:
    """
    Where each lot (n,) may be built on: its band with the extension, less what its neighbours' edges take.

    Shapes in the depth frame; `strips` and `edges` of lots in ascending order; `policy` as in
    `depth_envelopes`. The ground is cut into trapezoids where anything begins, ends or crosses, and united
    again (trapezoidal decomposition: de Berg, Cheong, van Kreveld and Overmars, Computational Geometry, 2008,
    chapter 6). Each lot is judged alone: one among a million gets the same answer to the bit.

    Examples
    --------
    >>> lot = np.array([shapely.box(0, 0, 10, 20)], dtype=object)
    >>> strips = Strips(np.array([0]), *np.array([[0.0], [10.0], [0.0], [0.0], [12.0], [12.0]]))
    >>> east = Segments(np.array([0]), *np.array([[10.0], [0.0], [10.0], [20.0]]))
    >>> across_distance(strips, east, lot, {"extension_m": 2.0, "retreat_deg": 45})[0].area
    138.0
    """
    corners, ring_of, lot_of, _ = rings_of(net)
    across = np.column_stack([strips.x0, strips.x1]).reshape(-1), np.repeat(strips.lot, 2)
    order = np.argsort(edges.lot, kind="stable")
    x, slab_of, first, rows, side = slabs(corners, ring_of, lot_of, *across, len(net), SAME_M)
    shape, lot, bound = depth_bands(
        x,
        slab_of,
        first,
        rows,
        side,
        np.column_stack([strips.x0, strips.x1, strips.s0, strips.s1, strips.e0, strips.e1]),
        strips.lot,
        np.column_stack([edges.xa, edges.va, edges.xb, edges.vb])[order],
        edges.lot[order],
        len(net),
        float(policy["extension_m"]),
        reach_of(policy),
        SAME_M,
    )
    points, ring, owner, hole = outlines(shape, lot, bound, SAME_M)
    return _polygons(points, ring, owner, hole, len(net))


def _polygons(points: Floats, ring: Ints, owner: Ints, hole: np.ndarray, lots: int) -> Shapes:
    """Rings as shapes (n,) of their lots."""
    found = np.full(lots, EMPTY, dtype=object)
    if not len(owner):
        return found
    drawn = shapely.polygons(shapely.linearrings(points, indices=ring))
    _fill(found, drawn[~hole], owner[~hole])
    if hole.any():
        without = np.full(lots, EMPTY, dtype=object)
        _fill(without, drawn[hole], owner[hole])
        some = np.unique(owner[hole])
        found[some] = shapely.difference(found[some], without[some])
    return polygons_only(found)


def _fill(found: Shapes, drawn: Shapes, owner: Ints) -> None:
    """Put polygons of owners, in ascending order, to their places; several of one as one shape."""
    several = np.bincount(owner, minlength=len(found))[owner] > 1
    found[owner[~several]] = drawn[~several]
    if several.any():
        shapely.multipolygons(drawn[several], indices=owner[several], out=found)
