"""Geometry columns in the city's metric CRS; the SRID comes from the city, never from a migration."""

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models


class _InMetricCrs:
    """Takes its SRID from the city when the column is made: all cities share one set of migrations."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["srid"] = settings.CITY.metric_srid
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("srid", None)
        return name, path, args, kwargs


class MetricPointField(_InMetricCrs, models.PointField):
    """A point in the metric CRS."""


class MetricLineField(_InMetricCrs, models.LineStringField):
    """A line in the metric CRS."""


class MetricPolygonField(_InMetricCrs, models.PolygonField):
    """A polygon in the metric CRS."""


class MetricMultiPolygonField(_InMetricCrs, models.MultiPolygonField):
    """Polygons in the metric CRS."""


class MetricGeometryField(_InMetricCrs, models.GeometryField):
    """Any geometry in the metric CRS."""
