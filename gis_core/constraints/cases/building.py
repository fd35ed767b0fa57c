"""Answers cases about the building: density, storeys, envelope, light, projections, parking."""

from typing import Any

import numpy as np
import shapely

from gis_core.constraints import (
    depth,
    lightwells,
    orientation,
    parking,
    setbacks,
)
from gis_core.constraints.cases.form import EPSG, Inputs, Outputs, Place, number, part_areas, plain, plains
from gis_core.constraints.density import Density, chosen_footprints_m2, density
from gis_core.constraints.light import clear_enough, permitted_height_m, permitted_projections_m
from gis_core.constraints.parting import without
from gis_core.constraints.plane import PASSING_M, Shapes, or_none, parts_by_size, shapes
from gis_core.constraints.slivers import inscribed_diameter_m
from gis_core.constraints.storeys import (
    Limit,
    by_density,
    by_height,
    by_width,
    height_m,
    least,
    may_request,
    width_on_basis_m,
)


def floor_area(inputs: Inputs) -> Outputs:
    envelope = inputs.get("envelope_area_m2")
    wells = sum(float(np.sum(inputs[key])) for key in inputs if "well" in key and inputs[key] is not None)
    found = density(
        np.array([number(inputs["coverage_percent"]) / 100 * number(inputs["coverage_basis_area_m2"])]),
        np.array([number(inputs["far_percent"]) / 100 * number(inputs["far_basis_area_m2"])]),
        np.array([number(inputs.get("storeys"))]),
        None if envelope is None else np.array([max(0.0, envelope - wells)]),
        inputs["policy"].get("equal_within", 1e-6),
    )
    return density_outputs(found, inputs.get("choose_storeys"))


def density_outputs(found: Density, choose: list[float] | None) -> Outputs:
    outputs = {
        "coverage_cap_m2": plain(found.coverage_cap_m2[0]),
        "footprint_m2": plain(found.footprint_m2[0]),
        "footprint_binding": list(found.footprint_binding[0]),
        "far_cap_m2": plain(found.far_cap_m2[0]),
        "reachable_floor_area_m2": plain(found.reachable_m2[0]),
        "unreachable_floor_area_m2": plain(found.unreachable_m2[0]),
        "floor_area_binding": list(found.floor_area_binding[0]),
        "whole_storeys": plain(found.whole_storeys[0]),
        "partial_storey_area_m2": plain(found.partial_storey_m2[0]),
    }
    if choose is not None:
        storeys = np.array(choose, dtype=float)
        footprints = chosen_footprints_m2(found.footprint_m2[0], found.far_cap_m2[0], storeys)
        outputs["chosen_footprint_m2"] = plains(footprints)
        outputs["chosen_floor_area_m2"] = plains(footprints * storeys)
    return outputs


def storey_case(inputs: Inputs) -> Outputs:
    policy, heights = inputs["policy"], inputs.get("heights")
    width = _governing_width_m(inputs["passages"], policy)
    limits = [
        Limit(f"{number}:{limit['kind']}", _limit(limit, width, inputs.get("area_m2"), heights))
        for number, limit in enumerate(inputs["limits"])
    ]
    found = least(limits) if limits else None
    storeys = found.storeys if found else np.array([np.nan])
    zone = [inputs.get("zone") or ""]
    return {
        "governing_width_m": plain(width[0]),
        "storeys": plain(storeys[0]),
        "binding": list(found.binding[0]) if found else [],
        "unknown_limits": list(found.unknown[0]) if found else [],
        "may_request_storeys": plain(may_request(storeys, zone, width, policy.get("discretionary"))[0]),
        "height_m": None if heights is None else plain(height_m(storeys, heights)[0]),
    }


def _governing_width_m(rows: list[Inputs], policy: Inputs) -> np.ndarray:
    if policy["which_passage"] == "WIDEST_WITH_LEGAL_ACCESS":
        rows = [row for row in rows if row.get("legal_access")]
    existing = np.array([number(row.get("existing_width_m")) for row in rows])
    planned = np.array([number(row.get("planned_width_m")) for row in rows])
    widths = width_on_basis_m(existing, planned, policy["width_basis"]) if rows else np.array([np.nan])
    return np.array([np.nan if np.isnan(widths).all() else np.nanmax(widths)])


