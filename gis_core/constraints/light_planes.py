"""Holds light planes (سایه‌اندازی) over lots: how high a building may rise before it takes others' light."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import NEEDS_INSPECTION, UNKNOWN, Doubts, Table, metres
from gis_core.constraints.density import EQUAL_WITHIN
from gis_core.constraints.envelopes import Standing
from gis_core.constraints.findings import Reason
from gis_core.constraints.frontages import street_widths_m
from gis_core.constraints.land import Land
from gis_core.constraints.light import permitted_height_m
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.orientation import frontage_azimuths_deg
from gis_core.constraints.plane import PASSING_M, Floats, Ints, flagged, named_rows, or_none
from gis_core.constraints.storeys import Limit, by_height
from gis_core.constraints.values import Edges, Passages

#: A façade this near to a boundary stands on it: a blind wall, which no light plane is for.
STANDS_ON_M = 0.01
#: An edge looks where the yard does when it turns away from it by no more than this.
FACING_DEG = 45.0


@dataclass(frozen=True)
class Plane:
    """A light plane over all lots (n,): distance to where it rises and height under it, or infinite."""

    name: str
    base_m: float
    angle_deg: float
    distance_m: Floats
    height_m: Floats


def light_columns(
    table: Table, standing: Standing, land: Land, passages: Passages, found: LotRules
) -> list[Plane]:
    """
    The height under the light planes of each lot, into the table; the planes themselves are returned.

    `found`: the LIGHT rule of each lot. A plane FROM `NEIGHBOUR` rises from the boundary across the
    yard (without a depth direction from every neighbour that the building stands off), one from `PASSAGE`
    from the far side of the street. Source: rules.md section 10.
    """
    doubts = found.doubt(Doubts.none(table.lots))
    planes = [
        _plane(params, here, standing, land, passages, doubts)
        for rule, here in found.each()
        for params in rule.params["planes"]
    ]
    least = _least(planes, table.lots)
    limited = np.isfinite(least)
    table.add(
        "light_height_m",
        # No boundary across which light is owed: an empty value, not an unknown one.
        or_none(limited, least),
        unit="m",
        doubts=doubts,
        inputs=("envelope_area_m2",),
        rule=found.rule,
        binding=_binding(planes, least),
        formula=lambda lot: _formula(planes, lot),
        geometry="envelope",
    )
    return planes


def excess_column(table: Table, planes: list[Plane], found: LotRules) -> None:
    """How far the permitted height rises above the light planes; a person is asked where it does."""
    light, high = table["light_height_m"], table["height_m"]
    least = _least(planes, table.lots)
    excess = np.maximum(high.numbers() - least, 0.0)
    doubts = Doubts.none(table.lots)
    doubts.add_each(
        excess > PASSING_M,
        NEEDS_INSPECTION,
        lambda lot: Reason("LIGHT_EXCEEDED", {"light_height_m": float(least[lot])}),
    )
    table.add(
        "light_excess_m",
        excess,
        unit="m",
        doubts=doubts,
        inputs=("height_m", "light_height_m"),
        rule=found.rule,
        formula=lambda lot: (
            f"{metres(high.values[lot])} − {metres(light.values[lot])}"
            if light.values[lot] is not None
            else "0.00"
        ),
    )


def light_limits(
    planes: list[Plane], found: LotRules, heights: LotRules, known: NDArray[np.bool_]
) -> list[Limit]:
    """Storeys under the light planes, where the rule's effect is LIMIT; NaN where they are not known."""
    limits = []
    for rule, here in found.each():
        if rule.params["effect"] != "LIMIT" or not planes:
            continue
        least = _least(planes, len(known))
        values = np.full(len(known), np.inf)
        for high, where in heights.each():
            lots = here & where & np.isfinite(least)
            values[lots] = by_height(least[lots], high.params)
        values[here & (~known | (np.isfinite(least) & heights.missing()))] = np.nan
        limits.append(Limit(rule.code, values))
    return limits


def _plane(
    params: Mapping[str, Any],
    here: NDArray[np.bool_],
    standing: Standing,
    land: Land,
    passages: Passages,
    doubts: Doubts,
) -> Plane:
    lots = len(here)
    lot, distance_m = (
        _to_neighbours(standing, land, here)
        if params["from"] == "NEIGHBOUR"
        else _to_far_sides(standing, land.edges, passages, here)
    )
    untold = flagged(lot[np.isnan(distance_m)], lots)
    doubts.add(untold, UNKNOWN, Reason("WIDTH_UNKNOWN", {"streets": []}))
    nearest = np.full(lots, np.inf)
    np.fmin.at(nearest, lot, distance_m)
    base_m, angle_deg = float(params["base_height_m"]), float(params["angle_deg"])
    height = permitted_height_m(np.full(lots, base_m), nearest, np.full(lots, angle_deg))
    return Plane(params["from"], base_m, angle_deg, nearest, height)


def _to_neighbours(standing: Standing, land: Land, here: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """Neighbours' edges that the building looks at: lot and distance in metres."""
    edges = land.edges
    # What lies beyond an edge of unknown kind may be a neighbour: it keeps its light.
    some = np.flatnonzero(((edges.kind == "neighbour") | (edges.kind == "unknown")) & here[edges.lot])
    lot = edges.lot[some]
    outward = frontage_azimuths_deg(land.main[lot], np.arange(len(some)), edges.geometry[some])
    turned = np.abs((outward - standing.depth_deg[lot] + 180.0) % 360.0 - 180.0)
    some = some[~(turned > FACING_DEG + 1e-9)]
    distance_m = shapely.distance(standing.envelope[edges.lot[some]], edges.geometry[some])
    off = distance_m > STANDS_ON_M
    return edges.lot[some][off], distance_m[off]


def _to_far_sides(
    standing: Standing, edges: Edges, passages: Passages, here: NDArray[np.bool_]
) -> tuple[Ints, Floats]:
    """Frontages: lot and distance from the building to the far side of the street, NaN where not known."""
    some = np.flatnonzero((edges.kind == "passage") & here[edges.lot])
    existing_m, planned_m = street_widths_m(edges, passages, some)
    width_m = np.fmax(planned_m, existing_m)
    lot = edges.lot[some]
    gap_m = shapely.distance(standing.envelope[lot], edges.geometry[some])
    there = ~np.isnan(gap_m)
    return lot[there], (gap_m + width_m)[there]


def _least(planes: list[Plane], lots: int) -> Floats:
    return np.min([np.full(lots, np.inf), *(plane.height_m for plane in planes)], axis=0)


def _binding(planes: list[Plane], least: Floats) -> NDArray[np.object_]:
    names = [plane.name for plane in planes]
    low = [np.isfinite(least) & (plane.height_m <= least + EQUAL_WITHIN) for plane in planes]
    return named_rows(names, np.column_stack(low)) if planes else np.full(len(least), None, dtype=object)


def _formula(planes: list[Plane], lot: int) -> str:
    plane = min(planes, key=lambda one: one.height_m[lot])
    return f"{metres(plane.base_m)} + {metres(plane.distance_m[lot])} × tan {plane.angle_deg:g}°"
