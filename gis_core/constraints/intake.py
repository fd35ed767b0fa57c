"""Takes lots in: refuses shapes that cannot be judged, and brings the others near the origin."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.findings import Reason
from gis_core.constraints.plane import Floats, Ints, moved, shapes
from gis_core.constraints.values import Layer, Lots, Surroundings, chosen


@dataclass(frozen=True)
class Intake:
    """
    Lots that can be judged and what lies around them, near `origin`; the others in `refused`, and why.

    `good` (n,) of the lots as they came; `row` (n,) is the position of each of them in `lots`.
    """

    lots: Lots
    around: Surroundings
    origin: Floats
    good: NDArray[np.bool_]
    row: Ints
    refused: dict[int, Reason]


def take_in(lots: Lots, around: Surroundings, origin: tuple[float, float] | None = None) -> Intake:
    """
    Part lots that can be judged from those that cannot, and move what is left near the origin.

    `origin`: a point near which is computed; by default a round point near the first lot.
    """
    lots = _unwrapped(lots)
    refused = refusals(lots)
    good = np.ones(len(lots), dtype=bool)
    good[list(refused)] = False
    kept, beside = _only(lots, around, good)
    step = _origin(kept, origin)
    near = replace(kept, geometry=moved(kept.geometry, -step))
    return Intake(near, _near(beside, step), step, good, np.cumsum(good) - 1, refused)


def refusals(lots: Lots) -> dict[int, Reason]:
    """Lots whose shape cannot be judged: missing, empty, not one polygon, not finite, crossing itself."""
    geometry = lots.geometry
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    one = shapely.get_type_id(geometry) == 3
    fine = one & ~nothing & np.isfinite(shapely.bounds(geometry)).all(axis=1) & shapely.is_valid(geometry)
    fine[fine] = shapely.area(geometry[fine]) > 0
    found = {}
    for lot in np.flatnonzero(~fine):
        code = "EMPTY_SHAPE" if nothing[lot] else "INVALID_SHAPE" if one[lot] else "NOT_ONE_POLYGON"
        found[int(lot)] = Reason(code)
    return found


def _unwrapped(lots: Lots) -> Lots:
    """Lots whose one polygon is stored as a collection of one, as that polygon."""
    geometry = lots.geometry
    wrapped = (shapely.get_type_id(geometry) == 6) & (shapely.get_num_geometries(geometry) == 1)
    if not wrapped.any():
        return lots
    single = geometry.copy()
    single[wrapped] = shapely.get_geometry(geometry[wrapped], 0)
    return replace(lots, geometry=single)


def _only(lots: Lots, around: Surroundings, good: NDArray[np.bool_]) -> tuple[Lots, Surroundings]:
    if good.all():
        return lots, around
    position = np.cumsum(good) - 1
    edges = chosen(around.edges, good[around.edges.lot])
    edges = replace(edges, lot=position[edges.lot])
    return chosen(lots, good), replace(around, edges=edges)


def _origin(lots: Lots, origin: tuple[float, float] | None) -> Floats:
    if origin is not None:
        return np.asarray(origin, dtype=float)
    corner = shapely.bounds(lots.geometry[0])[:2] if len(lots) else np.zeros(2)
    return np.asarray(np.rint(np.asarray(corner) / 1000.0) * 1000.0)


def _near(around: Surroundings, step: Floats) -> Surroundings:
    return Surroundings(
        edges=replace(around.edges, geometry=moved(around.edges.geometry, -step)),
        passages=replace(around.passages, geometry=moved(around.passages.geometry, -step)),
        zones=replace(around.zones, geometry=moved(around.zones.geometry, -step)),
        overlays=replace(around.overlays, geometry=moved(around.overlays.geometry, -step)),
        layers={key: _near_layer(layer, step) for key, layer in around.layers.items()},
    )


def _near_layer(layer: Layer, step: Floats) -> Layer:
    if layer.surveyed_extent is None:
        return layer
    return replace(layer, surveyed_extent=moved(shapes(layer.surveyed_extent), -step)[0])
