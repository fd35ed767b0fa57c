# ruff: noqa: E501 (lines of SVG)
"""Draws the plan of a parcel with its surroundings as SVG that also prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from map_ui import shapes, wording
from map_ui.drawing import furniture, held
from map_ui.drawing.dimensions import dimension_mark, line_boxes
from map_ui.drawing.labels import Room, text_box
from map_ui.drawing.paths import line_of, path_of
from map_ui.drawing.rows import Row, callout, shape_group
from map_ui.drawing.street_names import street_names
from map_ui.drawing.surroundings import Restricting, Surroundings
from map_ui.drawing.view import HEIGHT_PX, WIDTH_PX, View, view_of

_NOTHING = Restricting()


@dataclass(frozen=True)
class Cut:
    """A lot that is proposed, or that is to be joined: its shape (metric CRS), number, and whether it fails."""

    shape: Any
    number: str
    fails: bool


#: Two lines of text one under the other.
_LINE_PX = 22.0
#: A lot drawn smaller than that gets no number.
_NUMBERED_PX2 = 900.0


def plan(
    document: Mapping[str, Any],
    around: Surroundings,
    restricting: Restricting = _NOTHING,
    *,
    width: int = WIDTH_PX,
    height: int = HEIGHT_PX,
    rows: Mapping[str, Row] | None = None,
    proposed: Any = None,
    cuts: Sequence[Cut] = (),
    corner: tuple[float, float] | None = None,
) -> SafeString:
    """
    The parcel with what restricts and surrounds it, north up, as one SVG of `width` x `height` px that also prints.

    With scale bar, north arrow and the dimensions of the lot. `rows` are the numbers of the page by role:
    each shape of such a role leads to its number and can be reached by keyboard. `proposed` is the
    footprint of a proposed building, drawn over the envelope with what of it lies outside; `cuts` are lots
    into which it is divided, or of which it is made. With a `corner`, from which lines are measured, the lot
    is seen close by and without dimensions. Empty for a lot without a shape.
    """
    drawn, rows = shapes.geometries(document), rows or {}
    if "parcel" not in drawn:
        return mark_safe("")
    dimensions = shapes.dimensions(document) if corner is None else []
    view = view_of(drawn["parcel"], width, height, dimensions, close=corner is not None)
    lines = [(entry.start, entry.end) for entry in dimensions]
    for part in shapes.polygons(drawn["parcel"]):
        lines += pairwise(part.exterior.coords)
    room = Room(width, height, [*furniture.places(width, height), *line_boxes(lines, view)])
    marks = _dimensions(dimensions, view, room, rows)
    zones = held.zones(restricting, drawn, view, room)
    numbers = _numbers(around, view, room)
    parts = [_ground(around, view), _lots(around, view), numbers, held.unsurveyed(restricting, view)]
    parts += [held.ways(restricting, around, view), _answer(drawn, restricting, view, rows)]
    parts += [_proposed(proposed, drawn, view), _cuts(cuts, view), zones, marks]
    parts += [
        street_names(around, view, room),
        furniture.scale_bar(view, height),
        _corner(corner, view),
        _callouts(drawn, view, rows),
    ]
    label = _("Plan of the parcel and what lies round it, north up")
    return mark_safe(
        f'<svg class="plan" direction="ltr" viewBox="0 0 {width} {height}" role="{"group" if rows else "img"}" '
        f'aria-label="{escape(label)}" '
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
    seen = shapely.intersects(np.array([lot for lot, _label in around.lots], dtype=object), view.box)
    lots = [lot for (lot, _label), is_seen in zip(around.lots, seen, strict=True) if is_seen]
    parts = [f'<path d="{path_of(lot, view)}" class="d-lot"/>' for lot in lots]
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


def _answer(drawn: Mapping[str, Any], restricting: Restricting, view: View, rows: Mapping[str, Row]) -> str:
    """The shapes of the answer, each in a group of its role; lines that only decorate lie on top of all."""
    parts = []
    for role in _GROUPS:
        if role in drawn:
            path = path_of(drawn[role], view)
            case = f'<path d="{path}" class="d-parcel-case"/>' if role == "parcel" else ""
            marks = f'{case}<path d="{path}" class="d-{role}" data-role="{role}"/>'
            parts.append(shape_group(role, marks, rows.get(role)))
        if role == "parcel" and "parcel" in drawn:
            parts.append(_other_parts(drawn, view))
        if role == "net":
            parts.append(held.grounds(restricting, drawn, view, rows))
    if "line60" in drawn:
        lines = [line_of(view(shapely.get_coordinates(line))) for line in shapely.get_parts(drawn["line60"])]
        parts += [f'<path d="{line}" class="d-line60"/>' for line in lines]
    if "net" in drawn:
        parts.append(f'<path d="{path_of(drawn["net"], view)}" class="d-net-line"/>')
    if "parcel" in drawn:
        parts.append(f'<path d="{path_of(drawn["parcel"], view)}" class="d-parcel-line"/>')
    return "".join(parts)


#: Shapes that measure something, in the order in which they are laid on each other.
_GROUPS = ("parcel", "ceded", "chamfer", "net", "envelope")


def _callouts(drawn: Mapping[str, Any], view: View, rows: Mapping[str, Row]) -> str:
    """What is said of each shape, over everything else; seen while the shape is lit."""
    parts, taken = [], -1e9
    for role in ("ceded", "chamfer", "net", "parcel", "envelope"):
        if role not in drawn or role not in rows:
            continue
        x, y = view(shapely.get_coordinates(shapely.point_on_surface(drawn[role])))[0]
        if role == "chamfer" and abs(y - taken) < _LINE_PX:
            y = taken - _LINE_PX
        taken = y if role == "ceded" else taken
        parts.append(callout(role, (x, y), view, rows[role]))
    return "".join(parts)


def _proposed(footprint: Any, drawn: Mapping[str, Any], view: View) -> str:
    if footprint is None:
        return ""
    parts = [f'<path d="{path_of(footprint, view)}" class="d-proposed"/>']
    if "envelope" in drawn:
        outside = shapely.difference(footprint, drawn["envelope"])
        parts.append(f'<path d="{path_of(outside, view)}" class="d-outside"/>' if outside.area > 0.01 else "")
    return "".join(parts)


def _cuts(cuts: Sequence[Cut], view: View) -> str:
    """Lots with their numbers; those that fail are hatched as well as coloured."""
    parts = []
    for cut in cuts:
        fails = " d-cut-fails" if cut.fails else ""
        parts.append(f'<path d="{path_of(cut.shape, view)}" class="d-cut{fails}"/>')
        x, y = view(shapely.get_coordinates(shapely.point_on_surface(cut.shape)))[0]
        parts.append(f'<text x="{x:.1f}" y="{y + 6:.1f}" class="d-cut-number">{escape(cut.number)}</text>')
    return "".join(parts)


def _corner(corner: tuple[float, float] | None, view: View) -> str:
    """A cross at the point from which lines are measured."""
    if corner is None:
        return ""
    x, y = view(np.array([corner]))[0]
    return (
        f'<path d="M{x - 7:.1f} {y:.1f}h14M{x:.1f} {y - 7:.1f}v14" class="d-corner"/>'
        f'<text x="{x - 5:.1f}" y="{y - 11:.1f}" class="d-corner-text">{wording.digits("0 0")}</text>'
    )


def _dimensions(
    dimensions: Sequence[shapes.Dimension], view: View, room: Room, rows: Mapping[str, Row]
) -> str:
    """All dimensions; those of the street's widths are a group that a number can light."""
    marks = [(entry.kind.startswith("width"), dimension_mark(entry, view, room)) for entry in dimensions]
    widths = "".join(mark for is_width, mark in marks if is_width)
    lot = "".join(mark for is_width, mark in marks if not is_width)
    return lot + (shape_group("widths", widths, rows.get("widths")) if widths else "")


def _other_parts(drawn: Mapping[str, Any], view: View) -> str:
    parts = held.other_parts(drawn)
    return (
        "" if parts is None else f'<path d="{path_of(parts, view)}" class="d-other" data-role="other_parts"/>'
    )
