"""Counts the parking bays that units need and that a footprint holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any

from gis_core.constraints.kept import Kept
from gis_core.exact_bands import Band, exact, read_band

#: Tables are the same ones for many units, and are read once.
_TABLES = Kept(most=64)


@dataclass(frozen=True)
class Parking:
    """Bays needed before rounding, waived, and required; None for a unit that lies in no band."""

    unrounded: Fraction | None
    waived: int
    required: int | None


def bays(
    unit_areas_m2: Sequence[float | None],
    rule: Mapping[str, Any],
    other_uses: Sequence[Mapping[str, Any]] = (),
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
    return bays_of(Counter(unit_areas_m2), rule, other_uses)


def bays_of(
    units: Mapping[float | None, int], rule: Mapping[str, Any], other_uses: Sequence[Mapping[str, Any]] = ()
) -> Parking:
    """As `bays`, of units that are told by their areas in m², and how many of each area there are."""
    parts = [(_of_unit(area_m2, rule["bands"]), number) for area_m2, number in units.items()]
    parts += [(_of_use(use), 1) for use in other_uses]
    known = [(part, number) for part, number in parts if part is not None]
    if len(known) < len(parts):
        return Parking(None, 0, None)
    total = sum((part * number for part, number in known), Fraction(0))
    each = sum(ceil(part) * number for part, number in known)
    rounded = each if rule["rounding"] == "CEIL_PER_UNIT" else ceil(total)
    odd = rule["waiver"] == "ONE_IF_ODD_UNITS_AFTER_ROUNDING" and sum(units.values()) % 2 == 1
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
    m2, parts = exact(round(footprint_m2, 6)).as_integer_ratio()
    bays, on_m2 = _bays_per_m2(capacity_share, m2_per_bay).as_integer_ratio()
    return m2 * bays // (parts * on_m2)


@lru_cache(maxsize=256)
def _bays_per_m2(capacity_share: float, m2_per_bay: float) -> Fraction:
    return exact(capacity_share) / exact(m2_per_bay)


def typical_units(floor_area_m2: float, typical_unit_m2: float) -> int:
    """
    How many equal units a floor area is divided into to foresee its parking.

    Examples
    --------
    >>> typical_units(660.0, 80.0)
    8
    """
    return max(1, floor(floor_area_m2 / typical_unit_m2 + 1e-9))


def _of_unit(area_m2: float | None, bands: Sequence[Mapping[str, Any]]) -> Fraction | None:
    if area_m2 is None:
        return None
    area = exact(area_m2)
    found = [told for band, told in _read(bands) if band.holds(area)]
    # In no band, or in two of which each asks for another number: nobody has said.
    return found[0] if found and all(told == found[0] for told in found[1:]) else None


def _read(bands: Sequence[Mapping[str, Any]]) -> list[tuple[Band, Fraction | None]]:
    """Bands as exact numbers, and the bays that each asks for."""

    def read() -> list[tuple[Band, Fraction | None]]:
        return [(read_band(row), None if row.get("bays") is None else exact(row["bays"])) for row in bands]

    found: list[tuple[Band, Fraction | None]] = _TABLES.of((bands,), read)
    return found


def _of_use(use: Mapping[str, Any]) -> Fraction:
    surcharge = exact(use.get("surcharge_share") or 0) + exact(use.get("surcharge_percent") or 0) / 100
    return exact(use["area_m2"]) / exact(use["m2_per_bay"]) * (1 + surcharge)
