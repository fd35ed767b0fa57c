"""Brings the overlays of a city to bear on lots: which apply, where nothing may be built, how high."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import CONDITIONAL, Doubts
from gis_core.constraints.findings import OverlayFinding, OverlayState, Reason
from gis_core.constraints.overlays import (
    buffer_distance_m,
    buffer_shape,
    height_surface_m,
    judge,
    length_in,
    number_in,
)
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, present, shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.slivers import threshold_width_m
from gis_core.constraints.soundness import readable, whereabouts
from gis_core.constraints.values import Layer, Overlays, Surroundings

#: What a layer without a rule means: it is shown, its effect nobody has said.
WITHOUT_RULE: Mapping[str, Any] = {"measured_from": "POLYGON", "distance_m": 0.0, "effect": "INFO"}
#: A feature whose buffer no row gives leaves lots within the table's largest distance, or this, unknown.
UNTOLD_M = 50.0


@dataclass
class LayerJudgement:
    """
    One layer under one rule, against all lots: pairs (m,) of lot and feature, silence per lot (n,).

    `feature` is -1 where a raster and not a feature says it. `by_accuracy`: overlaps and gaps are judged by
    their width against the accuracy of lot and layer.
    """

    layer: str
    params: Mapping[str, Any]
    rule: Rule | None
    known: Layer | None
    lot: Ints
    feature: Ints
    state: NDArray[np.object_]
    reason: NDArray[np.object_]
    overlap: Shapes
    overlap_m2: Floats
    width_m: Floats
    distance_m: Floats
    height_m: Floats
    silence: NDArray[np.object_]
    by_accuracy: bool = False

    @cached_property
    def effect(self) -> str:
        """What the rule makes of it."""
        return str(self.params["effect"])

    @cached_property
    def silent(self) -> NDArray[np.bool_]:
        """Lots (n,) of which the layer does not tell whether it holds there."""
        return present(self.silence)

    def pairs_of(self, lot: int) -> list[int]:
        """Pairs of one lot in which the layer does not simply not apply."""
        if not len(self.lot):
            return []
        found: list[int] = ((self.lot == lot) & (self.state != "does_not_apply")).nonzero()[0].tolist()
        return found


@dataclass
class Restrictions:
    """All layers against all lots."""

    lots: int
    judgements: list[LayerJudgement] = field(default_factory=list)

    def no_build(self) -> tuple[Ints, Shapes]:
        """Lots and the shapes taken from what may be built on them."""
        pairs = [(j.lot, j.overlap) for j in self.judgements if j.effect == "NO_BUILD"]
        if not pairs:
            return np.array([], dtype=np.int64), shapes()
        lot, overlap = (np.concatenate(column) for column in zip(*pairs, strict=True))
        some = shapely.area(overlap) > 0
        return lot[some], overlap[some]

    def shrunk_m2(self) -> Floats:
        """
        Area (n,) that overlays take from the basis of the floor area ratio, where their rule says so.

        Ground that two of them hold is taken once.
        """
        taking = [one for one in self.judgements if one.params.get("far_basis_shrinks")]
        shrunk = np.zeros(self.lots)
        drawn = [one for one in taking if (one.feature >= 0).all()]
        if drawn:
            lot = np.concatenate([one.lot for one in drawn])
            overlap = np.concatenate([one.overlap for one in drawn])
            several = np.bincount(lot, minlength=self.lots)[lot] > 1
            shrunk[lot[~several]] = shapely.area(overlap[~several])
            for owner in np.unique(lot[several]):
                shrunk[owner] = shapely.union_all(overlap[lot == owner]).area
        for one in taking:
            if not (one.feature >= 0).all():  # a share of cells has no shape of its own
                np.add.at(shrunk, one.lot, one.overlap_m2)
        return shrunk

    def unsure_of_basis(self) -> dict[str, list[tuple[str, NDArray[np.bool_]]]]:
        """Layers that may take ground from that basis, and the lots (n,) on which their say is missing."""
        taking = [one for one in self.judgements if one.params.get("far_basis_shrinks")]
        return {
            state: [(one.layer, self.with_state(one, state)) for one in taking]
            for state in ("unknown", "borderline")
        }

    def leave_open(self, why: Reason) -> None:
        """Leave unknown what was judged by width and accuracy: nobody can say how they are compared."""
        for judgement in self.judgements:
            if judgement.by_accuracy:
                judgement.state[:] = "unknown"
                for reasons in (judgement.reason, judgement.silence):
                    reasons[~present(reasons)] = why
                judgement.__dict__.pop("silent", None)

    def unsure(self, effects: tuple[str, ...]) -> dict[str, list[tuple[str, NDArray[np.bool_]]]]:
        """Layers with such an effect whose say is missing: state -> (layer, lots (n,) of which it is so)."""
        found: dict[str, list[tuple[str, NDArray[np.bool_]]]] = {"unknown": [], "borderline": []}
        for judgement in self.judgements:
            if judgement.effect in effects:
                found["unknown"].append((judgement.layer, self.with_state(judgement, "unknown")))
                if len(judgement.lot):
                    found["borderline"].append((judgement.layer, self.with_state(judgement, "borderline")))
        return found

    def open_questions(self) -> list[tuple[str, NDArray[np.bool_]]]:
        """Layers, and the lots (n,) on which it is not known or borderline whether they hold."""
        return [
            (
                judgement.layer,
                self.with_state(judgement, "unknown") | self.with_state(judgement, "borderline"),
            )
            for judgement in self.judgements
        ]

    def with_state(self, judgement: LayerJudgement, state: str) -> NDArray[np.bool_]:
        """Lots (n,) on which a layer's judgement is so; of a layer that is silent unknown, too."""
        where = np.zeros(self.lots, dtype=bool)
        if not len(judgement.lot):
            return judgement.silent if state == "unknown" else where
        where[judgement.lot[judgement.state == state]] = True
        if state == "unknown":
            where |= judgement.silent
        return where

    def without_rule(self) -> list[tuple[str, NDArray[np.bool_]]]:
        """Layers that no rule names and the lots (n,) where they show something: it might forbid building."""
        untold = [one for one in self.judgements if one.rule is None and len(one.lot)]
        shown = [self.with_state(one, "applies") | self.with_state(one, "borderline") for one in untold]
        return [(one.layer, where) for one, where in zip(untold, shown, strict=True)]

    def agencies(self, effect: str) -> list[tuple[str, NDArray[np.bool_]]]:
        """Agencies whose word is needed, with the lots (n,) on which their condition applies."""
        found = []
        for judgement in self.judgements:
            if judgement.effect == effect and len(judgement.lot):
                where = np.zeros(self.lots, dtype=bool)
                where[judgement.lot[judgement.state == "applies"]] = True
                found.append((str(judgement.params.get("agency") or judgement.layer), where))
        return found

    def findings(self, lot: int, overlays: Overlays) -> tuple[OverlayFinding, ...]:
        """What each layer says of one lot, and that it says nothing."""
        found: list[OverlayFinding] = []
        for judgement in self.judgements:
            mine = judgement.pairs_of(lot)
            found += [_feature_finding(judgement, pair, overlays) for pair in mine]
            if not mine:
                found.append(_silent_finding(judgement, lot))
        return tuple(found)


