"""Tells where a layer that shows nothing proves nothing: missing, stale, or not surveyed there."""

from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.findings import Reason
from gis_core.constraints.plane import Ints, Shapes, box_around
from gis_core.constraints.values import Layer


class Silence:
    """Tells of some net lots (n,) on a day where a layer that shows nothing proves nothing."""

    def __init__(self, net: Shapes, on: date) -> None:
        self._net, self._on = net, on
        self._taken = shapely.is_empty(net)
        # Layers of one survey share its extent, and whether that holds the lots is asked once.
        self._within: dict[int, NDArray[np.bool_]] = {}

    def of(self, layer: Layer | None) -> NDArray[np.object_]:
        """Why the silence of a layer proves nothing on each lot; None where it is a no."""
        silence: NDArray[np.object_] = np.empty(len(self._net), dtype=object)
        if layer is None:
            silence[:] = Reason("MISSING_LAYER")
        elif layer.surveyed_on is not None and _stale(layer.surveyed_on, layer.stale_after_days, self._on):
            silence[:] = Reason("STALE_LAYER", {"surveyed_on": layer.surveyed_on.isoformat()})
        elif layer.surveyed_extent is None:
            silence[:] = Reason("EXTENT_UNKNOWN")
        else:
            silence[~self._held_by(layer.surveyed_extent)] = Reason("OUTSIDE_SURVEYED_EXTENT")
        silence[self._taken] = Reason("IN_PLAN")  # a street takes all of it: nothing is left to judge
        return silence

    def some(self, lots: Ints) -> "Silence":
        """The same of some of the lots only, by their positions."""
        return Silence(self._net[lots], self._on)

    def _held_by(self, extent: shapely.Geometry) -> NDArray[np.bool_]:
        # The layer holds its extent, so that no other gets its identity meanwhile.
        if id(extent) not in self._within:
            self._within[id(extent)] = _within(extent, self._net)
        return self._within[id(extent)]


def _within(extent: shapely.Geometry, net: Shapes) -> NDArray[np.bool_]:
    """Lots (n,) that an extent holds: all, where it holds the box around them, which is the usual case."""
    shapely.prepare(extent)
    if len(net) > 1 and shapely.covers(extent, shapely.box(*box_around(net))):
        return np.ones(len(net), dtype=bool)
    return np.asarray(shapely.covers(extent, net))


def _stale(surveyed_on: date, after_days: int | None, on: date) -> bool:
    return after_days is not None and surveyed_on + timedelta(days=after_days) < on
