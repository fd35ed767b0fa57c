# cython: boundscheck=False, wraparound=False, cdivision=True
"""Follows borders of others through shapes, side by side, and parts the shapes along them."""

from typing import Any

import cython
import numpy as np
from cython.cimports.libc.math import fabs, floor, fmod, sqrt

from gis_core.constraints.loops.rows import firsts, most

#: What is found of a pair: nothing is said, the border keeps out of the shape, it crosses it once.
REST, UNTOUCHED, CROSSED = 0, 1, 2


def border_runs(
    corners: cython.double[:, ::1],
    corner_of: cython.longlong[::1],
    border: cython.double[:, ::1],
    ring_of: cython.longlong[::1],
    other_of: cython.longlong[::1],
    hole: cython.char[::1],
    other: cython.longlong[::1],
    on_line_m: cython.double,
    tip_m: cython.double,
    most_sides: cython.longlong,
):
    """
    Part shapes along the borders of others where these cross once, pair by pair.

    Parameters
    ----------
    corners, corner_of
        (p, 2) corners of the outlines of the shapes, each closed, and whose they are, ascending.
    border, ring_of, other_of, hole
        (b, 2) corners of the rings of others, each closed; the ring of each, ascending; the other of each
        ring, ascending, and whether the ring is that of a hole.
    other
        (m,) the other that is held against each shape.
    on_line_m, tip_m
        What reaches over a line by no more than the first lies on it; what all but touches, within the
        second, is left to others.
    most_sides
        Borders of which more sides come near are not looked at.

    Returns
    -------
    found (m,) of `REST`, `UNTOUCHED`, `CROSSED`; and of those crossed both parts: points (q, 2) of open rings
    and the number of each point's ring: of the k-th pair that is crossed 2k lies inside the other, 2k + 1
    outside.
    """
    pairs: cython.Py_ssize_t = other.shape[0]
    shape_first: cython.longlong[::1] = firsts(corner_of, pairs)
    ring_first: cython.longlong[::1] = firsts(ring_of, other_of.shape[0])
    others: cython.Py_ssize_t = other_of[other_of.shape[0] - 1] + 1 if other_of.shape[0] else 0
    other_first: cython.longlong[::1] = firsts(other_of, others)
    found_array = np.zeros(pairs, dtype=np.int8)
    found: cython.char[::1] = found_array
    walk = Walk(corners, border, most_sides, on_line_m, tip_m, most(shape_first))
    crossed: cython.Py_ssize_t = 0
    pair: cython.Py_ssize_t
    for pair in range(pairs):
        walk.begin(shape_first[pair], shape_first[pair + 1])
        found[pair] = walk.along(ring_first, other_first[other[pair]], other_first[other[pair] + 1])
        if found[pair] == CROSSED:
            walk.part(2 * crossed, hole)
            crossed += 1
    return found_array, *walk.drawn()