def _limit(limit: Inputs, width_m: np.ndarray, area_m2: float | None, heights: Inputs | None) -> np.ndarray:
    kind = limit["kind"]
    if kind == "ZONE":
        return np.array([number(limit.get("storeys"))])
    if kind == "BY_WIDTH":
        return by_width(limit["bands"], width_m)
    if kind == "BY_AREA":
        return by_width(limit["bands"], np.array([number(limit.get("area_m2", area_m2))]))
    if kind == "HEIGHT_OVERLAY":
        limit_m = np.array([number(limit.get("max_height_m"))])
        return by_height(limit_m, heights) if heights else np.array([np.nan])
    if kind == "FAR_OVER_COVERAGE":
        rounding = next(limit[key] for key in limit if "round" in key)
        far, coverage = (np.array([number(limit.get(key))]) for key in ("far_percent", "coverage_percent"))
        return by_density(far, coverage, rounding)
    raise KeyError(kind)


def depth60(inputs: Inputs) -> Outputs:
    place = Place(inputs["net_parcel"])
    edges = place.read(*inputs["neighbour_edges"])
    found = depth.depth_envelopes(
        place.read(inputs["net_parcel"]),
        place.read(inputs["depth_measured_on"]),
        np.array([float(inputs["u_azimuth_deg"])]),
        (np.zeros(len(edges), dtype=np.int64), edges),
        inputs["policy"],
    )
    return {
        "depth_range_m": list(found.depth_range_m[0]),
        "basic_area_m2": found.basic_m2[0],
        "extension_area_m2": found.extension_m2[0],
        "envelope_area_m2": found.envelope_m2[0],
        "part_areas_m2": part_areas(found.envelope[0]),
        "retreat_points": place.back(found.retreat_points[0]),
        "envelope": place.back(found.envelope[0]),
    }


def setback(inputs: Inputs) -> Outputs:
    place = Place(inputs["net_parcel"])
    lots = place.read(inputs["net_parcel"])
    after = setbacks.set_back(lots, *_edges(place, inputs["edges"]), inputs["policy"]["join"])
    banned = place.read(*[row["polygon"] for row in inputs.get("no_build", [])])
    envelope = without(after, np.zeros(len(banned), dtype=np.int64), banned)
    net_m2, envelope_m2 = shapely.area(lots), shapely.area(envelope)
    no_build_m2 = net_m2 - shapely.area(without(lots, np.zeros(len(banned), dtype=np.int64), banned))
    outputs = {
        "net_area_m2": net_m2[0],
        "after_setbacks_area_m2": shapely.area(after[0]),
        "no_build_area_m2": no_build_m2[0],
        "envelope_area_m2": envelope_m2[0],
        "part_count": len(parts_by_size(envelope[0])),
        "part_areas_m2": part_areas(envelope[0]),
        "envelope": place.back(envelope[0]),
    }
    if inputs.get("coverage_percent") is not None:
        cap = inputs["coverage_percent"] / 100 * net_m2
        found = density(cap, np.array([np.nan]), np.array([np.nan]), envelope_m2)
        outputs["coverage_cap_m2"] = cap[0]
        outputs["footprint_m2"] = found.footprint_m2[0]
        outputs["footprint_binding"] = list(found.footprint_binding[0])
    return outputs


def _edges(place: Place, rows: list[Inputs]) -> tuple[np.ndarray, Shapes, np.ndarray]:
    lines = place.read(*[row["edge"] for row in rows])
    metres = np.array([float(row["setback_m"]) for row in rows])
    return np.zeros(len(rows), dtype=np.int64), lines, metres


