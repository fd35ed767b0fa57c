"""Finds the limits of lots in their zones: floor area ratio, coverage, storeys, widths of passages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.areas import Areas
from gis_core.constraints.bands import looked_up
from gis_core.constraints.columns import (
    DISCRETIONARY,
    NEEDS_INSPECTION,
    UNKNOWN,
    Column,
    Doubts,
    Table,
    metres,
)
from gis_core.constraints.findings import Reason
from gis_core.constraints.lot_rules import each_rule
from gis_core.constraints.overlay_zones import Parts, changed, doubt_changes, doubt_partly
from gis_core.constraints.plane import PASSING_M, Floats, Ints, flagged, or_none
from gis_core.constraints.restrictions import Restrictions, doubt_layers
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.storeys import (
    Limit,
    by_density,
    by_height,
    by_width,
    height_m,
    least,
    may_request,
)
from gis_core.constraints.values import Edges, Passages
from gis_core.constraints.widths import doubt_widths, frontage_widths
from gis_core.constraints.zones import Overlaps, strictest, weighted, without_limits

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

    def limits_from(self, lot: int, zones: int) -> list[dict[str, float | None]]:
        """The strictest of each limit within each of the concerned zones of a lot; None where not known."""
        pair = np.searchsorted(self.lot, lot)
        ends = np.searchsorted(self.parts.pair, np.arange(pair, pair + zones + 1))
        return [
            {name: _told(values[first:last].min()) for name, values in self.limits.items()}
            for first, last in pairwise(ends)
        ]


def governing_widths(
    table: Table, edges: Edges, passages: Passages, rules: RuleSet, width_tolerance_m: Floats
) -> Floats:
    """
    Widths of the passages that govern, into the table; NaN where not known, in metres.

    The recorded width of a passage stands before the measured one. Where they differ by more than
    `width_tolerance_m` (n,), the finding says so; it needs an inspection where the difference changes it.
    """
    rule = rules.everywhere("STOREY_POLICY")
    doubts = Doubts.none(table.lots)
    widths = np.full(table.lots, np.nan)
    everyone = np.ones(table.lots, dtype=bool)
    if rule is None:
        doubts.add(everyone, UNKNOWN, Reason("NO_RULE", {"kind": "STOREY_POLICY"}))
    else:
        fronts = frontage_widths(edges, passages, rule.params)
        lot, width_m, passage = fronts.lot, fronts.governing_m, fronts.passage
        np.fmax.at(widths, lot, width_m)
        # An unknown frontage might be wider than the widest known one.
        hidden = flagged(lot[np.isnan(width_m)], table.lots)
        widths[hidden] = np.nan
        streets = {
            int(owner): str(passages.key[at]) for owner, at in zip(lot, passage, strict=True) if at >= 0
        }
        doubts.add_each(
            hidden,
            UNKNOWN,
            lambda at: Reason("WIDTH_UNKNOWN", {"streets": [streets[at]] if at in streets else []}),
        )
        doubts.add(np.isnan(widths), UNKNOWN, Reason("NO_ACCESS"))
        doubt_widths(doubts, fronts, passages, width_tolerance_m)
    table.add("governing_width_m", widths, unit="m", doubts=doubts, rule=rule)
    return widths


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
            _doubt(doubts, lot[here], Reason("RULES_CONFLICT", {"rules": list(picked.conflict)}))
        if rule is None:
            continue
        area_m2, width_m = areas.on_basis(rule.area_basis or "NET")[lot[here]], widths_m[lot[here]]
        small = area_m2 < rule.params.get("min_area_m2", 0.0) - PASSING_M
        narrow = width_m < rule.params.get("min_passage_m", 0.0) - PASSING_M
        unsaid = np.isnan(width_m) & (rule.params.get("min_passage_m") is not None)
        _doubt(doubts, lot[here[unsaid]], Reason("INPUT_UNKNOWN", {"inputs": ["governing_width_m"]}))
        unsaid = np.isnan(area_m2) & (rule.params.get("min_area_m2") is not None)
        _doubt(doubts, lot[here[unsaid]], Reason("INPUT_UNKNOWN", {"inputs": ["deed_area_m2"]}))
        falls_to = rule.params.get("falls_to")
        if falls_to is None:
            _doubt(
                doubts,
                lot[here[small]],
                Reason("LOT_TOO_SMALL", {"min_area_m2": rule.params.get("min_area_m2")}),
            )
            narrowest = {"min_passage_m": rule.params.get("min_passage_m")}
            _doubt(doubts, lot[here[narrow]], Reason("PASSAGE_TOO_NARROW", narrowest))
        code[here[small | narrow]] = falls_to
        fell |= bool((small | narrow).any()) and falls_to is not None
    return fell


def _doubt(doubts: Doubts, lots: Ints, reason: Reason) -> None:
    where = np.zeros(len(doubts.state), dtype=bool)
    where[lots] = True
    doubts.add(where, UNKNOWN, reason)


def percentages(
    table: Table,
    placed: Placed,
    kind: str,
    key: str,
    areas: Areas,
    rules: RuleSet,
    restrictions: Restrictions,
    shrunk_m2: Floats | None = None,
) -> tuple[Column, Column]:
    """
    A percentage of the zones (`FAR`, `COV`) and the area cap it gives, into the table.

    Overlay zones change it where they hold. Over several parts of a lot it is weighted by share or the
    strictest, as the city's ZONE rule says. `shrunk_m2` (n,) is taken off the basis.
    """
    param, cap_key, parts = f"{key}_percent", f"{key}_cap_m2", placed.parts
    percent, basis_m2 = np.full(len(placed.lot), np.nan), areas.on_basis("NET")[placed.lot]
    doubts, of_pair = _copy(placed.doubts), np.full(len(placed.lot), None, dtype=object)
    missing = []
    for code in sorted({code for code in placed.code if code is not None}):
        here = placed.code == code
        picked = rules.maximum(kind, code, param)
        if picked.rule is None:
            reason = Reason("RULES_CONFLICT", {"rules": list(picked.conflict)})
            nothing = Reason("NO_RULE", {"kind": kind, "zone": code})
            missing.append((here, reason if picked.conflict else nothing))
            continue
        lot = placed.lot[here]
        basis_m2[here] = areas.on_basis(picked.rule.area_basis or "NET")[lot]
        percent[here], of_pair[here] = picked.rule.params[param], picked.rule
    allowed, by = changed(percent[parts.pair], parts, param)
    placed.limits[param] = allowed
    for here, reason in missing:
        _doubt(doubts, parts.lot[here[parts.pair] & np.isnan(allowed)], reason)
    doubt_changes(doubts, parts, restrictions, param)
    if placed.split == "DESK":
        doubt_partly(doubts, parts, allowed)
    left_m2 = basis_m2 - (0.0 if shrunk_m2 is None else shrunk_m2[placed.lot])
    allowed_m2 = allowed / 100 * left_m2[parts.pair]
    percents, caps = _combined(placed, allowed), _combined(placed, allowed_m2)
    named, basis, _ = _cited(placed, of_pair, allowed, allowed)
    _say_who_changed(named, basis, parts, by)
    column = table.add(param, percents, unit="%", doubts=doubts, inputs=("zone",), rule=named)
    named, basis, of_cap = _cited(placed, of_pair, allowed_m2, allowed)
    _say_who_changed(named, basis, parts, by)
    of_cap = percents if placed.split == "AREA_WEIGHTED" else of_cap
    cap = _cap_column(table, cap_key, caps, of_cap, basis, named)
    return column, cap


def _cited(
    placed: Placed, of_pair: NDArray[np.object_], least: Floats, percent: Floats
) -> tuple[NDArray[np.object_], NDArray[np.object_], Floats]:
    """
    The rule to cite of each lot (n,), its area basis and percentage: those of the part with the least value.

    Of parts that are as strict the one of the last zone by name, so that every process cites the same one.
    """
    parts, lots = placed.parts, placed.lots
    named, basis = np.full(lots, None, dtype=object), np.full(lots, "", dtype=object)
    percents, codes = np.full(lots, np.nan), placed.code.astype(str)[parts.pair]
    order = np.lexsort((codes, -np.nan_to_num(least, nan=-np.inf)))
    order = order[of_pair[parts.pair[order]] != None]  # noqa: E711  (element by element)
    bases = np.array([rule.area_basis or "NET" if rule else "" for rule in of_pair], dtype=object)
    # Of what is written to one place the last stays: the least.
    lot = parts.lot[order]
    named[lot], basis[lot] = of_pair[parts.pair[order]], bases[parts.pair[order]]
    percents[lot] = percent[order]
    return named, basis, percents


def _say_who_changed(
    named: NDArray[np.object_], basis: NDArray[np.object_], parts: Parts, by: NDArray[np.object_]
) -> None:
    """The overlay zone's rule is the one to cite where it changed the limit of a part of a lot."""
    for part in np.flatnonzero(by != None):  # noqa: E711  (element by element)
        lot = parts.lot[part]
        named[lot], basis[lot] = by[part], basis[lot] or "NET"


