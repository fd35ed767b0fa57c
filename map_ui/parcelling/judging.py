"""Judges a lot that is to be divided: reads what holds on it, lays the lots, asks the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.dividing import Divided, divide, land_to_divide
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import as_document
from gis_core.errors import BadInput
from map_ui import shapes
from map_ui.parcelling.asked import Asked
from parcels.evaluation import answer_for
from parcels.models import Parcel


@dataclass(frozen=True)
class Land:
    """What holds on a parcel: its evaluation, also as a document, and the land that may be divided."""

    evaluations: Evaluations
    document: Mapping[str, Any]
    land: shapely.Polygon


def land_of(parcel: Parcel, *, on: date) -> Land:
    """
    What holds on a parcel on a day; at most four round trips.

    Raises
    ------
    NotFound
        When this version is not in force on the day.
    BadInput
        When the parcel has no shape that could be divided, or the street takes all of it.
    """
    found = answer_for([parcel.pk], on=on).evaluations
    land = land_to_divide(found, 0)
    if land is None or land.is_empty:
        raise BadInput(
            "از این قطعه زمینی نمی‌ماند که تفکیک شود.",
            "Nothing of this parcel is left that could be divided.",
            {"key": parcel.key},
        )
    return Land(found, as_document(found[0]), land)


def divided(asked: Asked, held: Land) -> Divided:
    """The subdivision that is asked for, judged."""
    lots, roads = asked.drawn(held.land, along_front(held))
    return divide(held.evaluations, 0, lots, roads, asked.forced)


def along_front(held: Land) -> np.ndarray:
    """The way of the front on the street, (2,); without a street that of the land's longer side."""
    fronts = shapes.frontages(held.document)
    if fronts:
        line = shapely.get_coordinates(fronts[0][1])
        if np.hypot(*(line[-1] - line[0])) > 0:
            return np.asarray(line[-1] - line[0])
    origin = np.array(held.land.bounds[:2])
    near = shapely.transform(held.land, lambda points: points - origin)
    sides = np.diff(shapely.get_coordinates(shapely.oriented_envelope(near)), axis=0)
    return np.asarray(sides[np.hypot(*sides.T).argmax()])