@cython.cclass
class Walk:
    """One shape after the other, the sides that were followed through it, and all parts drawn so far."""

    corners: cython.double[:, ::1]
    border: cython.double[:, ::1]
    on_line_m: cython.double
    tip_m: cython.double
    most_sides: cython.longlong
    # The shape: its corners, the closing one left out, and its box.
    first: cython.Py_ssize_t
    count: cython.Py_ssize_t
    low_x: cython.double
    low_y: cython.double
    high_x: cython.double
    high_y: cython.double
    # Of one side: heights of the corners over its line, and places along it; where it meets the outline.
    height: cython.double[::1]
    along_m: cython.double[::1]
    met_m: cython.double[::1]
    place: cython.double[::1]
    meetings: cython.Py_ssize_t
    near_m: cython.double[::1]
    # Pieces of sides inside: side, ring, ends along the side, places on the outline, -1 where it ends inside.
    pieces: cython.Py_ssize_t
    side: cython.longlong[::1]
    ring: cython.longlong[::1]
    from_m: cython.double[::1]
    to_m: cython.double[::1]
    enters: cython.double[::1]
    leaves: cython.double[::1]
    whole_m: cython.double[::1]
    rank: cython.longlong[::1]
    run: cython.double[:, ::1]
    runs: cython.Py_ssize_t
    # Of that ring: its first corner and the one after its last, and its number.
    ring_start: cython.Py_ssize_t
    ring_end: cython.Py_ssize_t
    run_ring: cython.Py_ssize_t
    comes_in: cython.double
    goes_out: cython.double
    # All parts.
    points: cython.double[:, ::1]
    number: cython.longlong[::1]
    points_array: Any
    number_array: Any
    filled: cython.Py_ssize_t

    def __init__(self, corners, border, most_sides, on_line_m, tip_m, most_corners):
        self.corners, self.border = corners, border
        self.most_sides, self.on_line_m, self.tip_m = most_sides, on_line_m, tip_m
        self.height, self.along_m = np.empty(most_corners + 1), np.empty(most_corners + 1)
        self.met_m, self.place = np.empty(2 * most_corners + 3), np.empty(2 * most_corners + 3)
        self.near_m = np.empty(2 * most_corners + 2)
        self.side, self.ring = np.empty((2, most_sides + 1), dtype=np.int64)
        self.from_m, self.to_m, self.enters, self.leaves, self.whole_m = np.empty((5, most_sides + 1))
        self.rank = np.empty(most_sides + 1, dtype=np.int64)
        self.run = np.empty((most_sides + 2, 2))
        self._room(4 * most_corners + 16)
        self.filled = 0

    @cython.ccall
    def drawn(self):
        """Points of all rings, and the number of the ring of each."""
        return self.points_array[: self.filled], self.number_array[: self.filled]

    @cython.cfunc
    def _room(self, rows: cython.Py_ssize_t):
        self.points_array, self.number_array = np.empty((rows, 2)), np.empty(rows, dtype=np.int64)
        self.points, self.number = self.points_array, self.number_array

    @cython.ccall
    def begin(self, first: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Take up the shape whose corners run from `first` to `end`, the closing one among them."""
        at: cython.Py_ssize_t
        self.first, self.count = first, end - first - 1
        self.low_x = self.high_x = self.corners[first, 0]
        self.low_y = self.high_y = self.corners[first, 1]
        for at in range(first + 1, end):
            self.low_x = min(self.low_x, self.corners[at, 0])
            self.high_x = max(self.high_x, self.corners[at, 0])
            self.low_y = min(self.low_y, self.corners[at, 1])
            self.high_y = max(self.high_y, self.corners[at, 1])

    @cython.ccall
    def along(
        self, ring_first: cython.longlong[::1], ring: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.char:
        """Follow the sides of the rings from `ring` to `end` through the shape."""
        side: cython.Py_ssize_t
        near: cython.longlong = 0
        self.pieces = 0
        ring_number: cython.Py_ssize_t
        for ring_number in range(ring, end):
            for side in range(ring_first[ring_number], ring_first[ring_number + 1] - 1):
                if not self._beside(side):
                    continue
                near += 1
                if near > self.most_sides or not self._follow(side, ring_number):
                    return REST
        if not self.pieces:
            return UNTOUCHED
        return CROSSED if self._once(ring_first) else REST

    @cython.cfunc
    def _beside(self, side: cython.Py_ssize_t) -> cython.bint:
        """Whether the boxes of a side and of the shape meet."""
        ax: cython.double = self.border[side, 0]
        bx: cython.double = self.border[side + 1, 0]
        ay: cython.double = self.border[side, 1]
        by: cython.double = self.border[side + 1, 1]
        return (
            min(ax, bx) <= self.high_x
            and max(ax, bx) >= self.low_x
            and min(ay, by) <= self.high_y
            and max(ay, by) >= self.low_y
        )

    @cython.cfunc
    def _follow(self, side: cython.Py_ssize_t, ring: cython.Py_ssize_t) -> cython.bint:
        """Keep the pieces of a side that lie inside; False where rounding would tell."""
        x: cython.double = self.border[side, 0]
        y: cython.double = self.border[side, 1]
        dx: cython.double = self.border[side + 1, 0] - x
        dy: cython.double = self.border[side + 1, 1] - y
        length: cython.double = sqrt(dx * dx + dy * dy)
        if length == 0:
            return True
        a: cython.double = -dy / length
        b: cython.double = dx / length
        c: cython.double = -(a * x + b * y)
        low: cython.double = 0.0
        high: cython.double = 0.0
        at: cython.Py_ssize_t
        px: cython.double
        py: cython.double
        for at in range(self.count + 1):
            px, py = self.corners[self.first + at, 0], self.corners[self.first + at, 1]
            self.height[at] = a * px + b * py + c
            self.along_m[at] = b * (px - x) - a * (py - y)
            low, high = min(low, self.height[at]), max(high, self.height[at])
        # With all corners on one side of the line it only passes by.
        if low >= -self.on_line_m or high <= self.on_line_m:
            return True
        if not self._meet(length):
            return False
        middle: cython.double
        for at in range(self.meetings - 1):
            if self.met_m[at + 1] - self.met_m[at] <= self.on_line_m:
                continue
            middle = (self.met_m[at] + self.met_m[at + 1]) / 2
            if not self._within(x + b * middle, y - a * middle):
                continue
            if self.pieces == self.most_sides:
                return False
            self.side[self.pieces], self.ring[self.pieces] = side, ring
            self.from_m[self.pieces], self.to_m[self.pieces] = self.met_m[at], self.met_m[at + 1]
            self.enters[self.pieces], self.leaves[self.pieces] = self.place[at], self.place[at + 1]
            self.whole_m[self.pieces] = length
            self.pieces += 1
        return True

    @cython.cfunc
    def _meet(self, length: cython.double) -> cython.bint:
        """
        Where a side meets the outline, in order along it, between its ends; False where that is pinched.

        Pinched: it meets the outline in two places at once, or all but meets a corner.
        """
        at: cython.Py_ssize_t
        share: cython.double
        nears: cython.Py_ssize_t = 0
        self.meetings = 0
        self._met(0.0, -1.0, length)
        for at in range(self.count + 1):
            if fabs(self.height[at]) > self.tip_m:
                continue
            if at < self.count:
                nears = _put(self.near_m, nears, self.along_m[at])
                beside = -self.tip_m < self.along_m[at] < length + self.tip_m
                if beside and fabs(self.height[at]) > self.on_line_m:
                    return False
            if fabs(self.height[at]) <= self.on_line_m:
                self.height[at] = 0.0
        for at in range(self.count):
            if self.height[at] * self.height[at + 1] < 0:
                share = self.height[at] / (self.height[at] - self.height[at + 1])
                cut_m: cython.double = self.along_m[at] + (self.along_m[at + 1] - self.along_m[at]) * share
                nears = _put(self.near_m, nears, cut_m)
                self._met(cut_m, at + share, length)
        for at in range(self.count):
            if self.height[at] == 0:
                self._met(self.along_m[at], at, length)
        for at in range(nears - 1):
            if self.near_m[at + 1] - self.near_m[at] <= self.tip_m:
                return False
        self._met(length, -1.0, length)
        return True

    @cython.cfunc
    def _met(self, at_m: cython.double, place: cython.double, length: cython.double) -> cython.void:
        """Put a meeting in its order; the own ends of the side give way to the outline and stay outermost."""
        if at_m < -self.on_line_m or at_m > length + self.on_line_m:
            return
        if at_m <= self.on_line_m:
            at_m = 0.0
        elif at_m >= length - self.on_line_m:
            at_m = length
        row: cython.Py_ssize_t = self.meetings
        while row and self.met_m[row - 1] > at_m:
            self.met_m[row], self.place[row] = self.met_m[row - 1], self.place[row - 1]
            row -= 1
        self.met_m[row], self.place[row] = at_m, place
        self.meetings += 1

    @cython.cfunc
    def _within(self, x: cython.double, y: cython.double) -> cython.bint:
        """Whether a point lies in the shape and not on its outline: by crossing numbers."""
        inner: cython.bint = False
        at: cython.Py_ssize_t
        for at in range(self.first, self.first + self.count):
            run_x: cython.double = self.corners[at + 1, 0] - self.corners[at, 0]
            run_y: cython.double = self.corners[at + 1, 1] - self.corners[at, 1]
            step_x: cython.double = x - self.corners[at, 0]
            step_y: cython.double = y - self.corners[at, 1]
            square: cython.double = max(run_x * run_x + run_y * run_y, 1e-30)
            share: cython.double = min(max((run_x * step_x + run_y * step_y) / square, 0.0), 1.0)
            gap_x: cython.double = step_x - run_x * share
            gap_y: cython.double = step_y - run_y * share
            if gap_x * gap_x + gap_y * gap_y <= self.on_line_m * self.on_line_m:
                return False
            if (self.corners[at, 1] > y) != (self.corners[at + 1, 1] > y):
                inner = inner != (x < self.corners[at, 0] + run_x * (step_y / run_y))
        return inner

    @cython.cfunc
    def _once(self, ring_first: cython.longlong[::1]) -> cython.bint:
        """Whether the pieces make one run from outline to outline; then it is drawn up."""
        at: cython.Py_ssize_t
        begin: cython.Py_ssize_t = -1
        ends: cython.Py_ssize_t = 0
        for at in range(self.pieces):
            ends += self.leaves[at] >= 0
            if self.enters[at] >= 0:
                if begin >= 0:
                    return False
                begin = at
        if begin < 0 or ends != 1:
            return False
        ring: cython.longlong = self.ring[begin]
        sides: cython.longlong = ring_first[ring + 1] - ring_first[ring] - 1
        for at in range(self.pieces):
            self.rank[at] = -1
        for at in range(self.pieces):
            # Round the ring of the first one; pieces that follow each other are sides that do.
            turn: cython.longlong = (self.side[at] - self.side[begin] + sides) % sides
            if self.ring[at] != ring or turn >= self.pieces or self.rank[turn] >= 0:
                return False
            self.rank[turn] = at
        self.runs, self.comes_in = 0, self.enters[begin]
        self.ring_start, self.ring_end, self.run_ring = ring_first[ring], ring_first[ring + 1], ring
        for at in range(self.pieces):
            self._run_on(self.rank[at])
        return True

    @cython.cfunc
    def _run_on(self, piece: cython.longlong) -> cython.void:
        """A piece gives the place where it begins; the one that goes out its end as well."""
        self._place(self.side[piece], self.from_m[piece], self.whole_m[piece])
        if self.leaves[piece] >= 0:
            self.goes_out = self.leaves[piece]
            self._place(self.side[piece], self.to_m[piece], self.whole_m[piece])

    @cython.cfunc
    def _place(self, side: cython.Py_ssize_t, at_m: cython.double, length: cython.double) -> cython.void:
        """A place on a side; its ends are those very corners."""
        axis: cython.Py_ssize_t
        for axis in range(2):
            start: cython.double = self.border[side, axis]
            end: cython.double = self.border[side + 1, axis]
            if at_m == 0:
                self.run[self.runs, axis] = start
            elif at_m == length:
                self.run[self.runs, axis] = end
            else:
                self.run[self.runs, axis] = start + (end - start) / length * at_m
        self.runs += 1

    @cython.ccall
    def part(self, ring: cython.longlong, hole: cython.char[::1]) -> cython.void:
        """
        Draw both parts: what lies inside the other as ring `ring`, the rest as the next one.

        One follows the outline from where the border comes in to where it goes out and the border back, the
        other goes on from there and back along the border: that one lies to the left of the border when the
        outline runs to the left.
        """
        around: cython.double = self.count
        span: cython.double = _round(self.goes_out - self.comes_in, around)
        start: cython.Py_ssize_t = cython.cast(cython.Py_ssize_t, floor(self.comes_in))
        left: cython.bint = _turns_left(self.corners, self.first, self.first + self.count + 1)
        ground: cython.bint = _turns_left(self.border, self.ring_start, self.ring_end) != hole[self.run_ring]
        at: cython.Py_ssize_t
        corner: cython.Py_ssize_t
        past: cython.double
        while self.filled + self.count + 2 * self.runs > self.number.shape[0]:
            self._grow()
        turn: cython.bint
        for turn in (left == ground, left != ground):
            for at in range(1, self.count + 1):
                corner = (start + at) % self.count
                past = _round(corner - self.comes_in, around)
                # Corners on which the border comes in or goes out are told by the border.
                if past > 0 and past != span and (past > span) == turn:
                    self._draw(
                        self.corners[self.first + corner, 0], self.corners[self.first + corner, 1], ring
                    )
            for at in range(self.runs):
                corner = at if turn else self.runs - 1 - at
                self._draw(self.run[corner, 0], self.run[corner, 1], ring)
            ring += 1

    @cython.cfunc
    def _draw(self, x: cython.double, y: cython.double, ring: cython.longlong) -> cython.void:
        self.points[self.filled, 0], self.points[self.filled, 1] = x, y
        self.number[self.filled] = ring
        self.filled += 1

    @cython.cfunc
    def _grow(self) -> cython.void:
        points, number = self.drawn()
        self._room(2 * self.number.shape[0])
        self.points_array[: self.filled], self.number_array[: self.filled] = points, number


@cython.cfunc
def _put(values: cython.double[::1], count: cython.Py_ssize_t, value: cython.double) -> cython.Py_ssize_t:
    """Put a value in its order; how many there are now."""
    row: cython.Py_ssize_t = count
    while row and values[row - 1] > value:
        values[row] = values[row - 1]
        row -= 1
    values[row] = value
    return count + 1


@cython.cfunc
def _round(way: cython.double, around: cython.double) -> cython.double:
    """A way along a closed outline, without whole turns."""
    rest: cython.double = fmod(way, around)
    return rest + around if rest < 0 else rest


@cython.cfunc
def _turns_left(
    points: cython.double[:, ::1], first: cython.Py_ssize_t, end: cython.Py_ssize_t
) -> cython.bint:
    """Whether a closed ring has its inner on its left."""
    twice_m2: cython.double = 0.0
    at: cython.Py_ssize_t
    for at in range(first, end - 1):
        twice_m2 += (points[at, 0] - points[first, 0]) * (points[at + 1, 1] - points[first, 1])
        twice_m2 -= (points[at + 1, 0] - points[first, 0]) * (points[at, 1] - points[first, 1])
    return twice_m2 > 0
