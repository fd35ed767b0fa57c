"""Makes `.venv` from the hash-locked lists, again only when a list changed; needs no package itself."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from gis_core.cli import locks, steps, within_reach
from gis_core.cli.places import ROOT

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARKER = VENV / "pelak.json"
SERVING, DEVELOPING = "requirements.lock", "requirements-dev.lock"


def ensure(lock_name: str = SERVING) -> None:
    """Make or complete `.venv`; a half-done one is completed, a broken one made anew."""
    within_reach.place_packages(VENV)
    if is_ready(lock_name):
        return
    (ROOT / "var").mkdir(exist_ok=True)
    with locks.exclusive(ROOT / "var" / "venv.lock", on_wait=_say_waiting):
        if not is_ready(lock_name):
            _install(lock_name)


def is_ready(lock_name: str = SERVING) -> bool:
    """Whether `.venv` was completed from the list as it is now, by the Python it still has."""
    try:
        done = json.loads(MARKER.read_text())
    except (OSError, ValueError):
        return False
    same = done.get(lock_name) == fingerprint(ROOT / lock_name)
    return same and (VENV / "bin" / "python3").resolve() == Path(done.get("python", "/"))


def hand_over(arguments: list[str]) -> None:
    """Become the same command under `.venv`'s Python; returns when that is who we are already."""
    if Path(sys.prefix) != VENV:
        os.execv(PYTHON, [str(PYTHON), "-m", "gis_core.cli", *arguments])


def fingerprint(path: Path) -> str:
    """What a file holds, in short."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pins(lock: str) -> set[str]:
    """
    The `name==version` lines of a locked list.

    Examples
    --------
    >>> sorted(pins("attrs==26.1.0 \\\\\\n    --hash=sha256:ab\\nzipp==4.0\\n"))
    ['attrs==26.1.0', 'zipp==4.0']
    """
    words = (line.split()[0] for line in lock.splitlines() if line and line[0].isalnum())
    return {word for word in words if "==" in word}


def _install(lock_name: str) -> None:
    steps.need_space(ROOT, 2500, doing="Installing the Python packages")
    MARKER.unlink(missing_ok=True)
    if not _works():
        with steps.step("Making .venv"):
            # Where it really lies: Python makes none in the place of a link.
            command = [_base_python(), "-m", "venv", "--clear", VENV.resolve()]
            steps.run(command, doing="making .venv", quiet=True)
    wanted = len(pins((ROOT / lock_name).read_text()))
    with steps.step(f"Installing {wanted} Python packages from {lock_name}"):
        _pip(lock_name, wanted)
    # the longer list contains the shorter one, so both are done
    finished = (SERVING, DEVELOPING) if lock_name == DEVELOPING else (SERVING,)
    done = {name: fingerprint(ROOT / name) for name in finished}
    half = MARKER.with_suffix(".half")
    half.write_text(json.dumps({"python": str((VENV / "bin" / "python3").resolve()), **done}))
    half.rename(MARKER)


def _pip(lock_name: str, wanted: int) -> None:
    """Run pip with the hashes required, counting what it names."""
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
    command = [PYTHON, "-m", "pip", "install", *options, "--progress-bar", "off", "-r", ROOT / lock_name]
    words: list[str] = []
    seen = 0
    shown = time.monotonic()
    with subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            words.append(line)
            if line.startswith(("Collecting ", "Requirement already")):
                seen += 1
                name = (
                    line.removeprefix("Requirement already satisfied:").removeprefix("Collecting").split()[0]
                )
                steps.counted(seen, wanted, name.split("=")[0])
            elif line.startswith("Installing collected") or time.monotonic() - shown > 60:
                shown = time.monotonic()
                steps.say("Unpacking them" if line.startswith("Installing") else "still at it")
    if process.returncode:
        raise steps.failure("installing the Python packages", "".join(words), process.returncode)


def _works() -> bool:
    """Whether there is a `.venv` whose Python and pip run."""
    try:
        asked = subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, capture_output=True)
    except OSError:
        return False
    return asked.returncode == 0


def _base_python() -> str:
    return getattr(sys, "_base_executable", None) or sys.executable


def _say_waiting() -> None:
    steps.say("Another ./pelak is installing the Python packages: waiting for it")
