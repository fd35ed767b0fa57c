# cython: boundscheck=False, wraparound=False, cdivision=True
"""Turns points into the frames of their lots, and back."""

import cython
import numpy as np


def into(
    points: cython.double[:, ::1],
    lot: cython.longlong[::1],
    origin: cython.double[:, ::1],
    along: cython.double[:, ::1],
):
    """
    Points (p, 2) of lots (p,) as they lie in the frames of these: across, and along.

    `origin` (n, 2) of each lot's frame and its unit vector `along` (n, 2); to the right of that is across.
    """
    turned_array = np.empty((points.shape[0], 2))
    turned: cython.double[:, ::1] = turned_array
    row: cython.Py_ssize_t
    for row in range(points.shape[0]):
        of: cython.longlong = lot[row]
        x: cython.double = points[row, 0] - origin[of, 0]
        y: cython.double = points[row, 1] - origin[of, 1]
        turned[row, 0] = x * along[of, 1] - y * along[of, 0]
        turned[row, 1] = x * along[of, 0] + y * along[of, 1]
    return turned_array


def back(
    points: cython.double[:, ::1],
    lot: cython.longlong[::1],
    origin: cython.double[:, ::1],
    along: cython.double[:, ::1],
):
    """Points (p, 2) in the frames of their lots (p,) where they came from; see `into`."""
    turned_array = np.empty((points.shape[0], 2))
    turned: cython.double[:, ::1] = turned_array
    row: cython.Py_ssize_t
    for row in range(points.shape[0]):
        of: cython.longlong = lot[row]
        across_m: cython.double = points[row, 0]
        along_m: cython.double = points[row, 1]
        turned[row, 0] = across_m * along[of, 1] + along_m * along[of, 0] + origin[of, 0]
        turned[row, 1] = -across_m * along[of, 0] + along_m * along[of, 1] + origin[of, 1]
    return turned_array