def _cap_column(
    table: Table,
    key: str,
    caps: Floats,
    percents: Floats,
    basis: NDArray[np.object_],
    rule: NDArray[np.object_],
) -> Column:
    """A cap rests on the areas of its own basis; each basis lends its doubts only to the lots that use it."""
    doubts = Doubts.none(table.lots)
    for name in sorted({name for name in basis if name}):
        for source in BASIS_FINDINGS[name]:
            lent, here = table[source].doubts, basis == name
            for lot in np.flatnonzero(here & (lent.state > doubts.state)):
                unknown = lent.state[lot] == UNKNOWN
                doubts.state[lot] = lent.state[lot]
                doubts.reason[lot] = (
                    Reason("INPUT_UNKNOWN", {"inputs": [source]}) if unknown else lent.reason[lot]
                )
    percent_key = key.replace("_cap_m2", "_percent")
    return table.add(
        key,
        caps,
        unit="m2",
        doubts=doubts,
        inputs=(percent_key,),
        rule=rule,
        binding=np.array([(name,) if name else () for name in basis] + [None], dtype=object)[:-1],
        formula=lambda lot: (
            f"{percents[lot]:g} % × {metres(caps[lot] / percents[lot] * 100 if percents[lot] else 0)}"
        ),
    )


BASIS_FINDINGS: dict[str, tuple[str, ...]] = {
    "DEED": ("deed_area_m2", "area_discrepancy_m2"),
    "EXISTING": ("surveyed_area_m2",),
    "NET": ("net_area_m2",),
    "NET_BEFORE_CHAMFER": ("widening_area_m2",),
    "MIN(DEED,EXISTING)": ("deed_area_m2", "area_discrepancy_m2"),
}


