"""The account that serves: when root starts Pelak, web server and worker have few rights of their own."""

import grp
import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path

from gis_core import signing
from gis_core.cli import steps, within_reach
from gis_core.cli.environment import CityHome
from gis_core.cli.places import ROOT, SERVICE, Places, can_reach, service_account
from gis_core.cli.troubles import MachineTrouble
from gis_core.settings.database import secret

SECRETS = ("SECRET_KEY", "PERSONAL_DATA_KEYS")


@dataclass(frozen=True)
class Runner:
    """How a serving program is run: as whom (None: as ourselves), by which Python, in which folder."""

    account: pwd.struct_passwd | None
    python: str
    folder: Path

    def command(self, *words: str) -> list[str]:
        """The whole command of a Python program; it can never get more rights than the account has."""
        if self.account is None:
            return [self.python, *words]
        identity = [f"--reuid={self.account.pw_uid}", f"--regid={self.account.pw_gid}", "--clear-groups"]
        return ["setpriv", *identity, "--no-new-privs", self.python, *words]

    def environment(self, home: CityHome, public_url: str | None = None) -> dict[str, str]:
        """What the program is told: the city as its database's serving role, and its own place."""
        known = home.environment(public_url=public_url) | {"PYTHONPATH": str(self.folder)}
        if self.account is None:
            return known
        described = home.city.path
        if described.is_relative_to(ROOT):
            described = self.folder / described.relative_to(ROOT)
        elif not within_reach.can_read(self.account.pw_name, described):
            raise MachineTrouble(
                "CITY_OUT_OF_REACH",
                f"The account {self.account.pw_name}, which serves, cannot read {described}.",
                "Put city.toml with the files beside it where everyone may read, for instance in /etc/pelak",
            )
        known.pop("XDG_RUNTIME_DIR", None)
        name = self.account.pw_name
        return known | {
            "PELAK_CITY": str(described),
            "HOME": self.account.pw_dir,
            "USER": name,
            "LOGNAME": name,
        }


def runner(home: CityHome) -> Runner:
    """
    Who serves this city from where; keys and documents are made theirs.

    A person's own start serves as that person. Root's serves as the account `pelak-service`, which is made
    when it is absent: it reads the program and the city's keys, writes the city's documents, and nothing
    else is its own; the passwords of the database's other roles are closed to it.

    Raises
    ------
    MachineTrouble
        What the account cannot reach, with the way out; permissions above the checkout are never changed.
    """
    if os.geteuid():
        return Runner(None, sys.executable, ROOT)
    account = service_account() or _make_account()
    places = home.places
    _lend(places.secrets, account, 0o710)
    if not can_reach(account.pw_name, places.secrets):
        raise MachineTrouble(
            "STATE_OUT_OF_REACH",
            f"The account {account.pw_name}, which serves, cannot enter {places.state}.",
            "Name a folder that everyone may enter: PELAK_VAR=/var/lib/pelak/city ./pelak up",
        )
    lend_keys(places, account)
    give_documents(home, account)
    python = within_reach.python_of(account.pw_name)
    return Runner(account, python, within_reach.program_folder(account.pw_name, python))


def lend_keys(places: Places, account: pwd.struct_passwd) -> None:
    """Make the keys of the service if they are absent, and let the account read them, but not change them."""
    for name in SECRETS:
        secret(name, places.state)
    signing.public_key_text(places.secrets)
    for name in (*SECRETS, signing.KEY_FILE):
        path = places.secrets / name.lower()
        if path.exists():  # a secret of the environment has no file
            _lend(path, account, 0o640)
    public = places.secrets / signing.PUBLIC_KEYS
    _lend(public, account, 0o750)
    for path in public.iterdir():
        _lend(path, account, 0o640)


def give_documents(home: CityHome, account: pwd.struct_passwd) -> None:
    """Make the account the owner of the city's documents, those of a restored backup included."""
    _lend(home.places.media, account, 0o710)
    if home.media.stat().st_uid == account.pw_uid:
        return
    for folder, _folders, files in os.walk(home.media):
        for name in files:
            os.chown(Path(folder) / name, account.pw_uid, account.pw_gid, follow_symlinks=False)
        os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _lend(path: Path, account: pwd.struct_passwd, mode: int) -> None:
    """Root's own path, which the account's group may use as far as the mode says."""
    os.chown(path, 0, account.pw_gid, follow_symlinks=False)
    path.chmod(mode)


def _make_account() -> pwd.struct_passwd:
    steps.say(f"Making the account {SERVICE}, as which web server and worker run")
    group = ["--gid", SERVICE] if _has_group() else ["--user-group"]
    closed = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    steps.run(
        ["useradd", "--system", *group, *closed, SERVICE], doing=f"making the account {SERVICE}", quiet=True
    )
    return pwd.getpwnam(SERVICE)


def _has_group() -> bool:
    try:
        grp.getgrnam(SERVICE)
    except KeyError:
        return False
    return True
