"""Finds real road networks and published problems; tests that need them skip where they are absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def real_file(*parts):
    """Path of a real file; skips the test, saying why, where it is absent."""
    folder = Path(os.environ.get("PELAK_REAL_DATA", ROOT.parent / "shared" / "data"))
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"Real data are not here: {'/'.join(parts)} (PELAK_REAL_DATA names their folder).")
    return path
