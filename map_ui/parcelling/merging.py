"""Holds lots that are to become one against each other: what they have alone and together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry

from gis_core import crs
from gis_core.constraints.findings import Evaluation, worst
from gis_core.errors import BadInput, NotFound
from parcels import queries
from parcels.consolidation import Consolidated, consolidated
from parcels.models import Parcel

MOST_LOTS = 8
#: Lots nearer to each other than this may share a border, in metres.
BESIDE_M = 0.2
MOST_NEIGHBOURS = 24

#: What is compared: the finding, and whether the lots' values add up or the largest stands for them.
COMPARED = {
    "surveyed_area_m2": "sum",
    "widening_area_m2": "sum",
    "chamfer_area_m2": "sum",
    "net_area_m2": "sum",
    "storeys": "largest",
    "footprint_m2": "sum",
    "far_cap_m2": "sum",
    "reachable_floor_area_m2": "sum",
    "parking_need": "sum",
    "parking_capacity": "sum",
}


@dataclass(frozen=True)
class Compared:
    """One finding of lots apart and together, None where not known; `state` is the least sure of all."""

    key: str
    unit: str | None
    apart: float | None
    together: float | None
    state: str

    @property
    def difference(self) -> float | None:
        """How much more it is together."""
        return None if self.apart is None or self.together is None else self.together - self.apart


def chosen_lots(first: Parcel, others: Sequence[str], *, on: date) -> list[Parcel]:
    """
    The parcel and the others by their keys, each once.

    Raises
    ------
    NotFound
        When there is no such parcel on that day.
    BadInput
        When they are too many, or one is no lot.
    """
    keys = list(dict.fromkeys(key.strip()[:60] for key in others if key.strip()))
    if len(keys) > MOST_LOTS:
        raise BadInput(
            f"بیش از {MOST_LOTS} قطعه را با هم نمی‌سنجیم.",
            f"No more than {MOST_LOTS} lots are judged together.",
            {"name": "with"},
        )
    found = {lot.key: lot for lot in (first, *(_lot_of(key, on=on) for key in keys))}
    return list(found.values())


def _lot_of(key: str, *, on: date) -> Parcel:
    """The parcel of a key, or the only one that a typed number means."""
    try:
        return queries.parcel_by_key(key, on=on)
    except NotFound:
        meant = {entry.parcel.key: entry.parcel for entry in queries.search(key, on=on)}
        if len(meant) != 1:
            raise
        return next(iter(meant.values()))


def neighbours(lots: Sequence[Parcel], *, on: date) -> list[Parcel]:
    """Lots that touch one of these, those with the longest common border first."""
    ground = shapely.union_all([shapely.from_wkb(bytes(lot.geometry.wkb)) for lot in lots])
    there = GEOSGeometry(memoryview(shapely.to_wkb(ground)), srid=crs.metric_srid())
    near = Parcel.objects.in_force(on=on).filter(kind=Parcel.Kind.LOT, geometry__dwithin=(there, BESIDE_M))
    found = list(near.exclude(key__in=[lot.key for lot in lots])[: 2 * MOST_NEIGHBOURS])
    border = shapely.buffer(shapely.boundary(ground), BESIDE_M)

    def common_m(lot: Parcel) -> float:
        shape = shapely.from_wkb(bytes(lot.geometry.wkb))
        return float(shapely.intersection(shapely.boundary(shape), border).length)

    ranked = sorted(found, key=lambda lot: (-common_m(lot), lot.key))
    return [lot for lot in ranked if common_m(lot) > 2 * BESIDE_M][:MOST_NEIGHBOURS]


def merged(lots: Sequence[Parcel], *, on: date) -> Consolidated:
    """The lots alone and together."""
    return consolidated([lot.pk for lot in lots], on=on)


def compared(found: Consolidated) -> tuple[Compared, ...]:
    """What the lots have apart and together, finding by finding; nothing where they do not become one lot."""
    if found.together is None:
        return ()
    return tuple(_compared(key, how, found.separate, found.together) for key, how in COMPARED.items())


def _compared(key: str, how: str, apart: Sequence[Evaluation], together: Evaluation) -> Compared:
    findings = [lot.findings[key] for lot in (*apart, together)]
    values = [None if one.state == "unknown" else one.value for one in findings]
    before: Any = None
    if all(value is not None for value in values[:-1]):
        before = sum(values[:-1]) if how == "sum" else max(values[:-1])
    return Compared(key, findings[-1].unit, before, values[-1], worst(*(one.state for one in findings)))
