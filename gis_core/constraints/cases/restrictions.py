"""Answers cases about buffers, conflicting rules and printed tables."""

from typing import Any

import numpy as np
import shapely

from gis_core.constraints import (
    conflicts,
    tables,
)
from gis_core.constraints.cases.form import Inputs, Outputs, Place, part_areas
from gis_core.constraints.overlays import buffer_distance_m, buffer_shape, judge
from gis_core.constraints.parting import without
from gis_core.constraints.plane import Shapes, shapes
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
