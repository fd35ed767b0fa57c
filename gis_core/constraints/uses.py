"""Reads the matrix of zones and uses (کاربری): what each lot may be used for."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.columns import UNKNOWN, Doubts, Table
from gis_core.constraints.conflicts import strictest_use
from gis_core.constraints.findings import Reason
from gis_core.constraints.lot_rules import without_rule
from gis_core.constraints.placed import INVALID_ZONE, Placed
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.zones import Overlaps, without_limits


def use_column(table: Table, placed: Placed, codes: NDArray[np.object_], rules: RuleSet) -> None:
    """
    PERMITTED, CONDITIONAL, FORBIDDEN or UNKNOWN for every use that the city's matrix names, into the table.

    `codes` of the zones. Over several concerned zones the most restrictive cell holds; a use that a zone's
    row leaves out is unknown there, never permitted. Source: rules.md section 19.
    """
    doubts, overlaps = Doubts.none(table.lots), placed.overlaps
    doubts.add(placed.unread, UNKNOWN, INVALID_ZONE)
    for where, why in without_limits(overlaps):
        doubts.add(where, UNKNOWN, why)
    names = tuple(sorted({use for rule in rules.of_kind("USE") for use in rule.params["uses"]}))
    values, found = np.full(table.lots, None, dtype=object), np.full(table.lots, None, dtype=object)
    cells: dict[tuple[str, ...], tuple[Mapping[str, str], Rule | None]] = {}
    for lot, zones in _zones_of(overlaps, codes).items():
        if zones not in cells:
            cells[zones] = _cells(zones, names, rules)
        values[lot], found[lot] = cells[zones]
    doubts.add(without_rule(found), UNKNOWN, Reason("NO_RULE", {"kind": "USE"}))
    table.add("uses", values, doubts=doubts, rule=found)


def _zones_of(overlaps: Overlaps, codes: NDArray[np.object_]) -> dict[int, tuple[str, ...]]:
    zones: dict[int, tuple[str, ...]] = {}
    concerned = overlaps.kind == "CONCERNED"
    for lot, zone in zip(overlaps.lot[concerned].tolist(), overlaps.zone[concerned].tolist(), strict=True):
        zones[lot] = (*zones.get(lot, ()), str(codes[zone]))
    return zones


def _cells(
    zones: tuple[str, ...], names: tuple[str, ...], rules: RuleSet
) -> tuple[Mapping[str, str], Rule | None]:
    rows = [rules.pick("USE", zone).rule for zone in zones]
    told = [row.params["uses"] if row is not None else {} for row in rows]
    cells = {use: strictest_use([row.get(use, "UNKNOWN") for row in told]) for use in names}
    return cells, next((row for row in rows if row is not None), None)
