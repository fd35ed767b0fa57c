"""What an extract's lists consist of: rows, the law they cite, the edition of the map that was asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _

from gis_core import jalali
from map_ui import wording
from map_ui.accounts import quantity

Standing = Literal["concerns", "clear", "unknown"]
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Law:
    """Where something is written: article and document, the rule with its version, since when, how sure."""

    article: str
    document: str
    code: str
    version: str
    since: str
    confidence: str


@dataclass(frozen=True)
class Edition:
    """The edition of a layer that was asked: title, kind, number, survey, accuracy in metres, source."""

    title: str
    kind: str
    number: int
    since: date | None
    surveyed_on: date | None
    accuracy_m: float | None
    source: str


@dataclass(frozen=True)
class Row:
    """One line of a list: what was asked, what is said of it, where that is written, which map was asked."""

    key: str
    title: str
    standing: Standing
    lines: tuple[str, ...]
    note: str = ""
    laws: tuple[Law, ...] = ()
    map: str = ""
    map_source: str = ""


@dataclass(frozen=True)
class ThreeLists:
    """
    Everything asked, each thing once.

    What has any unknown part stands under `unknown`, with what is known of it beside.
    """

    concerns: tuple[Row, ...]
    clear: tuple[Row, ...]
    unknown: tuple[Row, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that rows cite, in the order in which they are first cited."""
        cited = [title for row in self.all for title in (row.map_source, *(law.document for law in row.laws))]
        return tuple(dict.fromkeys(title for title in cited if title))

    @property
    def all(self) -> tuple[Row, ...]:
        """All rows."""
        return (*self.concerns, *self.clear, *self.unknown)


def map_line(edition: Edition | None, *, named: bool = False) -> str:
    """Which edition of a map was asked, of which survey, how exact; empty without any."""
    if edition is None:
        return ""
    number = _("edition %(number)s") % {"number": wording.number(edition.number)}
    parts = [f"{edition.title}{_(', ')}{number}" if named else number]
    if edition.surveyed_on:
        parts.append(_("surveyed on %(day)s") % {"day": _short(edition.surveyed_on)})
    if edition.accuracy_m is not None:
        parts.append(
            _("exact to %(metres)s") % {"metres": kept_together(str(quantity(edition.accuracy_m, "m")))}
        )
    return f"{_('Map:')} {_(', ').join(parts)}"


def laws_of(references: Iterable[Mapping[str, Any]]) -> tuple[Law, ...]:
    """The laws that rules are cited from, each rule once."""
    found = {reference["code"]: _law(reference) for reference in references}
    return tuple(found.values())


def _short(day: date) -> str:
    return jalali.short(day, wording.language())


def _law(reference: Mapping[str, Any]) -> Law:
    since = reference.get("valid_from")
    return Law(
        article=reference.get("article") or "",
        document=wording.in_language(
            reference.get("source_title_fa", ""), reference.get("source_title_en", "")
        )
        or reference.get("source_code", ""),
        code=reference["code"],
        version=wording.number(reference.get("version", 1)),
        since=_short(date.fromisoformat(str(since))) if since else "",
        confidence=reference.get("confidence", "C"),
    )


def code_in_line(code: str) -> str:
    """A code that keeps its own direction inside a sentence."""
    return f"\u2068{code}\u2069"


def kept_together(text: str) -> str:
    """Number and unit never parted by the end of a line."""
    return text.replace(" ", "\u00a0")
