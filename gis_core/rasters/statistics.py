"""Summarises a raster under each lot: mean, maximum, share above a limit; ground without data is unknown."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.rasters.coverage import NOTHING, Coverage, are_areas, covered
from gis_core.rasters.grids import Floats, Grid, around, in_cells


@dataclass(frozen=True)
class Statistics:
    """
    What a raster says of lots; arrays of (n,), in the raster's unit, shares from 0 to 1.

    `unknown_share` of the lot has no data: outside the raster, or a cell without a value. Where it is
    not 0, `mean`, `maximum` and `share_above` are NaN: a part nobody measured may hold anything.
    `known_share_above` is the share of the lot that is surely above the limit, whatever the rest is.
    """

    mean: Floats
    maximum: Floats
    share_above: Floats
    known_share_above: Floats
    unknown_share: Floats

    def __len__(self) -> int:
        return len(self.mean)


def statistics(shapes: NDArray[np.object_], srid: int, grid: Grid, *, above: float = np.inf) -> Statistics:
    """
    Statistics of a raster under lots, each cell counted with the ground of it that lies in the lot.

    Parameters
    ----------
    shapes
        (n,) polygons or multipolygons in the metric CRS `srid`; any other shape is unknown.
    grid
        The raster, in any CRS.
    above
        The limit: ground whose value is greater counts as above it.

    Examples
    --------
    >>> import shapely
    >>> grid = Grid(np.array([[10.0, 30.0]]), 0.0, 1.0, 1.0, 1.0, "EPSG:32639")
    >>> lot = np.array([shapely.box(0.5, 0.0, 2.0, 1.0)])
    >>> found = statistics(lot, 32639, grid, above=20.0)
    >>> round(float(found.mean[0]), 6), float(found.maximum[0]), round(float(found.share_above[0]), 6)
    (23.333333, 30.0, 0.666667)
    """
    placed = in_cells(shapes, srid, grid)
    value = _one_value(placed, grid)
    if value is not None:
        return _of_one_value(are_areas(placed), value, value > above)
    return summed(covered(placed), grid, above=above)


def _one_value(placed: NDArray[np.object_], grid: Grid) -> float | None:
    """The value of all cells around shapes (in cells) where it is one, as it mostly is; else None."""
    if not shapely.area(placed).min(initial=np.inf) > 1000 * NOTHING:
        return None
    west, north, east, south = around(placed)
    if not np.isfinite(east - west + south - north):
        return None
    left, top = floor(west) - grid.column, floor(north) - grid.row
    right, bottom = ceil(east) - grid.column, ceil(south) - grid.row
    rows, columns = grid.shape
    if left < 0 or top < 0 or right > columns or bottom > rows:
        return None
    cells = grid.values[top:bottom, left:right]
    return float(cells[0, 0]) if (cells == cells[0, 0]).all() else None


def _of_one_value(measured: NDArray[np.bool_], value: float, high: bool) -> Statistics:
    """What `summed` gives where all cells of lots hold one value; what is no area stays unknown."""
    told = np.where(measured, value, np.nan)
    share = np.where(measured, float(high), np.nan)
    return Statistics(told, told, share, np.where(measured, float(high), 0.0), np.where(measured, 0.0, 1.0))


def summed(cover: Coverage, grid: Grid, *, above: float = np.inf) -> Statistics:
    """The same from a coverage that was measured already, for several rasters with the same cells."""
    value, ground = _values(cover, grid), _ground_m2(cover, grid)
    lots = len(cover.measured)
    known = ~np.isnan(value)

    def total(weights: Floats, where: NDArray[np.bool_]) -> Floats:
        return np.bincount(cover.shape[where], weights[where], minlength=lots).astype(float)

    every = np.ones(len(value), dtype=bool)
    whole = total(ground, every)
    measured = cover.measured & (whole > 0)
    size = np.where(measured, whole, 1.0)
    unknown = np.where(measured, total(ground, ~known) / size, 1.0)
    unknown[unknown <= NOTHING] = 0.0
    high = known & (np.where(known, value, -np.inf) > above)
    surely = np.where(measured, total(ground, high) / size, 0.0)
    highest, lowest = np.full(lots, -np.inf), np.full(lots, np.inf)
    np.maximum.at(highest, cover.shape[known], value[known])
    np.minimum.at(lowest, cover.shape[known], value[known])
    whole_known = unknown == 0.0
    # Rounded sums may leave what they are the mean of: of cells that are all alike it is their value.
    mean = np.clip(total(ground * np.where(known, value, 0.0), known) / size, lowest, highest)
    return Statistics(
        mean=np.where(whole_known, mean, np.nan),
        maximum=np.where(whole_known, highest, np.nan),
        share_above=np.where(whole_known, surely, np.nan),
        known_share_above=surely,
        unknown_share=unknown,
    )


def class_areas_m2(
    shapes: NDArray[np.object_], srid: int, grid: Grid, classes: tuple[float, ...]
) -> dict[float, Floats]:
    """Ground of each class (land cover) under lots, m², (n,) each."""
    cover = covered(in_cells(shapes, srid, grid))
    value, ground = _values(cover, grid), _ground_m2(cover, grid)
    lots = len(cover.measured)
    return {
        one: np.bincount(cover.shape, ground * (value == one), minlength=lots).astype(float)
        for one in classes
    }


def _values(cover: Coverage, grid: Grid) -> Floats:
    """Value of each covered cell; NaN without data or outside the raster."""
    rows, columns = grid.shape
    row, column = cover.row - grid.row, cover.column - grid.column
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    value = np.full(len(cover.share), np.nan)
    value[inside] = grid.values[row[inside], column[inside]]
    return value


def _ground_m2(cover: Coverage, grid: Grid) -> Floats:
    """Covered ground of each cell; a cell outside the raster is as large as the nearest row's."""
    row = np.clip(cover.row - grid.row, 0, grid.shape[0] - 1)
    return cover.share * grid.cell_area_m2[row]
