"""Decides, lot by lot, which of several maxima binds: the least of all ranks, equals that differ none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.areas import Areas
from gis_core.constraints.density import EQUAL_WITHIN
from gis_core.constraints.percent_tables import percent_of
from gis_core.constraints.plane import Floats, Ints, blanks, named_rows
from gis_core.constraints.rules import Rule


@dataclass(frozen=True)
class Least:
    """
    Which of several maxima binds on lots (n,): its position, or -1; and the rules that contradict there.

    `contradicting` (n,): their positions as tuples, empty where none do. Where a maximum is not known,
    the position is that of the first such: the least is not known either.
    """

    which: Ints
    contradicting: NDArray[np.object_]


def least_of(values: Floats, ranks: Sequence[int], when: str) -> Least:
    """
    The least of the maxima (n, k) of k rules on each lot.

    Two of equal rank that differ on a lot contradict each other there: ALWAYS, or ONLY_IF_IT_DECIDES, when
    the stricter of them alone gives the value. The same as `conflicts.decide`, for many lots at once.
    Source: rules.md section 21.

    Examples
    --------
    >>> found = least_of(np.array([[240.0, 200.0], [150.0, 200.0]]), [40, 60], "ALWAYS")
    >>> found.which.tolist()
    [1, 0]
    """
    least = values.min(axis=1)
    ties = np.abs(values - least[:, None]) <= EQUAL_WITHIN
    against = np.zeros(values.shape, dtype=bool)
    for first, second in combinations(range(len(ranks)), 2):
        if ranks[first] != ranks[second]:
            continue
        differ = np.abs(values[:, first] - values[:, second]) > EQUAL_WITHIN
        if when != "ALWAYS":
            differ &= (ties[:, first] ^ ties[:, second]) & (ties.sum(axis=1) == 1)
        against[differ, first] = against[differ, second] = True
    unknown = np.isnan(values)
    which = np.where(unknown.any(axis=1), unknown.argmax(axis=1), ties.argmax(axis=1))
    which[against.any(axis=1)] = -1
    return Least(which, named_rows(list(range(len(ranks))), against))


@dataclass(frozen=True)
class Bound:
    """
    What the rules of one zone give lots (n,): percentage, area it counts on, whose rule; what contradicts.

    Of contradicting rules and of tables without a row the percentage is NaN. `contradicting` is a tuple of
    positions among the rules, or None where there is but one rule.
    """

    percent: Floats
    basis_m2: Floats
    rule: NDArray[np.object_]
    contradicting: NDArray[np.object_]

    def of_lots(self, lot: Ints) -> "Bound":
        """The same of some lots only, by their positions."""
        return Bound(self.percent[lot], self.basis_m2[lot], self.rule[lot], self.contradicting[lot])


def bound_by(
    rules: Sequence[Rule], param: str, areas: Areas, widths_m: Floats, shrunk_m2: Floats | float, when: str
) -> Bound:
    """
    The percentage that binds on each lot among the rules of a zone, numbers and tables alike.

    On different areas what they permit is compared in m², less what overlays take from the basis
    (`shrunk_m2`); on one area the percentages themselves.
    """
    bases_m2 = [areas.on_basis(rule.area_basis or "NET") for rule in rules]
    if len(rules) == 1:
        lots = len(bases_m2[0])
        alone = np.full(lots, rules[0], dtype=object)
        return Bound(percent_of(rules[0], param, bases_m2[0], widths_m), bases_m2[0], alone, blanks(lots))
    percents = [percent_of(rule, param, basis, widths_m) for rule, basis in zip(rules, bases_m2, strict=True)]
    percent, basis_m2 = np.column_stack(percents), np.column_stack(bases_m2)
    values = percent
    if on_different_areas(rules):
        values = percent * np.maximum(basis_m2 - np.reshape(shrunk_m2, (-1, 1)), 0.0)
    found = least_of(values, [rule.rank for rule in rules], when)
    lot = np.arange(len(percent))
    named = np.empty(len(rules) + 1, dtype=object)
    named[:-1] = list(rules)
    none = found.which < 0
    return Bound(
        np.where(none | np.isnan(values[lot, found.which]), np.nan, percent[lot, found.which]),
        basis_m2[lot, found.which],
        named[found.which],
        found.contradicting,
    )


def on_different_areas(rules: Sequence[Rule]) -> bool:
    """Whether some rules count on different areas of a lot."""
    return len({rule.area_basis or "NET" for rule in rules}) > 1
