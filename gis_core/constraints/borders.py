"""Finds how the border of one shape runs through another: not at all, or from one place to another."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.depth_strips import Segments, boundaries
from gis_core.constraints.plane import TIP_M, Floats, Ints, Shapes, flagged

#: What reaches over a line by no more than this lies on it, in metres.
ON_LINE_M = 1e-9
#: Others with more corners than this are not looked at: time grows with corners times shapes.
MOST_CORNERS = 2000
#: Shapes with more corners than this are not looked at.
MOST_OWN_CORNERS = 150
#: A border that comes near a shape with more sides than this is not looked at.
MOST_SIDES = 150
#: So many sides are held against shapes at a time: memory stays flat.
MOST_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Borders:
    """
    How the borders of others run through shapes, pair by pair (m,).

    `untouched`: not at all, the shape lies wholly inside the other or wholly outside. `crossed`: once; then
    the border comes in at `enters` and goes out at `leaves`, places on the outline: the number of a corner
    and the share of the way to the next one. `points` (p, 2) are those of the border between, both ends
    among them, in its order, and `pair` (p,), ascending, whose they are. Of other pairs nothing is said.
    """

    untouched: NDArray[np.bool_]
    crossed: NDArray[np.bool_]
    enters: Floats
    leaves: Floats
    points: Floats
    pair: Ints


@dataclass(frozen=True)
class Rows:
    """Rows that belong to things: those of thing i are `first[i]` and the next `count[i] - 1` ones."""

    first: Ints
    count: Ints

    @classmethod
    def of(cls, owner: Ints, things: int) -> "Rows":
        """Rows in the order of the things (r,) that they belong to."""
        count = np.bincount(owner, minlength=things)
        return cls(np.cumsum(count) - count, count)

    def each(self, things: Ints) -> tuple[Ints, Ints]:
        """All rows of some things, one after the other: positions among the things, and rows."""
        count = self.count[things]
        at = np.repeat(np.arange(len(things)), count)
        within = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
        return at, self.first[things][at] + within


@dataclass(frozen=True)
class Outlines:
    """Closed outlines of single shapes without holes: points (p, 2), and which of them are whose."""

    points: Floats
    rows: Rows

    @classmethod
    def of(cls, geometries: Shapes) -> "Outlines":
        """The outlines of shapes (n,)."""
        points, owner = shapely.get_coordinates(geometries, return_index=True)
        return cls(points, Rows.of(owner, len(geometries)))


@dataclass(frozen=True)
class _Sides:
    """Straight sides (s,) of rings in their order: ends and box (s, 2), line (s, 3), length, ring."""

    start: Floats
    end: Floats
    low: Floats
    high: Floats
    line: Floats
    length_m: Floats
    ring: Ints

    @classmethod
    def of(cls, drawn: Segments) -> "_Sides":
        start, end = np.column_stack([drawn.xa, drawn.va]), np.column_stack([drawn.xb, drawn.vb])
        run = end - start
        length = np.hypot(run[:, 0], run[:, 1])
        # A side without length has no line: it parts nothing.
        unit = np.where(length > 0, length, np.inf)
        a, b = -run[:, 1] / unit, run[:, 0] / unit
        line = np.column_stack([a, b, -(a * start[:, 0] + b * start[:, 1])])
        begins = np.concatenate(
            [[True], (start[1:] != end[:-1]).any(axis=1) | (drawn.lot[1:] != drawn.lot[:-1])]
        )
        ring = np.cumsum(begins) - 1
        return cls(start, end, np.minimum(start, end), np.maximum(start, end), line, length, ring)


@dataclass(frozen=True)
class _Pieces:
    """
    Pieces of sides inside of shapes (k,): pair, ascending, side, ends in metres along the side, and the
    places on the shape's outline where they end, NaN where the piece ends inside with its side. `pinched`:
    pairs (p,) in which a side meets the outline in two places at once, where the shape all but falls apart,
    or all but meets a corner of it.
    """

    pair: Ints
    side: Ints
    from_m: Floats
    to_m: Floats
    enters: Floats
    leaves: Floats
    pinched: Ints


def borders_through(geometries: Shapes, others: Shapes) -> Borders:
    """
    How the borders of others run through the inner of shapes, pair by pair.

    Each side of the other is cut where it meets the shape's outline, and the pieces inside are kept. A side
    is beside a shape when the box around the shape or the side's own line parts the two (separating axes:
    Gottschalk, Lin and Manocha, OBBTree, SIGGRAPH 1996). Shapes with holes or in parts are not looked at.

    Examples
    --------
    >>> lots = np.array([shapely.box(0, 0, 10, 20), shapely.box(0, -30, 10, -9)], dtype=object)
    >>> street = np.array([shapely.box(-50, -8, 50, 2)] * 2, dtype=object)
    >>> found = borders_through(lots, street)
    >>> found.crossed.tolist(), found.untouched.tolist(), found.points.tolist()
    ([True, False], [False, True], [[10.0, 2.0], [0.0, 2.0]])
    """
    untouched, crossed = np.zeros((2, len(geometries)), dtype=bool)
    enters, leaves = np.full((2, len(geometries)), np.nan)
    some = np.flatnonzero(_plain(geometries) & _areal(others))
    if not len(some):
        return Borders(untouched, crossed, enters, leaves, np.empty((0, 2)), some)
    sides, pair, side, crowded = _near_sides(geometries[some], others[some])
    outlines = Outlines.of(geometries[some])
    through = _through(sides, pair, side, outlines)
    if not through.any():
        untouched[some] = ~crowded
        return Borders(untouched, crossed, enters, leaves, np.empty((0, 2)), some[:0])
    pieces = _inside(sides, pair[through], side[through], outlines)
    once, order = _one_run(pieces, sides, len(some))
    clear = ~crowded & ~flagged(pieces.pinched, len(some))
    once &= clear
    untouched[some] = ~flagged(pieces.pair, len(some)) & clear
    crossed[some] = once
    mine = order[once[pieces.pair[order]]]
    first = ~np.isnan(pieces.enters[mine])
    last = ~np.isnan(pieces.leaves[mine])
    enters[some[pieces.pair[mine[first]]]] = pieces.enters[mine[first]]
    leaves[some[pieces.pair[mine[last]]]] = pieces.leaves[mine[last]]
    start, end = _ends(sides, pieces, mine)
    # Each piece gives the place where it begins; the last one of a run its end as well.
    kept = np.stack([np.ones(len(mine), dtype=bool), last], axis=1).reshape(-1)
    points = np.stack([start, end], axis=1).reshape(-1, 2)[kept]
    return Borders(untouched, crossed, enters, leaves, points, some[np.repeat(pieces.pair[mine], 2)[kept]])


def _plain(geometries: Shapes) -> NDArray[np.bool_]:
    """Single polygons without holes and with few corners."""
    corners = shapely.get_num_coordinates(geometries)
    one = (shapely.get_type_id(geometries) == 3) & (shapely.get_num_interior_rings(geometries) == 0)
    return np.asarray(one & (corners > 3) & (corners <= MOST_OWN_CORNERS))


def _areal(others: Shapes) -> NDArray[np.bool_]:
    corners, kind = shapely.get_num_coordinates(others), shapely.get_type_id(others)
    return np.asarray(((kind == 3) | (kind == 6)) & (corners > 3) & (corners <= MOST_CORNERS))


def _near_sides(geometries: Shapes, others: Shapes) -> tuple[_Sides, Ints, Ints, NDArray[np.bool_]]:
    """All others' sides; pairs and sides whose boxes meet, ascending; pairs (m,) with too many of them."""
    # The same zone stands beside many lots: its sides are drawn up once.
    names = np.fromiter(map(id, others), dtype=np.int64, count=len(others))
    _, first, number = np.unique(names, return_index=True, return_inverse=True)
    drawn = boundaries(others[first])
    sides, rows = _Sides.of(drawn), Rows.of(drawn.lot, len(first))
    box, found = shapely.bounds(geometries), []
    total = np.cumsum(rows.count[number])
    cuts = np.searchsorted(total, np.arange(MOST_AT_ONCE, total[-1], MOST_AT_ONCE))
    for some in np.split(np.arange(len(others)), cuts):
        at, side = rows.each(number[some])
        pair = some[at]
        for axis in (0, 1):
            meets = (sides.low[side, axis] <= box[pair, axis + 2]) & (
                sides.high[side, axis] >= box[pair, axis]
            )
            pair, side = pair[meets], side[meets]
        found.append((pair, side))
    pair, side = (np.concatenate(rows) for rows in zip(*found, strict=True))
    crowded = np.bincount(pair, minlength=len(others)) > MOST_SIDES
    few = ~crowded[pair]
    return sides, pair[few], side[few], crowded


