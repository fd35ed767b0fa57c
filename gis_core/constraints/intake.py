"""Takes lots in: refuses shapes that cannot be judged, and brings the others near the origin."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.areas import ground_factor
from gis_core.constraints.findings import Reason
from gis_core.constraints.kept import Kept
from gis_core.constraints.plane import Floats, Ints, Shapes, moved, shapes
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.values import Layer, Lots, Passages, Surroundings, Zones, chosen


@dataclass(frozen=True)
class Frame:
    """
    Where is computed: near a point of the map, in metres of the ground.

    `ground_m`: metres on the ground per metre of the map's grid, as the city's GRID_TO_GROUND rule says. What
    the law measures, widths, setbacks and areas, it measures on the ground; shapes come back on the grid.

    Examples
    --------
    >>> frame = Frame(np.array([500_000.0, 3_600_000.0]), 1.0004)
    >>> square = shapes(shapely.box(500_000, 3_600_000, 500_010, 3_600_010))
    >>> round(frame.near(square)[0].area, 6), round(frame.back(frame.near(square))[0].area, 6)
    (100.080016, 100.0)
    """

    origin: Floats
    ground_m: float = 1.0

    def near(self, geometries: Shapes) -> Shapes:
        """Shapes of the map as they are computed with."""
        return _scaled(moved(geometries, -self.origin), self.ground_m)

    def back(self, geometries: Shapes) -> Shapes:
        """Computed shapes on the map."""
        return moved(_scaled(geometries, 1.0 / self.ground_m), self.origin)


def ground_m(rules: RuleSet) -> float:
    """Metres on the ground per metre of the grid, under the rules of a city; one where none asks for it."""
    rule = rules.pick("GRID_TO_GROUND").rule
    return float(np.sqrt(ground_factor(rule.params if rule else None)))


def _scaled(geometries: Shapes, by: float) -> Shapes:
    # Without a correction no figure of a coordinate changes.
    return geometries if by == 1.0 else shapely.transform(geometries, lambda points: points * by)


#: Layers are the same ones for many questions, and their extents are brought into the frame once.
_LAYERS = Kept(most=256)


@dataclass(frozen=True)
class Intake:
    """
    Lots that can be judged and what lies around them, in `frame`; the others in `refused`, and why.

    `good` (n,) of the lots as they came; `row` (n,) is the position of each of them in `lots`.
    """

    lots: Lots
    around: Surroundings
    frame: Frame
    good: NDArray[np.bool_]
    row: Ints
    refused: dict[int, Reason]


def take_in(
    lots: Lots, around: Surroundings, origin: tuple[float, float] | None = None, ground_m: float = 1.0
) -> Intake:
    """
    Part lots that can be judged from those that cannot, and bring what is left into a frame near the origin.

    `origin`: a point near which is computed; by default a round point near the first lot. `ground_m`: metres
    on the ground per metre of the grid.
    """
    lots = _unwrapped(lots)
    refused = refusals(lots)
    good = np.ones(len(lots), dtype=bool)
    good[list(refused)] = False
    kept, beside = _only(lots, around, good)
    frame = Frame(_origin(kept, origin), ground_m)
    near, around = _near(kept, beside, frame)
    near = replace(
        near,
        deed_area_m2=_deeds_m2(near.deed_area_m2),
        accuracy_m=np.where(_is_length(near.accuracy_m), near.accuracy_m, np.nan),
    )
    return Intake(near, around, frame, good, np.cumsum(good) - 1, refused)


def refusals(lots: Lots) -> dict[int, Reason]:
    """Lots whose shape cannot be judged: missing, empty, not one polygon, not finite, crossing itself."""
    geometry = lots.geometry
    one = shapely.get_type_id(geometry) == 3
    # Around nothing there is no finite box either.
    fine = one & np.isfinite(shapely.bounds(geometry)).all(axis=1) & shapely.is_valid(geometry)
    fine &= shapely.area(geometry) > 0
    if fine.all():
        return {}
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    found = {}
    for lot in (~fine).nonzero()[0]:
        code = "EMPTY_SHAPE" if nothing[lot] else "INVALID_SHAPE" if one[lot] else "NOT_ONE_POLYGON"
        found[int(lot)] = Reason(code)
    return found


def _unwrapped(lots: Lots) -> Lots:
    """Lots whose one polygon is stored as a collection of one, as that polygon."""
    geometry = lots.geometry
    wrapped = shapely.get_type_id(geometry) == 6
    if not wrapped.any():
        return lots
    wrapped &= shapely.get_num_geometries(geometry) == 1
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


def _near(lots: Lots, around: Surroundings, frame: Frame) -> tuple[Lots, Surroundings]:
    parts = (lots, around.edges, around.passages, around.zones, around.overlays, around.corrected)
    held = [part.geometry for part in parts]
    near, ends = frame.near(np.concatenate(held)), [0, *accumulate(map(len, held))]
    mine, edges, passages, zones, overlays, corrected = (near[first:last] for first, last in pairwise(ends))
    return replace(lots, geometry=mine), Surroundings(
        edges=replace(around.edges, geometry=edges),
        passages=_sane_widths(replace(around.passages, geometry=passages)),
        zones=_near_zones(replace(around.zones, geometry=zones), frame),
        overlays=replace(around.overlays, geometry=overlays),
        corrected=replace(around.corrected, geometry=corrected),
        layers=_near_layers(around.layers, frame),
    )


def _near_layers(layers: Mapping[str, Layer], frame: Frame) -> Mapping[str, Layer]:
    def brought() -> Mapping[str, Layer]:
        return {key: _near_layer(layer, frame) for key, layer in layers.items()}

    where = (*frame.origin.tolist(), frame.ground_m)
    found: Mapping[str, Layer] = _LAYERS.of(tuple(layers.values()), brought, *layers, *where)
    return found


def _near_zones(zones: Zones, frame: Frame) -> Zones:
    if zones.layer is None:
        return zones
    first, *beside = _near_layers({plan.key: plan for plan in zones.plans}, frame).values()
    return replace(zones, layer=first, beside=tuple(beside))


def _deeds_m2(told_m2: Floats) -> Floats:
    """Areas of deeds, of which one that no lot has, nothing, negative or endless, is not known."""
    return np.where((told_m2 > 0) & (told_m2 < np.inf), told_m2, np.nan)


def _is_length(told_m: Floats) -> NDArray[np.bool_]:
    """Where a number can be a length: it is told, finite and not negative."""
    return np.isfinite(told_m) & (told_m >= 0)


def _sane_widths(passages: Passages) -> Passages:
    """
    Passages of which a width that no street has, negative or endless, is not known.

    Nor is one that is planned to be nothing: a plan that says no width says none, and widens no street.
    """
    names = ("existing_width_m", "planned_width_m", "offset_left_m", "offset_right_m")
    told = np.array([getattr(passages, name) for name in names])
    wrong = ~_is_length(told) & ~np.isnan(told)
    wrong[1] |= told[1] == 0
    if not wrong.any():
        return passages
    return replace(passages, **dict(zip(names, np.where(wrong, np.nan, told), strict=True)))


def _near_layer(layer: Layer, frame: Frame) -> Layer:
    if layer.accuracy_m is not None and not _is_length(np.array(layer.accuracy_m)):
        layer = replace(layer, accuracy_m=None)
    if layer.surveyed_extent is None:
        return layer
    near = frame.near(shapes(layer.surveyed_extent))[0]
    return replace(layer, surveyed_extent=_one_extent(shapely.to_wkb(near)))


@lru_cache(maxsize=256)
def _one_extent(drawn: bytes) -> shapely.Geometry:
    """Layers of one survey have equal extents, which become one: it is held against the lots once."""
    return shapely.from_wkb(drawn)
