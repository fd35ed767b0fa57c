"""Shapes of an answer as they are drawn: roles of geometries, chains of dimensions, the street's widths."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

#: Roles in the order in which they are laid on each other.
ROLES = ("parcel", "ceded", "chamfer", "envelope", "line60", "net")
#: Which drawn shapes a finding is about: opening or pointing at the number lights them.
LIGHTS: Mapping[str, tuple[str, ...]] = {
    "surveyed_area_m2": ("parcel",),
    "widening_area_m2": ("ceded",),
    "chamfer_area_m2": ("chamfer",),
    "net_area_m2": ("ceded", "chamfer", "net"),
    "coverage_cap_m2": ("net",),
    "footprint_m2": ("envelope",),
    "envelope_area_m2": ("envelope",),
    "buildable_area_m2": ("net",),
    "reachable_floor_area_m2": ("envelope",),
    "light_height_m": ("envelope",),
    "governing_width_m": ("widths",),
    "storeys": ("widths",),
}
#: Which number a drawn shape leads to, the first that the page shows.
TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "parcel": ("surveyed_area_m2",),
    "ceded": ("widening_area_m2",),
    "chamfer": ("chamfer_area_m2",),
    "net": ("net_area_m2",),
    "envelope": ("footprint_m2", "coverage_cap_m2"),
    "widths": ("storeys",),
}
_RECTANGULAR_SHARE = 0.93
_SMALLEST_M = 0.3
_OPENING_M = 0.01
#: Edges that meet within that are one line, unless they turn by more: then it is a corner.
_SAME_POINT_M, _CORNER_DEG = 0.005, 25.0
_SLIVER_SHARE = 0.1
#: A street wider than that is not measured across: the line would be longer than the lot.
_WIDEST_M = 24.0


@dataclass(frozen=True)
class Dimension:
    """A measured line: what it measures, its two ends (metric CRS) and its length in metres."""

    kind: str
    start: tuple[float, float]
    end: tuple[float, float]
    length_m: float


def geometries(document: Mapping[str, Any]) -> dict[str, Any]:
    """
    The document's shapes by role, as shapely geometries in the metric CRS, fit to be drawn.

    Overlays of turned lots leave spikes without width, which a drawn line would show: areas are
    opened by a centimetre, and the 60 % line loses what runs along the lot's own border.
    """
    found = {role: shape(document["geometries"][role]) for role in ROLES if role in document["geometries"]}
    drawn = {role: geometry if role == "line60" else _opened(geometry) for role, geometry in found.items()}
    if "line60" in drawn and "parcel" in drawn:
        border = shapely.buffer(shapely.boundary(drawn["parcel"]), 5 * _OPENING_M)
        drawn["line60"] = shapely.difference(drawn["line60"], border)
    return {role: geometry for role, geometry in drawn.items() if not shapely.is_empty(geometry)}


def _opened(geometry: Any) -> Any:
    """Without parts narrower than two centimetres; worked near the origin, where digits are not lost."""
    x, y = shapely.get_coordinates(geometry)[0]
    near = shapely.transform(geometry, lambda points: points - np.array((x, y)))
    narrow = shapely.buffer(near, -_OPENING_M, join_style="mitre")
    opened = shapely.buffer(narrow, _OPENING_M, join_style="mitre")
    kept = near if shapely.is_empty(opened) else opened
    return shapely.transform(shapely.simplify(kept, _OPENING_M / 2), lambda points: points + np.array((x, y)))


def frontages(document: Mapping[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """
    The fronts of a lot on its passages with their lines: what is widened most first, then the shortest.

    Edges that follow each other along one street, without a corner between them, are one front.
    """
    edges = [edge for edge in document["edges"] if edge["kind"] == "passage" and edge.get("geometry")]
    runs: list[list[np.ndarray]] = []
    fronts: list[dict[str, Any]] = []
    for edge in edges:
        line = shapely.get_coordinates(shape(edge["geometry"]))
        if runs and fronts[-1]["street"] == edge["street"] and _goes_on(runs[-1][-1], line):
            runs[-1].append(line)
            fronts[-1] = fronts[-1] | {"length_m": fronts[-1]["length_m"] + edge["length_m"]}
        else:
            runs.append([line])
            fronts.append(edge)
    if len(runs) > 1 and fronts[0]["street"] == fronts[-1]["street"] and _goes_on(runs[-1][-1], runs[0][0]):
        runs[0] = runs.pop() + runs[0]
        fronts[0] = fronts[0] | {"length_m": fronts[0]["length_m"] + fronts.pop()["length_m"]}
    lines = [shapely.linestrings(np.vstack(run)) for run in runs]
    longest = max((front["length_m"] for front in fronts), default=0.0)

    def order(front: tuple[Mapping[str, Any], Any]) -> tuple[bool, float, float]:
        edge = front[0]
        sliver = edge["length_m"] < _SLIVER_SHARE * longest  # no front that anyone enters by
        return (sliver, -((edge["planned_width_m"] or 0) - (edge["width_m"] or 0)), edge["length_m"])

    return sorted(zip(fronts, lines, strict=True), key=order)


def _goes_on(line: np.ndarray, other: np.ndarray) -> bool:
    """Whether a line begins where another ends, without a corner."""
    ahead, behind = other[1] - other[0], line[-1] - line[-2]
    turn = abs(math.atan2(behind[0] * ahead[1] - behind[1] * ahead[0], behind @ ahead))
    return math.dist(line[-1], other[0]) < _SAME_POINT_M and turn < math.radians(_CORNER_DEG)


def dimensions(document: Mapping[str, Any]) -> list[Dimension]:
    """
    The dimensions of a lot: its front, one chain along its side, the widened street's width now and planned.

    The chain is drawn for lots near a rectangle only; on others it would measure nothing.
    """
    shapes = geometries(document)
    fronts = frontages(document)
    if "parcel" not in shapes or not fronts:
        return []
    edge, line = fronts[0]
    frame = _frame(shapes["parcel"], line)
    found = [_across(frame, 0.0, frame.width, -1.6, "front")]
    on_the_right = _chain_is_right(frame, document, line)
    if _is_rectangular(shapes["parcel"]):
        found += _chain(frame, shapes, at=frame.width + 1.8 if on_the_right else -1.8)
    # widths of the street stand away from the chain, and so from a street that crosses
    away = max(3.5, 0.14 * frame.depths(shapes["parcel"]).max())
    near, far = (-away, -2.1 * away) if on_the_right else (frame.width + away, frame.width + 2.1 * away)
    return found + _widths(frame, edge, near, far)


@dataclass(frozen=True)
class _Frame:
    """A front seen from the street: origin at its left end, `along` it, `inward` into the lot."""

    origin: np.ndarray
    along: np.ndarray
    inward: np.ndarray
    width: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        at = self.origin + self.along * x + self.inward * y
        return (round(float(at[0]), 3), round(float(at[1]), 3))

    def depths(self, geometry: Any) -> np.ndarray:
        return (shapely.get_coordinates(geometry) - self.origin) @ self.inward

    def offsets(self, geometry: Any) -> np.ndarray:
        return (shapely.get_coordinates(geometry) - self.origin) @ self.along


def _frame(parcel: Any, line: Any) -> _Frame:
    start, end = shapely.get_coordinates(line)[[0, -1]]
    width = float(math.dist(start, end)) or 1.0
    along = (end - start) / width
    inward = np.array([-along[1], along[0]])
    if (shapely.get_coordinates(shapely.centroid(parcel))[0] - start) @ inward < 0:
        start, along = end, -along
        inward = np.array([-along[1], along[0]])
    return _Frame(start, along, inward, width)


def _is_rectangular(parcel: Any) -> bool:
    # near the origin: at metric coordinates the turned rectangle loses digits
    near = shapely.transform(parcel, lambda points: points - points[0])
    return shapely.area(near) >= _RECTANGULAR_SHARE * shapely.area(shapely.minimum_rotated_rectangle(near))


def _chain_is_right(frame: _Frame, document: Mapping[str, Any], front: Any) -> bool:
    """The chain stands on the side of another passage where there is one, otherwise on the right."""
    for _edge, line in frontages(document):
        if line.equals(front):
            continue
        return float(np.mean(frame.offsets(line))) > frame.width / 2
    return True


def _chain(frame: _Frame, shapes: Mapping[str, Any], at: float) -> list[Dimension]:
    depth = float(frame.depths(shapes["parcel"]).max())
    stops = {0.0: "ceded", depth: "depth"}
    if "ceded" in shapes and "net" in shapes:
        stops[float(frame.depths(shapes["net"]).min())] = "depth"
    for role in ("envelope", "line60"):
        if role in shapes:
            stops[float(frame.depths(shapes[role]).min())] = "depth"
            stops[float(frame.depths(shapes[role]).max())] = "depth"
    breaks = _apart(sorted(stops), depth)
    found = []
    for low, high in pairwise(breaks):
        ceded = low == breaks[0] and "ceded" in shapes and len(breaks) > 2
        found.append(
            Dimension(
                "ceded" if ceded else "depth",
                frame.point(at, low),
                frame.point(at, high),
                round(high - low, 2),
            )
        )
    return found


def _apart(values: Sequence[float], depth: float) -> list[float]:
    kept: list[float] = []
    for value in values:
        if -_SMALLEST_M < value <= depth + 1e-6 and (not kept or value - kept[-1] >= _SMALLEST_M):
            kept.append(value)
    return kept


def _across(frame: _Frame, low: float, high: float, y: float, kind: str) -> Dimension:
    return Dimension(kind, frame.point(low, y), frame.point(high, y), round(high - low, 2))


def _widths(frame: _Frame, edge: Mapping[str, Any], near: float, far: float) -> list[Dimension]:
    """The street's width today, and the planned one where it becomes wider; none of very wide streets."""
    now, planned = edge["width_m"], edge["planned_width_m"]
    if not now or now > _WIDEST_M:
        return []
    today = Dimension("width_now", frame.point(near, 0.0), frame.point(near, -now), now)
    if not planned or not planned > now:
        return [today]
    each = (planned - now) / 2
    return [
        today,
        Dimension("width_planned", frame.point(far, each), frame.point(far, -now - each), planned),
    ]


def polygons(geometry: Any) -> list[Any]:
    """The polygons of a geometry, whatever else it holds."""
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]


def rings(geometry: Any) -> Iterable[np.ndarray]:
    """All rings of the polygons of a geometry, outer and inner, as (n, 2) arrays."""
    for polygon in polygons(geometry):
        yield shapely.get_coordinates(polygon.exterior)
        for hole in polygon.interiors:
            yield shapely.get_coordinates(hole)
