"""Reads the bounds of numeric bands as the numbers that were written, not as binary fractions near them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096, typed=True)
def exact(number: object) -> Fraction:
    """
    A number as it was written, not as its nearest binary fraction.

    Examples
    --------
    >>> exact(1.1)
    Fraction(11, 10)
    """
    return Fraction(str(number))


@dataclass(frozen=True)
class Bounds:
    """The bounds of a band as exact numbers; None is endless."""

    low: Fraction | None
    high: Fraction | None
    low_included: bool
    high_included: bool

    def hold(self, key: Fraction) -> bool:
        """Whether a number lies in the band."""
        above = self.low is None or (key >= self.low if self.low_included else key > self.low)
        below = self.high is None or (key <= self.high if self.high_included else key < self.high)
        return above and below


def bounds(band: Mapping[str, Any]) -> Bounds:
    """The bounds of a band as it is printed."""
    low, high = band.get("from"), band.get("to")
    return Bounds(
        None if low is None else exact(low),
        None if high is None else exact(high),
        band.get("from_included", True),
        band.get("to_included", False),
    )
