"""Brings bounds of several rules together: by rank, never averaged; and uses over several zones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_core.constraints.density import EQUAL_WITHIN

#: From the most to the least restrictive cell of the zone × use matrix.
STRICTEST_USE_FIRST = ("FORBIDDEN", "UNKNOWN", "CONDITIONAL", "PERMITTED")


@dataclass(frozen=True)
class Decision:
    """Bounds brought together: DECIDED, CONFLICT (a person decides) or IMPOSSIBLE (minimum above maximum)."""

    state: str
    maximum: float | None = None
    maximum_binding: tuple[str, ...] = ()
    minimum: float | None = None
    minimum_binding: tuple[str, ...] = ()
    conflicting: tuple[str, ...] = ()


def decide(bounds: Sequence[Mapping[str, Any]], equal_rank_conflict: str) -> Decision:
    """
    Minimum of maxima and maximum of minima, with the rules that bind.

    `bounds`: `rule`, `rank`, `bound` MAX or MIN, `value`. Two bounds of equal rank with different values
    conflict ALWAYS, or ONLY_IF_IT_DECIDES: when the stricter of them alone gives the value.

    Examples
    --------
    >>> rows = [("a", 5, 3.0), ("b", 5, 4.0)]
    >>> bounds = [{"rule": r, "rank": k, "bound": "MIN", "value": v} for r, k, v in rows]
    >>> decide(bounds, "ALWAYS").conflicting
    ('a', 'b')
    """
    conflicting = _conflicting(bounds, equal_rank_conflict)
    if conflicting:
        return Decision("CONFLICT", conflicting=conflicting)
    maximum, maximum_binding = _extreme(bounds, "MAX")
    minimum, minimum_binding = _extreme(bounds, "MIN")
    crossed = maximum is not None and minimum is not None and minimum > maximum + EQUAL_WITHIN
    state = "IMPOSSIBLE" if crossed else "DECIDED"
    return Decision(state, maximum, maximum_binding, minimum, minimum_binding)


def strictest_use(cells: Sequence[str]) -> str:
    """
    The most restrictive of the cells of several zones; unknown stands right after forbidden.

    Examples
    --------
    >>> strictest_use(["PERMITTED", "UNKNOWN"])
    'UNKNOWN'
    """
    return min(cells, key=STRICTEST_USE_FIRST.index, default="UNKNOWN")


def _extreme(bounds: Sequence[Mapping[str, Any]], kind: str) -> tuple[float | None, tuple[str, ...]]:
    values = [float(bound["value"]) for bound in bounds if bound["bound"] == kind]
    if not values:
        return None, ()
    value = min(values) if kind == "MAX" else max(values)
    ties = [
        bound["rule"]
        for bound in bounds
        if bound["bound"] == kind and abs(float(bound["value"]) - value) <= EQUAL_WITHIN
    ]
    return value, tuple(ties)


def _conflicting(bounds: Sequence[Mapping[str, Any]], policy: str) -> tuple[str, ...]:
    found = set()
    for index, first in enumerate(bounds):
        for second in bounds[index + 1 :]:
            same = first["rank"] == second["rank"] and first["bound"] == second["bound"]
            differ = abs(float(first["value"]) - float(second["value"])) > EQUAL_WITHIN
            if same and differ and (policy == "ALWAYS" or _decides(first, second, bounds)):
                found |= {first["rule"], second["rule"]}
    return tuple(bound["rule"] for bound in bounds if bound["rule"] in found)


def _decides(
    first: Mapping[str, Any], second: Mapping[str, Any], bounds: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether the stricter of two bounds alone gives the value."""
    value, binding = _extreme(bounds, first["bound"])
    stricter = min if first["bound"] == "MAX" else max
    strict = stricter(first, second, key=lambda bound: float(bound["value"]))
    return binding == (strict["rule"],) and value is not None
