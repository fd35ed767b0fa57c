# ruff: noqa: E501 (lines of SVG)
"""Dimensions of a lot and of its street as lines with ticks and figures."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils.html import escape
from django.utils.translation import gettext as _

from map_ui import shapes, wording
from map_ui.drawing.view import View


def dimension_mark(dimension: shapes.Dimension, view: View) -> str:
    """One dimension with its ticks, its figure on the side away from the lot."""
    (x1, y1), (x2, y2) = view(np.array([dimension.start, dimension.end]))
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    nx, ny = -(y2 - y1) / length * 4, (x2 - x1) / length * 4
    ticks = f"M{x1 - nx:.1f} {y1 - ny:.1f}l{2 * nx:.1f} {2 * ny:.1f}M{x2 - nx:.1f} {y2 - ny:.1f}l{2 * nx:.1f} {2 * ny:.1f}"
    brick = " d-brick" if dimension.kind in ("ceded", "width_planned") else ""
    text = dimension_text(dimension)
    tx, ty = (x1 + x2) / 2, (y1 + y2) / 2
    # on the side away from the lot; the width now on the near side, clear of the planned one
    right = (tx > view.width / 2) != (dimension.kind == "width_now")
    anchor, dx, dy = ("start", 8, 4) if right else ("end", -8, 4)
    lies = abs(x2 - x1) >= abs(y2 - y1)
    if lies and not dimension.kind.startswith("width"):
        anchor, dx, dy = "middle", 0, 16 if ty > view.height / 2 else -8
    return (
        f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}{ticks}" class="d-dim{brick}"/>'
        f'<text x="{tx + dx:.1f}" y="{ty + dy:.1f}" text-anchor="{anchor}" class="d-dim-text{brick}">{escape(text)}</text>'
    )


def dimension_text(dimension: shapes.Dimension) -> str:
    """What stands beside a dimension: its metres, for streets with the words now or planned."""
    if dimension.kind == "width_now":
        return _("now %(width)s") % {"width": wording.number(dimension.length_m)}
    if dimension.kind == "width_planned":
        return _("planned %(width)s") % {"width": wording.number(dimension.length_m)}
    return wording.number(dimension.length_m, 2)


def obstacles(document: Mapping[str, Any], view: View) -> np.ndarray:
    """Places (px) where figures of dimensions stand, which names keep clear of; the middle of the lot too."""
    middles = [np.mean([entry.start, entry.end], axis=0) for entry in shapes.dimensions(document)]
    return view(np.array([view.centre, *middles]))
