"""A day's routes as a document for maps and programs: degrees, states, signs."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gis_core import crs
from map_ui.dispatch.day import DayView, RouteView
from map_ui.route_signs import COLOURS, outline


def routes_document(day: DayView) -> dict[str, Any]:
    """Routes with their legs and stops, and the visits without a turn; places are [lon, lat]."""
    return {
        "day": day.plan.day.isoformat(),
        "status": day.plan.status,
        "routes": [_route(route) for route in day.routes],
        "left_out": [
            {"visit": one.visit_id, "code": one.code, "sentence": one.sentence, "place": _lonlat([one.xy])[0]}
            for one in day.left_out
        ],
    }


def _route(route: RouteView) -> dict[str, Any]:
    return {
        "inspector": route.code,
        "name": route.name,
        "shape": route.sign.shape,
        "colour": COLOURS[route.sign.shape],
        "outline": outline(route.sign.shape),
        "dash": [float(part) for part in route.sign.dash.split()],
        "letter": route.sign.letter,
        "start": _lonlat([route.start_xy])[0],
        "legs": [_lonlat(leg) for leg in route.legs],
        "stops": [
            {
                "visit": stop.visit_id,
                "label": route.sign.label(stop.position),
                "state": stop.state,
                "title": stop.title,
                "place": _lonlat([stop.xy])[0],
            }
            for stop in route.stops
        ],
    }


def _lonlat(places: Iterable[Sequence[float]]) -> list[list[float]]:
    points = np.asarray(list(places), dtype=float).reshape(-1, 2)
    lon, lat = crs.to_lonlat(points[:, 0], points[:, 1])
    return np.column_stack([lon, lat]).round(6).tolist()