def _through(sides: _Sides, pair: Ints, side: Ints, outlines: Outlines) -> NDArray[np.bool_]:
    """Sides on both sides of whose line the shape of their pair has corners."""
    at, corner = outlines.rows.each(pair)
    height = _height_m(sides.line[side[at]], outlines.points[corner])
    first = np.flatnonzero(np.concatenate([[True], at[1:] != at[:-1]])) if len(at) else at
    low, high = np.minimum.reduceat(height, first), np.maximum.reduceat(height, first)
    return np.asarray((low < -ON_LINE_M) & (high > ON_LINE_M))


def _inside(sides: _Sides, pair: Ints, side: Ints, outlines: Outlines) -> _Pieces:
    """What of sides lies inside the shape of their pair."""
    row, at_m, place, pinched = _meetings(sides, pair, side, outlines)
    every = np.arange(len(pair))
    # A side's own end gives way to the outline where it lies on that: it is sorted to the outer side.
    row = np.concatenate([every, row, every])
    at_m = np.concatenate([np.zeros(len(pair)), at_m, sides.length_m[side]])
    place = np.concatenate([np.full(len(pair), np.nan), place, np.full(len(pair), np.nan)])
    turn = np.repeat([0, 1, 2], [len(pair), len(row) - 2 * len(pair), len(pair)])
    order = np.lexsort((turn, at_m, row))
    row, at_m, place = row[order], at_m[order], place[order]
    long = np.flatnonzero((row[1:] == row[:-1]) & (at_m[1:] - at_m[:-1] > ON_LINE_M))
    mine = row[long]
    middle = _along(sides, side[mine], (at_m[long] + at_m[long + 1]) / 2)
    within = _strictly_within(middle, pair[mine], outlines)
    long, mine = long[within], mine[within]
    ends = (at_m[long], at_m[long + 1], place[long], place[long + 1])
    return _Pieces(pair[mine], side[mine], *ends, pinched=pair[pinched])


