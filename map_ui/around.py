"""Reads what lies round a parcel, to be drawn beside it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from django.db.models import QuerySet

from gis_core import crs
from layers.models import GroundCover
from layers.network.models import StreetSegment
from map_ui.drawing.surroundings import Street, Surroundings
from map_ui.streets import called
from parcels.models import Building, Parcel

_REACH_M = 45.0
_MOST = 600


def surroundings(parcel: Parcel, *, on: date, joined: Sequence[Parcel] = ()) -> Surroundings:
    """Lots, buildings, ground and streets within sight of a parcel and those joined with it; four queries."""
    extents = np.array([one.geometry.extent for one in (parcel, *joined)])
    west, south = extents[:, :2].min(axis=0).tolist()
    east, north = extents[:, 2:].max(axis=0).tolist()
    reach = max(_REACH_M, (east - west) * 0.9, (north - south) * 0.7)
    box = Polygon.from_bbox((west - reach, south - reach, east + reach, north + reach))
    box.srid = crs.metric_srid()
    lots = _near(Parcel.objects.in_force(on=on).filter(kind=Parcel.Kind.LOT), box)
    buildings = _near(Building.objects.in_force(on=on), box)
    ground = _near(GroundCover.objects.in_force(on=on), box)
    streets = _near(StreetSegment.objects.in_force(on=on), box)
    names = called((street.lineage, street.name_fa, street.name_en) for street in streets)
    return Surroundings(
        lots=[(_shape(lot), lot.lot_label) for lot in lots],
        buildings=[(_shape(building), _height(building)) for building in buildings],
        ground=[(cover.kind, _shape(cover)) for cover in ground],
        streets=[
            Street(names[str(street.lineage)], _shape(street), street.existing_width_m) for street in streets
        ],
        street_names=names,
    )


def _near(rows: QuerySet[Any], box: Polygon) -> list[Any]:
    return list(rows.filter(geometry__bboverlaps=box)[:_MOST])


def _shape(row: Any) -> Any:
    return shapely.from_wkb(bytes(row.geometry.wkb))


def _height(building: Building) -> float:
    return building.height_m or (building.storeys or 2) * 3.2
