"""What a newcomer's machine is told, and what is done again only when it must be."""

import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gis_core.cli import dotenv, frontend, locks, steps, venv
from gis_core.cli.__main__ import COMMANDS, main
from gis_core.cli.places import ROOT
from gis_core.cli.troubles import MachineTrouble
from tests.gis_core.cli.conftest import PATIENCE_S

SWITCH = re.compile(r"""environ(?:\.get\(|\.setdefault\(|\[)\s*["']([A-Z_]+)["']|secret\("([A-Z_]+)\"""")
NOT_OURS = {"CC", "DJANGO_SETTINGS_MODULE", "XDG_RUNTIME_DIR", "PATH"}


def test_every_switch_is_explained():
    rooms = ("gis_core", "layers", "parcels", "map_ui", "import_scripts")
    files = [ROOT / "conftest.py", *(path for room in rooms for path in (ROOT / room).rglob("*.py"))]
    read = {name for path in files for pair in SWITCH.findall(path.read_text()) for name in pair if name}
    text = (ROOT / ".env.example").read_text()
    explained = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    assert read - NOT_OURS <= explained


def test_the_example_can_be_read_with_every_switch_on():
    text = re.sub(r"^#([A-Z_]+=)", r"\1", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    assert dotenv.parse(text, Path(".env"))["PELAK_PORT"] == "8000"


def test_an_unreadable_switch_is_named_by_its_line():
    with pytest.raises(MachineTrouble, match="line 2"):
        dotenv.parse("A=1\nnonsense\n", Path(".env"))


def test_the_environment_goes_before_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("PELAK_PORT", "9000")
    (tmp_path / ".env").write_text("PELAK_PORT=8000\n")
    dotenv.load(tmp_path / ".env")
    assert os.environ["PELAK_PORT"] == "9000"


def test_the_longer_list_of_packages_contains_the_shorter_one():
    serving, developing = (venv.pins((ROOT / name).read_text()) for name in (venv.SERVING, venv.DEVELOPING))
    assert serving <= developing


def test_every_package_is_locked_by_hash_and_no_index_is_named():
    for name in (venv.SERVING, venv.DEVELOPING):
        text = (ROOT / name).read_text()
        assert "://" not in text
        blocks = re.split(r"\n(?=[a-z0-9])", text)[1:]
        assert all("--hash=sha256:" in block for block in blocks)


def test_a_list_that_changed_or_a_half_done_installation_is_seen(tmp_path, monkeypatch):
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python3").symlink_to("/usr/bin/env")
    monkeypatch.setattr(venv, "VENV", folder)
    monkeypatch.setattr(venv, "MARKER", folder / "pelak.json")
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    (tmp_path / venv.SERVING).write_text("attrs==26.1.0\n")
    assert not venv.is_ready()
    real = str(Path("/usr/bin/env").resolve())
    mark = f'{{"python": "{real}", "{venv.SERVING}": "{venv.fingerprint(tmp_path / venv.SERVING)}"}}'
    (folder / "pelak.json").write_text(mark[:20])
    assert not venv.is_ready()
    (folder / "pelak.json").write_text(mark)
    assert venv.is_ready()
    (tmp_path / venv.SERVING).write_text("attrs==26.2.0\n")
    assert not venv.is_ready()


def test_the_pages_are_built_again_when_a_source_changed(tmp_path, monkeypatch):
    built = tmp_path / "map_ui" / "static" / "built"
    for name, value in {"ROOT": tmp_path, "BUILT": built, "MARKER": built / ".inputs"}.items():
        monkeypatch.setattr(frontend, name, value)
    source = tmp_path / "map_ui" / "frontend" / "map.ts"
    for folder in (built, source.parent):
        folder.mkdir(parents=True)
    (tmp_path / "package.json").write_text("{}")
    source.write_text("export {};")
    (built / "map.js").write_text("what the build wrote")
    assert not frontend.is_built()
    (built / ".inputs").write_text(frontend.fingerprint())
    assert frontend.is_built()
    source.write_text("export const zoom = 3;")
    assert not frontend.is_built()


def test_a_step_without_room_is_not_begun(tmp_path):
    with pytest.raises(MachineTrouble, match="DISK_FULL"):
        steps.need_space(tmp_path / "not" / "yet", 10**9, doing="Loading a country")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
def test_a_disk_that_becomes_full_is_said_so():
    with pytest.raises(MachineTrouble, match="DISK_FULL"):
        steps.run(["sh", "-c", "cat /dev/zero > /dev/full"], doing="writing", quiet=True)


def test_a_failed_step_shows_its_last_words():
    with pytest.raises(MachineTrouble, match="no such street"):
        steps.run(["sh", "-c", "echo no such street; exit 4"], doing="importing", quiet=True)


def test_stray_settings_of_other_geometry_libraries_are_kept_out(monkeypatch):
    monkeypatch.setenv("PROJ_DATA", "/opt/other/proj")
    monkeypatch.setenv("GDAL_DATA", "/opt/other/gdal")
    assert not {"PROJ_DATA", "GDAL_DATA"} & set(steps.clean_environment())


def test_the_second_of_two_is_told_that_it_waits(tmp_path):
    told = []
    lock = tmp_path / "lock"
    with locks.exclusive(lock):
        program = (
            "import sys; from pathlib import Path; from gis_core.cli import locks\n"
            f"with locks.exclusive(Path({str(lock)!r}), on_wait=lambda: print('waiting', flush=True)): pass\n"
        )
        second = subprocess.Popen(["python3", "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        told.append(second.stdout.readline())
    assert second.wait(timeout=PATIENCE_S) == 0
    assert told == ["waiting\n"]


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    assert main(["upp"]) == 2
    assert "backup" in capsys.readouterr().out


def test_without_root_and_sudo_the_one_missing_line_is_printed(tmp_path):
    """The script is run where nothing seems installed and nobody may install."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "readlink", "awk", "cut", "sort", "tail", "tr", "env", "sh", "cat"):
        (tools / name).symlink_to(shutil.which(name))
    for name, words in {"dpkg-query": "exit 1", "id": "echo 1000", "apt-cache": "exit 0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{words}\n")
        (tools / name).chmod(0o755)
    done = subprocess.run(
        [ROOT / "pelak", "up"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    lines = [line for line in done.stderr.splitlines() if "apt-get" in line]
    assert len(lines) == 1
    assert re.search(
        r"apt-get install .*postgresql-\d+-postgis-3 postgresql-\d+-pgrouting .*libpango", lines[0]
    )


def test_every_command_has_something_that_runs_it():
    for name, command in COMMANDS.items():
        if name not in ("packages", "missing"):  # the script itself
            assert callable(importlib.import_module(f"gis_core.cli.{command.module}").run), name
    script = (ROOT / "pelak").read_text()
    assert "  packages)" in script
    assert "  missing)" in script
