# ruff: noqa: E501 (lines of SVG)
"""The ground of the axonometry: streets with names, neighbours, the yard with what is ceded."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django.utils.html import format_html
from django.utils.translation import gettext as _

from map_ui import shapes
from map_ui.drawing.building import prism, silhouette
from map_ui.drawing.camera import Camera
from map_ui.drawing.paths import path_of, turned_text
from map_ui.drawing.surroundings import Surroundings

#: About half the width of a word's letters and of its line, px; the share of the picture that fades out.
_LETTER_PX, _HALF_LINE_PX, _FADED = 6.4, 7.0, 0.05


def street_ground(around: Surroundings, camera: Camera) -> str:
    """Lots and streets as they lie round the building."""
    lots = "".join(f'<path d="{path_of(lot, camera.flat)}" class="a-lot"/>' for lot, _label in around.lots)
    streets = [geometry for kind, geometry in around.ground if kind == "passage"]
    return lots + "".join(
        f'<path d="{path_of(street, camera.flat)}" class="a-street"/>' for street in streets
    )


def neighbours_of(around: Surroundings, parcel: Any, camera: Camera) -> str:
    """Neighbours behind as volumes, far ones first; those in front only as footprints."""
    here = _depth(parcel)
    parts = []
    for building, height_m in sorted(around.buildings, key=lambda entry: -_depth(entry[0])):
        if shapely.intersection(building, parcel).area > 1.0:
            continue
        if _depth(building) > here:
            parts.append(prism(building, 0.0, height_m or 7.0, camera, "a-neighbour"))
        else:
            parts.append(f'<path d="{path_of(building, camera.flat)}" class="a-footprint"/>')
    return "".join(parts)


def _depth(geometry: Any) -> float:
    x, y = shapely.get_coordinates(shapely.centroid(geometry))[0]
    return y - x


def yard_of(drawn: Mapping[str, Any], camera: Camera) -> str:
    """The lot with the strips it cedes."""
    path = path_of(drawn["parcel"], camera.flat)
    strips = "".join(
        f'<path d="{path_of(drawn[role], camera.flat)}" class="a-strip"/>'
        for role in ("ceded", "chamfer")
        if role in drawn
    )
    return f'<path d="{path}" class="a-yard"/>{strips}<path d="{path}" class="a-yard-case"/><path d="{path}" class="a-yard-line"/>'


def yard_word(drawn: Mapping[str, Any], top_m: float, camera: Camera) -> str:
    """The word for the yard, where the building that is so high leaves room for it to be read."""
    if "net" not in drawn:
        return ""
    text = _("Yard")
    free = shapely.transform(shapely.difference(drawn["net"], drawn["envelope"]), camera.flat)
    seen = shapely.difference(shapely.buffer(free, 0), silhouette(drawn["envelope"], 0.0, top_m, camera))
    half = len(text) * _LETTER_PX / 2
    # as if letters were as wide as a line is high, so that the widest circle is the best place for the word
    squeezed = shapely.transform(seen, lambda points: points * (_HALF_LINE_PX / half, 1.0))
    if shapely.is_empty(squeezed):
        return ""
    circle = shapely.maximum_inscribed_circle(squeezed)
    if shapely.length(circle) < _HALF_LINE_PX * 1.2:
        return ""
    x, y = shapely.get_coordinates(circle)[0] * (half / _HALF_LINE_PX, 1.0)
    return format_html(
        '<text x="{}" y="{}" class="a-yard-text" text-anchor="middle">{}</text>',
        f"{x:.1f}",
        f"{y + 4:.1f}",
        text,
    )


def edge_names(
    document: Mapping[str, Any], around: Surroundings, parcel: Any, camera: Camera, width: int, height: int
) -> str:
    """Names of the streets in front of the building, along its fronts, each once and whole in the picture."""
    found: dict[str, str] = {}
    centre = shapely.get_coordinates(shapely.centroid(parcel))[0]
    frame = shapely.box(width * _FADED, height * _FADED, width * (1 - _FADED), height * (1 - _FADED))
    for edge, line in shapes.frontages(document):
        name = around.street_names.get(edge["street"] or "", edge["street"] or "")
        ends = shapely.get_coordinates(line)[[0, -1]]
        middle = ends.mean(axis=0)
        normal = np.array([ends[1][1] - ends[0][1], ends[0][0] - ends[1][0]])
        length = float(np.hypot(*normal))
        if not name or name in found or length < 5:
            continue
        normal = normal / length * (1 if (middle - centre) @ normal > 0 else -1)
        if normal[0] - normal[1] <= 0.2:
            continue  # behind the building
        out = ends + normal * min((edge["width_m"] or 8) / 2, 4)
        place = _place_along(camera.flat(out), len(name) * _LETTER_PX, frame)
        if place is not None:
            found[name] = turned_text(place[0], place[1], name, "a-street-text")
    return "".join(found.values())


def _place_along(ends: np.ndarray, length_px: float, frame: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Where a name of that length stands whole in the frame along a drawn front, and its direction."""
    way = ends[1] - ends[0]
    half = way / (float(np.hypot(*way)) or 1.0) * length_px / 2
    for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.15, 0.85):
        middle = ends[0] + way * share
        if shapely.contains(frame, shapely.linestrings([middle - half, middle + half])):
            return middle, way
    return None
