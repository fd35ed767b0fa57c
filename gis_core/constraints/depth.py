"""Draws how deep a row building may stand: 60 % of the length, and 2 m with a retreat (پیشروی طولی)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.plane import (
    EMPTY,
    PASSING_M,
    Floats,
    Ints,
    Shapes,
    cleaned,
    direction,
    inside,
    moved,
    polygons_only,
    shapes,
    without,
)

#: Points of a lot nearer to each other across the depth than this stand on one line along it.
SAME_LINE_M = 1e-6
#: Lots with more corners than this are measured to the millimetre: time grows with the square of the corners.
MANY_CORNERS = 500
#: A run of the line that ends this near to a neighbour's edge ends on it.
ON_EDGE_M = 1e-4


@dataclass(frozen=True)
class DepthEnvelopes:
    """
    Envelopes by depth; arrays of (n,), shapes in the frame the lots came in.

    `depth_range_m` (n, 2) is the least and the largest depth of the line. `retreat_points`: where a
    retreat starts (FROM_LINE_END only). `line`: the line without the extension.
    """

    envelope: Shapes
    basic_m2: Floats
    extension_m2: Floats
    envelope_m2: Floats
    depth_range_m: Floats
    retreat_points: Shapes
    line: Shapes


@dataclass(frozen=True)
class _Slabs:
    """Strips of lots along the depth: from x0 to x1 the building starts at s and the line runs at e."""

    lot: Ints
    x0: Floats
    x1: Floats
    s0: Floats
    s1: Floats
    e0: Floats
    e1: Floats


@dataclass(frozen=True)
class _Segments:
    """Straight pieces of edges in the depth frame: x across, v along the depth."""

    lot: Ints
    xa: Floats
    va: Floats
    xb: Floats
    vb: Floats


def depth_envelopes(
    net: Shapes,
    measured_on: Shapes,
    azimuth_deg: Floats,
    neighbours: tuple[Ints, Shapes],
    policy: Mapping[str, Any],
    *,
    basic: bool = True,
) -> DepthEnvelopes:
    """
    The band in which a row building may stand on each lot, cut to the net lot.

    `measured_on`: polygons whose lengths count; `azimuth_deg`: from the building's side to the yard;
    `neighbours`: (m,) lots and their edges that adjoin a neighbour. The 60 % line follows the chords
    of the lot (CHORD) or its mean length (MEAN_LENGTH). In the extension a point t beyond the line
    keeps t from every neighbour's edge, across the depth at its own place (ACROSS_DISTANCE, stable),
    or from the end of the line's run (FROM_LINE_END). Without `basic` the areas of band and extension
    apart are left out (NaN). Source: rules.md section 8.

    Examples
    --------
    >>> lot = shapes(shapely.box(0, 0, 10, 20))
    >>> sides = shapes(shapely.LineString([(0, 0), (0, 20)]), shapely.LineString([(10, 0), (10, 20)]))
    >>> policy = {"length": "CHORD", "depth_share": 0.6, "extension_m": 2.0, "retreat_deg": 45}
    >>> policy["retreat"] = "ACROSS_DISTANCE"
    >>> found = depth_envelopes(lot, lot, np.array([180.0]), (np.array([0, 0]), sides), policy)
    >>> round(found.envelope_m2.item(), 6)
    136.0
    """
    measured_on, neighbours = _less_dense(measured_on), _less_dense_edges(*neighbours, len(net))
    frame = _Frame.of(measured_on, azimuth_deg)
    lots, measured = frame.into(net, np.arange(len(net))), frame.into(measured_on, np.arange(len(net)))
    edges = _segments(frame.into(neighbours[1], neighbours[0]), neighbours[0])
    slabs = (
        _mean_slabs(measured, policy) if policy["length"] == "MEAN_LENGTH" else _chord_slabs(measured, policy)
    )
    owner, taken, points = _retreats(slabs, edges, measured, policy)
    whole = without(_chain(slabs, len(net), policy["extension_m"]), *_side_by_side(owner, taken), tidy=False)
    envelope = inside(whole, lots)
    envelope_m2, basic_m2 = shapely.area(envelope), np.full(len(net), np.nan)
    if basic:
        basic_m2 = shapely.area(inside(_chain(slabs, len(net), 0.0), lots))
    return DepthEnvelopes(
        envelope=cleaned(frame.back(envelope)),
        basic_m2=basic_m2,
        extension_m2=envelope_m2 - basic_m2,
        envelope_m2=envelope_m2,
        depth_range_m=_depth_range_m(slabs, len(net), policy),
        retreat_points=frame.back(points),
        line=frame.back(_lines(slabs, lots)),
    )


def _less_dense(lots: Shapes) -> Shapes:
    """Lots, of those with very many corners without the ones that lie within a millimetre of the rest."""
    dense = shapely.get_num_coordinates(lots) > MANY_CORNERS
    if not dense.any():
        return lots
    thinned = lots.copy()
    thinned[dense] = shapely.simplify(lots[dense], PASSING_M)
    return thinned


def _less_dense_edges(lot: Ints, edges: Shapes, lots: int) -> tuple[Ints, Shapes]:
    dense = np.bincount(lot, minlength=lots) > MANY_CORNERS
    if not dense.any():
        return lot, edges
    kept, owner = [edges[~dense[lot]]], [lot[~dense[lot]]]
    for number in np.flatnonzero(dense):
        runs = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(edges[lot == number])))
        kept.append(shapely.simplify(runs, PASSING_M))
        owner.append(np.full(len(runs), number))
    return np.concatenate(owner), np.concatenate(kept)


@dataclass(frozen=True)
class _Frame:
    """Where each lot is turned so that its depth runs up: an origin beside it and two unit vectors."""

    origin: Floats
    across: Floats
    along: Floats

    @classmethod
    def of(cls, lots: Shapes, azimuth_deg: Floats) -> "_Frame":
        origin = np.floor(np.nan_to_num(shapely.bounds(lots)[:, :2]))
        along = direction(azimuth_deg)
        return cls(origin, np.column_stack([along[:, 1], -along[:, 0]]), along)

    def into(self, geometries: Shapes, lot: Ints) -> Shapes:
        near = moved(geometries, -self.origin[lot])
        points, owner = shapely.get_coordinates(near, return_index=True)
        of_lot = lot[owner]
        turned = np.column_stack(
            [
                np.einsum("ij,ij->i", points, self.across[of_lot]),
                np.einsum("ij,ij->i", points, self.along[of_lot]),
            ]
        )
        return shapely.set_coordinates(near, turned)

    def back(self, geometries: Shapes) -> Shapes:
        points, lot = shapely.get_coordinates(geometries, return_index=True)
        turned = points[:, :1] * self.across[lot] + points[:, 1:] * self.along[lot]
        return shapely.set_coordinates(geometries.copy(), turned + self.origin[lot])


def _segments(geometries: Shapes, owner: Ints) -> _Segments:
    points, which = shapely.get_coordinates(geometries, return_index=True)
    same = which[1:] == which[:-1]
    start, end = points[:-1][same], points[1:][same]
    return _Segments(owner[which[:-1][same]], start[:, 0], start[:, 1], end[:, 0], end[:, 1])


def _boundaries(polygons: Shapes) -> _Segments:
    parts, of_lot = shapely.get_parts(polygons, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    return _segments(rings, of_lot[of_part])


def _chord_slabs(lots: Shapes, policy: Mapping[str, Any]) -> _Slabs:
    """Between two neighbouring vertices a chord's ends run straight: the first chord of each such strip."""
    sides = _boundaries(lots)
    rank_a, rank_b, line_lot, line_x = _lines_across(sides)
    forward = rank_a < rank_b
    first, last = np.where(forward, rank_a, rank_b), np.where(forward, rank_b, rank_a)
    va = np.where(forward, sides.va, sides.vb)
    vb = np.where(forward, sides.vb, sides.va)
    count = last - first
    side = np.repeat(np.arange(len(count)), count)
    slab = np.repeat(first, count) + (np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count))
    run = np.maximum(line_x[last[side]] - line_x[first[side]], SAME_LINE_M)
    slope = (vb[side] - va[side]) / run
    at0 = va[side] + slope * (line_x[slab] - line_x[first[side]])
    at1 = np.where(
        slab + 1 == last[side], vb[side], va[side] + slope * (line_x[slab + 1] - line_x[first[side]])
    )
    order = np.lexsort((at0 + at1, slab))
    slab, at0, at1 = slab[order], at0[order], at1[order]
    starts = np.flatnonzero(np.r_[True, slab[1:] != slab[:-1]]) if len(slab) else np.array([], dtype=int)
    starts = starts[np.diff(np.r_[starts, len(slab)]) >= 2]
    chosen = slab[starts]
    s0, s1, f0, f1 = at0[starts], at1[starts], at0[starts + 1], at1[starts + 1]
    share = policy["depth_share"]
    return _Slabs(
        line_lot[chosen],
        line_x[chosen],
        line_x[chosen + 1],
        s0,
        s1,
        s0 + share * (f0 - s0),
        s1 + share * (f1 - s1),
    )


