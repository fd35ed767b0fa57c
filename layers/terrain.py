"""Says what rasters hold under lots: heights, slopes, depths of water; what is not known stays unknown."""

import logging
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from gis_core import crs
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.rasters import grounds
from gis_core.rasters.grids import Grid, around
from gis_core.rasters.statistics import Statistics, statistics
from gis_core.rasters.terrain import degrees_of_percent, slopes_deg
from layers.zoning.queries import RasterEdition, standing_on

Measure = Literal["VALUE", "SLOPE_DEG"]

#: A raster of so many cells at most is kept in memory; of a larger one the cells around the lots are read.
KEPT_CELLS = 1_000_000

logger = logging.getLogger(__name__)


def rasters_in_force(*, on: date, known_at: datetime | None = None) -> Mapping[str, RasterEdition]:
    """The raster of each raster layer in force on a day, as known at an instant; one round trip."""
    return standing_on(on, known_at=known_at).rasters


def measured(
    lots: NDArray[np.object_], rules: RuleSet, rasters: Mapping[str, RasterEdition]
) -> NDArray[np.object_]:
    """
    What each RASTER rule needs to know of lots (metric CRS): (n,) mappings by the rule code, or none.

    Slopes in percent: the mean is that of the angles (rules.md section 20.11). Values are rounded to the
    millionth; a lot gives the same ones alone and among many.
    """
    asked = rules.of_kind("RASTER")
    if not asked:
        return np.array([], dtype=object)
    found: list[dict[str, Any]] = [{} for _ in lots]
    for rule in asked:
        for told, values in zip(found, _by_rule(lots, rule, rasters), strict=True):
            told[rule.code] = values
    column = np.empty(len(lots), dtype=object)
    column[:] = found
    return column


def ground_above(
    place: shapely.Geometry, rule: Rule, rasters: Mapping[str, RasterEdition], *, borderline: bool = False
) -> shapely.Geometry | None:
    """
    The ground about a place (metric CRS) that a RASTER rule speaks of: all cells above its limit.

    `borderline`: from the rule's margin below it on. None where there is no raster to read.
    """
    edition = rasters.get(rule.params["layer"])
    cells = None if edition is None else _cells_around(np.array([place], dtype=object), edition)
    if cells is None:
        return None
    above = float(rule.params["above"])
    if borderline and rule.params["statistic"] == "MAXIMUM":
        above -= float(rule.params.get("margin", 0.0))
    if rule.params["measure"] == "SLOPE_PERCENT":
        return grounds.ground_above(slopes_deg(cells), crs.metric_srid(), float(degrees_of_percent(above)))
    return grounds.ground_above(cells, crs.metric_srid(), above)


def ground_m(
    lots: NDArray[np.object_], rules: RuleSet, rasters: Mapping[str, RasterEdition]
) -> NDArray[np.float64]:
    """
    Height above sea level of the ground under lots, metres, (n,): from the raster a HEIGHT_SURFACE names.

    The highest ground of a lot counts: what is permitted above it is permitted on all of it. NaN where a part
    was not measured; empty where no rule names a raster (`ground_layer`).
    """
    named = [
        rule.params["ground_layer"]
        for rule in rules.of_kind("HEIGHT_SURFACE")
        if "ground_layer" in rule.params
    ]
    if not named:
        return np.array([])
    return np.round(under_lots(lots, rasters.get(named[0]), "VALUE").maximum, 3)


def _by_rule(
    lots: NDArray[np.object_], rule: Rule, rasters: Mapping[str, RasterEdition]
) -> list[dict[str, Any]]:
    above = float(rule.params["above"])
    edition = rasters.get(rule.params["layer"])
    slope = rule.params["measure"] == "SLOPE_PERCENT"
    limit = degrees_of_percent(above) if slope else above
    told = under_lots(lots, edition, "SLOPE_DEG" if slope else "VALUE", above=float(limit))
    columns = {name: getattr(told, name) for name in (entry.name for entry in fields(told))}
    if slope:
        columns |= {name: 100.0 * np.tan(np.radians(columns[name])) for name in ("mean", "maximum")}
    rows = [
        {
            name: None if np.isnan(value) else round(float(value), 6)
            for name, value in zip(columns, row, strict=True)
        }
        for row in zip(*columns.values(), strict=True)
    ]
    return [{**row, "raster": edition.sha256} if edition else row for row in rows]


def under_lots(
    lots: NDArray[np.object_], edition: RasterEdition | None, measure: Measure, *, above: float = np.inf
) -> Statistics:
    """
    Statistics of a raster under lots (metric CRS): of its values, or of the slopes of its heights.

    A missing edition, or a file that cannot be read, is unknown everywhere.
    """
    cells = None if edition is None else _cells_under(lots, edition, measure)
    if cells is None:
        return _unknown(len(lots))
    return statistics(lots, crs.metric_srid(), cells, above=above)


def _cells_around(lots: NDArray[np.object_], edition: RasterEdition) -> Grid | None:
    """Cells of a raster around lots; None where there are none, or the file cannot be read."""
    cells, bounds = _cells_under(lots, edition, "VALUE"), _bounds(lots, edition)
    cells = None if cells is None or bounds is None else cells.around(bounds)
    return cells if cells is not None and cells.values.size else None


def _cells_under(lots: NDArray[np.object_], edition: RasterEdition, measure: Measure) -> Grid | None:
    """Cells that hold what is measured under lots, and others; None where the file cannot be read."""
    # Reading rasters takes a library of its own; only a city that has such rules waits for it.
    from rasterio.errors import RasterioError

    from gis_core.rasters.reading import read_cells

    try:
        file = edition.path.stat()
        state = (file.st_mtime_ns, file.st_size)
        whole = _small(edition.path, state, edition.srid, edition.nodata, measure)
        bounds = _bounds(lots, edition) if whole is None else None
        if bounds is None:
            return whole
        part = read_cells(edition.path, crs=f"EPSG:{edition.srid}", nodata=edition.nodata, bounds=bounds)
    except (RasterioError, OSError) as wrong:
        logger.warning("The raster of %s cannot be read: %s", edition.layer, wrong)
        return None
    if not part.values.size:
        return None
    return slopes_deg(part) if measure == "SLOPE_DEG" else part


def _bounds(lots: NDArray[np.object_], edition: RasterEdition) -> tuple[float, float, float, float] | None:
    """Where lots lie in the CRS of a raster: west, south, east, north; None where nobody knows."""
    bounds = around(lots)
    if not np.isfinite(bounds).all():
        return None
    if edition.srid == crs.metric_srid():
        return bounds
    convert = pyproj.Transformer.from_crs(crs.metric_srid(), edition.srid, always_xy=True)
    west, south, east, north = convert.transform_bounds(*bounds)
    return west, south, east, north


@lru_cache(maxsize=8)
def _small(
    path: Path, state: tuple[int, int], srid: int, nodata: float | None, measure: Measure
) -> Grid | None:
    """What a small raster holds, kept while its file stays as it is (`state`); None for a large one."""
    from gis_core.rasters.reading import described, read_cells

    if measure == "SLOPE_DEG":
        heights = _small(path, state, srid, nodata, "VALUE")
        return None if heights is None else slopes_deg(heights)
    file = described(path)
    if file.rows * file.columns > KEPT_CELLS:
        return None
    whole = read_cells(path, crs=f"EPSG:{srid}", nodata=nodata)
    whole.values.setflags(write=False)
    return whole


def _unknown(lots: int) -> Statistics:
    nothing = np.full(lots, np.nan)
    return Statistics(nothing, nothing, nothing, np.zeros(lots), np.ones(lots))
