"""Draws depth envelopes as profiles: of lots that lines along the depth cross once, without overlays."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.depth_strips import (
    Crossings,
    Segments,
    Strips,
    boundaries,
    crossings,
    near_pairs,
    reach_of,
)
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, flagged, polygons_only, rounds

#: Corners nearer to each other across the depth than this stand on one line along it, in metres.
ONE_LINE_M = 1e-9
#: Lots with more corners than this are left to the overlays: strips grow with the square of the corners.
MOST_CORNERS = 60
#: Heights nearer to each other than this are equal, and corners nearer to a line lie on it, in metres.
SAME_M = 1e-9
#: Strips with less ground than this come from rounding, in m².
NOTHING_M2 = 1e-12
#: Strips that share less than this of the line between them may be two parts, in metres.
THIN_M = 1e-5
#: Retreats from edges that lean by more than this share of the retreat's own slope need not be profiles.
LEANING = 0.99
#: Higher than any place on a lot, in metres.
NOWHERE_M = 1e6

#: The functions of strips: place across, near and far side of the lot, the line, what bounds the envelope;
#: and of a retreat where its edge begins and where it ends, and where it counts right and left of the edge.
X, NEAR, FAR, LINE, TOP, EDGE, LAST, RIGHT, LEFT = range(9)

NAMES = [entry.name for entry in fields(Segments)]


@dataclass(frozen=True)
class Profiles:
    """Which lots (n,) are plain, their envelopes in the depth frame, and the area of their basic band."""

    plain: NDArray[np.bool_]
    envelope: Shapes
    basic_m2: Floats


@dataclass(frozen=True)
class _Cut:
    """
    Strips cut up where functions cross, ascending by lot and across; each function is straight in each.

    `first` (s,) is the strip that each was cut from; `ends` (f, 2, s) are the functions at both ends.
    """

    lot: Ints
    first: Ints
    ends: Floats

    def less(self, functions: int) -> "_Cut":
        """The same strips with only the first few functions."""
        return _Cut(self.lot, self.first, self.ends[:functions])


def by_profiles(
    strips: Strips, edges: Segments, net: Shapes, policy: Mapping[str, Any], *, basic: bool
) -> Profiles:
    """
    Envelopes of those lots that are plain; shapes in the depth frame, `policy` as in `depth_envelopes`.

    A lot is plain when the band holds one piece of each line along the depth, and when what neighbours take
    from it reaches to the end of the extension. Then the envelope lies between
    two functions: the lot's near side, and the least of its far side, the end of the extension and the
    places where each retreat begins. That is the lower envelope of segments (Sharir and Agarwal,
    Davenport-Schinzel Sequences and Their Geometric Applications, 1995), found by taking in one after the
    other and cutting strips where two cross. Each lot is judged alone: one among a million gets the same
    answer to the bit.
    """
    plain, basic_m2 = _candidates(net, policy), np.full(len(net), np.nan)
    cut = _within(strips, net, policy, plain)
    if not len(cut.lot):
        return Profiles(np.zeros(len(net), dtype=bool), net.copy(), basic_m2)
    if basic:
        band = _combined(_combined(cut, LINE, FAR, np.minimum), LINE, NEAR, np.maximum)
        basic_m2 = _areas_m2(band, LINE, len(net))
    pair, edge = _retreating(cut, edges, policy, plain)
    pieces = len(cut.lot)
    cut = _combined(cut, TOP, FAR, np.minimum)
    lines = _Edges.of(edges)
    for turn in rounds(pair):
        facing = np.full(pieces, -1, dtype=np.int64)
        facing[pair[turn]] = edge[turn]
        cut = _retreated(cut, lines, facing, reach_of(policy))
    cut = _solid(_crossed(cut, TOP, NEAR))
    begins, unclear = _runs(cut)
    plain &= ~flagged(cut.lot[unclear], len(net))
    envelope, drawn = _polygons(cut, begins, len(net))
    return Profiles(plain & drawn, envelope, basic_m2)


def _candidates(net: Shapes, policy: Mapping[str, Any]) -> NDArray[np.bool_]:
    if policy["length"] != "CHORD" or policy["retreat"] != "ACROSS_DISTANCE":
        return np.zeros(len(net), dtype=bool)
    corners = shapely.get_num_coordinates(net)
    return np.asarray((shapely.get_type_id(net) == 3) & (corners > 3) & (corners <= MOST_CORNERS))


def _within(strips: Strips, net: Shapes, policy: Mapping[str, Any], plain: NDArray[np.bool_]) -> _Cut:
    """The strips of the band cut at the corners of the net lots; lots with several runs are not plain."""
    found, band = _lines_of_both(strips, net, plain)
    begins = np.ones(len(found.strip), dtype=bool)
    begins[1:] = found.strip[1:] != found.strip[:-1]
    first = begins.nonzero()[0]
    held, count = found.strip[first], np.diff(first, append=len(begins))
    lot = found.line_lot[held]
    plain[lot[count % 2 == 1]] = False
    inside = (band[held] >= 0) & plain[lot]
    held, lot, band, first = held[inside], lot[inside], band[held][inside], first[inside]
    several = np.flatnonzero(count[inside] > 2)
    ends = np.stack([found.at0, found.at1])
    across = np.stack([found.line_x[held], found.line_x[held + 1]])
    share = (across - strips.x0[band]) / (strips.x1 - strips.x0)[band]
    start = strips.s0[band] + share * (strips.s1 - strips.s0)[band]
    line = strips.e0[band] + share * (strips.e1 - strips.e0)[band]
    near, top = ends[:, first], line + policy["extension_m"]
    plain[lot[(start > near + SAME_M).any(axis=0)]] = False
    plain[lot[several[(ends[:, first[several] + 2] < top[:, several]).any(axis=0)]]] = False
    return _Cut(lot, np.arange(len(lot)), np.stack([across, near, ends[:, first + 1], line, top]))


def _lines_of_both(strips: Strips, net: Shapes, plain: NDArray[np.bool_]) -> tuple[Crossings, Ints]:
    """How plain lots cross the strips between corners of theirs or the band's, and the band's strip or -1."""
    some = np.flatnonzero(plain)
    sides = boundaries(net[some])
    mine = np.flatnonzero(plain[strips.lot])
    # The band's own lines take part as segments without length.
    x = np.concatenate([strips.x0[mine], strips.x1[mine]])
    points = Segments(np.tile(strips.lot[mine], 2), x, np.zeros(len(x)), x, np.zeros(len(x)))
    every = Segments(*(np.concatenate([getattr(sides, name), getattr(points, name)]) for name in NAMES))
    every.lot[: len(sides.lot)] = some[sides.lot]
    found = crossings(every, ONE_LINE_M)
    begins, ends = found.line[len(sides.lot) :].reshape(2, -1)
    lines = np.arange(len(found.line_x))
    at = np.searchsorted(begins, lines, side="right") - 1
    held = (at >= 0) & (lines < ends[at]) if len(at) and len(mine) else np.zeros(len(lines), dtype=bool)
    return found, np.where(held, mine[at] if len(mine) else -1, -1)


@dataclass(frozen=True)
class _Edges:
    """Neighbours' edges from lower to upper end: lot, both ends, how far across they go per metre along."""

    lot: Ints
    foot: Floats
    low: Floats
    tip: Floats
    high: Floats
    lean: Floats

    @classmethod
    def of(cls, edges: Segments) -> "_Edges":
        up = edges.vb > edges.va
        foot, tip = np.where(up, edges.xa, edges.xb), np.where(up, edges.xb, edges.xa)
        low, high = np.minimum(edges.va, edges.vb), np.maximum(edges.va, edges.vb)
        with np.errstate(divide="ignore", invalid="ignore"):
            return cls(edges.lot, foot, low, tip, high, (tip - foot) / (high - low))

    def level(self, edge: Ints, across: Floats) -> Floats:
        """How far along the depth edges lie at places across (2, p) it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.low[edge] + (across - self.foot[edge]) / self.lean[edge])


def _retreating(
    cut: _Cut, edges: Segments, policy: Mapping[str, Any], plain: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Strips and the edges that take from their extension; lots on which one ends before it are not plain."""
    strips = Strips(cut.lot, *cut.ends[X], *cut.ends[NEAR], *cut.ends[LINE])
    pair, edge = near_pairs(strips, edges, policy)
    lines, reach = _Edges.of(edges), reach_of(policy)
    kept = plain[cut.lot[pair]]
    pair, edge = pair[kept], edge[kept]
    ends = cut.ends[:, :, pair]
    # Across the depth a point is farther from an edge that lies under the line than it is from the line.
    under = (np.abs(lines.lean[edge]) >= reach) & (lines.level(edge, ends[X]) <= ends[LINE] + SAME_M).all(
        axis=0
    )
    pair, edge, ends = pair[~under], edge[~under], ends[:, :, ~under]
    good = _grows(lines, edge, ends, reach)
    whole = (lines.high[edge] >= ends[FAR] - SAME_M).all(axis=0)
    whole |= (lines.high[edge] >= ends[TOP] - SAME_M).all(axis=0)
    for other in _beside(edges.lot) if len(edges.lot) else ():
        following = other[edge]
        meets = np.hypot(lines.foot[following] - lines.tip[edge], lines.low[following] - lines.high[edge])
        whole |= (meets <= SAME_M) & _grows(lines, following, ends, reach)
    plain[cut.lot[pair[~(good & whole)]]] = False
    kept = plain[cut.lot[pair]]
    return pair[kept], edge[kept]