def restrict(
    net: Shapes,
    accuracy_m: Floats,
    around: Surroundings,
    rules: RuleSet,
    policy: Mapping[str, Any],
    on: date,
    ground_m: Floats | None = None,
) -> Restrictions:
    """
    Judge every overlay layer against the net lots.

    A layer is judged once for each BUFFER and HEIGHT_SURFACE rule that names it, or once without a rule.
    `accuracy_m` (n,) of the lots; `policy`: `measure`, `combine`, `layer_accuracy_m`; `ground_m` (n,) height
    of the ground above sea level, nothing where it is not known.
    """
    found = Restrictions(len(net))
    tree = shapely.STRtree(net)
    ruled = rules.of_kind("BUFFER")
    passages = {rule.params["layer"] for rule in rules.of_kind("PLANNED_STREET")}
    surfaces = rules.of_kind("HEIGHT_SURFACE")
    named = {rule.params["layer"] for rule in [*ruled, *surfaces]} | passages
    for rule in ruled:
        found.judgements.append(_judged(tree, net, accuracy_m, around, rule.params, rule, policy, on))
    ground = np.full(len(net), np.nan) if ground_m is None or not len(ground_m) else ground_m
    for rule in surfaces:
        found.judgements.append(_under_surface(net, ground, around, rule, on))
    for key, layer in around.layers.items():
        if key not in named and layer.kind != "raster":  # a raster has no features: `ground.py` judges it
            params = {**WITHOUT_RULE, "layer": key}
            untold = _judged(tree, net, accuracy_m, around, params, None, policy, on)
            found.judgements.append(_without_rule(untold))
    return found


