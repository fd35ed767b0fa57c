"""Turns lots so that their depth runs up, and cuts them into strips along it (عمق قطعه)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import shapely

from gis_core.constraints.plane import Floats, Ints, Shapes, direction

#: Points of a lot nearer to each other across the depth than this stand on one line along it, in metres.
SAME_LINE_M = 1e-6
#: A corner that stands less than this beside the line between its neighbours is none, in metres.
STRAIGHT_M = 1e-3

Rows = TypeVar("Rows", "Strips", "Segments")


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


def of_lots(rows: Rows, position: Ints) -> Rows:
    """The rows of some lots; `position` (n,) of each lot among them, -1 of the others."""
    kept = position[rows.lot] >= 0
    held = {entry.name: getattr(rows, entry.name)[kept] for entry in fields(rows)}
    return type(rows)(**{**held, "lot": position[held["lot"]]})


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


@dataclass(frozen=True)
class Crossings:
    """
    Where segments run through the strips of their lot: arrays of (c,), ascending by strip, then along it.

    `side` is the segment, `at0` and `at1` its places along the depth at the ends of the strip. A strip runs
    from line `strip` to the next one; lines (l,) have their `line_lot` and their place across, `line_x`.
    `line` is where each segment begins.
    """

    strip: Ints
    side: Ints
    at0: Floats
    at1: Floats
    line_lot: Ints
    line_x: Floats
    line: Ints


def crossings(sides: Segments, same_line_m: float) -> Crossings:
    """Cut lots along lines through all ends of their segments; nearer than `same_line_m` is one line."""
    rank_a, rank_b, line_lot, line_x = _lines_across(sides, same_line_m)
    forward = rank_a < rank_b
    first, last = np.where(forward, rank_a, rank_b), np.where(forward, rank_b, rank_a)
    va = np.where(forward, sides.va, sides.vb)
    vb = np.where(forward, sides.vb, sides.va)
    count = last - first
    side = np.arange(len(count)).repeat(count)
    strip = (first - (count.cumsum() - count))[side] + np.arange(len(side))
    run = np.maximum(line_x[last[side]] - line_x[first[side]], same_line_m)
    slope = (vb[side] - va[side]) / run
    at0 = va[side] + slope * (line_x[strip] - line_x[first[side]])
    at1 = np.where(
        strip + 1 == last[side], vb[side], va[side] + slope * (line_x[strip + 1] - line_x[first[side]])
    )
    order = np.lexsort((at0 + at1, strip))
    return Crossings(strip[order], side[order], at0[order], at1[order], line_lot, line_x, rank_a)


def chord_strips(lots: Shapes, policy: Mapping[str, Any]) -> Strips:
    """Between two neighbouring vertices a chord's ends run straight: the first chord of each such strip."""
    found = crossings(boundaries(lots), SAME_LINE_M)
    strip, at0, at1 = found.strip, found.at0, found.at1
    begins, goes_on = np.ones(len(strip), dtype=bool), np.zeros(len(strip), dtype=bool)
    begins[1:] = strip[1:] != strip[:-1]
    goes_on[:-1] = ~begins[1:]
    starts = (begins & goes_on).nonzero()[0]
    chosen = strip[starts]
    s0, s1, f0, f1 = at0[starts], at1[starts], at0[starts + 1], at1[starts + 1]
    share = policy["depth_share"]
    return Strips(
        found.line_lot[chosen],
        found.line_x[chosen],
        found.line_x[chosen + 1],
        s0,
        s1,
        s0 + share * (f0 - s0),
        s1 + share * (f1 - s1),
    )


def _lines_across(sides: Segments, same_line_m: float) -> tuple[Ints, Ints, Ints, Floats]:
    """The lines along the depth through all vertices: rank of each segment's ends, lot and x of each line."""
    lot, x = np.concatenate([sides.lot, sides.lot]), np.concatenate([sides.xa, sides.xb])
    order = np.lexsort((x, lot))
    lot_sorted, x_sorted = lot[order], x[order]
    new = np.ones(len(x), dtype=bool)
    new[1:] = (lot_sorted[1:] != lot_sorted[:-1]) | (x_sorted[1:] - x_sorted[:-1] > same_line_m)
    rank = np.empty(len(x), dtype=np.int64)
    rank[order] = new.cumsum() - 1
    half = len(sides.lot)
    return rank[:half], rank[half:], lot_sorted[new], x_sorted[new]


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


def near_pairs(strips: Strips, edges: Segments, policy: Mapping[str, Any]) -> tuple[Ints, Ints]:
    """Strips and edges of one lot that could cut their extension; edges across the depth cut nothing."""
    extension_m = policy["extension_m"]
    reach = reach_of(policy)
    aside_m = extension_m * max(1.0, reach) if reach else 0.0
    if not aside_m:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    leaning = (np.abs(edges.vb - edges.va) > 1e-9).nonzero()[0]
    leaning = leaning[edges.lot[leaning].argsort(kind="stable")]
    owner = edges.lot[leaning]
    first = owner.searchsorted(strips.lot, side="left")
    count = owner.searchsorted(strips.lot, side="right") - first
    strip = np.arange(len(strips.lot)).repeat(count)
    edge = leaning[(first - (count.cumsum() - count))[strip] + np.arange(len(strip))]
    line_low, line_high = np.minimum(strips.e0, strips.e1)[strip], np.maximum(strips.e0, strips.e1)[strip]
    beside = (np.minimum(edges.xa, edges.xb)[edge] < strips.x1[strip] + aside_m) & (
        np.maximum(edges.xa, edges.xb)[edge] > strips.x0[strip] - aside_m
    )
    abreast = (np.minimum(edges.va, edges.vb)[edge] < line_high + extension_m) & (
        np.maximum(edges.va, edges.vb)[edge] > line_low
    )
    return strip[beside & abreast], edge[beside & abreast]


def run_numbers(strips: Strips) -> Ints:
    """The run of each strip: strips of a lot along which the line goes on without a step."""
    broken = np.ones(len(strips.lot), dtype=bool)
    broken[1:] = (strips.lot[1:] != strips.lot[:-1]) | (np.abs(strips.e0[1:] - strips.e1[:-1]) > SAME_LINE_M)
    return np.cumsum(broken) - 1