def _lines_across(sides: _Segments) -> tuple[Ints, Ints, Ints, Floats]:
    """The lines along the depth through all vertices: rank of each segment's ends, lot and x of each line."""
    lot, x = np.r_[sides.lot, sides.lot], np.r_[sides.xa, sides.xb]
    order = np.lexsort((x, lot))
    lot_sorted, x_sorted = lot[order], x[order]
    new = np.ones(len(x), dtype=bool)
    new[1:] = (lot_sorted[1:] != lot_sorted[:-1]) | (np.diff(x_sorted) > SAME_LINE_M)
    rank = np.empty(len(x), dtype=np.int64)
    rank[order] = np.cumsum(new) - 1
    half = len(sides.lot)
    return rank[:half], rank[half:], lot_sorted[new], x_sorted[new]


def _mean_slabs(lots: Shapes, policy: Mapping[str, Any]) -> _Slabs:
    """One straight line at a share of area over mean width from the farthest point of the building's side."""
    low_x, low_v, high_x, _ = shapely.bounds(lots).T
    width_m = high_x - low_x
    if policy["mean_width"]["policy"] == "MEAN_OF_END_EDGES":
        width_m = _mean_of_end_edges_m(lots)
    line = low_v + policy["depth_share"] * shapely.area(lots) / width_m
    return _Slabs(np.arange(len(lots)), low_x, high_x, low_v, low_v, line, line)