def _combined(placed: Placed, values: Floats) -> Floats:
    parts = placed.parts
    if placed.split == "AREA_WEIGHTED":
        return weighted(parts.lot, parts.share, values, placed.lots)
    return strictest(parts.lot, values, placed.lots)


def _told(value: np.floating[Any]) -> float | None:
    return float(value) if np.isfinite(value) else None


def _copy(doubts: Doubts) -> Doubts:
    return Doubts(doubts.state.copy(), doubts.reason.copy())


@dataclass(frozen=True)
class Source:
    """A storey rule, and the lots (n,) on which it holds."""

    rule: Rule
    where: NDArray[np.bool_]


def storeys(
    table: Table,
    placed: Placed,
    widths_m: Floats,
    areas: Areas,
    restrictions: Restrictions,
    rules: RuleSet,
    others: Sequence[Limit] = (),
) -> Floats:
    """
    Storeys, what may be asked for, and the height, into the table; storeys are returned, NaN unknown.

    `others`: limits on storeys that were found elsewhere.
    """
    over, by = _changed_storeys(placed, rules)
    placed.limits["storeys"] = over
    limits, sources = _limits(table, placed, widths_m, areas, rules, by)
    for rule in placed.parts.rules:
        mine = np.array([one is rule for one in by], dtype=bool)
        limit = np.full(placed.lots, np.inf)
        np.minimum.at(limit, placed.parts.lot[mine], over[mine])
        limits.append(Limit(rule.code, limit))
        sources.append(Source(rule, ~np.isinf(limit)))
    contradicting = _contradicting(placed, rules)
    heights = rule_of_lots(placed, "HEIGHT", rules)
    limits += [*_height_limits(placed.lots, restrictions, heights), *others]
    doubts = _copy(placed.doubts)
    for codes, where in contradicting.items():
        doubts.add(where, UNKNOWN, Reason("RULES_CONFLICT", {"rules": list(codes)}))
    doubt_changes(doubts, placed.parts, restrictions, "storeys")
    if placed.split == "DESK":
        doubt_partly(doubts, placed.parts, over)
    for state, code in (("unknown", "OVERLAY_UNKNOWN"), ("borderline", "OVERLAY_BORDERLINE")):
        doubt_layers(doubts, restrictions.unsure(("HEIGHT_LIMIT",))[state], code)
    doubt_layers(doubts, restrictions.without_rule(), "OVERLAY_UNKNOWN")
    if not limits:
        limits = [Limit("", np.full(placed.lots, np.inf))]
    found = least(limits)
    nothing = np.isinf(found.storeys)
    doubts.add(nothing, UNKNOWN, Reason("NO_RULE", {"kind": "STOREY"}))
    doubts.add_each(
        np.isnan(found.storeys),
        UNKNOWN,
        lambda lot: Reason("LIMIT_UNKNOWN", {"rules": list(found.unknown[lot])}),
    )
    values = np.where(nothing, np.nan, found.storeys)
    binding_rule = _binding_rules(found.binding, sources)
    _doubt_by_width(doubts, table["governing_width_m"], sources)
    column = table.add(
        "storeys", values, doubts=doubts, binding=found.binding, rule=binding_rule, inputs=("zone",)
    )
    if any(rule.params["limit"] == "BY_WIDTH" for rule in rules.of_kind("STOREY")):
        # shown as an input; that a width is not known is told by the limit, of the lots on which it holds
        column.inputs = ("zone", "governing_width_m")
    _request_column(table, placed, values, widths_m, rules)
    _height_column(table, values, heights)
    return values


