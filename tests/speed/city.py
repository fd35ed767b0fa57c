"""Gives the benchmarks a city to measure: the served one, or an invented one of the size asked for."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from gis_core.cli import databases
from gis_core.cli.places import ROOT
from gis_core.settings.database import database

PLAIN = 20_000
"""Parcels of the city that is made where none is there yet."""


@contextmanager
def measured_city(parcels: int | None = None) -> Iterator[str]:
    """
    A city to measure, by its database's name: the served one when it has lots and no size was asked for.

    Otherwise an invented city of so many parcels in a database of its own, which stays for the next run.
    """
    if parcels is None and _has_lots():
        yield connection.settings_dict["NAME"]
        return
    name = made_city(parcels or PLAIN)
    served, url = dict(connection.settings_dict), os.environ.get("DATABASE_URL", "")
    try:
        connection.close()
        # processes that are started for a measurement read the same city
        os.environ["DATABASE_URL"] = databases.database_urls(name)[0]
        connection.settings_dict.update(database(databases.database_urls(name)[0], name))
        yield name
    finally:
        connection.close()
        os.environ["DATABASE_URL"] = url
        connection.settings_dict.update(served)


def made_city(parcels: int) -> str:
    """Name of the database of an invented city of so many parcels; made when it is not there."""
    name = f"{settings.CITY.database_name}_speed_{parcels}"
    if databases.exists(name):
        databases.prepare(name, quiet=True)
        return name
    half = f"{name}_half"
    databases.drop_database(half)
    databases.prepare(half, quiet=True)
    app_url, owner_url = databases.database_urls(half)
    environment = os.environ | {
        "DATABASE_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
        "DJANGO_SETTINGS_MODULE": "gis_core.settings.owner",
        "PELAK_ACTOR": "system",
    }
    command = [sys.executable, "-m", "import_scripts", "demo", "--parcels", str(parcels), "--cases", "0"]
    print(
        f"Making an invented city of {parcels:,} parcels to measure; it stays for the next run.", flush=True
    )
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    databases.rename_database(half, name)
    return name


def _has_lots() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('parcels_parcel') is not null")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("select exists(select from parcels_parcel where kind = 'lot')")
        return bool(cursor.fetchone()[0])
