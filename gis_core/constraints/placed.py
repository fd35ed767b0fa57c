"""Says which zone's rules hold on which lot, and what limits they give its parts."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.areas import Areas
from gis_core.constraints.columns import (
    UNKNOWN,
    Doubts,
)
from gis_core.constraints.findings import Reason
from gis_core.constraints.overlay_zones import Parts
from gis_core.constraints.plane import PASSING_M, Floats, Ints
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.zones import Overlaps, without_limits

#: Nobody can read a shape of the zoning plan that may lie on the lot.
INVALID_ZONE = Reason("INVALID_FEATURE", {"layers": ["zoning"]})


@dataclass(frozen=True)
class Placed:
    """
    Concerned zones of lots: pairs (m,) of lot and the code whose rules hold there; `single` (n,) the one.

    `parts`: the same pairs, cut where an overlay zone changes a limit; `limits` of those parts (k,), by
    name, as they are found. `code` is None where a lot is too small for its zone's rules and no other zone's
    hold instead. `unread` (n,): lots that may lie in a zone whose shape cannot be read.
    """

    lots: int
    overlaps: Overlaps
    lot: Ints
    code: NDArray[np.object_]
    single: NDArray[np.object_]
    doubts: Doubts
    split: str
    parts: Parts
    unread: NDArray[np.bool_]
    limits: dict[str, Floats] = field(default_factory=dict)

    @cached_property
    def several_parts(self) -> bool:
        """Whether any of the lots has more than one part."""
        return bool((self.parts.lot[1:] == self.parts.lot[:-1]).any())

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
    unread: NDArray[np.bool_],
) -> Placed:
    """Which zone's rules hold on which lot: of a lot too small for its zone's rules, those it falls to."""
    lots = len(areas.net_m2)
    rule = rules.everywhere("ZONE")
    split = rule.params["split_zone_limits"] if rule else "DESK"
    doubts = Doubts.none(lots).add(unread, UNKNOWN, INVALID_ZONE)
    for where, why in without_limits(overlaps):
        doubts.add(where, UNKNOWN, why)
    if split == "DESK":
        doubts.add(overlaps.state == "MULTI_ZONE", UNKNOWN, Reason("MULTI_ZONE"))
    concerned = np.flatnonzero(overlaps.kind == "CONCERNED")
    lot = overlaps.lot[concerned]
    code = codes[overlaps.zone[concerned]].copy()
    for _ in range(5):
        if not _fall(code, lot, areas, widths_m, rules, doubts):
            break
    single = np.full(lots, "", dtype=object)
    one = overlaps.state[lot] == "ONE_ZONE"
    single[lot[one]] = codes[overlaps.zone[concerned[one]]]
    return Placed(lots, overlaps, lot, code, single, doubts, split, parts, unread)


def _fall(
    code: NDArray[np.object_], lot: Ints, areas: Areas, widths_m: Floats, rules: RuleSet, doubts: Doubts
) -> bool:
    """Replace the codes of lots that are too small for their zone's rules; whether any was replaced."""
    fell = False
    for name in sorted({name for name in code if name is not None}):
        picked, here = rules.pick("MIN_LOT", name), np.flatnonzero(code == name)
        rule = picked.rule
        if picked.conflict:
            unknown_on(doubts, lot[here], Reason("RULES_CONFLICT", {"rules": list(picked.conflict)}))
        if rule is None:
            continue
        area_m2, width_m = areas.on_basis(rule.area_basis or "NET")[lot[here]], widths_m[lot[here]]
        small = area_m2 < rule.params.get("min_area_m2", 0.0) - PASSING_M
        narrow = width_m < rule.params.get("min_passage_m", 0.0) - PASSING_M
        unsaid = np.isnan(width_m) & (rule.params.get("min_passage_m") is not None)
        unknown_on(doubts, lot[here[unsaid]], Reason("INPUT_UNKNOWN", {"inputs": ["governing_width_m"]}))
        unsaid = np.isnan(area_m2) & (rule.params.get("min_area_m2") is not None)
        unknown_on(doubts, lot[here[unsaid]], Reason("INPUT_UNKNOWN", {"inputs": ["deed_area_m2"]}))
        falls_to = rule.params.get("falls_to")
        if falls_to is None:
            unknown_on(
                doubts,
                lot[here[small]],
                Reason("LOT_TOO_SMALL", {"min_area_m2": rule.params.get("min_area_m2")}),
            )
            narrowest = {"min_passage_m": rule.params.get("min_passage_m")}
            unknown_on(doubts, lot[here[narrow]], Reason("PASSAGE_TOO_NARROW", narrowest))
        code[here[small | narrow]] = falls_to
        fell |= bool((small | narrow).any()) and falls_to is not None
    return fell


def unknown_on(doubts: Doubts, lots: Ints, reason: Reason) -> None:
    """Add to the doubts that something is unknown on some lots, by their positions."""
    where = np.zeros(len(doubts.state), dtype=bool)
    where[lots] = True
    doubts.add(where, UNKNOWN, reason)


def _told(value: np.floating[Any]) -> float | None:
    return float(value) if np.isfinite(value) else None


def rule_of_lots(placed: Placed, kind: str, rules: RuleSet) -> NDArray[np.object_]:
    """
    The rule of a kind per lot (n,): of its zone, or of the whole city; None without one.

    None as well where the zones of a lot have different ones: nobody has said which of them holds.
    """
    found = np.full(placed.lots, rules.everywhere(kind), dtype=object)
    seen = np.zeros(placed.lots, dtype=bool)
    apart = np.zeros(placed.lots, dtype=bool)
    for code in sorted({code for code in placed.code if code is not None}):
        rule, lots = rules.pick(kind, code).rule, placed.lot[placed.code == code]
        again = lots[seen[lots]]
        apart[[lot for lot in again if not _same(found[lot], rule)]] = True
        found[lots], seen[lots] = rule, True
    found[apart] = None
    return found


def _same(one: Rule | None, other: Rule | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or (one.params, one.area_basis) == (other.params, other.area_basis)