def _doubt_by_width(doubts: Doubts, width: Column, sources: list[Source]) -> None:
    """Storeys limited by a width that an inspection must settle wait for the same inspection."""
    unsettled = width.doubts.state == NEEDS_INSPECTION
    for source in sources:
        if source.rule.params.get("limit") == "BY_WIDTH":
            doubts.add_each(unsettled & source.where, NEEDS_INSPECTION, lambda lot: width.doubts.reason[lot])


def _contradicting(placed: Placed, rules: RuleSet) -> dict[tuple[str, ...], NDArray[np.bool_]]:
    """Storey rules of one rank, zone and kind of limit that differ, and the lots (n,) they hold on."""
    found: dict[tuple[str, ...], NDArray[np.bool_]] = {}
    for code in sorted({code for code in placed.code if code is not None}):
        holding: dict[tuple[str, int, str], list[Rule]] = {}
        for rule in rules.together("STOREY", code):
            holding.setdefault((rule.zone_code, rule.rank, rule.params["limit"]), []).append(rule)
        for same in holding.values():
            if any(rule.params != same[0].params for rule in same):
                where = found.setdefault(tuple(rule.code for rule in same), np.zeros(placed.lots, dtype=bool))
                where[placed.lot[placed.code == code]] = True
    return found


def _changed_storeys(placed: Placed, rules: RuleSet) -> tuple[Floats, NDArray[np.object_]]:
    """Storeys of each part (k,) by its zone as overlay zones leave them, and whose rule (k,) changed them."""
    told = np.full(len(placed.lot), np.inf)
    for code in sorted({code for code in placed.code if code is not None}):
        by_zone = [rule for rule in rules.together("STOREY", code) if rule.params["limit"] == "ZONE"]
        told[placed.code == code] = min((rule.params["storeys"] for rule in by_zone), default=np.inf)
    return changed(told[placed.parts.pair], placed.parts, "storeys")


