# cython: boundscheck=False, wraparound=False, cdivision=True
"""Rows that belong to owners in ascending order: where those of each begin."""

import cython
import numpy as np


def firsts(owner: cython.longlong[::1], owners: cython.Py_ssize_t):
    """Where the rows of each owner begin, and after the last where they end."""
    first_array = np.zeros(owners + 1, dtype=np.int64)
    first: cython.longlong[::1] = first_array
    row: cython.Py_ssize_t
    for row in range(owner.shape[0]):
        first[owner[row] + 1] += 1
    for row in range(owners):
        first[row + 1] += first[row]
    return first_array


def most(first: cython.longlong[::1]) -> cython.longlong:
    """How many rows the owner has that has most."""
    found: cython.longlong = 0
    row: cython.Py_ssize_t
    for row in range(first.shape[0] - 1):
        found = max(found, first[row + 1] - first[row])
    return found
