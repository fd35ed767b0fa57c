"""Invents how deep a flood of the river stands on the ground: a raster, brought in like any other."""

import hashlib
import os
from pathlib import Path

import numpy as np
import rasterio
import shapely
from django.conf import settings
from numpy.typing import NDArray
from rasterio.transform import from_origin

from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.city import SRID, DemoCity

CELL_M = 10.0
DEEPEST_M, WAVE_M = 2.2, 0.3
"""Depth on the river's own bed, and by how much hollows and rises of the ground change a depth."""
REACH = 0.22
"""How far from the bed the water comes, as a part of the way from one main street to the next."""
_MARGIN_M, _CLEAR_M, _NO_DATA = 60.0, 60.0, -1.0


def flood_raster(city: DemoCity) -> Path:
    """
    Write the flood's depths where rasters are kept, and return the file; the same city, the same file.

    It is kept before its rows are written: named after its content, it is in nobody's way without them.
    """
    depths, west, north = flood_depths_m(city)
    folder = Path(settings.MEDIA_ROOT) / "rasters"
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"flood.{os.getpid()}.part"
    form = {"driver": "GTiff", "dtype": "float32", "count": 1, "compress": "deflate", "nodata": _NO_DATA}
    rows, columns = depths.shape
    place = from_origin(west, north, CELL_M, CELL_M)
    with rasterio.open(
        half, "w", width=columns, height=rows, crs=f"EPSG:{SRID}", transform=place, **form
    ) as f:
        f.write(depths, 1)
    kept = folder / f"{hashlib.sha256(half.read_bytes()).hexdigest()}.tif"
    half.replace(kept)
    return kept


def flood_depths_m(city: DemoCity) -> tuple[NDArray[np.float32], float, float]:
    """
    Depths in metres of cells of `CELL_M` over the whole city, (rows, columns), and their north-west corner.

    Around the reference lot, whose published answer knows no restriction, the ground stays dry.
    """
    bounds = shapely.total_bounds(city.districts["geometry"].to_numpy())
    west, south = np.floor((bounds[:2] - _MARGIN_M) / CELL_M) * CELL_M
    east, north = np.ceil((bounds[2:] + _MARGIN_M) / CELL_M) * CELL_M
    x = np.arange(west + CELL_M / 2, east, CELL_M)
    y = np.arange(north - CELL_M / 2, south, -CELL_M)
    across, down = (part.ravel() for part in np.meshgrid(x, y))
    middles = shapely.points(across, down)
    reach = REACH * city.mesh.pitch_m
    tree = shapely.STRtree(shapely.get_parts(city.river))
    found, away = tree.query_nearest(
        middles, max_distance=1.25 * reach, return_distance=True, all_matches=False
    )
    cell = found[0]
    ground = WAVE_M * np.sin(across[cell] / 90.0 + city.seed) * np.cos(down[cell] / 70.0)
    depths = np.zeros(len(middles))
    depths[cell] = np.maximum(DEEPEST_M * (1.0 - away / reach) + ground, 0.0)
    lots = city.parcels
    reference = lots.loc[lots["key"] == ref.KEY, "geometry"].iloc[0]
    depths[shapely.dwithin(middles, reference, _CLEAR_M)] = 0.0
    return np.round(depths, 2).astype(np.float32).reshape(len(y), len(x)), float(west), float(north)
