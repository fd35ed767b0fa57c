"""The answer about offices as a document for programs: degrees, seconds, metres; null where no way is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely
from django.conf import settings

from gis_core import crs
from layers.offices.assignment import OfficeCard, OfficeChoice, OfficeOption, OfficeWay
from layers.offices.hours import open_state
from map_ui.dispatch.words import minutes as minutes_in_words


def choice_document(choice: OfficeChoice, way: OfficeWay | None = None) -> dict[str, Any]:
    """Offices quickest first; `travel` is null for one that cannot be reached; `way` is the chosen one's."""
    return {
        "at": choice.at.isoformat(),
        "manner": str(choice.manner),
        "start": _lonlat(choice.start_xy),
        "start_on_network": choice.start_found,
        "nearest": choice.nearest.office.code if choice.nearest else None,
        "options": [_option(option) for option in choice.options],
        "without_service": [card.code for card in choice.without_service],
        "way": None if way is None else way_document(way),
    }


def cards_document(cards: Sequence[OfficeCard], at: datetime) -> dict[str, Any]:
    """All offices as they stand at a moment, when no start is known: nothing is called near."""
    options = [
        OfficeOption(card, None, None, open_state(card.hours, card.closures, settings.CITY, at))
        for card in cards
    ]
    return {"start": None, "options": [_option(option) for option in options]}


def equal_times_document(times: Sequence[tuple[int, shapely.Geometry]]) -> list[dict[str, Any]]:
    """Outlines of the areas reached within so many minutes, in degrees."""
    found = []
    for minutes, area in times:
        there = crs.transform(area, crs.metric_srid(), crs.LONLAT)
        rings = [part.exterior for part in shapely.get_parts(there) if part.geom_type == "Polygon"]
        outlines = [shapely.get_coordinates(ring).round(6).tolist() for ring in rings]
        found.append({"minutes": minutes, "label": minutes_in_words(minutes * 60), "outlines": outlines})
    return found


def way_document(way: OfficeWay) -> dict[str, Any]:
    """Seconds, metres and the line in degrees."""
    line = crs.transform(way.line, crs.metric_srid(), crs.LONLAT)
    return {
        "seconds": round(way.seconds),
        "metres": round(way.metres),
        "line": shapely.get_coordinates(line).round(6).tolist(),
    }


def _option(option: OfficeOption) -> dict[str, Any]:
    office, state = option.office, option.state
    travel = None
    if option.seconds is not None:
        travel = {"seconds": round(option.seconds), "metres": round(option.metres)}
    return {
        "code": office.code,
        "name_fa": office.name_fa,
        "name_en": office.name_en,
        "address": office.address,
        "district_code": office.district_code,
        "phone": office.phone,
        "place": _lonlat(office.xy),
        "services": list(office.services),
        "travel": travel,
        "state": {
            "openness": str(state.openness),
            "until": None if state.until is None else state.until.isoformat("minutes"),
            "next_day": None if state.next_day is None else state.next_day.isoformat(),
            "next_opens": None if state.next_opens is None else state.next_opens.isoformat("minutes"),
            "reason_fa": state.reason_fa,
            "reason_en": state.reason_en,
        },
        "looks_nearer_than": option.looks_nearer_than.code if option.looks_nearer_than else None,
    }


def _lonlat(xy: tuple[float, float]) -> list[float]:
    lon, lat = crs.to_lonlat(*xy)
    return [round(float(lon), 6), round(float(lat), 6)]
