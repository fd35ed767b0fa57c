"""Measures which share of each cell lies in each shape, exactly: by signed areas along the outlines."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.rasters.grids import Floats

Ints = NDArray[np.int64]

#: Shares up to this are rounding of coordinates, not ground.
NOTHING = 1e-9
#: Falls are added up as whole parts of this size: a sum of whole numbers is the same in every order.
PARTS = 2.0**40


@dataclass(frozen=True)
class Coverage:
    """
    Cells that shapes cover, one row for each pair (m,): shape's position, cell's row and column, share.

    Cells may lie outside the raster (negative, or beyond its end): there it knows nothing. `measured`
    (n,) says which shapes are areas that could be measured at all.
    """

    shape: Ints
    row: Ints
    column: Ints
    share: Floats
    measured: NDArray[np.bool_]


def covered(shapes: NDArray[np.object_]) -> Coverage:
    """
    The share of every cell that each shape covers.

    Parameters
    ----------
    shapes
        (n,) polygons or multipolygons in the cells' coordinates (`grids.in_cells`): a cell is a unit square.

    Examples
    --------
    >>> found = covered(np.array([shapely.box(0.5, 0.25, 1.5, 1.0)]))
    >>> found.column.tolist(), found.row.tolist(), found.share.tolist()
    ([0, 1], [0, 0], [0.375, 0.375])
    """
    measured = are_areas(shapes)
    turned = shapely.orient_polygons(np.where(measured, shapes, shapely.Polygon()))
    windows = _windows(turned, measured)
    steps = _steps(turned)
    return _summed(steps, windows, measured)


@dataclass(frozen=True)
class _Windows:
    """The block of cells around each shape, and where it begins in one long row of all blocks; (n,)."""

    left: Ints
    top: Ints
    columns: Ints
    rows: Ints
    start: Ints

    @property
    def cells(self) -> int:
        return int((self.columns * self.rows).sum())


@dataclass(frozen=True)
class _Steps:
    """Pieces of outlines, each within one cell; (s,): whose, the fall, and where its middle is, in cells."""

    shape: Ints
    fall: Floats
    x: Floats
    y: Floats


def are_areas(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes (n,) are areas that can be measured: valid, of finite corners."""
    kind = shapely.get_type_id(shapes)
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    return ((kind == 3) | (kind == 6)) & finite & shapely.is_valid(shapes)


def _windows(shapes: NDArray[np.object_], measured: NDArray[np.bool_]) -> _Windows:
    bounds = np.where(measured[:, None], shapely.bounds(shapes), 0.0)
    low, high = np.floor(bounds[:, :2]).astype(np.int64), np.ceil(bounds[:, 2:]).astype(np.int64)
    size = np.where(measured[:, None], np.maximum(high - low, 1), 0)
    start = np.cumsum(size[:, 0] * size[:, 1]) - size[:, 0] * size[:, 1]
    return _Windows(low[:, 0], low[:, 1], size[:, 0], size[:, 1], start)


def _steps(shapes: NDArray[np.object_]) -> _Steps:
    """Every segment of every ring, cut where it crosses a line between cells."""
    parts, whose = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = whose[part]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    first, last = points[:-1][joined], points[1:][joined]
    shape = owner[ring[:-1][joined]]
    segment, at = _cuts(first, last)
    inner = segment[1:] == segment[:-1]
    segment, begin, end = segment[:-1][inner], at[:-1][inner], at[1:][inner]
    way = last - first
    a = first[segment] + begin[:, None] * way[segment]
    b = first[segment] + end[:, None] * way[segment]
    b[end == 1.0] = last[segment][end == 1.0]
    middle = (a + b) / 2.0
    return _Steps(shape[segment], b[:, 1] - a[:, 1], middle[:, 0], middle[:, 1])


def _cuts(first: Floats, last: Floats) -> tuple[Ints, Floats]:
    """Where segments (k, 2) begin, cross lines between cells, and end: segment and place 0..1, in order."""
    number = np.arange(len(first))
    segments, places = [number, number], [np.zeros(len(first)), np.ones(len(first))]
    for axis in (0, 1):
        low = np.minimum(first[:, axis], last[:, axis])
        high = np.maximum(first[:, axis], last[:, axis])
        from_line = np.floor(low).astype(np.int64) + 1
        count = np.maximum(np.ceil(high).astype(np.int64) - from_line, 0)
        crossed = np.repeat(number, count)
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        line = from_line[crossed] + nth
        segments.append(crossed)
        places.append((line - first[crossed, axis]) / (last[crossed, axis] - first[crossed, axis]))
    segment, at = np.concatenate(segments), np.clip(np.concatenate(places), 0.0, 1.0)
    order = np.lexsort((at, segment))
    return segment[order], at[order]


def _summed(steps: _Steps, windows: _Windows, measured: NDArray[np.bool_]) -> Coverage:
    """
    Shares out of the steps: what a step passes it covers to its left, in its own cell and all before it.

    Green's formula per cell; over a closed ring the falls of one row of cells add up to nothing.
    """
    x, y = steps.x - windows.left[steps.shape], steps.y - windows.top[steps.shape]
    column = np.clip(np.floor(x).astype(np.int64), 0, windows.columns[steps.shape] - 1)
    row = np.clip(np.floor(y).astype(np.int64), 0, windows.rows[steps.shape] - 1)
    cell = windows.start[steps.shape] + row * windows.columns[steps.shape] + column
    own = np.bincount(cell, steps.fall * (x - column), minlength=windows.cells)
    fall = np.rint(np.bincount(cell, steps.fall, minlength=windows.cells) * PARTS).astype(np.int64)
    line = np.repeat(np.arange(windows.rows.sum()), np.repeat(windows.columns, windows.rows))
    to_here = np.cumsum(fall)
    line_end = np.flatnonzero(np.diff(line, append=-1)) if len(line) else np.array([], dtype=np.int64)
    share = own + (to_here[line_end][line] - to_here) / PARTS
    shape = np.repeat(np.arange(len(windows.rows)), windows.columns * windows.rows)
    place = np.arange(windows.cells) - windows.start[shape]
    kept = share > NOTHING
    wide = windows.columns[shape]
    return Coverage(
        shape=shape[kept],
        row=(windows.top[shape] + place // np.maximum(wide, 1))[kept],
        column=(windows.left[shape] + place % np.maximum(wide, 1))[kept],
        share=np.minimum(share[kept], 1.0),
        measured=measured,
    )
