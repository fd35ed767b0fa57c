"""Holds a raster as a value: its cells, where they lie, and how large each of them is on the ground."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import ceil, floor

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Longest stretch of a straight line that may be carried over between two CRS as one: below 1 mm of sag.
STRETCH_M = 200.0


@dataclass(frozen=True)
class Grid:
    """
    Cells of a raster, north up.

    `values` (rows, columns), NaN where there is no data; `west`, `north` the outer corner of the raster,
    `width`, `height` of one cell, all in units of `crs` (anything pyproj reads), `height` counted
    downwards. Where `values` are only a part of the raster, `row` and `column` say where it begins: a cell
    has one place, whichever part of the raster is at hand.
    """

    values: Floats
    west: float
    north: float
    width: float
    height: float
    crs: str
    row: int = 0
    column: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[0], self.values.shape[1]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the values, in units of the CRS."""
        rows, columns = self.shape
        return (
            self.west + self.column * self.width,
            self.north - (self.row + rows) * self.height,
            self.west + (self.column + columns) * self.width,
            self.north - self.row * self.height,
        )

    @cached_property
    def geographic(self) -> bool:
        """Whether its coordinates are degrees, in which no area may be taken."""
        return _system(self.crs).is_geographic

    @cached_property
    def cell_area_m2(self) -> Floats:
        """
        Ground of one cell of each row, m², (rows,): on the ellipsoid where the grid is in degrees.

        Examples
        --------
        >>> plane = Grid(np.zeros((2, 2)), 0.0, 60.0, 30.0, 30.0, "EPSG:32639")
        >>> plane.cell_area_m2.tolist()
        [900.0, 900.0]
        >>> degrees = Grid(np.zeros((1, 1)), 51.0, 32.5, 0.00026949, 0.00026949, "EPSG:4326")
        >>> round(float(degrees.cell_area_m2[0]))
        757
        """
        rows = self.shape[0]
        if not self.geographic:
            metres = _system(self.crs).axis_info[0].unit_conversion_factor
            return np.full(rows, self.width * self.height * metres**2)
        edges = np.radians(self.north - (self.row + np.arange(rows + 1)) * self.height)
        zones = _area_to_equator(edges, *_ellipsoid(self.crs))
        return (zones[:-1] - zones[1:]) * np.radians(self.width)

    @cached_property
    def cell_size_m(self) -> tuple[Floats, Floats]:
        """Width and height of a cell in the middle of each row, metres, (rows,) each."""
        rows = self.shape[0]
        if not self.geographic:
            metres = _system(self.crs).axis_info[0].unit_conversion_factor
            return np.full(rows, self.width * metres), np.full(rows, self.height * metres)
        radius, squared = _ellipsoid(self.crs)
        middle = np.radians(self.north - (self.row + np.arange(rows) + 0.5) * self.height)
        bent = 1.0 - squared * np.sin(middle) ** 2
        across = radius / np.sqrt(bent) * np.cos(middle) * np.radians(self.width)
        along = radius * (1.0 - squared) / bent**1.5 * np.radians(self.height)
        return across, along

    def around(self, bounds: tuple[float, float, float, float], border: int = 2) -> "Grid":
        """
        The cells around a place, with `border` cells more on every side; fewer at the raster's own border.

        Examples
        --------
        >>> wide = Grid(np.zeros((50, 50)), 0.0, 500.0, 10.0, 10.0, "EPSG:32639")
        >>> some = wide.around((205.0, 205.0, 215.0, 215.0))
        >>> some.shape, some.row, some.column
        ((6, 6), 26, 18)
        """
        west, north = self.bounds[0], self.bounds[3]
        top, bottom, left, right = window(
            (west, north), (self.width, self.height), self.shape, bounds, border
        )
        return replace(
            self,
            values=self.values[top:bottom, left:right],
            row=self.row + top,
            column=self.column + left,
        )

    def with_values(self, values: Floats) -> "Grid":
        """The same cells with other values."""
        return replace(self, values=values)


