"""Cities to walk through: each served from a copy and folders of its own, with an account for every role."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import expect

from conftest import ROOT, database_prefix
from tests.conftest import Served, follow, serving
from tests.import_scripts.conftest import CAMBRIDGE, cambridge_template  # noqa: F401

DESK, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Town:
    """A served city and the user name and password of one person for each role."""

    served: Served
    accounts: dict[str, tuple[str, str]]

    def let_in(self, username: str) -> tuple[str, str]:
        """User name and a new password of one of the invented people."""
        known = dict(self.accounts.values())
        if username not in known:
            known[username] = "four long words here"
            with psycopg.connect(self.served.environment["DATABASE_OWNER_URL"]) as connection:
                served_with = PBKDF2PasswordHasher()  # the tests' own settings hash in a quicker way
                hashed = served_with.encode(known[username], served_with.salt())
                connection.execute(
                    "UPDATE gis_core_user SET password = %s WHERE username = %s", [hashed, username]
                )
        return username, known[username]

    def ask(self, query: str, *values: object) -> list[tuple]:
        """What the city's tables say."""
        with psycopg.connect(self.served.environment["DATABASE_OWNER_URL"]) as connection:
            return connection.execute(query, values).fetchall()


def accounts_of(path: Path) -> dict[str, tuple[str, str]]:
    """User name and password of one person for each role."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["role"]: (row["username"], row["password"]) for row in rows}


@contextmanager
def walked(template: str, folder: Path, city: str | None = None) -> Iterator[Served]:
    """A copy of a city, served with keys, papers and styles in a folder of its own; gone afterwards."""
    from gis_core.cli import databases
    from gis_core.cli.places import wanted_var

    name = f"{database_prefix()}_walked_{os.getpid()}_{folder.name[-20:]}"
    databases.drop_database(name)
    databases.create_database(name, template=template)
    (wanted_var() / "static").mkdir(parents=True, exist_ok=True)
    for shared in ("static", "static.lock"):
        (folder / shared).symlink_to(wanted_var() / shared)
    try:
        with serving(name, city, PELAK_VAR=str(folder)) as served:
            yield served
    finally:
        databases.drop_database(name)


@pytest.fixture(scope="session")
def town(demo_city_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The small demo city with its demo accounts."""
    folder = tmp_path_factory.mktemp("demo")
    with walked(demo_city_template, folder) as served:
        served.manage("demo_accounts")
        yield Town(served, accounts_of(folder / "secrets" / "demo_accounts_demo.json"))


@pytest.fixture(scope="session")
def cambridge_town(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Town]:
    """Cambridge with its services, its invented inspectors, and an account for each role."""
    template = request.getfixturevalue("cambridge_template")
    folder = tmp_path_factory.mktemp("cambridge")
    with walked(template, folder, str(CAMBRIDGE)) as served:
        served.manage("load_services")
        bring_in_staff(served)
        served.manage("demo_accounts")
        yield Town(served, accounts_of(folder / "secrets" / "demo_accounts_cambridge.json"))


def bring_in_staff(served: Served) -> None:
    """Inspectors with their shifts and a dispatcher, by the committed recipe, as `./pelak import` does."""
    recipe, people = CAMBRIDGE.with_name("staff.toml"), CAMBRIDGE.with_name("staff_invented.csv")
    words = [sys.executable, "-m", "import_scripts", "staff", people, "--recipe", recipe]
    environment = {**served.environment, "DJANGO_SETTINGS_MODULE": "gis_core.settings.owner"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]


@pytest.fixture
def someone(chromium) -> Iterator[Callable]:
    """Opens a person's window: signed in when a role or name is given, at a desk unless said otherwise."""
    contexts = []

    def open_window(town: Town, role: str = "", *, username: str = "", size: tuple[int, int] = DESK):
        context = chromium.new_context(
            base_url=town.served.url,
            viewport={"width": size[0], "height": size[1]},
            locale="fa-IR",
            has_touch=size == PHONE,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        if role or username:
            sign_in(page, *(town.accounts[role] if role else town.let_in(username)))
        return page

    yield open_window
    for context in contexts:
        context.close()


def sign_in(page, username: str, password: str) -> None:
    """Sign in as people do."""
    page.goto("/sign-in/")
    page.fill("#username", username)
    page.fill("#password", password)
    follow(page, "#by-password button")
    expect(page).not_to_have_url(re.compile("/sign-in/$"))


def seen(page, name: str) -> None:
    """Keep a picture of the page at both widths where `PELAK_PICTURES` names a folder; nothing otherwise."""
    folder = os.environ.get("PELAK_PICTURES")
    if not folder:
        return
    usual = page.viewport_size
    for width, height in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        page.screenshot(path=f"{folder}/{name}-{width}.png")
    page.set_viewport_size(usual)
