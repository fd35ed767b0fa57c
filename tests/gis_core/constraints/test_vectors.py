"""The published cases of every rule kind come out exactly, as their README compares."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import shapely

from gis_core.constraints.cases import answer

ROOT = Path(__file__).resolve().parents[3]
VECTORS = Path(os.environ.get("PELAK_VECTORS") or ROOT / "../shared/domain/vectors")

#: Kinds that other parts of the project answer, with their own tests.
ELSEWHERE = {"FEE", "IDENTIFIER", "CALENDAR", "NUMERAL"}


def cases() -> list[dict[str, Any]]:
    files = sorted(VECTORS.glob("*.json"))
    found = [case for file in files for case in json.loads(file.read_text("utf-8"))["cases"]]
    return [case for case in found if case["kind"] not in ELSEWHERE]


CASES = cases()
if not CASES:
    pytestmark = pytest.mark.skip(reason="The published rule vectors are not here (PELAK_VECTORS).")


def differs(expected: dict[str, Any], given: Any) -> str | None:
    """What is wrong with an output, or nothing."""
    if "wkt" in expected:
        wanted = shapely.from_wkt(expected["wkt"])
        if "tolerance_m" in expected:
            return _points_differ(wanted, given, expected["tolerance_m"])
        apart_m2 = shapely.symmetric_difference(wanted, given).area
        return None if apart_m2 <= expected["tolerance_m2"] else f"differs by {apart_m2} m2"
    return None if _same(expected["value"], given, expected["tolerance"]) else f"is {given}"


def _points_differ(wanted: Any, given: Any, tolerance_m: float) -> str | None:
    one, other = list(shapely.get_parts(wanted)), list(shapely.get_parts(given))
    one, other = [p for p in one if not p.is_empty], [p for p in other if not p.is_empty]
    near = all(any(a.distance(b) <= tolerance_m for b in other) for a in one)
    return None if len(one) == len(other) and near else f"is {given}"


def _same(wanted: Any, given: Any, tolerance: float) -> bool:
    if isinstance(wanted, list):
        pairs = zip(wanted, given, strict=False)
        return (
            isinstance(given, list)
            and len(wanted) == len(given)
            and all(_same(a, b, tolerance) for a, b in pairs)
        )
    if wanted is None or isinstance(wanted, bool | str):
        return wanted is given or (wanted == given and type(wanted) is type(given))
    return (
        given is not None and not isinstance(given, bool | str) and abs(wanted - given) <= tolerance + 1e-12
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_case_comes_out_exactly(case):
    outputs = answer(case["kind"], case["inputs"])
    expected = {name: entry for name, entry in case["expected"].items() if not name.startswith("fee_")}
    wrong = {
        name: differs(entry, outputs[name]) if name in outputs else "is missing"
        for name, entry in expected.items()
    }
    assert {name: fault for name, fault in wrong.items() if fault} == {}
