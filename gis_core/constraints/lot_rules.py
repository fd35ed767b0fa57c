"""Says which rule of a kind holds on which lot."""

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.rules import Rule


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


def without_rule(found: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Lots (n,) on which none of the rules holds."""
    return np.array([rule is None for rule in found], dtype=bool).reshape(-1)
