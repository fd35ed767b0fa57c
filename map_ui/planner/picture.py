"""Draws the zones of one version as SVG: the family's tint, ink borders, the code of the larger ones."""

from typing import Any

import shapely
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from layers.models import LayerVersion
from layers.zoning.models import Zone
from map_ui.street_map import frame_around, line_path, scale_bar
from map_ui.zone_families import family_of

WIDTH, HEIGHT = 960, 640
LEAST_PX_FOR_CODE = 30


def zoning_picture(version: LayerVersion) -> SafeString | None:
    """The picture of a version; None when it has no zones."""
    rows = [
        (code, shapely.from_wkb(bytes(geometry.wkb)))
        for code, geometry in Zone.objects.filter(layer_version=version).values_list("code", "geometry")
    ]
    if not rows:
        return None
    west, south, east, north = shapely.total_bounds([shape for _, shape in rows])
    frame = frame_around([(west, south), (east, north)], width=WIDTH, height=HEIGHT, margin_px=24)
    zones = [_drawn(code, shape, frame) for code, shape in rows]
    context = {"width": WIDTH, "height": HEIGHT, "zones": zones, "scale": scale_bar(frame)}
    return render_to_string("planner/picture.svg", context)


def _drawn(code: str, shape: shapely.Polygon, frame: Any) -> dict[str, Any]:
    path = "".join(
        line_path(frame, shapely.get_coordinates(ring)) + "Z" for ring in (shape.exterior, *shape.interiors)
    )
    circle = shapely.maximum_inscribed_circle(shape, tolerance=max(1.0, shape.length / 200))
    named = 2 * circle.length * frame.px_per_m >= LEAST_PX_FOR_CODE
    middle = shape.centroid if shape.contains(shape.centroid) else shapely.Point(circle.coords[0])
    (place,) = frame.px([(middle.x, middle.y)])
    return {
        "code": code,
        "family": family_of(code),
        "path": path,
        "named": named,
        "at": place.tolist(),
    }
