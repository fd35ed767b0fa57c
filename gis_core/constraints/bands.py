"""Reads a value out of a table of numeric bands; a gap is a gap, never filled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gis_core.constraints.kept import Kept
from gis_core.constraints.loops.bands import told_of
from gis_core.constraints.plane import Floats

Band = Mapping[str, Any]
#: Tables are the same ones for many lots, and are read once.
_TABLES = Kept(most=256)


def rounded(value: Floats) -> Floats:
    """
    Values as they are held against bounds: what was added up of decimals lies a rounding beside its equal.

    Examples
    --------
    >>> rounded(np.array([4.1 + (21.9 - 4.1) / 2])).tolist()
    [13.0]
    """
    return np.round(np.asarray(value, dtype=float), 6)


def holds(band: Band, value: Floats) -> np.ndarray:
    """
    Where values lie in a band; its bounds count as `from_included` (default yes) and `to_included` (no) say.

    Examples
    --------
    >>> holds({"from": 6, "to": 8}, np.array([6.0, 8.0])).tolist()
    [True, False]
    """
    least, largest = _ends(band)
    return (value >= least) & (value <= largest)


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
    value = rounded(value)
    table = _TABLES.of((bands,), lambda: _read(bands, column), column)
    found: Floats = told_of(value.reshape(-1), *table).reshape(value.shape)
    return found


def _ends(band: Band) -> tuple[float, float]:
    """The least and the largest number that a band holds."""
    low, high = band.get("from"), band.get("to")
    low = -np.inf if low is None else float(low)
    high = np.inf if high is None else float(high)
    return (
        low if band.get("from_included", True) else float(np.nextafter(low, np.inf)),
        high if band.get("to_included", False) else float(np.nextafter(high, -np.inf)),
    )


def _read(bands: Sequence[Band], column: str) -> tuple[Floats, Floats, Floats]:
    """The ends of bands, and what they say in a column: NaN for a blank."""
    ends = np.array([_ends(band) for band in bands], dtype=float).reshape(-1, 2)
    cells = [np.nan if band.get(column) is None else float(band[column]) for band in bands]
    return ends[:, 0].copy(), ends[:, 1].copy(), np.array(cells, dtype=float)
