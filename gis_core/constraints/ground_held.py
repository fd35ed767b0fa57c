"""Draws the ground that the features of a layer hold near some lots, as a rule measures it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.findings import Reason
from gis_core.constraints.overlays import buffer_distance_m, buffer_shape, length_in, same_key
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, blanks, box_around, shapes
from gis_core.constraints.rules import Rule, no_row
from gis_core.constraints.soundness import readable, whereabouts
from gis_core.constraints.values import Overlays

#: What a layer without a rule means: it is shown, its effect nobody has said.
WITHOUT_RULE: Mapping[str, Any] = {"measured_from": "POLYGON", "distance_m": 0.0, "effect": "INFO"}
#: A feature whose buffer no row gives leaves lots within the table's largest distance, or this, unknown.
UNTOLD_M = 50.0


def ground_held(overlays: Overlays, params: Mapping[str, Any], near: Shapes) -> tuple[Ints, Shapes]:
    """
    The features of a layer that could hold ground near some shapes, and the ground each holds.

    `params` are those of a BUFFER rule, or `WITHOUT_RULE` with the layer; everything in one plane. Where no
    row tells the distance, the ground reaches as far as the table's largest.
    """
    feature, area, _untold = areas_held(within_reach(overlays, params, near, 0.0), overlays, params)
    return feature, area


def within_reach(overlays: Overlays, params: Mapping[str, Any], net: Shapes, reach_m: float) -> Ints:
    """Features of a layer that could hold ground of these lots: what lies far away need not be drawn."""
    mine = overlays.of_layer(params["layer"])
    if not len(mine) or not len(net):
        return mine
    named = [params.get(key, "") for key in ("outer_conductor_offset_attribute", "outside_width_attribute")]
    told = [length_in(overlays.attributes[number].get(name)) or 0.0 for number in mine for name in named]
    fixed = [params.get(key) or 0.0 for key in ("distance_m", "outer_conductor_offset_m", "outside_width_m")]
    most_m = sum(fixed) + max(told, default=0.0) + _largest_m(params) + reach_m
    lots = shapely.box(*box_around(net))
    # The ground between two lines of one feature is its own: its box holds all of it.
    # Of a shape without corners nothing says that it is far.
    return mine[~(shapely.distance(shapely.envelope(overlays.geometry[mine]), lots) > most_m)]


def areas_held(
    near: Ints, overlays: Overlays, params: Mapping[str, Any], rule: Rule | None = None
) -> tuple[Ints, Shapes, NDArray[np.object_]]:
    """
    Of some features those that a rule selects, the ground each holds, and why it is not told, or None.

    `rule`: the one with these `params`, which that reason names.
    """
    if not len(near):
        return near, shapes(), shapes()
    told = {number: _selects(params, overlays.attributes[number]) for number in near.tolist()}
    mine = [number for number, selects in told.items() if selects is not False]
    feature = np.array(mine, dtype=np.int64)
    untold = blanks(len(mine))
    for place, number in enumerate(mine):
        if told[number] is None:
            untold[place] = Reason("FEATURE_NOT_TOLD", {"layers": [params["layer"]]})
    broken = ~readable(overlays.geometry[feature])
    for at in broken.nonzero()[0]:
        untold[at] = Reason("INVALID_FEATURE", {"layers": [params["layer"]]})
    if params["measured_from"] == "POLYGON" and params.get("distance_m") == 0.0:
        area = overlays.geometry[feature]
    else:
        area = shapes(*[EMPTY] * len(mine))
        for at in (~broken).nonzero()[0]:
            number = mine[at]
            area[at], found_none = _area(overlays.geometry[number], overlays.attributes[number], params)
            if found_none:
                untold[at] = no_row("BUFFER", rule)
    for at in broken.nonzero()[0]:
        area[at] = shapely.buffer(whereabouts(overlays.geometry[mine[at]]), _farthest_m(params))
    return feature, area, untold


def _selects(params: Mapping[str, Any], attributes: Mapping[str, Any]) -> bool | None:
    """Whether a rule speaks of a feature; None where nobody has recorded what the rule selects by."""
    wanted = params.get("select") or {}
    found = {key: attributes.get(key) for key in wanted}
    missing = [key for key, told in found.items() if told is None or told == ""]
    if any(key not in missing and not same_key(wanted[key], found[key]) for key in wanted):
        return False
    return None if missing else True


def _farthest_m(params: Mapping[str, Any]) -> float:
    """How far a feature that cannot be read may reach beyond the box around it."""
    told = params.get("distance_m")
    return _largest_m(params) if told is None else float(told)


def _area(
    geometry: shapely.Geometry, attributes: Mapping[str, Any], params: Mapping[str, Any]
) -> tuple[shapely.Geometry, bool]:
    distance_m = buffer_distance_m(params, attributes.get(params.get("attribute", "")))
    offset = length_in(
        attributes.get(
            params.get("outer_conductor_offset_attribute", ""), params.get("outer_conductor_offset_m")
        )
    )
    width = length_in(
        attributes.get(params.get("outside_width_attribute", ""), params.get("outside_width_m"))
    )
    missing = {"OUTER_CONDUCTORS": offset, "OUTER_WALL_EDGE": width}.get(params["measured_from"], 0.0) is None
    if distance_m is None or missing:
        return shapely.buffer(geometry, _largest_m(params)), True
    given = {
        "measured_from": params["measured_from"],
        "outer_conductor_offset_m": offset,
        "outside_width_m": width,
    }
    return buffer_shape(given, [geometry], distance_m), False


def _largest_m(params: Mapping[str, Any]) -> float:
    rows = params.get("table", {}).get("rows", [])
    return max([row["distance_m"] for row in rows], default=UNTOLD_M)


def heights_m(overlays: Overlays, feature: Ints, params: Mapping[str, Any]) -> Floats:
    """Height that each feature permits, in metres; NaN where it does not say."""
    named, fixed = params.get("max_height_attribute", ""), params.get("max_height_m")
    told = [length_in(overlays.attributes[number].get(named, fixed)) for number in feature]
    return np.array([np.nan if value is None else float(value) for value in told], dtype=float)
