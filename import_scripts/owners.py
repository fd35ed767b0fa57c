"""Reads the owners of a property file into blind indexes; doubtful codes are listed masked and left out."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from gis_core.city import City
from gis_core.errors import BadInput
from gis_core.identifiers import national_code, required
from gis_core.persian import normalise
from gis_core.personal_data import blind_index, masked
from import_scripts.issues import SENTENCES, Doubts, Outcome
from import_scripts.task import Task

CODES = ("national_code", "legal_id")
"""By what an owner is known, in the order in which a number is read: a person, or a company."""
SEPARATORS = re.compile(r"[\s,،;؛|/]+")
SEPARATORS_AS_TYPED = re.compile(r"[,،;؛|\n]+")

SENTENCES.update(
    {
        "OWNER_LEFT_OUT": (
            "یک مالک این ملک ثبت نشد: {why_fa}",
            "An owner of this property was left out: {why_en}",
        ),
        "OWNER_FILLED_UP": (
            "کد ملی {digits} رقم داشت؛ صفرهای آغاز آن افزوده شد.",
            "The national code had {digits} digits; the zeros at its beginning were added.",
        ),
    }
)


def owner_indexes(codes: pd.Series, task: Task, doubts: Doubts) -> pd.Series:
    """
    Blind indexes of each row's owners, joined by commas in their order; None where no owner is known.

    Several codes of a row are separated by commas, semicolons, slashes, bars, blanks or lines. They are read
    with the city's validator for national codes (policy `person`). With the recipe's option
    `fill_up_national_codes` a code of 8 or 9 digits gets the zeros that a spreadsheet took from it; each
    such code is reported. A code that cannot be read is reported masked and left out.
    """
    indexes = [_row(text, line, task, doubts) for line, text in codes.items()]
    return pd.Series(indexes, index=codes.index, dtype=object)


def joined(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that differ in nothing but their owners as one row with the owners of all."""
    others = [name for name in frame if name != "owner_indexes"]
    if not frame.duplicated(others).any():
        return frame
    together = frame.groupby(others, dropna=False, sort=False)["owner_indexes"].transform(_union)
    return frame.assign(owner_indexes=together.where(together != "", None)).drop_duplicates(others)


def as_list(indexes: str | None) -> list[str] | None:
    """The indexes of a row as its column keeps them."""
    return indexes.split(",") if indexes else None


def _row(text: str | None, line: int, task: Task, doubts: Doubts) -> str | None:
    found = {blind_index(code) for code in _read(text, line, task, doubts)} if text else set()
    return ",".join(sorted(found)) or None


def _read(text: str, line: int, task: Task, doubts: Doubts) -> Iterator[str]:
    validators = _validators(task.city)
    for code in filter(None, (SEPARATORS if validators else SEPARATORS_AS_TYPED).split(text)):
        if not validators:
            yield normalise(code)
            continue
        filled = _filled_up(code) if task.recipe.options.get("fill_up_national_codes") else None
        if filled:
            words = {"value": masked(code), "outcome": Outcome.REPAIRED, "digits": len(code)}
            doubts.add("OWNER_FILLED_UP", line=line, field="owner", **words)
        known = filled or _known(code, validators, line, doubts)
        if known:
            yield known


def _validators(city: City) -> tuple[str, ...]:
    """How owners are read here; empty where people are known by what they typed."""
    own: Mapping[str, str] = city.policies.get("person", {})
    return (own["national_code"],) if own.get("national_code") else () if "national_code" in own else CODES


def _filled_up(code: str) -> str | None:
    reading = national_code(code, padding="PAD_LEFT")
    return reading.canonical if reading.canonical and len(code) in (8, 9) else None


def _known(code: str, validators: tuple[str, ...], line: int, doubts: Doubts) -> str | None:
    first: BadInput | None = None
    for validator in validators:
        try:
            return required(validator, code)
        except BadInput as wrong:
            first = first or wrong
    if first is not None:
        words = {"why_fa": first.fa, "why_en": first.en}
        doubts.add("OWNER_LEFT_OUT", line=line, field="owner", value=masked(code), **words)
    return None


def _union(rows: pd.Series) -> str:
    return ",".join(sorted({index for row in rows if row for index in row.split(",")}))
