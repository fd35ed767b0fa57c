# ruff: noqa: E501 (lines of SVG)
"""The raised building: pilot, columns, walls, floors, and the storeys that must be asked for."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from map_ui import shapes
from map_ui.drawing.camera import PILOT_M, SOUTH_EAST, STOREY_M, Camera
from map_ui.drawing.paths import line_of, path_of


def prism(body: Any, low_m: float, high_m: float, camera: Camera, css: str) -> str:
    """Walls that look south or east, the far ones first, and the roof."""
    return (
        _walls(body, low_m, high_m, camera, css)
        + f'<path d="{path_of(body, camera.at(high_m))}" class="{css}-roof"/>'
    )


def silhouette(body: Any, low_m: float, high_m: float, camera: Camera) -> Any:
    """What a prism hides of the picture, as a shape in px."""
    faces = [
        shapely.polygons(camera.flat(ring, level)) for ring in shapes.rings(body) for level in (low_m, high_m)
    ]
    for ring in shapes.rings(body):
        for pair in itertools.pairwise(ring):
            ends = np.array(pair)
            corners = np.vstack([camera.flat(ends, low_m), camera.flat(ends[::-1], high_m)])
            faces.append(shapely.polygons(corners))
    return shapely.union_all(shapely.buffer(faces, 0))


def columns(body: Any, camera: Camera) -> str:
    """Columns of the pilot on the walls that are seen, about four metres apart."""
    parts = []
    for ring in shapes.rings(shapely.orient_polygons(body)):
        for start, end in itertools.pairwise(ring):
            if (end[1] - start[1]) - (start[0] - end[0]) <= 1e-9:
                continue
            bays = max(round(math.dist(start, end) / 4.2), 1)
            for step in range(bays + 1):
                foot = (start + (end - start) * step / bays)[None]
                parts.append(line_of(np.vstack([camera.flat(foot, 0.0), camera.flat(foot, PILOT_M)])))
    return f'<path d="{"".join(parts)}" class="a-column"/>'


def _walls(body: Any, low_m: float, high_m: float, camera: Camera, css: str) -> str:
    walls = []
    for ring in shapes.rings(shapely.orient_polygons(body)):
        for start, end in itertools.pairwise(ring):
            east, north = end[1] - start[1], start[0] - end[0]
            facing = (east - north) * SOUTH_EAST
            if facing <= 1e-9:
                continue
            side = "e" if east > -north else "s"
            pair = np.array([start, end])
            corners = np.vstack([camera.flat(pair, low_m), camera.flat(pair[::-1], high_m)])
            depth = float(np.mean(pair[:, 1] - pair[:, 0]))
            walls.append((-depth, f'<path d="{line_of(corners)}Z" class="{css}-{side}"/>'))
    return "".join(path for _far, path in sorted(walls, key=lambda wall: wall[0]))


def floors(
    body: Any, levels: Sequence[float], on_request: set[float], chosen: float | None, camera: Camera
) -> str:
    """The storeys one above the other; those above the chosen one are there and switched off."""
    parts = []
    below = 0.0
    for level in levels:
        low, high = PILOT_M + below * STOREY_M, PILOT_M + level * STOREY_M
        below = level
        roof = f'<path d="{path_of(body, camera.at(high))}" class="a-top{"-asked" if level in on_request else ""}"/>'
        if level in on_request:
            parts.append(f'<g class="a-asked">{_outline(body, low, high, camera)}{roof}</g>')
            off = "" if level == chosen else " off"
            parts.append(
                f'<g class="a-storey a-storey-asked{off}" data-storey="{level:g}" data-only="1">'
                f"{_walls(body, low, high, camera, 'a-wall')}{roof}</g>"
            )
            continue
        off = "" if chosen is not None and level <= chosen else " off"
        parts.append(
            f'<g class="a-storey{off}" data-storey="{level:g}">{_walls(body, low, high, camera, "a-wall")}{roof}</g>'
        )
    return "".join(parts)


def _outline(body: Any, low_m: float, high_m: float, camera: Camera) -> str:
    corners = next(iter(shapes.rings(body)))
    lines = [
        np.vstack([camera.flat(corner[None], low_m), camera.flat(corner[None], high_m)])
        for corner in corners[:-1]
    ]
    return f'<path d="{"".join(line_of(line) for line in lines)}" class="a-dash"/>'
