"""The private cluster, as a newcomer's machine meets it: made, shared, crashed, repaired."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from gis_core.cli import cluster, databases, places, roles
from gis_core.cli.troubles import MachineTrouble
from tests.gis_core.cli.conftest import PATIENCE_S


@pytest.fixture(scope="module")
def served(new_places):
    """Folders of a checkout whose cluster runs."""
    with new_places() as found, cluster.running(found, throwaway=True):
        yield found


@pytest.fixture
def town(served):
    """Name of a new database on the running cluster."""
    databases.create_database("town", places=served)
    yield "town"
    databases.drop_database("town", served)


def test_a_cluster_is_made_and_stopped_by_whoever_made_it(own_places):
    with cluster.running(own_places, throwaway=True):
        assert cluster.is_answering(own_places)
        assert own_places.socket.is_socket()
    assert not cluster.is_answering(own_places)


def test_it_listens_on_no_network_and_never_on_5432(served):
    with databases.administering(places=served) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        assert admin.execute("SHOW port").fetchone() != ("5432",)


def test_the_server_never_runs_as_root(served):
    number = cluster.postmaster(served)
    assert Path(f"/proc/{number}").stat().st_uid != 0


def test_names_are_put_in_persian_order(served, town):
    with databases.administering(town, served) as admin:
        words = admin.execute("SELECT w FROM unnest(ARRAY['تهران', 'پارک', 'گل', 'وزیر']) w ORDER BY w")
        assert [word for (word,) in words] == ["پارک", "تهران", "گل", "وزیر"]


def test_the_role_that_serves_can_write_rows_and_make_nothing(served, town):
    app_url, owner_url = databases.database_urls(town, served)
    with psycopg.connect(owner_url) as owner:
        owner.execute("CREATE TABLE lot (id bigserial, shape geometry(Polygon, 32639))")
    with psycopg.connect(app_url) as app:
        app.execute("INSERT INTO lot (shape) VALUES (NULL)")
    for forbidden in ("CREATE TABLE mine ()", "DROP TABLE lot", "TRUNCATE lot", "CREATE SCHEMA mine"):
        with psycopg.connect(app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(forbidden)
    readonly_url = databases.server(served).url(roles.READONLY, town)
    with psycopg.connect(readonly_url) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("SELECT * FROM lot")


def test_a_role_that_could_bypass_a_wall_is_refused(served, town):
    app_url, owner_url = databases.database_urls(town, served)
    roles.refuse_powerful(app_url)
    with pytest.raises(MachineTrouble, match="owns tables or the database"):
        roles.refuse_powerful(owner_url)
    with databases.administering(town, served) as admin:
        admin.execute(f"ALTER ROLE {roles.APP} BYPASSRLS")
    with pytest.raises(MachineTrouble, match="bypasses row-level security"):
        roles.refuse_powerful(app_url)
    with databases.administering(town, served) as admin:
        admin.execute(f"ALTER ROLE {roles.APP} NOBYPASSRLS")
        admin.execute(f"GRANT {roles.OWNER} TO {roles.APP}")
    with pytest.raises(MachineTrouble, match="owns tables or the database"):
        roles.refuse_powerful(app_url)
    with databases.administering(town, served) as admin:
        admin.execute(f"REVOKE {roles.OWNER} FROM {roles.APP}")


def test_a_wrong_password_opens_nothing(served, town):
    app_url, _ = databases.database_urls(town, served)
    password = (served.secrets / roles.APP).read_text()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(app_url.replace(password, "guess"))


def test_generated_passwords_are_for_their_owner_only(served, town):
    for path in served.secrets.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert served.secrets.stat().st_mode & 0o777 == 0o700


def test_two_processes_may_make_databases_at_the_same_time(served):
    def settle(_number: int) -> None:
        for _ in range(20):
            with databases.administering(places=served) as admin:
                roles.create_roles(admin, {roles.APP: "the same"})

    with ThreadPoolExecutor(4) as several:
        list(several.map(settle, range(4)))


def test_a_copy_of_a_database_holds_the_same_rows_and_is_its_own(served, town):
    _, owner_url = databases.database_urls(town, served)
    with psycopg.connect(owner_url) as owner:
        owner.execute("CREATE TABLE lot AS SELECT 7 AS number")
    databases.create_database("copy", town, served)
    app_url, _ = databases.database_urls("copy", served)
    with psycopg.connect(app_url) as app:
        assert app.execute("UPDATE lot SET number = 8 RETURNING number").fetchone() == (8,)
    with psycopg.connect(owner_url) as owner:
        assert owner.execute("SELECT number FROM lot").fetchone() == (7,)
    databases.drop_database("copy", served)
    assert not databases.exists("copy", served)


def test_rows_survive_a_cluster_killed_at_once(own_places):
    with cluster.running(own_places):
        databases.create_database("town", places=own_places)
        _, owner_url = databases.database_urls("town", own_places)
        with psycopg.connect(owner_url) as owner:
            owner.execute("CREATE TABLE lot AS SELECT 7 AS number")
        number = cluster.postmaster(own_places)
        os.kill(number, signal.SIGKILL)
        _wait_until(lambda: cluster.postmaster(own_places) is None)
    assert (own_places.data / "postmaster.pid").exists(), "the crash left its file behind"
    with cluster.running(own_places), psycopg.connect(owner_url) as owner:
        assert owner.execute("SELECT number FROM lot").fetchone() == (7,)


def test_a_stale_number_that_another_process_has_got_does_not_stop_a_start(own_places):
    with cluster.running(own_places, throwaway=True):
        left = (own_places.data / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (own_places.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *left[1:]]) + "\n")
        with cluster.running(own_places, throwaway=True):
            assert cluster.is_answering(own_places)
        stranger.communicate(b"\n")


def test_half_of_a_cluster_left_by_a_killed_start_is_made_anew(own_places):
    half = own_places.state / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15")
    with cluster.running(own_places, throwaway=True):
        assert cluster.is_answering(own_places)
    assert not half.exists()


def test_the_first_to_leave_does_not_stop_what_others_use(own_places):
    program = (
        "import sys; from gis_core.cli import cluster, places\n"
        "with cluster.running(places.find_places(), throwaway=True):\n"
        "    print('inside', flush=True); input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        while other.stdout.readline() != "inside\n":
            assert other.poll() is None
        with cluster.running(own_places, throwaway=True):
            pass
        assert cluster.is_answering(own_places)
        other.communicate("\n")
    assert not cluster.is_answering(own_places)


def test_a_cluster_that_cannot_start_says_why_and_loses_nothing(own_places):
    with cluster.running(own_places, throwaway=True):
        pass
    control = own_places.data / "global" / "pg_control"
    kept = control.read_bytes()
    control.write_bytes(b"")
    with pytest.raises(MachineTrouble, match="CLUSTER_DOES_NOT_START"), cluster.running(own_places):
        pass
    control.write_bytes(kept)
    with cluster.running(own_places, throwaway=True):
        assert cluster.is_answering(own_places)


def test_a_long_path_gets_a_short_socket(own_places):
    deep = Path(own_places.state) / ("a-rather-long-folder-name-" * 4)
    found = places.find_places(deep)
    assert len(str(found.socket)) <= places.LONGEST_SOCKET_PATH
    with cluster.running(found, throwaway=True):
        assert cluster.is_answering(found)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_root_keeps_data_where_the_server_account_can_reach_them(own_places):
    closed = own_places.state / "closed"
    closed.mkdir(mode=0o700)
    found = places.find_places(closed / "var")
    assert found.state == places.SHARED_HOME / places.checkout_hash(closed / "var")
    assert closed.stat().st_mode & 0o777 == 0o700
    with cluster.running(found, throwaway=True):
        assert cluster.is_answering(found)
    subprocess.run(["rm", "-rf", str(found.state)], check=True)


def test_a_prepared_pair_of_addresses_is_what_django_reads(served):
    from gis_core.settings.database import database

    app_url, _ = databases.database_urls("pelak_demo", served)
    read = database(app_url, "ignored")
    assert (read["NAME"], read["USER"], read["HOST"]) == ("pelak_demo", roles.APP, str(served.run))


def test_another_server_lacking_extensions_is_told_the_sql_to_run(served, town):
    urls = databases.database_urls(town, served)
    databases.check_foreign_server(*urls, town)
    with databases.administering(town, served) as admin:
        admin.execute("DROP EXTENSION pgrouting")
    with pytest.raises(MachineTrouble, match="CREATE EXTENSION IF NOT EXISTS pgrouting;"):
        databases.check_foreign_server(*urls, town)
    with pytest.raises(MachineTrouble, match="CREATE ROLE pelak_owner"):
        databases.check_foreign_server(urls[0].replace("/town", "/nowhere"), urls[1], "nowhere")


def _wait_until(true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_is_said_so_and_the_rows_are_there_when_it_has_room_again(own_places):
    disk = own_places.state / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=340m", "pelak", disk], check=False)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    disk.chmod(0o755)
    try:
        found = places.find_places(disk / "var")
        with cluster.running(found):
            databases.create_database("town", places=found)
            _, owner_url = databases.database_urls("town", found)
            with psycopg.connect(owner_url) as owner:
                owner.execute("CREATE TABLE lot AS SELECT 7 AS number")
        filled = subprocess.run(["dd", "if=/dev/zero", f"of={disk / 'ballast'}", "bs=64k"], check=False)
        assert filled.returncode, "the disk is full"
        with (
            pytest.raises((MachineTrouble, OSError), match=r"DISK_FULL|No space left"),
            cluster.running(found),
        ):
            pass
        (disk / "ballast").unlink()
        with cluster.running(found), psycopg.connect(owner_url) as owner:
            assert owner.execute("SELECT number FROM lot").fetchone() == (7,)
    finally:
        cluster.stop(found)
        subprocess.run(["umount", "-l", disk], check=True)
