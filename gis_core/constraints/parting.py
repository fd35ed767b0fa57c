"""Parts shapes into what lies inside and outside others: where a border crosses once, or by overlays."""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.borders import parted_by_borders
from gis_core.constraints.plane import (
    CLEAN_M,
    DUST_M2,
    EMPTY,
    Floats,
    Ints,
    Shapes,
    cleaned,
    polygons_only,
    rounds,
)

#: The grid on which overlays are repeated that fail without one, in metres; and those for what fails there.
GRID_M = 1e-7
GRIDS_M = (GRID_M, 1e-6, 1e-5, 1e-4, 1e-3)


def inside(geometries: Shapes, others: Shapes) -> Shapes:
    """
    What of shapes lies inside others, pair by pair; polygons without dust.

    Inside and outside must make up the whole. Where they do not, or an overlay fails, as happens when
    nearly equal borders meet, it is done again on a fixed grid (`GRIDS_M`, the first on which it comes out).

    Examples
    --------
    >>> inside(*np.array([[shapely.box(0, 0, 4, 1)], [shapely.box(3, 0, 9, 9)]], dtype=object))[0].area
    1.0
    """
    return polygons_only(_parted(geometries, others)[0])


def outside(geometries: Shapes, others: Shapes) -> Shapes:
    """
    What of shapes lies outside others, pair by pair; as `inside`.

    Examples
    --------
    >>> outside(*np.array([[shapely.box(0, 0, 4, 1)], [shapely.box(3, 0, 9, 9)]], dtype=object))[0].area
    3.0
    """
    return polygons_only(_parted(geometries, others)[1])


def both_sides(geometries: Shapes, others: Shapes) -> tuple[Shapes, Shapes]:
    """What of shapes lies inside and what outside others, pair by pair; as `inside` and `outside`."""
    inner, outer = _parted(geometries, others)
    return polygons_only(inner), polygons_only(outer)


def _parted(geometries: Shapes, others: Shapes) -> tuple[Shapes, Shapes]:
    """Inner and outer parts: an overlay is made only where the other's border crosses more than once."""
    inner, outer = np.full((2, len(geometries)), EMPTY, dtype=object)
    if not len(geometries):
        return inner, outer
    parted = parted_by_borders(geometries, others)
    rest = ~(parted.untouched | parted.crossed)
    if rest.any():
        inner[rest], outer[rest] = _parted_by_overlays(geometries[rest], others[rest])
    some, whole = parted.crossed.nonzero()[0], parted.untouched.nonzero()[0]
    inner[some], outer[some] = parted.inside, parted.outside
    if len(whole):
        within = shapely.intersects(others[whole], shapely.point_on_surface(geometries[whole]))
        inner[whole[within]] = geometries[whole[within]]
        outer[whole[~within]] = geometries[whole[~within]]
    return inner, outer


def _parted_by_overlays(geometries: Shapes, others: Shapes) -> tuple[Shapes, Shapes]:
    inner = overlaid(shapely.intersection, geometries, others)
    outer = overlaid(shapely.difference, geometries, others)
    wrong = unsound(geometries, others, inner, outer).nonzero()[0]
    for grid_m in GRIDS_M:
        if not len(wrong):
            break
        whole, by = geometries[wrong], others[wrong]
        inner[wrong] = shapely.intersection(whole, by, grid_size=grid_m)
        outer[wrong] = shapely.difference(whole, by, grid_size=grid_m)
        # What was done again may fail again: a coarser grid joins more of what nearly meets.
        wrong = wrong[unsound(whole, by, inner[wrong], outer[wrong], grid_m)]
    return inner, outer


