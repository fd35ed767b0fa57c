"""Imports run as the role that owns the tables: these tests do the same on the same database."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from conftest import ROOT, database_prefix, real_data, schema_hash

CAMBRIDGE = ROOT / "import_scripts" / "recipes" / "cambridge" / "city.toml"
TAKEO = ROOT / "import_scripts" / "recipes" / "takeo" / "city.toml"


@pytest.fixture(scope="module")
def as_owner(django_db_setup, django_db_blocker):
    """Work as the owner's role while the tests of a module run, as `./pelak import` does."""
    from django.db import connections

    from gis_core.cli import databases
    from gis_core.settings.database import database

    connection = connections["default"]
    served = dict(connection.settings_dict)
    name = served["NAME"]
    _app_url, owner_url = databases.database_urls(name)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(database(owner_url, name))
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(served)


@pytest.fixture(scope="session")
def cambridge_template() -> str:
    """
    Name of a database that holds Cambridge, brought in by its committed recipes; nobody works in it.

    Made once for each state of schema, importers and recipes; the import runs as `./pelak` runs it.
    """
    real_data("cambridge_ma", "cambridge.gpkg")
    return _template_of(CAMBRIDGE)


@pytest.fixture(scope="session")
def takeo_template() -> str:
    """Name of a database that holds Takeo's plan and rules, brought in by its committed recipes."""
    real_data("takeo_zoning_rules", "takeo.gpkg")
    return _template_of(TAKEO)


def _template_of(city: Path) -> str:
    from gis_core.cli import databases, locks

    key = city.parent.name
    name = f"{database_prefix()}_{key}_{_content_hash(city)}"
    with locks.exclusive(Path(tempfile.gettempdir()) / f"{database_prefix()}_{key}.{os.getuid()}.lock"):
        if not databases.exists(name):
            half_made = f"{name}_making"
            databases.drop_database(half_made)
            databases.prepare(half_made, city=city, quiet=True)
            run_for_city(half_made, "-m", "import_scripts", "city", str(city), city=city)
            databases.rename_database(half_made, name)
    return name


@pytest.fixture(scope="session")
def cambridge(cambridge_template: str, worker_id: str) -> Iterator[psycopg.Connection]:
    """Cambridge in a copy of this worker's own, read by plain SQL."""
    from gis_core.cli import databases

    name = f"{database_prefix()}_cambridge_read_{worker_id}"
    databases.drop_database(name)
    databases.create_database(name, template=cambridge_template)
    as_pelak = {"options": "-c app.actor=system"}  # property files are seen by those who handle a case
    # Nothing is left open between two questions: the server ends transactions that idle for minutes.
    with psycopg.connect(databases.database_urls(name)[0], autocommit=True, **as_pelak) as connection:
        yield connection
    databases.drop_database(name)


def run_for_city(database: str, *words: str, city: Path = CAMBRIDGE) -> str:
    """Run a program of ours on a city's database (Cambridge's unless said) and return what it printed."""
    from gis_core.cli import databases

    app_url, owner_url = databases.database_urls(database)
    environment = {**os.environ, "DATABASE_URL": app_url, "DATABASE_OWNER_URL": owner_url}
    environment |= {"PELAK_CITY": str(city), "PELAK_REAL_DATA": str(real_data())}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def _content_hash(city: Path) -> str:
    digest = hashlib.sha256(schema_hash().encode())
    made_from = [*(ROOT / "import_scripts").glob("*.py"), *(ROOT / "import_scripts" / "readers").glob("*.py")]
    for path in sorted([*made_from, *city.parent.glob("*.toml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
