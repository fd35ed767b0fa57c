# ruff: noqa: E501 (lines of SVG)
"""Draws what restricts a lot on its plan: zones, overlays, what was never surveyed, planned streets."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django.utils.html import escape

from map_ui import shapes
from map_ui.drawing.labels import Room, text_box
from map_ui.drawing.paths import line_of, path_of
from map_ui.drawing.rows import Row, shape_group
from map_ui.drawing.surroundings import Restricting, Restriction, Surroundings
from map_ui.drawing.view import View

#: Patterns by what a restriction does, so that nothing is told by colour alone.
PATTERNS = (
    '<pattern id="no-build" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0M-1 1L1 -1M5 7L7 5M0 0L6 6M-1 5L1 7M5 -1L7 1" class="d-held-line"/></pattern>'
    '<pattern id="conditional" width="9" height="9" patternUnits="userSpaceOnUse"><path d="M0 0L9 9M-1 8L1 10M8 -1L10 1" class="d-held-line"/></pattern>'
    '<pattern id="height-limit" width="9" height="9" patternUnits="userSpaceOnUse"><circle cx="4.5" cy="4.5" r="1.2" class="d-held-dot"/></pattern>'
    '<pattern id="unsurveyed" width="14" height="14" patternUnits="userSpaceOnUse"><path d="M0 14L14 0" class="d-unsurveyed-line"/></pattern>'
)
_SIGNS = {"NO_BUILD": "no-build", "CONDITIONAL": "conditional", "HEIGHT_LIMIT": "height-limit"}
_SMALLEST_M2 = 0.3
#: A border by width this near to a corrected line is the one that the line stands in place of: m.
_OF_A_LINE_M = 4.0


def sign_of(effect: str) -> str:
    """The name of the sign, on the plan and in the legend, of what a restriction does."""
    return _SIGNS.get(effect, "info")


def unsurveyed(restricting: Restricting, view: View) -> str:
    """The ground in sight that surveys of layers do not reach, up to their borders."""
    if not restricting.unsurveyed:
        return ""
    extents = [extent for _name, extent in restricting.unsurveyed]
    seen = shapely.union_all([shapely.difference(view.box, extent) for extent in extents])
    border = shapely.union_all(
        [shapely.intersection(shapely.boundary(extent), view.box) for extent in extents]
    )
    edges = "".join(f'<path d="{line}" class="d-survey-edge"/>' for line in _lines(border, view))
    return f'<path d="{path_of(seen, view)}" class="d-unsurveyed" data-role="unsurveyed"/>{edges}'


def ways(restricting: Restricting, around: Surroundings, view: View) -> str:
    """Borders of planned streets where they lie on lots, dash and dot."""
    return "".join(
        f'<path d="{line}" class="d-way" data-role="way"/>'
        for line in _lines(way_lines(restricting, around, view), view)
    )


def way_lines(restricting: Restricting, around: Surroundings, view: View) -> Any:
    """Borders of planned streets in sight that lie on no street of today; where a line is drawn, that line."""
    planned = shapes.polygons(
        shapely.union_all([shapely.intersection(way, view.box) for way in restricting.ways])
    )
    today = [shape for kind, shape in around.ground if kind == "passage"]
    borders = shapely.union_all([shapely.boundary(way) for way in planned])
    frame = shapely.buffer(shapely.boundary(view.box), 0.05)
    lines = shapely.union_all([shapely.intersection(line, view.box) for line in restricting.corrected])
    hidden = [*today, frame, shapely.buffer(lines, _OF_A_LINE_M)]
    borders = shapely.difference(borders, shapely.union_all(hidden))
    return shapely.union_all([borders, shapely.difference(lines, shapely.union_all(today))])


def grounds(restricting: Restricting, drawn: Mapping[str, Any], view: View, rows: Mapping[str, Row]) -> str:
    """The ground that restrictions hold: hatched on the lot, outlined round it, a group for each layer."""
    marks: dict[str, str] = {}
    for one in restricting.restrictions:
        marks[one.layer] = marks.get(one.layer, "") + _ground(one, drawn["parcel"], view)
    roles = {layer: overlay_role(layer) for layer in marks}
    return "".join(
        shape_group(roles[layer], drawing, rows.get(roles[layer])) for layer, drawing in marks.items()
    )


def overlay_role(layer: str) -> str:
    """The role of what is drawn of an overlay layer."""
    return f"overlay-{layer}"


def holds(one: Restriction, parcel: Any) -> bool:
    """Whether a restriction's ground lies on the lot, and not only along it."""
    return bool(shapely.area(shapely.intersection(one.ground, parcel)) > _SMALLEST_M2)


