"""Draws a piece of the city as SVG: streets with names, water, green, lots; routes are laid on it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from shapely.ops import linemerge

from gis_core.crs import metric_srid
from layers.models import GroundCover
from layers.network.models import StreetSegment
from map_ui import wording
from parcels.models import Parcel

LOTS_BELOW_M = 1300.0
"""Lots are drawn where the picture shows less ground than this across."""
MOST_ROWS = 6000
LETTER_PX = 6.6
"""Mean advance of a letter of a 12 px street name."""

WIDTH_M = {
    "expressway": 30.0,
    "arterial": 22.0,
    "collector": 15.0,
    "local": 9.0,
    "alley": 5.0,
    "cul_de_sac": 4.5,
    "footway": 2.5,
}
"""Drawn widths where a street's own is not recorded; they tell classes apart and are never measured."""
LEAST_PX = {"expressway": 6.0, "arterial": 5.0, "collector": 3.6, "local": 2.2}


@dataclass(frozen=True)
class Frame:
    """A window on the ground: metric west and north edge, pixels per metre, size in pixels."""

    west: float
    north: float
    px_per_m: float
    width: int
    height: int

    def px(self, xy: np.ndarray | Sequence[float]) -> np.ndarray:
        """Metric places (k, 2) in pixels, y down, to a tenth."""
        points = np.asarray(xy, dtype=float).reshape(-1, 2)
        return np.column_stack(
            [(points[:, 0] - self.west) * self.px_per_m, (self.north - points[:, 1]) * self.px_per_m]
        ).round(1)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        return (
            self.west,
            self.north - self.height / self.px_per_m,
            self.west + self.width / self.px_per_m,
            self.north,
        )


@dataclass(frozen=True)
class Ground:
    """What lies in a window: (class, width m, name, line), (kind, shape) and outlines of lots."""

    streets: tuple[tuple[str, float, str, shapely.LineString], ...]
    covers: tuple[tuple[str, shapely.Polygon], ...]
    lots: tuple[shapely.Polygon, ...]


def frame_around(
    places_xy: Iterable[Sequence[float]],
    *,
    width: int,
    height: int,
    margin_px: int = 44,
    least_m: float = 350.0,
) -> Frame:
    """
    The window that holds all places, with a margin, never showing less ground across than `least_m`.

    Examples
    --------
    >>> frame_around([(0, 0), (1000, 0)], width=588, height=300).px([(0, 0), (1000, 0)]).tolist()
    [[44.0, 150.0], [544.0, 150.0]]
    """
    points = np.asarray(list(places_xy), dtype=float).reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.maximum(high - low, 1e-6)
    scale = min((width - 2 * margin_px) / span[0], (height - 2 * margin_px) / span[1], width / least_m)
    middle = (low + high) / 2
    return Frame(
        west=float(middle[0] - width / 2 / scale),
        north=float(middle[1] + height / 2 / scale),
        px_per_m=float(scale),
        width=width,
        height=height,
    )


def read_ground(frame: Frame, *, on: date) -> Ground:
    """Streets, water, green and (close up) lots of a window on a day; two or three queries."""
    box = Polygon.from_bbox(frame.box)
    box.srid = metric_srid()
    near = {"geometry__bboverlaps": box}
    streets = StreetSegment.objects.in_force(on=on).filter(**near)[:MOST_ROWS]
    covers = (
        GroundCover.objects.in_force(on=on)
        .filter(kind__in=(GroundCover.Kind.WATER, GroundCover.Kind.PARK, GroundCover.Kind.OPEN_LAND), **near)
        .order_by("id")[:MOST_ROWS]
    )
    lots: Iterable[Parcel] = ()
    if frame.width / frame.px_per_m < LOTS_BELOW_M:
        lots = (
            Parcel.objects.in_force(on=on).filter(kind=Parcel.Kind.LOT, **near).only("geometry")[:MOST_ROWS]
        )
    return Ground(
        streets=tuple(
            (
                row.street_class,
                row.existing_width_m or WIDTH_M[row.street_class],
                wording.in_language(row.name_fa, row.name_en),
                _shape(row),
            )
            for row in streets
        ),
        covers=tuple((row.kind, _shape(row)) for row in covers),
        lots=tuple(_shape(row) for row in lots),
    )


