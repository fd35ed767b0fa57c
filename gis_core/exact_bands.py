"""Reads numbers and numeric bands as they were written, not as binary fractions near them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

#: A numerator over a denominator.
Ratio = tuple[int, int]


@dataclass(frozen=True)
class Band:
    """From one bound to another (None: without end) with the rest of its row."""

    low: Fraction | None
    high: Fraction | None
    low_included: bool
    high_included: bool
    row: Mapping[str, Any]

    def holds(self, key: Fraction) -> bool:
        """Whether the key lies in it."""
        over, under = (_difference(key, bound) for bound in self._bounds)
        return (over > 0 or (over == 0 and self.low_included)) and (
            under < 0 or (under == 0 and self.high_included)
        )

    @cached_property
    def _bounds(self) -> tuple[Ratio, Ratio]:
        """Its bounds as ratios of whole numbers, which compare fastest; no bound is infinitely far."""
        return (
            (-1, 0) if self.low is None else self.low.as_integer_ratio(),
            (1, 0) if self.high is None else self.high.as_integer_ratio(),
        )


def _difference(one: Fraction, other: Ratio) -> int:
    """Above zero when the first is larger, zero when they are equal."""
    numerator, denominator = one.as_integer_ratio()
    return numerator * other[1] - other[0] * denominator


def exact(value: object) -> Fraction:
    """
    A number without binary rounding: text, integers and decimals as they are, floats as they are written.

    Raises
    ------
    ValueError
        When it is not a finite number.

    Examples
    --------
    >>> exact("1.5"), exact(0.1)
    (Fraction(3, 2), Fraction(1, 10))
    """
    number = value if isinstance(value, Fraction) else _as_written(str(value))
    if number is None:
        raise ValueError(f"Expected a finite number, got {value!r}.")
    return number


def read_band(row: Mapping[str, Any]) -> Band:
    """
    A row with `from`, `to`, `from_included` (default yes) and `to_included` (default no) as a band.

    Examples
    --------
    >>> read_band({"from": 6, "to": 8, "storeys": 2.5}).holds(exact(8))
    False
    """
    low, high = row.get("from"), row.get("to")
    return Band(
        None if low is None else exact(low),
        None if high is None else exact(high),
        row.get("from_included", True),
        row.get("to_included", False),
        row,
    )


@lru_cache(maxsize=4096)
def _as_written(text: str) -> Fraction | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return Fraction(number) if number.is_finite() else None