def _judged(
    tree: shapely.STRtree,
    net: Shapes,
    accuracy_m: Floats,
    around: Surroundings,
    params: Mapping[str, Any],
    rule: Rule | None,
    policy: Mapping[str, Any],
    on: date,
) -> LayerJudgement:
    layer = around.layers.get(params["layer"])
    silence = silence_of(layer, net, on)
    if not len(around.overlays.of_layer(params["layer"])):
        return _unheard(params, rule, layer, silence)
    accuracy = layer.accuracy_m if layer and layer.accuracy_m is not None else policy["layer_accuracy_m"]
    threshold_m = threshold_width_m(policy, accuracy_m, np.full(len(net), accuracy))
    reach_m = float(threshold_m.max(initial=0.0)) + 1e-6
    feature, area, untold = _areas(
        _within_reach(around.overlays, params, net, reach_m), around.overlays, params
    )
    number, lot = tree.query(area, predicate="dwithin", distance=reach_m) if len(area) else (NONE, NONE)
    if not len(lot):
        return replace(_unheard(params, rule, layer, silence), by_accuracy=True)
    found = judge(net[lot], area[number], threshold_m[lot], policy["measure"])
    state = np.array([STATE_NAMES[name] for name in found.state], dtype=object)
    reason = np.full(len(lot), None, dtype=object)
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
        height_m=_heights_m(around.overlays, feature[number], params),
        silence=silence,
        by_accuracy=True,
    )


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
        for at in np.flatnonzero(~present(reasons)):
            reasons[at] = why
    judgement.state[judgement.state == "does_not_apply"] = "unknown"
    return judgement


