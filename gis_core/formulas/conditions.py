"""Reads and answers the condition under which a fee applies: `use == "residential" and units >= 2`."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gis_core.exact_bands import exact
from gis_core.formulas.expressions import WrongFormula

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@dataclass(frozen=True)
class Condition:
    """A condition over facts of the case; the empty one always holds."""

    text: str

    def __post_init__(self) -> None:
        if self.text:
            _checked(self._tree(), self.text)

    @property
    def facts(self) -> frozenset[str]:
        """Names of the facts it asks for."""
        return (
            frozenset(node.id for node in ast.walk(self._tree()) if isinstance(node, ast.Name))
            if self.text
            else frozenset()
        )

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """Whether it holds; None when a fact that decides is not known."""
        return _answer(self._tree(), facts, self.text) if self.text else True

    def _tree(self) -> ast.expr:
        return _parsed(self.text)


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as wrong:
        raise WrongFormula(f"This is not a condition: {text}") from wrong


def _checked(tree: ast.expr, text: str) -> None:
    match tree:
        case ast.BoolOp(values=values):
            for part in values:
                _checked(part, text)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _checked(operand, text)
        case ast.Compare(
            left=ast.Name(), ops=[op], comparators=[ast.Constant(value=str() | int() | float())]
        ):
            if type(op) not in _COMPARE:
                raise WrongFormula(f"This comparison is not in the language: {text}")
        case _:
            raise WrongFormula(f"A condition compares facts with values: {text}")


def _answer(tree: ast.expr, facts: Mapping[str, Any], text: str) -> bool | None:
    match tree:
        case ast.BoolOp(op=op, values=values):
            answers = [_answer(part, facts, text) for part in values]
            decisive = isinstance(op, ast.Or)
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        case ast.UnaryOp(operand=operand):
            inner = _answer(operand, facts, text)
            return None if inner is None else not inner
        case ast.Compare(
            left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=limit) as written]
        ):
            fact = facts.get(name)
            if fact is None:
                return None
            if isinstance(limit, str):
                return _COMPARE[type(op)](fact, limit)
            return _COMPARE[type(op)](exact(fact), exact(ast.get_source_segment(text, written)))
    raise WrongFormula(f"A condition compares facts with values: {text}")
