# ruff: noqa: E501 (lines of SVG)
"""Draws the building that may stand on a parcel, raised, with a leader to each choice of storeys."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from map_ui import shapes, wording
from map_ui.drawing.building import columns, floors, prism
from map_ui.drawing.camera import PILOT_M, STOREY_M, camera_on
from map_ui.drawing.ground import edge_names, neighbours_of, street_ground, yard_of, yard_word
from map_ui.drawing.leaders import STOP_PX, leaders_of
from map_ui.drawing.surroundings import Surroundings


def axonometry(
    document: Mapping[str, Any],
    around: Surroundings,
    *,
    chosen: float | None,
    width: int = 262,
    stops_at: str = "right",
    with_stops: bool = True,
) -> SafeString:
    """
    The building that may stand here, raised, one group per choice of storeys, with a leader to each stop.

    Its height in px is that of the stack of stops beside it, so that each leader ends at its stop;
    `stops_at` is the side of the stack, which may also be away. Empty where no envelope is known.
    """
    drawn = shapes.geometries(document)
    levels = sorted(choice["storeys"] for choice in document["choices"])
    body = drawn.get("envelope")
    if body is None or not levels:
        return mark_safe("")
    height = max(len(levels) * STOP_PX, 224)
    on_request = {choice["storeys"] for choice in document["choices"] if choice["discretionary"]}
    own = f"{document['parcel']['id']}-{width}-{height}"  # the picture may not be the only one of its page
    camera = camera_on(drawn["parcel"], body, levels[-1], width, height, stops_at)
    parts = [
        street_ground(around, camera),
        neighbours_of(around, drawn["parcel"], camera),
        yard_of(drawn, camera),
        prism(body, 0.0, PILOT_M, camera, "a-pilot"),
        columns(body, camera),
        floors(body, levels, on_request, chosen, camera),
        yard_word(drawn, PILOT_M + levels[-1] * STOREY_M, camera),
    ]
    names = edge_names(document, around, drawn["parcel"], camera, width, height)
    leaders = leaders_of(body, levels, on_request, chosen, camera, width, stops_at) if with_stops else ""
    return mark_safe(
        f'<svg class="axonometry" direction="ltr" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" '
        f'aria-label="{escape(_picture_label(chosen))}" xmlns="http://www.w3.org/2000/svg">{_fade(width, height, own)}'
        f'<g mask="url(#fade-{own})">{"".join(parts)}{names}</g>{leaders}</svg>'
    )


def _picture_label(chosen: float | None) -> str:
    if chosen is None:
        return _("Drawing of the building that may stand here")
    return _("Drawing of a building of %(storeys)s on this parcel") % {"storeys": wording.storeys(chosen)}


def _fade(width: int, height: int, own: str) -> str:
    return (
        '<defs><linearGradient id="fade-x"><stop offset="0" stop-color="#000"/><stop offset=".12" stop-color="#fff"/>'
        '<stop offset=".86" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>'
        '<linearGradient id="fade-y" x2="0" y2="1"><stop offset="0" stop-color="#000"/><stop offset=".1" stop-color="#fff"/>'
        '<stop offset=".9" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>'
        f'<mask id="fade-half-{own}"><rect width="{width}" height="{height}" fill="url(#fade-x)"/></mask>'
        f'<mask id="fade-{own}"><rect width="{width}" height="{height}" fill="url(#fade-y)" mask="url(#fade-half-{own})"/></mask>'
        '<pattern id="strip" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(20)">'
        '<rect width="5" height="5" class="d-hatch-ground"/><path d="M0 0V5" class="d-hatch"/></pattern></defs>'
    )
