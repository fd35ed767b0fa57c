"""Rows of doubt: what an import found strange, where, and what it did about it; and the report of them."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from gis_core.errors import Trouble


class Outcome(StrEnum):
    """What became of a doubtful row."""

    NOTED = "noted"
    REPAIRED = "repaired"
    REFUSED = "refused"


class FileRefused(Trouble):
    """The file as a whole cannot be brought in; `details["reason"]` is the machine code of why."""

    code: ClassVar[str] = "FILE_REFUSED"
    status: ClassVar[int] = 422


SENTENCES: dict[str, tuple[str, str]] = {
    "EMPTY_SHAPE": ("این سطر شکل ندارد.", "The row has no shape."),
    "WRONG_SHAPE": (
        "شکل این سطر {found} است؛ برای این لایه {wanted} لازم است.",
        "The shape is a {found}; this layer holds {wanted}.",
    ),
    "SELF_CROSSING": (
        "مرز شکل خودش را قطع می‌کرد ({why}). ترمیم شد و مساحت از {before} به {after} متر مربع رسید.",
        "The outline crossed itself ({why}). It was repaired; its area went from {before} to {after} m².",
    ),
    "SELF_CROSSING_UNCLEAR": (
        "مرز شکل خودش را قطع می‌کند ({why}) و ترمیم آن بیش از یک پاسخ دارد. آن را در پروندهٔ اصلی درست کنید.",
        "The outline crosses itself ({why}) and can be repaired in more than one way. Correct the file.",
    ),
    "HEIGHTS_DROPPED": (
        "{count} شکل ارتفاع (Z) داشتند؛ فقط طول و عرض نگه داشته شد.",
        "{count} shapes carried heights (Z); only their plan was kept.",
    ),
    "CURVES_FLATTENED": (
        "لایه کمان دارد؛ کمان‌ها با خط‌های کوتاه تقریب زده شدند.",
        "The layer holds curves; they were approximated by short lines.",
    ),
    "MANY_PARTS": (
        "این قطعه {count} تکهٔ جدا دارد؛ هر تکه جداگانه ثبت شد.",
        "The lot has {count} separate parts; each was loaded on its own.",
    ),
    "SPLINTER_LEFT_OUT": (
        "تکه‌ای به مساحت {area} متر مربع، باریک‌تر از دقت نقشه، کنار گذاشته شد.",
        "A part of {area} m², narrower than the accuracy of the map, was left out.",
    ),
    "OUTSIDE_CITY": (
        "شکل بیرون از محدودهٔ شهر است؛ نزدیک {place}.",
        "The shape lies outside the city, near {place}.",
    ),
    "MISSING_VALUE": ("این خانه خالی است.", "The cell is empty."),
    "UNREADABLE_VALUE": ("این مقدار به صورت {wanted} خوانده نشد.", "The value cannot be read as {wanted}."),
    "UNCLEAR_DECIMAL": (
        "معلوم نیست «/» در این عدد ممیز است یا تقسیم؛ خالی گذاشته شد. ({reading})",
        "It is not clear whether “/” is a decimal mark here; left empty. ({reading})",
    ),
    "UNKNOWN_WORD": (
        "این مقدار در جدول دستور ورود نیست ({known}).",
        "The recipe's table does not have this value ({known}).",
    ),
    "KEY_MALFORMED": (
        "این شماره به شکل {wanted} نیست؛ به عنوان قطعه ثبت نشد.",
        "The number is not of the form {wanted}; it was not loaded as a lot.",
    ),
    "NOT_A_LOT": (
        "این سطر قطعه نیست ({found})؛ با همین نوع ثبت شد.",
        "The row is not a lot ({found}); it was loaded as such.",
    ),
    "DUPLICATE_ROW": (
        "این سطر با سطر {other} یکی است؛ یک بار ثبت شد.",
        "The row repeats row {other}; it was loaded once.",
    ),
    "DUPLICATE_KEY": (
        "این شماره در {count} سطر با شکل‌های گوناگون آمده است.",
        "The number stands in {count} rows with different shapes.",
    ),
    "OVERLAP": (
        "با «{other}» (سطر {other_line}) {area} متر مربع همپوشانی دارد، تا پهنای {width} متر.",
        "It overlaps “{other}” (row {other_line}) by {area} m², up to {width} m wide.",
    ),
    "GAP": (
        "میان شکل‌ها شکافی به مساحت {area} متر مربع نزدیک {place} هست.",
        "There is a gap of {area} m² between the shapes near {place}.",
    ),
    "SLIVER": (
        "شکل از دقت نقشه باریک‌تر است ({width} متر).",
        "The shape is narrower than the accuracy of the map ({width} m).",
    ),
    "AREA_DIFFERS": (
        "مساحت سند {deed} و مساحت نقشه {surveyed} متر مربع است ({percent}٪ اختلاف).",
        "The deed says {deed} m², the map {surveyed} m² ({percent} % apart).",
    ),
    "WIDTH_DIFFERS": (
        "عرض اندازه‌گیری‌شدهٔ «{street}» {measured} متر و عرض ثبت‌شدهٔ آن {attribute} متر است؛"
        " بیش از {tolerance} متر که دقت هر دو می‌گذارد.",
        "“{street}” measures {measured} m and its record says {attribute} m:"
        " more than the {tolerance} m that both allow.",
    ),
    "NO_MATCH": (
        "برای این شماره در {where} ردیفی پیدا نشد.",
        "No row of {where} has this number.",
    ),
    "VALUES_DIFFER": (
        "برای این شماره در {where} چند مقدار گوناگون آمده است: {values}.",
        "{where} has several different values for this number: {values}.",
    ),
    "CELLS_WITHOUT_DATA": (
        "{count} یاخته ({percent}٪) داده ندارد؛ زیر آن‌ها پاسخ «معلوم نیست» می‌ماند.",
        "{count} cells ({percent} %) hold no data; under them the answer stays unknown.",
    ),
    "CITY_BEYOND_RASTER": (
        "رستر {percent}٪ از محدودهٔ شهر را نمی‌پوشاند؛ آنجا معلوم نیست.",
        "The raster does not reach {percent} % of the city's box; there nothing is known.",
    ),
    "ABSENT_NOW": (
        "این شماره در پروندهٔ تازه نیست؛ نسخهٔ پیشین {done}.",
        "The new file does not have this number; the earlier version was {done}.",
    ),
}


@dataclass(frozen=True)
class Doubt:
    """One doubtful row: `line` is the row of a table or the number of a feature, counted from 1."""

    file: str
    line: int | None
    field: str
    kind: str
    outcome: Outcome
    value: str
    fa: str
    en: str


class Doubts:
    """The doubts of one file, in the order in which they were found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._rows: list[Doubt] = []

    def __iter__(self) -> Iterator[Doubt]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self,
        kind: str,
        *,
        line: int | None = None,
        field: str = "",
        value: Any = "",
        outcome: Outcome = Outcome.NOTED,
        **words: Any,
    ) -> None:
        """Note one doubt; `words` fill the sentence of its kind."""
        fa, en = SENTENCES[kind]
        self._rows.append(
            Doubt(
                file=self.file,
                line=None if line is None else int(line),
                field=field,
                kind=kind,
                outcome=outcome,
                value="" if value is None else str(value),
                fa=fa.format(**words),
                en=en.format(**words),
            )
        )

    def refuse(self, *kinds: str) -> None:
        """Let doubts of these kinds refuse their rows: what one kind of data may miss, another may not."""
        self._rows = [
            replace(doubt, outcome=Outcome.REFUSED) if doubt.kind in kinds else doubt for doubt in self._rows
        ]

    def counts(self) -> dict[str, int]:
        """How many doubts of each kind there are, most first."""
        return dict(Counter(doubt.kind for doubt in self._rows).most_common())

    def refused_lines(self) -> set[int]:
        """Rows that were not loaded."""
        return {
            doubt.line for doubt in self._rows if doubt.outcome is Outcome.REFUSED and doubt.line is not None
        }


def write_report(doubts: Iterable[Doubt], path: Path) -> None:
    """Write the doubts as CSV (UTF-8 with a mark at its start, so that a spreadsheet shows Persian)."""
    names = [field.name for field in fields(Doubt)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([getattr(doubt, name) for name in names] for doubt in doubts)
