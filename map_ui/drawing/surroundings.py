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
