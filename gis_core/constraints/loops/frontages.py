# cython: boundscheck=False, wraparound=False, cdivision=True
"""Looks along the frontages of lots: which of them is the main one, and which way is out."""

import cython
import numpy as np
from cython.cimports.libc.math import sqrt

from gis_core.constraints.loops.rows import firsts, most


def main_passages(
    lot: cython.longlong[::1],
    passage: cython.longlong[::1],
    length_m: cython.double[::1],
    width_m: cython.double[::1],
    legal: cython.char[::1],
    lots: cython.Py_ssize_t,
):
    """
    The passage of each lot's main frontage, or -1: legal access, then the widest, longest, and first one.

    Parameters
    ----------
    lot, passage, length_m
        (f,) frontages: their lots, ascending, their passages and how long they are.
    width_m, legal
        (p,) widths of passages, NaN where not known, which is narrowest; whether they are legal access.
    lots
        How many lots there are.
    """
    found_array = np.full(lots, -1, dtype=np.int64)
    found: cython.longlong[::1] = found_array
    first: cython.longlong[::1] = firsts(lot, lots)
    some: cython.longlong[::1] = np.empty(most(first), dtype=np.int64)
    along_m: cython.double[::1] = np.empty(some.shape[0])
    owner: cython.Py_ssize_t
    row: cython.Py_ssize_t
    at: cython.Py_ssize_t
    for owner in range(lots):
        count: cython.Py_ssize_t = 0
        for row in range(first[owner], first[owner + 1]):
            at = 0
            while at < count and some[at] != passage[row]:
                at += 1
            if at == count:
                some[at], along_m[at] = passage[row], 0.0
                count += 1
            along_m[at] += length_m[row]
        best: cython.Py_ssize_t = 0
        for at in range(1, count):
            if _before(some[at], along_m[at], some[best], along_m[best], width_m, legal):
                best = at
        if count:
            found[owner] = some[best]
    return found_array


@cython.cfunc
def _before(
    one: cython.longlong,
    one_m: cython.double,
    other: cython.longlong,
    other_m: cython.double,
    width_m: cython.double[::1],
    legal: cython.char[::1],
) -> cython.bint:
    """Whether a frontage of so many metres on one passage stands before that on another one."""
    if legal[one] != legal[other]:
        return legal[one] > legal[other]
    wide: cython.double = _known(width_m[one])
    other_wide: cython.double = _known(width_m[other])
    if wide != other_wide:
        return wide > other_wide
    return one_m > other_m or (one_m == other_m and one < other)


@cython.cfunc
def _known(width_m: cython.double) -> cython.double:
    return width_m if width_m == width_m else -1.0


def ways_out(
    points: cython.double[:, ::1],
    line_of: cython.longlong[::1],
    lot_of_line: cython.longlong[::1],
    corners: cython.double[:, ::1],
    ring_of: cython.longlong[::1],
    lot_of: cython.longlong[::1],
    lots: cython.Py_ssize_t,
    beside_m: cython.double,
):
    """
    Sums (n, 2) of the outward normals of each lot's lines, each as long as its piece of line.

    Parameters
    ----------
    points, line_of, lot_of_line
        (p, 2) points of lines, the line of each, and the lot of each line.
    corners, ring_of, lot_of
        (c, 2) corners of rings of lots, each closed; the ring of each and the lot of each ring, ascending.
    lots
        How many lots there are.
    beside_m
        So far beside the middle of a piece it is looked which of its sides is the lot's.
    """
    sums_array = np.zeros((lots, 2))
    sums: cython.double[:, ::1] = sums_array
    ring_first: cython.longlong[::1] = firsts(ring_of, lot_of.shape[0])
    lot_first: cython.longlong[::1] = firsts(lot_of, lots)
    at: cython.Py_ssize_t
    for at in range(points.shape[0] - 1):
        if line_of[at] != line_of[at + 1]:
            continue
        lot: cython.longlong = lot_of_line[line_of[at]]
        run_x: cython.double = points[at + 1, 0] - points[at, 0]
        run_y: cython.double = points[at + 1, 1] - points[at, 1]
        length: cython.double = sqrt(run_x * run_x + run_y * run_y)
        if not length > 0:
            continue
        x: cython.double = points[at, 0] + run_x / 2 + run_y / length * beside_m
        y: cython.double = points[at, 1] + run_y / 2 - run_x / length * beside_m
        inward: cython.bint = False
        ring: cython.Py_ssize_t
        for ring in range(lot_first[lot], lot_first[lot + 1]):
            if _crossed(corners, ring_first[ring], ring_first[ring + 1], x, y):
                inward = not inward
        sums[lot, 0] += -run_y if inward else run_y
        sums[lot, 1] += run_x if inward else -run_x
    return sums_array


@cython.cfunc
def _crossed(
    corners: cython.double[:, ::1],
    first: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    x: cython.double,
    y: cython.double,
) -> cython.bint:
    """Whether the corners from `first` to `end`, a closed ring, run round a point: by crossing numbers."""
    inner: cython.bint = False
    at: cython.Py_ssize_t
    for at in range(first, end - 1):
        if (corners[at, 1] > y) != (corners[at + 1, 1] > y):
            run_x: cython.double = corners[at + 1, 0] - corners[at, 0]
            run_y: cython.double = corners[at + 1, 1] - corners[at, 1]
            inner = inner != (x < corners[at, 0] + run_x * ((y - corners[at, 1]) / run_y))
    return inner
