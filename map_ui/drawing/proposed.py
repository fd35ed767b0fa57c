"""Draws a proposed building raised on its lot, as the permitted one is drawn."""

from collections.abc import Mapping
from math import floor
from typing import Any

import shapely
from django.utils.safestring import SafeString, mark_safe

from gis_core.constraints.findings import geojson
from map_ui.drawing.axonometry import axonometry
from map_ui.drawing.surroundings import Surroundings

#: More storeys than that are not told apart in the picture.
_MOST_STOREYS = 40


def proposed_building(
    document: Mapping[str, Any], around: Surroundings, footprint: Any, storeys: float | None
) -> SafeString:
    """The building over its footprint (metric CRS); empty while footprint or storeys are not told."""
    if footprint is None or shapely.is_empty(footprint) or storeys is None or storeys > _MOST_STOREYS:
        return mark_safe("")
    levels = [float(level) for level in range(1, floor(storeys) + 1)]
    levels += [storeys] if storeys > len(levels) else []
    raised = {
        **document,
        "geometries": {**document["geometries"], "envelope": geojson(footprint)},
        "choices": [{"storeys": level, "discretionary": False} for level in levels],
    }
    return axonometry(raised, around, chosen=storeys, with_stops=False)
