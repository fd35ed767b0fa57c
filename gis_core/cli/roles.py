"""The database roles: who owns, who serves, who only reads; one that could bypass a wall is refused."""

from collections.abc import Iterator

import psycopg
from psycopg import sql

from gis_core.cli.troubles import MachineTrouble

OWNER, APP, READONLY = "pelak_owner", "pelak_app", "pelak_readonly"
ROLES = (OWNER, APP, READONLY)
EXTENSIONS = ("postgis", "pgrouting", "pg_trgm", "btree_gist")
ROLES_LOCK = 14040801
"""Number of the advisory lock held while roles are settled."""
POWERLESS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def create_roles(admin: psycopg.Connection, passwords: dict[str, str]) -> None:
    """
    Make the three roles if they are absent, take away powers they must not have, set given passwords.

    One process at a time: PostgreSQL refuses to alter one role twice at once ("tuple concurrently updated").
    """
    admin.execute("SELECT pg_advisory_lock(%s)", [ROLES_LOCK])
    try:
        _settle_roles(admin, passwords)
    finally:
        admin.execute("SELECT pg_advisory_unlock(%s)", [ROLES_LOCK])


def _settle_roles(admin: psycopg.Connection, passwords: dict[str, str]) -> None:
    for role in ROLES:
        known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if known else "CREATE"
        admin.execute(sql.SQL(f"{verb} ROLE {{}} {POWERLESS}").format(sql.Identifier(role)))
        if role in passwords:
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            admin.execute(change.format(sql.Identifier(role), sql.Literal(passwords[role])))
    admin.execute(f"ALTER ROLE {READONLY} SET default_transaction_read_only = on")
    admin.execute(f"ALTER ROLE {APP} SET idle_in_transaction_session_timeout = '5min'")


def grants(database: str) -> Iterator[str]:
    """
    Statements that make a database ready for the roles; a superuser runs them in that database.

    `pelak_readonly` gets no table here: a migration that makes a table without personal data grants it.

    Examples
    --------
    >>> next(grants("pelak_demo"))
    'ALTER DATABASE "pelak_demo" OWNER TO pelak_owner'
    """
    name = '"' + database.replace('"', '""') + '"'
    yield f"ALTER DATABASE {name} OWNER TO {OWNER}"
    yield f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {APP}"
    yield f"GRANT CONNECT ON DATABASE {name} TO {READONLY}"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}"
    yield f"GRANT USAGE ON SCHEMA public TO {APP}, {READONLY}"
    given = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
    yield f"{given} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
    yield f"{given} USAGE, SELECT ON SEQUENCES TO {APP}"
    for extension in EXTENSIONS:
        yield f"CREATE EXTENSION IF NOT EXISTS {extension}"


def withheld() -> Iterator[str]:
    """
    Statements that keep a new database from giving the serving role rights by itself while a backup fills it.

    Otherwise a right that a migration took away would come back with the table; `grants` undoes this.
    """
    taken = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public REVOKE ALL ON"
    yield f"{taken} TABLES FROM {APP}"
    yield f"{taken} SEQUENCES FROM {APP}"


def setup_sql(database: str) -> str:
    """The SQL an administrator of another server runs once, for a person to read and copy."""
    roles = [f"CREATE ROLE {role} {POWERLESS} PASSWORD '...';" for role in ROLES]
    lines = [*roles, f'CREATE DATABASE "{database}";', f'\\connect "{database}"']
    return "\n".join([*lines, *(f"{statement};" for statement in grants(database))])


def refuse_powerful(app_url: str) -> None:
    """
    Look at the role that is to serve.

    Raises
    ------
    MachineTrouble
        ROLE_TOO_POWERFUL when it is a superuser, bypasses row-level security, or owns something here.
    """
    question = """
        SELECT rolname, rolsuper, rolbypassrls,
               EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database()
                       AND pg_has_role(r.oid, datdba, 'MEMBER'))
                 OR EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace
                            AND pg_has_role(r.oid, relowner, 'MEMBER'))
        FROM pg_roles r WHERE rolname = current_user
    """
    with psycopg.connect(app_url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    name, *flags = row
    named = ("is a superuser", "bypasses row-level security", "owns tables or the database")
    powers = [words for flag, words in zip(flags, named, strict=True) if flag]
    if powers:
        raise MachineTrouble(
            "ROLE_TOO_POWERFUL",
            f"The service must not run as {name}: that role {' and '.join(powers)}.",
            f"Let DATABASE_URL name {APP}, made by: CREATE ROLE {APP} {POWERLESS};",
        )
