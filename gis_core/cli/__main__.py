"""`./pelak <command>`: finds the command, makes `.venv` where one is needed, says troubles in a sentence."""

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gis_core.cli import dotenv, loops, venv
from gis_core.cli.places import ROOT
from gis_core.cli.troubles import MachineTrouble


class Command(NamedTuple):
    """Where a command lives (its `run(arguments)`), which packages it needs, and what it does."""

    module: str
    packages: str | None
    purpose: str


COMMANDS = {
    "up": Command("up", venv.SERVING, "make everything that is missing, and serve"),
    "stop": Command("stop", None, "stop what `up` started"),
    "status": Command("status", None, "say what runs and where"),
    "doctor": Command("doctor", None, "say what is wrong, a line each"),
    "test": Command("test", venv.DEVELOPING, "make everything and run every test"),
    "import": Command("programs", venv.SERVING, "load a file: import KIND FILE --recipe RECIPE"),
    "bench": Command("programs", venv.DEVELOPING, "measure, printed as ratios"),
    "evaluate-city": Command("programs", venv.SERVING, "evaluate every lot of the city for a day"),
    "gallery": Command("programs", venv.SERVING, "draw an evaluated lot of each kind: gallery FOLDER"),
    "manage": Command("programs", venv.SERVING, "Django's command line on the city's database"),
    "backup": Command("backup", venv.SERVING, "write database, documents and keys to one file"),
    "restore": Command("backup", venv.SERVING, "bring everything back from such a file"),
    "reset": Command("reset", venv.SERVING, "throw the city's database away: reset --yes"),
    "prepare": Command("prepare", venv.SERVING, "make everything that is missing, and end"),
    "database": Command("parts", venv.SERVING, "run only the database cluster, until stopped"),
    "web": Command("parts", venv.SERVING, "run only the web server"),
    "worker": Command("parts", venv.SERVING, "run only the job worker"),
    "packages": Command("", None, "install the missing Debian packages, and end"),
    "missing": Command("", None, "list the missing Debian packages"),
    "venv": Command("programs", venv.SERVING, "make .venv, and end"),
    "pages": Command("programs", venv.SERVING, "build the browser's part, and end"),
    "lock": Command("lockfiles", venv.SERVING, "compile the locked lists of Python packages anew"),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 a trouble that was said, 2 not understood."""
    name = arguments[0] if arguments else "help"
    command = COMMANDS.get(name)
    if command is None or not command.module:
        print(_help())
        return 0 if name in ("help", "-h", "--help") else 2
    os.umask(0o022)  # what we make is read by the account that serves; secrets say their own mode
    try:
        if name != "test":
            dotenv.load(ROOT / ".env")
        if command.packages:
            venv.ensure(command.packages)
            venv.hand_over(list(arguments))
            loops.build()
        elif venv.is_ready():
            venv.hand_over(list(arguments))
        module = importlib.import_module(f"gis_core.cli.{command.module}")
        if command.packages is None and {"-h", "--help"} & set(arguments):
            print(module.__doc__)
            return 0
        return module.run(list(arguments))
    except MachineTrouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        trouble = _known_trouble(error)
        if trouble is None:
            raise
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _known_trouble(error: OSError) -> MachineTrouble | None:
    """What an error of the operating system means to a person; None when it is our own mistake."""
    if error.errno == errno.ENOSPC:
        return MachineTrouble(
            "DISK_FULL", "The disk is full.", "Free some space and run the same command again."
        )
    if error.errno in (errno.EACCES, errno.EPERM) and error.filename:
        owner = Path(error.filename).parent.owner()
        remedy = f"Use ./pelak as the user of the first time (that folder is of {owner})."
        return MachineTrouble("NOT_ALLOWED", f"You may not write {error.filename}.", remedy)
    return None


def _help() -> str:
    lines = [f"  {name:<10} {command.purpose}" for name, command in COMMANDS.items()]
    return "\n".join(["./pelak <command> [options]   (./pelak <command> --help says more)", "", *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
