"""Reads raster files through rasterio: what a file says of itself, and the cells around a place."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from gis_core.rasters.grids import Grid, window


@dataclass(frozen=True)
class RasterFile:
    """
    What a file says of itself.

    `crs` and `nodata` are None where it does not say; `epsg` where its CRS has a number; `bounds` in
    units of its CRS; `north_up` unless its grid is turned or mirrored. `mask_beside`: which cells hold
    data is told by a file beside it, which is not the raster's own.
    """

    path: Path
    crs: str | None
    epsg: int | None
    nodata: float | None
    bounds: tuple[float, float, float, float]
    bands: int
    rows: int
    columns: int
    cell: tuple[float, float]
    north_up: bool
    mask_beside: bool = False


def described(path: Path) -> RasterFile:
    """
    What a raster file says of itself.

    Raises
    ------
    rasterio.errors.RasterioIOError
        When it is no raster.
    """
    with rasterio.open(path) as file:
        turned = file.transform
        return RasterFile(
            path=path,
            crs=file.crs.to_wkt() if file.crs else None,
            epsg=file.crs.to_epsg() if file.crs else None,
            nodata=None if file.nodata is None else float(file.nodata),
            bounds=tuple(file.bounds),
            bands=file.count,
            rows=file.height,
            columns=file.width,
            cell=(turned.a, -turned.e),
            north_up=turned.b == 0 and turned.d == 0 and turned.a > 0 and turned.e < 0,
            mask_beside=any(name.endswith(".msk") for name in file.files),
        )


def read_cells(
    path: Path,
    *,
    crs: str,
    nodata: float | None,
    bounds: tuple[float, float, float, float] | None = None,
    border: int = 2,
) -> Grid:
    """
    The cells of a file's first band around a place, with `border` cells more on every side.

    `bounds` in units of the file's CRS; None: all of it. Cells beyond the file are not made up: the
    grid is smaller there, and may be empty. Values are those that the file means by its scale and offset;
    `nodata` is written as in the file. What the file masks, or what is not finite, is no data either.
    """
    with rasterio.open(path) as file:
        part = Window(0, 0, file.width, file.height)
        if bounds is not None:
            part = _around(file, bounds, border)
        values = file.read(1, window=part).astype(float)
        empty = ~np.isfinite(values)
        if nodata is not None:
            empty |= values == nodata
        if MaskFlags.per_dataset in file.mask_flag_enums[0]:
            empty |= file.read_masks(1, window=part) == 0
        values = values * file.scales[0] + file.offsets[0]
        values[empty] = np.nan
        corner, first = file.transform, (int(part.row_off), int(part.col_off))
        return Grid(values, corner.c, corner.f, corner.a, -corner.e, crs, *first)


def _around(file: rasterio.DatasetReader, bounds: tuple[float, float, float, float], border: int) -> Window:
    grid = file.transform
    top, bottom, left, right = window(
        (grid.c, grid.f), (grid.a, -grid.e), (file.height, file.width), bounds, border
    )
    return Window(left, top, right - left, bottom - top)
