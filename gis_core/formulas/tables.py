"""Tables of bands over exact numbers: look-up, and what an import must report about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, Literal

from gis_core.exact_bands import Band, exact, read_band

State = Literal["FOUND", "GAP", "NO_ROW", "AMBIGUOUS"]


@dataclass(frozen=True)
class Found:
    """What a look-up gave: the state and, when exactly one row holds, its band."""

    state: State
    band: Band | None = None


def bands(rows: Sequence[Mapping[str, Any]], reading: str = "AS_PRINTED") -> tuple[Band, ...]:
    """
    Rows with `from`, `to`, `from_included` (default yes) and `to_included` (default no) as bands.

    `reading` AS_PRINTED keeps all bounds; HALF_OPEN_TO_NEXT ends each band where the next begins.
    """
    printed = [read_band(row) for row in rows]
    if reading == "AS_PRINTED":
        return tuple(printed)
    if reading != "HALF_OPEN_TO_NEXT":
        raise ValueError(f"Expected AS_PRINTED or HALF_OPEN_TO_NEXT, got {reading!r}.")
    closed = [
        Band(this.low, following.low, this.low_included, not following.low_included, this.row)
        for this, following in pairwise(printed)
    ]
    return (*closed, *printed[-1:])


def look_up(table: Sequence[Band], key: Fraction) -> Found:
    """
    The one band that holds the key; GAP between rows, NO_ROW outside all, AMBIGUOUS in two.

    Examples
    --------
    >>> houses = bands([{"from": 0, "to": 500, "to_included": True}, {"from": 600, "to": None}])
    >>> look_up(houses, Fraction(550)).state
    'GAP'
    """
    holding = [band for band in table if band.holds(key)]
    if len(holding) == 1:
        return Found("FOUND", holding[0])
    if holding:
        return Found("AMBIGUOUS")
    below = any(band.high is not None and key >= band.high for band in table)
    above = any(band.low is not None and key <= band.low for band in table)
    return Found("GAP" if below and above else "NO_ROW")


def marginal_sum(table: Sequence[Band], key: Fraction, column: str) -> Found | Fraction:
    """
    Each band's value for the part of the key that lies in it, summed; needs bands that join without gap.

    Gives the look-up's state instead when the key itself has no single row or a band below is missing.
    """
    top = look_up(table, key)
    if top.state != "FOUND":
        return top
    ordered = sorted(table, key=lambda band: band.low or Fraction(0))
    if gaps(ordered) or overlaps(ordered):
        return Found("GAP")
    total = Fraction(0)
    for band in ordered:
        low = band.low or Fraction(0)
        high = key if band.high is None else min(key, band.high)
        total += max(Fraction(0), high - low) * exact(band.row[column])
    return total


def gaps(table: Sequence[Band]) -> list[tuple[Fraction, Fraction]]:
    """
    Stretches between bands that no band holds, as (from, to), ascending; a bare point is from = to.

    The order in which a table is printed does not matter, nor that one band lies within another.
    """
    found = []
    for reach, following in _swept(table):
        if reach.high is None or following.low is None:
            continue
        touch = reach.high_included or following.low_included
        if following.low > reach.high or (following.low == reach.high and not touch):
            found.append((reach.high, following.low))
    return found


def overlaps(table: Sequence[Band]) -> list[tuple[Fraction | None, Fraction | None]]:
    """Stretches that a band and one that begins before it both hold, as (from, to); a point is from = to."""
    found: list[tuple[Fraction | None, Fraction | None]] = []
    for reach, following in _swept(table):
        high, low = reach.high, following.low
        both = reach.high_included and following.low_included
        if high is None or low is None or low < high or (low == high and both):
            ends = [end for end in (high, following.high) if end is not None]
            found.append((low, min(ends, default=None)))
    return found


def broken_down(table: Sequence[Band], column: str, trend: str) -> list[tuple[int, int]]:
    """Pairs of neighbouring rows (counted from 0) whose values break the trend; blank cells are left out."""
    filled = [(number, exact(band.row[column])) for number, band in enumerate(table) if _filled(band, column)]
    return [
        (first, second)
        for (first, before), (second, after) in pairwise(filled)
        if _breaks(before, after, trend)
    ]


def broken_along(table: Sequence[Band], columns: Sequence[str], trend: str) -> list[tuple[int, str, str]]:
    """Pairs of neighbouring cells of one row that break the trend, as (row, column, next column)."""
    return [
        (number, first, second)
        for number, band in enumerate(table)
        for first, second in pairwise(columns)
        if _filled(band, first)
        and _filled(band, second)
        and _breaks(exact(band.row[first]), exact(band.row[second]), trend)
    ]


def _swept(table: Sequence[Band]) -> list[tuple[Band, Band]]:
    """Each band but the lowest, with the one of those that begin before it which reaches farthest."""
    ordered = sorted(table, key=lambda band: (band.low is not None, band.low or 0, not band.low_included))
    reaching = list(accumulate(ordered, _farther))
    return list(zip(reaching, ordered[1:], strict=False))


def _farther(one: Band, other: Band) -> Band:
    return max(one, other, key=_end)


def _end(band: Band) -> tuple[bool, Fraction, bool]:
    return band.high is None, band.high or Fraction(0), band.high_included


def _filled(band: Band, column: str) -> bool:
    return band.row.get(column) is not None


def _breaks(before: Fraction, after: Fraction, trend: str) -> bool:
    return after < before if trend == "NON_DECREASING" else after > before
