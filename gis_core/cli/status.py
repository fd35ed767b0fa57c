"""`./pelak status`: what runs, where it lies, how much it is."""

import json
import shutil

from gis_core.cli import cluster
from gis_core.cli.places import ROOT, find_places
from gis_core.cli.up_lock import up_lock
from gis_core.cli.venv import is_ready


def run(_arguments: list[str]) -> int:
    """Print a few lines; 0 when Pelak serves, 3 when it does not."""
    places = find_places()
    note = up_lock(places).note()
    serving = json.loads(note) if note else None
    number = cluster.postmaster(places)
    lines = {
        "serving": f"{serving['url']} (process {serving['process']})" if serving else "no",
        "cluster": f"running (process {number})" if number else "stopped",
        "socket": str(places.socket),
        "state": str(places.state),
        "checkout": str(ROOT),
        "free disk": f"{shutil.disk_usage(places.state).free // 2**30} GB",
    }
    if number and is_ready():
        lines["databases"] = _databases()
    for name, words in lines.items():
        print(f"{name:<10} {words}")
    return 0 if serving else 3


def _databases() -> str:
    from gis_core.cli import databases  # needs the packages of .venv

    with databases.administering() as admin:
        rows = admin.execute(
            "SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database"
            " WHERE datname LIKE 'pelak\\_%' ORDER BY datname"
        ).fetchall()
    return ", ".join(f"{name} ({size})" for name, size in rows) or "none"
