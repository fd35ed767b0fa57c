"""Gives journeys a demo city on a server of its own and a real browser to walk it with."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest

from conftest import ROOT, database_prefix, schema_hash

# Playwright's event loop lives as long as the browser; Django would refuse its database to every later test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

DEMO_PARCELS = 1200
#: How long a browser may take to show what is awaited: on a loaded machine what comes late is right too.
PATIENCE_MS = 150_000
#: How long a server may take to give its first page, and to end.
PATIENCE_S = 180
#: Where cities of the tests keep their files.
_KEPT = Path(os.environ.get("PELAK_VAR", ROOT / "var")) / "media"
CHROMIUM = os.environ.get("PELAK_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Served:
    """A city that is being served: where, and from which database."""

    url: str
    database: str
    environment: dict[str, str]

    def code_sent_to(self, number: str) -> str:
        """The code of the last short message to that number; messages of a served city end in a file."""
        rows = [json.loads(line) for line in Path(self.environment["SMS_FILE"]).read_text().splitlines()]
        text = next(row["text"] for row in reversed(rows) if row["to"][-3:] == number[-3:])
        return re.search(r"\b\d{6}\b", text)[0]

    def manage(self, *arguments: str) -> str:
        """Run a management command on this city's database, as the role that owns it."""
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "gis_core.settings.owner"}
        return _run([sys.executable, ROOT / "manage.py", *arguments], environment)


def city_environment(database: str, city: str | None = None) -> dict[str, str]:
    """The environment in which a process works on that database."""
    from gis_core.cli import databases

    app_url, owner_url = databases.database_urls(database)
    environment = {**os.environ, "DATABASE_URL": app_url, "DATABASE_OWNER_URL": owner_url}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment["PERSONAL_DATA_KEYS"] = "the same for every copy of a city of the tests"
    if city:
        environment["PELAK_CITY"] = city
    return environment


@contextmanager
def serving(database: str, city: str | None = None, **more: str) -> Iterator[Served]:
    """
    Serve a database with the production server (`more` settings); stops it afterwards.

    The server is given a socket that listens already, so that no other program can take its port before.
    """
    environment = city_environment(database, city) | more
    if "PELAK_VAR" in more:
        _bring_rasters(Path(more["PELAK_VAR"]))
    _collect_static(environment)
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    log = Path(tempfile.gettempdir()) / f"{database}.log"
    sms = log.with_suffix(".sms")
    sms.unlink(missing_ok=True)
    environment |= {"PUBLIC_URL": url, "SMS_CARRIER": "file", "SMS_FILE": str(sms)}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "gis_core.wsgi",
        f"--bind=fd://{listening.fileno()}",
        "--threads=4",
        f"--timeout={PATIENCE_S}",
        "--graceful-timeout=5",
    ]
    with log.open("wb") as output, listening:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, pass_fds=[listening.fileno()]
        )
    try:
        _wait_for(url, server, log)
        yield Served(url, database, environment)
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_S)


@pytest.fixture(scope="session")
def demo_city_template(template_database: str) -> str:
    """Name of a database that holds a small demo city; made once for each state of schema and generator."""
    from gis_core.cli import databases, locks

    name = f"{database_prefix()}_demo_{_demo_hash()}"
    with locks.exclusive(Path(tempfile.gettempdir()) / f"{database_prefix()}_demo.{os.getuid()}.lock"):
        if databases.exists(name) and not any(_KEPT.glob("demo/rasters/*.tif")):
            databases.drop_database(name)  # its raster went with the folder that it was kept in
        if not databases.exists(name):
            half_made = f"{name}_making"
            databases.drop_database(half_made)
            databases.create_database(half_made, template=template_database)
            environment = {**city_environment(half_made), "DJANGO_SETTINGS_MODULE": "gis_core.settings.owner"}
            command = ["import_scripts", "demo", "--parcels", str(DEMO_PARCELS), "--seed", "1"]
            _run([sys.executable, "-m", *command], environment)
            databases.rename_database(half_made, name)
    return name


@pytest.fixture(scope="session")
def demo_city(demo_city_template: str, worker_id: str) -> Iterator[Served]:
    """The small demo city, served to this worker's journeys from a copy of its own."""
    from gis_core.cli import databases

    name = f"{database_prefix()}_served_{worker_id}"
    databases.drop_database(name)
    databases.create_database(name, template=demo_city_template)
    with serving(name) as served:
        yield served
    databases.drop_database(name)


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
        yield browser
        browser.close()


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desktop", "phone"])
def window(request: pytest.FixtureRequest, chromium, demo_city: Served):
    """A browser window on the demo city, once as on a desk and once as on a phone."""
    width, height = request.param
    context = chromium.new_context(
        base_url=demo_city.url,
        viewport={"width": width, "height": height},
        locale="fa-IR",
        has_touch=width < 500,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def follow(page, selector: str) -> None:
    """Press what leads to another page, and wait until that page is there as a whole."""
    with page.expect_navigation():
        page.click(selector)


def tells_what_it_reads(page) -> Callable[[str], int]:
    """
    Count the answers that a page reads as JSON, from its next view on; gives how many came from an address.

    What the page does with an answer before it waits again is done by then.
    """
    page.add_init_script(
        "const read = Response.prototype.json; window.answersRead = [];"
        "Response.prototype.json = async function () {"
        " const told = await read.call(this); window.answersRead.push(this.url); return told; };"
    )
    return lambda part: page.evaluate("part => answersRead.filter((url) => url.includes(part)).length", part)


def becomes(page, ask: Callable[[], object], wanted: object) -> None:
    """Ask again until the answer is the wanted one; for what no `expect` can be asked for."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while (answer := ask()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert answer == wanted


def _collect_static(environment: dict[str, str]) -> None:
    """Gather styles, scripts and fonts where this environment serves them from, if any is newer."""
    from gis_core.cli import locks

    var = Path(environment.get("PELAK_VAR", ROOT / "var"))
    collected = var / "static" / "staticfiles.json"
    var.mkdir(parents=True, exist_ok=True)
    with locks.exclusive(var / "static.lock"):
        sources = (path for path in (ROOT / "map_ui" / "static").rglob("*") if path.is_file())
        newest = max(path.stat().st_mtime for path in sources)
        if not collected.exists() or collected.stat().st_mtime < newest:
            command = ["collectstatic", "--no-input", "--verbosity", "0", "--ignore", "rest_framework"]
            _run([sys.executable, ROOT / "manage.py", *command], environment)
            collected.touch()


def _bring_rasters(folder: Path) -> None:
    """Rasters stand beside the database: a copy that is served from a folder of its own needs them there."""
    for kept in _KEPT.glob("*/rasters"):
        shutil.copytree(kept, folder / "media" / kept.relative_to(_KEPT), dirs_exist_ok=True)


def _demo_hash() -> str:
    digest = hashlib.sha256(schema_hash().encode())
    made_from = [
        *(ROOT / "import_scripts").rglob("*.py"),
        *(ROOT / "import_scripts" / "recipes").rglob("*.toml"),
    ]
    for path in sorted(made_from):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _run(command: list, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800)
    if done.returncode:
        raise AssertionError(
            f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    return done.stdout


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S):
                return
        except (URLError, ConnectionError, TimeoutError):
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise AssertionError(f"The server did not answer at {url}:\n{log.read_text()[-4000:]}")
