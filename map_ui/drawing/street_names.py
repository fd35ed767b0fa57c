"""Names along the streets of a plan, clear of its figures."""

from typing import Any

import numpy as np
import shapely

from map_ui.drawing.paths import turned_text
from map_ui.drawing.surroundings import Surroundings
from map_ui.drawing.view import View


def street_names(around: Surroundings, view: View, obstacles: np.ndarray) -> str:
    """Each street's name once, on its longest piece, where it is furthest from the obstacles (px)."""
    parts = []
    named: set[str] = set()
    for street in sorted(around.streets, key=lambda entry: -shapely.length(entry.line)):
        seen = shapely.intersection(street.line, view.box)
        lines = [part for part in shapely.get_parts(seen) if part.geom_type == "LineString"]
        if not street.name or street.name in named or not lines:
            continue
        longest = max(lines, key=shapely.length)
        if shapely.length(longest) * view.px_per_m < len(street.name) * 8:
            continue
        named.add(street.name)
        share = max((0.15, 0.3, 0.5, 0.7, 0.85), key=lambda at: _clearance(longest, at, view, obstacles))
        place, before, after = (
            view(shapely.get_coordinates(longest.interpolate(at, normalized=True)))[0]
            for at in (share, share - 0.05, share + 0.05)
        )
        parts.append(turned_text(place, after - before, street.name, "d-street"))
    return "".join(parts)


def _clearance(line: Any, share: float, view: View, obstacles: np.ndarray) -> float:
    """Px between a place on a line and the nearest obstacle."""
    place = view(shapely.get_coordinates(line.interpolate(share, normalized=True)))[0]
    return float(np.hypot(*(obstacles - place).T).min())
