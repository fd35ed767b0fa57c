"""Makes, copies and drops databases, says their addresses by role, and brings one to the newest migration."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from gis_core.cli import roles, steps
from gis_core.cli.cluster import ADMIN
from gis_core.cli.places import PORT, ROOT, Places, find_places
from gis_core.cli.troubles import MachineTrouble


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server we administer: its superuser's address and the roles' passwords."""

    admin_url: str
    passwords: dict[str, str] = field(default_factory=dict, repr=False)

    def url(self, role: str, database: str) -> str:
        """Address of one database for one role."""
        return _with(self.admin_url, role, self.passwords.get(role, ""), database)

    def admin_url_of(self, database: str) -> str:
        """Address of one database for the superuser."""
        parts = urlsplit(self.admin_url)
        return urlunsplit(parts._replace(path=f"/{quote(database)}"))


def server(places: Places | None = None) -> Server:
    """The server named by `PELAK_ADMIN_URL`; otherwise this checkout's private cluster."""
    given = os.environ.get("PELAK_ADMIN_URL")
    if given:
        known = {roles.APP: "PELAK_APP_PASSWORD", roles.OWNER: "PELAK_OWNER_PASSWORD"}
        return Server(given, {role: os.environ[name] for role, name in known.items() if name in os.environ})
    places = places or find_places()
    host = quote(str(places.run), safe="")
    passwords = {role: _password(places, role) for role in roles.ROLES}
    return Server(f"postgresql://{ADMIN}@/postgres?host={host}&port={PORT}", passwords)


def database_urls(name: str, places: Places | None = None) -> tuple[str, str]:
    """Addresses of a database: for the role that serves, and for the role that owns."""
    asked = server(places)
    return asked.url(roles.APP, name), asked.url(roles.OWNER, name)


@contextmanager
def administering(database: str = "postgres", places: Places | None = None) -> Iterator[psycopg.Connection]:
    """A superuser's connection, committing each statement; for making and looking, never for serving."""
    with psycopg.connect(server(places).admin_url_of(database), autocommit=True) as connection:
        yield connection


def exists(name: str, places: Places | None = None) -> bool:
    """Whether the server has a database of that name."""
    with administering(places=places) as admin:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create_database(name: str, template: str | None = None, places: Places | None = None) -> None:
    """
    Make a database: an empty one with extensions and privileges, or a copy of `template`.

    Nobody may be connected to the template meanwhile; whoever is, is disconnected.
    """
    with administering(places=places) as admin:
        roles.create_roles(admin, server(places).passwords)
        if template:
            _disconnect(admin, template)
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0"), sql.Identifier(roles.OWNER)
        )
        admin.execute(made)
    grant(name, places)


def grant(name: str, places: Places | None = None) -> None:
    """Give a database its extensions and the roles their privileges; doing it again changes nothing."""
    with administering(name, places) as admin:
        admin.execute("SET client_min_messages = warning")
        for statement in roles.grants(name):
            admin.execute(statement)


def drop_database(name: str, places: Places | None = None) -> None:
    """Remove a database with all it holds, disconnecting whoever uses it; an absent one is no trouble."""
    with administering(places=places) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename_database(name: str, new_name: str, places: Places | None = None) -> None:
    """Give a database another name, disconnecting whoever uses it."""
    with administering(places=places) as admin:
        _disconnect(admin, name)
        renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        admin.execute(renamed.format(sql.Identifier(name), sql.Identifier(new_name)))


def prepare(
    name: str, places: Places | None = None, *, city: Path | None = None, quiet: bool = False
) -> None:
    """
    Bring a database to the newest migration as its owner; makes it first when it is absent.

    `city` is the city.toml that says in which CRS geometry is stored; without it the one of the environment.
    """
    if exists(name, places):
        grant(name, places)
    else:
        create_database(name, places=places)
    app_url, owner_url = database_urls(name, places)
    migrate(app_url, owner_url, city=city, quiet=quiet)


def migrate(app_url: str, owner_url: str, *, city: Path | None = None, quiet: bool = False) -> None:
    """Run the migrations as the role that owns the tables."""
    environment = {
        **steps.clean_environment(),
        "DATABASE_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
        "DJANGO_SETTINGS_MODULE": "gis_core.settings.owner",
    }
    if city:
        environment["PELAK_CITY"] = str(city)
    command = [sys.executable, ROOT / "manage.py", "migrate", "--no-input"]
    steps.run(command, doing="bringing the database to the newest form", env=environment, quiet=quiet)


def check_foreign_server(app_url: str, owner_url: str, database: str) -> None:
    """
    Look whether a server that is not ours has what the service needs.

    Raises
    ------
    MachineTrouble
        SERVER_NOT_READY with the SQL that an administrator runs there.
    """
    sql_to_run = roles.setup_sql(database)
    missing = []
    for role, url in (("app", app_url), ("owner", owner_url)):
        try:
            with psycopg.connect(url) as connection:
                rows = connection.execute("SELECT extname FROM pg_extension").fetchall()
        except psycopg.OperationalError as refused:
            raise MachineTrouble(
                "SERVER_NOT_READY", f"The {role} role cannot connect: {refused}".strip(), sql_to_run
            ) from refused
        missing = [name for name in roles.EXTENSIONS if (name,) not in rows]
    if missing:
        lines = "\n".join(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in missing)
        raise MachineTrouble(
            "SERVER_NOT_READY", f"The database {database} lacks {', '.join(missing)}.", lines
        )


def _disconnect(admin: psycopg.Connection, name: str) -> None:
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()",
        [name],
    )


def _password(places: Places, role: str) -> str:
    path = places.secrets / role
    if not path.exists():
        half = Path(f"{path}.{os.getpid()}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        half.rename(path)
    return path.read_text().strip()


def _with(url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{quote(role)}:{quote(password, safe='')}" if password else quote(role)
    return urlunsplit(parts._replace(netloc=f"{user}@{host}", path=f"/{quote(database)}"))
