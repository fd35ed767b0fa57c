# cython: boundscheck=False, wraparound=False, cdivision=True
"""Cuts lots into slabs along their depth: between two neighbouring lines all their sides run straight."""

from typing import Any

import cython
import numpy as np

from gis_core.constraints.loops.rows import firsts, most


def slabs(
    corners: cython.double[:, ::1],
    ring_of: cython.longlong[::1],
    lot_of: cython.longlong[::1],
    lines: cython.double[::1],
    line_of: cython.longlong[::1],
    lots: cython.Py_ssize_t,
    same_m: cython.double,
):
    """
    The slabs of lots (x across, v along the depth) between lines through all corners, and the sides in them.

    Parameters
    ----------
    corners, ring_of, lot_of
        (p, 2) corners of rings of lots, each closed; the ring of each and the lot of each ring, ascending.
    lines, line_of
        (l,) more places across at which a lot is cut; the lot of each, ascending.
    lots
        How many lots there are.
    same_m
        Lines nearer to each other than this are one.

    Returns
    -------
    x (s, 2) where each slab begins and ends, and its lot (s,), both ascending; where the rows of each slab
    begin (s + 1,); and of the rows, from below: v (r, 2) of a side at both ends, and its number (r,) in its
    lot. Slabs without ground are left out.
    """
    work: Slabs = Slabs(corners, same_m)
    ring_first: cython.longlong[::1] = firsts(ring_of, lot_of.shape[0])
    lot_first: cython.longlong[::1] = firsts(lot_of, lots)
    line_first: cython.longlong[::1] = firsts(line_of, lots)
    lot: cython.Py_ssize_t
    ring: cython.Py_ssize_t
    line: cython.Py_ssize_t
    corner: cython.longlong = 0
    for lot in range(lots):
        corner = max(corner, ring_first[lot_first[lot + 1]] - ring_first[lot_first[lot]])
    work.room_for(corner, most(line_first))
    for lot in range(lots):
        work.take_up(lot)
        for line in range(line_first[lot], line_first[lot + 1]):
            work.add_line(lines[line])
        for ring in range(lot_first[lot], lot_first[lot + 1]):
            work.add_ring(ring_first[ring], ring_first[ring + 1])
        if work.sides:
            work.cut_up()
    return work.found()


