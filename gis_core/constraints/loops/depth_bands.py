# cython: boundscheck=False, wraparound=False, cdivision=True
"""Cuts the ground in which a building may stand into trapezoids: band, net lot, what neighbours take."""

from typing import Any

import cython
import numpy as np
from cython.cimports.libc.math import fabs

from gis_core.constraints.loops.rows import firsts, most

#: Columns of strips along the depth and of edges of neighbours.
X0 = cython.declare(cython.int, 0)
X1 = cython.declare(cython.int, 1)
START0 = cython.declare(cython.int, 2)
START1 = cython.declare(cython.int, 3)
LINE0 = cython.declare(cython.int, 4)
LINE1 = cython.declare(cython.int, 5)
XA = cython.declare(cython.int, 0)
VA = cython.declare(cython.int, 1)
XB = cython.declare(cython.int, 2)
VB = cython.declare(cython.int, 3)
#: An edge that leans as much as the reach bounds nothing on one side; to this share it does.
EVEN = cython.declare(cython.double, 1e-9)
#: Edges that run across the depth take nothing, in metres.
ACROSS_M = cython.declare(cython.double, 1e-9)


def depth_bands(
    corners: cython.double[:, ::1],
    ring_of: cython.longlong[::1],
    lot_of: cython.longlong[::1],
    strips: cython.double[:, ::1],
    strip_of: cython.longlong[::1],
    edges: cython.double[:, ::1],
    edge_of: cython.longlong[::1],
    lots: cython.Py_ssize_t,
    extension_m: cython.double,
    reach: cython.double,
    same_m: cython.double,
):
    """
    The ground of each lot between where a building starts and the end of the extension, less what edges take.

    All in the depth frame: x across, v along the depth. A point (x, v) beyond the line is taken by an edge
    n(v) = foot + lean · v, as long as that lasts, when (v - line(x)) · reach > |x - n(v)|. Between two places
    across at which something begins, ends or crosses, all of these bounds are straight and in one order.

    Parameters
    ----------
    corners, ring_of, lot_of
        (p, 2) corners of rings of net lots, each closed; the ring of each and the lot of each ring,
        ascending.
    strips, strip_of
        (s, 6) x0, x1, and at both the start of the building and the line; the lot of each, ascending, and
        across within a lot.
    edges, edge_of
        (e, 4) both ends (x, v) of neighbours' edges; the lot of each, ascending.
    lots
        How many lots there are.
    extension_m, reach
        How far the band goes beyond the line; how far a point keeps from an edge for each metre beyond it.
    same_m
        What lies nearer than this is one place.

    Returns
    -------
    trapezoids (t, 6) of x0, x1, low at both, high at both; their lots (t,), ascending, and across within a
    lot; and (t, 2) numbers of what bounds them below and above, the same number on one straight line.
    """
    work: Bands = Bands(corners, strips, edges, extension_m, reach, same_m)
    ring_first: cython.longlong[::1] = firsts(ring_of, lot_of.shape[0])
    lot_first: cython.longlong[::1] = firsts(lot_of, lots)
    strip_first: cython.longlong[::1] = firsts(strip_of, lots)
    edge_first: cython.longlong[::1] = firsts(edge_of, lots)
    work.room_for(_most_corners(ring_first, lot_first), most(strip_first), most(edge_first))
    lot: cython.Py_ssize_t
    ring: cython.Py_ssize_t
    for lot in range(lots):
        if strip_first[lot] == strip_first[lot + 1]:
            continue
        work.take_up(lot, strip_first[lot], strip_first[lot + 1], edge_first[lot], edge_first[lot + 1])
        for ring in range(lot_first[lot], lot_first[lot + 1]):
            work.add_ring(ring_first[ring], ring_first[ring + 1])
        work.cut_up()
    return work.found()