def orient(inputs: Inputs) -> Outputs:
    place = Place(inputs["parcel"])
    lots = place.read(inputs["parcel"])
    wkts = inputs["frontage"] if isinstance(inputs["frontage"], list) else [inputs["frontage"]]
    lines = place.read(*wkts)
    grid = orientation.frontage_azimuths_deg(lots, np.zeros(len(lines), dtype=np.int64), lines)
    turn = 0.0
    if inputs["policy"]["north"] == "TRUE":
        centre = shapely.get_coordinates(shapely.centroid(lots)) + place.origin
        turn = orientation.convergence_deg(centre, inputs.get("epsg", EPSG)).item()
    used = (grid + turn) % 360
    return {
        "azimuth_grid_deg": plain(grid[0]),
        "convergence_deg": turn,
        "azimuth_used_deg": plain(used[0]),
        "lot_type": orientation.lot_types(used)[0],
        "ask": bool(orientation.near_a_diagonal(used, inputs["policy"]["ask_within_deg"])[0]),
    }


def light(inputs: Inputs) -> Outputs:
    base, distance, angle = (
        np.array(number(inputs.get(key))) for key in ("base_height_m", "distance_m", "angle_deg")
    )
    permitted = permitted_height_m(base, distance, angle).item()
    excess = np.maximum(0.0, number(inputs.get("height_m")) - permitted)
    passes = None if np.isnan(excess) else bool(excess <= PASSING_M)
    return {"permitted_height_m": plain(permitted), "excess_m": plain(excess), "passes": passes}


def light_well(inputs: Inputs) -> Outputs:
    rows = inputs["wells"]
    serves = [row["serves"] for row in rows]
    plot_m2, storeys = number(inputs.get("plot_area_m2")), number(inputs.get("storeys"))
    needs = lightwells.wells_needed(plot_m2, storeys, serves, inputs["rule"])
    drawn = Place(rows[0]["polygon"]).read(*[row["polygon"] for row in rows]) if rows else shapes()
    return {
        "state": "UNKNOWN" if needs is None else "KNOWN",
        "required_area_m2": [None] * len(rows) if needs is None else [need.area_m2 for need in needs],
        "required_dimension_m": [None] * len(rows) if needs is None else [need.dimension_m for need in needs],
        "well_area_m2": list(shapely.area(drawn)),
        "well_dimension_m": [inscribed_diameter_m(well) for well in drawn],
        "well_passes": [None] * len(rows)
        if needs is None
        else [lightwells.passes(well, need) for well, need in zip(drawn, needs, strict=True)],
    }


def cantilever(inputs: Inputs) -> Outputs:
    asked, rule = inputs["asked"], inputs["rule"]
    width, clearance, projection = (
        np.array([number(row.get(key)) for row in asked])
        for key in ("width_m", "clearance_m", "projection_m")
    )
    classes = np.array([row["class"] for row in asked], dtype=object)
    permitted = permitted_projections_m(width, classes, rule)
    clear = or_none(~np.isnan(clearance), clear_enough(clearance, rule))
    short = or_none(~np.isnan(projection - permitted), projection <= permitted + PASSING_M)
    return {
        "permitted_projection_m": plains(permitted),
        "clearance_ok": [None if ok is None else bool(ok) for ok in clear],
        "passes": [_both(ok, little) for ok, little in zip(clear, short, strict=True)],
    }


def _both(one: Any, other: Any) -> bool | None:
    """Whether two things hold that may not be known: one that fails settles it."""
    known = [bool(told) for told in (one, other) if told is not None]
    return None if len(known) < 2 and all(known) else all(known)


def park(inputs: Inputs) -> Outputs:
    found = parking.bays(inputs.get("unit_areas_m2", ()), inputs["rule"], inputs.get("other_uses", ()))
    outputs: Outputs = {
        "bays_unrounded": None if found.unrounded is None else float(found.unrounded),
        "bays_waived": found.waived,
        "bays_required": found.required,
    }
    if inputs.get("footprint_m2") is not None:
        footprint_m2 = number(inputs["footprint_m2"])
        holds = parking.capacity(footprint_m2, inputs["capacity_share"], inputs["m2_per_bay"])
        outputs["bays_capacity"] = holds
        outputs["bays_deficit"] = None if found.required is None else max(0, found.required - holds)
    if inputs.get("ramp"):
        outputs["ramp_length_m"] = (
            number(inputs["ramp"]["drop_m"]) / number(inputs["ramp"]["slope_percent"]) * 100
        )
    return outputs
