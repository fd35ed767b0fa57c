"""`./pelak test`: prepares the machine, then runs the checkers and every test on a cluster of its own."""

import argparse
import os
import shutil
import sys
from contextlib import nullcontext

from gis_core.cli import cluster, frontend, programs, steps
from gis_core.cli.places import ROOT, Places, find_places

CHECKERS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "import directions": ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
    "types": ["-m", "mypy"],
}


def run(arguments: list[str]) -> int:
    """Run everything, or what the pytest arguments choose; 0 when all is well."""
    parser = argparse.ArgumentParser("./pelak test", description=__doc__)
    parser.add_argument("--thorough", action="store_true", help="repeat the same tests with larger counts")
    options, chosen = parser.parse_known_args(arguments[1:])
    frontend.build()
    places = _fresh_places()
    environment = steps.clean_environment() | {"PELAK_VAR": str(places.state), "PYTHONPATH": str(ROOT)}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "PELAK_CITY", "PUBLIC_URL"):
        environment.pop(name, None)
    if options.thorough:
        environment["PELAK_THOROUGH"] = "1"
    failed = [] if chosen else _run_checkers(environment)
    another = os.environ.get("PELAK_ADMIN_URL")
    with nullcontext() if another else cluster.running(places, throwaway=True):
        command = [sys.executable, "-m", "pytest", *(chosen or ["-n", "2", "--dist", "loadfile", "-q"])]
        with steps.step("Running the tests"):
            if programs.call(command, environment, ROOT):
                failed.append("tests")
    shutil.rmtree(places.data, ignore_errors=True)
    if failed:
        steps.say(f"FAILED: {', '.join(failed)}")
        return 1
    steps.say("Everything passed")
    return 0


def _run_checkers(environment: dict[str, str]) -> list[str]:
    failed = []
    for title, words in CHECKERS.items():
        with steps.step(title):
            if programs.call([sys.executable, *words], environment, ROOT):
                failed.append(title)
    return failed


def _fresh_places() -> Places:
    """Folders of the tests' own cluster, away from the real one; what an earlier run left is removed."""
    var = ROOT / "var" / "test"
    os.environ["PELAK_VAR"] = str(var)
    places = find_places(var)
    with cluster.locks.exclusive(places.state / "cluster.lock"):
        if places.data.exists() and cluster.locks.Shared(places.state / "cluster.users").is_last():
            cluster.stop(places)
            shutil.rmtree(places.data)
    return places
