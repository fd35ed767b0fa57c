"""Rings, lines and turned texts as SVG."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from django.utils.html import escape

from map_ui import shapes


def path_of(geometry: Any, view: Callable[[np.ndarray], np.ndarray]) -> str:
    """A geometry's rings as the data of an SVG path, through a view of it."""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in view(ring)[:-1]) + "Z"
        for ring in shapes.rings(geometry)
    )


def line_of(points: np.ndarray) -> str:
    """Points (n, 2), px, as the data of an open SVG path."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def turned_text(place: np.ndarray, direction: np.ndarray, text: str, css: str) -> str:
    """Text along a direction, never upside down."""
    angle = math.degrees(math.atan2(direction[1], direction[0]))
    angle = (angle + 90) % 180 - 90
    return (
        f'<text class="{css}" text-anchor="middle" dominant-baseline="central" '
        f'transform="translate({place[0]:.1f} {place[1]:.1f}) rotate({angle:.1f})">{escape(text)}</text>'
    )
