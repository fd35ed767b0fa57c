"""Says which rule of a kind holds on which lot, and of the others why none does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.columns import UNKNOWN, Doubts
from gis_core.constraints.findings import Reason
from gis_core.constraints.rules import Picked, Rule


@dataclass(frozen=True)
class LotRules:
    """
    The rule of one kind on each lot: `rule` (n,) or None; `silences`: why there is none, and where (n,).

    Examples
    --------
    >>> two = (Rule("PLAN", "PARK", {"m2_per_bay": 25}), Rule("CIRCULAR", "PARK", {"m2_per_bay": 30}))
    >>> nothing = LotRules.alike("PARK", Picked(None, two), 2)
    >>> nothing.rule.tolist(), nothing.why_none(1).code
    ([None, None], 'RULES_CONFLICT')
    """

    rule: NDArray[np.object_]
    silences: tuple[tuple[Reason, NDArray[np.bool_]], ...] = ()

    @classmethod
    def alike(cls, kind: str, picked: Picked, lots: int) -> "LotRules":
        """The same rule, or the same lack of one, on all lots."""
        rule = np.full(lots, picked.rule, dtype=object)
        silent = picked.rule is None
        return cls(rule, ((picked.why_none(kind), np.ones(lots, dtype=bool)),) if silent else ())

    def each(self) -> list[tuple[Rule, NDArray[np.bool_]]]:
        """Each rule with the lots (n,) that it holds on."""
        return each_rule(self.rule)

    def missing(self) -> NDArray[np.bool_]:
        """Lots (n,) on which no rule holds."""
        found = np.zeros(len(self.rule), dtype=bool)
        for _, where in self.silences:
            found |= where
        return found

    def doubt(self, doubts: Doubts) -> Doubts:
        """Add to the doubts that nothing is known where no rule holds, with the reason."""
        for reason, where in self.silences:
            doubts.add(where, UNKNOWN, reason)
        return doubts

    def why_none(self, lot: int) -> Reason | None:
        """Why no rule holds on a lot; None where one does."""
        return next((reason for reason, where in self.silences if where[lot]), None)


def each_rule(found: NDArray[np.object_]) -> list[tuple[Rule, NDArray[np.bool_]]]:
    """
    Each rule of an array (n,) of rules or None, with the lots (n,) that it holds on.

    Examples
    --------
    >>> wells = Rule("WELLS", "LIGHTWELL", {})
    >>> [(rule.code, where.tolist()) for rule, where in each_rule(np.array([wells, None], dtype=object))]
    [('WELLS', [True, False])]
    """
    ids = np.fromiter(map(id, found), dtype=np.int64, count=len(found))
    rules = dict(zip(ids.tolist(), found.tolist(), strict=True))
    return [(rule, ids == number) for number, rule in rules.items() if rule is not None]
