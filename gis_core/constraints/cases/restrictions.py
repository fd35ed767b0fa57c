"""Answers cases about buffers, conflicting rules and printed tables."""

from typing import Any

import numpy as np
import shapely

from gis_core.constraints import (
    conflicts,
    tables,
)
from gis_core.constraints.cases.form import Inputs, Outputs, Place, number, part_areas, plain
from gis_core.constraints.conflicts import strictest_use
from gis_core.constraints.overlays import buffer_distance_m, buffer_shape, height_surface_m, judge
from gis_core.constraints.parting import without
from gis_core.constraints.plane import PASSING_M, Shapes, shapes
from gis_core.constraints.slivers import threshold_width_m


def _overlay_shapes(place: Place, overlay: Inputs) -> list[shapely.Geometry]:
    drawn = next(
        overlay[key] for key in ("geometry", "tracks", "conductors", "lines", "polygon") if key in overlay
    )
    return list(place.read(*(drawn if isinstance(drawn, list) else [drawn])))


def buffer(inputs: Inputs) -> Outputs:
    place = Place(inputs["net_parcel"])
    lots = place.read(inputs["net_parcel"])
    reason, distance_m, found = judged(place, lots, inputs["overlay"], inputs["policy"]["accuracy"])
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
        "buildable_part_areas_m2": part_areas(buildable[0]),
        "buildable": place.back(buildable[0]),
    }
    basis = buildable[0] if inputs["policy"].get("far_basis_shrinks") else lots[0]
    if inputs.get("far_percent") is not None:
        outputs["floor_area_cap_m2"] = inputs["far_percent"] / 100 * basis.area
    if inputs.get("coverage_percent") is not None:
        outputs["footprint_m2"] = min(inputs["coverage_percent"] / 100 * lots[0].area, buildable[0].area)
    return outputs


def judged(
    place: Place, lots: Shapes, overlay: Inputs, accuracy: Inputs
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


def height_surface(inputs: Inputs) -> Outputs:
    """The obstacle surface of an aerodrome over a lot, and the height that it leaves above the ground."""
    told = dict(inputs) | {
        key: each for one in inputs.values() if isinstance(one, dict) for key, each in one.items()
    }
    place = Place(told["net_parcel"])
    drawn = next(
        each
        for key, each in told.items()
        if key != "net_parcel" and str(each).startswith(("POINT", "POLYGON"))
    )
    if told.get("conical_slope") is None:
        told["conical_slope"] = number(told.get("conical_slope_percent")) / 100
    distance_m = shapely.distance(place.one(told["net_parcel"]), place.one(drawn))
    surface_m = height_surface_m(told, np.array([distance_m])).item()
    ground_m, planned_m = (
        number(next((each for key, each in told.items() if key.startswith(word)), None))
        for word in ("ground", "planned")
    )
    permitted_m = surface_m - ground_m
    free = np.isnan(surface_m) or permitted_m >= planned_m - PASSING_M
    untold = not np.isnan(surface_m) and np.isnan(permitted_m - planned_m)
    return {
        "distance_m": distance_m,
        "surface_elevation_m": plain(surface_m),
        "permitted_height_m": plain(permitted_m),
        "class": "UNKNOWN" if untold else "DOES_NOT_APPLY" if free else "APPLIES",
    }


def use(inputs: Inputs) -> Outputs:
    """What the matrix of zones and uses says of a use, or of several, on a lot in these zones."""
    zones = [zone["code"] if isinstance(zone, dict) else zone for zone in inputs["zones"]]
    rows = [inputs["matrix"].get(zone, {}) for zone in zones]
    asked = inputs["use"] if "use" in inputs else inputs["uses"]
    found = [
        strictest_use([row.get(name) or "UNKNOWN" for row in rows])
        for name in ([asked] if isinstance(asked, str) else asked)
    ]
    return {"state": found[0] if isinstance(asked, str) else found}


def conflict(inputs: Inputs) -> Outputs:
    found = conflicts.decide(inputs["bounds"], inputs["policy"]["equal_rank_conflict"])
    return {
        "state": found.state,
        "maximum": found.maximum,
        "maximum_binding": list(found.maximum_binding),
        "minimum": found.minimum,
        "minimum_binding": list(found.minimum_binding),
        "conflicting_rules": list(found.conflicting),
    }


def rule_table(inputs: Inputs) -> Outputs:
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
