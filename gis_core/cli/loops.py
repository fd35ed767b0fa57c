"""Compiles the engine's loops with Cython, again only when one of them changed."""

import hashlib
import os
import shlex
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
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
    """A line for each loop: its name, and a hash over everything that goes into its compiled form."""
    tools = f"{sys.version} {version('cython')} {' '.join(OPTIONS)}".encode()
    return "".join(
        f"{path.name} {hashlib.sha256(tools + path.read_bytes()).hexdigest()}\n" for path in sources()
    )


def _build() -> None:
    made_from = fingerprint()
    done = set(MARKER.read_text().splitlines()) if MARKER.exists() else set()
    changed = [
        path
        for path, line in zip(sources(), made_from.splitlines(), strict=True)
        if line not in done or not _library(path).exists()
    ]
    MARKER.unlink(missing_ok=True)
    with (
        steps.step("Compiling the engine's loops"),
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(os.cpu_count()) as beside,
    ):
        for compiled in [beside.submit(_compile, path, Path(folder)) for path in changed]:
            compiled.result()
    MARKER.write_text(made_from)


def _library(source: Path) -> Path:
    return source.with_name(f"{source.stem}{SUFFIX}")


def _compile(source: Path, folder: Path) -> None:
    """One module to machine code beside its source, where Python looks first."""
    made, library = folder / f"{source.stem}.c", folder / _library(source).name
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
    beside.rename(_library(source))


def _say_waiting() -> None:
    steps.say("Another ./pelak is compiling the engine's loops: waiting for it")
