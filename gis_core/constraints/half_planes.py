"""Cuts polygons along straight lines, many at once, without overlays."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.plane import DUST_M2, EMPTY, Floats, Ints, Shapes, cleaned, flagged, rounds

#: Corners nearer to a line than this lie on it, in metres.
ON_LINE_M = 1e-10


@dataclass(frozen=True)
class _Rings:
    """Outlines as open rings: points (m, 2) and the polygon of each, ascending."""

    points: Floats
    of: Ints

    def following(self) -> Ints:
        """The corner after each one, round the ring."""
        first = np.flatnonzero(np.concatenate([[True], self.of[1:] != self.of[:-1]]))
        after = np.arange(len(self.of)) + 1
        after[np.concatenate([first[1:], [len(self.of)]]) - 1] = first
        return after


def kept_sides(polygons: Shapes, owner: Ints, lines: Floats) -> tuple[Shapes, NDArray[np.bool_]]:
    """
    Polygons less all that lies beyond lines, and which (n,) can be cut this way; others are left as they are.

    `lines` (m, 3): a, b, c of a·x + b·y + c >= 0, the side that is kept, with (a, b) of length one;
    `owner` (m,) the polygon of each. Corner by corner (Sutherland and Hodgman, Reentrant polygon clipping,
    Communications of the ACM 17, 1974), which is right for every outline that a line enters and leaves once:
    polygons with holes, and those that a line cuts in several parts, are for overlays.

    Examples
    --------
    >>> square = np.array([shapely.box(0, 0, 4, 4)], dtype=object)
    >>> kept_sides(square, np.array([0]), np.array([[1.0, 0.0, -1.0]]))[0][0].area
    12.0
    """
    done = (shapely.get_type_id(polygons) == 3) & (shapely.get_num_interior_rings(polygons) == 0)
    done &= ~shapely.is_empty(polygons)
    touched = flagged(owner, len(polygons)) & done
    rings = _rings(polygons, np.flatnonzero(touched))
    changed = np.zeros(len(polygons), dtype=bool)
    for turn in rounds(owner):
        line = np.full((len(polygons), 3), np.nan)
        line[owner[turn]] = lines[turn]
        rings = _cut(rings, line, done, changed)
    changed &= done
    return _drawn(polygons, rings, changed), done


def _rings(polygons: Shapes, some: Ints) -> _Rings:
    points, of = shapely.get_coordinates(shapely.get_exterior_ring(polygons[some]), return_index=True)
    # The last point of a ring is its first again.
    open_ = np.concatenate([of[1:] == of[:-1], [False]]) if len(of) else np.zeros(0, dtype=bool)
    return _Rings(points[open_], some[of[open_]])


def _cut(rings: _Rings, line: Floats, done: NDArray[np.bool_], changed: NDArray[np.bool_]) -> _Rings:
    """Rings cut by one line each, NaN for none; `done` and `changed` (n,) are noted in place."""
    if not len(rings.of):
        return rings
    mine, after = line[rings.of], rings.following()
    height = mine[:, 0] * rings.points[:, 0] + mine[:, 1] * rings.points[:, 1] + mine[:, 2]
    height[(np.abs(height) < ON_LINE_M) | np.isnan(height)] = 0.0
    inside, beyond = height >= 0, height < 0
    leaves = inside & beyond[after]
    done[np.bincount(rings.of[leaves], minlength=len(done)) > 1] = False
    changed[rings.of[beyond]] = True
    crossing = height * height[after] < 0
    at = np.divide(height, height - height[after], out=np.zeros(len(height)), where=crossing)
    cut = rings.points + (rings.points[after] - rings.points) * at[:, None]
    kept = np.stack([inside, crossing], axis=1).reshape(-1)
    both = np.stack([rings.points, cut], axis=1).reshape(-1, 2)
    return _Rings(both[kept], np.repeat(rings.of, 2)[kept])


def _drawn(polygons: Shapes, rings: _Rings, changed: NDArray[np.bool_]) -> Shapes:
    """The polygons, those that were changed with their new outlines; without ground they are empty."""
    found = polygons.copy()
    found[changed] = EMPTY
    corners = np.bincount(rings.of, minlength=len(polygons))
    solid = changed & (corners >= 3)
    mine = solid[rings.of]
    if mine.any():
        ring = (np.cumsum(solid) - 1)[rings.of[mine]]
        found[solid] = shapely.polygons(shapely.linearrings(rings.points[mine], indices=ring))
        found[solid] = cleaned(found[solid])
        found[changed & (shapely.area(found) <= DUST_M2)] = EMPTY
    return found
