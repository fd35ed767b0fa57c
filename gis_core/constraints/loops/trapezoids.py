# cython: boundscheck=False, wraparound=False, cdivision=True
"""Unites trapezoids that stand side by side to the outlines of what they cover."""

from typing import Any

import cython
import numpy as np
from cython.cimports.libc.math import atan2, fabs, sqrt


def outlines(
    shape: cython.double[:, ::1],
    owner: cython.longlong[::1],
    bound: cython.longlong[:, ::1],
    same_m: cython.double,
    dust_m2: cython.double,
):
    """
    Outlines of the ground that the trapezoids of each owner cover.

    Parameters
    ----------
    shape
        (t, 6) of x0, x1, low at both, high at both; those with one x0 share their x1, from below.
    owner
        (t,) ascending, and across within an owner.
    bound
        (t, 2) numbers of what bounds them below and above: one number is one straight line.
    same_m
        Corners nearer than this to one another are one, and nearer than this to a straight way none.
    dust_m2
        Outlines of no more ground than this are left out.

    Returns
    -------
    points (q, 2) of open rings, the number (q,) of each point's ring, and of the rings (r,) their owner and
    their area, negative where they run round a hole.
    """
    work = Outlines(shape, owner, bound, same_m, dust_m2)
    first: cython.Py_ssize_t = 0
    row: cython.Py_ssize_t
    for row in range(1, owner.shape[0] + 1):
        if row == owner.shape[0] or owner[row] != owner[first]:
            work.draw(first, row)
            first = row
    return work.found()


