"""Started by root, the web server and the worker have few rights: an account of their own, and no more."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gis_core.city import DEMO_CITY, read_city
from gis_core.cli import account, databases, doctor, places, serve, within_reach
from gis_core.cli.environment import CityHome
from gis_core.cli.places import ROOT
from tests.gis_core.cli.conftest import PATIENCE_S, Pelak

pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root serves as somebody else"),
]

KEEPS_A_PAPER = """
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
print(default_storage.save("papers/deed.pdf", ContentFile(b"%PDF a deed")))
"""
SIGNS = "import sys; from pathlib import Path; from gis_core import signing; "
SIGNS += "print(signing.sign({'lot': 17}, Path(sys.argv[1])).key_id)"
OPENS = "import sys; print(open(sys.argv[1]).read())"


@pytest.fixture
def home(own_places):
    """A city of a checkout whose cluster was never started: nothing here asks the database."""
    city = read_city(DEMO_CITY)
    return CityHome(city, own_places, *databases.database_urls(city.database_name, own_places), True)


@pytest.fixture
def runner(home):
    """Who serves it."""
    return account.runner(home)


def _run(home, runner, *words):
    return subprocess.run(
        runner.command(*map(str, words)),
        cwd=runner.folder,
        env=runner.environment(home),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_web_server_and_the_worker_never_run_as_root(new_places):
    with new_places(), socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
        asked.close()
        with Pelak("up", "--no-demo", "--port", str(port)) as up:
            said = up.read_until("Ctrl-C stops it")
            owners = {words: uid for words, uid in _below(up.pid) if "postgres" not in words}
            up.send_signal(signal.SIGINT)
            up.communicate(timeout=PATIENCE_S)
    for program in ("gunicorn", "procrastinate"):
        assert any(program in words for words in owners), said
    assert set(owners.values()) == {places.service_account().pw_uid} != {0}


def _below(parent):
    """Command line and account of each process below one, its children's children too."""
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().decode().replace("\0", " ")
        yield f"{child} {words}", Path(f"/proc/{child}").stat().st_uid
        yield from _below(child)


def test_papers_that_people_send_are_written_by_the_account_that_serves(home, runner):
    done = _run(home, runner, "-c", KEEPS_A_PAPER)
    assert done.stdout == "papers/deed.pdf\n", done.stderr
    kept = home.media / "papers" / "deed.pdf"
    assert kept.read_bytes() == b"%PDF a deed"
    assert kept.owner() == places.SERVICE


def test_papers_of_a_restored_backup_become_its_own(home):
    (home.media / "papers").mkdir()
    (home.media / "papers" / "deed.pdf").write_text("a deed")
    serving = account.runner(home)
    assert (home.media / "papers" / "deed.pdf").owner() == places.SERVICE
    assert _run(home, serving, "-c", KEEPS_A_PAPER).returncode == 0


def test_it_signs_with_the_city_s_key_and_cannot_change_it(home, runner):
    public = json.dumps(_run(home, runner, "-c", SIGNS, home.places.secrets).stdout.strip())
    known = [path.stem for path in (home.places.secrets / "signing_public").iterdir()]
    assert json.loads(public) in known
    for path in (home.places.secrets / "signing.pem", home.places.secrets / "secret_key"):
        writes = "import sys; open(sys.argv[1], 'a').write('x')"
        assert "PermissionError" in _run(home, runner, "-c", writes, path).stderr


def test_the_passwords_of_the_other_roles_are_closed_to_it(home, runner):
    databases.server(home.places)
    for role in ("pelak_owner", "pelak_app", "pelak_readonly"):
        assert "PermissionError" in _run(home, runner, "-c", OPENS, home.places.secrets / role).stderr
    assert "pelak_owner" not in json.dumps(runner.environment(home))


def test_the_doctor_finds_no_fault_with_keys_lent_to_the_service(home, runner):
    assert list(doctor.permissions(home.places)) == []
    (home.places.secrets / "signing.pem").chmod(0o644)
    assert [line.split(":")[0] for line in doctor.permissions(home.places)] == ["SECRET_READABLE"]


def test_it_can_never_become_root_again(home, runner):
    told = _run(home, runner, "-c", "print(open('/proc/self/status').read())").stdout
    state = dict(line.split(":\t", 1) for line in told.splitlines() if ":\t" in line)
    assert state["NoNewPrivs"] == "1"
    assert int(state["CapEff"], 16) == int(state["CapPrm"], 16) == 0
    assert state["Groups"].split() == []


def test_from_a_closed_checkout_it_runs_a_copy_and_the_folder_stays_closed(tmp_path, runner):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    checkout = closed / "pelak"
    checkout.mkdir()
    for room in within_reach.ROOMS:
        if (ROOT / room).is_dir():
            shutil.copytree(ROOT / room, checkout / room, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / room, checkout / room)
    folder = within_reach.program_folder(places.SERVICE, runner.python, checkout)
    try:
        assert folder.parent == within_reach.open_home(checkout)
        made = folder.stat().st_ctime_ns
        assert within_reach.program_folder(places.SERVICE, runner.python, checkout) == folder
        assert folder.stat().st_ctime_ns == made, "what serves already keeps its ground"
        assert closed.stat().st_mode & 0o777 == 0o700
        there = account.Runner(runner.account, runner.python, folder)
        asked = "import gis_core.city; print(gis_core.city.DEMO_CITY.exists(), gis_core.city.ROOT)"
        done = subprocess.run(
            there.command("-c", asked), cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True
        )
        assert done.stdout.decode().split() == ["True", str(folder)], done.stderr
    finally:
        shutil.rmtree(within_reach.open_home(checkout))


def test_a_copy_stays_while_a_start_serves_from_it_and_goes_when_none_does(tmp_path):
    """Of earlier programs: one whose start still runs, one whose start ended, one that was never locked."""
    served, left, older = (tmp_path / f"program-{name}" for name in ("served", "left", "older"))
    for copy in (served, left, older):
        copy.mkdir()
    (tmp_path / "venv").mkdir()
    holds = "import sys; from pathlib import Path; from gis_core.cli import locks; "
    holds += "lock = locks.Shared(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", holds, f"{copy}.lock"],
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for copy in (served, left)
    ]
    try:
        assert all(start.stdout.readline() == b"held\n" for start in starts)
        starts[1].kill()
        starts[1].wait()
        within_reach.remove_unused(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            "program-served",
            "program-served.lock",
            "venv",
        ]
    finally:
        for start in starts:
            start.communicate()
    within_reach.remove_unused(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["venv"]


def test_packages_of_a_closed_checkout_lie_where_everyone_may_read_them(tmp_path):
    closed = tmp_path / "closed"
    (closed / ".venv" / "bin").mkdir(parents=True)
    closed.chmod(0o700)
    (closed / ".venv" / "bin" / "python").write_text("a program")
    try:
        within_reach.place_packages(closed / ".venv")
        within_reach.place_packages(closed / ".venv")
        assert (closed / ".venv").resolve() == within_reach.open_home(closed) / "venv"
        assert (closed / ".venv" / "bin" / "python").read_text() == "a program"
    finally:
        shutil.rmtree(within_reach.open_home(closed))


def test_root_may_serve_at_a_port_that_only_root_may_open(runner):
    bind, sockets = serve.address(runner, "127.0.0.1", 0)
    assert bind == f"fd://{sockets[0]}"
    with socket.socket(fileno=sockets[0]) as opened:
        assert opened.getsockname()[0] == "127.0.0.1"
    assert serve.address(runner, "127.0.0.1", 8000) == ("127.0.0.1:8000", ())
