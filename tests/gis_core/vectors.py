"""Finds the published test vectors of the rules; tests that need them are skipped where they are absent."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def cases(file_name: str, kind: str) -> list:
    """The cases of one kind as pytest parameters, numbers as exact decimals; one skipped if absent."""
    path = Path(os.environ.get("PELAK_VECTORS", ROOT / ".." / "shared" / "domain" / "vectors")) / file_name
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no vectors at {path}"))]
    raw = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return [pytest.param(case, id=case["id"]) for case in raw["cases"] if case["kind"] == kind]


def expected(case: dict, output: str):
    """The expected value of one output."""
    return case["expected"][output]["value"]
