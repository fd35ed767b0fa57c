"""The private PostGIS cluster: made once, started, stopped, repaired after a crash."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_core.cli import locks, steps
from gis_core.cli.places import PORT, Places, become
from gis_core.cli.troubles import MachineTrouble

ADMIN = "pelak_admin"
BINARIES = Path("/usr/lib/postgresql")
EXTENSION_FILES = ("postgis.control", "pgrouting.control", "pg_trgm.control", "btree_gist.control")
LOCALE = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


@contextmanager
def running(places: Places, *, throwaway: bool = False) -> Iterator[None]:
    """
    The cluster is up inside; whoever leaves last stops it, unless it was already serving others.

    A `throwaway` cluster does not wait for the disk: for tests only. With `PELAK_CLUSTER=elsewhere`
    another program (a container) runs it, and it is neither started nor stopped here.
    """
    if os.environ.get("PELAK_CLUSTER") == "elsewhere":
        _wait_until_answering(places)
        yield
        return
    with locks.exclusive(places.state / "cluster.lock"):
        using = locks.Shared(places.state / "cluster.users")
        try:
            ensure_started(places, throwaway=throwaway)
        except BaseException:
            using.close()
            raise
    try:
        yield
    finally:
        with locks.exclusive(places.state / "cluster.lock"):
            if using.is_last():
                stop(places)
            using.close()


def ensure_started(places: Places, *, throwaway: bool = False) -> bool:
    """Make the cluster if there is none and start it if it does not answer; True when it was started here."""
    if is_answering(places):
        return False
    if not (places.data / "PG_VERSION").exists():
        create(places)
    configure(places, throwaway=throwaway)
    remove_stale_locks(places)
    start(places)
    return True


def revive(places: Places) -> bool:
    """Start the cluster again if it died while we use it; True when it had."""
    with locks.exclusive(places.state / "cluster.lock"):
        return ensure_started(places)


def create(places: Places) -> None:
    """
    Make the data folder: under another name first, so a killed start leaves no half of a cluster.

    Texts are compared by ICU's Persian order; page checksums are on.
    """
    steps.need_space(places.state, 300, doing="Making the database cluster")
    half = places.state / "cluster.new"
    if half.exists():
        shutil.rmtree(half)
    half.mkdir(mode=0o700)
    if become(places.server_user):
        shutil.chown(half, places.server_user)
    with steps.step("Making the private database cluster"):
        texts = ["--locale-provider=icu", "--icu-locale=fa-IR-x-icu", "--locale=C.UTF-8", "-E", "UTF8"]
        program = newest_binaries() / "initdb"
        command = [program, "-D", half, "-U", ADMIN, *texts, "-k", "-A", "reject", "--no-instructions"]
        _as_server(places, command, "making the database cluster")
        half.rename(places.data)


def configure(places: Places, *, throwaway: bool = False) -> None:
    """Write our settings and who may come in; again at each start, so that they follow the program."""
    main = places.data / "postgresql.conf"
    include = "include 'pelak.conf'\n"
    if include not in main.read_text():
        with main.open("a") as file:
            file.write(include)
    for name, text in {
        "pelak.conf": settings(places, memory_mb=_memory_mb(), throwaway=throwaway),
        "pg_hba.conf": f"local all {ADMIN} peer map=pelak\n"
        "local all pelak_owner,pelak_app,pelak_readonly scram-sha-256\n",
        "pg_ident.conf": "".join(
            f"pelak {user} {ADMIN}\n" for user in dict.fromkeys(("root", places.server_user))
        ),
    }.items():
        path = places.data / name
        path.write_text(text)
        path.chmod(0o600)
        if become(places.server_user):
            shutil.chown(path, places.server_user, places.server_user)


def settings(places: Places, *, memory_mb: int, throwaway: bool = False) -> str:
    """
    Settings for bulk loads and short questions on a small machine.

    Examples
    --------
    >>> places = Places(Path("/var/lib/pelak/1"), Path("/run/p"), "postgres")
    >>> [line for line in settings(places, memory_mb=8192).splitlines() if "buffers" in line]
    ["shared_buffers = '1024MB'"]
    """
    values = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": places.run,
        "max_connections": 80,
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{min(2048, max(128, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "maintenance_work_mem": f"{min(512, max(64, memory_mb // 16))}MB",
        "work_mem": "32MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "lz4",
        "default_toast_compression": "lz4",  # evaluations are long documents; Debian's servers have it
        "random_page_cost": 1.1,
        "jit": "off",  # a click is over before a plan is compiled
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "2s",
        "log_parameter_max_length": 0,  # values may be personal data
        "log_parameter_max_length_on_error": 0,
    }
    if throwaway:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())


def start(places: Places) -> None:
    """
    Start the server and wait until it answers, crash recovery included.

    Raises
    ------
    MachineTrouble
        DISK_FULL or CLUSTER_DOES_NOT_START, with the last lines of its log.
    """
    log = places.logs / "postgres.log"
    begun = log.stat().st_size if log.exists() else 0
    program = binaries_of(places) / "pg_ctl"
    command = [program, "start", "-w", "-t", "300", "-s", "-D", places.data, "-l", log]
    with steps.step("Starting the database cluster"):
        done = subprocess.run(
            [str(word) for word in command],
            check=False,
            cwd="/",
            env=LOCALE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **become(places.server_user),
        )
    if done.returncode:
        trouble = steps.failure("starting the database cluster", _tail(log, begun), done.returncode)
        if trouble.code == "STEP_FAILED":
            trouble.code = "CLUSTER_DOES_NOT_START"
            trouble.remedy = f"The whole log: {log}\nNothing was deleted; ./pelak doctor looks further."
        raise trouble


def stop(places: Places) -> bool:
    """Stop the server, letting transactions in progress go; False when none was running."""
    if not (places.data / "postmaster.pid").exists() or postmaster(places) is None:
        return False
    program = binaries_of(places) / "pg_ctl"
    command = [program, "stop", "-w", "-t", "120", "-s", "-m", "fast", "-D", places.data]
    _as_server(places, command, "stopping the database cluster")
    return True


def is_answering(places: Places) -> bool:
    """Whether the server takes connections (it may run in another container: the socket is asked)."""
    program = newest_binaries() / "pg_isready"
    asked = [program, "-q", "-h", places.run, "-p", str(PORT), "-d", "postgres"]
    return subprocess.run(asked, check=False, env=LOCALE).returncode == 0


def postmaster(places: Places) -> int | None:
    """Process number of our running server; None when there is none, whatever a stale file says."""
    try:
        number = int((places.data / "postmaster.pid").read_text().split("\n", 1)[0])
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return number if str(places.data).encode() in words else None


def remove_stale_locks(places: Places) -> None:
    """
    Remove what a crash left: PostgreSQL trusts a number that another process may have got since.

    In a restarted container the same small numbers come again, and the server would refuse to start.
    """
    if postmaster(places) is not None:
        return
    for path in (places.data / "postmaster.pid", places.socket, Path(f"{places.socket}.lock")):
        if path.exists():
            steps.say(f"Removing {path.name}, left by a crash")
            path.unlink()


def newest_binaries() -> Path:
    """
    Folder of the newest PostgreSQL here that has all our extensions.

    Raises
    ------
    MachineTrouble
        NO_POSTGIS when there is none.
    """
    for folder in sorted(BINARIES.glob("*/bin"), key=lambda path: -float(path.parent.name)):
        shared = Path("/usr/share/postgresql") / folder.parent.name / "extension"
        if (folder / "initdb").exists() and all((shared / name).exists() for name in EXTENSION_FILES):
            return folder
    raise MachineTrouble(
        "NO_POSTGIS", f"No PostgreSQL with PostGIS and pgRouting under {BINARIES}.", "./pelak packages"
    )


def binaries_of(places: Places) -> Path:
    """
    Folder of the programs that made this cluster.

    Raises
    ------
    MachineTrouble
        WRONG_POSTGRES when that version is no longer installed.
    """
    version = (places.data / "PG_VERSION").read_text().strip()
    folder = BINARIES / version / "bin"
    if not (folder / "postgres").exists():
        raise MachineTrouble(
            "WRONG_POSTGRES",
            f"The cluster in {places.data} was made by PostgreSQL {version}, which is not installed.",
            f"apt-get install postgresql-{version}-postgis-3 postgresql-{version}-pgrouting\n"
            "To change the version: ./pelak backup with the old one, ./pelak reset, ./pelak restore.",
        )
    return folder


def _as_server(places: Places, command: list[object], doing: str) -> None:
    words = [str(word) for word in command]
    steps.run(words, doing=doing, env=LOCALE, cwd=Path("/"), quiet=True, **become(places.server_user))


def _wait_until_answering(places: Places, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not is_answering(places):
        if time.monotonic() > end:
            raise MachineTrouble(
                "NOT_ANSWERING", f"No cluster answers at {places.socket}.", "./pelak database"
            )
        time.sleep(0.5)


def _tail(log: Path, begun: int) -> str:
    if not log.exists():
        return "(no log)"
    with log.open("rb") as file:
        file.seek(begun)
        return file.read()[-4000:].decode(errors="replace")


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
