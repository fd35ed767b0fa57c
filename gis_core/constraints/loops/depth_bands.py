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
    slabs: cython.double[:, ::1],
    slab_of: cython.longlong[::1],
    row_first: cython.longlong[::1],
    rows: cython.double[:, ::1],
    side: cython.longlong[::1],
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
    slabs, slab_of, row_first, rows, side
        What `slabs.slabs` finds of the net lots, cut at all places across where strips begin or end.
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
    work: Bands = Bands(slabs, row_first, rows, side, strips, edges, extension_m, reach, same_m)
    slab_first: cython.longlong[::1] = firsts(slab_of, lots)
    strip_first: cython.longlong[::1] = firsts(strip_of, lots)
    edge_first: cython.longlong[::1] = firsts(edge_of, lots)
    work.room_for(most(row_first), most(edge_first))
    lot: cython.Py_ssize_t
    for lot in range(lots):
        if strip_first[lot] < strip_first[lot + 1]:
            work.take_up(lot, strip_first[lot], strip_first[lot + 1], edge_first[lot], edge_first[lot + 1])
            work.cut_up(slab_first[lot], slab_first[lot + 1])
    return work.found()


@cython.cclass
class Bands:
    """One lot after the other: what bounds each of its slabs, and all trapezoids so far."""

    slabs: cython.double[:, ::1]
    row_first: cython.longlong[::1]
    rows: cython.double[:, ::1]
    side: cython.longlong[::1]
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
    # Of a slab: straight bounds by their values at both ends and in the middle of a piece, and their numbers.
    at0: cython.double[::1]
    at1: cython.double[::1]
    mid: cython.double[::1]
    label: cython.longlong[::1]
    bounds: cython.Py_ssize_t
    # The first of them are sides of the lot, from below; of edges near it: first bounds, and what they say.
    sides: cython.Py_ssize_t
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

    def __init__(self, slabs, row_first, rows, side, strips, edges, extension_m, reach, same_m):
        self.slabs, self.row_first, self.rows, self.side = slabs, row_first, rows, side
        self.strips, self.edges = strips, edges
        self.extension_m, self.reach, self.same_m = extension_m, reach, same_m
        self.filled = 0
        self._room(64)

    def room_for(self, sides: cython.Py_ssize_t, edges: cython.Py_ssize_t):
        """Make room for the slab with most sides and the lot with most edges."""
        bounds: cython.Py_ssize_t = 2 + 4 * edges + sides
        self.at0, self.at1, self.mid = np.empty((3, bounds))
        self.label = np.empty(bounds, dtype=np.int64)
        self.near = np.empty(edges + 1, dtype=np.int64)
        self.says = np.empty((edges + 1, 6))
        self.cut = np.empty(16)
        intervals: cython.Py_ssize_t = sides + edges + 2
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
        """Begin with a lot."""
        self.lot, self.first_strip, self.end_strip = lot, first_strip, end_strip
        self.first_edge, self.end_edge = first_edge, end_edge

    @cython.ccall
    def cut_up(self, first: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Cut the slabs that lie in a strip where two of their bounds cross, and keep the ground."""
        strip: cython.Py_ssize_t = self.first_strip
        slab: cython.Py_ssize_t
        at: cython.Py_ssize_t
        for slab in range(first, end):
            x0: cython.double = self.slabs[slab, 0]
            x1: cython.double = self.slabs[slab, 1]
            while strip < self.end_strip and self.strips[strip, X1] <= (x0 + x1) / 2:
                strip += 1
            if strip == self.end_strip:
                return
            if self.strips[strip, X0] < (x0 + x1) / 2:
                self._bounds_of(slab, strip, x0, x1)
                self._find_cuts(x1 - x0)
                for at in range(self.cuts - 1):
                    self._keep(x0, x1, self.cut[at], self.cut[at + 1])

    @cython.cfunc
    def _bounds_of(
        self, slab: cython.Py_ssize_t, strip: cython.Py_ssize_t, x0: cython.double, x1: cython.double
    ) -> cython.void:
        """What bounds the ground in a slab: band, sides of the lot, and edges near it."""
        row: cython.Py_ssize_t
        self.bounds = 2
        for row in range(self.row_first[slab], self.row_first[slab + 1]):
            self._bound(self.rows[row, 0], self.rows[row, 1], self.side[row])
        self.sides = self.bounds - 2
        wide: cython.double = self.strips[strip, X1] - self.strips[strip, X0]
        share0: cython.double = (x0 - self.strips[strip, X0]) / wide
        share1: cython.double = (x1 - self.strips[strip, X0]) / wide
        self.at0[0] = _along(self.strips[strip, START0], self.strips[strip, START1], share0)
        self.at1[0] = _along(self.strips[strip, START0], self.strips[strip, START1], share1)
        line0: cython.double = _along(self.strips[strip, LINE0], self.strips[strip, LINE1], share0)
        line1: cython.double = _along(self.strips[strip, LINE0], self.strips[strip, LINE1], share1)
        self.at0[1], self.at1[1] = line0 + self.extension_m, line1 + self.extension_m
        self.label[0] = self.side.shape[0] + 2 * (strip - self.first_strip)
        self.label[1] = self.label[0] + 1
        self.nears = 0
        edge: cython.Py_ssize_t
        if self.extension_m > 0 and self.reach > 0:
            for edge in range(self.first_edge, self.end_edge):
                self._face(edge, strip, x0, x1, line0, line1)

    @cython.cfunc
    def _bound(self, at0: cython.double, at1: cython.double, label: cython.longlong) -> cython.void:
        self.at0[self.bounds], self.at1[self.bounds], self.label[self.bounds] = at0, at1, label
        self.bounds += 1

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
        number = (
            self.side.shape[0]
            + 2 * (self.end_strip - self.first_strip)
            + 4 * (number + edge - self.first_edge)
        )
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
            if 2 <= one < 2 + self.sides:
                continue
            for other in range(self.bounds):
                if other < one and not 2 <= other < 2 + self.sides:
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
        for at in range(2, self.sides + 1, 2):
            low: cython.longlong = self._larger(at, 0)
            high: cython.longlong = self._smaller(at + 1, 1)
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
