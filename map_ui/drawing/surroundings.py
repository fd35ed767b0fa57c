# ruff: noqa: E501 (lines of SVG)
"""What lies round a parcel, as values to be drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Street:
    """A street near the parcel: its name, centreline (metric CRS) and width in metres where known."""

    name: str
    line: Any
    width_m: float | None = None


@dataclass(frozen=True)
class Surroundings:
    """What lies round a parcel, in the metric CRS: lots with numbers, buildings with heights, ground, streets."""

    lots: Sequence[tuple[Any, str]] = ()
    buildings: Sequence[tuple[Any, float]] = ()
    ground: Sequence[tuple[str, Any]] = ()
    streets: Sequence[Street] = ()
    street_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Restriction:
    """
    Ground that a feature of an overlay layer holds: `ground` under its rule, `drawn` the feature itself.

    `effect` as in an evaluation document (NO_BUILD, CONDITIONAL, HEIGHT_LIMIT, INFO); metric CRS.
    """

    layer: str
    name: str
    effect: str
    ground: Any
    drawn: Any


@dataclass(frozen=True)
class Restricting:
    """
    What holds on a parcel and round it, in the metric CRS, drawn where it concerns the parcel.

    `zones`: code and shape of each zone that the parcel meets, when they are several or leave a rest;
    `unsurveyed`: name of a layer, and how far its survey reaches, when the parcel lies outside of it;
    `ways`: planned rights of way of streets that become wider or are new; `corrected`: lines that a drawing
    states as the border of a street to come, in place of its width.
    """

    zones: Sequence[tuple[str, Any]] = ()
    restrictions: Sequence[Restriction] = ()
    unsurveyed: Sequence[tuple[str, Any]] = ()
    ways: Sequence[Any] = ()
    corrected: Sequence[Any] = ()
