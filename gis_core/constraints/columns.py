"""Keeps findings of many lots as columns: values, how sure they are, and why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.findings import STATES, Finding, FindingState, Reason
from gis_core.constraints.plane import Floats, blanks, named_rows
from gis_core.constraints.rules import Rule

NO_VALUE = Reason("NO_VALUE")
COMPUTED, CONDITIONAL, DISCRETIONARY, NEEDS_INSPECTION, UNKNOWN = range(len(STATES))


@dataclass
class Doubts:
    """How sure something is, lot by lot: `state` (n,) positions in STATES, `reason` (n,) why not computed."""

    state: NDArray[np.int8]
    reason: NDArray[np.object_]

    @classmethod
    def none(cls, lots: int) -> "Doubts":
        """No doubt about any of the lots."""
        return cls(np.zeros(lots, dtype=np.int8), blanks(lots))

    def copy(self) -> "Doubts":
        """The same doubts, to which others can be added."""
        return Doubts(self.state.copy(), self.reason.copy())

    def add(self, where: NDArray[np.bool_], state: int, reason: Reason) -> "Doubts":
        """Add a doubt about some lots; a greater doubt stands, an equal one keeps its first reason."""
        if not np.count_nonzero(where):
            return self
        worse = where & (self.state < state)
        self.state[worse] = state
        self.reason[worse] = reason
        return self

    def add_each(self, where: NDArray[np.bool_], state: int, reason: Callable[[int], Reason]) -> "Doubts":
        """As `add`, with a reason of its own for each lot."""
        if not np.count_nonzero(where):
            return self
        for lot in (where & (self.state < state)).nonzero()[0].tolist():
            self.state[lot] = state
            self.reason[lot] = reason(lot)
        return self


@dataclass
class Column:
    """
    One finding of many lots.

    `values` (n,) numbers or objects. `binding` (n,) tuples or None. `rule`: one for all, or (n,) per
    lot. `formula` writes the formula of one lot. Not `doubtful`: surely computed on every lot.
    """

    key: str
    values: NDArray[Any]
    doubts: Doubts
    unit: str | None = None
    inputs: tuple[str, ...] = ()
    rule: Rule | NDArray[np.object_] | None = None
    binding: NDArray[np.object_] | None = None
    formula: Callable[[int], str] | None = None
    geometry: str | None = None
    doubtful: bool = True

    @property
    def known(self) -> NDArray[np.bool_]:
        """Lots of which the value is known."""
        return self.doubts.state != UNKNOWN

    def numbers(self) -> Floats:
        """Values as numbers (n,), NaN where not known."""
        return np.where(self.known, self.values, np.nan).astype(float)

    def finding(self, lot: int) -> Finding:
        """The finding of one lot."""
        state: FindingState = STATES[self.doubts.state[lot]]
        # A row of a column of numbers is a number of Python's own.
        value = None if state == "unknown" else _value(self.values.item(lot))
        rule = self.rule[lot] if isinstance(self.rule, np.ndarray) else self.rule
        bound = self.binding[lot] if self.binding is not None and state != "unknown" else None
        return Finding(
            key=self.key,
            value=value,
            unit=self.unit,
            state=state,
            reason=self.doubts.reason[lot],
            binding=bound or (),
            formula=self.formula(lot) if self.formula and value is not None else None,
            rule=rule.reference if rule is not None else None,
            inputs=self.inputs,
            geometry=self.geometry,
        )


@dataclass
class Table:
    """The columns of an evaluation by their key, in the order in which they are shown."""

    lots: int
    columns: dict[str, Column] = field(default_factory=dict)

    def add(self, key: str, values: NDArray[Any], **more: Any) -> Column:
        """
        Put a finding into the table; what is derived is never surer than its `inputs`.

        `doubts` are its own; unknown inputs make it unknown (`INPUT_UNKNOWN`), others pass on their reason.
        """
        doubts = more.pop("doubts", None) or Doubts.none(self.lots)
        inputs = tuple(more.get("inputs", ()))
        unsure = [
            self.columns[name] for name in inputs if name in self.columns and self.columns[name].doubtful
        ]
        if unsure:
            doubts = _inherited(doubts, unsure)
        if values.dtype.kind == "f":
            # A number that did not come out, of known inputs, is not known either.
            missing = np.isnan(values)
            if np.count_nonzero(missing):
                doubts.add(missing, UNKNOWN, NO_VALUE)
        doubtful = bool(np.count_nonzero(doubts.state))
        column = Column(key=key, values=values, doubts=doubts, doubtful=doubtful, **more)
        self.columns[key] = column
        return column

    def __getitem__(self, key: str) -> Column:
        return self.columns[key]


def _inherited(own: Doubts, inputs: Sequence[Column]) -> Doubts:
    """Own doubts together with those of inputs that are not sure on all lots."""
    unknown = np.array([column.doubts.state == UNKNOWN for column in inputs]) & (own.state < UNKNOWN)
    if np.count_nonzero(unknown):
        missing = np.asarray(unknown.any(axis=0))
        named = named_rows([column.key for column in inputs], unknown.T)
        reasons = {names: Reason("INPUT_UNKNOWN", {"inputs": list(names)}) for names in set(named) if names}
        own.add_each(missing, UNKNOWN, lambda lot: reasons[named[lot]])
    for column in inputs:
        passed = (column.doubts.state > own.state) & column.known
        own.state[passed] = column.doubts.state[passed]
        own.reason[passed] = column.doubts.reason[passed]
    return own


def metres(value: Any) -> str:
    """
    A number as formulas write it: two decimals, or none for a whole number of storeys.

    Examples
    --------
    >>> metres(24.0)
    '24.00'
    """
    return f"{value:.2f}"


def _value(value: Any) -> Any:
    if type(value) is float:
        return None if value != value else value
    if value is None or type(value) in (str, bool, int, dict, tuple):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and np.isnan(value):
        return None
    return value
