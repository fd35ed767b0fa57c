"""Names along the streets of a plan, clear of its figures."""

from typing import Any

import numpy as np
import shapely

from map_ui.drawing.labels import Box, Room
from map_ui.drawing.paths import turned_text
from map_ui.drawing.surroundings import Surroundings
from map_ui.drawing.view import View

#: About the width of a letter, and how near to the edge of the picture or to a figure a name may end.
_LETTER_PX, _MARGIN_PX, _CLEAR_PX, _HALF_LINE_PX = 7.0, 6.0, 60.0, 10.0
_SHARES = tuple(step / 20 for step in range(2, 19))


def street_names(around: Surroundings, view: View, room: Room) -> str:
    """Each street's name once, whole within the picture and as clear as may be of what stands there."""
    parts = []
    named: set[str] = set()
    for street in sorted(around.streets, key=lambda entry: -shapely.length(entry.line)):
        if not street.name or street.name in named:
            continue
        places = _places(street.line, len(street.name) * _LETTER_PX, view)
        if not places:
            continue
        taken = shapely.union_all([shapely.box(*box) for box in room.taken])
        best = max(places, key=lambda under: min(shapely.distance(under, taken), _CLEAR_PX))
        if shapely.distance(best, taken) < _HALF_LINE_PX:
            continue
        named.add(street.name)
        ends = shapely.get_coordinates(best)
        room.take(_boxes(best))
        parts.append(turned_text(ends.mean(axis=0), ends[1] - ends[0], street.name, "d-street"))
    return "".join(parts)


def _boxes(under: Any) -> list[Box]:
    """Boxes (px) along a turned name."""
    steps = max(int(shapely.length(under) / _HALF_LINE_PX), 1)
    points = [under.interpolate(step / steps, normalized=True) for step in range(steps + 1)]
    return [shapely.buffer(point, _HALF_LINE_PX).bounds for point in points]


def _places(line: Any, length_px: float, view: View) -> list[Any]:
    """Straight lines (px) under a name of that length, wherever the street and the picture have room."""
    frame = shapely.box(_MARGIN_PX, _MARGIN_PX, view.width - _MARGIN_PX, view.height - _MARGIN_PX)
    found = []
    for part in shapely.get_parts(shapely.intersection(line, view.box)):
        if part.geom_type != "LineString" or shapely.length(part) * view.px_per_m < length_px:
            continue
        for share in _SHARES:
            middle, before, after = (
                view(shapely.get_coordinates(part.interpolate(at, normalized=True)))[0]
                for at in (share, share - 0.05, share + 0.05)
            )
            half = (after - before) / (np.hypot(*(after - before)) or 1.0) * length_px / 2
            under = shapely.linestrings([middle - half, middle + half])
            if shapely.contains(frame, under):
                found.append(under)
    return found
