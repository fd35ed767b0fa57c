"""Brings a city's database to the newest form, once for each form: the database says which one it has."""

import hashlib

import psycopg

from gis_core.cli import databases, roles, steps
from gis_core.cli.environment import CityHome, ensure_database
from gis_core.cli.places import ROOT
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.venv import MARKER as PACKAGES


def ensure_current(home: CityHome) -> None:
    """Migrate unless the database says that it has this very form already; check the serving role always."""
    wanted = migrations_fingerprint()
    if _mark(home) != wanted:
        with steps.step(f"Bringing the database {home.database} to the newest form"):
            ensure_database(home, quiet=True)
            set_mark(home, wanted)
    roles.refuse_powerful(home.app_url)


def need_database(home: CityHome) -> None:
    """
    Refuse what has nothing to work on.

    Raises
    ------
    MachineTrouble
        NO_DATABASE when the city has none yet.
    """
    if home.is_private and not databases.exists(home.database, home.places):
        raise MachineTrouble(
            "NO_DATABASE",
            f"The city {home.city.key} has no database yet.",
            "./pelak up   (or ./pelak prepare)",
        )


def migrations_fingerprint() -> str:
    """Hash over all migrations, the SQL they read and the installed packages (which have migrations too)."""
    known = hashlib.sha256(PACKAGES.read_bytes() if PACKAGES.exists() else b"")
    for room in ("gis_core", "layers", "parcels", "map_ui"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".py", ".sql") and path.parent.name in ("migrations", "sql"):
                known.update(path.read_bytes())
    return known.hexdigest()


def _mark(home: CityHome) -> str | None:
    """The form that the database says it has; None when it is absent or was never finished."""
    if home.is_private and not databases.exists(home.database, home.places):
        return None
    with psycopg.connect(home.owner_url) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return row[0] if row else None


def set_mark(home: CityHome, mark: str) -> None:
    """Let the database say which form it has."""
    with psycopg.connect(home.owner_url) as connection:
        name = psycopg.sql.Identifier(connection.info.dbname)
        connection.execute(
            psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, psycopg.sql.Literal(mark))
        )
