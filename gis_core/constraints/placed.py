"""Says which zone's rules hold on which lot, and what limits they give its parts."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.areas import Areas
from gis_core.constraints.columns import UNKNOWN, Doubts
from gis_core.constraints.findings import Reason
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.overlay_zones import Parts
from gis_core.constraints.plane import PASSING_M, Floats, Ints, blanks, present
from gis_core.constraints.rules import Rule, RuleSet, contradiction, one_of
from gis_core.constraints.zones import Overlaps, without_limits

#: Nobody can read a shape of the zoning plan that may lie on the lot.
INVALID_ZONE = Reason("INVALID_FEATURE", {"layers": ["zoning"]})


@dataclass(frozen=True)
class Placed:
    """
    Concerned zones of lots: pairs (m,) of lot and the code whose rules hold there; `single` (n,) the one.

    `parts`: the same pairs, cut where an overlay zone changes a limit; `limits` of those parts (k,), by
    name, as they are found. `code` is None where a lot is too small for its zone's rules and no other zone's
    hold instead; `fell` (m,): why the rules of another zone than its own hold, or None. `unzoned` (n,): why
    nobody can say in which zones a lot lies; `unruled` (n,): why nobody can say whose rules hold on it.
    """

    lots: int
    overlaps: Overlaps
    lot: Ints
    code: NDArray[np.object_]
    single: NDArray[np.object_]
    doubts: Doubts
    split: str
    parts: Parts
    fell: NDArray[np.object_]
    unzoned: Doubts
    unruled: Doubts
    limits: dict[str, Floats] = field(default_factory=dict)

    @cached_property
    def several_parts(self) -> bool:
        """Whether any of the lots has more than one part."""
        return bool((self.parts.lot[1:] == self.parts.lot[:-1]).any())

    @cached_property
    def by_code(self) -> dict[str, Ints]:
        """The pairs of each code, by code."""
        found: dict[str, list[int]] = {}
        for pair, code in enumerate(self.code.tolist()):
            if code is not None:
                found.setdefault(code, []).append(pair)
        return {code: np.array(found[code], dtype=np.int64) for code in sorted(found)}

    def ruled_by(self, pair: int) -> str:
        """The zone whose rules hold on one pair, its own or the one it fell to; or empty."""
        known = self.unruled.state[self.lot[pair]] != UNKNOWN and self.code[pair] is not None
        return str(self.code[pair]) if known else ""

    def why_fell(self, pair: int) -> Reason | None:
        """Why another zone's rules than its own hold on one pair; None where its own do."""
        found: Reason | None = self.fell[pair]
        return found

    def limits_from(self, lot: int, zones: int) -> list[dict[str, float | None]]:
        """The strictest of each limit within each of the concerned zones of a lot; None where not known."""
        pair = np.searchsorted(self.lot, lot)
        ends = np.searchsorted(self.parts.pair, np.arange(pair, pair + zones + 1))
        return [
            {name: _told(values[first:last].min()) for name, values in self.limits.items()}
            for first, last in pairwise(ends)
        ]


def place(
    overlaps: Overlaps,
    parts: Parts,
    codes: NDArray[np.object_],
    areas: Areas,
    widths_m: Floats,
    rules: RuleSet,
    unzoned: Doubts,
) -> Placed:
    """Which zone's rules hold on which lot: of a lot too small for its zone's rules, those it falls to."""
    lots = len(areas.net_m2)
    rule = rules.pick("ZONE").rule
    split = rule.params["split_zone_limits"] if rule else "DESK"
    doubts, unruled = unzoned.copy(), unzoned.copy()
    if split == "DESK":
        doubts.add(overlaps.state == "MULTI_ZONE", UNKNOWN, Reason("MULTI_ZONE"))
    concerned = (overlaps.kind == "CONCERNED").nonzero()[0]
    lot = overlaps.lot[concerned]
    own = codes[overlaps.zone[concerned]]
    code, fell = own.copy(), blanks(len(own))
    sized = _Sized(lot, areas, widths_m, rules)
    for _ in rules.of_kind("MIN_LOT"):
        if not _fall(code, fell, sized, unruled):
            break
    else:
        _stop_circling(code, fell, sized, unruled)
    for pair in present(fell).nonzero()[0]:
        fell[pair] = replace(fell[pair], args={"zone": own[pair], "falls_to": code[pair], **fell[pair].args})
    fell[~present(code)] = None
    doubts.add_each(unruled.state == UNKNOWN, UNKNOWN, lambda one: unruled.reason[one])
    single = np.full(lots, "", dtype=object)
    one = overlaps.state[lot] == "ONE_ZONE"
    single[lot[one]] = codes[overlaps.zone[concerned[one]]]
    return Placed(lots, overlaps, lot, code, single, doubts, split, parts, fell, unzoned, unruled)