def _mean_of_end_edges_m(lots: Shapes) -> Floats:
    """Mean length of the edges that look most straight to the building's side and to the yard."""
    sides = _boundaries(shapes(*[shapely.normalize(shapely.Polygon(lot.exterior)) for lot in lots]))
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


def _depth_range_m(slabs: _Slabs, lots: int, policy: Mapping[str, Any]) -> Floats:
    found = np.full((lots, 2), np.nan)
    for depth in (slabs.e0 - slabs.s0, slabs.e1 - slabs.s1):
        low, high = np.full(lots, np.inf), np.full(lots, -np.inf)
        np.minimum.at(low, slabs.lot, depth)
        np.maximum.at(high, slabs.lot, depth)
        found[:, 0] = np.fmin(found[:, 0], low)
        found[:, 1] = np.fmax(found[:, 1], high)
    return np.where(np.isfinite(found), found, np.nan)


def _chain(slabs: _Slabs, lots: int, beyond_m: float) -> Shapes:
    """Everything from where the building starts to so far beyond the line, one polygon per lot."""
    count = np.bincount(slabs.lot, minlength=lots)
    found = shapes(*[EMPTY] * lots)
    for number in np.unique(count[count > 0]):
        mine = np.flatnonzero(count[slabs.lot] == number).reshape(-1, number)
        lower = _zigzag(slabs.x0, slabs.s0, slabs.x1, slabs.s1, mine)
        upper = _zigzag(slabs.x0, slabs.e0 + beyond_m, slabs.x1, slabs.e1 + beyond_m, mine)
        found[slabs.lot[mine[:, 0]]] = shapely.polygons(np.concatenate([lower, upper[:, ::-1]], axis=1))
    # Where a strip starts beyond the end of the next one, the ring touches itself and is no polygon yet.
    broken = ~shapely.is_valid(found)
    found[broken] = shapely.make_valid(found[broken])
    return polygons_only(found)


