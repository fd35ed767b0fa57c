"""Loads frames into tables by COPY: the last of the four steps of an import."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from django.contrib.gis.db.models import GeometryField
from django.db import models
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

Progress = Callable[[int, int], None]
CHUNK_ROWS = 20_000
NULL = r"\N"


def copy_frame(
    connection: Any,
    model: type[models.Model],
    frame: pd.DataFrame,
    *,
    constants: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    into: str | None = None,
    ready_json: Sequence[str] = (),
    finish: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> int:
    """
    Write every row of a frame into a model's table by one COPY, and say how many there were.

    Columns are named like the model's fields (`parcel` or `parcel_id` for a foreign key, holding its
    key). Geometries are shapely geometries already in the metric CRS; a simple shape is made a multi
    one where the column wants it. Ranges are `(lower, upper)` pairs or psycopg ranges, lower included,
    upper not. None, NaN and NaT are NULL. Fields absent from the frame get the model's default.

    Parameters
    ----------
    connection
        A Django or psycopg connection with the right to insert; the caller owns the transaction.
    constants
        Field name -> one value for all rows.
    into
        Another table with columns of the same names, instead of the model's own.
    ready_json
        JSON fields whose values are JSON text already.
    finish
        Gives a chunk its last columns; called for each in turn, while the one before it is being written.
    progress
        Called as `progress(rows_done, rows_in_all)` after every chunk.

    Raises
    ------
    ValueError
        When the frame has a column that the model has not.
    """
    given = dict(constants or {})
    finish = finish or (lambda part: part)
    columns = _columns(model, list(finish(frame.iloc[:0]).columns), given)
    for column in columns:
        if column.field.name in ready_json:
            column.write = _texts
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(into or model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(column.field.column) for column in columns),
    )
    total = len(frame)
    with connection.cursor() as cursor, _copying(cursor, statement) as copy:
        for done, text in _chunks(frame, columns, finish):
            copy.write(text)
            if progress is not None:
                progress(done, total)
    return total


def _copying(cursor: Any, statement: sql.Composed) -> Any:
    """A COPY that is sent by a thread of its own: the server writes rows while we put the next into words."""
    cursor = getattr(cursor, "cursor", cursor)  # Django's own, which counts queries, takes no writer
    return cursor.copy(statement, writer=QueuedLibpqWriter(cursor))


def reserve_ids(connection: Any, model: type[models.Model], count: int) -> np.ndarray:
    """
    `count` consecutive primary keys that nobody else will get, for rows that refer to each other.

    The table is locked against other writers until the transaction ends, so that no insert can take
    a number in between.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(sql.Identifier(table)))
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', key])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        (first,) = cursor.fetchone()
        if count > 1:
            cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, first + count - 1])
    return np.arange(first, first + count, dtype="int64")


class _Column:
    """One column of the table, and where its values come from: a frame's column or a constant."""

    def __init__(self, field: models.Field, source: str | None, constant: Any = None) -> None:
        self.field = field
        self.source = source
        self.write = _writer(field)
        self.constant_text = None if source is not None else self.write(pd.Series([constant]))[0]

    def texts(self, part: pd.DataFrame) -> Sequence[str]:
        """The column's values of a part of the frame, as COPY wants them written."""
        if self.source is None:
            return [self.constant_text] * len(part)
        return self.write(part[self.source])


def _columns(model: type[models.Model], names: list[str], constants: dict[str, Any]) -> list[_Column]:
    columns = []
    unused = set(names) | set(constants)
    for field in model._meta.concrete_fields:
        source = next((name for name in (field.attname, field.name) if name in names), None)
        constant = next((name for name in (field.attname, field.name) if name in constants), None)
        unused -= {field.attname, field.name}
        if source is not None:
            columns.append(_Column(field, source))
        elif constant is not None:
            columns.append(_Column(field, None, constants[constant]))
        elif not field.primary_key and not field.generated and field.db_default is models.NOT_PROVIDED:
            columns.append(_Column(field, None, _default(field)))
    if unused:
        raise ValueError(f"{model._meta.label} has no field {', '.join(sorted(unused))}.")
    return columns


def _default(field: models.Field) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return field.pre_save(_Nothing(), add=True)
    return field.get_default()


class _Nothing:
    """Stands for the object on which a field's automatic value is set and then forgotten."""