def draw_ground(frame: Frame, ground: Ground, *, names: bool = True) -> SafeString:
    """The ground as SVG elements, back to front: lots, water and green, casings, streets, names."""
    parts = [f'<rect class="sm-block" width="{frame.width}" height="{frame.height}"/>']
    parts += [f'<path class="sm-{kind}" d="{_ring_path(frame, shape)}"/>' for kind, shape in ground.covers]
    if ground.lots:
        outlines = "".join(_ring_path(frame, lot) for lot in ground.lots)
        parts.append(f'<path class="sm-lot" d="{outlines}"/>')
    by_width = sorted(ground.streets, key=lambda street: _drawn_px(frame, street))
    for css, extra in (("sm-casing", 1.6), ("sm-street", 0.0)):
        for street in by_width:
            stroke = round(_drawn_px(frame, street) + extra, 1)
            parts.append(f'<path class="{css}" stroke-width="{stroke}" d="{line_path(frame, street[3])}"/>')
    if names:
        parts.append(_street_names(frame, ground))
    return mark_safe("".join(parts))


def line_path(frame: Frame, line: shapely.LineString | Sequence[Sequence[float]]) -> str:
    """The `d` of a line in pixels."""
    xy = shapely.get_coordinates(line) if isinstance(line, shapely.LineString) else line
    points = frame.px(xy)
    if not len(points):
        return ""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points.tolist())


def scale_bar(frame: Frame) -> dict[str, float | int]:
    """A round length of ground that is 60 to 150 pixels long, and its pixels."""
    for metres in (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000):
        pixels = metres * frame.px_per_m
        if pixels >= 60:
            return {"metres": metres, "px": round(pixels), "half_px": round(pixels / 2)}
    return {"metres": 20_000, "px": round(20_000 * frame.px_per_m), "half_px": 0}


def _shape(row) -> shapely.Geometry:
    return shapely.from_wkb(bytes(row.geometry.wkb))


def _drawn_px(frame: Frame, street: tuple[str, float, str, shapely.LineString]) -> float:
    return max(street[1] * frame.px_per_m, LEAST_PX.get(street[0], 1.2))


def _ring_path(frame: Frame, shape: shapely.Polygon) -> str:
    rings = [shape.exterior, *shape.interiors] if shape.geom_type == "Polygon" else []
    return "".join(line_path(frame, shapely.get_coordinates(ring)) + "Z" for ring in rings)


def _street_names(frame: Frame, ground: Ground) -> str:
    """Each name once, along the longest straight stretch of its street, where no other name stands."""
    window = shapely.box(*frame.box)
    by_name: dict[str, list[shapely.LineString]] = {}
    for _, _, name, line in ground.streets:
        if name:
            by_name.setdefault(name, []).append(line)
    stretches = []
    for name, lines in by_name.items():
        visible = shapely.intersection(window, shapely.union_all(lines))
        longest = _longest(visible)
        if longest is not None:
            stretches.append((longest.length * frame.px_per_m, name, longest))
    taken: list[shapely.Geometry] = []
    texts = []
    for length_px, name, line in sorted(stretches, key=lambda one: (-one[0], one[1])):
        need_px = len(name) * LETTER_PX + 8
        if length_px < need_px:
            continue
        placed = _place_name(frame, line, need_px, taken)
        if placed is not None:
            x, y, degrees = placed
            texts.append(
                f'<text class="sm-name" transform="translate({x:.1f} {y:.1f}) rotate({degrees:.1f})">'
                f"{escape(name)}</text>"
            )
    return "".join(texts)


def _longest(shape: shapely.Geometry) -> shapely.LineString | None:
    lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
    if not lines:
        return None
    merged = linemerge(lines) if len(lines) > 1 else lines[0]
    return max(shapely.get_parts(merged), key=lambda part: part.length)


def _place_name(
    frame: Frame, line: shapely.LineString, need_px: float, taken: list[shapely.Geometry]
) -> tuple[float, float, float] | None:
    """The first of some places along the line where the name neither bends nor meets another one."""
    reach_m = need_px / frame.px_per_m / 2
    for share in (0.5, 0.35, 0.65, 0.22, 0.78):
        middle = line.length * share
        if middle - reach_m < 0 or middle + reach_m > line.length:
            continue
        ends = [line.interpolate(middle - reach_m), line.interpolate(middle + reach_m)]
        (x0, y0), (x1, y1) = frame.px([(end.x, end.y) for end in ends]).tolist()
        if math.hypot(x1 - x0, y1 - y0) < need_px * 0.97:
            continue
        if x1 < x0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        strip = shapely.LineString([(x0, y0), (x1, y1)]).buffer(9)
        inside = shapely.box(4, 4, frame.width - 4, frame.height - 4).contains(strip)
        if not inside or any(strip.intersects(other) for other in taken):
            continue
        taken.append(strip)
        return (x0 + x1) / 2, (y0 + y1) / 2, math.degrees(math.atan2(y1 - y0, x1 - x0))
    return None
