# ruff: noqa: E501 (lines of SVG)
"""The ground of the axonometry: streets with names, neighbours, the yard with what is ceded."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django.utils.html import format_html
from django.utils.translation import gettext as _

from map_ui import shapes
from map_ui.drawing.building import prism
from map_ui.drawing.camera import Camera
from map_ui.drawing.paths import path_of, turned_text
from map_ui.drawing.surroundings import Surroundings


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
    """The lot with the strips it cedes, and the word for the yard where there is room."""
    path = path_of(drawn["parcel"], camera.flat)
    strips = "".join(
        f'<path d="{path_of(drawn[role], camera.flat)}" class="a-strip"/>'
        for role in ("ceded", "chamfer")
        if role in drawn
    )
    yard = ""
    if "net" in drawn:
        free = shapely.difference(drawn["net"], drawn["envelope"])
        if shapely.area(free) > 12:
            x, y = camera.flat(shapely.get_coordinates(shapely.point_on_surface(free)))[0]
            yard = format_html(
                '<text x="{}" y="{}" class="a-yard-text" text-anchor="middle">{}</text>',
                f"{x:.1f}",
                f"{y + 4:.1f}",
                _("Yard"),
            )
    return f'<path d="{path}" class="a-yard"/>{strips}<path d="{path}" class="a-yard-case"/><path d="{path}" class="a-yard-line"/>{yard}'


def edge_names(document: Mapping[str, Any], around: Surroundings, parcel: Any, camera: Camera) -> str:
    """Names of the streets in front of the building, along its fronts."""
    parts = []
    centre = shapely.get_coordinates(shapely.centroid(parcel))[0]
    for edge, line in shapes.frontages(document):
        name = around.street_names.get(edge["street"] or "", edge["street"] or "")
        ends = shapely.get_coordinates(line)[[0, -1]]
        middle = ends.mean(axis=0)
        normal = np.array([ends[1][1] - ends[0][1], ends[0][0] - ends[1][0]])
        length = float(np.hypot(*normal))
        if not name or length < 5:
            continue
        normal = normal / length * (1 if (middle - centre) @ normal > 0 else -1)
        if normal[0] - normal[1] <= 0.2:
            continue  # behind the building
        out = middle + normal * min((edge["width_m"] or 8) / 2, 4)
        pair = camera.flat(np.array([out, out + (ends[1] - ends[0])]))
        parts.append(turned_text(pair[0], pair[1] - pair[0], name, "a-street-text"))
    return "".join(parts)
