"""Answers one published case of a rule kind: JSON inputs with WKT in, named outputs out."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from gis_core.constraints import (
    areas,
    chamfer,
    conflicts,
    depth,
    lightwells,
    orientation,
    parcelling,
    parking,
    setbacks,
    tables,
    widening,
)
from gis_core.constraints.density import Density, chosen_footprints_m2, density
from gis_core.constraints.light import clear_enough, permitted_height_m, permitted_projections_m
from gis_core.constraints.overlays import buffer_distance_m, buffer_shape, judge
from gis_core.constraints.plane import PASSING_M, Shapes, largest_parts, moved, parts_by_size, shapes, without
from gis_core.constraints.slivers import inscribed_diameter_m, threshold_width_m
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
from gis_core.constraints.values import Passages
from gis_core.constraints.zones import overlay_zones, strictest, weighted

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]


def answer(kind: str, inputs: Inputs) -> Outputs:
    """
    The outputs of one case, by the definitions of its kind; numbers unrounded, shapes as shapely geometries.

    Raises
    ------
    KeyError
        When no such kind is answered here.

    Examples
    --------
    >>> answer("LIGHT", {"height_m": 9, "distance_m": 8, "base_height_m": 2, "angle_deg": 45})["passes"]
    True
    """
    return KINDS[kind](inputs)


class _Place:
    """Reads shapes near the origin and gives them back in the coordinates of the case."""

    def __init__(self, wkt: str) -> None:
        x, y = shapely.get_coordinates(shapely.from_wkt(wkt))[0]
        self.origin = np.floor(np.array([x, y]))

    def read(self, *wkts: str) -> Shapes:
        return moved(shapes(*[shapely.from_wkt(wkt) for wkt in wkts]), -self.origin)

    def one(self, wkt: str) -> shapely.Geometry:
        return self.read(wkt)[0]

    def back(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return moved(shapes(geometry), self.origin)[0]


def _plain(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _plains(numbers: Any) -> list[float | None]:
    return [_plain(number) for number in numbers]


def _part_areas(geometry: shapely.Geometry) -> list[float]:
    return [part.area for part in parts_by_size(geometry)]


# --- widening -------------------------------------------------------------------------------------------


def _passages(place: _Place, rows: list[Inputs]) -> Passages:
    def numbers(key: str) -> np.ndarray:
        return np.array([np.nan if row.get(key) is None else float(row[key]) for row in rows], dtype=float)

    def texts(key: str, default: str) -> np.ndarray:
        return np.array([row.get(key) or default for row in rows], dtype=object)

    forms = {"centreline": "CENTRELINE", "right_of_way": "RIGHT_OF_WAY", "corrected_line": "CORRECTED_LINE"}
    drawn = [next(key for key in forms if row.get(key)) for row in rows]
    return Passages(
        key=texts("id", ""),
        geometry=place.read(*[row[key] for row, key in zip(rows, drawn, strict=True)]),
        form=np.array([forms[key] for key in drawn], dtype=object),
        existing_width_m=numbers("existing_width_m"),
        planned_width_m=numbers("planned_width_m"),
        widening=texts("widening", "SYMMETRIC"),
        offset_left_m=numbers("offset_left_m"),
        offset_right_m=numbers("offset_right_m"),
        street_side=texts("street_side", "LEFT"),
        legal_access=np.array([row.get("legal_access", True) for row in rows], dtype=bool),
        vehicular=np.ones(len(rows), dtype=bool),
    )


def _widened(
    place: _Place, inputs: Inputs, policy: Inputs
) -> tuple[Passages, Shapes, widening.Widened, np.ndarray]:
    lots, passages = place.read(inputs["parcel"]), _passages(place, inputs["passages"])
    everyone = np.arange(len(passages))
    owner = np.zeros(len(passages), dtype=np.int64)
    ways = widening.rights_of_way(passages, policy)
    drawn = np.array([way is not None for way in ways], dtype=bool)
    retreats = widening.retreats_m(lots, owner, everyone, passages, never_narrow=policy["never_narrow"])
    return passages, ways, widening.widen(lots, owner[drawn], ways[drawn], policy), retreats


def _widen(inputs: Inputs) -> Outputs:
    place = _Place(inputs["parcel"])
    _, _, widened, retreats = _widened(place, inputs, inputs["policy"])
    return {
        "retreat_m": _plains(retreats),
        "surveyed_area_m2": widened.surveyed_m2[0],
        "widening_area_m2": widened.ceded_m2[0],
        "after_widening_area_m2": widened.after_m2[0],
        "part_areas_m2": _part_areas(widened.after[0]),
        "forced_subdivision": bool(widened.forced_subdivision[0]),
        "status": "IN_PLAN" if widened.in_plan[0] else "NORMAL",
        "after_widening": place.back(widened.after[0]),
    }


# --- chamfer --------------------------------------------------------------------------------------------


def _chamfer(inputs: Inputs) -> Outputs:
    place = _Place(inputs["parcel"])
    rows = inputs["corners"]
    corners = chamfer.Corners(
        lot=np.zeros(len(rows), dtype=np.int64),
        frontage_1=place.read(*[row["frontage_1"] for row in rows]),
        frontage_2=place.read(*[row["frontage_2"] for row in rows]),
        width_1_m=np.array([_number(row.get("width_1_m")) for row in rows], dtype=float),
        width_2_m=np.array([_number(row.get("width_2_m")) for row in rows], dtype=float),
        size_rule=np.array([row["size_rule"] for row in rows], dtype=object),
        measure=np.array([row["measure"] for row in rows], dtype=object),
    )
    cut = chamfer.cut_corners(place.read(inputs["parcel"]), corners, inputs["policy"])
    return _chamfer_outputs(cut) | {
        "leg_2_m": _plains(cut.leg_2_m),
        "base_m": _plains(cut.base_m),
        "corner_status": list(cut.status),
        "chamfer_dimension_m": _plains(cut.dimension_m),
        "chamfers_overlap": bool(cut.overlapping[0]),
        "net_parcel": place.back(cut.net[0]),
    }


def _chamfer_outputs(cut: chamfer.Chamfers) -> Outputs:
    return {
        "corner_angle_deg": _plains(cut.angle_deg),
        "leg_1_m": _plains(cut.leg_1_m),
        "chamfer_area_m2": cut.lost_m2[0],
        "net_area_m2": shapely.area(cut.net[0]),
    }


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


# --- areas, zones ---------------------------------------------------------------------------------------


def _area_basis(inputs: Inputs) -> Outputs:
    place = _Place(inputs["surveyed_parcel"])
    policy = inputs["policy"]
    shape = place.read(inputs["surveyed_parcel"], inputs["after_widening"], inputs["net_parcel"])
    existing, before, net = shapely.area(shape) * areas.ground_factor(policy.get("grid_to_ground"))
    deed = _number(inputs.get("deed_area_m2"))
    lot = areas.Areas(*(np.array([area]) for area in (deed, existing, before, net)))
    tolerance = policy["deed_tolerance"]
    return {
        "deed_area_m2": _plain(deed),
        "existing_area_m2": existing,
        "net_before_chamfer_area_m2": before,
        "net_area_m2": net,
        "min_deed_existing_area_m2": _plain(lot.on_basis("MIN(DEED,EXISTING)")[0]),
        "ceded_area_m2": existing - before,
        "chamfer_area_m2": before - net,
        "deed_minus_existing_m2": _plain(deed - existing),
        "permitted_discrepancy_m2": _plain(areas.permitted_discrepancy_m2(deed, tolerance).item()),
        "discrepancy_within_tolerance": bool(areas.within_tolerance(deed, existing, tolerance)),
        "floor_area_cap_m2": _cap(lot, inputs, "far"),
        "coverage_cap_m2": _cap(lot, inputs, "coverage"),
    }


def _cap(lot: areas.Areas, inputs: Inputs, what: str) -> float | None:
    percent, basis = inputs.get(f"{what}_percent"), inputs.get(f"{what}_basis")
    return None if percent is None or basis is None else _plain(percent / 100 * lot.on_basis(basis)[0])


def _zone(inputs: Inputs) -> Outputs:
    place = _Place(inputs["net_parcel"])
    sliver, rows = inputs["policy"]["sliver"], inputs["zones"]
    lots, zones = place.read(inputs["net_parcel"]), place.read(*[row["polygon"] for row in rows])
    threshold = threshold_width_m(sliver, sliver["parcel_accuracy_m"], sliver["layer_accuracy_m"])
    pairs = (np.zeros(len(rows), dtype=np.int64), np.arange(len(rows)))
    policy = {"measure": sliver["measure"], "one_zone": inputs["policy"]["one_zone"]}
    found = overlay_zones(lots, pairs, zones, np.array([threshold.item()]), policy)
    largest = rows[int(np.argmax(found.share))]["code"] if rows else None
    outputs = {
        "threshold_width_m": threshold.item(),
        "zone_share": list(found.share),
        "overlap_width_m": list(found.width_m),
        "zone_class": list(found.kind),
        "uncovered_share": found.uncovered_share[0],
        "state": found.state[0],
        "zone": largest if found.state[0] == "ONE_ZONE" else None,
    }
    if any(row.get("far_percent") is not None for row in rows):
        far = np.array([_number(row.get("far_percent")) for row in rows])
        outputs["weighted_far_percent"] = _plain(weighted(found, far, 1)[0])
        outputs["strictest_far_percent"] = _plain(strictest(found, far, 1)[0])
    return outputs


# --- density, storeys -----------------------------------------------------------------------------------


def _density(inputs: Inputs) -> Outputs:
    envelope = inputs.get("envelope_area_m2")
    wells = next((inputs[key] for key in ("light_wells_m2", "light_well_area_m2") if inputs.get(key)), 0.0)
    found = density(
        np.array([_number(inputs["coverage_percent"]) / 100 * _number(inputs["coverage_basis_area_m2"])]),
        np.array([_number(inputs["far_percent"]) / 100 * _number(inputs["far_basis_area_m2"])]),
        np.array([_number(inputs.get("storeys"))]),
        None if envelope is None else np.array([envelope - np.sum(wells)]),
        inputs["policy"].get("equal_within", 1e-6),
    )
    return _density_outputs(found, inputs.get("choose_storeys"))


def _density_outputs(found: Density, choose: list[float] | None) -> Outputs:
    outputs = {
        "coverage_cap_m2": _plain(found.coverage_cap_m2[0]),
        "footprint_m2": _plain(found.footprint_m2[0]),
        "footprint_binding": list(found.footprint_binding[0]),
        "far_cap_m2": _plain(found.far_cap_m2[0]),
        "reachable_floor_area_m2": _plain(found.reachable_m2[0]),
        "unreachable_floor_area_m2": _plain(found.unreachable_m2[0]),
        "floor_area_binding": list(found.floor_area_binding[0]),
        "whole_storeys": _plain(found.whole_storeys[0]),
        "partial_storey_area_m2": _plain(found.partial_storey_m2[0]),
    }
    if choose is not None:
        storeys = np.array(choose, dtype=float)
        footprints = chosen_footprints_m2(found.footprint_m2[0], found.far_cap_m2[0], storeys)
        outputs["chosen_footprint_m2"] = _plains(footprints)
        outputs["chosen_floor_area_m2"] = _plains(footprints * storeys)
    return outputs


def _storey(inputs: Inputs) -> Outputs:
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
        "governing_width_m": _plain(width[0]),
        "storeys": _plain(storeys[0]),
        "binding": list(found.binding[0]) if found else [],
        "unknown_limits": list(found.unknown[0]) if found else [],
        "may_request_storeys": _plain(may_request(storeys, zone, width, policy.get("discretionary"))[0]),
        "height_m": None if heights is None else _plain(height_m(storeys, heights)[0]),
    }


def _governing_width_m(rows: list[Inputs], policy: Inputs) -> np.ndarray:
    if policy["which_passage"] == "WIDEST_WITH_LEGAL_ACCESS":
        rows = [row for row in rows if row.get("legal_access")]
    existing = np.array([_number(row.get("existing_width_m")) for row in rows])
    planned = np.array([_number(row.get("planned_width_m")) for row in rows])
    widths = width_on_basis_m(existing, planned, policy["width_basis"]) if rows else np.array([np.nan])
    return np.array([np.nan if np.isnan(widths).all() else np.nanmax(widths)])


def _limit(limit: Inputs, width_m: np.ndarray, area_m2: float | None, heights: Inputs | None) -> np.ndarray:
    kind = limit["kind"]
    if kind == "ZONE":
        return np.array([_number(limit.get("storeys"))])
    if kind == "BY_WIDTH":
        return by_width(limit["bands"], width_m)
    if kind == "BY_AREA":
        return by_width(limit["bands"], np.array([_number(limit.get("area_m2", area_m2))]))
    if kind == "HEIGHT_OVERLAY":
        limit_m = np.array([_number(limit.get("max_height_m"))])
        return by_height(limit_m, heights) if heights else np.array([np.nan])
    if kind == "FAR_OVER_COVERAGE":
        rounding = next(
            (limit[key] for key in ("round", "rounding", "round_down_to") if key in limit), "WHOLE"
        )
        return by_density(np.array([limit["far_percent"]]), np.array([limit["coverage_percent"]]), rounding)
    raise KeyError(kind)


# --- envelope -------------------------------------------------------------------------------------------


def _depth60(inputs: Inputs) -> Outputs:
    place = _Place(inputs["net_parcel"])
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
        "part_areas_m2": _part_areas(found.envelope[0]),
        "retreat_points": place.back(found.retreat_points[0]),
        "envelope": place.back(found.envelope[0]),
    }


def _setback(inputs: Inputs) -> Outputs:
    place = _Place(inputs["net_parcel"])
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
        "part_areas_m2": _part_areas(envelope[0]),
        "envelope": place.back(envelope[0]),
    }
    if inputs.get("coverage_percent") is not None:
        cap = inputs["coverage_percent"] / 100 * net_m2
        found = density(cap, np.array([np.nan]), np.array([np.nan]), envelope_m2)
        outputs["coverage_cap_m2"] = cap[0]
        outputs["footprint_m2"] = found.footprint_m2[0]
        outputs["footprint_binding"] = list(found.footprint_binding[0])
    return outputs


def _edges(place: _Place, rows: list[Inputs]) -> tuple[np.ndarray, Shapes, np.ndarray]:
    lines = place.read(*[row["edge"] for row in rows])
    metres = np.array([float(row["setback_m"]) for row in rows])
    return np.zeros(len(rows), dtype=np.int64), lines, metres


def _orient(inputs: Inputs) -> Outputs:
    place = _Place(inputs["parcel"])
    lots = place.read(inputs["parcel"])
    wkts = inputs["frontage"] if isinstance(inputs["frontage"], list) else [inputs["frontage"]]
    lines = place.read(*wkts)
    grid = orientation.frontage_azimuths_deg(lots, np.zeros(len(lines), dtype=np.int64), lines)
    turn = 0.0
    if inputs["policy"]["north"] == "TRUE":
        centre = shapely.get_coordinates(shapely.centroid(lots)) + place.origin
        turn = orientation.convergence_deg(centre, inputs["epsg"]).item()
    used = (grid + turn) % 360
    return {
        "azimuth_grid_deg": grid.item(),
        "convergence_deg": turn,
        "azimuth_used_deg": used.item(),
        "lot_type": orientation.lot_types(used)[0],
        "ask": bool(orientation.near_a_diagonal(used, inputs["policy"]["ask_within_deg"])[0]),
    }


# --- light, wells, projections, parking -----------------------------------------------------------------


def _light(inputs: Inputs) -> Outputs:
    permitted = permitted_height_m(inputs["base_height_m"], inputs["distance_m"], inputs["angle_deg"]).item()
    excess = max(0.0, inputs["height_m"] - permitted)
    return {"permitted_height_m": permitted, "excess_m": excess, "passes": excess <= PASSING_M}


def _lightwell(inputs: Inputs) -> Outputs:
    rows = inputs["wells"]
    serves = [row["serves"] for row in rows]
    needs = lightwells.wells_needed(inputs["plot_area_m2"], inputs["storeys"], serves, inputs["rule"])
    place = _Place(rows[0]["polygon"])
    drawn = place.read(*[row["polygon"] for row in rows])
    return {
        "state": "UNKNOWN" if needs is None else "KNOWN",
        "required_area_m2": [need.area_m2 for need in needs] if needs else [None] * len(rows),
        "required_dimension_m": [need.dimension_m for need in needs] if needs else [None] * len(rows),
        "well_area_m2": list(shapely.area(drawn)),
        "well_dimension_m": [inscribed_diameter_m(well) for well in drawn],
        "well_passes": [lightwells.passes(well, need) for well, need in zip(drawn, needs, strict=True)]
        if needs
        else [None] * len(rows),
    }


def _cantilever(inputs: Inputs) -> Outputs:
    asked, rule = inputs["asked"], inputs["rule"]
    width = np.array([float(row["width_m"]) for row in asked])
    classes = np.array([row["class"] for row in asked], dtype=object)
    permitted = permitted_projections_m(width, classes, rule)
    clear = clear_enough(np.array([float(row["clearance_m"]) for row in asked]), rule)
    projection = np.array([float(row["projection_m"]) for row in asked])
    return {
        "permitted_projection_m": _plains(permitted),
        "clearance_ok": [bool(value) for value in clear],
        "passes": [bool(value) for value in clear & (projection <= permitted + PASSING_M)],
    }


def _park(inputs: Inputs) -> Outputs:
    found = parking.bays(inputs["unit_areas_m2"], inputs["rule"], inputs.get("other_uses", ()))
    outputs: Outputs = {
        "bays_unrounded": None if found.unrounded is None else float(found.unrounded),
        "bays_waived": found.waived,
        "bays_required": found.required,
    }
    if inputs.get("footprint_m2") is not None:
        holds = parking.capacity(inputs["footprint_m2"], inputs["capacity_share"], inputs["m2_per_bay"])
        outputs["bays_capacity"] = holds
        outputs["bays_deficit"] = None if found.required is None else max(0, found.required - holds)
    if inputs.get("ramp"):
        outputs["ramp_length_m"] = inputs["ramp"]["drop_m"] / inputs["ramp"]["slope_percent"] * 100
    return outputs


# --- overlays, conflicts --------------------------------------------------------------------------------


def _overlay_shapes(place: _Place, overlay: Inputs) -> list[shapely.Geometry]:
    drawn = next(
        overlay[key] for key in ("geometry", "tracks", "conductors", "lines", "polygon") if key in overlay
    )
    return list(place.read(*(drawn if isinstance(drawn, list) else [drawn])))


def _buffer(inputs: Inputs) -> Outputs:
    place = _Place(inputs["net_parcel"])
    lots = place.read(inputs["net_parcel"])
    reason, distance_m, found = _judged(place, lots, inputs["overlay"], inputs["policy"]["accuracy"])
    if found is None:
        silent = ("overlap_area_m2", "buildable_area_m2", "buildable_part_areas_m2", "buildable")
        unknown = {"distance_m": distance_m, "class": "UNKNOWN", "reason": reason}
        return unknown | dict.fromkeys((*silent, "floor_area_cap_m2", "footprint_m2"))
    banned = found.overlap if inputs["overlay"]["effect"] == "NO_BUILD" else shapes()
    buildable = without(lots, np.zeros(len(banned), dtype=np.int64), banned)
    outputs: Outputs = {
        "distance_m": distance_m,
        "class": str(found.state[0]),
        "reason": None,
        "overlap_area_m2": found.overlap_m2[0],
        "buildable_area_m2": shapely.area(buildable[0]),
        "buildable_part_areas_m2": _part_areas(buildable[0]),
        "buildable": place.back(buildable[0]),
    }
    basis = buildable[0] if inputs["policy"].get("far_basis_shrinks") else lots[0]
    if inputs.get("far_percent") is not None:
        outputs["floor_area_cap_m2"] = inputs["far_percent"] / 100 * basis.area
    if inputs.get("coverage_percent") is not None:
        outputs["footprint_m2"] = min(inputs["coverage_percent"] / 100 * lots[0].area, buildable[0].area)
    return outputs


def _judged(
    place: _Place, lots: Shapes, overlay: Inputs, accuracy: Inputs
) -> tuple[str | None, float | None, Any]:
    """Reason if unknown, the distance of the law, and the judgement."""
    distance_m = buffer_distance_m(overlay, overlay.get("attribute"))
    if distance_m is None:
        return "NO_ROW", None, None
    extent = overlay.get("surveyed_extent")
    if extent is not None and not shapely.covers(place.one(extent), lots[0]):
        return "OUTSIDE_SURVEYED_EXTENT", distance_m, None
    area = buffer_shape(overlay, _overlay_shapes(place, overlay), distance_m)
    threshold = threshold_width_m(accuracy, accuracy["parcel_accuracy_m"], accuracy["layer_accuracy_m"])
    return None, distance_m, judge(lots, shapes(area), np.array([threshold.item()]), accuracy["measure"])


def _conflict(inputs: Inputs) -> Outputs:
    found = conflicts.decide(inputs["bounds"], inputs["policy"]["equal_rank_conflict"])
    return {
        "state": found.state,
        "maximum": found.maximum,
        "maximum_binding": list(found.maximum_binding),
        "minimum": found.minimum,
        "minimum_binding": list(found.minimum_binding),
        "conflicting_rules": list(found.conflicting),
    }


# --- tables, subdivision, consolidation -----------------------------------------------------------------


def _table(inputs: Inputs) -> Outputs:
    bands = inputs["bands"]
    if "keys" in inputs:
        reading = inputs["policy"]["band_reading"]
        rows = [tables.look_up(bands, inputs["column"], key, reading) for key in inputs["keys"]]
        return {"state": [state for state, _ in rows], "value": [value for _, value in rows]}
    found = tables.faults(
        bands,
        blank_when_null=inputs.get("blank_when_null"),
        row_columns=inputs.get("row_columns", ()),
        row_trend=inputs.get("row_trend", "NON_DECREASING"),
        column_trends=[(column, trend) for column, trend in inputs.get("column_trends", ())],
    )
    return {name: [_listed(entry) for entry in value] for name, value in vars(found).items()}


def _listed(entry: Any) -> Any:
    return list(entry) if isinstance(entry, tuple) else entry


def _subdivision(inputs: Inputs) -> Outputs:
    place = _Place(inputs["parent"])
    found = parcelling.subdivide(
        place.one(inputs["parent"]),
        place.read(*inputs["lots"]),
        place.read(*inputs.get("roads", [])),
        place.read(*inputs.get("existing_passages", [])),
        inputs["rule"],
        forced=bool(inputs.get("forced_subdivision")),
    )
    outputs: Outputs = {
        "parent_area_m2": found.parent_m2,
        "lot_areas_m2": list(found.lot_m2),
        "lot_widths_m": list(found.lot_width_m),
        "lot_ratios": list(found.lot_ratio),
        "gap_area_m2": found.gap_m2,
        "overlap_area_m2": found.overlap_m2,
        "outside_area_m2": found.outside_m2,
        "access_lengths_m": list(found.access_m),
        "failed_checks": list(found.failed),
        "passes": not found.failed,
    }
    if inputs.get("article_101"):
        names = ("public_share_max_m2", "passage_share_max_m2", "remainder_min_m2")
        outputs |= dict(zip(names, parcelling.article_101(inputs["article_101"]), strict=True))
    return outputs


def _merge(inputs: Inputs) -> Outputs:
    place = _Place(inputs["parcels"][0])
    lots, passages = place.read(*inputs["parcels"]), place.read(*inputs.get("passages", []))
    found = parcelling.consolidate(lots, inputs["owners"], passages, inputs["policy"]["min_shared_edge_m"])
    return {
        "union_area_m2": found.union.area,
        "shared_edge_m": found.shared_edge_m,
        "part_count": found.part_count,
        "reasons": list(found.reasons),
        "may_merge": not found.reasons,
    }


# --- the whole ------------------------------------------------------------------------------------------


def _end_to_end(inputs: Inputs) -> Outputs:
    place = _Place(inputs["parcel"])
    policy = inputs["policy"]
    passages, ways, widened, retreats = _widened(place, inputs, policy["widening"])
    outputs: Outputs = {
        "status": "IN_PLAN" if widened.in_plan[0] else "NORMAL",
        "retreat_m": _plains(retreats),
        "widening_area_m2": widened.ceded_m2[0],
        "after_widening_area_m2": widened.after_m2[0],
        "part_areas_m2": _part_areas(widened.after[0]),
    }
    if widened.in_plan[0]:
        return outputs
    main = largest_parts(widened.after)
    fronts = {name: _frontage(main[0], way) for name, way in zip(passages.key, ways, strict=True)}
    cut = _cut(main, fronts, passages, inputs)
    outputs |= _chamfer_outputs(cut) | {"net_parcel": place.back(cut.net[0])}
    outputs |= _built(place, inputs, main, cut.net, fronts)
    return outputs


def _frontage(lot: shapely.Polygon, way: shapely.Geometry) -> shapely.Geometry:
    """The part of a lot's boundary that lies on a right of way."""
    lines = [
        shapely.LineString(pair)
        for pair in pairwise(lot.exterior.coords)
        if shapely.distance(way, shapely.LineString(pair).centroid) < 1e-4
        and max(shapely.distance(way, shapely.Point(point)) for point in pair) < 1e-4
    ]
    return shapely.line_merge(shapely.MultiLineString(lines))


