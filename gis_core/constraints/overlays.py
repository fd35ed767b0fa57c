"""Judges buffers and height surfaces on lots, in four values: yes, no, borderline, unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.bands import looked_up
from gis_core.constraints.parting import inside
from gis_core.constraints.plane import Floats, Shapes, shapes
from gis_core.constraints.slivers import TOUCHING_M, surely_wider, wider, widths_m

#: Segments of a quarter circle: a radius of 15 m is short by 0.3 mm at most.
ROUND = 128


@dataclass(frozen=True)
class Judged:
    """
    Overlays against lots; arrays of (m,).

    `state`: APPLIES, DOES_NOT_APPLY, BORDERLINE or UNKNOWN, as in the vectors; `overlap` the shared shape.
    """

    state: NDArray[np.object_]
    overlap: Shapes
    overlap_m2: Floats
    width_m: Floats
    distance_m: Floats


def buffer_distance_m(overlay: Mapping[str, Any], attribute: Any) -> float | None:
    """
    The distance that the law names: fixed, or looked up by an attribute; None without a row.

    Examples
    --------
    >>> buffer_distance_m({"table": {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}]}}, 63)
    8.0
    """
    table = overlay.get("table")
    if table is None:
        fixed = overlay.get("distance_m")
        return None if fixed is None else float(fixed)
    if attribute is None:
        return None
    if table["kind"] == "BY_VALUE":
        rows = {float(row["distance_m"]) for row in table["rows"] if same_key(row["key"], attribute)}
        return rows.pop() if len(rows) == 1 else None
    number = number_in(attribute)
    found = np.nan if number is None else looked_up(table["rows"], "distance_m", np.array([number])).item()
    return None if np.isnan(found) else found


def number_in(told: Any) -> float | None:
    """
    The number that an attribute of a feature tells, or None for what nobody can read as a finite one.

    Examples
    --------
    >>> [number_in(told) for told in (63, "63", "63 kV", True, None, float("nan"))]
    [63.0, 63.0, None, None, None, None]
    """
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    try:
        number = float(told)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def length_in(told: Any) -> float | None:
    """The length that an attribute tells, in metres, or None: none is negative."""
    number = number_in(told)
    return None if number is None or number < 0 else number


def buffer_shape(
    overlay: Mapping[str, Any], geometries: list[shapely.Geometry], distance_m: float
) -> shapely.Geometry:
    """
    The ground within a distance of what the law measures from.

    `measured_from`: AXIS, POINT and POLYGON the shape itself; OUTER_CONDUCTORS and OUTER_TRACK_AXES the
    drawn lines with the strip between them; OUTER_CONDUCTORS also the axis with `outer_conductor_offset_m`;
    OUTER_WALL_EDGE the axis with half of `outside_width_m`. Source: rules.md section 20.
    """
    measured_from = overlay["measured_from"]
    if measured_from == "OUTER_WALL_EDGE":
        return shapely.buffer(geometries[0], overlay["outside_width_m"] / 2 + distance_m, quad_segs=ROUND)
    if measured_from in ("OUTER_CONDUCTORS", "OUTER_TRACK_AXES"):
        # Drawn as several lines, or as one feature of several.
        lines = [line for drawn in geometries for line in shapely.get_parts(drawn)]
        if measured_from == "OUTER_CONDUCTORS" and len(lines) == 1:
            return shapely.buffer(lines[0], overlay["outer_conductor_offset_m"] + distance_m, quad_segs=ROUND)
        return _around_lines(lines, distance_m)
    return shapely.buffer(geometries[0], distance_m, quad_segs=ROUND) if distance_m else geometries[0]


def judge(lots: Shapes, areas: Shapes, threshold_m: Floats, measure: str) -> Judged:
    """
    Overlay areas against lots, pair by pair (m,).

    APPLIES: the overlap is wider than the combined accuracy. BORDERLINE: narrower, or a gap not wider
    than it. No shape is grown before it is measured. The width of an overlap that is plainly wider is
    left out (NaN): it decides nothing.

    Examples
    --------
    >>> lots = np.array([shapely.box(0, 0, 16, 25)], dtype=object)
    >>> canal = np.array([shapely.box(-50, -9, 50, -0.04)], dtype=object)
    >>> judge(lots, canal, np.array([0.1]), "AREA_OVER_LENGTH").state[0]
    'BORDERLINE'
    """
    if not len(lots):
        none = np.empty(0)
        return Judged(shapes(), shapes(), none, none, none)
    overlap = inside(lots, areas)
    plain = surely_wider(overlap, threshold_m)
    width_m = np.full(len(overlap), np.nan)
    width_m[~plain] = widths_m(overlap[~plain], measure, threshold_m[~plain])
    distance_m = shapely.distance(lots, areas)
    near = (width_m >= TOUCHING_M) | ~wider(distance_m, threshold_m)
    state = np.select(
        [plain | wider(width_m, threshold_m), near], ["APPLIES", "BORDERLINE"], default="DOES_NOT_APPLY"
    )
    return Judged(state.astype(object), overlap, shapely.area(overlap), width_m, distance_m)


def height_surface_m(surface: Mapping[str, Any], distance_m: Floats) -> Floats:
    """
    Elevation of an airport's obstacle surface at a distance from its reference, in metres; NaN beyond it.

    Inner horizontal up to its radius, then a cone up to its height. Source: rules.md section 20.9.

    Examples
    --------
    >>> surface = {"aerodrome_elevation_m": 1500.0, "inner_height_m": 45.0, "inner_radius_m": 4000.0}
    >>> surface |= {"conical_slope": 0.05, "conical_height_m": 100.0}
    >>> height_surface_m(surface, np.array([3000.0, 5000.0, 9000.0])).tolist()
    [1545.0, 1595.0, nan]
    """
    inner_m = surface["aerodrome_elevation_m"] + surface["inner_height_m"]
    rise_m = np.maximum(np.asarray(distance_m) - surface["inner_radius_m"], 0.0) * surface["conical_slope"]
    return np.where(rise_m <= surface["conical_height_m"], inner_m + rise_m, np.nan)


def _around_lines(lines: list[shapely.Geometry], distance_m: float) -> shapely.Geometry:
    between = [_strip(first, second) for first, second in pairwise(lines)]
    return shapely.union_all(
        [shapely.buffer(part, distance_m, quad_segs=ROUND) for part in [*lines, *between]]
    )


def _strip(first: shapely.Geometry, second: shapely.Geometry) -> shapely.Geometry:
    """The ground between two lines that run side by side."""
    there, back = shapely.get_coordinates(first), shapely.get_coordinates(second)
    if np.hypot(*(there[-1] - back[0])) > np.hypot(*(there[-1] - back[-1])):
        back = back[::-1]
    return shapely.make_valid(shapely.Polygon(np.vstack([there, back])))


def same_key(key: Any, attribute: Any) -> bool:
    """
    Whether a feature's attribute is the key of a rule: numbers are the same as text and as numbers.

    Examples
    --------
    >>> same_key(63, "63"), same_key("core", "core"), same_key(63, "63 kV")
    (True, True, False)
    """
    try:
        return float(key) == float(attribute)
    except (TypeError, ValueError):
        return bool(key == attribute)
