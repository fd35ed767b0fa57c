"""Finds how many storeys lots may have, which widths of passages govern that, and how high they stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

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
)
from gis_core.constraints.density import EQUAL_WITHIN
from gis_core.constraints.findings import Reason
from gis_core.constraints.frontages import barred_lots
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.overlay_zones import changed, doubt_changes, doubt_partly
from gis_core.constraints.placed import Placed
from gis_core.constraints.plane import Floats, flagged, or_none, present
from gis_core.constraints.restrictions import LayerJudgement, Restrictions, doubt_layers
from gis_core.constraints.rules import Rule, RuleSet, contradiction
from gis_core.constraints.storeys import (
    Limit,
    Storeys,
    by_density,
    by_height,
    by_width,
    height_m,
    least,
    may_request,
    request_rests_on,
)
from gis_core.constraints.values import Edges, Passages
from gis_core.constraints.widths import doubt_widths, frontage_widths


def governing_widths(
    table: Table, edges: Edges, passages: Passages, rules: RuleSet, width_tolerance_m: Floats
) -> Floats:
    """
    Widths of the passages that govern, into the table; NaN where not known, in metres.

    The recorded width of a passage stands before the measured one. Where they differ by more than
    `width_tolerance_m` (n,), the finding says so; it needs an inspection where the difference changes it.
    """
    picked = rules.pick("STOREY_POLICY")
    rule = picked.rule
    doubts = Doubts.none(table.lots)
    widths = np.full(table.lots, np.nan)
    everyone = np.ones(table.lots, dtype=bool)
    if rule is None:
        doubts.add(everyone, UNKNOWN, picked.why_none("STOREY_POLICY"))
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
        barred = barred_lots(edges, passages, table.lots)
        doubts.add(np.isnan(widths) & barred, UNKNOWN, Reason("NO_LEGAL_ACCESS"))
        doubts.add(np.isnan(widths), UNKNOWN, Reason("NO_ACCESS"))
        doubt_widths(doubts, fronts, passages, width_tolerance_m)
    table.add("governing_width_m", widths, unit="m", doubts=doubts, rule=rule)
    return widths


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
    heights: LotRules,
    others: Sequence[Limit] = (),
) -> Floats:
    """
    Storeys, what may be asked for, and the height, into the table; storeys are returned, NaN unknown.

    `heights`: the HEIGHT rule of each lot; `others`: limits on storeys that were found elsewhere.
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
    heights_told = _height_limits(placed.lots, restrictions, heights)
    limits += [*heights_told, *others]
    found = least(limits or [Limit("", np.full(placed.lots, np.inf))])
    doubts = placed.doubts.copy()
    _doubt_zones_without_limit(doubts, placed, rules, by, heights_told)
    for why, where in _contradicting(limits, sources, found, rules.equal_rank_conflict):
        doubts.add(where, UNKNOWN, why)
    doubt_changes(doubts, placed.parts, restrictions, "storeys")
    if placed.split == "DESK":
        doubt_partly(doubts, placed.parts, over)
    unsure = restrictions.unsure(("HEIGHT_LIMIT",))
    for state, code in (("unknown", "OVERLAY_UNKNOWN"), ("borderline", "OVERLAY_BORDERLINE")):
        doubt_layers(doubts, unsure[state], code)
    doubt_layers(doubts, restrictions.without_rule(), "OVERLAY_UNKNOWN")
    nothing = np.isinf(found.storeys)
    doubts.add(nothing, UNKNOWN, Reason("NO_RULE", {"kind": "STOREY"}))
    doubts.add_each(
        np.isnan(found.storeys),
        UNKNOWN,
        lambda lot: Reason("LIMIT_UNKNOWN", rules.cited(found.unknown[lot])),
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
    _request_column(table, placed, rules)
    _height_column(table, values, heights)
    return values


def _doubt_zones_without_limit(
    doubts: Doubts,
    placed: Placed,
    rules: RuleSet,
    by: NDArray[np.object_],
    heights_told: Sequence[Limit],
) -> None:
    """
    A zone of which no rule tells the storeys leaves them unknown, whatever is told of the rest of the lot.

    Unless an overlay zone tells them there (`by` (k,)), or a height limit of the plan tells how high; that an
    airport's surface permits some height is no word of the plan.
    """
    surfaces = {rule.code for rule in rules.of_kind("HEIGHT_SURFACE")}
    told = np.zeros(placed.lots, dtype=bool)
    for limit in heights_told:
        told |= ~np.isinf(limit.storeys) & (limit.name not in surfaces)
    code = placed.code[placed.parts.pair]
    for zone in placed.by_code:
        if not rules.together("STOREY", zone):
            silent = flagged(placed.parts.lot[(code == zone) & ~present(by)], placed.lots)
            doubts.add(silent & ~told, UNKNOWN, Reason("NO_RULE", {"kind": "STOREY", "zone": zone}))


def _doubt_by_width(doubts: Doubts, width: Column, sources: list[Source]) -> None:
    """Storeys limited by a width that an inspection must settle wait for the same inspection."""
    unsettled = width.doubts.state == NEEDS_INSPECTION
    for source in sources:
        if source.rule.params.get("limit") == "BY_WIDTH":
            doubts.add_each(unsettled & source.where, NEEDS_INSPECTION, lambda lot: width.doubts.reason[lot])


def _contradicting(
    limits: Sequence[Limit], sources: Sequence[Source], found: Storeys, when: str
) -> list[tuple[Reason, NDArray[np.bool_]]]:
    """
    Storey rules of one rank, zone and kind of limit that differ on a lot, and the lots (n,) on which they do.

    By the city's CONFLICT rule (`when`) always, or only where the stricter of them alone gives the storeys.
    """
    same: dict[tuple[str, int, str], list[int]] = {}
    for number, source in enumerate(sources):
        rule = source.rule
        if "limit" in rule.params:  # an overlay zone's rule has none: it changes the limits of zones
            same.setdefault((rule.zone_code, rule.rank, rule.params["limit"]), []).append(number)
    against: list[tuple[Reason, NDArray[np.bool_]]] = []
    for numbers in same.values():
        for first, second in combinations(numbers, 2):
            one, other = limits[first], limits[second]
            lesser = np.minimum(one.storeys, other.storeys)
            where = sources[first].where & sources[second].where
            where = where & (np.maximum(one.storeys, other.storeys) - lesser > EQUAL_WITHIN)
            if when != "ALWAYS":
                alone = np.array([len(names) == 1 for names in found.binding], dtype=bool)
                where &= alone & (lesser <= found.storeys + EQUAL_WITHIN)
            if where.any():
                against.append((contradiction([sources[first].rule, sources[second].rule]), where))
    return against


def _changed_storeys(placed: Placed, rules: RuleSet) -> tuple[Floats, NDArray[np.object_]]:
    """Storeys of each part (k,) by its zone as overlay zones leave them, and whose rule (k,) changed them."""
    told = np.full(len(placed.lot), np.inf)
    for code, pairs in placed.by_code.items():
        by_zone = [rule for rule in rules.together("STOREY", code) if rule.params["limit"] == "ZONE"]
        told[pairs] = min((rule.params["storeys"] for rule in by_zone), default=np.inf)
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
    kept = placed.parts.pair[~present(by)]
    unchanged = flagged(kept, len(placed.lot))
    holding: dict[int, tuple[Rule, NDArray[np.bool_]]] = {}
    for code, pairs in placed.by_code.items():
        for rule in rules.together("STOREY", code):
            lots = placed.lot[pairs[unchanged[pairs]] if rule.params["limit"] == "ZONE" else pairs]
            where = holding.setdefault(id(rule), (rule, np.zeros(placed.lots, dtype=bool)))[1]
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


def _height_limits(lots: int, restrictions: Restrictions, heights: LotRules) -> list[Limit]:
    limits = []
    for judgement in restrictions.judgements:
        if judgement.effect != "HEIGHT_LIMIT":
            continue
        name = judgement.rule.code if judgement.rule else judgement.layer
        limits.append(Limit(name, _under_height(lots, judgement, heights)))
    return limits


def _under_height(lots: int, judgement: LayerJudgement, heights: LotRules) -> Floats:
    """Storeys (n,) under the height that a layer permits, infinite where it permits any."""
    values = np.full(lots, np.inf)
    if not len(judgement.lot):
        return values
    limiting = (judgement.state == "applies") | (judgement.state == "borderline")
    lot, limit_m = judgement.lot[limiting], judgement.height_m[limiting]
    allowed = np.full(len(lot), np.nan)
    for rule, here in heights.each():
        allowed[here[lot]] = by_height(limit_m[here[lot]], rule.params)
    with np.errstate(invalid="ignore"):  # a height without the height of a storey stays unknown
        np.minimum.at(values, lot, allowed)
    return values


def _request_column(table: Table, placed: Placed, rules: RuleSet) -> None:
    picked = rules.pick("STOREY_POLICY")
    rule = picked.rule
    policy = rule.params.get("discretionary") if rule else None
    storeys, widths_m = table["storeys"].numbers(), table["governing_width_m"].numbers()
    asked = may_request(storeys, list(placed.single), widths_m, policy)
    there = ~np.isnan(asked)  # of a zone that is not known the storeys are not known either
    doubts = Doubts.none(placed.lots).add(there, DISCRETIONARY, Reason("DISCRETION"))
    if rule is None:
        doubts.add(np.ones(placed.lots, dtype=bool), UNKNOWN, picked.why_none("STOREY_POLICY"))
    elif not (table["zone"].known & ~np.isnan(storeys) & ~np.isnan(widths_m)).all():
        zone = or_none(table["zone"].known, placed.single)
        rests_on = request_rests_on(storeys, zone.tolist(), widths_m, policy)
        doubts.add_each(
            np.array([bool(names) for names in rests_on], dtype=bool),
            UNKNOWN,
            lambda lot: Reason("INPUT_UNKNOWN", {"inputs": list(rests_on[lot])}),
        )
    # Nothing may be asked for: an empty value, not an unknown one.
    shown = or_none(there, asked)
    table.add("may_request_storeys", shown, doubts=doubts, rule=rule)


def _height_column(table: Table, values: Floats, heights: LotRules) -> None:
    metres_high = np.full(table.lots, np.nan)
    for rule, here in heights.each():
        metres_high[here] = height_m(values[here], rule.params)
    doubts = heights.doubt(Doubts.none(table.lots))
    table.add("height_m", metres_high, unit="m", doubts=doubts, inputs=("storeys",), rule=heights.rule)