def first_chords(
    corners: cython.double[:, ::1],
    ring_of: cython.longlong[::1],
    lot_of: cython.longlong[::1],
    lots: cython.Py_ssize_t,
    same_m: cython.double,
):
    """
    The first chord of each lot along the depth, from the building's side, between two neighbouring corners.

    Parameters are those of `depth_bands`; lines along the depth nearer than `same_m` are one.

    Returns
    -------
    chords (s, 6) of x0, x1, where they start at both and where they end at both; and their lots (s,),
    ascending, and across within a lot.
    """
    nothing = np.empty((0, 6))
    work: Bands = Bands(corners, nothing, nothing, 0.0, 0.0, same_m)
    ring_first: cython.longlong[::1] = firsts(ring_of, lot_of.shape[0])
    lot_first: cython.longlong[::1] = firsts(lot_of, lots)
    work.room_for(_most_corners(ring_first, lot_first), 0, 0)
    lot: cython.Py_ssize_t
    ring: cython.Py_ssize_t
    for lot in range(lots):
        work.take_up(lot, 0, 0, 0, 0)
        for ring in range(lot_first[lot], lot_first[lot + 1]):
            work.add_ring(ring_first[ring], ring_first[ring + 1])
        if work.lines:
            work.keep_chords()
    return work.found()[:2]


@cython.cfunc
def _most_corners(ring_first: cython.longlong[::1], lot_first: cython.longlong[::1]) -> cython.longlong:
    found: cython.longlong = 0
    lot: cython.Py_ssize_t
    for lot in range(lot_first.shape[0] - 1):
        found = max(found, ring_first[lot_first[lot + 1]] - ring_first[lot_first[lot]])
    return found


