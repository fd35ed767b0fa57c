"""Draws the ground of the cells above a limit, exactly along their borders."""

from typing import Any

import numpy as np
import shapely

from gis_core.rasters.grids import Grid, from_cells


def ground_above(grid: Grid, srid: int, above: float) -> Any:
    """
    The ground, in the metric CRS `srid`, of all cells of a grid whose value is greater than a limit.

    A cell without data is none of them. What of a lot lies in it is its `known_share_above`
    (`statistics.py`). A multipolygon or a polygon, empty where no cell is above.

    Examples
    --------
    >>> water = Grid(np.array([[0.0, 0.6], [np.nan, 0.2]]), 0.0, 20.0, 10.0, 10.0, "EPSG:32639")
    >>> ground_above(water, 32639, 0.5).wkt
    'POLYGON ((10 10, 10 20, 20 20, 20 10, 10 10))'
    """
    high = np.zeros((grid.shape[0], grid.shape[1] + 2), dtype=np.int8)
    high[:, 1:-1] = np.where(np.isnan(grid.values), -np.inf, grid.values) > above
    # Cells beside each other in a row are one box: from where it begins to where it ends.
    turns = np.diff(high, axis=1)
    row, first = np.nonzero(turns == 1)
    last = np.nonzero(turns == -1)[1]
    top = row + grid.row
    boxes = shapely.box(first + grid.column, top, last + grid.column, top + 1)
    return shapely.normalize(from_cells(np.array([shapely.union_all(boxes)]), srid, grid)[0])
