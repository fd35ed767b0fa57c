"""Reads printed tables of numeric bands and reports gaps, overlaps and breaks of trend; repairs nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Any

from gis_core.exact_bands import exact
from gis_core.formulas import tables


@dataclass(frozen=True)
class TableFaults:
    """What is odd about a table; rows count from 0."""

    gaps: tuple[tuple[float, float], ...]
    overlaps: tuple[tuple[float, float], ...]
    rows_without_rule: tuple[int, ...]
    broken_down_columns: tuple[tuple[str, int, int], ...]
    broken_along_rows: tuple[tuple[int, str, str], ...]
    far_is_not_coverage_by_storeys: tuple[int, ...]


def look_up(
    bands: Sequence[Mapping[str, Any]], column: str, key: Any, reading: str = "AS_PRINTED"
) -> tuple[str, Any]:
    """
    State and value of a key: FOUND, GAP between rows, NO_ROW outside all, AMBIGUOUS in two.

    The reading `HALF_OPEN_TO_NEXT` closes gaps and overlaps alike: a policy to be declared, never a silent
    repair.

    Examples
    --------
    >>> rows = [{"from": 100, "to": 200, "far": 100}, {"from": 201, "to": 300, "far": 120}]
    >>> look_up(rows, "far", 200.5), look_up(rows, "far", 200.5, "HALF_OPEN_TO_NEXT")
    (('GAP', None), ('FOUND', 100))
    """
    found = tables.look_up(tables.bands(bands, reading), exact(key))
    return found.state, found.band.row.get(column) if found.band else None


def faults(
    bands: Sequence[Mapping[str, Any]],
    *,
    blank_when_null: str | None = None,
    row_columns: Sequence[str] = (),
    row_trend: str = "NON_DECREASING",
    column_trends: Sequence[tuple[str, str]] = (),
) -> TableFaults:
    """Gaps and overlaps of bands in any order, blank rows, breaks of the expected trends, odd densities."""
    table = tables.bands(bands)
    gaps = [(float(low), float(high)) for low, high in tables.gaps(table)]
    overlaps = [(_float(low, -inf), _float(high, inf)) for low, high in tables.overlaps(table)]
    blank = [row for row, band in enumerate(bands) if blank_when_null and band.get(blank_when_null) is None]
    down = [
        (column, row, following)
        for column, trend in column_trends
        for row, following in tables.broken_down(table, column, trend)
    ]
    along = [
        (row, one, other)
        for row, band in enumerate(bands)
        for one, other in pairwise(row_columns)
        if _breaks(band.get(one), band.get(other), row_trend)
    ]
    odd = [row for row, band in enumerate(bands) if _odd_density(band)]
    return TableFaults(tuple(gaps), tuple(overlaps), tuple(blank), tuple(down), tuple(along), tuple(odd))


def _float(bound: Fraction | None, endless: float) -> float:
    return endless if bound is None else float(bound)


def _breaks(one: Any, other: Any, trend: str) -> bool:
    if one is None or other is None:
        return False
    return exact(other) < exact(one) if trend == "NON_DECREASING" else exact(other) > exact(one)


def _odd_density(band: Mapping[str, Any]) -> bool:
    """Whether the floor area ratio is not coverage times storeys, where all three stand in the row."""
    values = [band.get(key) for key in ("far_percent", "coverage_percent", "storeys")]
    if any(value is None for value in values):
        return False
    far, coverage, storeys = (exact(value) for value in values)
    return far != coverage * storeys
