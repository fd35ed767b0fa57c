"""Opens a cursor whose statements the database plans once per connection and then only runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


class _Prepared(psycopg.Cursor[Any]):
    """Sends values apart from the statement, which is prepared, and takes rows in binary form."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        return super().execute(query, params, prepare=True, binary=True, **more)


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """
    A cursor of Django's connection for statements that are asked again and again with other values.

    Planning is more than half of what a small statement costs. Values are never written into the text, so
    a cast says of each what it is where the database cannot tell: `%(on)s::date`.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    ours.close_if_health_check_failed()
    ours.ensure_connection()
    # Django forbids its connections to prepare; its own cursors never do, so only the one below is concerned.
    ours.connection.prepare_threshold = 0
    wrapped = ours.make_debug_cursor if ours.queries_logged else ours.make_cursor
    raw: Any = _Prepared(ours.connection)
    with wrapped(raw) as cursor:
        yield cursor
