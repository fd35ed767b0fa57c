"""What the overlay layers of a city say of lots: where each applies, is silent or leaves a value in doubt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import CONDITIONAL, Doubts
from gis_core.constraints.findings import OverlayFinding, Reason
from gis_core.constraints.plane import Floats, Ints, Shapes, flagged, present, shapes
from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer, Overlays


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
        if not len(judgement.lot):
            return judgement.silent if state == "unknown" else np.zeros(self.lots, dtype=bool)
        where = flagged(judgement.lot[judgement.state == state], self.lots)
        if state == "unknown":
            where |= judgement.silent
        return where

    def without_rule(self) -> list[tuple[str, NDArray[np.bool_]]]:
        """Layers that no rule names, and the lots (n,) where what they may show might forbid building."""
        untold = [one for one in self.judgements if one.rule is None and len(one.lot)]
        return [(one.layer, flagged(one.lot[one.state != "does_not_apply"], self.lots)) for one in untold]

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


def doubt_layers(doubts: Doubts, rows: list[tuple[str, NDArray[np.bool_]]], code: str) -> None:
    """Values that rest on layers which do not say enough are upper bounds: conditional, naming them."""
    rows = [row for row in rows if np.count_nonzero(row[1])]
    if not rows:
        return
    table = np.column_stack([where for _, where in rows])
    for pattern in np.unique(table[table.any(axis=1)], axis=0):
        layers = list(dict.fromkeys(layer for (layer, _), set_ in zip(rows, pattern, strict=True) if set_))
        doubts.add((table == pattern).all(axis=1), CONDITIONAL, Reason(code, {"layers": layers}))


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
