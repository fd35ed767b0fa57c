"""Reads a recipe: the TOML file that says how one published file becomes rows of one layer."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

from import_scripts.issues import FileRefused

ASK = "ask"


@dataclass(frozen=True)
class Document:
    """The document that a layer stands on."""

    code: str
    title_fa: str
    title_en: str
    document_no: str = ""
    issuer: str = ""
    issued_on: date | None = None
    url: str = ""
    confidence: Literal["A", "B", "C"] = "B"


@dataclass(frozen=True)
class FieldRule:
    """
    Where one field's value comes from: a column of the file, several joined, or one value for all rows.

    `words` translates the file's values into ours; `unit` is what the file's numbers are in. `columns` are
    written one after the other with `joiner` between them; where one of them is empty, so is the field.
    """

    column: str | None = None
    value: Any = None
    words: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    unit: str = ""
    required: bool = False
    columns: tuple[str, ...] = ()
    joiner: str = "-"

    def __post_init__(self) -> None:
        """
        Refuse a rule with two origins.

        Raises
        ------
        ValueError
            When it names more than one of column, columns and value.
        """
        if (self.column is not None) + bool(self.columns) + (self.value is not None) > 1:
            raise ValueError("a field has one of column, columns and value")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the file that it reads; none where one value holds for all rows."""
        return self.columns or (() if self.column is None else (self.column,))


@dataclass(frozen=True)
class Join:
    """A table beside the shapes that gives further fields by a common number."""

    file: str
    on: str
    fields: Mapping[str, FieldRule]
    when_several: Literal["largest", "sum", "first", "same"] = "same"
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Recipe:
    """
    How one file is read.

    `crs`: "file" (as the file says), "ask", or a name such as "EPSG:32639". `valid` and `known_from`
    are the periods of what it says; `known_from` None means now. Lengths are metres.
    """

    kind: str
    path: Path
    layer_key: str
    title_fa: str
    title_en: str
    source_layer: str | None = None
    crs: str = "file"
    encoding: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    valid: tuple[date, date | None] = (date(2000, 1, 1), None)
    known_from: datetime | None = None
    surveyed_on: date | None = None
    surveyed_extent: Mapping[str, Any] = field(default_factory=dict)
    positional_accuracy_m: float | None = None
    document: Document | None = None
    refused_rows: Literal["stop", "leave_out"] = "stop"
    absent_rows: Literal["keep", "close"] = "keep"
    options: Mapping[str, Any] = field(default_factory=dict)


def read_recipe(path: Path) -> Recipe:
    """
    Read one recipe.

    Raises
    ------
    FileRefused
        When the recipe is not there or not TOML, lacks an entry or has one that no recipe knows.
    """
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        return _recipe(raw, path)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as wrong:
        raise FileRefused(
            fa=f"دستور ورود {path.name} خوانده نشد: {wrong}",
            en=f"The recipe {path.name} cannot be read: {wrong}",
            details={"reason": "BAD_RECIPE"},
        ) from wrong


def _recipe(raw: dict[str, Any], path: Path) -> Recipe:
    source, period = raw.pop("source", {}), raw.pop("period", {})
    document = raw.pop("document", None)
    return Recipe(
        kind=raw.pop("kind"),
        path=path,
        layer_key=raw.pop("layer_key"),
        title_fa=raw.pop("title_fa"),
        title_en=raw.pop("title_en"),
        source_layer=source.get("layer"),
        crs=source.get("crs", "file"),
        encoding=source.get("encoding"),
        where=source.get("where", {}),
        fields={name: field_rule(rule) for name, rule in raw.pop("fields", {}).items()},
        joins=tuple(_join(join) for join in raw.pop("join", ())),
        valid=(period["valid_from"], period.get("valid_to")),
        known_from=_instant(period.get("known_from")),
        surveyed_on=period.get("surveyed_on"),
        surveyed_extent=raw.pop("surveyed_extent", {}),
        positional_accuracy_m=raw.pop("positional_accuracy_m", None),
        document=Document(**document) if document else None,
        refused_rows=raw.pop("refused_rows", "stop"),
        absent_rows=raw.pop("absent_rows", "keep"),
        options=_known_options(raw),
    )


def _known_options(raw: dict[str, Any]) -> dict[str, Any]:
    options = raw.pop("options", {})
    if raw:
        raise ValueError(f"no recipe has the entry {', '.join(sorted(raw))}")
    return options


def field_rule(said: str | Mapping[str, Any]) -> FieldRule:
    """
    A field's rule as a recipe writes it: the name of a column, or a table.

    Raises
    ------
    TypeError, ValueError
        When the table has an entry that no field has, or more than one origin.

    Examples
    --------
    >>> field_rule({"columns": ["use", "ratio"]}).names
    ('use', 'ratio')
    """
    if isinstance(said, str):
        return FieldRule(column=said)
    return FieldRule(**{**said, "columns": tuple(said.get("columns", ()))})


def _join(raw: dict[str, Any]) -> Join:
    fields = {name: field_rule(rule) for name, rule in raw["fields"].items()}
    return Join(**{**raw, "fields": fields})


def _instant(given: date | datetime | None) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return datetime.combine(given, time(), tzinfo=UTC)