@cython.cclass
class Slabs:
    """One lot after the other: its lines along the depth and its sides; and all slabs so far."""

    corners: cython.double[:, ::1]
    same_m: cython.double
    # The lot: lines, ascending; sides by their ends, and by the lines where they begin and end.
    lot: cython.Py_ssize_t
    line: cython.double[::1]
    lines: cython.Py_ssize_t
    side: cython.double[:, ::1]
    begins: cython.longlong[::1]
    ends: cython.longlong[::1]
    sides: cython.Py_ssize_t
    # All slabs, and all rows.
    x: cython.double[:, ::1]
    owner: cython.longlong[::1]
    first: cython.longlong[::1]
    filled: cython.Py_ssize_t
    v: cython.double[:, ::1]
    number: cython.longlong[::1]
    rows: cython.Py_ssize_t
    held: Any

    def __init__(self, corners, same_m):
        self.corners, self.same_m = corners, same_m
        self.filled = self.rows = 0
        self._room(64, 256)

    def room_for(self, corners: cython.Py_ssize_t, lines: cython.Py_ssize_t):
        """Make room for the largest lot."""
        self.line = np.empty(corners + lines + 1)
        self.side = np.empty((corners + 1, 4))
        self.begins, self.ends = np.empty((2, corners + 1), dtype=np.int64)

    def _room(self, slabs: cython.Py_ssize_t, rows: cython.Py_ssize_t):
        numbers = (np.empty(slabs, dtype=np.int64), np.zeros(slabs + 1, dtype=np.int64))
        self.held = (np.empty((slabs, 2)), *numbers, np.empty((rows, 2)), np.empty(rows, dtype=np.int64))
        self.x, self.owner, self.first, self.v, self.number = self.held

    def found(self):
        """All slabs and rows."""
        x, owner, first, v, number = self.held
        slabs, rows = slice(self.filled), slice(self.rows)
        return x[slabs], owner[slabs], first[: self.filled + 1], v[rows], number[rows]

    @cython.ccall
    def take_up(self, lot: cython.Py_ssize_t) -> cython.void:
        """Begin with a lot."""
        self.lot = lot
        self.lines = self.sides = 0

    @cython.ccall
    def add_line(self, x: cython.double) -> cython.void:
        """Cut the lot there, too."""
        row: cython.Py_ssize_t = self.lines
        while row and self.line[row - 1] > x:
            self.line[row] = self.line[row - 1]
            row -= 1
        self.line[row] = x
        self.lines += 1

    @cython.ccall
    def add_ring(self, first: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Take a ring of the lot in: lines through its corners, and its sides."""
        at: cython.Py_ssize_t
        axis: cython.Py_ssize_t
        for at in range(first, end - 1):
            self.add_line(self.corners[at, 0])
            back: cython.bint = self.corners[at, 0] > self.corners[at + 1, 0]
            start: cython.Py_ssize_t = at + 1 if back else at
            last: cython.Py_ssize_t = at if back else at + 1
            for axis in range(2):
                self.side[self.sides, axis] = self.corners[start, axis]
                self.side[self.sides, 2 + axis] = self.corners[last, axis]
            self.sides += 1

    @cython.ccall
    def cut_up(self) -> cython.void:
        """Cut the lot into slabs between its lines."""
        self._join_lines()
        slab: cython.Py_ssize_t
        for slab in range(self.lines - 1):
            if self.filled + 1 == self.owner.shape[0] or self.rows + self.sides > self.number.shape[0]:
                self._grow()
            if self._sides_in(slab) > 1:
                self.x[self.filled, 0], self.x[self.filled, 1] = self.line[slab], self.line[slab + 1]
                self.owner[self.filled] = self.lot
                self.filled += 1
                self.first[self.filled] = self.rows
            else:
                self.rows = self.first[self.filled]

    @cython.cfunc
    def _join_lines(self) -> cython.void:
        """Lines that all but fall together are one; the lines at which sides begin and end."""
        kept: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        last: cython.double = self.line[0]
        for at in range(1, self.lines):
            apart: cython.bint = self.line[at] - last > self.same_m
            last = self.line[at]
            if apart:
                kept += 1
                self.line[kept] = last
        self.lines = kept + 1
        for at in range(self.sides):
            self.begins[at], self.ends[at] = self._line_at(self.side[at, 0]), self._line_at(self.side[at, 2])

    @cython.cfunc
    def _line_at(self, x: cython.double) -> cython.Py_ssize_t:
        """The line on which a corner stands: the last one that does not lie beyond it."""
        low: cython.Py_ssize_t = 0
        high: cython.Py_ssize_t = self.lines
        while high - low > 1:
            middle: cython.Py_ssize_t = (low + high) // 2
            if self.line[middle] <= x:
                low = middle
            else:
                high = middle
        return low

    @cython.cfunc
    def _sides_in(self, slab: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Put down the sides that run through a slab, from below; how many there are."""
        first: cython.Py_ssize_t = self.rows
        side: cython.Py_ssize_t
        for side in range(self.sides):
            if not self.begins[side] <= slab < self.ends[side]:
                continue
            at0: cython.double = self._level(side, slab)
            at1: cython.double = self._level(side, slab + 1)
            row: cython.Py_ssize_t = self.rows
            while row > first and self.v[row - 1, 0] + self.v[row - 1, 1] > at0 + at1:
                self.v[row, 0], self.v[row, 1] = self.v[row - 1, 0], self.v[row - 1, 1]
                self.number[row] = self.number[row - 1]
                row -= 1
            self.v[row, 0], self.v[row, 1], self.number[row] = at0, at1, side
            self.rows += 1
        return self.rows - first

    @cython.cfunc
    def _level(self, side: cython.Py_ssize_t, line: cython.Py_ssize_t) -> cython.double:
        """Where a side of the lot meets a line; at its own ends that is the corner itself."""
        if line == self.begins[side]:
            return self.side[side, 1]
        if line == self.ends[side]:
            return self.side[side, 3]
        run: cython.double = self.line[self.ends[side]] - self.line[self.begins[side]]
        share: cython.double = (self.line[line] - self.line[self.begins[side]]) / run
        return self.side[side, 1] + (self.side[side, 3] - self.side[side, 1]) * share

    @cython.cfunc
    def _grow(self) -> cython.void:
        held = self.found()
        self._room(2 * self.owner.shape[0], 2 * (self.number.shape[0] + self.sides))
        for old, new in zip(held, self.held, strict=True):
            new[: len(old)] = old
