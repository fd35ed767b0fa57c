"""Reads the matrix of zones and uses (کاربری): what each lot may be used for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.columns import UNKNOWN, Table
from gis_core.constraints.conflicts import strictest_use
from gis_core.constraints.findings import Reason
from gis_core.constraints.placed import Placed, unknown_on
from gis_core.constraints.plane import blanks, present
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.zones import Overlaps


def use_column(table: Table, placed: Placed, codes: NDArray[np.object_], rules: RuleSet) -> None:
    """
    PERMITTED, CONDITIONAL, FORBIDDEN or UNKNOWN for every use that the city's matrix names, into the table.

    `codes` of the zones. Over several concerned zones the most restrictive cell holds; a use that a zone's
    row leaves out is unknown there, never permitted. Source: rules.md section 19.
    """
    doubts = placed.unzoned.copy()
    names = tuple(sorted({use for rule in rules.of_kind("USE") for use in rule.params["uses"]}))
    values, found = blanks(table.lots), blanks(table.lots)
    cells: dict[tuple[str, ...], _Row] = {}
    for lot, zones in _zones_of(placed.overlaps, codes).items():
        if zones not in cells:
            cells[zones] = _row(zones, names, rules)
        row = cells[zones]
        values[lot], found[lot] = row.cells, row.rule
        if row.why_none is not None:
            unknown_on(doubts, np.array([lot]), row.why_none)
    doubts.add(~present(found), UNKNOWN, Reason("NO_RULE", {"kind": "USE"}))
    table.add("uses", values, doubts=doubts, rule=found)


def _zones_of(overlaps: Overlaps, codes: NDArray[np.object_]) -> dict[int, tuple[str, ...]]:
    zones: dict[int, tuple[str, ...]] = {}
    concerned = overlaps.kind == "CONCERNED"
    for lot, zone in zip(overlaps.lot[concerned].tolist(), overlaps.zone[concerned].tolist(), strict=True):
        zones[lot] = (*zones.get(lot, ()), str(codes[zone]))
    return zones


@dataclass(frozen=True)
class _Row:
    """The cells of some zones by use, the rule that is cited, and why there is none of them."""

    cells: Mapping[str, str]
    rule: Rule | None
    why_none: Reason | None


def _row(zones: tuple[str, ...], names: tuple[str, ...], rules: RuleSet) -> _Row:
    picked = [rules.pick("USE", zone) for zone in zones]
    rows = [one.rule for one in picked if one.rule is not None]
    told = [one.rule.params["uses"] if one.rule is not None else {} for one in picked]
    cells = {use: strictest_use([row.get(use, "UNKNOWN") for row in told]) for use in names}
    contradicting = next((one.why_none("USE") for one in picked if one.conflict), None)
    return _Row(cells, rows[0] if rows else None, contradicting)