def _cut(
    main: Shapes, fronts: Mapping[str, shapely.Geometry], passages: Passages, inputs: Inputs
) -> chamfer.Chamfers:
    rows = inputs.get("chamfers", [])
    planned = dict(zip(passages.key, passages.planned_width_m, strict=True))
    corners = chamfer.Corners(
        lot=np.zeros(len(rows), dtype=np.int64),
        frontage_1=shapes(*[_straight(fronts[row["between"][0]]) for row in rows]),
        frontage_2=shapes(*[_straight(fronts[row["between"][1]]) for row in rows]),
        width_1_m=np.array([planned[row["between"][0]] for row in rows], dtype=float),
        width_2_m=np.array([planned[row["between"][1]] for row in rows], dtype=float),
        size_rule=np.array([row["size_rule"] for row in rows], dtype=object),
        measure=np.array([row["measure"] for row in rows], dtype=object),
    )
    return chamfer.cut_corners(main, corners, inputs["policy"]["chamfer"])


def _straight(front: shapely.Geometry) -> shapely.LineString:
    """The longest straight piece of a frontage."""
    points = [part.coords for part in shapely.get_parts(front)]
    pieces = [shapely.LineString(pair) for line in points for pair in pairwise(line)]
    return max(pieces, key=lambda piece: piece.length)


