"""A first large load into empty tables: their indexes are made at the end, all rows at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models
from psycopg import sql

LARGE_ROWS = 20_000
"""Fewer rows are written quickly enough with the indexes in place."""

_EMPTIED = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)), 2
    FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'f'
    UNION ALL
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid), 1
    FROM pg_index WHERE indrelid = %(table)s::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 3, 2
"""


@contextmanager
def indexed_at_the_end(
    connection: Any, tables: Sequence[type[models.Model]], rows: int, *, large: int = LARGE_ROWS
) -> Iterator[None]:
    """
    Inside, the empty ones of the tables have neither plain indexes nor foreign keys; afterwards they do.

    A million rows are sorted into an index in a few seconds and inserted one by one in many times that; a
    foreign key is looked at for all rows together. Primary keys and exclusions stay in force throughout.
    The tables are closed to readers until the transaction ends. Nothing changes for fewer than `large`
    rows, for tables with rows, or for a role that does not own the tables.
    """
    emptied: list[tuple[str, str]] = []
    with connection.cursor() as cursor:
        for model in tables if rows >= large else ():
            if _is_ours_and_empty(cursor, model._meta.db_table):
                cursor.execute(_EMPTIED, {"table": f'"{model._meta.db_table}"'})
                emptied += [(drop, make) for drop, make, _order in cursor.fetchall()]
        if emptied:  # what was written before is looked at now, for it holds the tables as they are
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for drop, _make in emptied:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _drop, make in emptied:
            cursor.execute(make)


def _is_ours_and_empty(cursor: Any, table: str) -> bool:
    cursor.execute(
        "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = %s::regclass", [f'"{table}"']
    )
    (is_ours,) = cursor.fetchone()
    if not is_ours:
        return False
    cursor.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
    return bool(cursor.fetchone()[0])
