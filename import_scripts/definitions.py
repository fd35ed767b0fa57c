"""Loads checked definitions (tariffs, rules, land values): unchanged ones stay, corrected ones follow."""

import re
import tomllib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db.models import Model

from gis_core.errors import BadInput
from gis_core.exact_bands import Band, exact
from gis_core.formulas.tables import bands, gaps, overlaps
from gis_core.jalali import parse
from gis_core.models import Confidence, LegalStatus, Source
from import_scripts.issues import SENTENCES, Doubts, FileRefused, Outcome

Period = tuple[date, date | None]

SENTENCES.update(
    {
        "TABLE_GAP": (
            "در جدول «{table}» میان {low} و {high} ردیفی نیست؛ آن‌جا پاسخی داده نمی‌شود.",
            "The table “{table}” has no row between {low} and {high}; nothing is answered there.",
        ),
        "TABLE_OVERLAP": (
            "در جدول «{table}» از {low} تا {high} در دو ردیف آمده است.",
            "In the table “{table}” {low} to {high} stands in two rows.",
        ),
        "TABLE_CLIFF": (
            "جدول «{table}» پله‌ای است و در مرزها می‌پرد: {jumps}.",
            "The table “{table}” goes by steps and jumps at its bounds: {jumps}.",
        ),
        "TREND_BROKEN": (
            "در جدول «{table}» ردیف {row} روند ستون «{column}» را می‌شکند: {before} سپس {after}.",
            "In the table “{table}” row {row} breaks the trend of “{column}”: {before}, then {after}.",
        ),
        "FAR_NOT_COVERAGE_TIMES_STOREYS": (
            "در پهنهٔ {zone} تراکم {far}٪ است ولی سطح اشغال ضرب در طبقات {product}٪ می‌شود.",
            "In zone {zone} density is {far} % but coverage times storeys gives {product} %.",
        ),
        "WRONG_FORMULA": ("فرمول پذیرفته نیست: {why}", "The formula is refused: {why}"),
        "WRONG_ENTRY": ("این ورودی درست نیست: {why}", "The entry is wrong: {why}"),
        "TWO_AT_ONCE": (
            "«{code}» دو بار برای یک روز آمده است.",
            "“{code}” is given twice for one day.",
        ),
        "SAMPLE_ONLY": (
            "{count} ردیف نمونه و غیررسمی است و باید با همین نشان نمایش داده شود.",
            "{count} rows are samples, not official, and must be shown as such.",
        ),
    }
)


@dataclass(frozen=True)
class Definition:
    """One definition of a file: what it is called, when it holds, its columns, and the line it stands on."""

    key: Mapping[str, str]
    period: Period
    values: Mapping[str, Any]
    line: int
    lineage: uuid.UUID | None = None


def read_definitions(path: Path) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """
    A TOML file of definitions, and for each kind of table the lines on which its entries begin.

    Raises
    ------
    FileRefused
        When it is not TOML.
    """
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise FileRefused(
            fa=f"پروندهٔ {path.name} TOML نیست: {wrong}",
            en=f"{path.name} is not TOML: {wrong}",
            details={"reason": "NOT_TOML"},
        ) from wrong
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\[\[(\w+)\]\]", line)
        if header:
            lines.setdefault(header.group(1), []).append(number)
    return raw, lines


def day(value: Any) -> date:
    """
    A day of a definition: a TOML date is Gregorian, a text is Jalali.

    Raises
    ------
    ValueError
        When it is neither, or there is no such day.

    Examples
    --------
    >>> day("1404-01-01"), day(date(2025, 3, 21))
    (datetime.date(2025, 3, 21), datetime.date(2025, 3, 21))
    """
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError(f"Expected a day, got {value!r}.")
    if isinstance(value, date):
        return value
    try:
        return parse(value)
    except BadInput as wrong:
        raise ValueError(wrong.en) from wrong


def period(entry: Mapping[str, Any]) -> Period:
    """First day, and the first day on which it no longer holds (None: without end)."""
    first = day(entry["valid_from"])
    end = day(entry["valid_to"]) if "valid_to" in entry else None
    if end is not None and not end > first:
        raise ValueError(f"valid_to {end} is not after valid_from {first}.")
    return first, end


def load_sources(entries: Iterable[Mapping[str, Any]]) -> dict[str, Source]:
    """The legal documents of a file, by code; those that are known already are brought up to date."""
    for entry in entries:
        values = {key: value for key, value in entry.items() if key != "code"}
        if "issued_on" in values:
            values["issued_on"] = day(values["issued_on"])
        Source.objects.update_or_create(code=entry["code"], defaults=values)
    return {source.code: source for source in Source.objects.all()}


