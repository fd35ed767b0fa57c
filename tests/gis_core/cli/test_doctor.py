"""The doctor names each trouble on a line with the way out, and is silent about what is well."""

import os
import signal
import time

from gis_core.cli import cluster, doctor
from tests.gis_core.cli.conftest import PATIENCE_S


def _codes(look, places):
    return [line.split(":")[0] for line in look(places)]


def test_a_checkout_without_a_cluster(own_places):
    assert _codes(doctor.data, own_places) == ["NO_CLUSTER"]


def test_a_cluster_that_was_stopped_is_well(own_places):
    with cluster.running(own_places, throwaway=True):
        assert _codes(doctor.data, own_places) == []
    assert _codes(doctor.data, own_places) == []
    assert _codes(doctor.socket, own_places) == []


def test_a_cluster_that_crashed(own_places):
    cluster.ensure_started(own_places, throwaway=True)
    os.kill(cluster.postmaster(own_places), signal.SIGKILL)
    end = time.monotonic() + PATIENCE_S
    while cluster.postmaster(own_places) is not None and time.monotonic() < end:
        time.sleep(0.05)
    assert _codes(doctor.data, own_places) == ["CRASHED"]
    assert _codes(doctor.socket, own_places) == ["STALE_SOCKET"]
    with cluster.running(own_places, throwaway=True):
        assert _codes(doctor.data, own_places) == []


def test_a_cluster_of_a_postgresql_that_was_removed(own_places):
    own_places.data.mkdir()
    (own_places.data / "PG_VERSION").write_text("9\n")
    lines = list(doctor._asked(lambda: doctor.data(own_places)))
    assert [line.split(":")[0] for line in lines] == ["WRONG_POSTGRES"]
    assert "postgresql-9-postgis-3" in lines[0]


def test_a_secret_that_others_may_read(own_places):
    key = own_places.secrets / "secret_key"
    key.write_text("key")
    key.chmod(0o644)
    assert _codes(doctor.permissions, own_places) == ["SECRET_READABLE"]
    key.chmod(0o600)
    assert _codes(doctor.permissions, own_places) == []


def test_no_debian_package_is_missing_where_tests_run():
    assert list(doctor.packages()) == []