@dataclass(frozen=True)
class _Sized:
    """Lots of pairs with a zone (m,), and what tells whether such a lot is too small for its zone's rules."""

    lot: Ints
    areas: Areas
    widths_m: Floats
    rules: RuleSet

    def too_small(
        self, rule: Rule, lots: Ints, doubts: Doubts
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which lots are too small for a rule and which passages too narrow; doubts where nobody can say."""
        area_m2, width_m = self.areas.on_basis(rule.area_basis or "NET")[lots], self.widths_m[lots]
        for param, value, key in (
            ("min_passage_m", width_m, "governing_width_m"),
            ("min_area_m2", area_m2, "deed_area_m2"),
        ):
            if rule.params.get(param) is not None:
                unknown_on(doubts, lots[np.isnan(value)], Reason("INPUT_UNKNOWN", {"inputs": [key]}))
        small = area_m2 < rule.params.get("min_area_m2", 0.0) - PASSING_M
        return small, width_m < rule.params.get("min_passage_m", 0.0) - PASSING_M


def _stop_circling(
    code: NDArray[np.object_], fell: NDArray[np.object_], sized: _Sized, doubts: Doubts
) -> None:
    """Where zones send a lot from one to another and back, nobody has said whose rules hold on it."""
    before = code.copy()
    _fall(code, fell, sized, doubts)
    circling = code != before
    named = {*code[circling], *before[circling]}
    sending = [rule for rule in sized.rules.of_kind("MIN_LOT") if rule.zone_code in named]
    unknown_on(doubts, sized.lot[circling], contradiction(sending))
    code[circling] = None


def _fall(code: NDArray[np.object_], fell: NDArray[np.object_], sized: _Sized, doubts: Doubts) -> bool:
    """
    Replace the codes of lots that are too small for their zone's rules; whether any was replaced.

    `fell` gets why a lot left its own zone's rules.
    """
    again = False
    for name in sorted({name for name in code if name is not None}):
        picked, here = sized.rules.pick("MIN_LOT", name), (code == name).nonzero()[0]
        rule, lots = picked.rule, sized.lot[here]
        if picked.conflict:
            unknown_on(doubts, lots, picked.why_none("MIN_LOT", name))
        if rule is None:
            continue
        small, narrow = sized.too_small(rule, lots, doubts)
        if not (small | narrow).any():
            continue
        falls_to = rule.params.get("falls_to")
        for where, param, falls, stays in (
            (small, "min_area_m2", "FALLS_BY_AREA", "LOT_TOO_SMALL"),
            (narrow, "min_passage_m", "FALLS_BY_PASSAGE", "PASSAGE_TOO_NARROW"),
        ):
            least = {param: rule.params.get(param)}
            if falls_to is None:
                unknown_on(doubts, lots[where], Reason(stays, least))
            pairs = here[where]
            fell[pairs[~present(fell[pairs])]] = Reason(falls, least)
        falling = here[small | narrow]
        again |= falls_to is not None and bool((code[falling] != falls_to).any())
        code[falling] = falls_to
    return again


def unknown_on(doubts: Doubts, lots: Ints, reason: Reason) -> None:
    """Add to the doubts that something is unknown on some lots, by their positions."""
    if not len(lots):
        return
    where = np.zeros(len(doubts.state), dtype=bool)
    where[lots] = True
    doubts.add(where, UNKNOWN, reason)


def _told(value: np.floating[Any]) -> float | None:
    return float(value) if np.isfinite(value) else None


def unzoned_lots(
    overlaps: Overlaps,
    untold: NDArray[np.object_],
    unread: NDArray[np.bool_],
    unclear: Reason | None,
    vague: NDArray[np.bool_],
) -> Doubts:
    """
    Why nobody can say in which zones lots lie.

    `untold` (n,): why the plan itself cannot be relied on there, or None; `unread` (n,): lots that may lie in
    a zone whose shape cannot be read; `unclear`: why nobody can say what a zone must be to concern a lot;
    `vague` (n,): lots whose zones hang on how exact the maps are, which nobody has said.
    """
    doubts = Doubts.none(len(unread)).add_each(present(untold), UNKNOWN, lambda lot: untold[lot])
    doubts.add(unread, UNKNOWN, INVALID_ZONE)
    if unclear is not None:
        doubts.add(np.ones(len(unread), dtype=bool), UNKNOWN, unclear)
    for where, why in without_limits(overlaps):
        doubts.add(where, UNKNOWN, why)
    return doubts.add(vague, UNKNOWN, Reason("ACCURACY_UNKNOWN"))


def rule_of_lots(placed: Placed, kind: str, rules: RuleSet) -> LotRules:
    """
    The rule of a kind per lot: of its zone, or of the whole city.

    None where the zones of a lot have different ones: nobody has said which of them holds. Where nobody can
    say whose rules hold on a lot, only what is the same in every zone holds.
    """
    if not rules.zones_with(kind):
        return LotRules.alike(kind, rules.pick(kind), placed.lots)
    picked = np.full(placed.lots, rules.pick(kind), dtype=object)
    seen = np.zeros(placed.lots, dtype=bool)
    for code in sorted({code for code in placed.code if code is not None}):
        mine, lots = rules.pick(kind, code), placed.lot[placed.code == code]
        for lot in lots[seen[lots]]:
            picked[lot] = one_of([picked[lot], mine])
        picked[lots[~seen[lots]]] = mine
        seen[lots] = True
    unruled = placed.unruled.state == UNKNOWN
    picked[unruled] = rules.of_any_zone(kind)
    silences: dict[tuple[str, str], tuple[Reason, NDArray[np.bool_]]] = {}
    rule = np.empty(placed.lots, dtype=object)
    for lot, one in enumerate(picked):
        rule[lot] = one.rule
        if one.rule is None:
            why = placed.unruled.reason[lot] if one.apart and unruled[lot] else one.why_none(kind)
            nowhere = np.zeros(placed.lots, dtype=bool)
            silences.setdefault((why.code, str(why.args)), (why, nowhere))[1][lot] = True
    return LotRules(rule, tuple(silences.values()))
