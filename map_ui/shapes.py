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
_RECTANGULAR_SHARE = 0.93
_SMALLEST_M = 0.3
_OPENING_M = 0.01


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
    """Edges on a passage with their lines, the one that is widened most first, then the longest."""
    edges = [edge for edge in document["edges"] if edge["kind"] == "passage" and edge.get("geometry")]

    def order(edge: Mapping[str, Any]) -> tuple[float, float]:
        return (-((edge["planned_width_m"] or 0) - (edge["width_m"] or 0)), edge["length_m"])

    return [(edge, shape(edge["geometry"])) for edge in sorted(edges, key=order)]


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
    if _is_rectangular(shapes["parcel"]):
        found += _chain(frame, shapes, at=_chain_side(frame, document, line))
    return found + _widths(frame, edge)


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


def _chain_side(frame: _Frame, document: Mapping[str, Any], front: Any) -> float:
    """The chain stands on the side of another passage where there is one, otherwise on the right."""
    for _edge, line in frontages(document):
        if line.equals(front):
            continue
        return frame.width + 1.8 if float(np.mean(frame.offsets(line))) > frame.width / 2 else -1.8
    return frame.width + 1.8


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


def _widths(frame: _Frame, edge: Mapping[str, Any]) -> list[Dimension]:
    now, planned = edge["width_m"], edge["planned_width_m"]
    if not now or not planned or not planned > now:
        return []
    each = (planned - now) / 2
    return [
        Dimension("width_now", frame.point(-7.0, 0.0), frame.point(-7.0, -now), now),
        Dimension("width_planned", frame.point(-13.0, each), frame.point(-13.0, -now - each), planned),
    ]


def rings(geometry: Any) -> Iterable[np.ndarray]:
    """All rings of the polygons of a geometry, outer and inner, as (n, 2) arrays."""
    for polygon in shapely.get_parts(geometry):
        if polygon.geom_type != "Polygon":
            continue
        yield shapely.get_coordinates(polygon.exterior)
        for hole in polygon.interiors:
            yield shapely.get_coordinates(hole)
