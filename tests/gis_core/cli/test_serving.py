"""`./pelak up` as a person meets it: served, told twice, killed, out of luck, stopped."""

import os
import re
import signal
import socket
import sys
import time
from pathlib import Path

import psycopg
import pytest

from gis_core.city import read_city
from gis_core.cli import cluster, databases, jobs, serve
from gis_core.cli.places import ROOT
from gis_core.cli.serve import Program
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.up_lock import up_lock
from tests.gis_core.cli.conftest import PATIENCE_S, Pelak

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def home_places(new_places):
    """Folders in which a city is prepared once for all tests of this module."""
    with new_places() as found:
        yield found


def _free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def _is_free(port):
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) != 0


def test_two_first_starts_at_once_make_one_city(home_places):
    both = [Pelak("prepare", "--no-demo") for _ in range(2)]
    said = [process.communicate(timeout=PATIENCE_S)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(said)
    assert sum("Making the private database cluster" in words for words in said) == 1
    assert sum("to the newest form ..." in words for words in said) == 1
    assert sum("waiting for it" in words for words in said) == 1
    assert not cluster.is_answering(home_places)


def test_it_serves_refuses_a_second_start_survives_deaths_and_stops_everything(home_places):
    port = _free_port()
    with Pelak("up", "--no-demo", "--port", str(port)) as first:
        first.read_until("Ctrl-C stops it")
        second = Pelak("up", "--no-demo", "--port", str(_free_port()))
        assert f"http://localhost:{port}" in second.communicate()[0]
        assert second.returncode == 1

        status = Pelak("status").communicate()[0]
        assert f"http://localhost:{port}" in status
        assert "pelak_demo" in status

        web = _child(first.pid, "gunicorn")
        os.kill(web, signal.SIGKILL)
        assert "starting it again" in first.read_until("web server died")

        first.send_signal(signal.SIGINT)
        assert "Stopped" in first.communicate(timeout=PATIENCE_S)[0]
        assert first.returncode == 0
    assert not cluster.is_answering(home_places)


def test_a_killed_start_leaves_nothing_in_the_way_of_the_next(home_places):
    port = _free_port()
    with Pelak("up", "--no-demo", "--port", str(port)) as first:
        first.read_until("Ctrl-C stops it")
        first.kill()
    _wait_until(lambda: _is_free(port))
    with Pelak("up", "--no-demo", "--port", str(port)) as second:
        second.read_until("Ctrl-C stops it")
        assert "Stopped" in Pelak("stop").communicate()[0]
        second.communicate(timeout=PATIENCE_S)
    assert not cluster.is_answering(home_places)
    assert up_lock(home_places).note() is None


def test_a_port_in_use_is_said_with_a_free_one(home_places):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = Pelak("up", "--no-demo", "--port", str(port)).communicate()[0]
    assert "PORT_IN_USE" in said
    assert "./pelak up --port" in said


def test_each_city_has_its_own_database_in_its_own_metric_crs(home_places):
    with cluster.running(home_places, throwaway=True):
        for key in ("demo", "cambridge"):
            path = ROOT / "import_scripts" / "recipes" / key / "city.toml"
            said = Pelak("prepare", "--no-demo", "--city", str(path)).communicate()[0]
            city = read_city(path)
            with databases.administering(city.database_name, home_places) as admin:
                asked = "SELECT DISTINCT srid FROM geometry_columns WHERE f_table_name = 'parcels_parcel'"
                assert admin.execute(asked).fetchall() == [(city.metric_srid,)], said


def test_a_server_that_is_not_ours_is_not_served_by_its_owner(home_places, monkeypatch):
    with cluster.running(home_places, throwaway=True):
        _, owner_url = databases.database_urls("pelak_demo", home_places)
        monkeypatch.setenv("DATABASE_URL", owner_url)
        monkeypatch.setenv("DATABASE_OWNER_URL", owner_url)
        said = Pelak("prepare", "--no-demo").communicate()[0]
    assert "ROLE_TOO_POWERFUL" in said


def test_half_a_server_is_a_question(home_places, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://pelak_app@db/pelak_demo")
    assert "HALF_A_SERVER" in Pelak("manage", "check").communicate()[0]


def test_on_a_machine_without_a_city_each_command_makes_it_or_says_what_is_missing(new_places, tmp_path):
    with new_places() as found, cluster.running(found, throwaway=True):
        for words in (("manage", "migrate"), ("backup", str(tmp_path / "b"))):
            asked = Pelak(*words)
            said = asked.communicate()[0]
            assert asked.returncode == 1, said
            assert "NO_DATABASE" in said
            assert "Traceback" not in said
        asked = Pelak("bench", "no-such-benchmark")
        said = asked.communicate()[0]
        assert "There is no benchmark no-such-benchmark" in said, said
        assert databases.exists("pelak_demo", found)
        assert "nothing was drawn" in Pelak("gallery", str(tmp_path / "g")).communicate()[0]
        assert "are gone" in Pelak("reset", "--yes").communicate()[0]
        refused = Pelak("import", "parcels", str(tmp_path / "none.gpkg"), "--recipe", str(tmp_path / "none"))
        said = refused.communicate()[0]
        assert refused.returncode == 2, said
        assert "The recipe none cannot be read" in said
        assert Pelak("manage", "migrate", "--check").wait() == 0


def test_what_serves_does_not_know_how_to_become_the_owner(home_places):
    program = "import os; print('OWNER' in ' '.join(os.environ))"
    said = Pelak("manage", "shell", "-c", program).communicate()[0]
    assert "False" in said


def test_a_program_that_keeps_dying_is_given_up_with_its_last_words(tmp_path):
    command = [sys.executable, "-c", "print('no such city'); raise SystemExit(3)"]
    program = Program("web server", command, dict(os.environ), ROOT, tmp_path / "web.log")
    program.start()
    with pytest.raises(MachineTrouble, match="no such city"):
        serve.supervise([program], ready=lambda: None, each_minute=lambda: None)


def test_jobs_of_a_killed_worker_come_back_and_those_of_a_living_one_stay(home_places):
    with cluster.running(home_places, throwaway=True):
        app_url, _ = databases.database_urls("pelak_demo", home_places)
        with psycopg.connect(app_url, autocommit=True) as app:
            alive, silent = (
                app.execute(
                    "INSERT INTO procrastinate_workers (last_heartbeat)"
                    " VALUES (now() - %s::interval) RETURNING id",
                    [age],
                ).fetchone()[0]
                for age in ("5 s", "10 min")
            )
            for name, worker in (("kept", alive), ("lost", silent)):
                app.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
                    " VALUES ('default', %s, 'doing', %s)",
                    [name, worker],
                )
            assert jobs.return_stalled_jobs(app_url) == 1
            states = dict(app.execute("SELECT task_name, status::text FROM procrastinate_jobs").fetchall())
            assert states == {"kept": "doing", "lost": "todo"}
            app.execute("DELETE FROM procrastinate_jobs")
            app.execute("DELETE FROM procrastinate_workers")


def test_the_parts_of_the_containers_serve_together(home_places, monkeypatch):
    port = _free_port()
    with Pelak("database") as database:
        database.read_until("answers at")
        monkeypatch.setenv("PELAK_CLUSTER", "elsewhere")
        monkeypatch.setenv("PELAK_PORT", str(port))
        prepared = Pelak("prepare", "--no-demo")
        assert prepared.communicate()[0].count("Making the private database cluster") == 0
        assert prepared.returncode == 0
        try:
            with Pelak("web") as web, Pelak("worker") as worker:
                try:
                    _wait_until(lambda: not _is_free(port))
                    _wait_until(lambda: _workers(home_places) == 1)
                finally:  # a part that did not come must not keep the test waiting for the other one
                    for part in (web, worker):
                        part.terminate()
                        part.communicate(timeout=PATIENCE_S)
            assert cluster.is_answering(home_places)
        finally:
            database.terminate()
            database.communicate(timeout=PATIENCE_S)
    assert not cluster.is_answering(home_places)


def test_a_city_is_kept_in_a_file_thrown_away_and_brought_back(home_places, tmp_path):
    kept = tmp_path / "city.pelak"
    with cluster.running(home_places, throwaway=True):
        _, owner_url = databases.database_urls("pelak_demo", home_places)
        with psycopg.connect(owner_url) as owner:
            owner.execute(
                "INSERT INTO gis_core_user (username, full_name, first_name, last_name, email, password,"
                " is_superuser, is_staff, is_active, date_joined)"
                " VALUES ('parisa', 'پریسا', '', '', '', '!', false, false, true, now())"
            )
        before = _contents(home_places)
        deed = home_places.media / "demo" / "deed.pdf"
        deed.parent.mkdir(exist_ok=True)
        deed.write_text("a deed")
        secret = (home_places.secrets / "secret_key").read_text()
        assert "Written" in Pelak("backup", str(kept)).communicate()[0]

        assert "SURE?" in Pelak("reset").communicate()[0]
        lock = up_lock(home_places)
        assert lock.take('{"process": 1, "url": "http://localhost"}')
        assert "STILL_SERVING" in Pelak("reset", "--yes").communicate()[0]
        lock.release()
        assert "are gone" in Pelak("reset", "--yes").communicate()[0]
        assert not databases.exists("pelak_demo", home_places)
        assert not deed.exists()
        (home_places.secrets / "secret_key").unlink()

        said = Pelak("restore", str(kept)).communicate()[0]
        assert "is back" in said, said
        assert _contents(home_places) == before
        assert deed.read_text() == "a deed"
        assert (home_places.secrets / "secret_key").read_text() == secret
        assert "NOT_EMPTY" in Pelak("restore", str(kept)).communicate()[0]


def _workers(found):
    with databases.administering("pelak_demo", found) as admin:
        return admin.execute("SELECT count(*) FROM procrastinate_workers").fetchone()[0]


#: How PostgreSQL writes casts within a check differs after a dump, what it means does not.
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")


def _contents(found):
    """A hash of the rows of every table, and every index, constraint, policy, trigger and right."""
    with databases.administering("pelak_demo", found) as admin:
        names = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {}
        for (name,) in names:
            whole = f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t"
            rows[name] = admin.execute(whole).fetchone()
        form = admin.execute("""
            SELECT 'i', indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'c', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                      WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
            UNION ALL SELECT 'p', policies::text FROM pg_policies policies
            UNION ALL SELECT 't', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'r', relname || ' ' || relowner::regrole || ' ' || coalesce(relacl::text, '') ||
                      relrowsecurity || relforcerowsecurity
                      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')
            ORDER BY 1, 2
        """).fetchall()
    return rows, sorted((kind, CASTS.sub("", text) if kind in "ci" else text) for kind, text in form)


def _child(parent, name):
    """Process number of the child with that word in its command line."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    found = [int(n) for n in children if name in Path(f"/proc/{n}/cmdline").read_text()]
    assert len(found) == 1
    return found[0]


def _wait_until(true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
