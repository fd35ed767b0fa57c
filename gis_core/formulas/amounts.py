"""Computes a formula exactly for given inputs, rounds once, and writes the account that a bill shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis_core.exact_bands import exact
from gis_core.formulas.definition import Formula, Quantity
from gis_core.formulas.expressions import Call, Last, Lookup, Name, Node, Number, Operation, Running, Sum
from gis_core.formulas.tables import Found, look_up, marginal_sum
from gis_core.formulas.units import scale
from gis_core.persian import grouped

SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
_ATOM = 3
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class Step:
    """One named number on the way: value and unit as written in the definition."""

    name: str
    title_fa: str
    title_en: str
    value: Fraction
    unit: str


@dataclass(frozen=True)
class Amount:
    """
    What a formula gave: whole rials, or None with a machine code in `error` and its subject in `at`.

    `exact_rial` is the value before its one rounding. `formula_fa` and `formula_en` are the formula
    with the numbers put in, to be shown from left to right. `high_rial` is the end of a range.
    """

    amount_rial: int | None
    error: str | None = None
    at: str = ""
    exact_rial: Fraction | None = None
    high_rial: int | None = None
    formula_fa: str = ""
    formula_en: str = ""
    steps: tuple[Step, ...] = ()


class _NoAmount(Exception):
    """Why there is no amount: a code and the name of the table or input."""

    def __init__(self, code: str, at: str) -> None:
        super().__init__(code, at)
        self.code = code
        self.at = at


def amount(formula: Formula, inputs: Mapping[str, Any]) -> Amount:
    """
    The amount for these inputs; numbers may be text, integers, decimals or rationals.

    Never guesses: MISSING_INPUT, BELOW_MINIMUM, NO_ROW, AMBIGUOUS_ROW and BLANK_ROW come back as errors.
    Inputs that the formula does not use are passed over.
    """
    try:
        work = _Work(formula, inputs)
        value = work.value(formula.expression)
        high = None if formula.high is None else _rounded(work.value(formula.high), formula)
        return Amount(
            amount_rial=_rounded(value, formula),
            exact_rial=value,
            high_rial=high,
            formula_fa=work.written(formula.expression, "fa"),
            formula_en=work.written(formula.expression, "en"),
            steps=work.steps(),
        )
    except _NoAmount as none:
        return Amount(None, none.code, none.at)


def _rounded(value: Fraction, formula: Formula) -> int:
    """Whole multiples of the rounding unit; HALF_UP, UP and DOWN mean away from and towards zero."""
    units = abs(value) / formula.rounding_rial
    whole = units.numerator // units.denominator
    rest = units - whole
    if (formula.rounding_mode == "UP" and rest > 0) or (formula.rounding_mode == "HALF_UP" and 2 * rest >= 1):
        whole += 1
    return (whole if value >= 0 else -whole) * formula.rounding_rial


class _Item:
    """One item of a summed list, knowing those before it and the last one."""

    def __init__(self, items: Sequence[Mapping[str, Fraction]], position: int) -> None:
        self.fields = items[position]
        self.before = items[: position + 1]
        self.last = items[-1]


class _Work:
    """One computation: the inputs made exact, and the named steps as they are found."""

    def __init__(self, formula: Formula, inputs: Mapping[str, Any]) -> None:
        self.formula = formula
        self._found: dict[tuple[int, int], Fraction] = {}
        self.items: dict[str, list[_Item]] = {}
        self.values = {name: q.value for name, q in formula.constants.items() if q.value is not None}
        for name, quantity in formula.inputs.items():
            self.values[name] = _given(name, quantity, inputs.get(name))
        for name, fields in formula.lists.items():
            if inputs.get(name) is None:
                raise _NoAmount("MISSING_INPUT", name)
            rows = [
                {key: _given(key, quantity, item.get(key)) for key, quantity in fields.items()}
                for item in inputs[name]
            ]
            self.items[name] = [_Item(rows, position) for position in range(len(rows))]
        for name, node in formula.steps:
            self.values[name] = self.value(node)

    def value(self, node: Node, item: _Item | None = None) -> Fraction:
        """The node's value, found once: the account asks again for what the sum has asked."""
        key = (id(node), id(item))
        if key not in self._found:
            self._found[key] = self._value(node, item)
        return self._found[key]

    def _value(self, node: Node, item: _Item | None) -> Fraction:
        match node:
            case Number(number):
                return number
            case Name(name):
                return item.fields[name] if item and name in item.fields else self.values[name]
            case Running(name) if item:
                return sum((other[name] for other in item.before), Fraction(0))
            case Last(name) if item:
                return item.last[name]
            case Operation(sign, left, right):
                return _applied(sign, self.value(left, item), self.value(right, item))
            case Call(function, inner):
                return _called(function, [self.value(part, item) for part in inner])
            case Lookup(table, key):
                return self._looked_up(table, self.value(key, item))
            case Sum(_, each):
                return sum((self.value(each, one) for one in self.items[node.items]), Fraction(0))
        raise AssertionError(f"not checked: {node}")

    def steps(self) -> tuple[Step, ...]:
        """Inputs, constants and steps that are single numbers, in the order of the definition."""
        formula = self.formula
        declared = {**formula.inputs, **formula.constants}
        plain = [
            Step(name, q.title_fa, q.title_en, self.values[name] / scale(q.unit), q.unit)
            for name, q in declared.items()
        ]
        found = [
            Step(name, "", "", self.values[name], str(formula.step_units[name])) for name, _ in formula.steps
        ]
        return (*plain, *found)

    def written(self, node: Node, language: str) -> str:
        """The expression with its numbers put in."""
        return self._text(node, language, None)[0]

    def _text(self, node: Node, language: str, item: _Item | None) -> tuple[str, int]:
        match node:
            case Operation(sign, left, right):
                if sign == "+" and 0 in (self.value(left, item), self.value(right, item)):
                    return self._text(left if self.value(right, item) == 0 else right, language, item)
                level = _PRECEDENCE[sign]
                first = _bracketed(self._text(left, language, item), level)
                second = _bracketed(self._text(right, language, item), level + (sign in "-/"))
                return f"{first}{SIGNS[sign]}{second}", level
            case Sum(_, each):
                return self._sum_text(node, each, language)
        return self._number(node, language, item), _ATOM

    def _sum_text(self, node: Sum, each: Node, language: str) -> tuple[str, int]:
        terms = [
            self._text(each, language, item) for item in self.items[node.items] if self.value(each, item) != 0
        ]
        if len(terms) == 1:
            return terms[0]
        if not terms:
            return grouped(0, None, language), _ATOM
        return SIGNS["+"].join(_bracketed(term, 1) for term in terms), 1

    def _number(self, node: Node, language: str, item: _Item | None) -> str:
        value = self.value(node, item)
        if self._is_percent(node, item):
            return _decimal_text(value * 100, language) + ("٪" if language == "fa" else "%")
        return _decimal_text(value, language)

    def _is_percent(self, node: Node, item: _Item | None) -> bool:
        match node:
            case Lookup(table, _):
                return self.formula.tables[table].unit == "percent"
            case Name(name):
                declared = {**self.formula.inputs, **self.formula.constants}
                for fields in self.formula.lists.values() if item else ():
                    declared = {**declared, **fields}
                return name in declared and declared[name].unit == "percent"
        return False

    def _looked_up(self, name: str, key: Fraction) -> Fraction:
        table = self.formula.tables[name]
        key = key / scale(table.key_unit)
        if table.mode == "MARGINAL":
            total = marginal_sum(table.bands, key, table.column)
            if isinstance(total, Found):
                raise _NoAmount("NO_ROW", name)
            return total * scale(table.unit)
        found = look_up(table.bands, key)
        if found.band is None:
            raise _NoAmount("AMBIGUOUS_ROW" if found.state == "AMBIGUOUS" else "NO_ROW", name)
        cell = found.band.row.get(table.column)
        if cell is None:
            raise _NoAmount("BLANK_ROW", name)
        return exact(cell) * scale(table.unit)


def _given(name: str, quantity: Quantity, value: Any) -> Fraction:
    if value is None:
        raise _NoAmount("MISSING_INPUT", name)
    number = exact(value) * scale(quantity.unit)
    least = quantity.minimum
    if least is not None and (number < least or (quantity.above and number == least)):
        raise _NoAmount("BELOW_MINIMUM", name)
    return number


def _applied(sign: str, left: Fraction, right: Fraction) -> Fraction:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right


def _called(function: str, values: list[Fraction]) -> Fraction:
    if function == "clamp":
        value, low, high = values
        return max(low, min(value, high))
    return min(values) if function == "min" else max(values)


def _bracketed(text: tuple[str, int], level: int) -> str:
    return f"({text[0]})" if text[1] < level else text[0]


def _decimal_text(value: Fraction, language: str) -> str:
    number = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = round(number, _MOST_DECIMALS)
    return ("" if Fraction(rounded) == value else "≈") + grouped(rounded, None, language)