@cython.cclass
class Bands:
    """One lot after the other: its lines along the depth, its sides, and what bounds each slab between."""

    corners: cython.double[:, ::1]
    strips: cython.double[:, ::1]
    edges: cython.double[:, ::1]
    extension_m: cython.double
    reach: cython.double
    same_m: cython.double
    # The lot: its number, strips and neighbours' edges.
    lot: cython.Py_ssize_t
    first_strip: cython.Py_ssize_t
    end_strip: cython.Py_ssize_t
    first_edge: cython.Py_ssize_t
    end_edge: cython.Py_ssize_t
    # Lines along the depth, ascending; sides of the net lot by the lines where they begin and end.
    line: cython.double[::1]
    lines: cython.Py_ssize_t
    side: cython.double[:, ::1]
    begins: cython.longlong[::1]
    ends: cython.longlong[::1]
    sides: cython.Py_ssize_t
    # Of a slab: straight bounds by their values at both ends and in the middle of a piece, and their numbers.
    at0: cython.double[::1]
    at1: cython.double[::1]
    mid: cython.double[::1]
    label: cython.longlong[::1]
    bounds: cython.Py_ssize_t
    # Sides of the lot in it, from below; edges near it: the first bound of each, and what its sides say.
    across: cython.longlong[::1]
    acrosses: cython.Py_ssize_t
    near: cython.longlong[::1]
    says: cython.double[:, ::1]
    nears: cython.Py_ssize_t
    cut: cython.double[::1]
    cuts: cython.Py_ssize_t
    # Of a piece: intervals by their bounds.
    low: cython.longlong[::1]
    high: cython.longlong[::1]
    kept_low: cython.longlong[::1]
    kept_high: cython.longlong[::1]
    intervals: cython.Py_ssize_t
    # All trapezoids.
    shape: cython.double[:, ::1]
    owner: cython.longlong[::1]
    bound: cython.longlong[:, ::1]
    filled: cython.Py_ssize_t
    shape_array: Any
    owner_array: Any
    bound_array: Any

    def __init__(self, corners, strips, edges, extension_m, reach, same_m):
        self.corners, self.strips, self.edges = corners, strips, edges
        self.extension_m, self.reach, self.same_m = extension_m, reach, same_m
        self.filled = 0
        self._room(64)

    def room_for(self, corners: cython.Py_ssize_t, strips: cython.Py_ssize_t, edges: cython.Py_ssize_t):
        """Make room for the largest lot."""
        self.line = np.empty(corners + 2 * strips + 1)
        self.side = np.empty((corners + 1, 4))
        self.begins, self.ends = np.empty((2, corners + 1), dtype=np.int64)
        bounds: cython.Py_ssize_t = 2 + 4 * edges + corners
        self.at0, self.at1, self.mid = np.empty((3, bounds))
        self.label = np.empty(bounds, dtype=np.int64)
        self.across = np.empty(corners + 1, dtype=np.int64)
        self.near = np.empty(edges + 1, dtype=np.int64)
        self.says = np.empty((edges + 1, 6))
        self.cut = np.empty(16)
        intervals: cython.Py_ssize_t = corners + edges + 2
        self.low, self.high, self.kept_low, self.kept_high = np.empty((4, intervals), dtype=np.int64)

    def _room(self, rows: cython.Py_ssize_t):
        self.shape_array, self.owner_array = np.empty((rows, 6)), np.empty(rows, dtype=np.int64)
        self.bound_array = np.empty((rows, 2), dtype=np.int64)
        self.shape, self.owner, self.bound = self.shape_array, self.owner_array, self.bound_array

    def found(self):
        """All trapezoids, their lots, and what bounds them."""
        rows = slice(self.filled)
        return self.shape_array[rows], self.owner_array[rows], self.bound_array[rows]

    @cython.ccall
    def take_up(
        self,
        lot: cython.Py_ssize_t,
        first_strip: cython.Py_ssize_t,
        end_strip: cython.Py_ssize_t,
        first_edge: cython.Py_ssize_t,
        end_edge: cython.Py_ssize_t,
    ) -> cython.void:
        """Begin with a lot; the lines at which its strips begin and end."""
        self.lot, self.first_strip, self.end_strip = lot, first_strip, end_strip
        self.first_edge, self.end_edge = first_edge, end_edge
        self.lines = self.sides = 0
        strip: cython.Py_ssize_t
        for strip in range(first_strip, end_strip):
            self._add_line(self.strips[strip, X0])
            self._add_line(self.strips[strip, X1])

    @cython.cfunc
    def _add_line(self, x: cython.double) -> cython.void:
        row: cython.Py_ssize_t = self.lines
        while row and self.line[row - 1] > x:
            self.line[row] = self.line[row - 1]
            row -= 1
        self.line[row] = x
        self.lines += 1

    @cython.ccall
    def add_ring(self, first: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Take a ring of the net lot in: lines through its corners, and its sides."""
        at: cython.Py_ssize_t
        for at in range(first, end - 1):
            self._add_line(self.corners[at, 0])
            back: cython.bint = self.corners[at, 0] > self.corners[at + 1, 0]
            start: cython.Py_ssize_t = at + 1 if back else at
            last: cython.Py_ssize_t = at if back else at + 1
            axis: cython.Py_ssize_t
            for axis in range(2):
                self.side[self.sides, axis] = self.corners[start, axis]
                self.side[self.sides, 2 + axis] = self.corners[last, axis]
            self.sides += 1

    @cython.ccall
    def cut_up(self) -> cython.void:
        """Cut the lot into slabs between its lines, and each slab into trapezoids."""
        self._join_lines()
        strip: cython.Py_ssize_t = self.first_strip
        slab: cython.Py_ssize_t
        for slab in range(self.lines - 1):
            middle: cython.double = (self.line[slab] + self.line[slab + 1]) / 2
            while strip < self.end_strip and self.strips[strip, X1] <= middle:
                strip += 1
            if strip == self.end_strip:
                return
            if self.strips[strip, X0] < middle:
                self._cut_slab(slab, strip)

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

    @cython.ccall
    def keep_chords(self) -> cython.void:
        """Keep the first chord of each slab between two lines of the lot."""
        self._join_lines()
        slab: cython.Py_ssize_t
        for slab in range(self.lines - 1):
            self.bounds = 2
            if self._sides_in(slab):
                self._put(self.line[slab], self.line[slab + 1], 0.0, 1.0, self.across[0], self.across[1])

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
    def _cut_slab(self, slab: cython.Py_ssize_t, strip: cython.Py_ssize_t) -> cython.void:
        """Cut a slab where two of its bounds cross, and keep what may be built on in each piece."""
        x0: cython.double = self.line[slab]
        x1: cython.double = self.line[slab + 1]
        if not self._bounds_of(slab, strip, x0, x1):
            return
        self._find_cuts(x1 - x0)
        at: cython.Py_ssize_t
        for at in range(self.cuts - 1):
            self._keep(x0, x1, self.cut[at], self.cut[at + 1])

    @cython.cfunc
    def _bounds_of(
        self, slab: cython.Py_ssize_t, strip: cython.Py_ssize_t, x0: cython.double, x1: cython.double
    ) -> cython.bint:
        """What bounds the ground in a slab; False where there is none of the lot."""
        self.bounds = 2
        if not self._sides_in(slab):
            return False
        wide: cython.double = self.strips[strip, X1] - self.strips[strip, X0]
        share0: cython.double = (x0 - self.strips[strip, X0]) / wide
        share1: cython.double = (x1 - self.strips[strip, X0]) / wide
        self.at0[0] = _along(self.strips[strip, START0], self.strips[strip, START1], share0)
        self.at1[0] = _along(self.strips[strip, START0], self.strips[strip, START1], share1)
        line0: cython.double = _along(self.strips[strip, LINE0], self.strips[strip, LINE1], share0)
        line1: cython.double = _along(self.strips[strip, LINE0], self.strips[strip, LINE1], share1)
        self.at0[1], self.at1[1] = line0 + self.extension_m, line1 + self.extension_m
        self.label[0] = self.sides + 2 * (strip - self.first_strip)
        self.label[1] = self.label[0] + 1
        self.nears = 0
        edge: cython.Py_ssize_t
        if self.extension_m > 0 and self.reach > 0:
            for edge in range(self.first_edge, self.end_edge):
                self._face(edge, strip, x0, x1, line0, line1)
        return True

    @cython.cfunc
    def _sides_in(self, slab: cython.Py_ssize_t) -> cython.bint:
        """The sides of the lot that run through a slab, from below, as bounds; False where there are none."""
        side: cython.Py_ssize_t
        self.acrosses = 0
        for side in range(self.sides):
            if not self.begins[side] <= slab < self.ends[side]:
                continue
            self._bound(self._level(side, slab), self._level(side, slab + 1), side)
            row: cython.Py_ssize_t = self.acrosses
            new: cython.Py_ssize_t = self.bounds - 1
            while row and self._middle(self.across[row - 1]) > self._middle(new):
                self.across[row] = self.across[row - 1]
                row -= 1
            self.across[row] = new
            self.acrosses += 1
        return self.acrosses > 1

    @cython.cfunc
    def _bound(self, at0: cython.double, at1: cython.double, label: cython.longlong) -> cython.void:
        self.at0[self.bounds], self.at1[self.bounds], self.label[self.bounds] = at0, at1, label
        self.bounds += 1

    @cython.cfunc
    def _middle(self, bound: cython.Py_ssize_t) -> cython.double:
        return self.at0[bound] + self.at1[bound]

    @cython.cfunc
    def _level(self, side: cython.Py_ssize_t, line: cython.Py_ssize_t) -> cython.double:
        """Where a side of the lot meets a line; at its own ends that is the corner itself."""
        if line == self.begins[side]:
            return self.side[side, 1]
        if line == self.ends[side]:
            return self.side[side, 3]
        run: cython.double = self.line[self.ends[side]] - self.line[self.begins[side]]
        share: cython.double = (self.line[line] - self.line[self.begins[side]]) / run
        return _along(self.side[side, 1], self.side[side, 3], share)

    @cython.cfunc
    def _face(
        self,
        edge: cython.Py_ssize_t,
        strip: cython.Py_ssize_t,
        x0: cython.double,
        x1: cython.double,
        line0: cython.double,
        line1: cython.double,
    ) -> cython.void:
        """
        The bounds of what an edge takes in a slab: its own ends, and where the retreat right and left begins.

        A side of the retreat is a lower bound of what is taken (+1), an upper one (-1), or, along an edge
        that leans as the retreat does, holds on one side of a place across (0).
        """
        rise: cython.double = self.edges[edge, VB] - self.edges[edge, VA]
        if fabs(rise) <= ACROSS_M:
            return
        low: cython.double = min(self.edges[edge, VA], self.edges[edge, VB])
        high: cython.double = max(self.edges[edge, VA], self.edges[edge, VB])
        aside_m: cython.double = self.extension_m * max(1.0, self.reach)
        if low >= max(line0, line1) + self.extension_m or high <= min(line0, line1):
            return
        if min(self.edges[edge, XA], self.edges[edge, XB]) >= x1 + aside_m:
            return
        if max(self.edges[edge, XA], self.edges[edge, XB]) <= x0 - aside_m:
            return
        lean: cython.double = (self.edges[edge, XB] - self.edges[edge, XA]) / rise
        foot: cython.double = self.edges[edge, XA] - lean * self.edges[edge, VA]
        number: cython.longlong = (strip - self.first_strip) * (self.end_edge - self.first_edge)
        number = self.sides + 2 * (self.end_strip - self.first_strip) + 4 * (number + edge - self.first_edge)
        self.near[self.nears] = self.bounds
        self._bound(low, low, number)
        self._bound(high, high, number + 1)
        side: cython.Py_ssize_t
        for side in range(2):
            sign: cython.double = 1.0 - 2.0 * side
            steep: cython.double = self.reach + sign * lean
            need0: cython.double = self.reach * line0 + sign * (x0 - foot)
            need1: cython.double = self.reach * line1 + sign * (x1 - foot)
            even: cython.bint = fabs(steep) <= EVEN * self.reach
            self.says[self.nears, 3 * side] = 0.0 if even else (1.0 if steep > 0 else -1.0)
            self.says[self.nears, 3 * side + 1], self.says[self.nears, 3 * side + 2] = need0, need1
            self._bound(low if even else need0 / steep, low if even else need1 / steep, number + 2 + side)
        self.nears += 1

    @cython.cfunc
    def _find_cuts(self, wide_m: cython.double) -> cython.void:
        """Places, as shares of the slab, at which two bounds cross; sides of one lot do not."""
        one: cython.Py_ssize_t
        other: cython.Py_ssize_t
        side: cython.Py_ssize_t
        self.cuts = 0
        self._cut_at(0.0)
        for one in range(self.bounds):
            if 2 <= one < 2 + self.acrosses:
                continue
            for other in range(self.bounds):
                if other < one and not 2 <= other < 2 + self.acrosses:
                    continue
                self._crossing(self.at0[one] - self.at0[other], self.at1[one] - self.at1[other])
        for one in range(self.nears):
            for side in range(2):
                if self.says[one, 3 * side] == 0:
                    self._crossing(self.says[one, 3 * side + 1], self.says[one, 3 * side + 2])
        self._cut_at(1.0)
        kept: cython.Py_ssize_t = 1
        for one in range(1, self.cuts - 1):
            if (self.cut[one] - self.cut[kept - 1]) * wide_m > self.same_m and (
                1.0 - self.cut[one]
            ) * wide_m > self.same_m:
                self.cut[kept] = self.cut[one]
                kept += 1
        self.cut[kept] = 1.0
        self.cuts = kept + 1

    @cython.cfunc
    def _crossing(self, gap0: cython.double, gap1: cython.double) -> cython.void:
        """A crossing inside the slab; what all but meets at its very ends does not cross."""
        if gap0 * gap1 < 0 and fabs(gap0) > self.same_m and fabs(gap1) > self.same_m:
            self._cut_at(gap0 / (gap0 - gap1))

    @cython.cfunc
    def _cut_at(self, share: cython.double) -> cython.void:
        if self.cuts == self.cut.shape[0]:
            self.cut = np.concatenate([self.cut, self.cut])
        row: cython.Py_ssize_t = self.cuts
        while row and self.cut[row - 1] > share:
            self.cut[row] = self.cut[row - 1]
            row -= 1
        self.cut[row] = share
        self.cuts += 1

    @cython.cfunc
    def _keep(
        self, x0: cython.double, x1: cython.double, start: cython.double, end: cython.double
    ) -> cython.void:
        """Keep the ground of one piece of a slab: between sides of the lot, in the band, and not taken."""
        middle: cython.double = (start + end) / 2
        at: cython.Py_ssize_t
        for at in range(self.bounds):
            self.mid[at] = _along(self.at0[at], self.at1[at], middle)
        self.intervals = 0
        for at in range(0, self.acrosses - 1, 2):
            low: cython.longlong = self._larger(self.across[at], 0)
            high: cython.longlong = self._smaller(self.across[at + 1], 1)
            if self.mid[low] < self.mid[high]:
                self.low[self.intervals], self.high[self.intervals] = low, high
                self.intervals += 1
        for at in range(self.nears):
            if self.intervals:
                self._take(at, middle)
        left: cython.double = x0 if start == 0 else _along(x0, x1, start)
        right: cython.double = x1 if end == 1 else _along(x0, x1, end)
        for at in range(self.intervals):
            if self.mid[self.high[at]] - self.mid[self.low[at]] > self.same_m:
                self._put(left, right, start, end, self.low[at], self.high[at])

    @cython.cfunc
    def _take(self, near: cython.Py_ssize_t, middle: cython.double) -> cython.void:
        """What one edge takes from the intervals of a piece."""
        first: cython.longlong = self.near[near]
        low: cython.longlong = first
        high: cython.longlong = first + 1
        side: cython.Py_ssize_t
        for side in range(2):
            if self.says[near, 3 * side] > 0:
                low = self._larger(low, first + 2 + side)
            elif self.says[near, 3 * side] < 0:
                high = self._smaller(high, first + 2 + side)
            elif _along(self.says[near, 3 * side + 1], self.says[near, 3 * side + 2], middle) > 0:
                return
        if self.mid[low] >= self.mid[high]:
            return
        kept: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        for at in range(self.intervals):
            under: cython.bint = self.mid[low] > self.mid[self.low[at]]
            over: cython.bint = self.mid[high] < self.mid[self.high[at]]
            if self.mid[high] <= self.mid[self.low[at]] or self.mid[low] >= self.mid[self.high[at]]:
                self.kept_low[kept], self.kept_high[kept] = self.low[at], self.high[at]
                kept += 1
                continue
            if under:
                self.kept_low[kept], self.kept_high[kept] = self.low[at], low
                kept += 1
            if over:
                self.kept_low[kept], self.kept_high[kept] = high, self.high[at]
                kept += 1
        for at in range(kept):
            self.low[at], self.high[at] = self.kept_low[at], self.kept_high[at]
        self.intervals = kept

    @cython.cfunc
    def _larger(self, one: cython.longlong, other: cython.longlong) -> cython.longlong:
        return one if self.mid[one] >= self.mid[other] else other

    @cython.cfunc
    def _smaller(self, one: cython.longlong, other: cython.longlong) -> cython.longlong:
        return one if self.mid[one] <= self.mid[other] else other

    @cython.cfunc
    def _put(
        self,
        left: cython.double,
        right: cython.double,
        start: cython.double,
        end: cython.double,
        low: cython.Py_ssize_t,
        high: cython.Py_ssize_t,
    ) -> cython.void:
        """Put down a trapezoid; of bounds that all but meet at its ends the lower one does not lie above."""
        if self.filled == self.owner.shape[0]:
            self._grow()
        row: cython.Py_ssize_t = self.filled
        low0: cython.double = _along(self.at0[low], self.at1[low], start)
        low1: cython.double = _along(self.at0[low], self.at1[low], end)
        self.shape[row, 0], self.shape[row, 1] = left, right
        self.shape[row, 2], self.shape[row, 3] = low0, low1
        self.shape[row, 4] = max(low0, _along(self.at0[high], self.at1[high], start))
        self.shape[row, 5] = max(low1, _along(self.at0[high], self.at1[high], end))
        self.owner[row] = self.lot
        self.bound[row, 0], self.bound[row, 1] = self.label[low], self.label[high]
        self.filled += 1

    @cython.cfunc
    def _grow(self) -> cython.void:
        shape, owner, bound = self.found()
        self._room(2 * self.filled)
        self.shape_array[: self.filled], self.owner_array[: self.filled] = shape, owner
        self.bound_array[: self.filled] = bound


@cython.cfunc
def _along(start: cython.double, end: cython.double, share: cython.double) -> cython.double:
    """The place at a share of the way; at the ends the ends themselves."""
    if share == 1.0:
        return end
    return start + (end - start) * share
