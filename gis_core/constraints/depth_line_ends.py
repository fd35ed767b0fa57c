"""Draws depth envelopes whose retreat starts where the line ends, by overlays of shapes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.depth_strips import Segments, Strips, runs_begin
from gis_core.constraints.parting import inside, outside
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, polygons_only, shapes

#: A run of the line that ends this near to a neighbour's edge ends on it.
ON_EDGE_M = 1e-4


def from_line_end(
    strips: Strips,
    edges: Segments,
    lots: Shapes,
    measured: Shapes,
    policy: Mapping[str, Any],
    *,
    basic: bool,
) -> tuple[Shapes, Floats, Shapes]:
    """
    Envelopes of lots, the area of their basic band (NaN without `basic`) and where a retreat starts.

    `lots` are cut out of the band, `measured` are those whose lengths count; all in the depth frame.
    """
    owner, taken, points = _retreats(strips, edges, measured, policy)
    band = inside(lots, _chain(strips, len(lots), policy["extension_m"]))
    basic_m2 = np.full(len(lots), np.nan)
    if basic:
        basic_m2 = shapely.area(inside(lots, _chain(strips, len(lots), 0.0)))
    return _without_taken(band, owner, taken), basic_m2, points


def _chain(strips: Strips, lots: int, beyond_m: float) -> Shapes:
    """Everything from where the building starts to so far beyond the line, one polygon per lot."""
    count = np.bincount(strips.lot, minlength=lots)
    found = shapes(*[EMPTY] * lots)
    for number in np.unique(count[count > 0]):
        mine = np.flatnonzero(count[strips.lot] == number).reshape(-1, number)
        x0, x1, s0, s1, e0, e1 = strips.ends[mine].transpose(2, 0, 1)
        lower = _zigzag(x0, s0, x1, s1)
        upper = _zigzag(x0, e0 + beyond_m, x1, e1 + beyond_m)
        found[strips.lot[mine[:, 0]]] = shapely.polygons(np.concatenate([lower, upper[:, ::-1]], axis=1))
    # Where a strip starts beyond the end of the next one, the ring touches itself and is no polygon yet.
    broken = ~shapely.is_valid(found)
    found[broken] = shapely.make_valid(found[broken])
    return polygons_only(found)


def _without_taken(bands: Shapes, owner: Ints, taken: Shapes) -> Shapes:
    """Bands less all that neighbours take of them, as one shape each."""
    if not len(owner):
        return bands
    order = np.argsort(owner, kind="stable")
    some, first, count = np.unique(owner[order], return_index=True, return_counts=True)
    table = np.full((len(some), count.max()), None, dtype=object)
    within = np.arange(len(order)) - np.repeat(first, count)
    table[np.repeat(np.arange(len(some)), count), within] = taken[order]
    found = bands.copy()
    found[some] = outside(bands[some], np.atleast_1d(shapely.union_all(table, axis=1)))
    return found


def _zigzag(x0: Floats, v0: Floats, x1: Floats, v1: Floats) -> Floats:
    return np.stack([x0, v0, x1, v1], axis=-1).reshape(len(x0), -1, 2)


def _retreats(
    strips: Strips, edges: Segments, lots: Shapes, policy: Mapping[str, Any]
) -> tuple[Ints, Shapes, Shapes]:
    """What the neighbours take from the extension: owners and shapes; and where a retreat starts."""
    points = shapes(*[shapely.MultiPoint()] * len(lots))
    ends = _run_ends(strips, lots, policy)
    on_edge = np.array([_lies_on(lot, x, v, edges) for _, lot, x, v in ends], dtype=bool)
    kept = [end for end, on in zip(ends, on_edge, strict=True) if on]
    for lot in {lot for _, lot, _, _ in kept}:
        points[lot] = shapely.MultiPoint([(x, v) for _, of_lot, x, v in kept if of_lot == lot])
    owner, taken = _beyond_ends(strips, kept, policy)
    return owner, taken, points


def _run_ends(strips: Strips, lots: Shapes, policy: Mapping[str, Any]) -> list[tuple[int, int, float, float]]:
    """Ends of the runs in which the line is continuous: (run, lot, x, v)."""
    if policy["length"] == "MEAN_LENGTH":
        return _ends_of_straight_line(strips, lots)
    firsts = np.flatnonzero(runs_begin(strips))
    lasts = np.r_[firsts, len(strips.lot)][1:] - 1
    ends = []
    for run, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        for strip, end in ((first, 0), (last, 1)):
            x, v = strips.ends[strip, [end, 4 + end]].tolist()
            ends.append((run, int(strips.lot[strip]), x, v))
    return ends


def _ends_of_straight_line(strips: Strips, lots: Shapes) -> list[tuple[int, int, float, float]]:
    ends = []
    for row, (lot, (x0, x1, _, _, level, _)) in enumerate(zip(strips.lot, strips.ends.tolist(), strict=True)):
        line = shapely.LineString([(x0 - 1, level), (x1 + 1, level)])
        for part in shapely.get_parts(shapely.intersection(line, lots[lot])):
            low_x, _, high_x, _ = shapely.bounds(part)
            ends += [(row, int(lot), float(low_x), level), (row, int(lot), float(high_x), level)]
    return ends


def _lies_on(lot: int, x: float, v: float, edges: Segments) -> bool:
    mine = edges.lot == lot
    run = edges.ends[mine, 2:] - edges.ends[mine, :2]
    gap = (x, v) - edges.ends[mine, :2]
    square = np.maximum(np.einsum("ij,ij->i", run, run), 1e-18)
    at = np.clip(np.einsum("ij,ij->i", run, gap) / square, 0.0, 1.0)
    return bool((np.hypot(*(gap - run * at[:, None]).T) <= ON_EDGE_M).any())


def _beyond_ends(
    strips: Strips, ends: list[tuple[int, int, float, float]], policy: Mapping[str, Any]
) -> tuple[Ints, Shapes]:
    runs = np.cumsum(runs_begin(strips)) - 1
    pairs = [(strip, x, v) for run, _, x, v in ends for strip in np.flatnonzero(runs == run)]
    if not pairs:
        return np.array([], dtype=np.int64), shapes()
    strip = np.array([pair[0] for pair in pairs])
    x, v = np.array([pair[1] for pair in pairs]), np.array([pair[2] for pair in pairs])
    reach = np.tan(np.radians(policy["retreat_deg"])) * np.ones(len(strip))
    one = np.ones(len(strip))
    quads = _extensions(strips, policy["extension_m"])[strip]
    quads = _clipped(quads, -one, reach, x - reach * v)
    quads = _clipped(quads, one, reach, -x - reach * v)
    return _solid(strips.lot[strip], quads)


def _extensions(strips: Strips, extension_m: float) -> Floats:
    """Corners (s, 4, 2) of the part of each strip between the line and the end of the extension."""
    x0, x1, _, _, e0, e1 = strips.ends.T
    corners = [(x0, e0), (x1, e1), (x1, e1 + extension_m), (x0, e0 + extension_m)]
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
