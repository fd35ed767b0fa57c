"""Judges overlook (اشراف): windows that face each other; without floor plans it is not known."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gis_core.constraints.columns import UNKNOWN, Doubts, Table
from gis_core.constraints.findings import Reason
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.plane import PASSING_M


def least_distance_m(one: str, other: str, rule: Mapping[str, Any]) -> float:
    """
    How far windows of two rooms, MAIN or SECONDARY, must face each other at least, in metres.

    Examples
    --------
    >>> rule = {"main_to_main_m": 6.0, "other_m": 4.0}
    >>> least_distance_m("MAIN", "MAIN", rule), least_distance_m("MAIN", "SECONDARY", rule)
    (6.0, 4.0)
    """
    return float(rule["main_to_main_m"] if one == other == "MAIN" else rule["other_m"])


def far_enough(distance_m: float, one: str, other: str, rule: Mapping[str, Any]) -> bool:
    """Whether two windows of a drawn plan face each other at enough distance, the bound included."""
    return distance_m >= least_distance_m(one, other, rule) - PASSING_M


def overlook_column(table: Table, found: LotRules) -> None:
    """
    Overlook of each lot, into the table: not known before floor plans are drawn, with what they must keep.

    `found`: the OVERLOOK rule of each lot. Source: rules.md section 11.
    """
    doubts = found.doubt(Doubts.none(table.lots))
    for rule, here in found.each():
        asked = {name: rule.params[name] for name in ("main_to_main_m", "other_m")}
        doubts.add(here, UNKNOWN, Reason("NEEDS_FLOOR_PLANS", asked))
    table.add("overlook", np.full(table.lots, None, dtype=object), doubts=doubts, rule=found.rule)
