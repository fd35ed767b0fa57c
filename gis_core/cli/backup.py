"""`./pelak backup` and `restore`: a city's database, documents and keys in one file, and all of it back."""

import argparse
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gis_core.cli import cluster, databases, roles, steps
from gis_core.cli.current import ensure_current, need_database
from gis_core.cli.environment import CityHome, city_home
from gis_core.cli.prepare import is_empty
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.up_lock import up_lock

FORMAT = 1
SPATIAL_REFERENCES = " TABLE DATA public spatial_ref_sys "
DUMP, MANIFEST, SECRETS, MEDIA = "database.dump", "manifest.json", "secrets", "media"


def run(arguments: list[str]) -> int:
    """Run `backup FILE` or `restore FILE [--yes]`."""
    parser = argparse.ArgumentParser(f"./pelak {arguments[0]}", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--city", type=Path, help="the city.toml (default: the demo city)")
    if arguments[0] == "restore":
        parser.add_argument("--yes", action="store_true", help="replace what the database holds now")
    options = parser.parse_args(arguments[1:])
    with city_home(options.city) as home:
        if arguments[0] == "backup":
            write_backup(home, options.file)
        else:
            restore_backup(home, options.file, replace=options.yes)
    return 0


def write_backup(home: CityHome, file: Path) -> None:
    """
    Write everything that cannot be made again into one file, readable by its owner only.

    The database is one moment of it (people may go on working). Documents are taken after the database,
    so every document that a row speaks of is there. The file holds secrets: keep it like the database.
    """
    need_database(home)
    file = file.absolute()
    half = file.with_name(file.name + ".part")
    steps.need_space(file.parent, 100, doing="Writing the backup")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP
        with steps.step(f"Writing the database {home.database}"):
            command = [cluster.newest_binaries() / "pg_dump", "-Fc", "-Z", "4", "--no-owner", "-f", dump]
            steps.run([*command, _admin_url(home)], doing="writing the database", quiet=True)
        manifest = {
            "format": FORMAT,
            "city": home.city.key,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "dump_sha256": _sha256(dump),
        }
        with steps.step("Adding documents and keys"), _private_tar(half) as tar:
            _add_text(tar, MANIFEST, json.dumps(manifest))
            tar.add(dump, DUMP)
            for path in sorted(home.places.secrets.iterdir()):
                if path.name not in roles.ROLES:  # passwords of database roles are made anew
                    tar.add(path, f"{SECRETS}/{path.name}")
            tar.add(home.media, MEDIA)
    half.replace(file)
    steps.say(f"Written: {file} ({file.stat().st_size / 2**20:.1f} MB)")


def restore_backup(home: CityHome, file: Path, *, replace: bool = False) -> None:
    """
    Bring everything of a backup back, and migrate it to the newest form.

    The database is filled aside and takes its name when it is whole; until then nothing is changed.

    Raises
    ------
    MachineTrouble
        When Pelak serves, the file is not a whole backup of this city, or `replace` is missing
        and there is something to lose.
    """
    if not home.is_private:
        raise MachineTrouble(
            "NOT_OUR_SERVER",
            "DATABASE_URL names another server.",
            f"tar -xf {file} {DUMP} && pg_restore --no-owner -d ... {DUMP}",
        )
    if up_lock(home.places).note():
        raise MachineTrouble("STILL_SERVING", "Pelak serves this database now.", "./pelak stop")
    if not replace and not is_empty(home):
        raise MachineTrouble(
            "NOT_EMPTY", f"The database {home.database} holds data, which would be replaced.", "restore --yes"
        )
    aside = f"{home.database}_restoring"
    with tempfile.TemporaryDirectory(dir=home.places.state, prefix="restoring-") as folder:
        with steps.step("Reading the backup"):
            unpacked = _unpack(home, file, Path(folder))
        with steps.step(f"Bringing the database {home.database} back"):
            _fill(home, aside, unpacked / DUMP)
        databases.drop_database(home.database, home.places)
        databases.rename_database(aside, home.database, home.places)
        _swap_files(home, unpacked)
    ensure_current(home)
    steps.say(f"Everything of {file} is back")


def _admin_url(home: CityHome) -> str:
    """Who may read every row: our superuser; on another server the owner, whom row security lets through."""
    return databases.server(home.places).admin_url_of(home.database) if home.is_private else home.owner_url


def _unpack(home: CityHome, file: Path, folder: Path) -> Path:
    steps.need_space(folder, 3 * file.stat().st_size // 2**20 + 100, doing="Restoring the backup")
    try:
        with tarfile.open(file) as tar:
            _extract(tar, folder)
        manifest = json.loads((folder / MANIFEST).read_text())
    except (tarfile.TarError, EOFError, KeyError, FileNotFoundError) as error:
        raise MachineTrouble("NOT_A_BACKUP", f"{file} is not a whole backup: {error}") from error
    if manifest["format"] != FORMAT or manifest["city"] != home.city.key:
        raise MachineTrouble(
            "OTHER_BACKUP",
            f"{file} holds the city {manifest['city']} (format {manifest['format']}), not {home.city.key}.",
            "Name its city.toml with --city",
        )
    if _sha256(folder / DUMP) != manifest["dump_sha256"]:
        raise MachineTrouble("NOT_A_BACKUP", f"The database in {file} is damaged.")
    return folder


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the plain files of the archive below the folder; links and other ways out of it are refused."""
    for entry in tar:
        target = (folder / entry.name).resolve()
        if folder.resolve() not in target.parents or not (entry.isfile() or entry.isdir()):
            raise tarfile.TarError(f"{entry.name} is not a plain file of a backup")
        if entry.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        source = tar.extractfile(entry)
        assert source is not None
        with target.open("wb") as written:
            shutil.copyfileobj(source, written)


def _fill(home: CityHome, aside: str, dump: Path) -> None:
    """Fill a new database as its owner; extensions are made before, by who may."""
    databases.drop_database(aside, home.places)
    databases.create_database(aside, places=home.places)
    with databases.administering(aside, home.places) as admin:
        for statement in roles.withheld():
            admin.execute(statement)
    program = cluster.newest_binaries() / "pg_restore"
    listed = steps.run([program, "-l", dump], doing="reading the backup", quiet=True).splitlines()
    target = databases.server(home.places).admin_url_of(aside)
    given = [program, "--exit-on-error", "--no-owner", "-d", target]
    for words, chosen in (
        ([f"--role={roles.OWNER}", "-j", "2"], [line for line in listed if not _belongs_to_server(line)]),
        # coordinate systems that an administrator added: the extension's table is the superuser's
        (["--data-only"], [line for line in listed if SPATIAL_REFERENCES in line]),
    ):
        names = dump.with_suffix(".list")
        names.write_text("\n".join(chosen))
        steps.run([*given, *words, "-L", names, dump], doing="bringing the database back", quiet=True)
    databases.grant(aside, home.places)
    analyze = [cluster.newest_binaries() / "vacuumdb", "--analyze-only", "-q", "-d", target]
    steps.run(analyze, doing="counting the rows", quiet=True)


def _belongs_to_server(line: str) -> bool:
    """Whether an entry of the dump is made by us on any new database, not taken from the dump."""
    return any(
        words in line for words in (" EXTENSION ", " SCHEMA - public", " DEFAULT ACL ", SPATIAL_REFERENCES)
    )


def _swap_files(home: CityHome, unpacked: Path) -> None:
    """Put documents and keys in their places; what was there is kept beside until the next restore."""
    for path in (unpacked / SECRETS).rglob("*"):
        if path.is_file():  # public keys of other times join those that are here: both stay checkable
            target = home.places.secrets / path.relative_to(unpacked / SECRETS)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            path.chmod(0o600)
            path.replace(target)
    kept = home.places.state / f"media.{home.city.key}.replaced"
    shutil.rmtree(kept, ignore_errors=True)
    home.media.rename(kept)
    (unpacked / MEDIA).rename(home.places.media / home.city.key)
    home.media.chmod(0o700)


@contextmanager
def _private_tar(path: Path) -> Iterator[tarfile.TarFile]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        yield tar


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    tar.addfile(entry, io.BytesIO(text.encode()))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
