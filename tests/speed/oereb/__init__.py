"""Runs pyramid_oereb's processor, in an environment of its own, on lots that our engine is measured on."""

import hashlib
import json
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

import shapely

from gis_core.constraints.values import Surroundings

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
#: What the rules of the neighbourhood add to its power line and wells, in metres.
POWER_M, WELL_M = 11.5, 15.0


class NotInstalled(Exception):
    """The peer's packages could not be installed here; the message says why."""


def extract_times_ms(geometry: Any, around: Surroundings, cache: Path) -> list[float]:
    """
    How long the processor takes for the extract of each lot, one after the other, in ms of processor.

    Its layers are ours: zones, the power line's corridor, the circles around wells. It reads them from
    memory. Its environment is made in `cache` at the first call.

    Raises
    ------
    NotInstalled
        When its packages cannot be installed here.
    """
    python = _environment(cache)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lots.json"
        file.write_text(json.dumps({"lots": _written(geometry), "themes": _themes(around)}))
        done = subprocess.run(
            [python, "-I", HERE / "peer.py", file], capture_output=True, text=True, check=True
        )
    return list(json.loads(done.stdout)["taken_ms"])


def _environment(cache: Path) -> Path:
    """An interpreter that has exactly the locked packages."""
    folder = cache / f"oereb-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python, complete = folder / "bin" / "python", folder / "complete"
    if complete.exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    install = [python, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "-r", LOCK]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NotInstalled(told[-1] if told else f"pip ended with {done.returncode}")
    complete.touch()
    return python


def _themes(around: Surroundings) -> dict[str, list[tuple[str, str]]]:
    found = around.overlays
    power, wells = (found.geometry[found.layer == layer] for layer in ("power", "wells"))
    return {
        "zoning": list(zip(around.zones.code, _written(around.zones.geometry), strict=True)),
        "power": [("power", shape) for shape in _written(shapely.buffer(power, POWER_M))],
        "wells": [("wells", shape) for shape in _written(shapely.buffer(wells, WELL_M))],
    }


def _written(geometry: Any) -> list[str]:
    return list(shapely.to_wkb(geometry, hex=True))
