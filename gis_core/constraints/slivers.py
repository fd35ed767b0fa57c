"""Judges how wide an overlap is against how exactly lot and layer are known."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.plane import DUST_M2, Floats, Shapes, moved, parts_by_size

#: Overlaps narrower than this touch: rounding of coordinates, not ground.
TOUCHING_M = 1e-6


def threshold_width_m(
    policy: Mapping[str, Any], parcel_accuracy_m: Floats, layer_accuracy_m: Floats
) -> Floats:
    """
    The width up to which a misfit of lot and layer may come from their positional accuracy, in metres.

    `policy["combine"]` is `SUM`, `ROOT_SUM_SQUARES` or `MAX`; accuracies broadcast.

    Examples
    --------
    >>> threshold_width_m({"combine": "ROOT_SUM_SQUARES"}, 0.08, 0.06).item()
    0.1
    """
    combine = {"SUM": np.add, "ROOT_SUM_SQUARES": np.hypot, "MAX": np.maximum}[policy["combine"]]
    return np.asarray(combine(parcel_accuracy_m, layer_accuracy_m), dtype=float)


def wider(width_m: Floats, than_m: Floats) -> NDArray[np.bool_]:
    """
    Whether widths exceed lengths; one that equals it up to the rounding of coordinates does not.

    Examples
    --------
    >>> wider(np.array([0.1000000001, 0.101]), np.array([0.1, 0.1])).tolist()
    [False, True]
    """
    return np.asarray(width_m > than_m + TOUCHING_M)


def surely_wider(shapes: Shapes, than_m: Floats) -> NDArray[np.bool_]:
    """
    Shapes that are plainly wider than a length: a circle of twice the area over the perimeter fits into each.

    Every point of a shape lies within its largest inscribed radius of its boundary, so that radius is at
    least area over perimeter. False says nothing.
    """
    area, perimeter = shapely.area(shapes), shapely.length(shapes)
    return (area > DUST_M2) & (2 * area > than_m * perimeter)


def widths_m(overlaps: Shapes, measure: str, wider_than_m: Floats | None = None) -> Floats:
    """
    Width of the widest part of each overlap, in metres; 0 without area.

    With `wider_than_m` (n,) only that comparison must be exact: the circle of an overlap that is plainly
    wider is found to a twentieth, of others to a thousandth of the limit, and of a sliver that is plainly
    narrower the short side of the rectangle around it is given.

    `INSCRIBED_DIAMETER`: diameter of the largest circle inside. `AREA_OVER_LENGTH`: area over the
    longer side of the smallest rectangle around it. No shape is grown before it is measured.

    Examples
    --------
    >>> strip = np.array([shapely.box(0, 0, 100, 0.009)], dtype=object)
    >>> round(widths_m(strip, "AREA_OVER_LENGTH").item(), 6)
    0.009
    """
    widest = np.zeros(len(overlaps))
    if not len(overlaps):
        return widest
    pieces, owner = _pieces(overlaps)
    if len(pieces):
        near = moved(pieces, -np.floor(shapely.bounds(pieces)[:, :2]))
        if measure == "INSCRIBED_DIAMETER":
            limit_m = np.zeros(len(near)) if wider_than_m is None else wider_than_m[owner]
            plain = surely_wider(near, limit_m) & (wider_than_m is not None)
            measured = _at_most_m(near)
            open_yet = measured > limit_m
            share = np.where(plain, 0.05, 1e-4)[open_yet]
            measured[open_yet] = _inscribed_m(near[open_yet], share, limit_m[open_yet] * 1e-3)
        elif measure == "AREA_OVER_LENGTH":
            measured = _area_over_length_m(near)
        else:
            raise ValueError(f"Expected measure INSCRIBED_DIAMETER or AREA_OVER_LENGTH, got {measure!r}.")
        np.maximum.at(widest, owner, measured)
    return widest


def _pieces(overlaps: Shapes) -> tuple[Shapes, np.ndarray]:
    parts, owner = shapely.get_parts(overlaps, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    solid = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)
    return parts[solid], owner[inner[solid]]


def _at_most_m(polygons: Shapes) -> Floats:
    """No circle inside is wider than the short side of the smallest rectangle around a shape."""
    around = shapely.oriented_envelope(polygons)
    area, half = shapely.area(around), shapely.length(around) / 2
    root = np.sqrt(np.maximum(half**2 - 4 * area, 0.0))
    return np.divide(2 * area, half + root, out=np.zeros(len(polygons)), where=half > 0)


def _inscribed_m(polygons: Shapes, share: Floats, least_m: Floats) -> Floats:
    # Area over perimeter is a quarter to a half of the width: a tolerance that follows each shape alone.
    scale = np.maximum(shapely.area(polygons) / np.maximum(shapely.length(polygons), 1e-12), 1e-9)
    tolerance_m = np.maximum(scale * share, least_m)
    return 2 * shapely.length(shapely.maximum_inscribed_circle(polygons, tolerance=tolerance_m))


def _area_over_length_m(polygons: Shapes) -> Floats:
    # GEOS returns a line for polygons thinner than its own precision; their length is the longer side.
    around = shapely.oriented_envelope(polygons)
    lengths = np.array([_longer_side_m(rectangle) for rectangle in around])
    return np.divide(shapely.area(polygons), lengths, out=np.zeros(len(polygons)), where=lengths > 0)


def _longer_side_m(rectangle: shapely.Geometry) -> float:
    points = shapely.get_coordinates(rectangle)
    return float(np.hypot(*np.diff(points[:3], axis=0).T).max(initial=0.0))


def inscribed_diameter_m(polygon: shapely.Geometry) -> float:
    """
    Diameter of the largest circle inside a shape, over all its parts, in metres.

    Examples
    --------
    >>> round(inscribed_diameter_m(shapely.box(0, 0, 2.5, 5)), 4)
    2.5
    """
    array = np.array(parts_by_size(polygon), dtype=object)
    return float(widths_m(array, "INSCRIBED_DIAMETER").max()) if len(array) else 0.0