def _meetings(sides: _Sides, pair: Ints, side: Ints, outlines: Outlines) -> tuple[Ints, Floats, Floats, Ints]:
    """Where sides meet outlines: row, metres along the side, place on the outline; rows that are pinched."""
    at, corner = outlines.rows.each(pair)
    number = corner - outlines.rows.first[pair][at]
    points, line, start = outlines.points[corner], sides.line[side][at], sides.start[side][at]
    height = _height_m(line, points)
    along = line[:, 1] * (points[:, 0] - start[:, 0]) - line[:, 0] * (points[:, 1] - start[:, 1])
    # The closing corner is the first again.
    here = np.flatnonzero(number + 1 < outlines.rows.count[pair][at])
    near = here[np.abs(height[here]) <= TIP_M]
    # Of a corner that all but lies on the side nobody can tell by rounding whether the side meets it.
    beside = (along[near] > -TIP_M) & (along[near] < sides.length_m[side][at[near]] + TIP_M)
    unsure = near[beside & (np.abs(height[near]) > ON_LINE_M)]
    height[np.abs(height) <= ON_LINE_M] = 0.0
    crossing, on = here[height[here] * height[here + 1] < 0], near[height[near] == 0]
    share = height[crossing] / (height[crossing] - height[crossing + 1])
    cut_m = along[crossing] + (along[crossing + 1] - along[crossing]) * share
    pinched = _pinched(np.concatenate([at[crossing], at[near]]), np.concatenate([cut_m, along[near]]))
    pinched = np.concatenate([pinched, at[unsure]])
    row, at_m = np.concatenate([at[crossing], at[on]]), np.concatenate([cut_m, along[on]])
    place = np.concatenate([number[crossing] + share, number[on].astype(float)])
    length = sides.length_m[side][row]
    met = (at_m >= -ON_LINE_M) & (at_m <= length + ON_LINE_M)
    at_m = np.where(at_m <= ON_LINE_M, 0.0, np.where(at_m >= length - ON_LINE_M, length, at_m))
    return row[met], at_m[met], place[met], pinched


