"""Reads printed tables of numeric bands and reports gaps, overlaps and breaks of trend; repairs nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Any

from gis_core.constraints.exact_bands import Bounds, exact
from gis_core.constraints.exact_bands import bounds as bounds_of_band
from gis_core.formulas.tables import bands as printed
from gis_core.formulas.tables import gaps as gaps_of
from gis_core.formulas.tables import overlaps as overlaps_of


@dataclass(frozen=True)
class TableFaults:
    """What is odd about a table; rows count from 0."""

    gaps: tuple[tuple[float, float], ...]
    overlaps: tuple[tuple[float, float], ...]
    rows_without_rule: tuple[int, ...]
    broken_down_columns: tuple[tuple[str, int, int], ...]
    broken_along_rows: tuple[tuple[int, str, str], ...]
    far_is_not_coverage_by_storeys: tuple[int, ...]


def bounds_of(bands: Sequence[Mapping[str, Any]], reading: str = "AS_PRINTED") -> list[Bounds]:
    """
    The bounds of bands as they are printed, or with each band ending where the next begins.

    `HALF_OPEN_TO_NEXT` closes gaps and overlaps alike: a policy to be declared, never a silent repair.
    """
    printed = [bounds_of_band(band) for band in bands]
    if reading == "AS_PRINTED":
        return printed
    if reading != "HALF_OPEN_TO_NEXT":
        raise ValueError(f"Expected band reading AS_PRINTED or HALF_OPEN_TO_NEXT, got {reading!r}.")
    closed = [
        Bounds(this.low, following.low, this.low_included, not following.low_included)
        for this, following in pairwise(printed)
    ]
    return closed + printed[-1:]


def look_up(
    bands: Sequence[Mapping[str, Any]], column: str, key: Any, reading: str = "AS_PRINTED"
) -> tuple[str, Any]:
    """
    State and value of a key: FOUND, GAP between rows, NO_ROW outside all, AMBIGUOUS in two.

    Examples
    --------
    >>> rows = [{"from": 100, "to": 200, "far": 100}, {"from": 201, "to": 300, "far": 120}]
    >>> look_up(rows, "far", 200.5), look_up(rows, "far", 200.5, "HALF_OPEN_TO_NEXT")
    (('GAP', None), ('FOUND', 100))
    """
    number, bounds = exact(key), bounds_of(bands, reading)
    rows = [row for row, bound in enumerate(bounds) if bound.hold(number)]
    if len(rows) > 1:
        return "AMBIGUOUS", None
    if rows:
        return "FOUND", bands[rows[0]].get(column)
    below = any(bound.high is not None and bound.high <= number for bound in bounds)
    above = any(bound.low is not None and bound.low >= number for bound in bounds)
    return ("GAP", None) if below and above else ("NO_ROW", None)


def faults(
    bands: Sequence[Mapping[str, Any]],
    *,
    blank_when_null: str | None = None,
    row_columns: Sequence[str] = (),
    row_trend: str = "NON_DECREASING",
    column_trends: Sequence[tuple[str, str]] = (),
) -> TableFaults:
    """Gaps and overlaps of bands in any order, blank rows, breaks of the expected trends, odd densities."""
    table = printed(bands)
    gaps = [(float(low), float(high)) for low, high in gaps_of(table)]
    overlaps = [(_float(low, -inf), _float(high, inf)) for low, high in overlaps_of(table)]
    blank = [row for row, band in enumerate(bands) if blank_when_null and band.get(blank_when_null) is None]
    down = [
        (column, row, row + 1)
        for column, trend in column_trends
        for row, (this, following) in enumerate(pairwise(bands))
        if _breaks(this.get(column), following.get(column), trend)
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
