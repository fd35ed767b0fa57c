"""Reads the switches in `.env`; what the environment says goes before."""

import os
from pathlib import Path

from gis_core.cli.troubles import MachineTrouble


def load(path: Path) -> None:
    """Take over every `NAME=value` of the file that the environment does not have; no file is no trouble."""
    if path.exists():
        for name, value in parse(path.read_text(encoding="utf-8"), path).items():
            os.environ.setdefault(name, value)


def parse(text: str, path: Path) -> dict[str, str]:
    """
    The switches of a `.env`.

    Raises
    ------
    MachineTrouble
        ENV_UNREADABLE, naming the line.

    Examples
    --------
    >>> parse("# address\\nPUBLIC_URL='https://a.org'\\n\\nPELAK_PORT=80\\n", Path(".env"))
    {'PUBLIC_URL': 'https://a.org', 'PELAK_PORT': '80'}
    """
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        name, sign, value = words.partition("=")
        if not sign or not name.replace("_", "").isalnum():
            raise MachineTrouble(
                "ENV_UNREADABLE", f"{path}, line {number}: expected NAME=value, got {words!r}."
            )
        found[name] = value.strip().strip("'\"")
    return found
