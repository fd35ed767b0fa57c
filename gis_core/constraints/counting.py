"""Counts the floor area of a proposal: what counts in full, in part, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gis_core.exact_bands import exact


@dataclass(frozen=True)
class BuiltPart:
    """One part of a proposed building: its kind as the COUNT rule names it, and its area in m²."""

    kind: str
    area_m2: float


@dataclass(frozen=True)
class Counted:
    """Counted floor area in m², None when a part's kind is in no row; and the kinds that no row tells of."""

    area_m2: float | None
    unknown_kinds: tuple[str, ...] = ()


def counted_area(parts: Iterable[BuiltPart], rule: Mapping[str, Any]) -> Counted:
    """
    The floor area that counts towards density.

    `rule["kinds"]` maps a kind of part to a row: `share` of the area that counts, and where the share
    depends on the size of the single part, `from_m2` with `share_from` for parts of that size and above.
    Source: rules.md sections 6 and 15.

    Examples
    --------
    >>> kinds = {"ROOM": {"share": "1"}, "BALCONY_3_SIDES": {"share": "2/3"}, "BALCONY_OPEN": {"share": "0"}}
    >>> parts = [BuiltPart("ROOM", 100), BuiltPart("BALCONY_3_SIDES", 9), BuiltPart("BALCONY_OPEN", 4)]
    >>> counted_area(parts, {"kinds": kinds})
    Counted(area_m2=106.0, unknown_kinds=())
    >>> counted_area([BuiltPart("GREENHOUSE", 10)], {"kinds": kinds})
    Counted(area_m2=None, unknown_kinds=('GREENHOUSE',))
    """
    kinds, told = rule["kinds"], list(parts)
    unknown = tuple(dict.fromkeys(part.kind for part in told if part.kind not in kinds))
    if unknown:
        return Counted(None, unknown)
    total = sum((exact(part.area_m2) * _share(part, kinds[part.kind]) for part in told), Fraction(0))
    return Counted(float(total))


def _share(part: BuiltPart, row: Mapping[str, Any]) -> Fraction:
    large = "from_m2" in row and exact(part.area_m2) >= exact(row["from_m2"])
    return Fraction(str(row["share_from"] if large else row["share"]))
