"""Derives slopes from heights, cell by cell."""

import numpy as np

from gis_core.rasters.grids import Floats, Grid


def slopes_deg(heights_m: Grid) -> Grid:
    """
    Slope of each cell in degrees from the heights of its eight neighbours (Horn 1981).

    A cell at the border of the raster, or with a neighbour without data, has no slope: NaN.

    Examples
    --------
    >>> ramp = Grid(np.tile(np.arange(5.0), (5, 1)), 0.0, 5.0, 1.0, 1.0, "EPSG:32639")
    >>> round(float(slopes_deg(ramp).values[2, 2]), 6)
    45.0
    """
    z = heights_m.values
    slope = np.full(z.shape, np.nan)
    if min(z.shape) >= 3:
        across_m, along_m = heights_m.cell_size_m
        east = (z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]) - (z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2])
        south = (z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]) - (z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:])
        dx, dy = east / (8 * across_m[1:-1, None]), south / (8 * along_m[1:-1, None])
        slope[1:-1, 1:-1] = np.degrees(np.arctan(np.hypot(dx, dy)))
        slope[np.isnan(z)] = np.nan
    return heights_m.with_values(slope)


def degrees_of_percent(percent: Floats | float) -> Floats | float:
    """
    A slope in percent (rise over run) as an angle in degrees.

    Examples
    --------
    >>> degrees_of_percent(100.0)
    45.0
    """
    angle = np.degrees(np.arctan(np.asarray(percent, dtype=float) / 100.0))
    return float(angle) if np.ndim(percent) == 0 else angle
