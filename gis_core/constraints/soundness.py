"""Tells shapes that can be read from those that nobody can, and where the latter may lie."""

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.plane import Ints, Shapes, box_around

#: Where a shape may lie of which not even that is known: everywhere, in metres about the origin.
EVERYWHERE = shapely.box(-1e7, -1e7, 1e7, 1e7)
#: GEOS' number of the kind of one line; of points it is less.
_LINE = 1


def readable(geometries: Shapes) -> NDArray[np.bool_]:
    """
    Shapes that are there, finite, of some length where they are lines, and do not cross themselves.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    >>> readable(np.array([shapely.box(0, 0, 4, 4), bow_tie, shapely.Point(), None], dtype=object)).tolist()
    [True, False, False, False]
    """
    if not len(geometries):
        return np.zeros(0, dtype=bool)
    return _sound(geometries, _placed(geometries))


def _sound(geometries: Shapes, placed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    sound, kind = placed.copy(), shapely.get_type_id(geometries)
    # A point is valid where it is, and a line where it has some length.
    composed = sound & (kind > _LINE)
    if composed.any():
        sound[composed] = shapely.is_valid(geometries[composed])
    lines = sound & (shapely.get_dimensions(geometries) == 1)
    if lines.any():
        sound[lines] = shapely.length(geometries[lines]) > 0
    return sound


def unreadable(geometries: Shapes, lots: Shapes) -> Ints:
    """Positions of shapes that cannot be read and may lie on one of some lots; a far one is not looked at."""
    if not len(geometries) or not len(lots):
        return np.array([], dtype=np.int64)
    near, bounds = box_around(lots), shapely.bounds(geometries)
    apart = (bounds[:, :2] > near[2:]).any(axis=1) | (bounds[:, 2:] < near[:2]).any(axis=1)
    # of a shape without finite corners nothing says that it is far
    placed = _placed(geometries)
    some = (~apart | ~placed).nonzero()[0]
    return some[~_sound(geometries[some], placed[some])]


def whereabouts(geometry: shapely.Geometry | None) -> shapely.Geometry:
    """The box in which a shape that cannot be read lies, or everywhere."""
    points = shapely.get_coordinates(geometry)
    if not len(points) or not np.isfinite(points).all():
        return EVERYWHERE
    return shapely.box(*points.min(axis=0), *points.max(axis=0))


def _placed(geometries: Shapes) -> NDArray[np.bool_]:
    """Shapes with corners, all of which are finite."""
    there = np.asarray(shapely.get_num_coordinates(geometries) > 0)
    if not np.isfinite(shapely.get_coordinates(geometries)).all():
        points, owner = shapely.get_coordinates(geometries, return_index=True)
        there[owner[~np.isfinite(points).all(axis=1)]] = False
    return there
