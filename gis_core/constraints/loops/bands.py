# cython: boundscheck=False, wraparound=False, cdivision=True
"""Looks values up in tables of numeric bands."""

import cython
import numpy as np

#: Nobody has said.
NOTHING = cython.declare(cython.double, float("nan"))


def told_of(
    value: cython.double[::1],
    least: cython.double[::1],
    largest: cython.double[::1],
    cell: cython.double[::1],
):
    """
    The cell (b,) of the band, from its least to its largest number, that holds each value (n,).

    NaN where none does, where the cell is NaN, and where two bands hold a value and say different things.
    """
    found_array = np.empty(value.shape[0])
    found: cython.double[::1] = found_array
    row: cython.Py_ssize_t
    band: cython.Py_ssize_t
    for row in range(value.shape[0]):
        told: cython.bint = False
        found[row] = NOTHING
        for band in range(cell.shape[0]):
            if least[band] <= value[row] <= largest[band]:
                found[row] = NOTHING if told and found[row] != cell[band] else cell[band]
                told = True
    return found_array
