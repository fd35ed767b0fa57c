"""Says what rasters hold under lots: heights, slopes, depths of water; what is not known stays unknown."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pyproj
import shapely
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from gis_core import crs
from gis_core.rasters.grids import Grid
from gis_core.rasters.reading import read_cells
from gis_core.rasters.statistics import Statistics, statistics
from gis_core.rasters.terrain import slopes_deg
from layers.zoning.queries import published

#: The kind of a layer that is a raster.
RASTER_KIND = "raster"
Measure = Literal["VALUE", "SLOPE_DEG"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RasterEdition:
    """One edition of a raster layer: its file under `MEDIA_ROOT`, and what was said of it."""

    layer: str
    path: Path
    srid: int
    nodata: float | None
    surveyed_on: date | None
    accuracy_m: float | None
    sha256: str
    version: int


def rasters_in_force(*, on: date, known_at: datetime | None = None) -> Mapping[str, RasterEdition]:
    """The raster of each raster layer in force on a day, as known at an instant; one round trip."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select distinct on (l.key) l.key, r.path, r.srid, r.nodata, r.surveyed_on,
                   v.positional_accuracy_m, r.sha256, v.number
              from layers_layerversion v
              join layers_layer l on l.id = v.layer_id
              join gis_core_importrun i on i.id = v.import_run_id
              join layers_raster r on r.layer_id = l.id and r.sha256 = i.file_sha256
             where l.kind = %(kind)s and {published("v")}
             order by l.key, r.id desc
            """,
            {"kind": RASTER_KIND, "on": on, "known_at": known_at},
        )
        rows = cursor.fetchall()
    folder = Path(settings.MEDIA_ROOT)
    return {row[0]: RasterEdition(row[0], folder / row[1], *row[2:]) for row in rows}


def under_lots(
    lots: NDArray[np.object_], edition: RasterEdition | None, measure: Measure, *, above: float = np.inf
) -> Statistics:
    """
    Statistics of a raster under lots (metric CRS): of its values, or of the slopes of its heights.

    A missing edition, or a file that cannot be read, is unknown everywhere.
    """
    cells = None if edition is None else _cells_around(lots, edition)
    if cells is None:
        return _unknown(len(lots))
    grid = slopes_deg(cells) if measure == "SLOPE_DEG" else cells
    return statistics(lots, crs.metric_srid(), grid, above=above)


def _cells_around(lots: NDArray[np.object_], edition: RasterEdition) -> Grid | None:
    bounds = shapely.total_bounds(lots)
    if not np.isfinite(bounds).all():
        return None
    system = f"EPSG:{edition.srid}"
    convert = pyproj.Transformer.from_crs(crs.metric_srid(), system, always_xy=True)
    try:
        cells = read_cells(
            edition.path, crs=system, nodata=edition.nodata, bounds=convert.transform_bounds(*bounds)
        )
    except RasterioError as wrong:
        logger.warning("The raster of %s cannot be read: %s", edition.layer, wrong)
        return None
    return cells if cells.values.size else None


def _unknown(lots: int) -> Statistics:
    nothing = np.full(lots, np.nan)
    return Statistics(nothing, nothing, nothing, np.zeros(lots), np.ones(lots))
