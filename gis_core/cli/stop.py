"""`./pelak stop`: ends what `up` started, and a cluster that a killed command left running."""

import json
import os
import signal
import time

from gis_core.cli import cluster, locks, steps
from gis_core.cli.places import Places, find_places
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.up_lock import up_lock

PATIENCE_S = 60


def run(_arguments: list[str]) -> int:
    """Stop everything that runs from this checkout; 0 also when nothing did."""
    places = find_places()
    served = stop_serving(places)
    left = stop_left_cluster(places)
    steps.say("Stopped" if served or left else "Nothing was running")
    return 0


def stop_serving(places: Places) -> bool:
    """End a running `./pelak up` and wait for it; False when there is none."""
    note = up_lock(places).note()
    if note is None:
        return False
    process = json.loads(note)["process"]
    os.kill(process, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_S
    while up_lock(places).note() is not None:
        if time.monotonic() > end:
            raise MachineTrouble("DOES_NOT_STOP", f"Process {process} does not end.", f"kill -9 {process}")
        time.sleep(0.2)
    return True


def stop_left_cluster(places: Places) -> bool:
    """
    Stop a cluster that nobody uses any more; False when there is none.

    Raises
    ------
    MachineTrouble
        STILL_USED when another command of ours works on it.
    """
    with locks.exclusive(places.state / "cluster.lock"):
        if cluster.postmaster(places) is None:
            return False
        using = locks.Shared(places.state / "cluster.users")
        try:
            if not using.is_last():
                raise MachineTrouble(
                    "STILL_USED", "Another ./pelak command uses the cluster; it stops it at its end."
                )
            return cluster.stop(places)
        finally:
            using.close()