@cython.cclass
class Outlines:
    """One owner after the other: places where bounds meet, the ways between them, and all rings so far."""

    shape: cython.double[:, ::1]
    owner: cython.longlong[::1]
    bound: cython.longlong[:, ::1]
    same_m: cython.double
    dust_m2: cython.double
    # Places where bounds meet, and which of them are the corners of each trapezoid.
    x: cython.double[::1]
    v: cython.double[::1]
    places: cython.Py_ssize_t
    corner: cython.longlong[:, ::1]
    level: cython.double[::1]
    # Ways between places with the covered ground on their left; each names another one that leaves its place.
    start: cython.longlong[::1]
    end: cython.longlong[::1]
    label: cython.longlong[::1]
    leaving: cython.longlong[::1]
    following: cython.longlong[::1]
    gone: cython.char[::1]
    ways: cython.Py_ssize_t
    # Of the ring that is followed: its ways, and which of them left each place, or -1.
    passed: cython.longlong[::1]
    ring: cython.longlong[::1]
    # All rings.
    points: cython.double[:, ::1]
    number: cython.longlong[::1]
    filled: cython.Py_ssize_t
    points_array: Any
    number_array: Any
    owners: Any
    areas_m2: Any

    def __init__(self, shape, owner, bound, same_m, dust_m2):
        self.shape, self.owner, self.bound = shape, owner, bound
        self.same_m, self.dust_m2 = same_m, dust_m2
        rows: cython.Py_ssize_t = owner.shape[0]
        self.corner = np.empty((rows + 1, 4), dtype=np.int64)
        self.points_array = np.empty((10 * rows + 1, 2))
        self.number_array = np.empty(10 * rows + 1, dtype=np.int64)
        self.points, self.number = self.points_array, self.number_array
        self.filled = 0
        self.owners, self.areas_m2 = [], []
        self._room(16)

    def _room(self, rows: cython.Py_ssize_t):
        self.x, self.v, self.level = np.empty((3, 4 * rows))
        self.leaving, self.passed = np.empty((2, 4 * rows), dtype=np.int64)
        self.start, self.end, self.label, self.following, self.ring = np.empty((5, 10 * rows), dtype=np.int64)
        self.gone = np.empty(10 * rows, dtype=np.int8)

    def found(self):
        """Points of all rings, the ring of each, and of the rings the owner and the area."""
        rows = slice(self.filled)
        owners, areas_m2 = np.array(self.owners, dtype=np.int64), np.array(self.areas_m2, dtype=float)
        return self.points_array[rows], self.number_array[rows], owners, areas_m2

    @cython.ccall
    def draw(self, first: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Draw the outlines of the trapezoids from `first` to `end`."""
        if 4 * (end - first) > self.x.shape[0]:
            self._room(2 * (end - first))
        self.places = self.ways = 0
        begin: cython.Py_ssize_t = first
        last: cython.Py_ssize_t = first
        row: cython.Py_ssize_t
        # Between the trapezoids from `last` to `begin` and those from `begin` to `row` runs one line.
        for row in range(first + 1, end + 1):
            if row < end and self.shape[row, 0] == self.shape[begin, 0]:
                continue
            if last < begin and self.shape[last, 1] != self.shape[begin, 0]:
                self._line(last, begin, begin)
                last = begin
            self._line(last, begin, row)
            last, begin = begin, row
        self._line(last, end, end)
        for row in range(first, end):
            self._bounds(row, row > first and self.shape[row, 0] == self.shape[row - 1, 0])
        self._order_ways()
        way: cython.Py_ssize_t
        for way in range(self.ways):
            if not self.gone[way]:
                self._trace(way, self.owner[first])

    @cython.cfunc
    def _line(
        self, left: cython.Py_ssize_t, middle: cython.Py_ssize_t, right: cython.Py_ssize_t
    ) -> cython.void:
        """
        The places on one line, and the ways along it.

        The trapezoids from `left` to `middle` end there, those from `middle` to `right` begin.
        """
        first: cython.Py_ssize_t = self.places
        x: cython.double = self.shape[left, 1] if left < middle else self.shape[middle, 0]
        levels: cython.Py_ssize_t = 0
        row: cython.Py_ssize_t
        for row in range(left, right):
            ends: cython.Py_ssize_t = 1 if row < middle else 0
            levels = self._add_level(levels, self.shape[row, 2 + ends])
            levels = self._add_level(levels, self.shape[row, 4 + ends])
        at: cython.Py_ssize_t
        for at in range(levels):
            if at == 0 or self.level[at] - self.level[at - 1] > self.same_m:
                self.x[self.places], self.v[self.places] = x, self.level[at]
                self.places += 1
        for row in range(left, right):
            ends = 1 if row < middle else 0
            self.corner[row, ends] = self._place_at(first, self.shape[row, 2 + ends])
            self.corner[row, 2 + ends] = self._place_at(first, self.shape[row, 4 + ends])
        for at in range(first, self.places - 1):
            ended: cython.bint = self._covers(at, left, middle, 1)
            begun: cython.bint = self._covers(at, middle, right, 0)
            if ended and not begun:
                self._way(at, at + 1, -1 - first)
            elif begun and not ended:
                self._way(at + 1, at, -1 - first)

    @cython.cfunc
    def _add_level(self, levels: cython.Py_ssize_t, value: cython.double) -> cython.Py_ssize_t:
        row: cython.Py_ssize_t = levels
        while row and self.level[row - 1] > value:
            self.level[row] = self.level[row - 1]
            row -= 1
        self.level[row] = value
        return levels + 1

    @cython.cfunc
    def _place_at(self, first: cython.Py_ssize_t, value: cython.double) -> cython.Py_ssize_t:
        """The place on the present line at a level: the last one that does not lie above."""
        place: cython.Py_ssize_t = self.places - 1
        while place > first and self.v[place] > value:
            place -= 1
        return place

    @cython.cfunc
    def _covers(
        self,
        place: cython.Py_ssize_t,
        first: cython.Py_ssize_t,
        end: cython.Py_ssize_t,
        ends: cython.Py_ssize_t,
    ) -> cython.bint:
        """Whether some trapezoid stands on the line between a place and the next one."""
        row: cython.Py_ssize_t
        covers: cython.bint = False
        for row in range(first, end):
            covers = covers or self.corner[row, ends] <= place < self.corner[row, 2 + ends]
        return covers

    @cython.cfunc
    def _bounds(self, row: cython.Py_ssize_t, stacked: cython.bint) -> cython.void:
        """The ways below and above a trapezoid; between two that touch all along there is none."""
        under: cython.bint = (
            stacked
            and self.corner[row, 0] == self.corner[row - 1, 2]
            and self.corner[row, 1] == self.corner[row - 1, 3]
        )
        if under:
            self.ways -= 1
        else:
            self._way(self.corner[row, 0], self.corner[row, 1], self.bound[row, 0])
        self._way(self.corner[row, 3], self.corner[row, 2], self.bound[row, 1])

    @cython.cfunc
    def _way(self, start: cython.longlong, end: cython.longlong, label: cython.longlong) -> cython.void:
        self.start[self.ways], self.end[self.ways], self.label[self.ways] = start, end, label
        self.gone[self.ways] = False
        self.ways += 1

    @cython.cfunc
    def _order_ways(self) -> cython.void:
        """Those that leave each place."""
        at: cython.Py_ssize_t
        for at in range(self.places):
            self.leaving[at] = self.passed[at] = -1
        for at in range(self.ways - 1, -1, -1):
            self.following[at] = self.leaving[self.start[at]]
            self.leaving[self.start[at]] = at

    @cython.cfunc
    def _trace(self, way: cython.Py_ssize_t, owner: cython.longlong) -> cython.void:
        """Follow ways until none goes on; what comes back to a place is a ring, and is drawn."""
        count: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        while way >= 0:
            self.gone[way] = True
            self.passed[self.start[way]] = count
            self.ring[count] = way
            count += 1
            begin: cython.Py_ssize_t = self.passed[self.end[way]]
            if begin >= 0:
                self._put_down(begin, count, owner)
                for at in range(begin, count):
                    self.passed[self.start[self.ring[at]]] = -1
                count = begin
            way = self._next(way) if count else -1

    @cython.cfunc
    def _next(self, way: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The way that turns most to the left: parts that meet in one place stay apart."""
        best: cython.Py_ssize_t = -1
        best_turn: cython.double = -10.0
        along_x: cython.double = self.x[self.end[way]] - self.x[self.start[way]]
        along_v: cython.double = self.v[self.end[way]] - self.v[self.start[way]]
        other: cython.Py_ssize_t = self.leaving[self.end[way]]
        while other >= 0:
            if not self.gone[other]:
                x: cython.double = self.x[self.end[other]] - self.x[self.start[other]]
                v: cython.double = self.v[self.end[other]] - self.v[self.start[other]]
                turn: cython.double = atan2(along_x * v - along_v * x, along_x * x + along_v * v)
                if self.end[other] == self.start[way]:
                    turn = -9.0
                if turn > best_turn:
                    best, best_turn = other, turn
            other = self.following[other]
        return best

    @cython.cfunc
    def _put_down(
        self, first: cython.Py_ssize_t, end: cython.Py_ssize_t, owner: cython.longlong
    ) -> cython.void:
        """Put down a ring without places where it goes straight on; one without ground is none."""
        begin: cython.Py_ssize_t = self.filled
        number: cython.longlong = len(self.owners)
        at: cython.Py_ssize_t
        for at in range(first, end):
            before: cython.Py_ssize_t = self.ring[at - 1 if at > first else end - 1]
            if self.label[before] == self.label[self.ring[at]]:
                continue
            place: cython.Py_ssize_t = self.start[self.ring[at]]
            self.points[self.filled, 0], self.points[self.filled, 1] = self.x[place], self.v[place]
            self.filled += 1
            while self._straight(begin, self.filled - 3, self.filled - 2, self.filled - 1):
                self._move(self.filled - 1, self.filled - 2)
        while self._straight(begin, self.filled - 2, self.filled - 1, begin):
            self.filled -= 1
        while self._straight(begin, self.filled - 1, begin, begin + 1):
            self._move(self.filled - 1, begin)
        twice_m2: cython.double = 0.0
        x: cython.double = self.points[begin, 0]
        v: cython.double = self.points[begin, 1]
        for at in range(begin + 1, self.filled - 1):
            twice_m2 += (self.points[at, 0] - x) * (self.points[at + 1, 1] - v)
            twice_m2 -= (self.points[at + 1, 0] - x) * (self.points[at, 1] - v)
        if self.filled - begin < 3 or 0 <= twice_m2 <= 2 * self.dust_m2:
            self.filled = begin
            return
        for at in range(begin, self.filled):
            self.number[at] = number
        self.owners.append(owner)
        self.areas_m2.append(twice_m2 / 2)

    @cython.cfunc
    def _move(self, last: cython.Py_ssize_t, to: cython.Py_ssize_t) -> cython.void:
        """Put the last corner in the place of another one."""
        self.points[to, 0], self.points[to, 1] = self.points[last, 0], self.points[last, 1]
        self.filled = last

    @cython.cfunc
    def _straight(
        self,
        begin: cython.Py_ssize_t,
        before: cython.Py_ssize_t,
        at: cython.Py_ssize_t,
        after: cython.Py_ssize_t,
    ) -> cython.bint:
        """Whether a corner of a ring of three or more stands on the straight way between those beside it."""
        if self.filled - begin < 3:
            return False
        run_x: cython.double = self.points[after, 0] - self.points[before, 0]
        run_v: cython.double = self.points[after, 1] - self.points[before, 1]
        step_x: cython.double = self.points[at, 0] - self.points[before, 0]
        step_v: cython.double = self.points[at, 1] - self.points[before, 1]
        aside: cython.double = fabs(run_x * step_v - run_v * step_x)
        return aside <= self.same_m * sqrt(run_x * run_x + run_v * run_v)