def _grows(lines: _Edges, edge: Ints, ends: Floats, reach: float) -> NDArray[np.bool_]:
    """
    Whether edges, as long as they last, take all that lies beyond what they take.

    Steep ones do. Of those that lean more than the reach the taking ends a little beyond the edge itself:
    that must not be before the far side of the lot or the end of the extension.
    """
    lean, level = np.abs(lines.lean[edge]), lines.level(edge, ends[X])
    with np.errstate(divide="ignore", invalid="ignore"):
        last = level + reach * (level - ends[LINE]) / (lean - reach)
    beyond = (last >= ends[FAR] - SAME_M).all(axis=0) | (last >= ends[TOP] - SAME_M).all(axis=0)
    return np.asarray((lean <= LEANING * reach) | (beyond & (lean >= reach / LEANING)))


def _crossed(cut: _Cut, one: int, other: int) -> _Cut:
    """Strips cut where two functions cross; cuts at their very ends are none."""
    gap = cut.ends[one] - cut.ends[other]
    crossing = (gap[0] * gap[1] < 0) & (np.abs(gap).min(axis=0) > SAME_M)
    if not crossing.any():
        return cut
    pieces = 1 + crossing
    row = np.repeat(np.arange(len(pieces)), pieces)
    at = gap[0, crossing] / (gap[0, crossing] - gap[1, crossing])
    start, end = cut.ends[:, 0, crossing], cut.ends[:, 1, crossing]
    middle = start + (end - start) * at
    middle[other] = middle[one]
    first = (np.cumsum(pieces) - pieces)[crossing]
    ends = cut.ends[:, :, row]
    ends[:, 1, first], ends[:, 0, first + 1] = middle, middle
    return _Cut(cut.lot[row], cut.first[row], ends)


