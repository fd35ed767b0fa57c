"""
Gives every test a real PostGIS database: built and owned by the owner's role, used as the app's.

The schema is migrated once into a template; each worker works on its own copy. A journey that
commits asks for `story_database`, a further copy of its own.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent
collect_ignore = ["gis_core/wsgi.py"]  # importing it begins to serve

# A loaded machine fails no property, and a change is always tried with the same examples; who looks for
# new ones asks for `./pelak test --thorough`.
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("thorough" if os.environ.get("PELAK_THOROUGH") else "suite")


def real_data(*parts: str) -> Path:
    """Path of a real city's file; skips the test, saying why, where it is absent."""
    folder = Path(os.environ.get("PELAK_REAL_DATA", ROOT.parent / "shared" / "data"))
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"Real data are not here: {'/'.join(parts)} (PELAK_REAL_DATA names their folder).")
    return path


def published_cases(name: str) -> Path:
    """Path of a file of published rule cases; skips the test, saying why, where it is absent."""
    folder = Path(os.environ.get("PELAK_VECTORS", ROOT.parent / "shared" / "domain" / "vectors"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"Published rule cases are not here: {name} (PELAK_VECTORS names their folder).")
    return path


def database_prefix() -> str:
    """How the databases of these tests begin; another one keeps two runs apart."""
    return os.environ.get("PELAK_TEST_DB", "test_pelak")


def schema_hash() -> str:
    """Changes whenever a migration or the city of the tests changes."""
    digest = hashlib.sha256(os.environ.get("PELAK_CITY", "").encode())
    for path in sorted(ROOT.glob("*/**/migrations/*.py")) + sorted(ROOT.glob("*/sql/*.sql")):
        if ".venv" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


@pytest.fixture(autouse=True)
def language_of_the_city() -> Iterator[None]:
    """No test reads in the language that a page was asked in before it, whichever test that was."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(scope="session")
def template_database() -> str:
    """Name of the migrated template; made once for each state of the migrations, whoever comes first."""
    from gis_core.cli import databases, locks

    name = f"{database_prefix()}_template_{schema_hash()}"
    with locks.exclusive(Path(tempfile.gettempdir()) / f"{database_prefix()}.{os.getuid()}.lock"):
        if not databases.exists(name):
            half_made = f"{name}_making"
            databases.drop_database(half_made)
            databases.prepare(half_made, quiet=True)
            databases.rename_database(half_made, name)
    return name


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, worker_id: str, django_db_blocker) -> Iterator[None]:
    """The worker's own copy of the template, opened with the role that serves."""
    from django.conf import settings
    from django.db import connections

    from gis_core.cli import databases
    from gis_core.settings.database import database

    name = f"{database_prefix()}_{worker_id}"
    databases.drop_database(name)
    databases.create_database(name, template=template_database)
    app_url, _owner_url = databases.database_urls(name)
    with django_db_blocker.unblock():
        connection = connections["default"]
        connection.close()
        for values in (settings.DATABASES["default"], connection.settings_dict):
            values.update(database(app_url, name))
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
    databases.drop_database(name)


@pytest.fixture
def story_database(template_database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Name of an empty, migrated database of its own in which the test may commit."""
    from gis_core.cli import databases

    digest = hashlib.sha256(f"{request.node.nodeid}{os.getpid()}".encode()).hexdigest()[:10]
    name = f"{database_prefix()}_story_{digest}"
    databases.create_database(name, template=template_database)
    yield name
    databases.drop_database(name)