def _zigzag(x0: Floats, v0: Floats, x1: Floats, v1: Floats, rows: Ints) -> Floats:
    points = np.stack([x0[rows], v0[rows], x1[rows], v1[rows]], axis=-1)
    return points.reshape(len(rows), -1, 2)


def _lines(slabs: _Slabs, lots: Shapes) -> Shapes:
    count = np.bincount(slabs.lot, minlength=len(lots))
    found = shapes(*[shapely.LineString()] * len(lots))
    for number in np.unique(count[count > 0]):
        mine = np.flatnonzero(count[slabs.lot] == number).reshape(-1, number)
        found[slabs.lot[mine[:, 0]]] = shapely.linestrings(
            _zigzag(slabs.x0, slabs.e0, slabs.x1, slabs.e1, mine)
        )
    return found


def _retreats(
    slabs: _Slabs, edges: _Segments, lots: Shapes, policy: Mapping[str, Any]
) -> tuple[Ints, Shapes, Shapes]:
    """What the neighbours take from the extension: owners and shapes; and where a retreat starts."""
    points = shapes(*[shapely.MultiPoint()] * len(lots))
    if policy["retreat"] == "ACROSS_DISTANCE":
        owner, taken = _across_distance(slabs, edges, policy)
        return owner, taken, points
    if policy["retreat"] != "FROM_LINE_END":
        raise ValueError(f"Expected retreat ACROSS_DISTANCE or FROM_LINE_END, got {policy['retreat']!r}.")
    ends = _run_ends(slabs, lots, policy)
    on_edge = np.array([_lies_on(lot, x, v, edges) for _, lot, x, v in ends], dtype=bool)
    kept = [end for end, on in zip(ends, on_edge, strict=True) if on]
    for lot in {lot for _, lot, _, _ in kept}:
        points[lot] = shapely.MultiPoint([(x, v) for _, of_lot, x, v in kept if of_lot == lot])
    owner, taken = _from_line_end(slabs, kept, policy)
    return owner, taken, points


def _across_distance(slabs: _Slabs, edges: _Segments, policy: Mapping[str, Any]) -> tuple[Ints, Shapes]:
    slab, edge = _near_pairs(slabs, edges, policy["extension_m"])
    if not len(slab):
        return np.array([], dtype=np.int64), shapes()
    low, high = np.minimum(edges.va, edges.vb)[edge], np.maximum(edges.va, edges.vb)[edge]
    lean = (edges.xb - edges.xa)[edge] / (edges.vb - edges.va)[edge]
    foot = edges.xa[edge] - lean * edges.va[edge]
    rise = (slabs.e1 - slabs.e0)[slab] / (slabs.x1 - slabs.x0)[slab]
    level = slabs.e0[slab] - rise * slabs.x0[slab]
    reach = np.tan(np.radians(policy["retreat_deg"]))
    one, none = np.ones(len(slab)), np.zeros(len(slab))
    # A point (x, v) is too near when t·reach > |x - n(v)|, t = v - level - rise·x, n(v) = foot + lean·v.
    quads = _extensions(slabs, policy["extension_m"])[slab]
    for a, b, c in (
        (none, one, -low),
        (none, -one, high),
        (-reach * rise - 1, reach + lean, foot - reach * level),
        (-reach * rise + 1, reach - lean, -foot - reach * level),
    ):
        quads = _clipped(quads, a, b, c)
    return _solid(slabs.lot[slab], quads)


