"""Compiles the engine's loops with Cython, again only when one of them changed."""

import hashlib
import os
import shlex
import sys
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path

from gis_core.cli import locks, steps
from gis_core.cli.places import ROOT

FOLDER = ROOT / "gis_core" / "constraints" / "loops"
MARKER = FOLDER / ".built"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
#: Sums and products are rounded one by one, as Python rounds them: the same answer on every machine.
OPTIONS = ("-O2", "-ffp-contract=off", "-fPIC", "-shared")


def build() -> None:
    """Compile what has no newer compiled form; a checkout without the engine has nothing to compile."""
    if not sources() or is_built():
        return
    (ROOT / "var").mkdir(exist_ok=True)
    with locks.exclusive(ROOT / "var" / "loops.lock", on_wait=_say_waiting):
        if not is_built():
            _build()


def is_built() -> bool:
    """Whether the compiled loops were made from the sources as they are now, for this Python."""
    return MARKER.exists() and MARKER.read_text() == fingerprint()


def sources() -> list[Path]:
    """The modules that are compiled."""
    return sorted(path for path in FOLDER.glob("*.py") if path.name != "__init__.py")


def fingerprint() -> str:
    """Hash over everything that goes into the compiled loops."""
    known = hashlib.sha256(f"{sys.version} {version('cython')} {' '.join(OPTIONS)}".encode())
    for path in sources():
        known.update(path.name.encode() + path.read_bytes())
    return known.hexdigest()


def _build() -> None:
    made_from = fingerprint()
    MARKER.unlink(missing_ok=True)
    with steps.step("Compiling the engine's loops"), tempfile.TemporaryDirectory() as folder:
        for source in sources():
            _compile(source, Path(folder))
    MARKER.write_text(made_from)


def _compile(source: Path, folder: Path) -> None:
    """One module to machine code beside its source, where Python looks first."""
    made, library = folder / f"{source.stem}.c", folder / f"{source.stem}{SUFFIX}"
    module = ".".join(source.relative_to(ROOT).with_suffix("").parts)
    doing = f"compiling {source.name}"
    cython = [sys.executable, "-m", "cython", "-3", "--module-name", module, source, "-o", made]
    steps.run(cython, doing=doing, quiet=True)
    compiler = shlex.split(os.environ.get("CC", "cc"))
    headers = f"-I{sysconfig.get_paths()['include']}"
    steps.run([*compiler, *OPTIONS, headers, made, "-o", library], doing=doing, quiet=True)
    # Whoever imports it meanwhile has the old one or the new one, whole.
    beside = source.with_name(f".{library.name}")
    beside.write_bytes(library.read_bytes())
    beside.rename(source.with_name(library.name))


def _say_waiting() -> None:
    steps.say("Another ./pelak is compiling the engine's loops: waiting for it")
