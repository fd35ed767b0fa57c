# ruff: noqa: E501 (lines of SVG)
"""Draws the plan of a parcel with its surroundings as SVG that also prints."""

from collections.abc import Mapping
from typing import Any

import shapely
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from map_ui import shapes, wording
from map_ui.drawing.dimensions import dimension_mark, obstacles
from map_ui.drawing.furniture import north, scale_bar
from map_ui.drawing.paths import line_of, path_of
from map_ui.drawing.street_names import street_names
from map_ui.drawing.surroundings import Surroundings
from map_ui.drawing.view import View, view_of


def plan(
    document: Mapping[str, Any], around: Surroundings, *, width: int = 640, height: int = 520
) -> SafeString:
    """
    The parcel with its surroundings, north up, as one SVG of `width` x `height` px that also prints.

    With scale bar, north arrow and the dimensions of the lot.
    """
    drawn = shapes.geometries(document)
    view = view_of(drawn["parcel"], width, height)
    parts = [_ground(around, view), _lots(around, view), _answer(drawn, view)]
    parts += [dimension_mark(dimension, view) for dimension in shapes.dimensions(document)]
    parts += [street_names(around, view, obstacles(document, view)), scale_bar(view, height), north(width)]
    label = _("Plan of the parcel and what lies round it, north up")
    return mark_safe(
        f'<svg class="plan" direction="ltr" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{_PATTERNS}<rect width="{width}" height="{height}" class="d-land"/>'
        f"{''.join(parts)}</svg>"
    )


_PATTERNS = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" class="d-hatch-ground"/><path d="M0 0V7" class="d-hatch"/></pattern></defs>'
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
    for lot, label in around.lots:
        if label:
            x, y = view(shapely.get_coordinates(shapely.point_on_surface(lot)))[0]
            parts.append(
                f'<text x="{x:.1f}" y="{y:.1f}" class="d-number">{escape(wording.digits(label))}</text>'
            )
    return "".join(parts)


def _answer(drawn: Mapping[str, Any], view: View) -> str:
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
        else:
            parts.append(f'<path d="{path}" class="d-{role}" data-role="{role}"/>')
    if "parcel" in drawn:
        parts.append(f'<path d="{path_of(drawn["parcel"], view)}" class="d-parcel-line"/>')
    return "".join(parts)
