"""What every program of a city needs to know: its database by role, its state folder, its public address."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gis_core.city import City, city_path, read_city
from gis_core.cli import cluster, databases, roles, steps
from gis_core.cli.places import ROOT, Places, find_places
from gis_core.cli.troubles import MachineTrouble


@dataclass(frozen=True)
class CityHome:
    """One city on this machine: its description, its folders and the addresses of its database."""

    city: City
    places: Places
    app_url: str
    owner_url: str
    is_private: bool  # the database is in our own cluster

    @property
    def database(self) -> str:
        """Name of the city's database."""
        return self.city.database_name

    @property
    def media(self) -> Path:
        """The city's uploaded and issued documents."""
        folder = self.places.media / self.city.key
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def demo_accounts(self) -> Path:
        """Where the passwords of invented people are kept, written by `manage.py demo_accounts`."""
        return self.places.secrets / f"demo_accounts_{self.city.key}.json"

    def environment(self, *, owner: bool = False, public_url: str | None = None) -> dict[str, str]:
        """Environment of a program that serves (or, as `owner`, migrates and imports) this city."""
        known = {
            **steps.clean_environment(),
            "DATABASE_URL": self.app_url,
            "PELAK_CITY": str(self.city.path),
            "PELAK_VAR": str(self.places.state),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "gis_core.settings.owner" if owner else "gis_core.settings.base",
        }
        known.pop("DATABASE_OWNER_URL", None)  # what serves must not know how to become the owner
        if owner:
            known |= {"DATABASE_OWNER_URL": self.owner_url, "PELAK_ACTOR": "system"}
        if public_url:
            known["PUBLIC_URL"] = public_url
        return known


@contextmanager
def city_home(city: Path | None = None) -> Iterator[CityHome]:
    """
    A city whose database server runs while we are inside.

    `DATABASE_URL` and `DATABASE_OWNER_URL` together select another server than our own cluster.
    """
    described = read(city)
    places = find_places()
    app_url, owner_url = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if app_url and owner_url:
        databases.check_foreign_server(app_url, owner_url, described.database_name)
        yield CityHome(described, places, app_url, owner_url, is_private=False)
    elif app_url or owner_url:
        raise MachineTrouble(
            "HALF_A_SERVER",
            "Only one of DATABASE_URL and DATABASE_OWNER_URL is set.",
            "Set both to use another server, or none to use Pelak's own cluster.",
        )
    else:
        with cluster.running(places):
            yield CityHome(described, places, *databases.database_urls(described.database_name, places), True)


def read(city: Path | None = None) -> City:
    """
    The city that a command is about: `--city`, otherwise `PELAK_CITY`, otherwise the demo city.

    Raises
    ------
    MachineTrouble
        CITY_UNREADABLE when its description cannot be read.
    """
    path = (city or city_path()).resolve()
    try:
        return read_city(path)
    except (OSError, ValueError) as unreadable:
        raise MachineTrouble(
            "CITY_UNREADABLE", f"{path}: {unreadable}", "Name a city.toml: --city"
        ) from unreadable


def ensure_database(home: CityHome, *, quiet: bool = False) -> None:
    """Bring the city's database to the newest form, and refuse a serving role that could bypass a wall."""
    if home.is_private:
        databases.prepare(home.database, home.places, city=home.city.path, quiet=quiet)
    else:
        databases.migrate(home.app_url, home.owner_url, city=home.city.path, quiet=quiet)
    roles.refuse_powerful(home.app_url)