def _chunks(
    frame: pd.DataFrame, columns: list[_Column], finish: Callable[[pd.DataFrame], pd.DataFrame]
) -> Iterator[tuple[int, str]]:
    for start in range(0, len(frame), CHUNK_ROWS):
        part = finish(frame.iloc[start : start + CHUNK_ROWS])
        lines = map("\t".join, zip(*(column.texts(part) for column in columns), strict=True))
        yield start + len(part), "\n".join(lines) + "\n"


def _writer(field: models.Field) -> Callable[[pd.Series], Sequence[str]]:
    if isinstance(field, GeometryField):
        return lambda values: _geometries(values, field)
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.JSONField):
        return lambda values: _each(values, lambda value: _escape(json.dumps(value, ensure_ascii=False)))
    if isinstance(target, models.CharField | models.TextField):
        return _texts
    if isinstance(target, models.UUIDField):
        return _uuids
    return _plain


def _geometries(values: pd.Series, field: GeometryField) -> Sequence[str]:
    shapes = np.asarray(values, dtype=object)
    if field.geom_type in _MULTI:
        simple_type, build = _MULTI[field.geom_type]
        simple = shapely.get_type_id(shapes) == simple_type
        shapes = shapes.copy()
        shapes[simple] = build(shapes[simple], indices=np.arange(simple.sum()))
    written = shapely.to_wkb(shapely.set_srid(shapes, field.srid), hex=True, include_srid=True)
    return [NULL if text is None else text for text in written]


_MULTI = {"MULTILINESTRING": (1, shapely.multilinestrings), "MULTIPOLYGON": (3, shapely.multipolygons)}


def _texts(values: pd.Series) -> Sequence[str]:
    missing = pd.isna(values).to_numpy()
    texts = list(map(str, values.to_numpy(dtype=object)))
    whole = "".join(texts)
    if any(mark in whole for mark in "\\\t\n\r"):
        texts = [_escape(text) for text in texts]
    for row in np.flatnonzero(missing):
        texts[row] = NULL
    return texts


def _uuids(values: pd.Series) -> Sequence[str]:
    missing = pd.isna(values).to_numpy()
    texts = list(map(str, values.to_numpy(dtype=object).tolist()))
    for row in np.flatnonzero(missing):
        texts[row] = NULL
    return texts


def _plain(values: pd.Series) -> Sequence[str]:
    missing = values.isna().to_numpy()
    if pd.api.types.is_bool_dtype(values.dtype) and not missing.any():
        return np.where(values.to_numpy(dtype=bool), "t", "f").tolist()
    if pd.api.types.is_integer_dtype(values.dtype) and not missing.any():
        return list(map(str, values.to_numpy().tolist()))
    if pd.api.types.is_float_dtype(values.dtype):
        return [NULL if value != value else _number(value) for value in values.to_numpy(dtype=float).tolist()]
    return _each(values, _value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _each(values: pd.Series, write: Callable[[Any], str]) -> Sequence[str]:
    known: dict[int, str] = {}
    texts = []
    objects = values.to_numpy(
        dtype=object
    ).tolist()  # held, so that an id() stays one object's for the whole loop
    for value in objects:
        text = known.get(id(value))
        if text is None:
            text = NULL if _is_missing(value) else write(value)
            known[id(value)] = text
        texts.append(text)
    return texts


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)


def _value(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "t" if value else "f"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return _range(*value)
    if hasattr(value, "lower_inc"):
        return _range(
            value.lower, value.upper, "[" if value.lower_inc else "(", "]" if value.upper_inc else ")"
        )
    if isinstance(value, list):
        return _escape("{" + ",".join(_element(item) for item in value) + "}")
    if isinstance(value, uuid.UUID):
        return str(value)
    return _escape(str(value))


def _range(lower: Any, upper: Any, opening: str = "[", closing: str = ")") -> str:
    opening = opening if lower is not None else "("
    closing = closing if upper is not None else ")"
    first = "" if lower is None else f'"{_value(lower)}"'
    last = "" if upper is None else f'"{_value(upper)}"'
    return f"{opening}{first},{last}{closing}"


def _element(item: Any) -> str:
    if _is_missing(item):
        return "NULL"
    if isinstance(item, str):
        return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _value(item)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
