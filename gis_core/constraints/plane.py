"""Measures shapes in the plane, near the origin: parts, whole mm², outward directions, half-planes."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.loops.spikes import turning_back

Shapes = NDArray[np.object_]
Floats = NDArray[np.floating[Any]]
Numbers = Floats | float
Ints = NDArray[np.int64]

#: A measured size passes a limit when it is within this of it (metres, m², ratios).
PASSING_M = 0.001
#: Parts and shapes smaller than this (1 mm²) come from rounding, not from the ground.
DUST_M2 = 1e-6
#: An outline that turns back by an angle of less than this sine makes a spike, not a corner.
SPIKE_SINE = 1e-6
#: Corners nearer to each other than this are one, in metres.
TIP_M = 1e-6
#: The grid on which spikes vanish, in metres.
CLEAN_M = 1e-7
#: Half the side of the squares that stand for half-planes, in metres.
FAR_AWAY_M = 20_000.0


#: Nothing, as a shape.
EMPTY = shapely.Polygon()


def shapes(*geometries: object) -> Shapes:
    """
    An array of shapes, whatever their kinds; of one shape, an array of one.

    Examples
    --------
    >>> shapes(shapely.Point(0, 0), None).shape
    (2,)
    """
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def blanks(count: int) -> NDArray[np.object_]:
    """
    An array of so many places in which nothing stands yet.

    Examples
    --------
    >>> blanks(2).tolist()
    [None, None]
    """
    # numpy fills an empty array of objects with None.
    return np.empty(count, dtype=object)


def moved(geometries: Shapes, by: tuple[float, float] | Floats) -> Shapes:
    """
    Shapes moved by (dx, dy): one pair for all, or (n, 2) one per shape. Missing stays missing.

    Coordinates of a projected system lose digits in products, so shapes are brought near the
    origin before they are measured and back afterwards.
    """
    flat = np.array(geometries, dtype=object)
    steps = np.asarray(by, dtype=float)
    if steps.ndim == 1:
        return shapely.set_coordinates(flat, shapely.get_coordinates(flat) + steps)
    points, owner = shapely.get_coordinates(flat, return_index=True)
    return shapely.set_coordinates(flat, points + steps[owner])


def whole_mm2(area_m2: Floats) -> Ints:
    """
    Areas in whole square millimetres, the unit in which they are added up.

    Examples
    --------
    >>> whole_mm2(np.array([275.0000004, 1.0])).tolist()
    [275000000, 1000000]
    """
    return np.rint(np.asarray(area_m2, dtype=float) * 1e6).astype(np.int64)


def shared_out_mm2(parts_m2: Floats, owner: Ints, totals_mm2: Ints) -> Ints:
    """
    Whole mm² for the parts of each whole, so that they add up to it exactly (largest remainder).

    `parts_m2`: (m,) areas; `owner`: (m,) index of the whole, ascending; `totals_mm2`: (n,).

    Examples
    --------
    >>> third = 1e-6 / 3
    >>> shared_out_mm2(np.array([third, third, third]), np.array([0, 0, 0]), np.array([1])).tolist()
    [1, 0, 0]
    """
    exact = np.asarray(parts_m2, dtype=float) * 1e6
    parts = np.floor(exact).astype(np.int64)
    missing = totals_mm2 - np.bincount(owner, weights=parts, minlength=len(totals_mm2)).astype(np.int64)
    for whole in (missing < 0).nonzero()[0]:
        # Rounding of the parts themselves: the largest gives way, a part of nothing stays nothing.
        largest = (owner == whole).nonzero()[0][np.argmax(parts[owner == whole])]
        parts[largest] += missing[whole]
        missing[whole] = 0
    order = np.lexsort((np.arange(len(parts)), -(exact - parts), owner))
    firsts = np.searchsorted(owner[order], np.arange(len(totals_mm2)))
    count = np.bincount(owner, minlength=len(totals_mm2))
    rank = np.arange(len(parts)) - firsts[owner[order]]
    share, rest = np.divmod(missing[owner[order]], np.maximum(count, 1)[owner[order]])
    parts[order] += share + (rank < rest)
    return parts


def parts_by_size(geometry: object) -> list[shapely.Polygon]:
    """
    The polygons of a shape, largest first, without dust; lines and points left by an overlay are no parts.

    Examples
    --------
    >>> two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 1)])
    >>> [part.area for part in parts_by_size(two)]
    [2.0, 1.0]
    """
    # A collection may hold multi-polygons, so parts are taken apart twice.
    parts = shapely.get_parts(shapely.get_parts(geometry))
    area = shapely.area(parts)
    solid = (shapely.get_type_id(parts) == 3) & (area > DUST_M2)
    order = np.argsort(-area[solid], kind="stable")
    return list(parts[solid][order])


def box_around(geometries: Shapes) -> Floats:
    """
    The box around shapes: least x and y, largest x and y; NaN around nothing.

    Examples
    --------
    >>> box_around(shapes(shapely.Point(0, 7), shapely.Point(2, 3), None)).tolist()
    [0.0, 3.0, 2.0, 7.0]
    """
    each = shapely.bounds(geometries)
    low = np.fmin.reduce(each[:, :2], axis=0, initial=np.nan)
    return np.concatenate([low, np.fmax.reduce(each[:, 2:], axis=0, initial=np.nan)])


def polygons_only(geometries: Shapes) -> Shapes:
    """
    Shapes reduced to their polygons without dust, the largest first; nothing left is an empty polygon.

    Examples
    --------
    >>> two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 1)])
    >>> polygons_only(shapes(two, shapely.Point(0, 0))).tolist()
    [<MULTIPOLYGON (((4 0, 4 1, 2 1, 2 0, 4 0)), ((1 0, 1 1, 0 1, 0 0, 1 0)))>, <POLYGON EMPTY>]
    """
    cleaned = geometries.copy()
    if not len(cleaned):
        return cleaned
    mixed = shapely.get_type_id(geometries) != 3
    dust = shapely.area(geometries) <= DUST_M2
    cleaned[dust] = EMPTY
    rows = (mixed & ~dust).nonzero()[0]
    if len(rows):
        part, owner, count = _parts_by_size(geometries[rows])
        cleaned[rows] = EMPTY
        one = count[owner] == 1
        cleaned[rows[owner[one]]] = part[one]
        if not one.all():
            shapely.multipolygons(part[~one], indices=rows[owner[~one]], out=cleaned)
    return cleaned


def _parts_by_size(geometries: Shapes) -> tuple[Shapes, Ints, Ints]:
    """Polygons of shapes without dust, largest first, the shape of each; and how many each shape has."""
    # A collection may hold multi-polygons, so parts are taken apart twice.
    outer, owner = shapely.get_parts(geometries, return_index=True)
    part, within = shapely.get_parts(outer, return_index=True)
    area_m2, owner = shapely.area(part), owner[within]
    solid = (shapely.get_type_id(part) == 3) & (area_m2 > DUST_M2)
    part, owner, area_m2 = part[solid], owner[solid], area_m2[solid]
    order = np.lexsort((-area_m2, owner))
    return part[order], owner[order], np.bincount(owner, minlength=len(geometries))


def rings_of(geometries: Shapes) -> tuple[Floats, Ints, Ints, NDArray[np.bool_]]:
    """
    The corners of all rings of polygons, the ring of each, the shape of each ring, and which are holes.

    Examples
    --------
    >>> yard = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    >>> points, of_ring, of_shape, hole = rings_of(shapes(yard))
    >>> len(points), of_ring.tolist(), of_shape.tolist(), hole.tolist()
    (10, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [0, 0], [False, True])
    """
    if (shapely.get_type_id(geometries) == 3).all() and not shapely.get_num_interior_rings(geometries).any():
        points, of_ring = shapely.get_coordinates(geometries, return_index=True)
        return points, of_ring, np.arange(len(geometries)), np.zeros(len(geometries), dtype=bool)
    parts, of_shape = shapely.get_parts(geometries, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    # The first ring of a part is its outline.
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = of_part[1:] == of_part[:-1]
    return points, of_ring, of_shape[of_part], hole


def cleaned(geometries: Shapes) -> Shapes:
    """
    Shapes without the spikes and hairs that overlays of turned shapes leave; others stay as they are.

    Examples
    --------
    >>> spike = shapely.Polygon([(0, 0), (4, 0), (4, 2), (6, 2), (4, 2.0000000001), (0, 2)])
    >>> cleaned(shapes(spike))[0].bounds
    (0.0, 0.0, 4.0, 2.0)
    """
    if not len(geometries):
        return geometries
    tidy = mended(geometries)
    spiky = _spiky(tidy)
    if spiky.any():
        tidy[spiky] = polygons_only(on_grid(tidy[spiky], CLEAN_M))
    return tidy


def on_grid(geometries: Shapes, grid_m: float) -> Shapes:
    """
    Shapes with their corners on a grid; a hair thinner than rounding fails in one shape and no other notices.

    Such a shape is mended after its corners were moved, one by one, which cannot fail.
    """
    try:
        return np.asarray(shapely.set_precision(geometries, grid_m), dtype=object)
    except shapely.errors.GEOSException:
        if len(geometries) > 1:
            return np.concatenate([on_grid(geometries[at : at + 1], grid_m) for at in range(len(geometries))])
        moved_corners = shapely.set_precision(geometries, grid_m, mode="pointwise")
        return np.asarray(shapely.make_valid(moved_corners, method="structure", keep_collapsed=False))


def mended(geometries: Shapes) -> Shapes:
    """
    Shapes as they are, and valid polygons out of broken ones.

    Broken ones are mended by their lines where taking hairs off them has taken ground, too: a hair that
    crosses an outline can turn the whole shape inside out for the structure method.
    """
    whole = geometries.copy()
    bad = (~shapely.is_valid(geometries)).nonzero()[0]
    if len(bad):
        broken = geometries[bad]
        found = polygons_only(shapely.make_valid(broken, method="structure", keep_collapsed=False))
        lost = np.abs(shapely.area(found) - shapely.area(broken)) > CLEAN_M * shapely.length(broken)
        found[lost] = polygons_only(shapely.make_valid(broken[lost]))
        whole[bad] = found
    return whole


def _spiky(geometries: Shapes) -> NDArray[np.bool_]:
    """Shapes whose outline somewhere turns back upon itself."""
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    # A tip whose two corners lie a rounding apart is one corner.
    return np.asarray(turning_back(points, owner, len(geometries), TIP_M, SPIKE_SINE))


def largest_parts(geometries: Shapes) -> Shapes:
    """The largest polygon of each shape; an empty polygon where there is none."""
    largest = geometries.copy()
    for index in (shapely.get_type_id(geometries) != 3).nonzero()[0]:
        kept = parts_by_size(geometries[index])
        largest[index] = kept[0] if kept else EMPTY
    return largest


def rounds(owner: Ints) -> list[Ints]:
    """
    Positions grouped so that no owner appears twice in a group: work for whole arrays, in turns.

    Examples
    --------
    >>> [members.tolist() for members in rounds(np.array([7, 7, 9]))]
    [[0, 2], [1]]
    """
    owner = np.asarray(owner)
    if len(owner) < 2:
        return [np.arange(len(owner))] if len(owner) else []
    order = np.argsort(owner, kind="stable")
    ranked = owner[order]
    rank = np.arange(len(ranked)) - ranked.searchsorted(ranked)
    return [np.sort(order[rank == turn]) for turn in range(rank.max() + 1)]


def joined(groups: list[list[object]]) -> Shapes:
    """The union of each group of shapes; an empty group gives an empty collection."""
    width = max((len(group) for group in groups), default=0)
    table = np.full((len(groups), max(width, 1)), None, dtype=object)
    for row, group in enumerate(groups):
        table[row, : len(group)] = group
    return np.atleast_1d(shapely.union_all(table, axis=1))


def named_rows(names: list[Any], flags: NDArray[np.bool_]) -> NDArray[np.object_]:
    """
    For each row of flags (n, k) the names of the columns that are set, as a tuple.

    Examples
    --------
    >>> named_rows(["FAR", "STOREYS"], np.array([[True, True], [False, True]])).tolist()
    [('FAR', 'STOREYS'), ('STOREYS',)]
    """
    rows = np.empty(len(flags), dtype=object)
    # Rows share few patterns, so each pattern is named once; more than 60 names do not fit into one number.
    if flags.shape[1] > 60 or len(flags) == 1:
        rows[:] = [
            tuple(name for name, flag in zip(names, row, strict=True) if flag) for row in flags.tolist()
        ]
        return rows
    patterns, which = np.unique(flags @ (1 << np.arange(flags.shape[1])), return_inverse=True)
    tuples = [
        tuple(name for bit, name in enumerate(names) if pattern >> bit & 1) for pattern in patterns.tolist()
    ]
    table = np.empty(len(tuples), dtype=object)
    table[:] = tuples
    rows[:] = table[which]
    return rows


def present(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    """
    Flags of the entries that are not None.

    Examples
    --------
    >>> present(np.array(["a", None], dtype=object)).tolist()
    [True, False]
    """
    return np.array([value is not None for value in values], dtype=bool)


def or_none(there: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.object_]:
    """
    Values as objects, and None where there is none.

    Examples
    --------
    >>> or_none(np.array([True, False]), np.array([4.0, 5.0])).tolist()
    [4.0, None]
    """
    found = blanks(len(values))
    found[there] = values[there]
    return found


def flagged(rows: Ints, count: int) -> NDArray[np.bool_]:
    """
    Flags (count,) that are set at some positions.

    Examples
    --------
    >>> flagged(np.array([2]), 3).tolist()
    [False, False, True]
    """
    flags = np.zeros(count, dtype=bool)
    flags[rows] = True
    return flags


def direction(azimuth_deg: Floats) -> Floats:
    """
    Unit vectors (n, 2) of azimuths, clockwise from grid north.

    Examples
    --------
    >>> np.round(direction(np.array([90.0, 180.0])), 9).tolist()
    [[1.0, 0.0], [0.0, -1.0]]
    """
    angle = np.radians(np.asarray(azimuth_deg, dtype=float))
    return np.column_stack([np.sin(angle), np.cos(angle)])


def line_ends(lines: Shapes) -> Floats:
    """
    First and last points (n, 2, 2) of lines, none of them empty.

    Examples
    --------
    >>> line_ends(shapes(shapely.LineString([(0, 0), (3, 1), (5, 0)]))).tolist()
    [[[0.0, 0.0], [5.0, 0.0]]]
    """
    points, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return np.zeros((0, 2, 2))
    change = owner[1:] != owner[:-1]
    return np.stack([points[np.r_[True, change]], points[np.r_[change, True]]], axis=1)


def half_plane(start: Floats, end: Floats, side: float, from_m: float = 0.0) -> shapely.Polygon:
    """
    All that lies on one side of the infinite line through two points, as a very large rectangle.

    `side` +1 is left in the direction from start to end, -1 right; `from_m` moves the line to that side.
    """
    along = np.subtract(end, start)
    along = along / np.hypot(*along)
    across = np.array([-along[1], along[0]]) * side
    foot = np.add(start, across * from_m)
    corners = [
        foot - along * FAR_AWAY_M,
        foot + along * FAR_AWAY_M,
        foot + along * FAR_AWAY_M + across * FAR_AWAY_M,
        foot - along * FAR_AWAY_M + across * FAR_AWAY_M,
    ]
    return shapely.Polygon(corners)


def side_of(start: Floats, end: Floats, points: Floats) -> Floats:
    """
    +1 where points lie left of the line from start to end, -1 right, 0 on it; arrays of (n, 2).

    Examples
    --------
    >>> side_of(np.array([0.0, 0.0]), np.array([1.0, 0.0]), np.array([0.0, 2.0])).item()
    1.0
    """
    along, aside = np.subtract(end, start), np.subtract(points, start)
    return np.sign(along[..., 0] * aside[..., 1] - along[..., 1] * aside[..., 0])