def _built(
    place: _Place, inputs: Inputs, main: Shapes, net: Shapes, fronts: Mapping[str, shapely.Geometry]
) -> Outputs:
    policy = inputs["policy"]
    envelope, states = _envelope(place, inputs, main, net, fronts)
    outputs: Outputs = {
        "overlay_class": states,
        "envelope": place.back(envelope),
        "envelope_area_m2": envelope.area,
        "envelope_part_areas_m2": _part_areas(envelope),
    }
    zone, zone_outputs = _limits_of_zones(place, inputs, net)
    outputs |= zone_outputs
    lot = areas.Areas(
        *(
            np.array([area])
            for area in (
                _number(inputs.get("deed_area_m2")),
                place.one(inputs["parcel"]).area,
                main[0].area,
                net[0].area,
            )
        )
    )
    asked = dict(inputs["storeys"]) | {"zone": zone["code"], "area_m2": net[0].area}
    asked["limits"] = [{"kind": "ZONE", "storeys": zone["storeys"]}, *inputs["storeys"]["limits"]]
    storey = _storey(asked)
    outputs |= {key: value for key, value in storey.items() if key != "unknown_limits"}
    found = density(
        zone["coverage_percent"] / 100 * lot.on_basis(inputs["coverage_basis"]),
        zone["far_percent"] / 100 * lot.on_basis(inputs["far_basis"]),
        np.array([_number(storey["storeys"])]),
        np.array([envelope.area]),
    )
    outputs |= _density_outputs(found, inputs.get("choose_storeys"))
    outputs |= _wells(inputs, lot, storey["storeys"], envelope.area, found.footprint_m2[0])
    outputs |= _looks(place, inputs, main, fronts, policy["orientation"])
    if inputs.get("parking"):
        outputs |= _park(dict(inputs["parking"]) | {"footprint_m2": outputs["footprint_m2"]})
    return outputs