def _side_by_side(owner: Ints, taken: Shapes) -> tuple[Ints, Shapes]:
    """Polygons of one lot that stand clear of each other across the depth as one shape: fewer overlays."""
    low, high = (ends.tolist() for ends in shapely.bounds(taken)[:, [0, 2]].T.reshape(2, -1))
    rows: dict[int, list[tuple[float, int]]] = {}
    group, owners = np.empty(len(taken), dtype=np.int64), list[int]()
    for piece in np.argsort(low, kind="stable").tolist():
        mine = rows.setdefault(int(owner[piece]), [])
        free = next((row for row, (end, _) in enumerate(mine) if end < low[piece] - ON_EDGE_M), len(mine))
        number = mine[free][1] if free < len(mine) else len(owners)
        mine[free : free + 1] = [(high[piece], number)]
        group[piece] = number
        if number == len(owners):
            owners.append(int(owner[piece]))
    order = np.argsort(group, kind="stable")
    return np.array(owners, dtype=np.int64), shapely.multipolygons(taken[order], indices=group[order])


def _near_pairs(slabs: _Slabs, edges: _Segments, extension_m: float) -> tuple[Ints, Ints]:
    """Strips and edges of one lot that could cut their extension; edges across the depth cut nothing."""
    leaning = np.flatnonzero(np.abs(edges.vb - edges.va) > 1e-9)
    leaning = leaning[np.argsort(edges.lot[leaning], kind="stable")]
    first = np.searchsorted(edges.lot[leaning], slabs.lot, side="left")
    count = np.searchsorted(edges.lot[leaning], slabs.lot, side="right") - first
    slab = np.repeat(np.arange(len(slabs.lot)), count)
    within = np.arange(len(slab)) - np.repeat(np.cumsum(count) - count, count)
    edge = leaning[np.repeat(first, count) + within]
    line_low, line_high = np.minimum(slabs.e0, slabs.e1)[slab], np.maximum(slabs.e0, slabs.e1)[slab]
    beside = (np.minimum(edges.xa, edges.xb)[edge] < slabs.x1[slab] + extension_m) & (
        np.maximum(edges.xa, edges.xb)[edge] > slabs.x0[slab] - extension_m
    )
    abreast = (np.minimum(edges.va, edges.vb)[edge] < line_high + extension_m) & (
        np.maximum(edges.va, edges.vb)[edge] > line_low
    )
    return slab[beside & abreast], edge[beside & abreast]


def _run_ends(slabs: _Slabs, lots: Shapes, policy: Mapping[str, Any]) -> list[tuple[int, int, float, float]]:
    """Ends of the runs in which the line is continuous: (run, lot, x, v)."""
    if policy["length"] == "MEAN_LENGTH":
        return _ends_of_straight_line(slabs, lots)
    broken = np.ones(len(slabs.lot), dtype=bool)
    broken[1:] = (slabs.lot[1:] != slabs.lot[:-1]) | (np.abs(slabs.e0[1:] - slabs.e1[:-1]) > SAME_LINE_M)
    firsts = np.flatnonzero(broken)
    lasts = np.r_[firsts[1:], len(broken)] - 1
    ends = []
    for run, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        ends.append((run, int(slabs.lot[first]), float(slabs.x0[first]), float(slabs.e0[first])))
        ends.append((run, int(slabs.lot[last]), float(slabs.x1[last]), float(slabs.e1[last])))
    return ends


def _ends_of_straight_line(slabs: _Slabs, lots: Shapes) -> list[tuple[int, int, float, float]]:
    ends = []
    for row, lot in enumerate(slabs.lot):
        level = float(slabs.e0[row])
        line = shapely.LineString([(slabs.x0[row] - 1, level), (slabs.x1[row] + 1, level)])
        for part in shapely.get_parts(shapely.intersection(line, lots[lot])):
            low_x, _, high_x, _ = shapely.bounds(part)
            ends += [(row, int(lot), float(low_x), level), (row, int(lot), float(high_x), level)]
    return ends


