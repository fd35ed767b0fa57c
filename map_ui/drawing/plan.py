# ruff: noqa: E501 (lines of SVG)
"""Draws the plan of a parcel with its surroundings as SVG that also prints."""

from collections.abc import Mapping
from typing import Any

import shapely
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from map_ui import shapes, wording
from map_ui.drawing import furniture, held
from map_ui.drawing.dimensions import dimension_mark, line_boxes
from map_ui.drawing.labels import Room, text_box
from map_ui.drawing.paths import line_of, path_of
from map_ui.drawing.street_names import street_names
from map_ui.drawing.surroundings import Restricting, Surroundings
from map_ui.drawing.view import HEIGHT_PX, WIDTH_PX, View, view_of

_NOTHING = Restricting()
#: A lot drawn smaller than that gets no number.
_NUMBERED_PX2 = 900.0


def plan(
    document: Mapping[str, Any],
    around: Surroundings,
    restricting: Restricting = _NOTHING,
    *,
    width: int = WIDTH_PX,
    height: int = HEIGHT_PX,
) -> SafeString:
    """
    The parcel with what restricts and surrounds it, north up, as one SVG of `width` x `height` px that also prints.

    With scale bar, north arrow and the dimensions of the lot.
    """
    drawn = shapes.geometries(document)
    dimensions = shapes.dimensions(document)
    view = view_of(drawn["parcel"], width, height, dimensions)
    room = Room(width, height, [*furniture.places(width, height), *line_boxes(dimensions, view)])
    marks = [dimension_mark(dimension, view, room) for dimension in dimensions]
    zones = held.zones(restricting, drawn, view, room)
    numbers = _numbers(around, view, room)
    parts = [_ground(around, view), _lots(around, view), numbers, held.unsurveyed(restricting, view)]
    parts += [held.ways(restricting, around, view), _answer(drawn, restricting, view), zones, *marks]
    parts += [street_names(around, view, room), furniture.scale_bar(view, height)]
    label = _("Plan of the parcel and what lies round it, north up")
    return mark_safe(
        f'<svg class="plan" direction="ltr" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{_PATTERNS}<rect width="{width}" height="{height}" class="d-land"/>'
        f"{''.join(parts)}{furniture.north(width)}</svg>"
    )


_PATTERNS = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" class="d-hatch-ground"/><path d="M0 0V7" class="d-hatch"/></pattern>'
    f"{held.PATTERNS}</defs>"
)


def _ground(around: Surroundings, view: View) -> str:
    parts = []
    if not any(kind == "passage" for kind, _shape in around.ground):
        for street in around.streets:
            points = view(shapely.get_coordinates(street.line))
            parts.append(
                f'<path d="{line_of(points)}" class="d-road" stroke-width="{(street.width_m or 7) * view.px_per_m:.1f}"/>'
            )
    seen = [(kind, shapely.intersection(shape, view.box)) for kind, shape in around.ground]
    drawn = [(kind, path_of(shape, view)) for kind, shape in seen if shape.area > 0]
    # edges of streets lie below all streets, so that no seam shows where two pieces meet
    parts += [f'<path d="{path}" class="d-passage-edge"/>' for kind, path in drawn if kind == "passage"]
    parts += [f'<path d="{path}" class="d-{escape(kind)}"/>' for kind, path in drawn]
    return "".join(parts)


def _lots(around: Surroundings, view: View) -> str:
    parts = [f'<path d="{path_of(lot, view)}" class="d-lot"/>' for lot, _label in around.lots]
    parts += [
        f'<path d="{path_of(building, view)}" class="d-building"/>' for building, _height in around.buildings
    ]
    return "".join(parts)


def _numbers(around: Surroundings, view: View, room: Room) -> str:
    """Numbers of the lots round about that are large enough for one, whole and clear of all figures."""
    parts = []
    for lot, label in around.lots:
        if not label or shapely.area(lot) * view.px_per_m**2 < _NUMBERED_PX2:
            continue
        x, y = view(shapely.get_coordinates(shapely.point_on_surface(lot)))[0]
        text = wording.digits(label)
        box = text_box(x, y, "middle", text)
        if room.is_free(box):
            room.take([box])
            parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="d-number">{escape(text)}</text>')
    return "".join(parts)


def _answer(drawn: Mapping[str, Any], restricting: Restricting, view: View) -> str:
    parts = []
    for role in shapes.ROLES:
        if role not in drawn:
            continue
        if role == "line60":
            lines = shapely.get_parts(drawn[role])
            parts += [
                f'<path d="{line_of(view(shapely.get_coordinates(line)))}" class="d-line60"/>'
                for line in lines
            ]
            continue
        path = path_of(drawn[role], view)
        if role == "parcel":
            parts.append(
                f'<path d="{path}" class="d-parcel-case"/><path d="{path}" class="d-parcel" data-role="parcel"/>'
            )
            parts += [_other_parts(drawn, view), held.grounds(restricting, drawn, view)]
        else:
            parts.append(f'<path d="{path}" class="d-{role}" data-role="{role}"/>')
    if "parcel" in drawn:
        parts.append(f'<path d="{path_of(drawn["parcel"], view)}" class="d-parcel-line"/>')
    return "".join(parts)


def _other_parts(drawn: Mapping[str, Any], view: View) -> str:
    parts = held.other_parts(drawn)
    return (
        "" if parts is None else f'<path d="{path_of(parts, view)}" class="d-other" data-role="other_parts"/>'
    )
