"""
Names the coordinate systems and converts between them.

Metric: geometry is stored and measured here (from the city's `city.toml`). Web: tiles are shown
here, nothing is measured. Lon-lat (EPSG:4326): what browsers and exchange files speak.
"""

from functools import lru_cache

import numpy as np
import shapely
from django.conf import settings
from pyproj import Transformer

LONLAT = 4326


def metric_srid() -> int:
    """SRID in which this city's geometry is stored and measured (metres)."""
    return settings.CITY.metric_srid


def web_srid() -> int:
    """SRID in which tiles are shown; never measured in."""
    return settings.CITY.web_srid


@lru_cache(maxsize=16)
def transformer(from_srid: int, to_srid: int) -> Transformer:
    """A converter between two systems, x (east, longitude) always first."""
    return Transformer.from_crs(from_srid, to_srid, always_xy=True)


def to_metric(x, y, srid: int = LONLAT):
    """Coordinates (scalars or arrays) of `srid` in the city's metric CRS."""
    return transformer(srid, metric_srid()).transform(x, y)


def to_lonlat(x, y):
    """Metric coordinates (scalars or arrays) as longitude and latitude in degrees."""
    return transformer(metric_srid(), LONLAT).transform(x, y)


def transform(geometries, from_srid: int, to_srid: int):
    """Shapely geometries (one or an array) in another system; empty stays empty, None stays None."""
    if from_srid == to_srid:
        return geometries
    convert = transformer(from_srid, to_srid)

    def shift(points: np.ndarray) -> np.ndarray:
        return np.column_stack(convert.transform(points[:, 0], points[:, 1]))

    return shapely.transform(geometries, shift)