def sign_on(one: Restriction, parcel: Any) -> str:
    """The sign by which a restriction's ground is drawn about a lot: hatched on it, else only its border."""
    return sign_of(one.effect) if holds(one, parcel) else "info"


def _ground(one: Restriction, parcel: Any, view: View) -> str:
    sign = sign_on(one, parcel)
    border = shapely.intersection(shapely.boundary(one.ground), view.box)
    parts = [f'<path d="{line}" class="d-held-edge"/>' for line in _lines(border, view)]
    if sign != "info":
        on_lot = path_of(shapely.intersection(one.ground, parcel), view)
        parts.append(
            f'<path d="{on_lot}" class="d-{sign}" data-role="overlay" data-layer="{escape(one.layer)}"/>'
        )
    if shapely.get_dimensions(one.drawn) == 1:
        seen = shapely.intersection(one.drawn, view.box)
        parts += [f'<path d="{line}" class="d-feature"/>' for line in _lines(seen, view)]
    elif shapely.get_dimensions(one.drawn) == 0:
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="d-feature-point"/>'
            for x, y in view(shapely.get_coordinates(one.drawn))
            if 0 < x < view.width and 0 < y < view.height
        ]
    return "".join(parts)


def zones(restricting: Restricting, drawn: Mapping[str, Any], view: View, room: Room) -> str:
    """Borders between the zones that a lot meets, and the code of each where it lies on the lot."""
    parts = []
    for _code, zone in restricting.zones:
        border = shapely.intersection(shapely.boundary(zone), view.box)
        parts += [
            f'<path d="{line}" class="d-zone-case"/><path d="{line}" class="d-zone-line" data-role="zone"/>'
            for line in _lines(border, view)
        ]
    for code, zone in restricting.zones:
        part = _largest(shapely.intersection(zone, drawn["parcel"]))
        if part is None:
            continue
        x, y = view(shapely.get_coordinates(shapely.maximum_inscribed_circle(part))[:1])[0]
        box = text_box(x, y + 5, "middle", code)
        room.take([box])
        parts.append(
            f'<rect x="{box[0] - 3:.1f}" y="{box[1] - 2:.1f}" width="{box[2] - box[0] + 6:.1f}" height="20" rx="4" class="d-zone-plate"/>'
            f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle" class="d-zone-code">{escape(code)}</text>'
        )
    return "".join(parts)


def _largest(geometry: Any) -> Any:
    polygons = [
        part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and part.area > 1.0
    ]
    return max(polygons, key=shapely.area, default=None)


def _lines(geometry: Any, view: View) -> list[str]:
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    lines = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString" and part.length > 0]
    return [line_of(view(np.asarray(shapely.get_coordinates(part)))) for part in lines]


def other_parts(drawn: Mapping[str, Any]) -> Any:
    """What a street that cuts the lot leaves of it beside the net lot; None where it leaves nothing."""
    if "net" not in drawn:
        return None
    taken = [drawn[role] for role in ("net", "ceded", "chamfer") if role in drawn]
    rest = shapely.difference(drawn["parcel"], shapely.buffer(shapely.union_all(taken), 0.02))
    parts = [part for part in shapes.polygons(rest) if part.area > 1.0]
    return shapely.multipolygons(parts) if parts else None
