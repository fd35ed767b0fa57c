"""Says what is being done and runs the programs that do it; a failure becomes one clear sentence."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gis_core.cli.troubles import MachineTrouble

DISK_SENTENCES = ("No space left on device", "Disk quota exceeded", "ENOSPC")
_started = time.monotonic()


def say(text: str) -> None:
    """One line to the operator, with the seconds since the start."""
    print(f"[{time.monotonic() - _started:6.1f} s] {text}", flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step and say how long it took when that was felt."""
    say(f"{title} ...")
    begun = time.monotonic()
    yield
    took_s = time.monotonic() - begun
    if took_s > 2:
        say(f"{title}: done in {took_s:.0f} s")


def run(
    command: Sequence[str | Path],
    *,
    doing: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    quiet: bool = False,
    **options: object,
) -> str:
    """
    Run a program to its end; its output is shown as it comes, or returned when `quiet`.

    Raises
    ------
    MachineTrouble
        When it fails: DISK_FULL where its words say so, otherwise STEP_FAILED with its last lines.
    """
    words: list[str] = []
    with subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=dict(env) if env is not None else None,
        cwd=cwd,
        **options,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            words.append(line)
            if not quiet:
                print("    " + line, end="", flush=True)
    if process.returncode:
        raise failure(doing, "".join(words), process.returncode)
    return "".join(words)


def failure(doing: str, words: str, code: int) -> MachineTrouble:
    """What a failed program's words come down to."""
    if any(sentence in words for sentence in DISK_SENTENCES):
        return MachineTrouble(
            "DISK_FULL",
            f"The disk became full while {doing}.",
            "Free some space and run the same command again; what was finished is kept.",
        )
    last = "\n".join(words.strip().splitlines()[-12:])
    return MachineTrouble("STEP_FAILED", f"Failed while {doing} (exit code {code}):\n{last}")


def need_space(folder: Path, needed_mb: int, *, doing: str) -> None:
    """
    Refuse to begin what would fill the disk.

    Raises
    ------
    MachineTrouble
        DISK_FULL when fewer than `needed_mb` megabytes are free where `folder` lies.
    """
    while not folder.exists():
        folder = folder.parent
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < needed_mb:
        raise MachineTrouble(
            "DISK_FULL",
            f"{doing} needs {needed_mb} MB, and {folder} has {free_mb} MB free.",
            "Free some space and run the same command again.",
        )


def counted(done: int, total: int, what: str) -> None:
    """A progress line: rewritten in place on a terminal, every tenth elsewhere."""
    if sys.stdout.isatty():
        print(f"\r    {done}/{total} {what:<40}", end="\n" if done == total else "", flush=True)
    elif done == total or done % 10 == 0:
        print(f"    {done}/{total} {what}", flush=True)


def clean_environment() -> dict[str, str]:
    """
    The environment for our programs: without what misleads them.

    A stray PROJ_DATA or GDAL_DATA breaks one of the geometry stacks that live in one process.
    """
    misleading = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH", "PYTHONHOME")
    kept = {name: value for name, value in os.environ.items() if name not in misleading}
    return {**kept, "PYTHONUNBUFFERED": "1"}