def _envelope(
    place: _Place, inputs: Inputs, main: Shapes, net: Shapes, fronts: Mapping[str, shapely.Geometry]
) -> tuple[shapely.Geometry, list[str]]:
    asked = inputs["envelope"]
    if asked["kind"] == "DEPTH60":
        edges = place.read(*asked["neighbour_edges"])
        measured = {"NET": net, "NET_BEFORE_CHAMFER": main, "EXISTING": place.read(inputs["parcel"])}
        envelope = depth.depth_envelopes(
            net,
            measured[asked["depth_measured_on"]],
            np.array([float(asked["u_azimuth_deg"])]),
            (np.zeros(len(edges), dtype=np.int64), edges),
            asked["policy"],
        ).envelope
    else:
        lines, metres = [], []
        for row in asked["edges"]:
            drawn = fronts[row["passage"]] if row.get("passage") else place.one(row["edge"])
            pieces = list(shapely.get_parts(drawn))
            lines += pieces
            metres += [float(row["setback_m"])] * len(pieces)
        owner = np.zeros(len(lines), dtype=np.int64)
        envelope = setbacks.set_back(net, owner, shapes(*lines), np.array(metres), asked["policy"]["join"])
    states = []
    for overlay in inputs.get("overlays", []):
        _, _, found = _judged(place, net, overlay, inputs["policy"]["overlay_accuracy"])
        states.append("UNKNOWN" if found is None else found.state[0])
        if found is not None and overlay["effect"] == "NO_BUILD":
            envelope = without(envelope, np.array([0]), found.overlap)
    return envelope[0], states


