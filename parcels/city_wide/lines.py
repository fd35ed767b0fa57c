"""Writes the rows of an evaluated part as the text that PostgreSQL's COPY reads, a column at a time."""

from collections.abc import Callable, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def lines_of(part: Path, columns: Sequence[str], first: str) -> str:
    """
    One line for each row of a part: `first`, and then the named columns of its file.

    Not a number is null, a list of words an array; a number is written so that it reads back to the bit.
    """
    table = pq.read_table(part, columns=list(columns))
    texts = [_texts(table.column(name)) for name in columns]
    return "".join(line + "\n" for line in map("\t".join, zip(repeat(first), *texts, strict=False)))


def _texts(column: pa.ChunkedArray) -> list[str]:
    values = column.to_pylist()
    if pa.types.is_floating(column.type):
        return [_NULL if value is None or value != value else repr(value) for value in values]
    if pa.types.is_integer(column.type):
        return [_NULL if value is None else str(value) for value in values]
    if pa.types.is_list(column.type):
        return _each_once([None if value is None else tuple(value) for value in values], _array)
    return _each_once(values, lambda word: word.translate(_ESCAPES))


def _each_once(values: Sequence[Any], text_of: Callable[[Any], str]) -> list[str]:
    """The text of each value; the few values that many rows share are written once."""
    texts = {value: _NULL if value is None else text_of(value) for value in set(values)}
    return [texts[value] for value in values]


def _array(words: tuple[str, ...]) -> str:
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{{{}}}".format(",".join(f'"{word}"' for word in quoted)).translate(_ESCAPES)
