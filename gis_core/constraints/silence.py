"""Tells where a layer that shows nothing proves nothing: missing, stale, or not surveyed there."""

from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.findings import Reason
from gis_core.constraints.plane import Shapes
from gis_core.constraints.values import Layer


def silence_of(layer: Layer | None, net: Shapes, on: date) -> NDArray[np.object_]:
    """Why a layer that shows nothing on a lot still proves nothing there; None where its silence is a no."""
    silence: NDArray[np.object_] = np.empty(len(net), dtype=object)
    if layer is None:
        silence[:] = Reason("MISSING_LAYER")
    elif layer.surveyed_on is not None and _stale(layer.surveyed_on, layer.stale_after_days, on):
        silence[:] = Reason("STALE_LAYER", {"surveyed_on": layer.surveyed_on.isoformat()})
    elif layer.surveyed_extent is None:
        silence[:] = Reason("EXTENT_UNKNOWN")
    else:
        silence[~_within(layer.surveyed_extent, net)] = Reason("OUTSIDE_SURVEYED_EXTENT")
    silence[shapely.is_empty(net)] = Reason("IN_PLAN")  # a street takes all of it: nothing is left to judge
    return silence


def _within(extent: shapely.Geometry, net: Shapes) -> NDArray[np.bool_]:
    """Lots (n,) that an extent holds: all, where it holds the box around them, which is the usual case."""
    shapely.prepare(extent)
    if len(net) > 1 and shapely.covers(extent, shapely.box(*shapely.total_bounds(net))):
        return np.ones(len(net), dtype=bool)
    return np.asarray(shapely.covers(extent, net))


def _stale(surveyed_on: date, after_days: int | None, on: date) -> bool:
    return after_days is not None and surveyed_on + timedelta(days=after_days) < on
