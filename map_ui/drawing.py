# ruff: noqa: E501 (lines of SVG)
"""Draws a parcel as SVG on the server: its plan with surroundings, and the building that may stand on it, raised."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from map_ui import shapes, wording

PILOT_M, STOREY_M = 2.8, 3.3
#: Height of a stop with its share of the gaps, as in sheet.css.
STOP_PX = 44
_LEADER_PX = 34


@dataclass(frozen=True)
class Street:
    """A street near the parcel: its name, centreline (metric CRS) and width in metres where known."""

    name: str
    line: Any
    width_m: float | None = None


@dataclass(frozen=True)
class Surroundings:
    """What lies round a parcel, in the metric CRS: lots with numbers, buildings with heights, ground, streets."""

    lots: Sequence[tuple[Any, str]] = ()
    buildings: Sequence[tuple[Any, float]] = ()
    ground: Sequence[tuple[str, Any]] = ()
    streets: Sequence[Street] = ()
    street_names: Mapping[str, str] = field(default_factory=dict)


# --- The plan ---------------------------------------------------------------------------------------------


def plan(
    document: Mapping[str, Any], around: Surroundings, *, width: int = 640, height: int = 520
) -> SafeString:
    """
    The parcel with its surroundings, north up, as one SVG of `width` x `height` px that also prints.

    With scale bar, north arrow and the dimensions of the lot.
    """
    drawn = shapes.geometries(document)
    view = _view(drawn["parcel"], width, height)
    parts = [_ground(around, view), _lots(around, view), _answer(drawn, view)]
    parts += [_dimension(dimension, view) for dimension in shapes.dimensions(document)]
    parts += [_names(around, view, _obstacles(document, view)), _scale_bar(view, height), _north(width)]
    label = _("Plan of the parcel and what lies round it, north up")
    return mark_safe(
        f'<svg class="plan" direction="ltr" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{_PATTERNS}<rect width="{width}" height="{height}" class="d-land"/>'
        f"{''.join(parts)}</svg>"
    )


@dataclass(frozen=True)
class _View:
    """Metres on the ground to px on paper, y downwards."""

    centre: tuple[float, float]
    px_per_m: float
    width: int
    height: int

    def __call__(self, points: np.ndarray) -> np.ndarray:
        shifted = (points - self.centre) * (self.px_per_m, -self.px_per_m)
        return shifted + np.array((self.width / 2, self.height / 2))

    @property
    def box(self) -> Any:
        """The part of the ground that is seen, with a margin."""
        half_w, half_h = self.width / 2 / self.px_per_m + 5, self.height / 2 / self.px_per_m + 5
        x, y = self.centre
        return shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)


def _view(parcel: Any, width: int, height: int) -> _View:
    west, south, east, north = parcel.bounds
    span_x, span_y = max(east - west, 12.0) * 2.6, max(north - south, 12.0) * 2.0
    return _View(
        ((west + east) / 2, (south + north) / 2), min(width / span_x, height / span_y), width, height
    )


_PATTERNS = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" class="d-hatch-ground"/><path d="M0 0V7" class="d-hatch"/></pattern></defs>'
)


def _path(geometry: Any, view: Callable[[np.ndarray], np.ndarray]) -> str:
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in view(ring)[:-1]) + "Z"
        for ring in shapes.rings(geometry)
    )


def _line(points: np.ndarray) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _ground(around: Surroundings, view: _View) -> str:
    parts = []
    if not any(kind == "passage" for kind, _shape in around.ground):
        for street in around.streets:
            points = view(shapely.get_coordinates(street.line))
            parts.append(
                f'<path d="{_line(points)}" class="d-road" stroke-width="{(street.width_m or 7) * view.px_per_m:.1f}"/>'
            )
    seen = [(kind, shapely.intersection(shape, view.box)) for kind, shape in around.ground]
    drawn = [(kind, _path(shape, view)) for kind, shape in seen if shape.area > 0]
    # edges of streets lie below all streets, so that no seam shows where two pieces meet
    parts += [f'<path d="{path}" class="d-passage-edge"/>' for kind, path in drawn if kind == "passage"]
    parts += [f'<path d="{path}" class="d-{escape(kind)}"/>' for kind, path in drawn]
    return "".join(parts)


def _lots(around: Surroundings, view: _View) -> str:
    parts = [f'<path d="{_path(lot, view)}" class="d-lot"/>' for lot, _label in around.lots]
    parts += [
        f'<path d="{_path(building, view)}" class="d-building"/>' for building, _height in around.buildings
    ]
    for lot, label in around.lots:
        if label:
            x, y = view(shapely.get_coordinates(shapely.point_on_surface(lot)))[0]
            parts.append(
                f'<text x="{x:.1f}" y="{y:.1f}" class="d-number">{escape(wording.digits(label))}</text>'
            )
    return "".join(parts)


def _answer(drawn: Mapping[str, Any], view: _View) -> str:
    parts = []
    for role in shapes.ROLES:
        if role not in drawn:
            continue
        if role == "line60":
            lines = shapely.get_parts(drawn[role])
            parts += [
                f'<path d="{_line(view(shapely.get_coordinates(line)))}" class="d-line60"/>' for line in lines
            ]
            continue
        path = _path(drawn[role], view)
        if role == "parcel":
            parts.append(
                f'<path d="{path}" class="d-parcel-case"/><path d="{path}" class="d-parcel" data-role="parcel"/>'
            )
        else:
            parts.append(f'<path d="{path}" class="d-{role}" data-role="{role}"/>')
    if "parcel" in drawn:
        parts.append(f'<path d="{_path(drawn["parcel"], view)}" class="d-parcel-line"/>')
    return "".join(parts)


def _dimension(dimension: shapes.Dimension, view: _View) -> str:
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
    if dimension.kind == "front":
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


def _obstacles(document: Mapping[str, Any], view: _View) -> np.ndarray:
    """Places (px) where figures of dimensions stand, which names keep clear of; the middle of the lot too."""
    middles = [np.mean([entry.start, entry.end], axis=0) for entry in shapes.dimensions(document)]
    return view(np.array([view.centre, *middles]))


def _names(around: Surroundings, view: _View, obstacles: np.ndarray) -> str:
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
        parts.append(_turned_text(place, after - before, street.name, "d-street"))
    return "".join(parts)


def _clearance(line: Any, share: float, view: _View, obstacles: np.ndarray) -> float:
    """Px between a place on a line and the nearest obstacle."""
    place = view(shapely.get_coordinates(line.interpolate(share, normalized=True)))[0]
    return float(np.hypot(*(obstacles - place).T).min())


def _turned_text(place: np.ndarray, direction: np.ndarray, text: str, css: str) -> str:
    """Text along a direction, never upside down."""
    angle = math.degrees(math.atan2(direction[1], direction[0]))
    angle = (angle + 90) % 180 - 90
    return (
        f'<text class="{css}" text-anchor="middle" dominant-baseline="central" '
        f'transform="translate({place[0]:.1f} {place[1]:.1f}) rotate({angle:.1f})">{escape(text)}</text>'
    )


def _scale_bar(view: _View, height: int) -> str:
    metres = next((step for step in (5, 10, 20, 50, 100, 200) if step * view.px_per_m >= 60), 200)
    length, y = metres * view.px_per_m, height - 20
    text = f"{wording.number(metres)} {_('metres')}"
    half = length / 2
    return (
        f'<g class="d-scale"><rect x="16" y="{y - 24}" width="{length + 16:.1f}" height="36" rx="4" class="d-panel"/>'
        f'<rect x="24" y="{y}" width="{length:.1f}" height="6" class="d-bar"/>'
        f'<rect x="24" y="{y}" width="{half:.1f}" height="6" class="d-bar-dark"/>'
        f'<text x="{24 + half:.1f}" y="{y - 8}" text-anchor="middle" class="d-small">{escape(text)}</text></g>'
    )


def _north(width: int) -> str:
    x = width - 30
    return (
        f'<g class="d-north"><path d="M{x} 14l9 30-9-7-9 7z" class="d-bar"/><path d="M{x} 14l9 30-9-7z" class="d-bar-dark"/>'
        f'<text x="{x}" y="60" text-anchor="middle" class="d-small">{escape(_("N"))}</text></g>'
    )


# --- The axonometry ---------------------------------------------------------------------------------------

_SOUTH_EAST = math.sqrt(0.5)
_SIN, _COS = math.sin(math.radians(30)), math.cos(math.radians(30))


@dataclass(frozen=True)
class _Camera:
    """Looks from the south-east, 30° down: metres (x, y, z) near the parcel to px."""

    origin: tuple[float, float]
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    def flat(self, points: np.ndarray, z: float = 0.0) -> np.ndarray:
        """(n, 2) ground points at height z as (n, 2) px."""
        x, y = (points - self.origin).T
        right = (x + y) * _SOUTH_EAST
        up = (y - x) * _SOUTH_EAST * _SIN + z * _COS
        return np.column_stack([right * self.scale + self.shift[0], -up * self.scale + self.shift[1]])

    def at(self, z: float) -> Callable[[np.ndarray], np.ndarray]:
        """The camera for one height."""
        return lambda points: self.flat(points, z)


def axonometry(
    document: Mapping[str, Any],
    around: Surroundings,
    *,
    chosen: float | None,
    width: int = 262,
    stops_at: str = "right",
) -> SafeString:
    """
    The building that may stand here, raised, one group per choice of storeys, with a leader to each stop.

    Its height in px is that of the stack of stops beside it, so that each leader ends at its stop;
    `stops_at` is the side of the stack. Empty where no envelope is known.
    """
    drawn = shapes.geometries(document)
    levels = sorted(choice["storeys"] for choice in document["choices"])
    body = drawn.get("envelope")
    if body is None or not levels:
        return mark_safe("")
    height = max(len(levels) * STOP_PX, 224)
    on_request = {choice["storeys"] for choice in document["choices"] if choice["discretionary"]}
    camera = _camera(drawn["parcel"], body, levels[-1], width, height, stops_at)
    parts = [
        _street_ground(around, camera),
        _neighbours(around, drawn["parcel"], camera),
        _yard(drawn, camera),
        _prism(body, 0.0, PILOT_M, camera, "a-pilot"),
        _columns(body, camera),
        _floors(body, levels, on_request, chosen, camera),
    ]
    names = _edge_names(document, around, drawn["parcel"], camera)
    leaders = _leaders(body, levels, on_request, chosen, camera, width, stops_at)
    return mark_safe(
        f'<svg class="axonometry" direction="ltr" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" '
        f'aria-label="{escape(_picture_label(chosen))}" xmlns="http://www.w3.org/2000/svg">{_fade(width, height)}'
        f'<g mask="url(#fade)">{"".join(parts)}{names}</g>{leaders}</svg>'
    )


def _picture_label(chosen: float | None) -> str:
    if chosen is None:
        return _("Drawing of the building that may stand here")
    return _("Drawing of a building of %(storeys)s on this parcel") % {"storeys": wording.storeys(chosen)}


def _camera(parcel: Any, body: Any, top: float, width: int, height: int, stops_at: str) -> _Camera:
    first = _Camera(shapely.get_coordinates(shapely.centroid(parcel))[0])
    roof = PILOT_M + top * STOREY_M
    outline = np.vstack(
        [
            first.flat(shapely.get_coordinates(parcel)),
            first.flat(shapely.get_coordinates(body), roof),
        ]
    )
    low, high = outline.min(axis=0), outline.max(axis=0)
    free = width - _LEADER_PX - 26
    scale = min(free / (high[0] - low[0]), (height - 34) / (high[1] - low[1]))
    middle = (low + high) / 2 * scale
    left = (free / 2 + 13) if stops_at == "right" else width - free / 2 - 13
    return _Camera(first.origin, scale, (left - middle[0], height / 2 - middle[1] - 2))


def _fade(width: int, height: int) -> str:
    return (
        '<defs><linearGradient id="fade-x"><stop offset="0" stop-color="#000"/><stop offset=".12" stop-color="#fff"/>'
        '<stop offset=".86" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>'
        '<linearGradient id="fade-y" x2="0" y2="1"><stop offset="0" stop-color="#000"/><stop offset=".1" stop-color="#fff"/>'
        '<stop offset=".9" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>'
        f'<mask id="fade-half"><rect width="{width}" height="{height}" fill="url(#fade-x)"/></mask>'
        f'<mask id="fade"><rect width="{width}" height="{height}" fill="url(#fade-y)" mask="url(#fade-half)"/></mask>'
        '<pattern id="strip" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(20)">'
        '<rect width="5" height="5" class="d-hatch-ground"/><path d="M0 0V5" class="d-hatch"/></pattern></defs>'
    )


def _street_ground(around: Surroundings, camera: _Camera) -> str:
    lots = "".join(f'<path d="{_path(lot, camera.flat)}" class="a-lot"/>' for lot, _label in around.lots)
    streets = [geometry for kind, geometry in around.ground if kind == "passage"]
    return lots + "".join(f'<path d="{_path(street, camera.flat)}" class="a-street"/>' for street in streets)


def _neighbours(around: Surroundings, parcel: Any, camera: _Camera) -> str:
    """Neighbours behind as volumes, far ones first; those in front only as footprints."""
    here = _depth(parcel)
    parts = []
    for building, height_m in sorted(around.buildings, key=lambda entry: -_depth(entry[0])):
        if shapely.intersection(building, parcel).area > 1.0:
            continue
        if _depth(building) > here:
            parts.append(_prism(building, 0.0, height_m or 7.0, camera, "a-neighbour"))
        else:
            parts.append(f'<path d="{_path(building, camera.flat)}" class="a-footprint"/>')
    return "".join(parts)


def _depth(geometry: Any) -> float:
    x, y = shapely.get_coordinates(shapely.centroid(geometry))[0]
    return y - x


def _yard(drawn: Mapping[str, Any], camera: _Camera) -> str:
    path = _path(drawn["parcel"], camera.flat)
    strips = "".join(
        f'<path d="{_path(drawn[role], camera.flat)}" class="a-strip"/>'
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


def _prism(body: Any, low_m: float, high_m: float, camera: _Camera, css: str) -> str:
    """Walls that look south or east, the far ones first, and the roof."""
    return (
        _walls(body, low_m, high_m, camera, css)
        + f'<path d="{_path(body, camera.at(high_m))}" class="{css}-roof"/>'
    )


def _columns(body: Any, camera: _Camera) -> str:
    """Columns of the pilot on the walls that are seen, about four metres apart."""
    parts = []
    for ring in shapes.rings(shapely.orient_polygons(body)):
        for start, end in itertools.pairwise(ring):
            if (end[1] - start[1]) - (start[0] - end[0]) <= 1e-9:
                continue
            bays = max(round(math.dist(start, end) / 4.2), 1)
            for step in range(bays + 1):
                foot = (start + (end - start) * step / bays)[None]
                parts.append(_line(np.vstack([camera.flat(foot, 0.0), camera.flat(foot, PILOT_M)])))
    return f'<path d="{"".join(parts)}" class="a-column"/>'


def _walls(body: Any, low_m: float, high_m: float, camera: _Camera, css: str) -> str:
    walls = []
    for ring in shapes.rings(shapely.orient_polygons(body)):
        for start, end in itertools.pairwise(ring):
            east, north = end[1] - start[1], start[0] - end[0]
            facing = (east - north) * _SOUTH_EAST
            if facing <= 1e-9:
                continue
            side = "e" if east > -north else "s"
            pair = np.array([start, end])
            corners = np.vstack([camera.flat(pair, low_m), camera.flat(pair[::-1], high_m)])
            depth = float(np.mean(pair[:, 1] - pair[:, 0]))
            walls.append((-depth, f'<path d="{_line(corners)}Z" class="{css}-{side}"/>'))
    return "".join(path for _far, path in sorted(walls, key=lambda wall: wall[0]))


def _floors(
    body: Any, levels: Sequence[float], on_request: set[float], chosen: float | None, camera: _Camera
) -> str:
    parts = []
    below = 0.0
    for level in levels:
        low, high = PILOT_M + below * STOREY_M, PILOT_M + level * STOREY_M
        below = level
        roof = f'<path d="{_path(body, camera.at(high))}" class="a-top{"-asked" if level in on_request else ""}"/>'
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


def _outline(body: Any, low_m: float, high_m: float, camera: _Camera) -> str:
    corners = next(iter(shapes.rings(body)))
    lines = [
        np.vstack([camera.flat(corner[None], low_m), camera.flat(corner[None], high_m)])
        for corner in corners[:-1]
    ]
    return f'<path d="{"".join(_line(line) for line in lines)}" class="a-dash"/>'


def _leaders(
    body: Any,
    levels: Sequence[float],
    on_request: set[float],
    chosen: float | None,
    camera: _Camera,
    width: int,
    stops_at: str,
) -> str:
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


def _edge_names(document: Mapping[str, Any], around: Surroundings, parcel: Any, camera: _Camera) -> str:
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
        parts.append(_turned_text(pair[0], pair[1] - pair[0], name, "a-street-text"))
    return "".join(parts)
