"""Everything between a bare checkout and a city that can be served: pages, database, first content."""

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from gis_core.city import DEMO_CITY, ROOT
from gis_core.cli import databases, frontend, locks, programs, steps
from gis_core.cli.current import ensure_current, migrations_fingerprint, set_mark
from gis_core.cli.environment import CityHome, city_home
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.venv import MARKER as PACKAGES

DEMO_SEED = 1
DEMO_PARCELS = 20_000


def run(arguments: list[str]) -> int:
    """`./pelak prepare`: what `up` does before it serves."""
    options = parser("./pelak prepare").parse_args(arguments[1:])
    with city_home(options.city) as home:
        prepare(home, demo_parcels=options.demo_parcels, fill=not options.no_demo)
    return 0


def parser(name: str) -> argparse.ArgumentParser:
    """The options that `up` and `prepare` share."""
    known = argparse.ArgumentParser(name)
    known.add_argument("--city", type=Path, help="the city.toml to serve (default: the invented demo city)")
    known.add_argument("--demo-parcels", type=int, default=DEMO_PARCELS, metavar="N")
    known.add_argument("--no-demo", action="store_true", help="neither make the demo city nor import")
    return known


def prepare(home: CityHome, *, demo_parcels: int, fill: bool = True) -> None:
    """
    Build the pages, bring the database to the newest form, fill an empty one when `fill` is asked for.

    What is already as it should be is not done again.
    """
    lock = home.places.state / "prepare.lock"
    with locks.exclusive(lock, on_wait=lambda: steps.say("Another ./pelak is preparing: waiting for it")):
        frontend.build()
        with ThreadPoolExecutor(1) as beside:  # it needs no database, and making one leaves a core free
            collected = beside.submit(collect_static, home)
            prepare_database(home, first_content(home, demo_parcels) if fill and is_empty(home) else None)
        collected.result()


def prepare_database(home: CityHome, content: Callable[[CityHome], None] | None) -> None:
    """Bring the database to the newest form, and fill it with its first content if there is one to make."""
    if content and home.is_private:
        make_filled_database(home, content)
    ensure_current(home)
    if content and not home.is_private:
        content(home)


def first_content(home: CityHome, demo_parcels: int) -> Callable[[CityHome], None] | None:
    """What fills an empty database: the demo city, or a city's own files if they are here."""
    if home.city.path == DEMO_CITY.resolve():
        return lambda making: make_demo(making, demo_parcels)
    files = [home.city.file_of(entry, real_data()) for entry in home.city.imports]
    absent = [file for file in files if not file.exists()]
    if absent:
        steps.say(f"Not imported, because it is not here: {absent[0]} (PELAK_REAL_DATA names the folder)")
    return import_files if files and not absent else None


def real_data() -> Path:
    """Folder of real cities' files."""
    return Path(os.environ.get("PELAK_REAL_DATA") or ROOT.parent / "shared" / "data")


def is_empty(home: CityHome) -> bool:
    """Whether the city's database is absent, or holds neither a parcel nor an account."""
    if home.is_private and not databases.exists(home.database, home.places):
        return True
    with psycopg.connect(home.owner_url) as connection:
        for table in ("parcels_parcel", "gis_core_user"):
            there = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
            if there != (None,) and connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                return False
    return True


def make_filled_database(home: CityHome, fill: Callable[[CityHome], None]) -> None:
    """
    Fill a database aside and give it the city's name when it is whole.

    A start killed meanwhile leaves no half of a city.
    """
    aside = f"{home.database}_making"
    databases.drop_database(aside, home.places)
    app_url, owner_url = databases.database_urls(aside, home.places)
    making = CityHome(home.city, home.places, app_url, owner_url, is_private=True)
    with steps.step("Making the database"):
        databases.prepare(aside, home.places, city=home.city.path, quiet=True)
    fill(making)
    databases.drop_database(home.database, home.places)
    databases.rename_database(aside, home.database, home.places)
    set_mark(home, migrations_fingerprint())


def make_demo(home: CityHome, parcels: int) -> None:
    """Fill the database with the invented city, and give one person of each role a password."""
    with steps.step(f"Making the invented demo city of {parcels:,} parcels"):
        sizes = ["--parcels", str(parcels), "--seed", str(DEMO_SEED)]
        _import(home, ["demo", *sizes], doing="making the demo city")
        make_demo_accounts(home)


def import_files(home: CityHome) -> None:
    """Bring in the files that the city's description names, in its order."""
    with steps.step(f"Importing the files of {home.city.name_en}"):
        words = ["city", str(home.city.path), "--data", str(real_data())]
        _import(home, words, doing=f"importing the files of {home.city.name_en}")
        load_services(home)
    if not home.city.official:
        make_demo_accounts(home)


def load_services(home: CityHome) -> None:
    """Read the services of the city, if a list of them lies beside its description."""
    if home.city.path.with_name("services.toml").exists():
        command = [sys.executable, ROOT / "manage.py", "load_services"]
        steps.run(command, doing="loading the services", env=home.environment(owner=True), quiet=True)


def make_demo_accounts(home: CityHome) -> None:
    """Give one invented person of each role a password, for a look through everyone's eyes."""
    command = [sys.executable, ROOT / "manage.py", "demo_accounts"]
    environment = home.environment(owner=True)
    steps.run(command, doing="making the demo accounts", env=environment, quiet=True)


def _import(home: CityHome, words: list[str], *, doing: str) -> None:
    """Run the importer in our own terminal, where it shows how far it is."""
    command = [sys.executable, "-m", "import_scripts", *words]
    code = programs.call(command, home.environment(owner=True), ROOT)
    if code:
        raise MachineTrouble(
            "STEP_FAILED",
            f"Failed while {doing} (exit code {code}); its words are above.",
            "The database is as it was before. Mend what they say and run the same command again.",
        )


def collect_static(home: CityHome) -> None:
    """Gather styles, scripts and fonts for serving, unless nothing of them changed."""
    folder = home.places.state / "static"
    marker = folder / ".inputs"
    wanted = _static_fingerprint()
    if marker.exists() and marker.read_text() == wanted:
        return
    marker.unlink(missing_ok=True)
    with steps.step("Collecting styles, scripts and fonts"):
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, ROOT / "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        unused = ["--ignore", "rest_framework"]  # its pages are switched off; pressing them takes seconds
        steps.run([*command, *unused], doing="collecting styles and scripts", env=home.environment())
    marker.write_text(wanted)


def _static_fingerprint() -> str:
    known = hashlib.sha256(PACKAGES.read_bytes() if PACKAGES.exists() else b"")
    for folder in sorted(ROOT.glob("*/static")) + sorted(ROOT.glob("*/*/static")):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                known.update(
                    f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()
                )
    return known.hexdigest()
