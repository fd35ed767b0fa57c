"""Turns lots so that their depth runs up, and cuts them into strips along it (عمق قطعه)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.loops.slabs import slabs
from gis_core.constraints.plane import Floats, Ints, Shapes, direction, rings_of

#: Points of a lot nearer to each other across the depth than this stand on one line along it, in metres.
SAME_LINE_M = 1e-6
#: A corner that stands less than this beside the line between its neighbours is none, in metres.
STRAIGHT_M = 1e-3


@dataclass(frozen=True)
class Strips:
    """Strips of lots along the depth: from x0 to x1 the building starts at s and the line runs at e."""

    lot: Ints
    x0: Floats
    x1: Floats
    s0: Floats
    s1: Floats
    e0: Floats
    e1: Floats


@dataclass(frozen=True)
class Segments:
    """Straight pieces of edges in the depth frame: x across, v along the depth."""

    lot: Ints
    xa: Floats
    va: Floats
    xb: Floats
    vb: Floats


@dataclass(frozen=True)
class Frame:
    """Where each lot is turned so that its depth runs up: an origin beside it and two unit vectors."""

    origin: Floats
    across: Floats
    along: Floats

    @classmethod
    def of(cls, lots: Shapes, azimuth_deg: Floats) -> "Frame":
        """The frames of lots (n,) by the azimuth of their depth."""
        origin = np.floor(np.nan_to_num(shapely.bounds(lots)[:, :2]))
        along = direction(azimuth_deg)
        return cls(origin, np.column_stack([along[:, 1], -along[:, 0]]), along)

    def into(self, geometries: Shapes, lot: Ints) -> Shapes:
        """Shapes turned into the frames of lots (m,)."""
        points, owner = shapely.get_coordinates(geometries, return_index=True)
        of_lot = lot[owner]
        near, turned = points - self.origin[of_lot], np.empty((len(points), 2))
        np.einsum("ij,ij->i", near, self.across[of_lot], out=turned[:, 0])
        np.einsum("ij,ij->i", near, self.along[of_lot], out=turned[:, 1])
        return shapely.set_coordinates(geometries.copy(), turned)

    def back(self, geometries: Shapes) -> Shapes:
        """Shapes (n,), one of each lot's frame, turned back to where they came from."""
        points, lot = shapely.get_coordinates(geometries, return_index=True)
        turned = points[:, :1] * self.across[lot] + points[:, 1:] * self.along[lot]
        return shapely.set_coordinates(geometries.copy(), turned + self.origin[lot])


def segments(geometries: Shapes, owner: Ints) -> Segments:
    """The straight pieces of lines, each with the lot of its line."""
    points, which = shapely.get_coordinates(geometries, return_index=True)
    same = which[1:] == which[:-1]
    start, end = points[:-1][same], points[1:][same]
    return Segments(owner[which[:-1][same]], start[:, 0], start[:, 1], end[:, 0], end[:, 1])


def boundaries(polygons: Shapes) -> Segments:
    """The edges of polygons, holes among them."""
    parts, of_lot = shapely.get_parts(polygons, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    return segments(rings, of_lot[of_part])


def chord_strips(lots: Shapes, policy: Mapping[str, Any]) -> Strips:
    """Between two neighbouring vertices a chord's ends run straight: the first chord of each such strip."""
    corners, ring_of, lot_of, _ = rings_of(lots)
    nowhere = np.empty(0), np.empty(0, dtype=np.int64)
    x, lot, first, rows, _ = slabs(corners, ring_of, lot_of, *nowhere, len(lots), SAME_LINE_M)
    (s0, s1), (f0, f1) = rows[first[:-1]].T, rows[first[:-1] + 1].T
    share = policy["depth_share"]
    return Strips(lot, x[:, 0], x[:, 1], s0, s1, s0 + share * (f0 - s0), s1 + share * (f1 - s1))


def mean_strips(lots: Shapes, policy: Mapping[str, Any]) -> Strips:
    """One straight line at a share of area over mean width from the farthest point of the building's side."""
    low_x, low_v, high_x, _ = shapely.bounds(lots).T
    width_m = high_x - low_x
    if policy["mean_width"]["policy"] == "MEAN_OF_END_EDGES":
        width_m = _mean_of_end_edges_m(lots)
    line = low_v + policy["depth_share"] * shapely.area(lots) / width_m
    return Strips(np.arange(len(lots)), low_x, high_x, low_v, low_v, line, line)


def _mean_of_end_edges_m(lots: Shapes) -> Floats:
    """
    Mean length of the edges that look most straight to the building's side and to the yard.

    An edge is as long as it runs straight, however many corners are drawn along it.
    """
    rings = shapely.normalize(shapely.polygons(shapely.get_exterior_ring(lots)))
    sides = boundaries(shapely.simplify(rings, STRAIGHT_M))
    run = np.column_stack([sides.xb - sides.xa, sides.vb - sides.va])
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


def run_numbers(strips: Strips) -> Ints:
    """The run of each strip: strips of a lot along which the line goes on without a step."""
    broken = np.ones(len(strips.lot), dtype=bool)
    broken[1:] = (strips.lot[1:] != strips.lot[:-1]) | (np.abs(strips.e0[1:] - strips.e1[:-1]) > SAME_LINE_M)
    return np.cumsum(broken) - 1