def _under_surface(
    net: Shapes, ground_m: Floats, around: Surroundings, rule: Rule, on: date
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
    silence = silence_of(layer, net, on)
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


#: Of no pair: positions, things, measures.
NONE = np.array([], dtype=np.int64)
NOTHING: NDArray[np.object_] = np.array([], dtype=object)
NO_MEASURE: Floats = np.array([], dtype=float)
STATE_NAMES: dict[str, OverlayState] = {
    "APPLIES": "applies",
    "BORDERLINE": "borderline",
    "DOES_NOT_APPLY": "does_not_apply",
}


def ground_held(overlays: Overlays, params: Mapping[str, Any], near: Shapes) -> tuple[Ints, Shapes]:
    """
    The features of a layer that could hold ground near some shapes, and the ground each holds.

    `params` are those of a BUFFER rule, or `WITHOUT_RULE` with the layer; everything in one plane. Where no
    row tells the distance, the ground reaches as far as the table's largest.
    """
    feature, area, _untold = _areas(_within_reach(overlays, params, near, 0.0), overlays, params)
    return feature, area


def _within_reach(overlays: Overlays, params: Mapping[str, Any], net: Shapes, reach_m: float) -> Ints:
    """Features of a layer that could hold ground of these lots: what lies far away need not be drawn."""
    mine = overlays.of_layer(params["layer"])
    if not len(mine) or not len(net):
        return mine
    named = [params.get(key, "") for key in ("outer_conductor_offset_attribute", "outside_width_attribute")]
    told = [length_in(overlays.attributes[number].get(name)) or 0.0 for number in mine for name in named]
    fixed = [params.get(key) or 0.0 for key in ("distance_m", "outer_conductor_offset_m", "outside_width_m")]
    most_m = sum(fixed) + max(told, default=0.0) + _largest_m(params) + reach_m
    lots = shapely.box(*shapely.total_bounds(net))
    # The ground between two lines of one feature is its own: its box holds all of it.
    # Of a shape without corners nothing says that it is far.
    return mine[~(shapely.distance(shapely.envelope(overlays.geometry[mine]), lots) > most_m)]


def _areas(
    near: Ints, overlays: Overlays, params: Mapping[str, Any]
) -> tuple[Ints, Shapes, NDArray[np.object_]]:
    """Of some features those that a rule selects, the ground each holds, and why it is not told, or None."""
    if not len(near):
        return NONE, shapes(), shapes()
    wanted = params.get("select") or {}
    mine = [
        number
        for number in near
        if all(overlays.attributes[number].get(key) == value for key, value in wanted.items())
    ]
    feature = np.array(mine, dtype=np.int64)
    untold = np.full(len(mine), None, dtype=object)
    broken = ~readable(overlays.geometry[feature])
    for at in np.flatnonzero(broken):
        untold[at] = Reason("INVALID_FEATURE", {"layers": [params["layer"]]})
    if params["measured_from"] == "POLYGON" and params.get("distance_m") == 0.0:
        area = overlays.geometry[feature]
    else:
        area = shapes(*[EMPTY] * len(mine))
        for at in np.flatnonzero(~broken):
            number = mine[at]
            area[at], no_row = _area(overlays.geometry[number], overlays.attributes[number], params)
            if no_row:
                untold[at] = Reason("NO_ROW", {"kind": "BUFFER"})
    for at in np.flatnonzero(broken):
        area[at] = shapely.buffer(whereabouts(overlays.geometry[mine[at]]), _farthest_m(params))
    return feature, area, untold


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


def _heights_m(overlays: Overlays, feature: Ints, params: Mapping[str, Any]) -> Floats:
    """Height that each feature permits, in metres; NaN where it does not say."""
    named, fixed = params.get("max_height_attribute", ""), params.get("max_height_m")
    told = [length_in(overlays.attributes[number].get(named, fixed)) for number in feature]
    return np.array([np.nan if value is None else float(value) for value in told], dtype=float)


def _largest_m(params: Mapping[str, Any]) -> float:
    rows = params.get("table", {}).get("rows", [])
    return max([row["distance_m"] for row in rows], default=UNTOLD_M)


def silence_of(layer: Layer | None, net: Shapes, on: date) -> NDArray[np.object_]:
    """Why a layer that shows nothing on a lot still proves nothing there; None where its silence is a no."""
    silence: NDArray[np.object_] = np.empty(len(net), dtype=object)
    if layer is None:
        silence[:] = Reason("MISSING_LAYER")
    elif _stale(layer, on):
        silence[:] = Reason("STALE_LAYER", {"surveyed_on": layer.surveyed_on.isoformat()})  # type: ignore[union-attr]
    elif layer.surveyed_extent is None:
        silence[:] = Reason("EXTENT_UNKNOWN")
    else:
        silence[~_within(layer.surveyed_extent, net)] = Reason("OUTSIDE_SURVEYED_EXTENT")
    silence[shapely.is_empty(net)] = Reason("IN_PLAN")  # a street takes all of it: nothing is left to judge
    return silence


def _within(extent: shapely.Geometry, net: Shapes) -> NDArray[np.bool_]:
    """Lots (n,) that an extent holds: all, where it holds the box around them, which is the usual case."""
    shapely.prepare(extent)
    if len(net) > 1 and shapely.covers(extent, shapely.box(*shapely.total_bounds(net))):
        return np.ones(len(net), dtype=bool)
    return np.asarray(shapely.covers(extent, net))


def _stale(layer: Layer, on: date) -> bool:
    if layer.surveyed_on is None or layer.stale_after_days is None:
        return False
    return layer.surveyed_on + timedelta(days=layer.stale_after_days) < on


def _feature_finding(judgement: LayerJudgement, pair: int, overlays: Overlays) -> OverlayFinding:
    feature, layer = judgement.feature[pair], judgement.known
    named = (layer.name_fa, layer.name_en) if layer else ("", "")
    if feature >= 0:
        # A feature without a name of its own is called as its layer is.
        named = (str(overlays.name_fa[feature]) or named[0], str(overlays.name_en[feature]) or named[1])
    return OverlayFinding(
        layer=judgement.layer,
        state=judgement.state[pair],
        effect=judgement.effect,
        code=str(overlays.code[feature]) if feature >= 0 else "",
        name_fa=named[0],
        name_en=named[1],
        overlap_m2=float(judgement.overlap_m2[pair]),
        width_m=None if np.isnan(judgement.width_m[pair]) else float(judgement.width_m[pair]),
        distance_m=float(judgement.distance_m[pair]),
        max_height_m=None if np.isnan(judgement.height_m[pair]) else float(judgement.height_m[pair]),
        agency=str(judgement.params.get("agency") or ""),
        reason=judgement.reason[pair],
        rule=judgement.rule.reference if judgement.rule else None,
    )


def _silent_finding(judgement: LayerJudgement, lot: int) -> OverlayFinding:
    reason = judgement.silence[lot]
    return OverlayFinding(
        layer=judgement.layer,
        state="does_not_apply" if reason is None else "unknown",
        effect=judgement.effect,
        name_fa=judgement.known.name_fa if judgement.known else "",
        name_en=judgement.known.name_en if judgement.known else "",
        agency=str(judgement.params.get("agency") or ""),
        reason=reason,
        rule=judgement.rule.reference if judgement.rule else None,
    )


def doubt_layers(doubts: Doubts, rows: list[tuple[str, NDArray[np.bool_]]], code: str) -> None:
    """Values that rest on layers which do not say enough are upper bounds: conditional, naming them."""
    rows = [row for row in rows if np.count_nonzero(row[1])]
    if not rows:
        return
    table = np.column_stack([where for _, where in rows])
    for pattern in np.unique(table[table.any(axis=1)], axis=0):
        layers = list(dict.fromkeys(layer for (layer, _), set_ in zip(rows, pattern, strict=True) if set_))
        doubts.add((table == pattern).all(axis=1), CONDITIONAL, Reason(code, {"layers": layers}))