def citation(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> dict[str, Any]:
    """Source, confidence and legal status of an entry, checked."""
    code = entry.get("source")
    if code is not None and code not in sources:
        raise ValueError(f"There is no source {code}.")
    confidence, status = entry.get("confidence", "C"), entry.get("legal_status", "in_force")
    if confidence not in Confidence.values or status not in LegalStatus.values:
        raise ValueError(f"There is no confidence {confidence} or legal status {status}.")
    return {"source": sources.get(code) if code else None, "confidence": confidence, "legal_status": status}


def refuse_if_wrong(doubts: Doubts) -> None:
    """
    All or nothing: one refused entry refuses the file.

    Raises
    ------
    FileRefused
        When an entry was refused.
    """
    refused = [doubt for doubt in doubts if doubt.outcome is Outcome.REFUSED]
    if refused:
        raise FileRefused(
            fa=f"{len(refused)} ورودی پذیرفته نیست، از جمله سطر {refused[0].line}: {refused[0].fa}",
            en=f"{len(refused)} entries are refused, among them line {refused[0].line}: {refused[0].en}",
            details={"reason": "REFUSED_ENTRIES", "lines": [doubt.line for doubt in refused]},
        )


def two_at_once(definitions: Sequence[Definition], doubts: Doubts) -> None:
    """Report definitions of one key whose periods overlap within the file."""
    by_key: dict[tuple[Any, ...], list[Definition]] = {}
    for one in definitions:
        by_key.setdefault((one.lineage, *sorted(one.key.items())), []).append(one)
    for same in by_key.values():
        ordered = sorted(same, key=lambda one: one.period[0])
        for before, after in pairwise(ordered):
            if _overlap(before.period, after.period):
                code = " ".join(value for value in after.key.values() if value)
                doubts.add("TWO_AT_ONCE", line=after.line, value=code, outcome=Outcome.REFUSED, code=code)


def put(model: type[Model], one: Definition, *, now: datetime, run_id: int | None = None) -> str:
    """
    Bring one definition into its table and say what came of it: `unchanged`, `loaded` or `corrected`.

    What was known before stays: rows that the new one contradicts are closed in knowledge time, and
    what they said of the days outside the new period is known anew.
    """
    current = model.objects.filter(known__upper_inf=True, **one.key)
    if one.lineage is not None:
        current = model.objects.filter(known__upper_inf=True, lineage=one.lineage)
    rows = [row for row in current if _overlap((row.valid.lower, row.valid.upper), one.period)]
    if len(rows) == 1 and _same(rows[0], one):
        return "unchanged"
    known = (now, None)
    lineage = one.lineage or next((row.lineage for row in current), uuid.uuid4())
    version = (
        max((getattr(row, "version", 0) for row in model.objects.filter(lineage=lineage)), default=0) + 1
    )
    for row in rows:
        model.objects.filter(pk=row.pk).update(known=(row.known.lower, now))
        for rest in _outside((row.valid.lower, row.valid.upper), one.period):
            row.pk, row.valid, row.known = None, rest, known
            row._state.adding = True
            row.save(force_insert=True)
    values = dict(one.values) | dict(one.key) | {"lineage": lineage, "valid": one.period, "known": known}
    names = {field.name for field in model._meta.concrete_fields}
    if "version" in names:
        values["version"] = version
    if "import_run" in names:
        values["import_run_id"] = run_id
    model.objects.create(**values)
    return "corrected" if rows else "loaded"


def check_table(
    name: str, table: Sequence[Band], line: int, doubts: Doubts, *, whole_keys: bool = False
) -> None:
    """
    Report gaps and overlaps of a table as doubts; nothing is repaired.

    With `whole_keys` (storeys, years) nothing lies between a number and the next one.
    """
    for low, high in gaps(table):
        if whole_keys and high - low <= 1:
            continue
        doubts.add(
            "TABLE_GAP",
            line=line,
            field=name,
            value=f"{plain(low)}…{plain(high)}",
            table=name,
            low=plain(low),
            high=plain(high),
        )
    for first, last in overlaps(table):
        words = {"table": name, "low": plain(first), "high": plain(last)}
        doubts.add("TABLE_OVERLAP", line=line, field=name, value=f"{plain(first)}…{plain(last)}", **words)


def as_bands(rows: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """
    Rows of a table as bands.

    Raises
    ------
    ValueError
        When a bound is not a number.
    """
    return bands(rows)


def plain(value: Any) -> str:
    """A number as people write it; `∞` for no bound."""
    return "∞" if value is None else f"{float(exact(value)):g}"


def _overlap(first: Period, second: Period) -> bool:
    return (second[1] is None or first[0] < second[1]) and (first[1] is None or second[0] < first[1])


def _outside(old: Period, new: Period) -> list[Period]:
    found: list[Period] = []
    if old[0] < new[0]:
        found.append((old[0], new[0]))
    if new[1] is not None and (old[1] is None or new[1] < old[1]):
        found.append((new[1], old[1]))
    return found


def _same(row: Model, one: Definition) -> bool:
    if (row.valid.lower, row.valid.upper) != one.period:
        return False
    return all(getattr(row, name) == value for name, value in one.values.items())
