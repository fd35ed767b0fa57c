"""Whoever holds the file of an issued evaluation computes it again: same, or the first leaf that differs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from gis_core.canonical import fingerprint
from gis_core.constraints import verify
from gis_core.constraints.frozen import as_file, freeze
from gis_core.constraints.seals import sealed
from tests.gis_core.constraints.test_frozen import asked


@pytest.fixture(scope="module")
def issued() -> str:
    return json.dumps(as_file(freeze(asked())), ensure_ascii=False)


def on_a_machine_without_database(file: Path, **more: str) -> subprocess.CompletedProcess:
    """Run the command as anybody may: no database, no settings, another seed for the hashes of strings."""
    kept = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
    clean = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "gis_core.constraints.verify", str(file)],
        cwd=ROOT,
        env={**clean, "PYTHONHASHSEED": "4711", "PYTHONIOENCODING": "utf-8", **more},
        capture_output=True,
        text=True,
        timeout=400,
    )


def written_to(folder: Path, document) -> Path:
    path = folder / "evaluation.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def codes(document) -> list[str]:
    return [one.code for one in verify.check(document).said]


def test_an_untouched_file_is_the_same_on_a_machine_without_database(issued, tmp_path):
    done = on_a_machine_without_database(written_to(tmp_path, issued))
    assert (done.returncode, done.stderr) == (0, "")
    assert "همان است" in done.stdout
    assert "has the answer that was issued" in done.stdout


def test_an_altered_corner_of_the_lot_is_named_on_a_machine_without_database(issued, tmp_path):
    document = json.loads(issued)
    document["inputs"]["parts"]["lots"]["geometry"]["shapes"][0]["mm"][0][2][0] += 1
    done = on_a_machine_without_database(written_to(tmp_path, document))
    assert done.returncode == 1
    assert "inputs.parts.lots.geometry.shapes[0].mm[0][2][0] (now 560024351)" in done.stdout
    assert "The answer first differs at answer." in done.stdout


def test_the_check_needs_neither_django_nor_a_database_driver():
    program = "import sys, gis_core.constraints.verify as v; print({'django', 'psycopg'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.parametrize(
    ("place", "value", "leaf"),
    [
        (
            ("inputs", "parts", "lots", "deed_area_m2", "floats", 0),
            301.0,
            "inputs.parts.lots.deed_area_m2.floats[0]",
        ),
        (
            ("inputs", "parts", "around.passages", "planned_width_m", "floats", 0),
            14.0,
            "inputs.parts.around.passages.planned_width_m.floats[0]",
        ),
        (
            ("inputs", "parts", "around.layers", "each", "power-lines", "accuracy_m"),
            9.0,
            "inputs.parts.around.layers.each.power-lines.accuracy_m",
        ),
        (("answer", "findings", "net_area_m2", "value"), 276.0, "answer.findings.net_area_m2.value"),
        (
            ("inputs", "parts", "question", "plain", "on", "day"),
            "2027-01-01",
            "inputs.parts.question.plain.on.day",
        ),
    ],
    ids=["deed area", "width of the street", "accuracy of a layer", "net area", "day"],
)
def test_whatever_single_value_was_altered_is_named(issued, place, value, leaf):
    document = json.loads(issued)
    at = document
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    outcome = verify.check(document)
    assert outcome.exit_code == verify.DIFFERS
    assert outcome.said[0].code == "ALTERED"
    assert outcome.said[0].values["leaf"] == leaf


def test_an_altered_answer_is_told_with_what_it_should_be(issued):
    document = json.loads(issued)
    document["answer"]["findings"]["net_area_m2"]["value"] = 276.0
    said = verify.check(document).said[-1]
    assert said.code == "DIFFERS"
    assert said.values == {
        "leaf": "answer.findings.net_area_m2.value",
        "stored": "276.0",
        "computed": "275.0",
    }


def test_a_forger_who_seals_anew_is_found_by_computing(issued):
    document = json.loads(issued)
    document["answer"]["findings"]["storeys"]["value"] = 9.0
    document["inputs"]["seals"]["answer"] = sealed(document["answer"])
    document["sha256"] = fingerprint([document["inputs"], document["answer"]])
    outcome = verify.check(document)
    assert [one.code for one in outcome.said] == ["DIFFERS"]
    assert outcome.said[0].values["leaf"] == "answer.findings.storeys.value"


def test_several_altered_values_are_told_by_their_part(issued):
    document = json.loads(issued)
    ring = document["inputs"]["parts"]["lots"]["geometry"]["shapes"][0]["mm"][0]
    ring[1][0] += 5
    ring[2][0] += 5
    said = verify.check(document).said
    assert (said[0].code, said[0].values["part"]) == ("ALTERED_PART", "inputs.parts.lots")


@pytest.mark.parametrize("name", ["rules", "around.zones", "question"])
def test_a_file_that_lacks_an_input_is_told_so(issued, name):
    document = json.loads(issued)
    del document["inputs"]["parts"][name]
    outcome = verify.check(document)
    assert outcome.exit_code == verify.DIFFERS
    assert outcome.said[0].values["part"] == f"inputs.parts.{name}"


def test_another_engine_is_said_before_anything_is_compared(issued, monkeypatch):
    monkeypatch.setattr(verify, "ENGINE_VERSION", "9.0.0")
    outcome = verify.check(json.loads(issued))
    assert [one.code for one in outcome.said] == ["OTHER_ENGINE", "SAME"]
    assert outcome.exit_code == verify.SAME
    assert "9.0.0" in outcome.said[0].lines()[1]


def test_a_difference_under_another_engine_has_its_own_exit_code(issued, monkeypatch):
    monkeypatch.setattr(verify, "ENGINE_VERSION", "9.0.0")
    monkeypatch.setattr(verify, "answered", lambda parts: {**json.loads(issued)["answer"], "unknown": ["x"]})
    outcome = verify.check(json.loads(issued))
    assert [one.code for one in outcome.said] == ["OTHER_ENGINE", "DIFFERS"]
    assert outcome.exit_code == verify.DIFFERS_UNDER_ANOTHER_ENGINE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "UNREADABLE"),
        ("{", "UNREADABLE"),
        ('{"format": NaN}', "UNREADABLE"),
        ('{"format": -1e999}', "UNREADABLE"),
        ("[]", "NOT_WHOLE"),
        ('{"format": "pelak-evaluation/1"}', "NOT_WHOLE"),
        (
            '{"format": "pelak-evaluation/1", "inputs": {"engine": "1", "parts": {}}, "answer": {}}',
            "NOT_WHOLE",
        ),
    ],
)
def test_what_is_no_frozen_evaluation_is_told_so_in_both_languages(tmp_path, capsys, text, code):
    assert verify.main([str(written_to(tmp_path, text))]) == verify.UNREADABLE
    fa, en = verify.SENTENCES[code]
    told = capsys.readouterr().out
    assert fa.split("{")[0] in told
    assert en.split("{")[0] in told


def test_a_file_that_is_not_there_is_told_so(tmp_path, capsys):
    assert verify.main([str(tmp_path / "nothing.json")]) == verify.UNREADABLE
    assert "cannot be read" in capsys.readouterr().out
