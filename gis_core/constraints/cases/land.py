"""Answers cases about the land: widening, chamfer, area bases, zones."""

import numpy as np
import shapely

from gis_core.constraints import (
    areas,
    chamfer,
    widening,
)
from gis_core.constraints.cases.form import Inputs, Outputs, Place, number, part_areas, plain, plains
from gis_core.constraints.plane import Shapes
from gis_core.constraints.slivers import threshold_width_m
from gis_core.constraints.values import Passages
from gis_core.constraints.zones import overlay_zones, strictest, weighted


def _passages(place: Place, rows: list[Inputs]) -> Passages:
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


def widened_land(
    place: Place, inputs: Inputs, policy: Inputs
) -> tuple[Passages, Shapes, widening.Widened, np.ndarray]:
    lots, passages = place.read(inputs["parcel"]), _passages(place, inputs["passages"])
    everyone = np.arange(len(passages))
    owner = np.zeros(len(passages), dtype=np.int64)
    ways = widening.rights_of_way(passages, policy)
    drawn = np.array([way is not None for way in ways], dtype=bool)
    retreats = widening.retreats_m(lots, owner, everyone, passages, never_narrow=policy["never_narrow"])
    return passages, ways, widening.widen(lots, owner[drawn], ways[drawn], policy), retreats


def widen(inputs: Inputs) -> Outputs:
    place = Place(inputs["parcel"])
    _, _, widened, retreats = widened_land(place, inputs, inputs["policy"])
    return {
        "retreat_m": plains(retreats),
        "surveyed_area_m2": widened.surveyed_m2[0],
        "widening_area_m2": widened.ceded_m2[0],
        "after_widening_area_m2": widened.after_m2[0],
        "part_areas_m2": part_areas(widened.after[0]),
        "forced_subdivision": bool(widened.forced_subdivision[0]),
        "status": "IN_PLAN" if widened.in_plan[0] else "NORMAL",
        "after_widening": place.back(widened.after[0]),
    }


def chamfer_cut(inputs: Inputs) -> Outputs:
    place = Place(inputs["parcel"])
    rows = inputs["corners"]
    corners = chamfer.Corners(
        lot=np.zeros(len(rows), dtype=np.int64),
        frontage_1=place.read(*[row["frontage_1"] for row in rows]),
        frontage_2=place.read(*[row["frontage_2"] for row in rows]),
        width_1_m=np.array([number(row.get("width_1_m")) for row in rows], dtype=float),
        width_2_m=np.array([number(row.get("width_2_m")) for row in rows], dtype=float),
        size_rule=np.array([row["size_rule"] for row in rows], dtype=object),
        measure=np.array([row["measure"] for row in rows], dtype=object),
    )
    cut = chamfer.cut_corners(place.read(inputs["parcel"]), corners, inputs["policy"])
    return chamfer_outputs(cut) | {
        "leg_2_m": plains(cut.leg_2_m),
        "base_m": plains(cut.base_m),
        "corner_status": list(cut.status),
        "chamfer_dimension_m": plains(cut.dimension_m),
        "chamfers_overlap": bool(cut.overlapping[0]),
        "net_parcel": place.back(cut.net[0]),
    }


def chamfer_outputs(cut: chamfer.Chamfers) -> Outputs:
    return {
        "corner_angle_deg": plains(cut.angle_deg),
        "leg_1_m": plains(cut.leg_1_m),
        "chamfer_area_m2": cut.lost_m2[0],
        "net_area_m2": shapely.area(cut.net[0]),
    }


def area_basis(inputs: Inputs) -> Outputs:
    place = Place(inputs["surveyed_parcel"])
    policy = inputs["policy"]
    shape = place.read(inputs["surveyed_parcel"], inputs["after_widening"], inputs["net_parcel"])
    existing, before, net = shapely.area(shape) * areas.ground_factor(policy.get("grid_to_ground"))
    deed = number(inputs.get("deed_area_m2"))
    lot = areas.Areas(*(np.array([area]) for area in (deed, existing, before, net)))
    tolerance = policy["deed_tolerance"]
    return {
        "deed_area_m2": plain(deed),
        "existing_area_m2": existing,
        "net_before_chamfer_area_m2": before,
        "net_area_m2": net,
        "min_deed_existing_area_m2": plain(lot.on_basis("MIN(DEED,EXISTING)")[0]),
        "ceded_area_m2": existing - before,
        "chamfer_area_m2": before - net,
        "deed_minus_existing_m2": plain(deed - existing),
        "permitted_discrepancy_m2": plain(areas.permitted_discrepancy_m2(deed, tolerance).item()),
        "discrepancy_within_tolerance": None
        if np.isnan(deed)
        else bool(areas.within_tolerance(deed, existing, tolerance)),
        "floor_area_cap_m2": _cap(lot, inputs, "far"),
        "coverage_cap_m2": _cap(lot, inputs, "coverage"),
    }


def _cap(lot: areas.Areas, inputs: Inputs, what: str) -> float | None:
    percent, basis = inputs.get(f"{what}_percent"), inputs.get(f"{what}_basis")
    return None if percent is None or basis is None else plain(percent / 100 * lot.on_basis(basis)[0])


def one_zone(asked: Inputs) -> Inputs:
    """When a lot lies in one zone, as the engine is told: a share of the lot, or m², is tolerated."""
    told = dict(asked)
    for key in [key for key in asked if key.endswith("_percent")]:
        told[key.removesuffix("_percent") + "_share"] = float(told.pop(key)) / 100
    return told


def zone_look_up(inputs: Inputs) -> Outputs:
    place = Place(inputs["net_parcel"])
    sliver, rows = inputs["policy"]["sliver"], inputs["zones"]
    lots, zones = place.read(inputs["net_parcel"]), place.read(*[row["polygon"] for row in rows])
    threshold = threshold_width_m(sliver, sliver["parcel_accuracy_m"], sliver["layer_accuracy_m"])
    pairs = (np.zeros(len(rows), dtype=np.int64), np.arange(len(rows)))
    policy = {"measure": sliver["measure"], "one_zone": one_zone(inputs["policy"]["one_zone"])}
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
        far = np.array([number(row.get("far_percent")) for row in rows])
        there = found.kind == "CONCERNED"
        lot, share, far = found.lot[there], found.share[there], far[there]
        outputs["weighted_far_percent"] = plain(weighted(lot, share, far, 1)[0])
        outputs["strictest_far_percent"] = plain(strictest(lot, far, 1)[0])
    return outputs