def _limits_of_zones(place: _Place, inputs: Inputs, net: Shapes) -> tuple[Outputs, Outputs]:
    """The limits of the one zone, or of several by the policy for split lots; and the look-up's outputs."""
    if inputs.get("zone"):
        return dict(inputs["zone"]), {}
    rows, policy = inputs["zones"], inputs["policy"]
    sliver = policy.get("sliver") or policy.get("overlay_accuracy")
    threshold = threshold_width_m(sliver, sliver["parcel_accuracy_m"], sliver["layer_accuracy_m"]).item()
    polygons = place.read(*[row["polygon"] for row in rows])
    one_zone = policy.get("one_zone") or {"kind": "CONCERNED_BY_WIDTH"}
    pairs = (np.zeros(len(rows), dtype=np.int64), np.arange(len(rows)))
    found = overlay_zones(
        net, pairs, polygons, np.array([threshold]), {"measure": sliver["measure"], "one_zone": one_zone}
    )
    limits = policy.get("split_zone_limits") or inputs.get("split_zone_limits")
    combine = weighted if limits == "AREA_WEIGHTED" else strictest
    single = [row["code"] for row, kind in zip(rows, found.kind, strict=True) if kind == "CONCERNED"]
    values = {key: np.array([_number(row.get(key)) for row in rows]) for key in LIMITS}
    zone = {
        "code": single[0] if len(single) == 1 else "",
        "storeys": _plain(strictest(found, values["storeys"], 1)[0]),
        "far_percent": combine(found, values["far_percent"], 1)[0],
        "coverage_percent": combine(found, values["coverage_percent"], 1)[0],
    }
    outputs = {
        "zone_share": list(found.share),
        "zone_class": list(found.kind),
        "zone_state": found.state[0],
        "state": found.state[0],
        "far_percent": zone["far_percent"],
        "coverage_percent": zone["coverage_percent"],
    }
    return zone, outputs


