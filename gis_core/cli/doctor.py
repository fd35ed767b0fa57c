"""`./pelak doctor`: looks at everything that a start needs and says what is wrong, a line each."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from gis_core.cli import cluster, frontend, loops, venv
from gis_core.cli.places import ROOT, SHARED_HOME, Places, find_places, service_account
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.up_lock import up_lock

LITTLE_MB = 2000


def run(_arguments: list[str]) -> int:
    """Print a line for each problem with its remedy; 0 when there is none."""
    problems = list(diagnose())
    for line in problems:
        print(line)
    print(f"{len(problems)} problems" if problems else "All is well")
    return 1 if problems else 0


def diagnose() -> Iterator[str]:
    """Every problem found, as `CODE: sentence -> remedy`."""
    yield from _asked(packages)
    try:
        places = find_places()
    except MachineTrouble as trouble:
        yield _line(trouble)
        return
    for look in (python_packages, compiled, pages, disk, data, socket, permissions, moved_checkouts):
        yield from _asked(lambda look=look: look(places))


def packages() -> Iterator[str]:
    """Debian packages that are missing."""
    listed = subprocess.run([ROOT / "pelak", "missing"], check=True, capture_output=True, text=True).stdout
    names = [line.split("|")[0] for line in listed.splitlines()]
    if names:
        yield f"PACKAGES_MISSING: {' '.join(names)} -> ./pelak packages"


def python_packages(_places: Places) -> Iterator[str]:
    """A `.venv` that is absent, half done or older than its list."""
    if not venv.is_ready():
        yield "PYTHON_PACKAGES: .venv does not fit requirements.lock -> ./pelak venv"


def compiled(_places: Places) -> Iterator[str]:
    """Loops of the engine that run as slow Python, or as they were before a change."""
    if venv.is_ready() and not loops.is_built():
        yield "LOOPS: the engine's loops are not compiled from the present sources -> ./pelak prepare"


def pages(_places: Places) -> Iterator[str]:
    """Bundles that are absent or older than their sources."""
    if (ROOT / "package.json").exists() and not frontend.is_built():
        yield "PAGES: the browser's part is not built from the present sources -> ./pelak prepare"


def disk(places: Places) -> Iterator[str]:
    """Little room for the database."""
    free_mb = shutil.disk_usage(places.state).free // 2**20
    if free_mb < LITTLE_MB:
        yield f"DISK_FULL: {places.state} has only {free_mb} MB free -> free some space"


def data(places: Places) -> Iterator[str]:
    """A cluster that is absent, of an absent PostgreSQL, crashed, or damaged according to its log."""
    if not (places.data / "PG_VERSION").exists():
        yield "NO_CLUSTER: no database was made yet -> ./pelak up"
        return
    cluster.binaries_of(places)
    answering = cluster.is_answering(places)
    log = places.logs / "postgres.log"
    if (places.data / "postmaster.pid").exists() and cluster.postmaster(places) is None:
        yield "CRASHED: the cluster ended without stopping -> ./pelak up repairs it"
    if up_lock(places).note() and not answering:
        yield f"NOT_ANSWERING: Pelak serves, but its cluster does not answer -> {log}"
    if log.exists() and "PANIC" in log.read_text(errors="replace")[-20_000:]:
        yield f"CLUSTER_PANIC: the cluster's log holds PANIC -> {log}"


def socket(places: Places) -> Iterator[str]:
    """A socket file of a server that does not answer."""
    if places.socket.exists() and cluster.postmaster(places) is None and not cluster.is_answering(places):
        yield f"STALE_SOCKET: {places.socket} belongs to no server -> ./pelak up removes it"


def permissions(places: Places) -> Iterator[str]:
    """Secrets that others may read; the group of the account that serves may read what it serves with."""
    serving = service_account()
    for path in (places.secrets, *places.secrets.iterdir()):
        found = path.stat()
        lent = serving is not None and found.st_gid == serving.pw_gid
        if found.st_mode & (0o027 if lent else 0o077):
            yield f"SECRET_READABLE: others may read {path} -> chmod go-rwx {path}"


def moved_checkouts(places: Places) -> Iterator[str]:
    """State of a checkout that is no longer at its place."""
    for note in SHARED_HOME.glob("*/checkout"):
        was = Path(note.read_text().strip())
        if not was.parent.exists() and note.parent != places.state:
            state = note.parent
            yield f"LEFT_STATE: {state} belongs to {was}, which is gone -> PELAK_VAR={state} ./pelak up"


def _asked(look: Callable[[], Iterator[str]]) -> Iterator[str]:
    try:
        yield from look()
    except MachineTrouble as trouble:
        yield _line(trouble)


def _line(trouble: MachineTrouble) -> str:
    sentence = trouble.sentence.splitlines()[0]
    return f"{trouble.code}: {sentence} -> {trouble.remedy.splitlines()[0] if trouble.remedy else '?'}"
