"""Builds the browser's part from `package-lock.json`, again only when one of its inputs changed."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from gis_core.cli import locks, steps
from gis_core.cli.places import ROOT
from gis_core.cli.venv import VENV

BUILT = ROOT / "map_ui" / "static" / "built"
MARKER = BUILT / ".inputs"
INPUTS = ("package.json", "package-lock.json", "tsconfig.json", "*.mjs")
SOURCES = (".ts", ".po", ".mjs", ".css", ".scss", ".json", ".js")


def build() -> None:
    """Install the locked npm packages and bundle, unless what is built fits its inputs."""
    if not (ROOT / "package.json").exists() or is_built():
        return
    with locks.exclusive(ROOT / "var" / "frontend.lock", on_wait=_say_waiting):
        if not is_built():
            _build()


def is_built() -> bool:
    """Whether the bundles were made from the inputs as they are now."""
    return MARKER.exists() and MARKER.read_text() == fingerprint()


def fingerprint() -> str:
    """Hash over everything that goes into the bundles."""
    known = hashlib.sha256()
    for path in sorted(_inputs()):
        known.update(str(path.relative_to(ROOT)).encode())
        known.update(path.read_bytes())
    return known.hexdigest()


def programs_folder() -> Path | None:
    """Folder of node and npm: the machine's when new enough (None), else those of the Python package."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        version = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= 20:
            return None
    return VENV / "bin"


def _build() -> None:
    steps.need_space(ROOT, 500, doing="Building the pages")
    environment = steps.clean_environment()
    folder = programs_folder()
    if folder:
        environment["PATH"] = f"{folder}:{environment.get('PATH', '')}"
    made_from = fingerprint()
    MARKER.unlink(missing_ok=True)
    npm = str(folder / "npm") if folder else "npm"
    locked = (ROOT / "package-lock.json").read_text()
    installed = ROOT / "node_modules" / ".pelak"
    if not installed.exists() or installed.read_text() != locked:
        with steps.step("Installing the browser packages"):
            install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            steps.run(install, doing="installing the browser packages", env=environment, cwd=ROOT)
        installed.write_text(locked)
    with steps.step("Bundling the pages' scripts and styles"):
        bundle = [npm, "run", "--silent", "build"]
        steps.run(bundle, doing="bundling the pages' scripts and styles", env=environment, cwd=ROOT)
    MARKER.parent.mkdir(parents=True, exist_ok=True)
    MARKER.write_text(made_from)


def _inputs() -> list[Path]:
    top = [path for pattern in INPUTS for path in ROOT.glob(pattern)]
    below = [path for path in (ROOT / "map_ui").rglob("*") if path.suffix in SOURCES and path.is_file()]
    return [*top, *(path for path in below if BUILT not in path.parents)]


def _say_waiting() -> None:
    steps.say("Another ./pelak is building the pages: waiting for it")