def _lies_on(lot: int, x: float, v: float, edges: _Segments) -> bool:
    mine = edges.lot == lot
    run = np.column_stack([(edges.xb - edges.xa)[mine], (edges.vb - edges.va)[mine]])
    gap = np.column_stack([x - edges.xa[mine], v - edges.va[mine]])
    square = np.maximum(np.einsum("ij,ij->i", run, run), 1e-18)
    at = np.clip(np.einsum("ij,ij->i", run, gap) / square, 0.0, 1.0)
    return bool((np.hypot(*(gap - run * at[:, None]).T) <= ON_EDGE_M).any())


def _from_line_end(
    slabs: _Slabs, ends: list[tuple[int, int, float, float]], policy: Mapping[str, Any]
) -> tuple[Ints, Shapes]:
    runs = _run_numbers(slabs)
    pairs = [(slab, x, v) for run, _, x, v in ends for slab in np.flatnonzero(runs == run)]
    if not pairs:
        return np.array([], dtype=np.int64), shapes()
    slab = np.array([pair[0] for pair in pairs])
    x, v = np.array([pair[1] for pair in pairs]), np.array([pair[2] for pair in pairs])
    reach = np.tan(np.radians(policy["retreat_deg"])) * np.ones(len(slab))
    one = np.ones(len(slab))
    quads = _extensions(slabs, policy["extension_m"])[slab]
    quads = _clipped(quads, -one, reach, x - reach * v)
    quads = _clipped(quads, one, reach, -x - reach * v)
    return _solid(slabs.lot[slab], quads)


def _run_numbers(slabs: _Slabs) -> Ints:
    broken = np.ones(len(slabs.lot), dtype=bool)
    broken[1:] = (slabs.lot[1:] != slabs.lot[:-1]) | (np.abs(slabs.e0[1:] - slabs.e1[:-1]) > SAME_LINE_M)
    return np.cumsum(broken) - 1


def _extensions(slabs: _Slabs, extension_m: float) -> Floats:
    """Corners (s, 4, 2) of the part of each strip between the line and the end of the extension."""
    corners = [
        (slabs.x0, slabs.e0),
        (slabs.x1, slabs.e1),
        (slabs.x1, slabs.e1 + extension_m),
        (slabs.x0, slabs.e0 + extension_m),
    ]
    return np.stack([np.column_stack(corner) for corner in corners], axis=1)


def _clipped(polygons: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """
    Convex polygons (m, k, 2) cut to a·x + b·v + c >= 0, as (m, k + 1, 2); corners may repeat, NaN when gone.

    Sutherland and Hodgman, Reentrant polygon clipping, Communications of the ACM 17 (1974).
    """
    height = a[:, None] * polygons[..., 0] + b[:, None] * polygons[..., 1] + c[:, None]
    # Corners on the line itself are neither cut nor cut off, or rounding would cross it many times.
    height[np.abs(height) < 1e-10] = 0.0
    following, next_height = np.roll(polygons, -1, axis=1), np.roll(height, -1, axis=1)
    inside, crossing = height >= 0, height * next_height < 0
    with np.errstate(divide="ignore", invalid="ignore"):
        at = height / (height - next_height)
        cut = polygons + (following - polygons) * at[..., None]
    many, corners, _ = polygons.shape
    points = np.stack([polygons, cut], axis=2).reshape(many, 2 * corners, 2)
    valid = np.stack([inside, crossing], axis=2).reshape(many, 2 * corners)
    order = np.argsort(~valid, axis=1, kind="stable")[:, : corners + 1]
    count = valid.sum(axis=1)
    order = np.take_along_axis(
        order, np.minimum(np.arange(corners + 1)[None, :], np.maximum(count - 1, 0)[:, None]), axis=1
    )
    kept = np.take_along_axis(points, order[..., None], axis=1)
    kept[count == 0] = np.nan
    return kept


def _solid(owner: Ints, polygons: Floats) -> tuple[Ints, Shapes]:
    there = ~np.isnan(polygons).any(axis=(1, 2))
    # Corners a rounding apart may cross each other; what is meant is convex.
    found = shapely.convex_hull(shapely.polygons(polygons[there]))
    solid: NDArray[np.bool_] = shapely.area(found) > 1e-9
    return owner[there][solid], found[solid]