LIMITS = ("far_percent", "coverage_percent", "storeys")


def _wells(
    inputs: Inputs, lot: areas.Areas, storeys: float | None, envelope_m2: float, footprint_m2: float
) -> Outputs:
    asked = inputs.get("light_wells")
    if not asked:
        return {}
    plot_m2 = lot.on_basis(asked["area_basis"])[0]
    needs = lightwells.wells_needed(plot_m2, _number(storeys), asked["serves"], asked["rule"])
    if needs is None:
        return dict.fromkeys(("light_well_area_m2", "light_well_dimension_m", "light_wells_fit"))
    total = sum(need.area_m2 for need in needs)
    return {
        "light_well_area_m2": [need.area_m2 for need in needs],
        "light_well_dimension_m": [need.dimension_m for need in needs],
        "light_wells_fit": bool(envelope_m2 - footprint_m2 >= total - PASSING_M),
    }


def _looks(
    place: _Place, inputs: Inputs, main: Shapes, fronts: Mapping[str, shapely.Geometry], policy: Inputs
) -> Outputs:
    front = inputs.get("frontage")
    if front is None:
        return {}
    grid = orientation.frontage_azimuths_deg(main, np.array([0]), shapes(fronts[front]))
    turn = 0.0
    if policy["north"] == "TRUE":
        centre = shapely.get_coordinates(shapely.centroid(main)) + place.origin
        turn = orientation.convergence_deg(centre, inputs.get("epsg", EPSG)).item()
    used = (grid + turn) % 360
    return {"lot_type": orientation.lot_types(used)[0], "azimuth_used_deg": used.item()}


#: The coordinate system of the published cases, where their inputs name no other.
EPSG = 32639

KINDS: dict[str, Callable[[Inputs], Outputs]] = {
    "WIDEN": _widen,
    "CHAMFER": _chamfer,
    "AREA_BASIS": _area_basis,
    "ZONE": _zone,
    "DENSITY": _density,
    "STOREY": _storey,
    "DEPTH60": _depth60,
    "SETBACK": _setback,
    "ORIENT": _orient,
    "LIGHT": _light,
    "LIGHTWELL": _lightwell,
    "CANTILEVER": _cantilever,
    "PARK": _park,
    "BUFFER": _buffer,
    "CONFLICT": _conflict,
    "TABLE": _table,
    "SUBDIV": _subdivision,
    "MERGE": _merge,
    "END_TO_END": _end_to_end,
}
