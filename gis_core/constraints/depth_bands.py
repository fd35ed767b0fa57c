"""Draws the band of depth on lots: from where a building starts to its extension, less what edges take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.depth_strips import Segments, Strips, Turned, reach_of
from gis_core.constraints.loops.depth_bands import depth_bands
from gis_core.constraints.loops.slabs import slabs
from gis_core.constraints.loops.trapezoids import outlines
from gis_core.constraints.plane import DUST_M2, EMPTY, Floats, Ints, Shapes, polygons_only

#: Places nearer to each other than this are one, in metres.
SAME_M = 1e-9


@dataclass(frozen=True)
class Rings:
    """
    Outlines of ground as open rings: points (p, 2) and the ring of each.

    The lot (r,) of each ring, ascending, and its area in m²: negative where it runs round a hole.
    """

    points: Floats
    ring_of: Ints
    lot_of: Ints
    area_m2: Floats

    def areas_m2(self, lots: int) -> Floats:
        """How much ground each lot (n,) has."""
        areas_m2: Floats = np.bincount(self.lot_of, weights=self.area_m2, minlength=lots).astype(float)
        return areas_m2


def across_distance(strips: Strips, edges: Segments, net: Turned, policy: Mapping[str, Any]) -> Rings:
    """
    Where each lot (n,) may be built on: its band with the extension, less what its neighbours' edges take.

    All in the depth frame; `strips` of lots in ascending order; `policy` as in `depth_envelopes`. The ground
    is cut into trapezoids where anything begins, ends or crosses, and united again (trapezoidal
    decomposition: de Berg, Cheong, van Kreveld and Overmars, Computational Geometry, 2008, chapter 6). Each
    lot is judged alone: one among a million gets the same answer to the bit.

    Examples
    --------
    >>> from gis_core.constraints.depth_strips import Frame
    >>> here, lot = np.array([0]), np.array([shapely.box(0, 0, 10, 20)], dtype=object)
    >>> net = Frame.of(lot, np.array([0.0])).into(lot)
    >>> strips = Strips(here, np.array([[0.0, 10.0, 0.0, 0.0, 12.0, 12.0]]))
    >>> east = Segments(here, np.array([[10.0, 0.0, 10.0, 20.0]]))
    >>> across_distance(strips, east, net, {"extension_m": 2.0, "retreat_deg": 45}).areas_m2(1).tolist()
    [138.0]
    """
    lots = len(net.lots)
    across, across_of = strips.ends[:, :2].reshape(-1), strips.lot.repeat(2)
    x, slab_of, first, rows, side = slabs(
        net.corners, net.ring_of, net.lot_of, across, across_of, lots, SAME_M
    )
    order = np.argsort(edges.lot, kind="stable")
    shape, lot, bound = depth_bands(
        x,
        slab_of,
        first,
        rows,
        side,
        strips.ends,
        strips.lot,
        edges.ends[order],
        edges.lot[order],
        lots,
        float(policy["extension_m"]),
        reach_of(policy),
        SAME_M,
    )
    return Rings(*outlines(shape, lot, bound, SAME_M, DUST_M2))


def polygons_of(rings: Rings, lots: int) -> Shapes:
    """
    The ground of lots (n,) as shapes: the largest part first, and nothing as an empty polygon.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    >>> polygons_of(Rings(corners, np.zeros(3, dtype=np.int64), np.array([0]), np.array([6.0])), 2).tolist()
    [<POLYGON ((0 0, 4 0, 0 3, 0 0))>, <POLYGON EMPTY>]
    """
    found = np.full(lots, EMPTY, dtype=object)
    if not len(rings.lot_of):
        return found
    drawn = shapely.polygons(shapely.linearrings(rings.points, indices=rings.ring_of))
    several = np.bincount(rings.lot_of)[rings.lot_of] > 1
    found[rings.lot_of[~several]] = drawn[~several]
    if several.any():
        _put_together(found, drawn[several], rings.lot_of[several], rings.area_m2[several] < 0)
    return found


def _put_together(found: Shapes, drawn: Shapes, lot: Ints, hole: NDArray[np.bool_]) -> None:
    """Put outlines and holes of lots, in ascending order, to their places, all of one lot as one shape."""
    some, place = np.unique(lot, return_inverse=True)
    solid, open_ = (
        shapely.multipolygons(drawn[kind], indices=place[kind], out=np.full(len(some), EMPTY, dtype=object))
        for kind in (~hole, hole)
    )
    holed = np.unique(place[hole])
    solid[holed] = shapely.difference(solid[holed], open_[holed])
    found[some] = polygons_only(solid)
