"""Reads a zone's shape as a planner gives it: drawn on the map, or typed as a list of coordinates."""

import re
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry import shape

from gis_core import crs, persian
from gis_core.errors import BadInput

#: A drawn vertex this near to a known one is that one: drawing passes through degrees and back.
SAME_VERTEX_M = 0.005
GRID_M = 0.001
MOST_VERTICES = 20_000


def from_drawing(geojson: Any, known: np.ndarray) -> GEOSGeometry:
    """
    A polygon drawn in longitude and latitude, in the metric CRS on the 1 mm grid.

    `known`: (n, 2) vertices of the draft; a drawn vertex within 5 mm of one takes its exact place, so a
    border that nobody moved stays where it was.

    Raises
    ------
    BadInput
        When it is no valid polygon.
    """
    try:
        drawn = shape(geojson)
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.GEOSException) as error:
        raise _unreadable() from error
    if drawn.geom_type != "Polygon" or drawn.is_empty:
        raise _unreadable()
    return _checked(shapely.transform(drawn, lambda points: _snapped(_to_metric(points), known)))


def from_text(text: str) -> GEOSGeometry:
    """
    A ring typed as one pair "east north" a line, in metres of the city's metric CRS.

    Raises
    ------
    BadInput
        When a line holds no two numbers, or the ring is no valid polygon.
    """
    points = []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        pair = re.split(r"[\s,;]+", persian.latin_digits(line).strip())
        try:
            east, north = (float(value) for value in pair)
        except ValueError as error:
            raise BadInput(
                f"سطر {number} دو عدد (شرقی و شمالی) ندارد.",
                f"Line {number} does not hold two numbers, east and north.",
                {"line": number},
            ) from error
        points.append((east, north))
    if len(points) < 3:
        raise _unreadable()
    return _checked(shapely.Polygon(points))


def as_text(geometry: GEOSGeometry) -> str:
    """The outer ring as a list of coordinates, one pair a line, to the millimetre."""
    ring = shapely.from_wkb(bytes(geometry.wkb)).exterior.coords[:-1]
    return "\n".join(f"{east:.3f} {north:.3f}" for east, north in ring)


def vertices(geometries: list[GEOSGeometry]) -> np.ndarray:
    """All vertices of shapes, (n, 2), metres."""
    return shapely.get_coordinates(shapely.from_wkb([bytes(geometry.wkb) for geometry in geometries]))


def _to_metric(points: np.ndarray) -> np.ndarray:
    return np.column_stack(crs.to_metric(points[:, 0], points[:, 1]))


def _snapped(points: np.ndarray, known: np.ndarray) -> np.ndarray:
    points = np.round(points / GRID_M) * GRID_M
    if not len(known):
        return points
    tree = shapely.STRtree(shapely.points(known))
    found = tree.query_nearest(shapely.points(points), max_distance=SAME_VERTEX_M, all_matches=False)
    points[found[0]] = known[found[1]]
    return points


def _checked(polygon: shapely.Polygon) -> GEOSGeometry:
    if len(shapely.get_coordinates(polygon)) > MOST_VERTICES:
        raise _unreadable()
    if not polygon.is_valid or not polygon.area > 0:
        raise BadInput(
            "مرز پهنه خودش را قطع می‌کند؛ رأس آخر را برگردانید.",
            f"The border is no valid polygon: {shapely.is_valid_reason(polygon)}.",
        )
    return GEOSGeometry(memoryview(shapely.to_wkb(polygon)), srid=crs.metric_srid())


def _unreadable() -> BadInput:
    return BadInput("این شکل یک چندضلعی نیست.", "This is not a polygon.")
