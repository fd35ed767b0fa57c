"""`./pelak lock`: compiles the hash-locked lists of Python packages from `pyproject.toml`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from gis_core.cli import steps
from gis_core.cli.places import ROOT
from gis_core.cli.venv import DEVELOPING, SERVING

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "-q"]


def run(arguments: list[str]) -> int:
    """Write both lists again; other words (`--upgrade`) are handed to the compiler."""
    with tempfile.TemporaryDirectory() as folder:
        uv = _compiler(Path(folder))
        for name, extra in ((SERVING, []), (DEVELOPING, ["--extra", "dev"])):
            with steps.step(f"Compiling {name}"):
                named = ["--custom-compile-command", "./pelak lock", "-o", name]
                command = [uv, "pip", "compile", *OPTIONS, *extra, *named, *arguments[1:], "pyproject.toml"]
                steps.run(command, doing=f"compiling {name}", cwd=ROOT, quiet=True)
    return 0


def _compiler(folder: Path) -> Path:
    """The compiler `uv`, in a `.venv` of its own that is thrown away."""
    with steps.step("Fetching the compiler of lists"):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "uv"]
        steps.run(pip, doing="fetching uv", quiet=True)
    return folder / "bin" / "uv"
