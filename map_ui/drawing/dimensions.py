# ruff: noqa: E501 (lines of SVG)
"""Dimensions of a lot and of its street as lines with ticks and figures."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.utils.html import escape
from django.utils.translation import gettext as _

from map_ui import shapes, wording
from map_ui.drawing.labels import LETTER_PX, Box, Room
from map_ui.drawing.view import View


def dimension_mark(dimension: shapes.Dimension, view: View, room: Room) -> str:
    """One dimension with its ticks, its figure beside it where there is room."""
    (x1, y1), (x2, y2) = view(np.array([dimension.start, dimension.end]))
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    nx, ny = -(y2 - y1) / length * 4, (x2 - x1) / length * 4
    ticks = f"M{x1 - nx:.1f} {y1 - ny:.1f}l{2 * nx:.1f} {2 * ny:.1f}M{x2 - nx:.1f} {y2 - ny:.1f}l{2 * nx:.1f} {2 * ny:.1f}"
    brick = " d-brick" if dimension.kind in ("ceded", "width_planned") else ""
    text = dimension_text(dimension)
    x, y, anchor = room.first_free(_places(dimension, view), text)
    return (
        f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}{ticks}" class="d-dim{brick}"/>'
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="d-dim-text{brick}">{escape(text)}</text>'
    )


def _places(dimension: shapes.Dimension, view: View) -> list[tuple[float, float, str]]:
    """Where its figure may stand: beside its middle away from the lot, on the other side, along it, past its ends."""
    start, end = view(np.array([dimension.start, dimension.end]))
    (x, y), across = (start + end) / 2, end - start
    if abs(across[0]) >= abs(across[1]):
        # a line that lies: above or below it, as far as it leans
        lean = abs(across[1] / across[0]) * len(dimension_text(dimension)) * LETTER_PX / 2
        below, above = (x, y + 16 + lean, "middle"), (x, y - 7 - lean, "middle")
        first, last = sorted((start, end), key=lambda point: float(point[0]))
        beside = [(last[0] + 8, last[1] + 4, "start"), (first[0] - 8, first[1] + 4, "end")]
        return [*((below, above) if y > view.height / 2 else (above, below)), *beside]
    right, left = (8.0, "start"), (-8.0, "end")
    sides = [right, left] if x > view.width / 2 else [left, right]
    shares = (0.5, 0.32, 0.68, 0.18, 0.82)
    along = [
        (start[0] + across[0] * share + dx, start[1] + across[1] * share + 4, anchor)
        for dx, anchor in sides
        for share in shares
    ]
    top, bottom = sorted((start, end), key=lambda point: float(point[1]))
    past = [(top[0], top[1] - 7.0), (bottom[0], bottom[1] + 16.0)]
    past = past[::-1] if y > view.height / 2 else past
    return [*along, *((*place, anchor) for place in past for anchor in ("middle", "start", "end"))]


def dimension_text(dimension: shapes.Dimension) -> str:
    """What stands beside a dimension: its metres, for streets with the words now or planned."""
    if dimension.kind == "width_now":
        return _("now %(width)s") % {"width": wording.number(dimension.length_m)}
    if dimension.kind == "width_planned":
        return _("planned %(width)s") % {"width": wording.number(dimension.length_m)}
    return wording.number(dimension.length_m, 2)


def line_boxes(lines: Iterable[tuple[Any, Any]], view: View) -> list[Box]:
    """The boxes (px) along drawn lines, from point to point on the ground, on which no figure stands."""
    boxes = []
    for line in lines:
        start, end = view(np.array(line))
        steps = max(int(math.dist(start, end) / 10), 1)
        for share in np.linspace(0.0, 1.0, steps + 1):
            x, y = start + (end - start) * share
            boxes.append((x - 2, y - 2, x + 2, y + 2))
    return boxes