def _pinched(row: Ints, at_m: Floats) -> Ints:
    """Rows whose line meets the outline in two places that all but touch."""
    order = np.lexsort((at_m, row))
    row, at_m = row[order], at_m[order]
    return row[1:][(row[1:] == row[:-1]) & (at_m[1:] - at_m[:-1] <= TIP_M)]


def _strictly_within(points: Floats, pair: Ints, outlines: Outlines) -> NDArray[np.bool_]:
    """Whether points (k, 2) lie in the shapes of their pairs and not on the outline: by crossing numbers."""
    at, corner = outlines.rows.each(pair)
    real = np.flatnonzero(at[1:] == at[:-1]) if len(at) else at
    at, corner = at[real], corner[real]
    start, end, point = outlines.points[corner], outlines.points[corner + 1], points[at]
    run, step = end - start, point - start
    square = np.maximum(run[:, 0] ** 2 + run[:, 1] ** 2, 1e-30)
    share = np.clip((run[:, 0] * step[:, 0] + run[:, 1] * step[:, 1]) / square, 0.0, 1.0)
    gap = np.hypot(step[:, 0] - run[:, 0] * share, step[:, 1] - run[:, 1] * share)
    spans = (start[:, 1] > point[:, 1]) != (end[:, 1] > point[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        right = point[:, 0] < start[:, 0] + run[:, 0] * (step[:, 1] / run[:, 1])
    crossings = np.bincount(at[spans & right], minlength=len(points))
    return np.asarray((crossings % 2 == 1) & ~flagged(at[gap <= ON_LINE_M], len(points)))


def _one_run(pieces: _Pieces, sides: _Sides, pairs: int) -> tuple[NDArray[np.bool_], Ints]:
    """Pairs (m,) whose pieces make one run from outline to outline, and the pieces in order of their runs."""
    count = np.bincount(pieces.pair, minlength=pairs)
    begins, ends = ~np.isnan(pieces.enters), ~np.isnan(pieces.leaves)
    once = (np.bincount(pieces.pair[begins], minlength=pairs) == 1) & (
        np.bincount(pieces.pair[ends], minlength=pairs) == 1
    )
    first = np.zeros(pairs, dtype=np.int64)
    first[pieces.pair[begins]] = pieces.side[begins]
    start = first[pieces.pair]
    # Round the ring of the first one; pieces that follow each other are sides that do.
    ring = Rows.of(sides.ring, int(sides.ring[-1]) + 1)
    rank = (pieces.side - start) % ring.count[sides.ring[start]]
    odd = (sides.ring[pieces.side] != sides.ring[start]) | (rank >= count[pieces.pair])
    order = np.lexsort((rank, pieces.pair))
    twice = order[1:][
        (rank[order][1:] == rank[order][:-1]) & (pieces.pair[order][1:] == pieces.pair[order][:-1])
    ]
    return once & ~flagged(pieces.pair[odd], pairs) & ~flagged(pieces.pair[twice], pairs), order


def _ends(sides: _Sides, pieces: _Pieces, some: Ints) -> tuple[Floats, Floats]:
    """Both ends of pieces; a piece that begins or ends with its side has that very corner."""
    side = pieces.side[some]
    start, end = _along(sides, side, pieces.from_m[some]), _along(sides, side, pieces.to_m[some])
    own_start, own_end = pieces.from_m[some] == 0.0, pieces.to_m[some] == sides.length_m[side]
    return (
        np.where(own_start[:, None], sides.start[side], start),
        np.where(own_end[:, None], sides.end[side], end),
    )


def _along(sides: _Sides, side: Ints, metres: Floats) -> Floats:
    line = sides.line[side]
    return np.asarray(sides.start[side] + np.column_stack([line[:, 1], -line[:, 0]]) * metres[:, None])


def _height_m(line: Floats, points: Floats) -> Floats:
    """How far points (m, 2) lie left of lines (m, 3)."""
    return np.asarray(line[:, 0] * points[:, 0] + line[:, 1] * points[:, 1] + line[:, 2])
