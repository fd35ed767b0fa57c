"""Checks the tables within a rule's parameters, cell by cell, before anybody looks something up in them."""

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

Faults = Iterable[str]
#: What each cell of a row must be.
Cells = Mapping[str, Callable[[Any], bool]]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_size(value: Any) -> bool:
    """Whether a value is a number that is not negative."""
    return is_number(value) and value >= 0


def is_share(value: Any) -> bool:
    """
    Whether a value is a share from none to all, as a number or as a fraction in words.

    Examples
    --------
    >>> [is_share(value) for value in ("2/3", 0.5, "two thirds", "4/3")]
    [True, True, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        return 0 <= Fraction(str(value)) <= 1
    except (ValueError, ZeroDivisionError):
        return False


def one_of(name: str, value: Any, wanted: frozenset[str]) -> Faults:
    """That a value is none of some words."""
    known = isinstance(value, str) and value in wanted
    return [] if known else [f"{name} is {value}, and must be one of {', '.join(sorted(wanted))}"]


def within(name: str, value: float, least: float, most: float) -> Faults:
    """That a number lies outside what it may be."""
    if value < least:
        return [f"{name} is {value}, and must not be negative"]
    return [f"{name} is {value}, and must not be more than {most:g}"] if value > most else []


def cells(name: str, rows: Any, needed: Cells) -> Faults:
    """Cells without which a row says nothing, and those that say what nobody can read."""
    if not isinstance(rows, list | tuple):
        yield f"{name} is {rows!r}, and must be a list"
        return
    for number, row in enumerate(rows):
        for cell, sound in needed.items():
            value = row.get(cell) if isinstance(row, Mapping) else None
            if value is None:
                yield f"{name}[{number}].{cell} is missing"
            elif not sound(value):
                yield f"{name}[{number}].{cell} is {value!r}, which cannot be read"


def bands(name: str, rows: Any, cell: str, *, blank: bool = True, cells: str = "a number") -> Faults:
    """
    What is wrong with a table of numeric bands: no row, bounds that are none, a cell that is no number.

    A blank cell says that the row has no rule, where the table may say that; gaps and overlaps are the
    report's (`tables.py`), for a printed table may have them.

    Examples
    --------
    >>> list(bands("bands", [{"from": 8, "to": 6, "storeys": "two"}], "storeys"))
    ['bands[0] begins at 8 and ends at 6', "bands[0].storeys is 'two', which cannot be read"]
    """
    if not isinstance(rows, list | tuple) or not rows:
        yield f"{name} is {rows!r}, and must be a list of rows"
        return
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            yield f"{name}[{number}] is {row!r}, and must be a table"
            continue
        yield from _bounds(f"{name}[{number}]", row)
        if row.get(cell) is None:
            yield from () if blank else (f"{name}[{number}].{cell} is missing",)
        elif not (isinstance(row[cell], str) if cells == "a name" else is_size(row[cell])):
            yield f"{name}[{number}].{cell} is {row[cell]!r}, which cannot be read"


def _bounds(name: str, row: Mapping[str, Any]) -> Faults:
    low, high = row.get("from"), row.get("to")
    for bound, value in (("from", low), ("to", high)):
        if value is not None and not is_number(value):
            yield f"{name}.{bound} is {value!r}, which cannot be read"
    if low is not None and high is not None and is_number(low) and is_number(high) and low > high:
        yield f"{name} begins at {low} and ends at {high}"
    for bound in ("from_included", "to_included"):
        if not isinstance(row.get(bound, True), bool):
            yield f"{name}.{bound} is {row[bound]!r}, and must be yes or no"


def wells(rows: Any, serves: Any) -> Faults:
    """What is wrong with a table of light wells: rows by plot size, and in each the rooms that are served."""
    if not rows or not serves or not all(isinstance(room, str) for room in serves):
        yield "rows and serves must each name something"
        return
    ends = []
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            yield f"rows[{number}] is {row!r}, and must be a table"
            continue
        ends.append(row.get("up_to_m2"))
        for room in sorted(set(serves) & set(row)):
            yield from _well(f"rows[{number}].{room}", row[room])
    if not all(end is None or is_size(end) for end in ends):
        yield "rows.up_to_m2 is no number"
    elif ends != sorted(ends, key=lambda end: math.inf if end is None else end):
        yield "rows are not in the order of up_to_m2: a later row would never be read"


def _well(name: str, need: Any) -> Faults:
    if not isinstance(need, Mapping):
        yield f"{name} is {need!r}, and must be a table"
        return
    if not any(is_size(need.get(size)) for size in ("percent_of_plot", "area_m2")):
        yield f"neither {name}.percent_of_plot nor {name}.area_m2 says how large"
    for size in ("percent_of_plot", "area_m2", "min_dimension_m"):
        if size in need and not is_size(need[size]):
            yield f"{name}.{size} is {need[size]!r}, which cannot be read"
    if "min_dimension_m" not in need:
        yield f"{name}.min_dimension_m is missing"
