"""Measures how fast parcels are brought in, beside a bare COPY of the same rows into the same tables."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import geopandas
import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gis_core.cli import databases
from gis_core.models import ImportRun
from gis_core.settings.database import database
from import_scripts import parcels
from import_scripts.beyond_edges import Surroundings
from import_scripts.frontages import derive
from import_scripts.issues import Doubts
from import_scripts.recipe import read_recipe
from import_scripts.task import Destination, Task
from tests.speed.neighbourhood import neighbourhood

SIZES = tuple(map(int, os.environ.get("PELAK_SPEED_PARCELS", "100000").split(",")))
RECIPE = """
kind = "parcels"
layer_key = "parcels"
title_fa = "قطعه‌ها"
title_en = "Parcels"
positional_accuracy_m = 0.05
[period]
valid_from = 2024-03-20
[fields]
key = "key"
deed_area_m2 = "deed"
"""
TABLES = ("parcels_parcel", "parcels_identifier")


class _TakenBack(Exception):
    """Ends a measured transaction, so that nothing of it stays."""


def ratios() -> Iterator[dict[str, Any]]:
    """Rows: reading, checking and loading lots against bare COPY; deriving their edges, in lots a second."""
    with _own_database(), tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            yield from _of(size, Path(folder))


def _of(size: int, folder: Path) -> Iterator[dict[str, Any]]:
    lots, _ = neighbourhood(size)
    file, recipe = folder / f"lots_{size}.gpkg", folder / "recipe.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    columns = {"key": lots.key, "deed": lots.deed_area_m2}
    geopandas.GeoDataFrame(columns, geometry=lots.geometry, crs=settings.CITY.metric_srid).to_file(file)
    task = Task(file, read_recipe(recipe), settings.CITY)
    ours, rows = _imported(task)
    bare = _copied(rows)
    yield {
        "name": "parcels, from file to table",
        "size": f"{size:,} lots",
        "ours_ms": ours * 1000,
        "rate": f"{size / ours:,.0f} lots/s",
        "peer": "bare COPY",
        "peer_ms": bare * 1000,
        "ratio": ours / bare,
    }
    nothing = np.zeros(0, dtype=object)
    around = Surroundings(nothing, nothing, np.zeros(0, int), np.zeros(0, bool), nothing, np.zeros(0))
    started = perf_counter()
    derive(lots.geometry, around)
    seconds = perf_counter() - started
    yield {
        "name": "edges of lots",
        "size": f"{size:,} lots",
        "ours_ms": seconds * 1000,
        "rate": f"{size / seconds:,.0f} lots/s",
    }


def _imported(task: Task) -> tuple[float, dict[str, bytes]]:
    """Seconds of one whole import, and the rows it wrote as COPY writes them."""
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(kind="parcels", file_name=task.file.name, file_sha256="")
            doubts = Doubts(task.file.name)
            started = perf_counter()
            parcels.bring_in(task, Destination(connection, run.pk, timezone.now()), doubts)
            seconds = perf_counter() - started
            rows = {table: _dump(table) for table in TABLES}
            raise _TakenBack
    except _TakenBack:
        return seconds, rows


def _dump(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)


def _copied(rows: dict[str, bytes]) -> float:
    """Seconds in which COPY alone writes the same rows, with the same constraints and indexes."""
    # foreign keys are checked at the end of a transaction, and this one is taken back before it
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            started = perf_counter()
            for table in TABLES:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows[table])
            seconds = perf_counter() - started
            raise _TakenBack
    except _TakenBack:
        return seconds


@contextmanager
def _own_database() -> Iterator[None]:
    """An empty migrated database of our own, used as its owner; dropped afterwards."""
    name = f"{settings.CITY.database_name}_speed_of_imports"
    served = dict(connection.settings_dict)
    databases.drop_database(name)
    databases.prepare(name, quiet=True)
    try:
        connection.close()
        connection.settings_dict.update(database(databases.database_urls(name)[1], name))
        yield
    finally:
        connection.close()
        connection.settings_dict.update(served)
        databases.drop_database(name)