def around(shapes: NDArray[np.object_]) -> tuple[float, float, float, float]:
    """
    Least x and y, greatest x and y of all shapes that have any; NaN without one.

    Examples
    --------
    >>> around(np.array([shapely.box(1, 2, 3, 4), None, shapely.Point(0, 9)]))
    (0.0, 2.0, 3.0, 9.0)
    """
    # shapely's own asks numpy for as much in ten times the time, which a single lot feels.
    bounds = shapely.bounds(shapes)
    least, greatest = (
        np.fmin.reduce(bounds[:, :2], initial=np.nan),
        np.fmax.reduce(bounds[:, 2:], initial=np.nan),
    )
    return float(least[0]), float(least[1]), float(greatest[0]), float(greatest[1])


def window(
    corner: tuple[float, float],
    cell: tuple[float, float],
    shape: tuple[int, int],
    bounds: tuple[float, float, float, float],
    border: int,
) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of the cells around a place, of `shape` cells whose north-west is `corner`."""
    west, south, east, north = bounds
    left = floor((west - corner[0]) / cell[0]) - border
    right = ceil((east - corner[0]) / cell[0]) + border
    top = floor((corner[1] - north) / cell[1]) - border
    bottom = ceil((corner[1] - south) / cell[1]) + border
    top, bottom = (min(max(edge, 0), shape[0]) for edge in (top, bottom))
    left, right = (min(max(edge, 0), shape[1]) for edge in (left, right))
    return top, bottom, left, right


def in_cells(shapes: NDArray[np.object_], srid: int, grid: Grid) -> NDArray[np.object_]:
    """
    Shapes of a metric CRS in the grid's own coordinates: columns from its west, rows from its north.

    Straight lines stay straight to the millimetre: between unlike CRS, stretches longer than
    `STRETCH_M` get further points.
    """
    convert = _between(srid, grid.crs)

    def to_cells(points: Floats) -> Floats:
        x, y = points[:, 0], points[:, 1]
        if convert is not None:
            x, y = convert.transform(x, y)
        return np.column_stack([(x - grid.west) / grid.width, (grid.north - y) / grid.height])

    fine = shapes if convert is None else shapely.segmentize(shapes, STRETCH_M)
    return shapely.transform(fine, to_cells)


def from_cells(shapes: NDArray[np.object_], srid: int, grid: Grid) -> NDArray[np.object_]:
    """
    Shapes in the grid's own coordinates (`in_cells`) in a metric CRS.

    Between unlike CRS borders of cells get a point at each corner of a cell, which they are bent at.
    """
    convert = _between(srid, grid.crs)

    def to_ground(points: Floats) -> Floats:
        x, y = grid.west + points[:, 0] * grid.width, grid.north - points[:, 1] * grid.height
        if convert is not None:
            x, y = convert.transform(x, y, direction=pyproj.enums.TransformDirection.INVERSE)
        return np.column_stack([x, y])

    return shapely.transform(shapes if convert is None else shapely.segmentize(shapes, 1.0), to_ground)


@lru_cache(maxsize=32)
def _system(crs: str) -> pyproj.CRS:
    return pyproj.CRS(crs)


@lru_cache(maxsize=32)
def _between(srid: int, crs: str) -> pyproj.Transformer | None:
    """From a CRS by its number to another; None where they are the same."""
    if _system(crs).equals(pyproj.CRS.from_epsg(srid), ignore_axis_order=True):
        return None
    return pyproj.Transformer.from_crs(srid, crs, always_xy=True)


def _ellipsoid(crs: str) -> tuple[float, float]:
    """Equatorial radius in metres and squared eccentricity."""
    found = _system(crs).get_geod()
    if found is None:
        raise ValueError(f"{crs} names no ellipsoid")
    return float(found.a), float(found.es)


def _area_to_equator(latitude_rad: Floats, radius_m: float, squared: float) -> Floats:
    """Area per radian of longitude between the equator and a latitude, m²; Snyder 1987, equation 3-12."""
    e = np.sqrt(squared)
    sine = np.sin(latitude_rad)
    belt = sine / (1.0 - squared * sine**2) + np.arctanh(e * sine) / e if e else 2.0 * sine
    return radius_m**2 * (1.0 - squared) / 2.0 * belt
