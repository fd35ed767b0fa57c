"""Lets overlay zones change the limits of the zones below them: replace, relax, restrict."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import CONDITIONAL, UNKNOWN, Doubts
from gis_core.constraints.exactness import Exactness
from gis_core.constraints.findings import Reason
from gis_core.constraints.parting import inside, outside
from gis_core.constraints.plane import Floats, Ints, Shapes, blanks, flagged
from gis_core.constraints.restrictions import LayerJudgement, Restrictions
from gis_core.constraints.rules import Rule, contradiction
from gis_core.constraints.slivers import wider, widths_m
from gis_core.constraints.zones import Overlaps

#: What overlay zones do to a limit, in the order in which it is done: the restriction has the last word.
CHANGES: tuple[str, ...] = ("REPLACE", "RELAX", "RESTRICT")
#: The limits that an overlay zone may change.
CHANGED = ("far_percent", "coverage_percent", "storeys")


@dataclass(frozen=True)
class Parts:
    """
    Parts of lots (k,) in each of which the same limits hold: zones, cut where an overlay zone begins.

    `pair`: position among the concerned pairs of lot and zone; `lot` its lot, ascending; `share` of the net
    lot. `under` (k, c): which of the `changes` hold there, those of the highest rank first.
    """

    lots: int
    pair: Ints
    lot: Ints
    share: Floats
    under: NDArray[np.bool_]
    changes: tuple[LayerJudgement, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that may change a limit, those of the highest rank first."""
        return tuple(_rule(change) for change in self.changes)

    def of(self, param: str, effect: str) -> list[tuple[int, LayerJudgement]]:
        """Changes of one limit by one effect, with their columns in `under`."""
        numbered = enumerate(self.changes)
        return [(at, one) for at, one in numbered if one.effect == effect and param in one.params]


def cut(overlaps: Overlaps, restrictions: Restrictions, exact: Exactness) -> Parts:
    """
    Cut the concerned zones of lots where overlay zones begin that change a limit.

    A piece that is no wider than the combined accuracy of lot and layer stays with the rest, as a zone's
    sliver does. Source: rules.md sections 1 and 21.
    """
    concerned, measure = (overlaps.kind == "CONCERNED").nonzero()[0], exact.policy["measure"]
    changes = sorted(
        (one for one in restrictions.judgements if one.effect in CHANGES), key=lambda one: _rule(one).rank
    )
    pair, share = np.arange(len(concerned)), overlaps.share[concerned]
    shape = overlaps.shape[concerned]
    under = np.zeros((len(pair), len(changes)), dtype=bool)
    for at, change in enumerate(changes):
        limit_m = exact.misfit_m(change.known)
        lot = overlaps.lot[concerned[pair]]
        met, ground = _met(change, lot)
        inner, outer = inside(shape[met], ground), outside(shape[met], ground)
        limits_m = limit_m[lot[met]]
        outer_wide = wider(widths_m(outer, measure, limits_m), limits_m)
        inner_wide = wider(widths_m(inner, measure, limits_m), limits_m)
        both = inner_wide & outer_wide
        under[met[inner_wide], at] = True
        split, left = met[both], np.setdiff1d(np.arange(len(pair)), met[both])
        within = shapely.area(inner[both]) / (shapely.area(inner[both]) + shapely.area(outer[both]))
        beyond = under[split].copy()
        beyond[:, at] = False
        order = np.argsort(np.r_[pair[left], pair[split], pair[split]], kind="stable")
        share = np.r_[share[left], share[split] * within, share[split] * (1 - within)][order]
        shape = np.r_[shape[left], inner[both], outer[both]][order]
        under = np.r_[under[left], under[split], beyond][order]
        pair = np.r_[pair[left], pair[split], pair[split]][order]
    return Parts(len(exact.accuracy_m), pair, overlaps.lot[concerned[pair]], share, under, tuple(changes))


def _met(change: LayerJudgement, lot: Ints) -> tuple[Ints, Shapes]:
    """Parts on whose lots an overlay zone applies, and the ground that all its polygons hold there."""
    applies = (change.state == "applies").nonzero()[0]
    grounds = {
        int(owner): shapely.union_all(change.overlap[applies[change.lot[applies] == owner]])
        for owner in np.unique(change.lot[applies])
    }
    met = np.isin(lot, list(grounds)).nonzero()[0]
    ground = np.empty(len(met), dtype=object)
    ground[:] = [grounds[int(owner)] for owner in lot[met]]
    return met, ground


def changed(values: Floats, parts: Parts, param: str) -> tuple[Floats, NDArray[np.object_]]:
    """
    A limit (k,) as overlay zones leave it, and the rule (k,) of the last one that changed it, or None.

    Replaced by the overlay zone of the highest rank, then relaxed, then restricted: what forbids has the
    last word. A limit of the zone that is not known stays unknown unless it is replaced.
    """
    found, by = values.copy(), blanks(len(values))
    for effect in CHANGES if parts.changes else ():
        # The lowest rank first, so that the highest overrides it.
        for at, change in reversed(parts.of(param, effect)):
            told = float(change.params[param])
            new = {"REPLACE": np.full(len(found), told), "RELAX": np.maximum(found, told)}.get(
                effect, np.minimum(found, told)
            )
            here = parts.under[:, at] & (new != found) & ~np.isnan(new)
            found[here], by[here] = new[here], _rule(change)
    return found, by


def doubt_changes(doubts: Doubts, parts: Parts, restrictions: Restrictions, param: str) -> None:
    """
    What overlay zones that are borderline or not known leave open in a limit.

    A restriction may still hold: the value is an upper bound. A relaxation that is not sure is not counted.
    Of a replacement nothing can be said, nor where two of equal rank replace by different values.
    """
    if not parts.changes:
        return
    for effect, level in (("RESTRICT", CONDITIONAL), ("REPLACE", UNKNOWN)):
        for _, change in parts.of(param, effect):
            for state, code in (("unknown", "OVERLAY_UNKNOWN"), ("borderline", "OVERLAY_BORDERLINE")):
                where = restrictions.with_state(change, state)
                doubts.add(where, level, Reason(code, {"layers": [change.layer]}))
    replacing = parts.of(param, "REPLACE")
    for number, (at, one) in enumerate(replacing):
        for other_at, other in replacing[number + 1 :]:
            if _rule(one).rank == _rule(other).rank and one.params[param] != other.params[param]:
                where = flagged(parts.lot[parts.under[:, at] & parts.under[:, other_at]], parts.lots)
                doubts.add(where, UNKNOWN, contradiction([_rule(one), _rule(other)]))


def doubt_partly(doubts: Doubts, parts: Parts, values: Floats) -> None:
    """Where a desk decides on split lots: a zone that an overlay zone changes on a part of it only."""
    if not parts.changes:
        return
    differs = (parts.pair[1:] == parts.pair[:-1]) & (values[1:] != values[:-1])
    where = flagged(parts.lot[1:][differs], parts.lots)
    layers = {one.layer: parts.under[:, at] for at, one in enumerate(parts.changes)}
    doubts.add_each(
        where,
        UNKNOWN,
        lambda lot: Reason(
            "PARTLY_UNDER_OVERLAY",
            {"layers": [layer for layer, under in layers.items() if under[parts.lot == lot].any()]},
        ),
    )


def _rule(change: LayerJudgement) -> Rule:
    if change.rule is None:
        raise ValueError(f"Expected a rule that lets the layer {change.layer} change a limit, got none.")
    return change.rule
