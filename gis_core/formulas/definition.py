"""Turns a fee's definition into a checked formula: names, units, order of steps, no division by zero."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gis_core.exact_bands import Band, exact
from gis_core.formulas.conditions import Condition
from gis_core.formulas.expressions import (
    Call,
    Last,
    Lookup,
    Name,
    Node,
    Number,
    Operation,
    Running,
    Sum,
    WrongFormula,
    parsed,
    parts,
)
from gis_core.formulas.tables import bands
from gis_core.formulas.units import PLAIN, RIAL, Unit, scale, unit

ROUNDINGS = ("HALF_UP", "UP", "DOWN")
MODES = ("SLAB", "MARGINAL")


@dataclass(frozen=True)
class Quantity:
    """A named number: its unit, how it is called, the least it may be (`above`: not even that)."""

    unit: str
    title_fa: str = ""
    title_en: str = ""
    minimum: Fraction | None = None
    above: bool = False
    value: Fraction | None = None

    @property
    def is_positive(self) -> bool:
        """Whether it can never be zero or less."""
        least = self.value if self.value is not None else self.minimum
        return least is not None and (least > 0 or (self.above and least == 0))


@dataclass(frozen=True)
class ValueTable:
    """A table of bands whose `column` holds values in `unit`, looked up by a key in `key_unit`."""

    bands: tuple[Band, ...]
    column: str
    unit: str
    key_unit: str
    mode: str


@dataclass(frozen=True)
class Formula:
    """
    A fee's formula, checked: it always ends, never divides by zero, and gives rials.

    `steps` are in an order in which each one only needs those before it. `high` is the upper end
    where the law gives a range.
    """

    inputs: Mapping[str, Quantity]
    lists: Mapping[str, Mapping[str, Quantity]]
    constants: Mapping[str, Quantity]
    tables: Mapping[str, ValueTable]
    steps: tuple[tuple[str, Node], ...]
    expression: Node
    high: Node | None
    applies_when: Condition
    rounding_rial: int
    rounding_mode: str
    policies: Mapping[str, str]
    step_units: Mapping[str, Unit] = field(default_factory=dict)


def compiled(definition: Mapping[str, Any], policies: Mapping[str, str] | None = None) -> Formula:
    """
    Check a definition and make it a formula; `policies` choose another reading than the one written.

    Raises
    ------
    WrongFormula
        When a name is not declared, units do not fit, the result is not rials, a divisor may be zero,
        steps go in a circle, or a table has no rows.
    """
    unknown = set(definition) - _ENTRIES
    if unknown:
        raise WrongFormula(f"A formula has no entry {', '.join(sorted(unknown))}.")
    chosen, bindings = _policies(definition, policies or {})
    expression = bindings.pop("expression", definition.get("expression", ""))
    inputs, lists = _inputs(definition.get("inputs", {}))
    rounding = definition.get("rounding", {"unit_rial": 1, "mode": "HALF_UP"})
    if rounding["mode"] not in ROUNDINGS or not rounding["unit_rial"] >= 1:
        raise WrongFormula(f"There is no rounding {rounding}.")
    formula = Formula(
        inputs=inputs,
        lists=lists,
        constants={name: _quantity(raw, fixed=True) for name, raw in definition.get("constants", {}).items()},
        tables={name: _table(name, raw) for name, raw in definition.get("tables", {}).items()},
        steps=_ordered({**definition.get("steps", {}), **bindings}),
        expression=parsed(expression),
        high=parsed(definition["expression_high"]) if "expression_high" in definition else None,
        applies_when=Condition(definition.get("applies_when", "")),
        rounding_rial=rounding["unit_rial"],
        rounding_mode=rounding["mode"],
        policies=chosen,
    )
    _check_names(formula)
    return _with_units(formula)


_ENTRIES = frozenset(
    {
        "inputs",
        "constants",
        "tables",
        "steps",
        "policies",
        "expression",
        "expression_high",
        "applies_when",
        "rounding",
    }
)


def _policies(
    definition: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    chosen, bindings = {}, {}
    declared = definition.get("policies", {})
    for name in given:
        if name not in declared:
            raise WrongFormula(f"The formula has no policy {name}.")
    for name, policy in declared.items():
        choice = str(given.get(name, policy["chosen"]))
        if choice not in policy["options"]:
            raise WrongFormula(f"The policy {name} has no option {choice}.")
        chosen[name] = choice
        bindings.update(policy["options"][choice])
    return chosen, bindings


def _inputs(raw: Mapping[str, Any]) -> tuple[dict[str, Quantity], dict[str, dict[str, Quantity]]]:
    plain = {name: _quantity(entry) for name, entry in raw.items() if "fields" not in entry}
    lists = {
        name: {field_name: _quantity(entry) for field_name, entry in entries["fields"].items()}
        for name, entries in raw.items()
        if "fields" in entries
    }
    return plain, lists


def _quantity(raw: Mapping[str, Any], fixed: bool = False) -> Quantity:
    try:
        unit(raw["unit"])
        value = exact(raw["value"]) * scale(raw["unit"]) if fixed else None
        least = raw.get("above", raw.get("min"))
        minimum = None if least is None else exact(least) * scale(raw["unit"])
    except (KeyError, ValueError) as wrong:
        raise WrongFormula(f"A quantity needs a unit and, if fixed, a value: {dict(raw)}") from wrong
    return Quantity(
        raw["unit"], raw.get("title_fa", ""), raw.get("title_en", ""), minimum, "above" in raw, value
    )


def _table(name: str, raw: Mapping[str, Any]) -> ValueTable:
    mode = raw.get("mode", "SLAB")
    if mode not in MODES or not raw.get("bands"):
        raise WrongFormula(f"The table {name} needs bands and the mode SLAB or MARGINAL.")
    column = raw.get("column", "value")
    for row in raw["bands"]:
        if row.get(column) is not None:
            exact(row[column])
    reading = raw.get("band_reading", "AS_PRINTED")
    return ValueTable(bands(raw["bands"], reading), column, raw["unit"], raw["key_unit"], mode)


def _ordered(texts: Mapping[str, str]) -> tuple[tuple[str, Node], ...]:
    waiting = {name: parsed(text) for name, text in texts.items()}
    ordered: list[tuple[str, Node]] = []
    while waiting:
        ready = [name for name, node in waiting.items() if not (_names(node) & waiting.keys())]
        if not ready:
            raise WrongFormula(f"These steps need each other: {', '.join(sorted(waiting))}.")
        ordered.extend((name, waiting.pop(name)) for name in ready)
    return tuple(ordered)


def _names(node: Node) -> set[str]:
    return {part.name for part in parts(node) if isinstance(part, Name)}


def _check_names(formula: Formula) -> None:
    groups = [formula.inputs, formula.lists, formula.constants, dict(formula.steps)]
    names = [name for group in groups for name in group]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise WrongFormula(f"These names are declared twice: {', '.join(sorted(twice))}.")


def _with_units(formula: Formula) -> Formula:
    """The formula with the unit of each step, after checking that all units fit and the result is rials."""
    units = {name: unit(q.unit) for name, q in {**formula.inputs, **formula.constants}.items()}
    positive = {name for name, q in {**formula.inputs, **formula.constants}.items() if q.is_positive}
    checker = _Checker(formula, units, positive)
    step_units = {}
    for name, node in formula.steps:
        found = checker.unit_of(node, {}) or PLAIN
        units[name] = step_units[name] = found
        if checker.is_positive(node, {}):
            positive.add(name)
    fees = [fee for fee in (formula.expression, formula.high) if fee is not None]
    for fee in fees:
        if checker.unit_of(fee, {}) != RIAL:
            raise WrongFormula(f"A fee is rials, this gives {checker.unit_of(fee, {})}.")
    return Formula(**{**formula.__dict__, "step_units": step_units})


class _Checker:
    """Walks expressions for units and for what is never zero; None as a unit is the zero that fits all."""

    def __init__(self, formula: Formula, units: dict[str, Unit], positive: set[str]) -> None:
        self.formula = formula
        self.units = units
        self.positive = positive

    def unit_of(self, node: Node, fields: Mapping[str, Quantity]) -> Unit | None:
        match node:
            case Number(value):
                return None if value == 0 else PLAIN
            case Name(name):
                return self._named(name, fields)
            case Running(name) | Last(name):
                if name not in fields:
                    raise WrongFormula(f"{name} is not a field of the list that is summed.")
                return unit(fields[name].unit)
            case Operation(sign, left, right):
                return self._operation(sign, left, right, fields)
            case Call(function, inner):
                return self._alike(function, inner, fields)
            case Lookup(table, key):
                return self._looked_up(table, key, fields)
            case Sum(items, each):
                if items not in self.formula.lists or fields:
                    raise WrongFormula(f"{items} is not a list, or stands inside another sum.")
                return self.unit_of(each, self.formula.lists[items])

    def is_positive(self, node: Node, fields: Mapping[str, Quantity]) -> bool:
        """Whether the value can be shown to be above zero whatever the inputs are."""
        match node:
            case Number(value):
                return value > 0
            case Name(name):
                return fields[name].is_positive if name in fields else name in self.positive
            case Operation("*" | "/" | "+", left, right):
                return self.is_positive(left, fields) and self.is_positive(right, fields)
            case Call("max", inner):
                return any(self.is_positive(part, fields) for part in inner)
            case Call("min", inner):
                return all(self.is_positive(part, fields) for part in inner)
        return False

    def _named(self, name: str, fields: Mapping[str, Quantity]) -> Unit:
        if name in fields:
            return unit(fields[name].unit)
        if name not in self.units:
            raise WrongFormula(f"The name {name} is not declared.")
        return self.units[name]

    def _operation(self, sign: str, left: Node, right: Node, fields: Mapping[str, Quantity]) -> Unit | None:
        if sign in "+-":
            return self._alike("a sum or difference", (left, right), fields)
        first, second = self.unit_of(left, fields), self.unit_of(right, fields)
        if sign == "*":
            return None if first is None or second is None else first * second
        if not self.is_positive(right, fields):
            raise WrongFormula("A divisor may be zero: declare what it is made of with `min` or `above`.")
        return None if first is None else first / (second or PLAIN)

    def _alike(self, what: str, inner: tuple[Node, ...], fields: Mapping[str, Quantity]) -> Unit | None:
        found = {self.unit_of(part, fields) for part in inner} - {None}
        if len(found) > 1:
            raise WrongFormula(f"Units do not fit in {what}: {', '.join(sorted(map(str, found)))}.")
        return found.pop() if found else None

    def _looked_up(self, name: str, key: Node, fields: Mapping[str, Quantity]) -> Unit:
        if name not in self.formula.tables:
            raise WrongFormula(f"There is no table {name}.")
        table = self.formula.tables[name]
        if self.unit_of(key, fields) not in (unit(table.key_unit), None):
            raise WrongFormula(f"The table {name} is looked up by {table.key_unit}.")
        value_unit = unit(table.unit)
        return value_unit * unit(table.key_unit) if table.mode == "MARGINAL" else value_unit
