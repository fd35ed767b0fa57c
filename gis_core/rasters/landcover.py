"""Compares two rasters of classes: how many cells changed from what to what, and the ground of a class."""

import numpy as np
from numpy.typing import NDArray

from gis_core.rasters.grids import Grid


def change_matrix(before: Grid, after: Grid, classes: tuple[float, ...]) -> NDArray[np.int64]:
    """
    Number of cells by class before (rows) and after (columns); cells without data in either do not count.

    Raises
    ------
    ValueError
        When the two rasters do not have the same cells.

    Examples
    --------
    >>> old = Grid(np.array([[1.0, 2.0]]), 0, 1, 1, 1, "EPSG:32639")
    >>> change_matrix(old, old.with_values(np.array([[1.0, 1.0]])), (1.0, 2.0)).tolist()
    [[1, 0], [1, 0]]
    """
    if (before.shape, before.bounds, before.crs) != (after.shape, after.bounds, after.crs):
        raise ValueError("the two rasters do not have the same cells")
    first, second = before.values, after.values
    return np.array(
        [[np.count_nonzero((first == old) & (second == new)) for new in classes] for old in classes],
        dtype=np.int64,
    )


def ground_m2(grid: Grid, one: float) -> float:
    """Ground of all cells of a class, m², each row of cells as large as it truly is."""
    return float(((grid.values == one).sum(axis=1) * grid.cell_area_m2).sum())