def unsound(
    geometries: Shapes, others: Shapes, inner: Shapes, outer: Shapes, grid_m: float = 0.0
) -> NDArray[np.bool_]:
    """
    Pairs whose two sides do not make up the whole, or of which a part lies on the wrong side.

    `grid_m`: the grid on which the overlay was done, which moves borders by as much.

    Examples
    --------
    >>> from gis_core.constraints.plane import shapes
    >>> lot, zone = shapely.box(0, 0, 9, 3), shapely.box(3, -1, 6, 4)
    >>> inner, outer = both_sides(shapes(lot), shapes(zone))
    >>> unsound(shapes(lot), shapes(zone), inner, outer).item()
    False
    >>> east = shapely.box(6.5, 0, 9, 3)
    >>> strayed = shapes(shapely.MultiPolygon([shapely.box(3, 0, 6, 3), east]))
    >>> rest = shapes(shapely.box(0, 0, 3.5, 3))  # the areas add up
    >>> unsound(shapes(lot), shapes(zone), strayed, rest).item()
    True
    """
    inner_m2, outer_m2 = shapely.area(inner), shapely.area(outer)
    balance_m2 = np.abs(inner_m2 + outer_m2 - shapely.area(geometries))
    allowed_m2 = DUST_M2 + grid_m * shapely.length(geometries) if grid_m else DUST_M2
    within_m = max(CLEAN_M, 2 * grid_m)
    wrong = balance_m2 > allowed_m2
    wrong |= _on_wrong_side(inner, inner_m2, others, False, within_m)
    wrong |= _on_wrong_side(outer, outer_m2, others, True, within_m)
    return np.asarray(wrong, dtype=bool)


def _on_wrong_side(
    parts: Shapes, area_m2: Floats, others: Shapes, within: bool, within_m: float
) -> NDArray[np.bool_]:
    """
    Parts of an overlay that a point in them shows to lie inside the other shape (`within`), or outside it.

    A hair on a shape can turn an overlay inside out, and the areas still add up. Of several pieces each is
    asked: one may have come to the other side and be missing there.
    """
    wrong = np.zeros(len(parts), dtype=bool)
    some = (area_m2 > DUST_M2).nonzero()[0]
    if not len(some):
        return wrong
    pieces = parts[some]
    if (shapely.get_num_geometries(pieces) > 1).any():
        pieces, owner = shapely.get_parts(pieces, return_index=True)
        solid = shapely.area(pieces) > DUST_M2
        pieces, some = pieces[solid], some[owner[solid]]
    point = shapely.point_on_surface(pieces)
    suspect = (shapely.intersects(others[some], point) == within).nonzero()[0]
    if len(suspect):
        # On the border itself a point may be on either side by rounding.
        border = shapely.boundary(others[some[suspect]])
        wrong[some[suspect[shapely.distance(border, point[suspect]) > within_m]]] = True
    return wrong


def overlaid(overlay: Callable[..., Shapes], geometries: Shapes, by: Shapes) -> Shapes:
    """An overlay of arrays; a pair that fails is done on the grid, and no other pair notices."""
    try:
        return np.asarray(overlay(geometries, by), dtype=object)
    except shapely.errors.GEOSException:
        if len(geometries) == 1:
            return np.asarray(overlay(geometries, by, grid_size=GRID_M), dtype=object)
        half = len(geometries) // 2
        parts = [overlaid(overlay, geometries[cut], by[cut]) for cut in (slice(half), slice(half, None))]
        return np.concatenate(parts)


def without(geometries: Shapes, owner: Ints, taken: Shapes, *, tidy: bool = True) -> Shapes:
    """
    Shapes less all that is taken from each of them.

    `taken`: (m,) shapes; `owner`: (m,) index of the shape that each is taken from. Not `tidy`: spikes are
    left to whoever cleans the last of several overlays.
    """
    left = geometries.copy()
    for members in rounds(owner):
        left[owner[members]] = outside(left[owner[members]], taken[members])
    return tidied(left, geometries) if tidy and len(owner) else left


def left_and_gone(geometries: Shapes, owner: Ints, taken: Shapes) -> tuple[Shapes, Shapes]:
    """What `without` leaves of shapes, and what of each of those taken was theirs (m,)."""
    left, gone = geometries.copy(), np.full(len(owner), EMPTY, dtype=object)
    for members in rounds(owner):
        gone[members], left[owner[members]] = both_sides(left[owner[members]], taken[members])
    return tidied(left, geometries) if len(owner) else left, gone


def tidied(left: Shapes, before: Shapes) -> Shapes:
    """What is left of shapes, cleaned where anything was taken."""
    changed = (shapely.area(left) < shapely.area(before)).nonzero()[0]
    left[changed] = cleaned(left[changed])
    return left
