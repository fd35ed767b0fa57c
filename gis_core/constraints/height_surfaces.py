"""Judges the obstacle surfaces of aerodromes over lots: the height they leave above the ground."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.findings import Reason
from gis_core.constraints.overlays import height_surface_m, number_in
from gis_core.constraints.plane import Floats, Shapes
from gis_core.constraints.restrictions import LayerJudgement
from gis_core.constraints.rules import Rule
from gis_core.constraints.silence import Silence
from gis_core.constraints.soundness import readable
from gis_core.constraints.values import Surroundings


def under_surface(
    net: Shapes, ground_m: Floats, around: Surroundings, rule: Rule, silences: Silence
) -> LayerJudgement:
    """The obstacle surface of each feature of a layer over the lots, and the height left above ground."""
    layer = around.layers.get(rule.params["layer"])
    params = {**rule.params, "effect": "HEIGHT_LIMIT"}
    feature = around.overlays.of_layer(rule.params["layer"])
    lot, which = (side.ravel() for side in np.meshgrid(np.arange(len(net)), feature, indexing="ij"))
    broken = np.isin(which, feature[~readable(around.overlays.geometry[feature])])
    distance_m = np.zeros(len(lot))
    distance_m[~broken] = shapely.distance(net[lot[~broken]], around.overlays.geometry[which[~broken]])
    surface_m = np.full(len(lot), np.nan)
    within = np.zeros(len(lot), dtype=bool)
    for number in feature:
        here = which == number
        elevation_m = _elevation_m(around.overlays.attributes[number], params)
        told = {**params, "aerodrome_elevation_m": 0.0}
        above_m = height_surface_m(told, distance_m[here])
        within[here] = ~np.isnan(above_m)
        surface_m[here] = above_m + elevation_m
    within |= broken
    lot, which, distance_m, broken = lot[within], which[within], distance_m[within], broken[within]
    height_m = np.where(broken, np.nan, surface_m[within] - ground_m[lot])
    state, reason = np.full(len(lot), "applies", dtype=object), np.full(len(lot), None, dtype=object)
    untold = np.isnan(height_m)
    state[untold], reason[untold] = "unknown", Reason("GROUND_UNKNOWN")
    reason[broken] = Reason("INVALID_FEATURE", {"layers": [rule.params["layer"]]})
    silence = silences.of(layer)
    return LayerJudgement(
        layer=rule.params["layer"],
        params=params,
        rule=rule,
        known=layer,
        lot=lot.astype(np.int64),
        feature=which.astype(np.int64),
        state=state,
        reason=reason,
        overlap=net[lot],
        overlap_m2=shapely.area(net[lot]),
        width_m=np.full(len(lot), np.nan),
        distance_m=distance_m,
        height_m=height_m,
        silence=silence,
    )


def _elevation_m(attributes: Mapping[str, Any], params: Mapping[str, Any]) -> float:
    named, fixed = params.get("aerodrome_elevation_attribute", ""), params.get("aerodrome_elevation_m")
    told = number_in(attributes.get(named, fixed))
    return np.nan if told is None else told
