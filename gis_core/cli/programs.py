"""Runs one of our programs on the city's database: imports, benchmarks, Django's command line."""

import subprocess
import sys
from pathlib import Path

from gis_core.cli import frontend
from gis_core.cli.current import ensure_current, need_database
from gis_core.cli.environment import CityHome, city_home
from gis_core.cli.places import ROOT

OWNERS_WORK = ("migrate", "makemigrations", "sqlmigrate", "flush", "optimizemigration", "squashmigrations")
WITHOUT_DATABASE = ("help", "--help", "version", "check", "makemigrations", "makemessages", "shell")
MODULES = {
    "import": "import_scripts",
    "bench": "tests.speed",
    "evaluate-city": "parcels.city_wide",
    "gallery": "map_ui.gallery",
}


def run(arguments: list[str]) -> int:
    """Run the program and return its exit code."""
    name, rest = arguments[0], arguments[1:]
    city = _take_city(rest)
    if name == "venv":
        return 0
    if name == "pages":
        frontend.build()
        return 0
    with city_home(city) as home:
        if name in MODULES:
            ensure_current(home)
        elif not rest or rest[0] not in WITHOUT_DATABASE:
            need_database(home)
        return run_program(home, name, rest)


def run_program(home: CityHome, name: str, rest: list[str]) -> int:
    """
    Run `import`, `bench`, `evaluate-city`, `gallery` or `manage` with the rest of the words.

    Imports and the commands that change tables run as the role that owns them, all else as the role
    that serves. Paths are taken from where the person stands.
    """
    if name == "manage":
        command = [sys.executable, str(ROOT / "manage.py"), *rest]
        owner = bool(rest) and rest[0] in OWNERS_WORK
    else:
        command = [sys.executable, "-m", MODULES[name], *rest]
        owner = name == "import"
    return call(command, home.environment(owner=owner))


def _take_city(words: list[str]) -> Path | None:
    """Take `--city city.toml` out of the words: which city it is must be known before Django starts."""
    if "--city" not in words[:-1]:
        return None
    place = words.index("--city")
    city = Path(words[place + 1])
    del words[place : place + 2]
    return city


def call(command: list[str], environment: dict[str, str], cwd: Path | None = None) -> int:
    """Run a program in our own terminal; Ctrl-C reaches it, and we wait for its end."""
    with subprocess.Popen(command, env=environment, cwd=cwd) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise
