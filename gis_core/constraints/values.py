"""Holds what goes in: lots, what lies around them, and layers with how far and how exactly they are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.plane import Floats, Ints, Shapes

Texts = NDArray[np.object_]
Flags = NDArray[np.bool_]

#: No position at all.
NOWHERE = np.array([], dtype=np.int64)


@dataclass(frozen=True)
class Lots:
    """
    Lots to be judged; every entry is an array of (n,).

    `geometry`: surveyed polygons in the metric CRS. `deed_area_m2` and `accuracy_m` (positional) are
    NaN where not known. `has_access`: 1 yes, 0 no, NaN not known. `ground_m`: height of the ground above
    sea level, in metres; empty where nobody has told any. `rasters`: by the code of each RASTER rule what
    was measured under the lot (`ground.py`), a mapping each; empty where there is no such rule.
    """

    id: Ints
    key: Texts
    geometry: Shapes
    deed_area_m2: Floats
    accuracy_m: Floats
    has_access: Floats
    ground_m: Floats = field(default_factory=lambda: np.array([]))
    rasters: Texts = field(default_factory=lambda: np.array([], dtype=object))

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Passages:
    """
    Streets as the engine sees them; every entry is an array of (p,).

    `form` says what `geometry` is: `CENTRELINE` (with widths and `widening` SYMMETRIC, ONE_SIDED_LEFT,
    ONE_SIDED_RIGHT or OFFSETS), `RIGHT_OF_WAY` (a polygon) or `CORRECTED_LINE` (`street_side` LEFT or
    RIGHT of it). Left and right follow the direction of the line. Widths are NaN where not known.
    `key` names the street to people; `lineage` is its identity and `street_class` its class, where told.
    """

    key: Texts
    geometry: Shapes
    form: Texts
    existing_width_m: Floats
    planned_width_m: Floats
    widening: Texts
    offset_left_m: Floats
    offset_right_m: Floats
    street_side: Texts
    legal_access: Flags
    vehicular: Flags
    lineage: Texts = field(default_factory=lambda: np.array([], dtype=object))
    street_class: Texts = field(default_factory=lambda: np.array([], dtype=object))

    def __len__(self) -> int:
        return len(self.key)

    @classmethod
    def none(cls) -> Self:
        """No passage at all."""
        text, number, flag = np.array([], dtype=object), np.array([]), np.array([], dtype=bool)
        return cls(text, text, text, number, number, text, number, number, text, flag, flag)


@dataclass(frozen=True)
class CorrectedLines:
    """
    Lines that a document draws as the border of a street to come (بر اصلاحی); every entry is (c,).

    `passage`: position of the street, whose one side the line is. `code` names it; `told` is a mapping each
    of who draws it: what a `RuleReference` says besides code and kind (article, source, days, ...).
    """

    passage: Ints
    geometry: Shapes
    code: Texts
    told: Texts

    def __len__(self) -> int:
        return len(self.code)

    @classmethod
    def none(cls) -> Self:
        """No line at all."""
        text = np.array([], dtype=object)
        return cls(np.array([], dtype=np.int64), text, text, text)


@dataclass(frozen=True)
class Edges:
    """
    Edges of lots in the order of their outer rings; every entry is an array of (e,).

    `lot`: position of the lot, ascending. `kind`: neighbour, passage, open or unknown. `passage`:
    position of the passage, or -1. `width_m`: of the passage as measured on the ground, or NaN.
    """

    lot: Ints
    geometry: Shapes
    kind: Texts
    passage: Ints
    width_m: Floats

    def __len__(self) -> int:
        return len(self.lot)

    @classmethod
    def none(cls) -> Self:
        """No edge at all."""
        text, number = np.array([], dtype=object), np.array([], dtype=np.int64)
        return cls(number, text, text, number, np.array([]))


@dataclass(frozen=True)
class Layer:
    """
    One edition of a map layer: how far it was surveyed, how exactly and when.

    `surveyed_extent` None: nobody said how far it reaches, so its silence proves nothing.
    """

    key: str
    name_fa: str = ""
    name_en: str = ""
    surveyed_extent: Any = None
    accuracy_m: float | None = None
    surveyed_on: date | None = None
    stale_after_days: int | None = None
    kind: str = "overlay"


@dataclass(frozen=True)
class Zones:
    """
    Zones of the plan in force on the day; arrays of (z,), and the layer they come from.

    Where several plans hold side by side, `beside` are the others, and `plan` (z,) is the position of each
    zone's own among `plans`.
    """

    code: Texts
    name_fa: Texts
    name_en: Texts
    geometry: Shapes
    layer: Layer | None = None
    beside: tuple[Layer, ...] = ()
    plan: Ints = field(default_factory=lambda: NOWHERE)

    @property
    def plans(self) -> tuple[Layer, ...]:
        """All plans that hold side by side."""
        return () if self.layer is None else (self.layer, *self.beside)

    @classmethod
    def none(cls) -> Self:
        """No zone at all."""
        text = np.array([], dtype=object)
        return cls(text, text, text, text)


@dataclass(frozen=True)
class Overlays:
    """Features of overlay layers; arrays of (o,), `layer` is the layer's key, `attributes` a mapping each."""

    layer: Texts
    code: Texts
    name_fa: Texts
    name_en: Texts
    geometry: Shapes
    attributes: Texts

    @cached_property
    def _by_layer(self) -> Mapping[str, Ints]:
        found: dict[str, list[int]] = {}
        for number, layer in enumerate(self.layer.tolist()):
            found.setdefault(layer, []).append(number)
        return {layer: np.array(numbers, dtype=np.int64) for layer, numbers in found.items()}

    def of_layer(self, key: str) -> Ints:
        """Positions of the features of a layer, ascending."""
        return self._by_layer.get(key, NOWHERE)

    @classmethod
    def none(cls) -> Self:
        """No feature at all."""
        text = np.array([], dtype=object)
        return cls(text, text, text, text, text, text)


@dataclass(frozen=True)
class Surroundings:
    """What lies around lots: edges, passages and their corrected lines, zones, overlays, overlay layers."""

    edges: Edges = field(default_factory=Edges.none)
    passages: Passages = field(default_factory=Passages.none)
    zones: Zones = field(default_factory=Zones.none)
    overlays: Overlays = field(default_factory=Overlays.none)
    layers: Mapping[str, Layer] = field(default_factory=dict)
    corrected: CorrectedLines = field(default_factory=CorrectedLines.none)


def chosen(values: Any, at: Any) -> Any:
    """The same kind of value with only the rows `at` (positions or flags) of each of its arrays."""
    arrays = {entry.name: getattr(values, entry.name) for entry in fields(values)}
    return replace(
        values,
        **{name: rows[at] for name, rows in arrays.items() if isinstance(rows, np.ndarray) and len(rows)},
    )
