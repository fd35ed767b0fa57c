"""Reads a value out of a table of numeric bands; a gap is a gap, never filled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gis_core.constraints.plane import Floats

Band = Mapping[str, Any]


def holds(band: Band, value: Floats) -> np.ndarray:
    """
    Where values lie in a band; its bounds count as `from_included` (default yes) and `to_included` (no) say.

    Examples
    --------
    >>> holds({"from": 6, "to": 8}, np.array([6.0, 8.0])).tolist()
    [True, False]
    """
    low, high = band.get("from"), band.get("to")
    low = -np.inf if low is None else float(low)
    high = np.inf if high is None else float(high)
    above = value >= low if band.get("from_included", True) else value > low
    below = value <= high if band.get("to_included", False) else value < high
    return above & below


def looked_up(bands: Sequence[Band], column: str, value: Floats) -> Floats:
    """
    The column of the band that holds each value; NaN where none does, or the cell is blank.

    A value that two bands hold, and of which they say different things, has none either: nobody has said
    which of them counts.

    Examples
    --------
    >>> looked_up([{"from": 0, "to": 6, "storeys": 2}], "storeys", np.array([5.9, 6.0])).tolist()
    [2.0, nan]
    >>> looked_up([{"from": 13, "storeys": 4}], "storeys", np.array([4.1 + (21.9 - 4.1) / 2])).tolist()
    [4.0]
    """
    # What was added up of decimals lies a rounding beside the bound that it equals.
    value = np.round(np.asarray(value, dtype=float), 6)
    found = np.full(value.shape, np.nan)
    told = np.zeros(value.shape, dtype=bool)
    for band in bands:
        here, cell = holds(band, value), band.get(column)
        number = np.nan if cell is None else float(cell)
        found[here] = np.where(told[here] & (found[here] != number), np.nan, number)
        told |= here
    return found