def _combined(cut: _Cut, one: int, other: int, choose: np.ufunc) -> _Cut:
    """The first of two functions made the lower or the higher of both, everywhere."""
    crossed = _crossed(cut, one, other)
    ends = crossed.ends.copy()
    ends[one] = choose(ends[one], ends[other])
    return _Cut(crossed.lot, crossed.first, ends)


def _retreated(cut: _Cut, lines: _Edges, facing: Ints, reach: float) -> _Cut:
    """
    What an edge facing each uncut strip, or none (-1), leaves of it.

    A point (x, v) is too near when (v - line) · reach > |x - n(v)|, where n(v) = foot + lean · v is the edge.
    Right and left of the edge that holds from some v on; of edges that lean more than the reach one side
    bounds nothing, for it holds up to beyond the lot.
    """
    touched = facing[cut.first] >= 0
    rest, cut = _some(cut, ~touched), _some(cut, touched)
    edge = facing[cut.first]
    lean = lines.lean[edge]
    aside = cut.ends[X] - lines.foot[edge] + lean * lines.low[edge]
    right = (reach * cut.ends[LINE] + aside) / (reach + lean)
    left = (reach * cut.ends[LINE] - aside) / (reach - lean)
    ends = np.empty((EDGE + 4, 2, len(edge)))
    ends[:EDGE], ends[EDGE], ends[LAST] = cut.ends, lines.low[edge], lines.high[edge]
    ends[RIGHT] = np.where(lean > -reach, right, -NOWHERE_M)
    ends[LEFT] = np.where(lean < reach, left, -NOWHERE_M)
    taken = _Cut(cut.lot, cut.first, ends)
    taken = _combined(taken, RIGHT, LEFT, np.maximum)
    taken = _crossed(_combined(taken, EDGE, RIGHT, np.maximum), EDGE, LAST)
    # Past its end an edge takes nothing: from there on the one that follows it does.
    past = taken.ends[EDGE].sum(axis=0) > taken.ends[LAST].sum(axis=0)
    taken.ends[EDGE][:, past] = NOWHERE_M
    return _put_back(rest, _combined(taken, TOP, EDGE, np.minimum).less(EDGE))


def _some(cut: _Cut, which: NDArray[np.bool_]) -> _Cut:
    return _Cut(cut.lot[which], cut.first[which], cut.ends[:, :, which])


def _put_back(one: _Cut, other: _Cut) -> _Cut:
    """The strips of both in their order; all that was cut from one strip is in one of them."""
    if not len(one.lot):
        return other
    first = np.concatenate([one.first, other.first])
    order = np.argsort(first, kind="stable")
    ends = np.concatenate([one.ends, other.ends], axis=2)
    return _Cut(np.concatenate([one.lot, other.lot])[order], first[order], ends[:, :, order])


