"""Lines that tie each floor to its stop in the stack beside the picture."""

from collections.abc import Sequence
from typing import Any

from map_ui import shapes
from map_ui.drawing.camera import PILOT_M, STOREY_M, Camera

#: Height of a stop with its share of the gaps, as in sheet.css.
STOP_PX = 44


def leaders_of(
    body: Any,
    levels: Sequence[float],
    on_request: set[float],
    chosen: float | None,
    camera: Camera,
    width: int,
    stops_at: str,
) -> str:
    """One leader per choice, from the corner of its floor to the middle of its stop."""
    corners = next(iter(shapes.rings(body)))
    parts = []
    for row, level in enumerate(sorted(levels, reverse=True)):
        roof = PILOT_M + level * STOREY_M
        seen = camera.flat(corners, roof - (0 if level in on_request or level == chosen else STOREY_M / 2))
        x, y = seen[seen[:, 0].argmax() if stops_at == "right" else seen[:, 0].argmin()]
        stop = row * STOP_PX + STOP_PX / 2
        edge, step = (width, -1) if stops_at == "right" else (0, 1)
        bend = edge + step * 22
        path = f"M{x:.1f} {y:.1f}L{bend + step * 14:.1f} {y:.1f}L{edge + step * 8:.1f} {stop:.1f}H{edge}"
        asked = " a-leader-asked" if level in on_request else ""
        on = " on" if level == chosen else ""
        parts.append(
            f'<g class="a-leader{asked}{on}" data-storey="{level:g}"><path d="{path}" class="a-leader-case"/>'
        )
        parts.append(
            f'<path d="{path}" class="a-leader-line"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3.6"/></g>'
        )
    return "".join(parts)
