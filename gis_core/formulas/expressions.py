"""Reads the language of formulas: arithmetic, min, max, clamp, lookup, sums over given lists, no more."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from gis_core.exact_bands import exact


class WrongFormula(ValueError):
    """A definition that must not be used: the sentence says what is wrong with which part."""


@dataclass(frozen=True)
class Number:
    """A number written in the expression; 0 fits every unit."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """An input, a constant, a named step or, inside a sum, a field of the item."""

    name: str


@dataclass(frozen=True)
class Operation:
    """Two parts joined by + - * or /."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """min, max or clamp(value, low, high)."""

    function: str
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Lookup:
    """The value of a table's row for a key."""

    table: str
    key: "Node"


@dataclass(frozen=True)
class Sum:
    """An expression for each item of a given list, added up."""

    items: str
    each: "Node"


@dataclass(frozen=True)
class Running:
    """Inside a sum: a field added up over the items so far, the present one included."""

    field: str


@dataclass(frozen=True)
class Last:
    """Inside a sum: a field of the last item."""

    field: str


Node = Number | Name | Operation | Call | Lookup | Sum | Running | Last

_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_LONGEST_TEXT = 2000
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def parsed(text: str) -> Node:
    """
    Read an expression.

    Raises
    ------
    WrongFormula
        When it holds anything but the language.

    Examples
    --------
    >>> parsed("area * 0.015")
    Operation(sign='*', left=Name(name='area'), right=Number(value=Fraction(3, 200)))
    """
    if len(text) > _LONGEST_TEXT:
        raise WrongFormula(f"An expression has at most {_LONGEST_TEXT} letters.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _node(tree.body, text.strip())
    except (SyntaxError, RecursionError, MemoryError) as wrong:
        raise WrongFormula(f"This is not an expression: {text}") from wrong


def parts(node: Node) -> Iterator[Node]:
    """The node and all that is inside it."""
    yield node
    match node:
        case Operation(_, left, right):
            yield from parts(left)
            yield from parts(right)
        case Call(_, inner):
            for part in inner:
                yield from parts(part)
        case Lookup(_, key):
            yield from parts(key)
        case Sum(_, each):
            yield from parts(each)


def _node(tree: ast.expr, text: str) -> Node:
    match tree:
        case ast.Constant(value=int() | float()) if not isinstance(tree.value, bool):
            # the written digits, not the binary float that Python made of them
            return Number(exact(ast.get_source_segment(text, tree)))
        case ast.Name(id=name) if _NAME.fullmatch(name):
            return Name(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            return Operation(_SIGNS[type(op)], _node(left, text), _node(right, text))
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
            return _call(function, args, text)
    raise WrongFormula(f"The language has no “{ast.get_source_segment(text, tree)}”.")


def _call(function: str, args: list[ast.expr], text: str) -> Node:
    match function, args:
        case ("lookup", [ast.Name(id=table), key]):
            return Lookup(table, _node(key, text))
        case ("sum", [ast.Name(id=items), each]):
            return Sum(items, _node(each, text))
        case ("running", [ast.Name(id=field)]):
            return Running(field)
        case ("last", [ast.Name(id=field)]):
            return Last(field)
        case ("min" | "max", [_, _, *_]):
            return Call(function, tuple(_node(part, text) for part in args))
        case ("clamp", [_, _, _]):
            return Call(function, tuple(_node(part, text) for part in args))
    raise WrongFormula(f"The language has no {function} with {len(args)} parts.")
