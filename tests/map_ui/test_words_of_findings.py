"""Every finding and every reason that the engine can give has its words."""

import ast
from pathlib import Path

from django.utils import translation

from conftest import ROOT
from gis_core.constraints.evaluate import SHOWN
from map_ui import wording

ENGINE = ROOT / "gis_core" / "constraints"


def codes_of(path: Path) -> set[str]:
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    named = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Reason"]
    return {node.args[0].value for node in named if node.args and isinstance(node.args[0], ast.Constant)}


def test_every_reason_of_the_engine_has_its_sentence():
    codes = set().union(*(codes_of(path) for path in ENGINE.glob("*.py")))
    assert {"NO_RULE", "LIGHT_EXCEEDED"} <= codes
    assert codes - set(wording.REASONS) == set()


def test_every_finding_of_the_engine_has_its_name():
    assert {*SHOWN, "light_wells_m2", "parking_need", "parking_capacity"} - set(wording.FINDINGS) == set()


def test_a_reason_fills_its_sentence_with_its_values():
    with translation.override("fa"):
        told = wording.reason({"code": "NEEDS_FLOOR_PLANS", "args": {"main_to_main_m": 6.0, "other_m": 4.0}})
    assert "%" not in told
    assert "۶" in told
    assert "۴" in told
