"""The offices' map as SVG: the start, numbered offices, and the way to the chosen one."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from map_ui.dispatch.words import minutes as minutes_in_words
from map_ui.offices.rows import OfficeRow
from map_ui.street_map import Frame, draw_ground, frame_around, line_path, read_ground, scale_bar

WIDTH, HEIGHT = 960, 800
SHOWN_AROUND = 6
"""The nearest offices decide how much of the city is in the picture; farther ones may lie outside it."""


def offices_picture(
    rows: list[OfficeRow],
    start_xy: tuple[float, float] | None,
    way: shapely.LineString | None,
    *,
    on: date,
    times: Sequence[tuple[int, shapely.Geometry]] = (),
) -> SafeString | None:
    """The picture with lines of equal time; None when there is nothing to show."""
    near = [row.xy for row in rows if row.reachable or start_xy is None][:SHOWN_AROUND]
    if start_xy is None:
        near = [row.xy for row in rows]
    places = [*near, *([start_xy] if start_xy else []), *(way.coords if way else [])]
    if not places:
        return None
    frame = frame_around(places, width=WIDTH, height=HEIGHT, margin_px=70)
    pins = []
    for row in reversed(rows):
        x, y = frame.px(row.xy)[0]
        if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
            pins.append({"row": row, "x": x, "y": y})
    context = {
        "width": WIDTH,
        "height": HEIGHT,
        "ground": draw_ground(frame, read_ground(frame, on=on)),
        "way": line_path(frame, way) if way else "",
        "start": dict(zip("xy", frame.px(start_xy)[0], strict=True)) if start_xy else None,
        "pins": pins,
        "times": [_equal_time(frame, minutes, area) for minutes, area in times],
        "scale": scale_bar(frame),
    }
    return render_to_string("offices/picture.svg", context)


def _equal_time(frame: Frame, minutes: int, area: shapely.Geometry) -> dict:
    """A line of equal time: its path, and where its label stands: at its lowest point in the picture."""
    outlines = [part.exterior for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    inside = shapely.intersection(shapely.box(*frame.box), shapely.MultiLineString(outlines))
    points = shapely.get_coordinates(inside)
    label = None
    if len(points):
        x, y = frame.px(points[np.argmin(points[:, 1])])[0]
        label = {"x": min(max(x, 60), frame.width - 60), "y": min(y, frame.height - 90), "text": ""}
        label["text"] = minutes_in_words(minutes * 60)
    return {
        "path": "".join(line_path(frame, shapely.get_coordinates(ring)) + "Z" for ring in outlines),
        "label": label,
    }
