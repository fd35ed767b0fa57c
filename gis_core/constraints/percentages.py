"""Finds the percentages of lots in their zones, floor area ratio and coverage, and the areas they cap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.areas import Areas
from gis_core.constraints.columns import (
    UNKNOWN,
    Column,
    Doubts,
    Table,
    metres,
)
from gis_core.constraints.findings import Reason
from gis_core.constraints.maxima import Bound, bound_by, on_different_areas
from gis_core.constraints.overlay_zones import Parts, changed, doubt_changes, doubt_partly
from gis_core.constraints.percent_tables import reads_area, reads_width
from gis_core.constraints.placed import Placed, unknown_on
from gis_core.constraints.plane import Floats, blanks, flagged, present
from gis_core.constraints.restrictions import Restrictions, doubt_layers
from gis_core.constraints.rules import Picked, Rule, RuleSet, contradiction, no_row
from gis_core.constraints.zones import strictest, weighted


def percentages(
    table: Table,
    placed: Placed,
    kind: str,
    key: str,
    areas: Areas,
    rules: RuleSet,
    restrictions: Restrictions,
    widths_m: Floats,
    shrunk_m2: Floats | None = None,
) -> tuple[Column, Column]:
    """
    A percentage of the zones (`FAR`, `COV`) and the area cap it gives, into the table.

    Overlay zones change it where they hold. Over several parts of a lot it is weighted by share or the
    strictest, as the city's ZONE rule says. `widths_m` (n,) of the passages that govern, for rules that look
    it up by width; `shrunk_m2` (n,) is taken off the basis.
    """
    param, cap_key, parts = f"{key}_percent", f"{key}_cap_m2", placed.parts
    taken_m2 = np.zeros(table.lots) if shrunk_m2 is None else shrunk_m2
    doubts = placed.doubts.copy()
    own = _of_pairs(table, doubts, placed, kind, param, areas, rules, widths_m, taken_m2)
    allowed, by = changed(own.percent[parts.pair], parts, param)
    placed.limits[param] = allowed
    for here, reason in own.missing:
        unknown_on(doubts, parts.lot[here[parts.pair] & np.isnan(allowed)], reason)
    doubt_changes(doubts, parts, restrictions, param)
    if placed.split == "DESK":
        doubt_partly(doubts, parts, allowed)
    left_m2 = np.maximum(own.basis_m2 - taken_m2[placed.lot], 0.0)
    allowed_m2 = allowed / 100 * left_m2[parts.pair]
    percents, caps = _combined(placed, allowed), _combined(placed, allowed_m2)
    named, basis, _ = _cited(placed, own.rule, allowed, allowed)
    _say_who_changed(named, basis, parts, by)
    column = table.add(param, percents, unit="%", doubts=doubts, inputs=("zone",), rule=named)
    # Shown as inputs; what is not sure of them was told of the lots whose rule reads them.
    column.inputs += _looked_up_by(own.rule)
    of_cap = percents
    if placed.several_parts:
        named, basis, of_cap = _cited(placed, own.rule, allowed_m2, allowed)
        _say_who_changed(named, basis, parts, by)
    of_cap = percents if placed.split == "AREA_WEIGHTED" else of_cap
    unsure = Doubts.none(table.lots) if shrunk_m2 is None else _doubts_of_basis(restrictions, table.lots)
    cap = _cap_column(table, cap_key, caps, of_cap, basis, named, unsure)
    return column, cap


@dataclass(frozen=True)
class _OfPairs:
    """Percentages of pairs of lot and zone (m,), their area basis and rule; pairs that have none, and why."""

    percent: Floats
    basis_m2: Floats
    rule: NDArray[np.object_]
    missing: list[tuple[NDArray[np.bool_], Reason]]


def _of_pairs(
    table: Table,
    doubts: Doubts,
    placed: Placed,
    kind: str,
    param: str,
    areas: Areas,
    rules: RuleSet,
    widths_m: Floats,
    taken_m2: Floats,
) -> _OfPairs:
    """The least percentage that the rules of each zone allow its lots; what rules read lends its doubts."""
    pairs = len(placed.lot)
    own = _OfPairs(np.full(pairs, np.nan), areas.on_basis("NET")[placed.lot], blanks(pairs), [])
    for code, here in placed.by_code.items():
        mine = flagged(here, pairs)
        holding = rules.maxima(kind, code)
        if not holding:
            own.missing.append((mine, Picked().why_none(kind, code)))
            continue
        _doubt_rows(table, doubts, holding, flagged(placed.lot[here], placed.lots))
        bound = bound_by(holding, param, areas, widths_m, taken_m2, rules.equal_rank_conflict)
        found = bound.of_lots(placed.lot[here])
        own.percent[here], own.basis_m2[here], own.rule[here] = found.percent, found.basis_m2, found.rule
        own.missing.extend(_without_number(kind, mine, holding, found))
    return own


def _doubts_of_basis(restrictions: Restrictions, lots: int) -> Doubts:
    """Where layers that may take ground off the basis do not say enough."""
    doubts = Doubts.none(lots)
    for state, code in (("unknown", "OVERLAY_UNKNOWN"), ("borderline", "OVERLAY_BORDERLINE")):
        doubt_layers(doubts, restrictions.unsure_of_basis()[state], code)
    return doubts


def _without_number(
    kind: str, here: NDArray[np.bool_], rules: Sequence[Rule], found: Bound
) -> list[tuple[NDArray[np.bool_], Reason]]:
    """Pairs (m,) of a zone for which its rules give no number, and why: they contradict, or have no row."""
    reasons = []
    for positions in sorted({positions for positions in found.contradicting if positions}):
        against = here.copy()
        against[here] = [one == positions for one in found.contradicting]
        reasons.append((against, contradiction([rules[at] for at in positions])))
    silent = np.isnan(found.percent)
    for rule in rules if silent.any() else ():
        without = here.copy()
        without[here] = silent & np.array([one is rule for one in found.rule], dtype=bool)
        reasons.append((without, no_row(kind, rule)))
    return reasons


def _doubt_rows(table: Table, doubts: Doubts, rules: Sequence[Rule], where: NDArray[np.bool_]) -> None:
    """A row found by a size that is not sure is no surer than that size; nor is a choice made by areas."""
    for rule in rules:
        for source in _sizes_of(rule):
            _lend(doubts, table[source], where)
        if on_different_areas(rules):
            for source in BASIS_FINDINGS[rule.area_basis or "NET"]:
                _lend(doubts, table[source], where)


def _sizes_of(rule: Rule) -> tuple[str, ...]:
    by_area = BASIS_FINDINGS[rule.area_basis or "NET"] if reads_area(rule) else ()
    return (*by_area, *(("governing_width_m",) if reads_width(rule) else ()))


def _looked_up_by(of_pair: NDArray[np.object_]) -> tuple[str, ...]:
    """The findings by which any of the rules (m,) looks its row up."""
    rules = {id(rule): rule for rule in of_pair if rule is not None}.values()
    return tuple(dict.fromkeys(source for rule in rules for source in _sizes_of(rule)))


def _lend(doubts: Doubts, source: Column, where: NDArray[np.bool_]) -> None:
    """Add to the doubts those of a finding, on some lots (n,)."""
    lent = source.doubts
    for lot in (where & (lent.state > doubts.state)).nonzero()[0]:
        unknown = lent.state[lot] == UNKNOWN
        doubts.state[lot] = lent.state[lot]
        doubts.reason[lot] = (
            Reason("INPUT_UNKNOWN", {"inputs": [source.key]}) if unknown else lent.reason[lot]
        )


def _cited(
    placed: Placed, of_pair: NDArray[np.object_], least: Floats, percent: Floats
) -> tuple[NDArray[np.object_], NDArray[np.object_], Floats]:
    """
    The rule to cite of each lot (n,), its area basis and percentage: those of the part with the least value.

    Of parts that are as strict the one of the last zone by name, so that every process cites the same one.
    """
    parts, lots = placed.parts, placed.lots
    named, basis = blanks(lots), np.full(lots, "", dtype=object)
    percents, order = np.full(lots, np.nan), np.arange(len(parts.lot))
    if placed.several_parts:
        order = np.lexsort((placed.code.astype(str)[parts.pair], -np.nan_to_num(least, nan=-np.inf)))
    order = order[present(of_pair[parts.pair[order]])]
    bases = np.array([rule.area_basis or "NET" if rule else "" for rule in of_pair], dtype=object)
    # Of what is written to one place the last stays: the least.
    lot, pair = parts.lot[order], parts.pair[order]
    named[lot], basis[lot] = of_pair[pair], bases[pair]
    percents[lot] = percent[order]
    return named, basis, percents


def _say_who_changed(
    named: NDArray[np.object_], basis: NDArray[np.object_], parts: Parts, by: NDArray[np.object_]
) -> None:
    """The overlay zone's rule is the one to cite where it changed the limit of a part of a lot."""
    if not parts.changes:
        return
    for part in present(by).nonzero()[0]:
        lot = parts.lot[part]
        named[lot], basis[lot] = by[part], basis[lot] or "NET"


def _cap_column(
    table: Table,
    key: str,
    caps: Floats,
    percents: Floats,
    basis: NDArray[np.object_],
    rule: NDArray[np.object_],
    doubts: Doubts,
) -> Column:
    """A cap rests on the areas of its own basis; each basis lends its doubts only to the lots that use it."""
    for name in sorted({name for name in basis if name}):
        for source in BASIS_FINDINGS[name]:
            _lend(doubts, table[source], basis == name)
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
