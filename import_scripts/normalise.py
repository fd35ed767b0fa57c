"""Brings rows into our words: fields by the recipe, Persian letters, digits, units, the metric CRS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis_core.errors import BadInput
from gis_core.jalali import parse
from gis_core.numerals import read_numeral
from gis_core.persian import latin_digits, tidy
from import_scripts.issues import Doubts, FileRefused, Outcome
from import_scripts.place import check_place, crs_of
from import_scripts.recipe import FieldRule
from import_scripts.task import Table, Task

# International foot and acre, exact by definition; published areas in US feet differ by 4 parts in a million.
UNITS = {
    "": Decimal(1),
    "m": Decimal(1),
    "m2": Decimal(1),
    "ft": Decimal("0.3048"),
    "ft2": Decimal("0.3048") ** 2,
    "ha": Decimal(10_000),
    "share": Decimal(100),  # shares of one, wanted as percent
    "km/h": Decimal(1),
}


@dataclass(frozen=True)
class Field:
    """A field that a kind of import knows: what its values are, and whether each row must have one."""

    is_a: Literal["text", "code", "number", "date", "yes_no", "list"] = "text"
    required: bool = False


def fields_of(table: Table, known: Mapping[str, Field], task: Task, doubts: Doubts) -> pd.DataFrame:
    """
    The known fields as columns: text tidied, codes with Latin digits, numbers as floats in SI units.

    A required field may stay empty here; checking says so. Columns of the recipe that the file has not
    stop the import.
    """
    rules = task.recipe.fields
    _refuse_unknown(set(rules) - set(known), "fields", known)
    result = pd.DataFrame(index=table.frame.index)
    for name, field in known.items():
        if name in rules:
            result[name] = column(table.frame, name, rules[name], field, doubts)
    return result


def column(frame: pd.DataFrame, name: str, rule: FieldRule, field: Field, doubts: Doubts) -> pd.Series:
    """One field of all rows, read as the recipe's rule says."""
    if not rule.names:
        return pd.Series([rule.value] * len(frame), index=frame.index, dtype=object)
    values = cells(frame, rule)
    if rule.words:
        return _translated(values, name, rule, doubts)
    if field.is_a == "number":
        return _numbers(values, name, rule, doubts)
    if field.is_a == "date":
        return _dates(values, name, doubts)
    if field.is_a == "yes_no":
        return _answers(values, name, doubts)
    texts = _texts(values, codes=field.is_a == "code")
    return texts.fillna(rule.otherwise) if rule.otherwise is not None else texts


def cells(frame: pd.DataFrame, rule: FieldRule) -> pd.Series:
    """
    The file's cells that a rule names, as they stand; of several columns their tidied texts, joined.

    Raises
    ------
    FileRefused
        When the file has no such column.
    """
    for name in rule.names:
        if name not in frame.columns:
            there = ", ".join(map(str, frame.columns))
            raise FileRefused(
                fa=f"پرونده ستون «{name}» ندارد؛ این‌ها را دارد: {there}",
                en=f"The file has no column “{name}”; it has {there}.",
                details={"reason": "NO_COLUMN", "column": name},
            )
    if not rule.columns:
        return frame[rule.names[0]]
    rows = zip(*(_texts(frame[name], codes=False) for name in rule.columns), strict=True)
    joined = [None if None in row else rule.joiner.join(row) for row in rows]
    return pd.Series(joined, index=frame.index, dtype=object)


def shapes_of(table: Table, task: Task, doubts: Doubts) -> np.ndarray:
    """
    The shapes in the city's metric CRS, flat; None where a row has none.

    Raises
    ------
    FileRefused
        When the file has no shapes, nobody says in which CRS they are, or they do not lie in the city.
    """
    if "x" in task.recipe.options:
        shapes = _points(table.frame, task, doubts)
    elif isinstance(table.frame, geopandas.GeoDataFrame):
        shapes = np.asarray(table.frame.geometry.array, dtype=object)
    else:
        raise FileRefused(
            fa=f"{task.file.name} شکل ندارد.",
            en=f"{task.file.name} has no shapes.",
            details={"reason": "NO_SHAPES"},
        )
    crs = crs_of(table.crs, shapes, task)
    check_place(shapes, crs, task.city)
    high = shapely.has_z(shapes)
    if high.any():
        doubts.add("HEIGHTS_DROPPED", field="geometry", value=int(high.sum()), count=int(high.sum()))
        shapes = shapely.force_2d(shapes)
    metric = pyproj.CRS.from_epsg(task.city.metric_srid)
    if crs == metric:
        return shapes
    convert = pyproj.Transformer.from_crs(crs, metric, always_xy=True)
    return shapely.transform(
        shapes, lambda points: np.column_stack(convert.transform(points[:, 0], points[:, 1]))
    )