def _limits(
    table: Table,
    placed: Placed,
    widths_m: Floats,
    areas: Areas,
    rules: RuleSet,
    by: NDArray[np.object_],
) -> tuple[list[Limit], list[Source]]:
    """
    Each storey rule as a limit over all lots: infinite where it does not hold; and where it does.

    A zone's own limit does not hold on parts whose limit an overlay zone changed (`by` (k,)).
    """
    kept = placed.parts.pair[by == None]  # noqa: E711  (element by element)
    unchanged = flagged(kept, len(placed.lot))
    holding: dict[str, tuple[Rule, NDArray[np.bool_]]] = {}
    for code in sorted({code for code in placed.code if code is not None}):
        here = placed.code == code
        for rule in rules.together("STOREY", code):
            lots = placed.lot[here & unchanged if rule.params["limit"] == "ZONE" else here]
            where = holding.setdefault(
                f"{rule.code}@{rule.zone_code}", (rule, np.zeros(placed.lots, dtype=bool))
            )[1]
            where[lots] = True
    # Rules of zones come first, whatever other lots are asked about: a lot names its limits in one order.
    holding = dict(sorted(holding.items(), key=lambda entry: not entry[1][0].zone_code))
    limits, sources = [], []
    for rule, where in holding.values():
        values = np.full(placed.lots, np.inf)
        values[where] = _storeys_by(rule, table, widths_m, areas)[where]
        limits.append(Limit(rule.code, values))
        sources.append(Source(rule, where))
    return limits, sources


def _binding_rules(binding: NDArray[np.object_], sources: list[Source]) -> NDArray[np.object_]:
    """The rule (n,) of the limit that each lot names first; zones may have rules of one code."""
    first = np.full(len(binding), None, dtype=object)
    first[:] = [names[0] if names else None for names in binding]
    found = np.full(len(binding), None, dtype=object)
    for source in sources:
        found[source.where & (first == source.rule.code)] = source.rule
    return found


def _storeys_by(rule: Rule, table: Table, widths_m: Floats, areas: Areas) -> Floats:
    params = rule.params
    readers: dict[str, Callable[[], Floats]] = {
        "ZONE": lambda: np.full(table.lots, float(params["storeys"])),
        "BY_WIDTH": lambda: by_width(params["bands"], widths_m),
        "BY_AREA": lambda: looked_up(params["bands"], "storeys", areas.on_basis(rule.area_basis or "NET")),
        "FAR_OVER_COVERAGE": lambda: by_density(
            table["far_percent"].values, table["coverage_percent"].values, params["round"]
        ),
    }
    return readers[params["limit"]]()


def _height_limits(lots: int, restrictions: Restrictions, heights: NDArray[np.object_]) -> list[Limit]:
    limits = []
    for judgement in restrictions.judgements:
        if judgement.effect != "HEIGHT_LIMIT":
            continue
        values = np.full(lots, np.inf)
        limiting = np.isin(judgement.state, ("applies", "borderline"))
        lot, limit_m = judgement.lot[limiting], judgement.height_m[limiting]
        allowed = np.full(len(lot), np.nan)
        for rule, here in each_rule(heights):
            allowed[here[lot]] = by_height(limit_m[here[lot]], rule.params)
        with np.errstate(invalid="ignore"):  # a height without the height of a storey stays unknown
            np.minimum.at(values, lot, allowed)
        name = judgement.rule.code if judgement.rule else judgement.layer
        limits.append(Limit(name, values))
    return limits


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


def _request_column(table: Table, placed: Placed, values: Floats, widths_m: Floats, rules: RuleSet) -> None:
    rule = rules.everywhere("STOREY_POLICY")
    policy = rule.params.get("discretionary") if rule else None
    asked = may_request(values, list(placed.single), widths_m, policy)
    there = ~np.isnan(asked)
    doubts = Doubts.none(placed.lots).add(there, DISCRETIONARY, Reason("DISCRETION"))
    # Nothing may be asked for: an empty value, not an unknown one.
    shown = or_none(there, asked)
    table.add("may_request_storeys", shown, doubts=doubts, rule=rule)


def _height_column(table: Table, values: Floats, heights: NDArray[np.object_]) -> None:
    metres_high = np.full(table.lots, np.nan)
    doubts = Doubts.none(table.lots)
    doubts.add(
        np.array([rule is None for rule in heights], dtype=bool),
        UNKNOWN,
        Reason("NO_RULE", {"kind": "HEIGHT"}),
    )
    for rule in {id(rule): rule for rule in heights if rule is not None}.values():
        here = np.array([mine is rule for mine in heights], dtype=bool)
        metres_high[here] = height_m(values[here], rule.params)
    table.add("height_m", metres_high, unit="m", doubts=doubts, inputs=("storeys",), rule=heights)
