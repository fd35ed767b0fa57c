"""Brings the overlays of a city to bear on lots: which apply, where nothing may be built, how high."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.exactness import NEAR_M, Exactness
from gis_core.constraints.findings import OverlayState, Reason
from gis_core.constraints.ground_held import WITHOUT_RULE, areas_held, heights_m, within_reach
from gis_core.constraints.height_surfaces import under_surface
from gis_core.constraints.overlays import judge
from gis_core.constraints.plane import EMPTY, Floats, Shapes, blanks, present
from gis_core.constraints.restrictions import LayerJudgement, Restrictions
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.silence import Silence
from gis_core.constraints.slivers import TOUCHING_M
from gis_core.constraints.values import Layer, Surroundings

#: Of no pair: positions, things, measures.
NONE = np.array([], dtype=np.int64)
NOTHING: NDArray[np.object_] = np.array([], dtype=object)
NO_MEASURE: Floats = np.array([], dtype=float)
STATE_NAMES: dict[str, OverlayState] = {
    "APPLIES": "applies",
    "BORDERLINE": "borderline",
    "DOES_NOT_APPLY": "does_not_apply",
}


def restrict(
    net: Shapes,
    exact: Exactness,
    around: Surroundings,
    rules: RuleSet,
    silence: Silence,
    ground_m: Floats | None = None,
) -> Restrictions:
    """
    Judge every overlay layer against the net lots.

    A layer is judged once for each BUFFER and HEIGHT_SURFACE rule that names it, or once without a rule.
    `ground_m` (n,): height of the ground above sea level, nothing where it is not known.
    """
    found = Restrictions(len(net))
    tree = shapely.STRtree(net)
    ruled = rules.of_kind("BUFFER")
    passages = {rule.params["layer"] for rule in rules.of_kind("PLANNED_STREET")}
    surfaces = rules.of_kind("HEIGHT_SURFACE")
    named = {rule.params["layer"] for rule in [*ruled, *surfaces]} | passages
    for rule in ruled:
        found.judgements.append(_judged(tree, net, exact, around, rule.params, rule, silence))
    ground = np.full(len(net), np.nan) if ground_m is None or not len(ground_m) else ground_m
    for rule in surfaces:
        found.judgements.append(under_surface(net, ground, around, rule, silence))
    for key, layer in around.layers.items():
        if key not in named and layer.kind != "raster":  # a raster has no features: `ground.py` judges it
            params = {**WITHOUT_RULE, "layer": key}
            untold = _judged(tree, net, exact, around, params, None, silence)
            found.judgements.append(_without_rule(untold))
    return found


def _judged(
    tree: shapely.STRtree,
    net: Shapes,
    exact: Exactness,
    around: Surroundings,
    params: Mapping[str, Any],
    rule: Rule | None,
    silences: Silence,
) -> LayerJudgement:
    layer = around.layers.get(params["layer"])
    silence = silences.of(layer)
    if not len(around.overlays.of_layer(params["layer"])):
        return _unheard(params, rule, layer, silence)
    vague = exact.vague(layer)
    threshold_m = np.where(vague, NEAR_M, exact.misfit_m(layer))
    reach_m = float(threshold_m.max(initial=0.0)) + 2 * TOUCHING_M
    feature, area, untold = areas_held(
        within_reach(around.overlays, params, net, reach_m), around.overlays, params, rule
    )
    number, lot = tree.query(area, predicate="dwithin", distance=reach_m) if len(area) else (NONE, NONE)
    if not len(lot):
        return replace(_unheard(params, rule, layer, silence), by_accuracy=True)
    found = judge(net[lot], area[number], threshold_m[lot], exact.policy["measure"])
    state = np.array([STATE_NAMES[name] for name in found.state], dtype=object)
    reason = blanks(len(lot))
    near = state == "borderline"
    if near.any():
        _tell_near(near, net[lot], area[number], vague[lot], state, reason)
        if exact.assumed(layer):
            reason[near] = Reason("ACCURACY_ASSUMED", {"assumed_m": exact.policy["layer_accuracy_m"]})
    unread = present(untold[number])
    state[unread], reason[unread] = "unknown", untold[number[unread]]
    outside = np.array(
        [said is not None and said.code != "EXTENT_UNKNOWN" for said in silence[lot]], dtype=bool
    )
    state[outside], reason[outside] = "unknown", silence[lot][outside]
    overlap = found.overlap.copy()
    overlap[unread] = EMPTY
    return LayerJudgement(
        layer=params["layer"],
        params=params,
        rule=rule,
        known=layer,
        lot=lot.astype(np.int64),
        feature=feature[number],
        state=state,
        reason=reason,
        overlap=overlap,
        overlap_m2=shapely.area(overlap),
        width_m=found.width_m,
        distance_m=found.distance_m,
        height_m=heights_m(around.overlays, feature[number], params),
        silence=silence,
        by_accuracy=True,
    )


def _tell_near(
    near: NDArray[np.bool_],
    lots: Shapes,
    areas: Shapes,
    vague: NDArray[np.bool_],
    state: NDArray[np.object_],
    reason: NDArray[np.object_],
) -> None:
    """
    Of pairs (m,) so near that their exactness decides, and nobody has said it: unknown.

    As with zones, what holds a lot whole holds it without any misfit to be reckoned with.
    """
    untold = (near & vague).nonzero()[0]
    whole = shapely.covers(areas[untold], lots[untold])
    state[untold] = np.where(whole, "applies", "unknown")
    reason[untold[~whole]] = Reason("ACCURACY_NOT_TOLD")


def _unheard(
    params: Mapping[str, Any], rule: Rule | None, layer: Layer | None, silence: NDArray[np.object_]
) -> LayerJudgement:
    """A layer no feature of which comes near any of the lots: all it says is its silence."""
    return LayerJudgement(
        layer=params["layer"],
        params=params,
        rule=rule,
        known=layer,
        lot=NONE,
        feature=NONE,
        state=NOTHING,
        reason=NOTHING,
        overlap=NOTHING,
        overlap_m2=NO_MEASURE,
        width_m=NO_MEASURE,
        distance_m=NO_MEASURE,
        height_m=NO_MEASURE,
        silence=silence,
    )


def _without_rule(judgement: LayerJudgement) -> LayerJudgement:
    """A layer that no rule names proves nothing where it is silent: nobody has said how far it reaches."""
    why = Reason("LAYER_WITHOUT_RULE", {"layers": [judgement.layer]})
    for reasons in (judgement.silence, judgement.reason):
        for at in (~present(reasons)).nonzero()[0]:
            reasons[at] = why
    return judgement
