# cython: boundscheck=False, wraparound=False, cdivision=True
"""Finds outlines that turn back upon themselves."""

import cython
import numpy as np
from cython.cimports.libc.math import fabs, sqrt


def turning_back(
    points: cython.double[:, ::1],
    owner: cython.longlong[::1],
    owners: cython.Py_ssize_t,
    tip_m: cython.double,
    sine: cython.double,
):
    """
    Owners (n,) whose outline somewhere turns back by an angle of less than that sine.

    `points` (p, 2) are corners of their closed outlines, ascending by `owner` (p,); corners nearer to each
    other than `tip_m` are one.
    """
    found_array = np.zeros(owners, dtype=bool)
    found: cython.char[::1] = found_array.view(np.int8)
    at: cython.Py_ssize_t
    begun: cython.bint = False
    first_x: cython.double = 0.0
    first_y: cython.double = 0.0
    back_x: cython.double = 0.0
    back_y: cython.double = 0.0
    for at in range(1, points.shape[0] + 1):
        if at == points.shape[0] or owner[at] != owner[at - 1]:
            # The way before the first one is the last.
            if begun and _turns(back_x, back_y, first_x, first_y, sine):
                found[owner[at - 1]] = True
            begun = False
            continue
        run_x: cython.double = points[at, 0] - points[at - 1, 0]
        run_y: cython.double = points[at, 1] - points[at - 1, 1]
        if fabs(run_x) + fabs(run_y) <= tip_m:
            continue
        if not begun:
            begun, first_x, first_y = True, run_x, run_y
        elif _turns(back_x, back_y, run_x, run_y, sine):
            found[owner[at]] = True
        back_x, back_y = run_x, run_y
    return found_array


@cython.cfunc
def _turns(
    back_x: cython.double,
    back_y: cython.double,
    run_x: cython.double,
    run_y: cython.double,
    sine: cython.double,
) -> cython.bint:
    length: cython.double = sqrt(run_x * run_x + run_y * run_y) * sqrt(back_x * back_x + back_y * back_y)
    aside: cython.double = fabs(run_x * back_y - run_y * back_x)
    return run_x * back_x + run_y * back_y < 0 and aside < sine * length