def _solid(cut: _Cut) -> _Cut:
    """Strips that hold ground; nothing is where the near side lies beyond what bounds the envelope."""
    wide, high = cut.ends[X, 1] - cut.ends[X, 0], cut.ends[TOP] - cut.ends[NEAR]
    return _some(cut, (high[0] + high[1]) * wide > NOTHING_M2)


def _runs(cut: _Cut) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where strips begin a part of their own, and where that cannot be told: parts that only just touch."""
    if not len(cut.lot):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    near, top = cut.ends[NEAR], cut.ends[TOP]
    shared = np.minimum(top[0, 1:], top[1, :-1]) - np.maximum(near[0, 1:], near[1, :-1])
    away = (cut.lot[1:] != cut.lot[:-1]) | (cut.ends[X, 0, 1:] - cut.ends[X, 1, :-1] > SAME_M)
    begins = np.r_[True, away | (shared < -SAME_M)]
    return begins, np.r_[False, ~away & (shared >= -SAME_M) & (shared < THIN_M)]


def _areas_m2(cut: _Cut, top: int, lots: int) -> Floats:
    """Area (n,) between the near side and a function."""
    high = cut.ends[top] - cut.ends[NEAR]
    part = (cut.ends[X, 1] - cut.ends[X, 0]) * (high[0] + high[1]) / 2
    return np.asarray(np.bincount(cut.lot, weights=part, minlength=lots), dtype=float)


def _polygons(cut: _Cut, begins: NDArray[np.bool_], lots: int) -> tuple[Shapes, NDArray[np.bool_]]:
    """The shapes (n,) between near side and top, of all parts that begin; and which have any."""
    found = np.full(lots, EMPTY, dtype=object)
    run = np.cumsum(begins) - 1
    of_run = cut.lot[begins]
    corners, ring = _outlines(cut, run)
    drawn = np.bincount(ring, minlength=len(of_run)) >= 3
    solid = drawn[ring]
    if not solid.any():
        return found, np.zeros(lots, dtype=bool)
    number = (np.cumsum(drawn) - 1)[ring[solid]]
    parts = shapely.polygons(shapely.linearrings(corners[solid], indices=number))
    owner = of_run[drawn]
    several = np.bincount(owner, minlength=lots)[owner] > 1
    found[owner[~several]] = parts[~several]
    if several.any():
        shapely.multipolygons(parts[several], indices=owner[several], out=found)
    return polygons_only(found), flagged(owner, lots)


def _outlines(cut: _Cut, run: Ints) -> tuple[Floats, Ints]:
    """Corners round each run of strips, along the top and back along the near side, and the run of each."""
    count = np.bincount(run)
    start = np.cumsum(count) - count
    rank, of = np.arange(len(run)) - start[run], count[run]
    there, back = 4 * start[run] + 2 * rank, 4 * start[run] + 4 * of - 2 * rank - 2
    points = np.empty((4 * len(run), 2))
    for end in (0, 1):
        points[there + end] = cut.ends[[X, TOP], end].T
        points[back + 1 - end] = cut.ends[[X, NEAR], end].T
    corners, ring = _without_twins(points, np.repeat(run, 4))
    held = [len(ring)]
    for turn in range(4):
        corners, ring = _bent(corners, ring, turn % 2)
        held.append(len(ring))
        # Where neither of two turns took a corner off, no later one does.
        if held[-3:] == 3 * held[-1:]:
            break
    return corners, ring


def _beside(lot: Ints) -> tuple[Ints, Ints]:
    """The corner before and the one after each corner of the closed rings of lots."""
    place = np.arange(len(lot))
    before, after = place - 1, place + 1
    ends = (lot[1:] != lot[:-1]).nonzero()[0]
    first, last = np.concatenate([place[:1], ends + 1]), np.concatenate([ends, place[-1:]])
    before[first], after[last] = last, first
    return before, after


def _without_twins(points: Floats, lot: Ints) -> tuple[Floats, Ints]:
    """Corners of rings that do not stand where the one before does."""
    before, _ = _beside(lot)
    kept = np.abs(points - points[before]).max(axis=1) > SAME_M
    return points[kept], lot[kept]


def _bent(points: Floats, lot: Ints, turn: int) -> tuple[Floats, Ints]:
    """
    Corners of rings without those that lie on the line between the two beside them.

    Only every second corner is asked, by turns: of two that stand close together both would seem to.
    """
    before, after = _beside(lot)
    run, step = points[after] - points[before], points - points[before]
    aside = np.abs(run[:, 0] * step[:, 1] - run[:, 1] * step[:, 0])
    straight = aside <= SAME_M * np.hypot(run[:, 0], run[:, 1])
    place = np.arange(len(lot))
    rank = place - lot.searchsorted(lot)
    # The last corner of a ring stands beside its first.
    kept = ~(straight & (rank % 2 == turn) & (after > place))
    return points[kept], lot[kept]