def _points(frame: pd.DataFrame, task: Task, doubts: Doubts) -> np.ndarray:
    """Points out of two columns of a table, named by the recipe's options `x` and `y`."""
    x, y = (
        column(frame, name, FieldRule(task.recipe.options[name]), Field("number"), doubts).to_numpy(float)
        for name in ("x", "y")
    )
    known = ~(np.isnan(x) | np.isnan(y))
    shapes = np.full(len(frame), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    return shapes


def _refuse_unknown(unknown: set[str], what: str, known: Mapping[str, Any]) -> None:
    if unknown:
        names = ", ".join(sorted(unknown))
        raise FileRefused(
            fa=f"دستور ورود فیلد ناشناخته دارد: {names}. شناخته‌ها: {', '.join(known)}",
            en=f"The recipe has unknown {what}: {names}. Known are {', '.join(known)}.",
            details={"reason": "BAD_RECIPE"},
        )


def _texts(values: pd.Series, *, codes: bool) -> pd.Series:
    """Tidied text; empty and missing become None. Each different value is tidied once."""
    tidied: dict[Any, str | None] = {}
    objects = values.to_numpy(object).tolist()  # once: a NaN is found again only as the same object
    if _are_tidy(objects):
        return pd.Series(objects, index=values.index, dtype=object)
    for value in set(objects):
        text = "" if _missing(value) else tidy(_plain(value))
        tidied[value] = (latin_digits(text) if codes else text) or None
    return pd.Series([tidied[value] for value in objects], index=values.index, dtype=object)


def _are_tidy(objects: list[Any]) -> bool:
    """Whether all are words of plain Latin letters, digits and signs, as keys of a city's own files are."""
    if not all(type(value) is str and value for value in objects):
        return False
    whole = "".join(objects)
    return whole.isascii() and whole.isprintable() and " " not in whole


def _plain(value: Any) -> str:
    """A number that a table keeps as 12.0 is the code 12."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _translated(values: pd.Series, name: str, rule: FieldRule, doubts: Doubts) -> pd.Series:
    texts = _texts(values, codes=False)
    known = set(rule.words)
    if rule.otherwise is None:
        for line, text in texts[~texts.isin(known) & texts.notna()].items():
            doubts.add("UNKNOWN_WORD", line=line, field=name, value=text, known=", ".join(sorted(known)))
    translated = [rule.words.get(text, rule.otherwise) for text in texts]
    return pd.Series(translated, index=values.index, dtype=object)


def _numbers(values: pd.Series, name: str, rule: FieldRule, doubts: Doubts) -> pd.Series:
    if rule.unit not in UNITS:
        raise FileRefused(
            fa=f"یکای «{rule.unit}» شناخته نیست؛ شناخته‌ها: {', '.join(filter(None, UNITS))}",
            en=f"The unit “{rule.unit}” is not known; known are {', '.join(filter(None, UNITS))}.",
            details={"reason": "BAD_RECIPE"},
        )
    factor = UNITS[rule.unit]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype(float) * float(factor)
    return pd.Series(
        [_number(value, line, name, factor, doubts) for line, value in values.items()],
        index=values.index,
        dtype=float,
    )


def _number(value: Any, line: int, name: str, factor: Decimal, doubts: Doubts) -> float:
    if _missing(value) or not str(value).strip():
        return np.nan
    try:
        return float(value) * float(factor)
    except ValueError:
        pass
    try:
        numeral = read_numeral(str(value))
    except BadInput:
        doubts.add(
            "UNREADABLE_VALUE", line=line, field=name, value=value, wanted="a number", outcome=Outcome.NOTED
        )
        return np.nan
    if numeral.value is None:
        reading = " / ".join(map(str, numeral.candidates))
        doubts.add("UNCLEAR_DECIMAL", line=line, field=name, value=value, reading=reading)
        return np.nan
    return float(numeral.value * factor)


YES, NO = (
    frozenset({"1", "yes", "true", "y", "بله", "آری", "دارد"}),
    frozenset({"0", "no", "false", "n", "خیر", "نه", "ندارد"}),
)


def _answers(values: pd.Series, name: str, doubts: Doubts) -> pd.Series:
    """Yes and no as people and tables write them; None where a cell is empty or says something else."""
    texts = _texts(values, codes=True)
    answers: list[bool | None] = []
    for line, text in texts.items():
        said = None if text is None else text.lower()
        if said is not None and said not in YES | NO:
            doubts.add("UNREADABLE_VALUE", line=line, field=name, value=text, wanted="yes or no")
        answers.append(None if said not in YES | NO else said in YES)
    return pd.Series(answers, index=values.index, dtype=object)


def _dates(values: pd.Series, name: str, doubts: Doubts) -> pd.Series:
    days: list[date | None] = []
    for line, value in values.items():
        if _missing(value) or not str(value).strip():
            days.append(None)
            continue
        day = _day(str(value))
        if day is None:
            doubts.add("UNREADABLE_VALUE", line=line, field=name, value=value, wanted="a day")
        days.append(day)
    return pd.Series(days, index=values.index, dtype=object)


def _day(text: str) -> date | None:
    """A day as people write it, Jalali or Gregorian, or as a workbook keeps it, with a time."""
    try:
        return parse(text)
    except BadInput:
        day = pd.to_datetime(latin_digits(text), errors="coerce")
        return None if day is pd.NaT else day.date()
