"""Knows where things lie: the checkout, its state (cluster, secrets, uploads) and the socket's folder."""

import hashlib
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gis_core.cli.troubles import MachineTrouble

ROOT = Path(__file__).resolve().parents[2]
PORT = 54440  # only a part of the socket's name: the cluster never listens on a network
LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes, PostgreSQL adds a few of its own
SHARED_HOME = Path("/var/lib/pelak")
SERVICE = "pelak-service"  # as whom the web server and the worker run when root starts them


@dataclass(frozen=True)
class Places:
    """
    Folders of one checkout.

    `state` holds what must not be lost (cluster, secrets, media); `run` the socket;
    `server_user` is the account that runs PostgreSQL.
    """

    state: Path
    run: Path
    server_user: str

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.state / "cluster"

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, readable by their owner only."""
        return self.state / "secrets"

    @property
    def media(self) -> Path:
        """Uploaded and issued documents, a folder for each city."""
        return self.state / "media"

    @property
    def logs(self) -> Path:
        """Logs of the cluster, the web server and the worker."""
        return self.state / "log"

    @property
    def socket(self) -> Path:
        """The cluster's Unix socket."""
        return self.run / f".s.PGSQL.{PORT}"


def wanted_var() -> Path:
    """The folder asked for: `PELAK_VAR`, otherwise `var/` in the checkout."""
    return Path(os.environ.get("PELAK_VAR") or ROOT / "var").absolute()


def find_places(var: Path | None = None) -> Places:
    """
    Decide where this checkout's state lies, and make the folders.

    Root's cluster runs as `postgres`. Where that account cannot reach `var/` the state lies in
    `/var/lib/pelak/<hash of the path>`; permissions above the checkout are never changed.
    """
    var = var or wanted_var()
    _make(var)
    state = var if os.geteuid() or _owner(var / "cluster") else _state_of_root(var)
    owner = _owner(state / "cluster")
    me = pwd.getpwuid(os.geteuid()).pw_name
    if owner and os.geteuid() and owner != me:
        raise MachineTrouble(
            "CLUSTER_OF_ANOTHER_USER",
            f"The cluster in {state} belongs to {owner}, and you are {me}.",
            "Use ./pelak as that user or as root, as the first time.",
        )
    user = owner or (me if os.geteuid() else "postgres")
    run = _run_folder(state, user)
    for folder in (state / "log", run):
        _make(folder, user, 0o755 if folder == run else 0o750)
    for folder in (state / "secrets", state / "media"):
        _make(folder, None, 0o700)
    return Places(state=state, run=run, server_user=user)


def can_reach(user: str, folder: Path) -> bool:
    """Whether that account may enter the folder (asked of the kernel, by becoming it)."""
    asked = subprocess.run(["test", "-x", str(folder)], cwd="/", check=False, **become(user))
    return asked.returncode == 0


def become(user: str) -> dict[str, object]:
    """Arguments for `subprocess` that run a program as `user`; none when that is who we are."""
    account = pwd.getpwnam(user)
    if account.pw_uid == os.geteuid():
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def service_account() -> pwd.struct_passwd | None:
    """The account that serves for root; None before root's first start here."""
    try:
        return pwd.getpwnam(SERVICE)
    except KeyError:
        return None


def checkout_hash(folder: Path) -> str:
    """
    Short name of a folder that differs between checkouts.

    Examples
    --------
    >>> checkout_hash(Path("/srv/pelak/var"))
    'afdc0e57c9d9'
    """
    return hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def _state_of_root(var: Path) -> Path:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise MachineTrouble(
            "NO_SERVER_USER", "The account postgres is missing.", "./pelak packages"
        ) from None
    if can_reach("postgres", var):
        return var
    state = SHARED_HOME / checkout_hash(var.resolve())
    _make(state)
    (state / "checkout").write_text(f"{var}\n")
    return state


def _run_folder(state: Path, user: str) -> Path:
    near = state / "run"
    if len(str(near / f".s.PGSQL.{PORT}").encode()) <= LONGEST_SOCKET_PATH:
        return near
    name = checkout_hash(state)
    if not os.geteuid():
        _make(Path("/run/pelak"))
        return Path("/run/pelak") / name
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(own) if own and Path(own).is_dir() else Path("/tmp")
    return base / f"pelak-{pwd.getpwnam(user).pw_uid}-{name}"


def _make(folder: Path, user: str | None = None, mode: int = 0o755) -> None:
    if folder.is_symlink():
        raise MachineTrouble("UNSAFE_FOLDER", f"{folder} is a symbolic link.", f"Remove it: rm {folder}")
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    if new:
        folder.chmod(mode)
        if wanted != os.geteuid():
            os.chown(folder, wanted, pwd.getpwuid(wanted).pw_gid)
    elif stat.S_IMODE(folder.stat().st_mode) & 0o002:
        raise MachineTrouble("UNSAFE_FOLDER", f"Everybody may write to {folder}.", f"chmod o-w {folder}")


def _owner(folder: Path) -> str | None:
    return folder.owner() if folder.exists() else None
