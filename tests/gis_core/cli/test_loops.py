"""The engine's loops are compiled once, again when one changes, and say plainly why they cannot be."""

import importlib
import subprocess
import sys

import pytest

from gis_core.cli import doctor, loops
from gis_core.cli.troubles import MachineTrouble

COUNTING = '''"""Counts."""
import cython


def total(count: cython.longlong) -> cython.longlong:
    """The sum of the numbers below."""
    found: cython.longlong = 0
    number: cython.longlong
    for number in range(count):
        found += number
    return found
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A checkout with one loop that is not compiled yet."""
    place = tmp_path / "engine" / "loops"
    place.mkdir(parents=True)
    (place / "counting.py").write_text(COUNTING)
    for name, value in (("ROOT", tmp_path), ("FOLDER", place), ("MARKER", place / ".built")):
        monkeypatch.setattr(loops, name, value)
    return place


def test_a_loop_is_compiled_beside_its_source_and_only_when_it_changed(folder):
    assert not loops.is_built()
    loops.build()
    assert loops.is_built()
    library = folder / f"counting{loops.SUFFIX}"
    made = library.stat().st_mtime_ns
    loops.build()
    assert library.stat().st_mtime_ns == made
    asked = [sys.executable, "-c", "import engine.loops.counting as c; print(c.__file__, c.total(5))"]
    said = subprocess.run(asked, cwd=folder.parents[1], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(library), "10"]
    (folder / "counting.py").write_text(COUNTING.replace("found += number", "found += 2 * number"))
    assert not loops.is_built()


def test_a_machine_without_a_working_compiler_says_which_loop_could_not_be_compiled(folder, monkeypatch):
    monkeypatch.setenv("CC", "false")
    with pytest.raises(MachineTrouble) as stopped:
        loops.build()
    assert "counting.py" in str(stopped.value)
    assert not loops.is_built()


def test_the_doctor_names_loops_that_are_older_than_their_sources(folder, own_places):
    assert [line.split(":")[0] for line in doctor.compiled(own_places)] == ["LOOPS"]
    loops.build()
    assert list(doctor.compiled(own_places)) == []


def test_the_engine_under_test_is_the_compiled_one():
    for source in loops.FOLDER.glob("[a-z]*.py"):
        module = importlib.import_module(f"gis_core.constraints.loops.{source.stem}")
        assert module.__file__.endswith(loops.SUFFIX)
