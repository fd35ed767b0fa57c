"""Says why the floor area of lots is not known, and which of their rules contradict each other."""

from collections.abc import Mapping

import numpy as np

from gis_core.constraints.columns import Column

#: The finding that answers "how much may be built here?".
ANSWER = "reachable_floor_area_m2"
#: What only follows from another unknown is no reason of its own.
FOLLOWS = "INPUT_UNKNOWN"


def unknown_reasons(columns: Mapping[str, Column], lots: int) -> np.ndarray:
    """
    Codes of the reasons for which the floor area is not known, as a list for each lot (n,), without repeats.

    Only what the floor area rests on is asked; a lot of which it is known has none.
    """
    named = _lists(lots)
    if ANSWER not in columns:
        return named
    open_lots = ~columns[ANSWER].known
    for key in rests_on(columns, ANSWER):
        column = columns[key]
        for lot in np.flatnonzero(open_lots & ~column.known):
            reason = column.doubts.reason[lot]
            if reason is not None and reason.code != FOLLOWS and reason.code not in named[lot]:
                named[lot].append(reason.code)
    return named


def conflict_rules(columns: Mapping[str, Column], lots: int) -> np.ndarray:
    """Codes of the rules of one rank that contradict each other, as a list for each lot (n,)."""
    named = _lists(lots)
    for column in columns.values():
        for lot in np.flatnonzero(~column.known):
            reason = column.doubts.reason[lot]
            if reason is not None and reason.code == "RULES_CONFLICT":
                named[lot] += [code for code in reason.args.get("rules", ()) if code not in named[lot]]
    return named


def rests_on(columns: Mapping[str, Column], key: str) -> list[str]:
    """A finding and all findings it is computed from, near ones first."""
    found: dict[str, None] = {}
    waiting: list[str] = [key]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in columns:
            continue
        found[name] = None
        waiting += columns[name].inputs
    return list(found)


def _lists(count: int) -> np.ndarray:
    lists = np.empty(count, dtype=object)
    lists[:] = [[] for _ in range(count)]
    return lists
