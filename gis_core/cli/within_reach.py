"""Program and Python where the account that serves can read them, though root's checkout be closed to it."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from gis_core.cli import locks, steps
from gis_core.cli.places import ROOT, SHARED_HOME, become, can_reach, checkout_hash
from gis_core.cli.troubles import MachineTrouble

ROOMS = ("gis_core", "layers", "parcels", "map_ui", "import_scripts", "manage.py")
ANYBODY = "nobody"
_kept: dict[Path, locks.Shared] = {}
"""Copies from which programs of ours run, and the lock by which others see that: it ends with our process."""


def open_home(checkout: Path = ROOT) -> Path:
    """Where a closed checkout keeps what others must read."""
    return SHARED_HOME / checkout_hash(checkout)


def place_packages(venv: Path) -> None:
    """
    Let root's `.venv` of a closed checkout lie where everyone may read it, with a link in the checkout.

    What is there is moved; a person's own `.venv` stays where it is.
    """
    if os.geteuid() or (venv.exists() and venv.is_symlink()) or can_reach(ANYBODY, venv.parent):
        return
    place = open_home(venv.parent) / "venv"
    place.parent.mkdir(parents=True, exist_ok=True)
    if venv.is_symlink():
        venv.unlink()
    if venv.exists():
        shutil.rmtree(place, ignore_errors=True)
        shutil.move(venv, place)
    place.mkdir(exist_ok=True)
    venv.symlink_to(place)


def python_of(user: str) -> str:
    """
    The Python of `.venv` by a path that the account can walk.

    Raises
    ------
    MachineTrouble
        PYTHON_OUT_OF_REACH when it cannot run it.
    """
    python = Path(sys.prefix).resolve() / "bin" / "python"
    if not _runs(user, python, "import django"):
        raise MachineTrouble(
            "PYTHON_OUT_OF_REACH",
            f"The account {user}, which serves, cannot run {python} ({python.resolve()}).",
            f"rm -r {sys.prefix} && ./pelak up   (a Python that everyone may run is then chosen)",
        )
    return str(python)


def program_folder(user: str, python: str, checkout: Path = ROOT) -> Path:
    """
    Folder from which the account runs the program: the checkout, or a copy where it cannot read that.

    A copy stays at least as long as this process; unused ones are removed.
    """
    if _runs(user, python, "import gis_core.cli, import_scripts, layers, map_ui, parcels", checkout):
        return checkout
    # Named after what it holds: programs that start together, or serve already, share one that never changes.
    copy = open_home(checkout) / f"program-{_content(checkout)}"
    copy.parent.mkdir(parents=True, exist_ok=True)
    with locks.exclusive(copy.parent / "program.lock"):
        if not copy.exists():
            steps.say(f"The checkout is closed to the account that serves: it runs from {copy}")
            _copy(checkout, copy)
        if copy not in _kept:
            _kept[copy] = _used(copy)
        remove_unused(copy.parent)
    return copy


def remove_unused(folder: Path) -> None:
    """Remove the copies that no running `./pelak` serves from: those of earlier programs."""
    for copy in folder.glob("program-*"):
        if not copy.is_dir() or copy in _kept:
            continue
        lock = _used(copy)
        if lock.is_last():
            shutil.rmtree(copy)
            _lock_of(copy).unlink()
        lock.close()


def _used(copy: Path) -> locks.Shared:
    return locks.Shared(_lock_of(copy))


def _lock_of(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.lock")


def can_read(user: str, path: Path) -> bool:
    """Whether that account may read the file (asked of the kernel, by becoming it)."""
    return subprocess.run(["test", "-r", str(path)], cwd="/", check=False, **become(user)).returncode == 0


def _copy(checkout: Path, copy: Path) -> None:
    """Write the program where everyone may read it, whole or not at all; there is no secret in it."""
    half = copy.with_name("program.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for room in ROOMS:
        if (checkout / room).is_dir():
            shutil.copytree(checkout / room, half / room, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(checkout / room, half / room)
    for path in (half, *half.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    half.rename(copy)


def _content(checkout: Path) -> str:
    """What the rooms of the program hold, in short."""
    told = hashlib.sha256()
    for room in ROOMS:
        for path in sorted(_files(checkout / room)):
            told.update(str(path.relative_to(checkout)).encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()[:12]


def _files(room: Path) -> list[Path]:
    if room.is_file():
        return [room]
    return [path for path in room.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _runs(user: str, python: str | Path, program: str, folder: Path | None = None) -> bool:
    """Whether the account can run that program, with the packages of that folder."""
    done = subprocess.run(
        [str(python), "-c", program],
        cwd="/",
        env={"PYTHONPATH": str(folder)} if folder else {},
        check=False,
        capture_output=True,
        **become(user),
    )
    return done.returncode == 0
