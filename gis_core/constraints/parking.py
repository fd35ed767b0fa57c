"""Counts the parking bays that units need and that a footprint holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any


@dataclass(frozen=True)
class Parking:
    """Bays needed before rounding, waived, and required; None for a unit that lies in no band."""

    unrounded: Fraction | None
    waived: int
    required: int | None


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


def bays(
    unit_areas_m2: Sequence[float], rule: Mapping[str, Any], other_uses: Sequence[Mapping[str, Any]] = ()
) -> Parking:
    """
    Bays that units, and other uses by their area, need under a rule.

    `CEIL_TOTAL` rounds up once over the building, `CEIL_PER_UNIT` each unit; the waiver
    `ONE_IF_ODD_UNITS_AFTER_ROUNDING` takes one off after rounding. Source: rules.md section 16.

    Examples
    --------
    >>> rule = {"bands": [{"from": 150, "to": 200, "bays": 1.5}], "rounding": "CEIL_TOTAL", "waiver": "NONE"}
    >>> bays([160, 190], rule).required
    3
    """
    # Units are mostly alike, and each area is looked up once.
    each = {area_m2: _of_unit(area_m2, rule["bands"]) for area_m2 in set(unit_areas_m2)}
    parts = [each[area_m2] for area_m2 in unit_areas_m2]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return Parking(None, 0, None)
    known += [_of_use(use) for use in other_uses]
    total = sum(known, Fraction(0))
    rounded = sum(ceil(part) for part in known) if rule["rounding"] == "CEIL_PER_UNIT" else ceil(total)
    odd = rule["waiver"] == "ONE_IF_ODD_UNITS_AFTER_ROUNDING" and len(parts) % 2 == 1
    waived = min(int(odd), rounded)
    return Parking(total, waived, rounded - waived)


def capacity(footprint_m2: float, capacity_share: float, m2_per_bay: float) -> int:
    """
    Bays that roughly fit under a footprint.

    Examples
    --------
    >>> capacity(165.0, 0.85, 25)
    5
    """
    return floor(exact(capacity_share) * exact(round(footprint_m2, 6)) / exact(m2_per_bay))


def typical_units(floor_area_m2: float, typical_unit_m2: float) -> list[float]:
    """
    Equal units into which a floor area is divided to foresee its parking, in m².

    Examples
    --------
    >>> typical_units(660.0, 80.0)
    [82.5, 82.5, 82.5, 82.5, 82.5, 82.5, 82.5, 82.5]
    """
    count = max(1, floor(floor_area_m2 / typical_unit_m2 + 1e-9))
    return [floor_area_m2 / count] * count


def _of_unit(area_m2: float, bands: Sequence[Mapping[str, Any]]) -> Fraction | None:
    area = exact(area_m2)
    for band in bands:
        low, high = band.get("from"), band.get("to")
        above = low is None or (area >= exact(low) if band.get("from_included", True) else area > exact(low))
        below = high is None or (
            area <= exact(high) if band.get("to_included", False) else area < exact(high)
        )
        if above and below and band.get("bays") is not None:
            return exact(band["bays"])
    return None


def _of_use(use: Mapping[str, Any]) -> Fraction:
    surcharge = exact(use.get("surcharge_share", 0)) + exact(use.get("surcharge_percent", 0)) / 100
    return exact(use["area_m2"]) / exact(use["m2_per_bay"]) * (1 + surcharge)
