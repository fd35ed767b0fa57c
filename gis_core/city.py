"""Reads a city's description, `city.toml`: what differs between cities and must not be code."""

import os
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
DEMO_CITY = ROOT / "import_scripts" / "recipes" / "demo" / "city.toml"


@dataclass(frozen=True)
class IdentifierKind:
    """One kind of number by which a parcel is known here, and the validator that reads it."""

    kind: str
    validator: str
    label_fa: str
    label_en: str


@dataclass(frozen=True)
class City:
    """
    One city, which is one database.

    Lengths are metres in the metric CRS; `bbox_lonlat` is (west, south, east, north) in degrees;
    `weekend` holds ISO weekdays (Monday 1 ... Sunday 7); `half_days` the same for short days.
    `second_factor_roles` are roles that hold only after a second step of signing in.
    """

    key: str
    name_fa: str
    name_en: str
    official: bool
    languages: tuple[str, ...]
    metric_srid: int
    web_srid: int
    bbox_lonlat: tuple[float, float, float, float]
    time_zone: str
    calendar: Literal["jalali", "gregorian"]
    currency: str
    weekend: frozenset[int]
    half_days: frozenset[int]
    holidays: frozenset[date]
    parcel_key: str
    identifiers: tuple[IdentifierKind, ...]
    policies: dict[str, Any] = field(default_factory=dict)
    second_factor_roles: frozenset[str] = frozenset()
    imports: tuple[dict[str, Any], ...] = ()
    path: Path = DEMO_CITY

    @property
    def database_name(self) -> str:
        """Name of this city's database on a Pelak cluster."""
        return f"pelak_{self.key}"

    def file_of(self, entry: dict[str, Any], data: Path) -> Path:
        """The file of an import: beside this description where it lies there, otherwise in that folder."""
        beside = self.path.parent / entry["file"]
        return beside if beside.exists() else data / entry["file"]

    def identifier(self, kind: str) -> IdentifierKind:
        """
        The identifier of that kind.

        Raises
        ------
        KeyError
            When this city knows no such identifier.
        """
        for identifier in self.identifiers:
            if identifier.kind == kind:
                return identifier
        raise KeyError(kind)


def read_city(path: Path) -> City:
    """
    Read one `city.toml`.

    Raises
    ------
    ValueError
        When a needed entry is missing or of a wrong form; the sentence names it.

    Examples
    --------
    >>> read_city(DEMO_CITY).metric_srid
    32639
    """
    with path.open("rb") as file:
        raw = tomllib.load(file)
    try:
        return _city(raw, path)
    except KeyError as missing:
        raise ValueError(f"{path} has no entry {missing}.") from missing


def city_path() -> Path:
    """Path of the city this process serves: `PELAK_CITY`, otherwise the demo city."""
    given = os.environ.get("PELAK_CITY")
    path = Path(given) if given else DEMO_CITY
    return path if path.is_absolute() else ROOT / path


def _city(raw: dict[str, Any], path: Path) -> City:
    place, time = raw["place"], raw["time"]
    west, south, east, north = place["bbox_lonlat"]
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(f"{path}: bbox_lonlat must be west, south, east, north in degrees.")
    identifiers = tuple(
        IdentifierKind(kind, entry["validator"], entry["label_fa"], entry["label_en"])
        for kind, entry in raw["identifiers"].items()
    )
    return City(
        key=raw["key"],
        name_fa=raw["name_fa"],
        name_en=raw["name_en"],
        official=raw["official"],
        languages=tuple(raw["languages"]),
        metric_srid=place["metric_srid"],
        web_srid=place["web_srid"],
        bbox_lonlat=(west, south, east, north),
        time_zone=time["zone"],
        calendar=time["calendar"],
        currency=raw["currency"],
        weekend=frozenset(time["weekend"]),
        half_days=frozenset(time.get("half_days", ())),
        holidays=frozenset(time.get("holidays", ())),
        parcel_key=raw["parcel_key"],
        identifiers=identifiers,
        policies=raw.get("policies", {}),
        second_factor_roles=frozenset(raw.get("sign_in", {}).get("second_factor_roles", ())),
        imports=tuple(raw.get("imports", ())),
        path=path,
    )
