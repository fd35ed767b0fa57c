"""Turns lots so that their depth runs up, and cuts them into strips along it (عمق قطعه)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.loops.frames import back, into
from gis_core.constraints.loops.slabs import slabs
from gis_core.constraints.plane import Floats, Ints, Shapes, direction, rings_of

#: Points of a lot nearer to each other across the depth than this stand on one line along it, in metres.
SAME_LINE_M = 1e-6
#: A corner that stands less than this beside the line between its neighbours is none, in metres.
STRAIGHT_M = 1e-3


@dataclass(frozen=True)
class Strips:
    """
    Strips of lots along the depth: from x0 to x1 the building starts at s and the line runs at e.

    The lot (s,) of each, ascending; `ends` (s, 6) are x0, x1, and s and e at both.
    """

    lot: Ints
    ends: Floats


@dataclass(frozen=True)
class Segments:
    """Straight pieces of edges in the depth frame; `ends` (m, 4) are xa, va, xb, vb: x across, v along."""

    lot: Ints
    ends: Floats


@dataclass(frozen=True)
class Frame:
    """Where each lot (n,) is turned so that its depth runs up: an origin beside it, and which way is up."""

    origin: Floats
    along: Floats

    @classmethod
    def of(cls, lots: Shapes, azimuth_deg: Floats) -> "Frame":
        """The frames of lots (n,) by the azimuth of their depth."""
        return cls(np.floor(np.nan_to_num(shapely.bounds(lots)[:, :2])), direction(azimuth_deg))

    def into(self, lots: Shapes) -> "Turned":
        """Lots (n,) turned into their frames."""
        corners, ring_of, lot_of, _ = rings_of(lots)
        return Turned(lots, into(corners, lot_of[ring_of], self.origin, self.along), ring_of, lot_of)

    def segments(self, lines: Shapes, owner: Ints) -> Segments:
        """The straight pieces of lines (m,), turned into the frames of their lots (m,)."""
        points, which = shapely.get_coordinates(lines, return_index=True)
        return segments(into(points, owner[which], self.origin, self.along), which, owner)

    def back(self, points: Floats, lot: Ints) -> Floats:
        """Points (p, 2) in the frames of lots (p,), turned back to where they came from."""
        turned: Floats = back(points, lot, self.origin, self.along)
        return turned

    def shapes_back(self, geometries: Shapes) -> Shapes:
        """Shapes (n,), one of each lot's frame, turned back to where they came from."""
        return shapely.set_coordinates(
            geometries.copy(), self.back(*shapely.get_coordinates(geometries, return_index=True))
        )


@dataclass(frozen=True)
class Turned:
    """Lots in the depth frame: corners (p, 2) of their rings, the ring of each, and the lot of each ring."""

    lots: Shapes
    corners: Floats
    ring_of: Ints
    lot_of: Ints

    def shapes(self) -> Shapes:
        """The lots as shapes."""
        return shapely.set_coordinates(self.lots.copy(), self.corners)


def segments(points: Floats, line: Ints, owner: Ints) -> Segments:
    """The straight pieces of lines with points (p, 2), the line of each, and the lot of each line."""
    same = np.flatnonzero(line[1:] == line[:-1])
    return Segments(owner[line[same]], np.concatenate([points[same], points[same + 1]], axis=1))


def boundaries(polygons: Shapes) -> Segments:
    """The edges of polygons, holes among them."""
    corners, ring_of, lot_of, _ = rings_of(polygons)
    return segments(corners, ring_of, lot_of)


def chord_strips(lots: Turned, policy: Mapping[str, Any]) -> Strips:
    """Between two neighbouring vertices a chord's ends run straight: the first chord of each such strip."""
    nowhere = np.empty(0), np.empty(0, dtype=np.int64)
    x, lot, first, rows, _ = slabs(
        lots.corners, lots.ring_of, lots.lot_of, *nowhere, len(lots.lots), SAME_LINE_M
    )
    start, end = rows[first[:-1]], rows[first[:-1] + 1]
    return Strips(lot, np.concatenate([x, start, start + policy["depth_share"] * (end - start)], axis=1))


def mean_strips(lots: Shapes, policy: Mapping[str, Any]) -> Strips:
    """One straight line at a share of area over mean width from the farthest point of the building's side."""
    low_x, low_v, high_x, _ = shapely.bounds(lots).T
    width_m = high_x - low_x
    if policy["mean_width"]["policy"] == "MEAN_OF_END_EDGES":
        width_m = _mean_of_end_edges_m(lots)
    line = low_v + policy["depth_share"] * shapely.area(lots) / width_m
    return Strips(np.arange(len(lots)), np.column_stack([low_x, high_x, low_v, low_v, line, line]))


def _mean_of_end_edges_m(lots: Shapes) -> Floats:
    """
    Mean length of the edges that look most straight to the building's side and to the yard.

    An edge is as long as it runs straight, however many corners are drawn along it.
    """
    rings = shapely.normalize(shapely.polygons(shapely.get_exterior_ring(lots)))
    sides = boundaries(shapely.simplify(rings, STRAIGHT_M))
    run = sides.ends[:, 2:] - sides.ends[:, :2]
    length_m = np.maximum(np.hypot(*run.T), 1e-12)
    # Rings of normalised polygons run clockwise: edges to the yard run to +x, edges to the building to -x.
    facing = np.round(run[:, 0] / length_m, 9)
    means = np.empty(len(lots))
    for lot in range(len(lots)):
        mine = np.flatnonzero(sides.lot == lot)
        yard = mine[np.lexsort((length_m[mine], facing[mine]))[-1]]
        building = mine[np.lexsort((length_m[mine], -facing[mine]))[-1]]
        means[lot] = (length_m[yard] + length_m[building]) / 2
    return means


def reach_of(policy: Mapping[str, Any]) -> float:
    """How far from a neighbour's edge a point must stay for each metre that it lies beyond the line."""
    return float(np.tan(np.radians(policy["retreat_deg"])))


def runs_begin(strips: Strips) -> NDArray[np.bool_]:
    """Strips with which a run begins: along the strips of a run the line goes on without a step."""
    begins = np.ones(len(strips.lot), dtype=bool)
    step_m = strips.ends[1:, 4] - strips.ends[:-1, 5]
    begins[1:] = (strips.lot[1:] != strips.lot[:-1]) | (np.abs(step_m) > SAME_LINE_M)
    return begins
