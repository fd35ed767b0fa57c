"""Reads what the offices' page was asked: the service, the way of going, the start and the moment."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gis_core import crs
from gis_core.errors import BadInput
from layers.network.travel import Manner
from map_ui.streets import addresses_of
from parcels import queries
from parcels.models import Parcel
from parcels.service_requests.models import Service


@dataclass(frozen=True)
class Start:
    """Where one sets out: metric place, what it is called, and the parcel it is, if it is one."""

    xy: tuple[float, float]
    label: str
    parcel_key: str = ""

    @property
    def lonlat(self) -> tuple[float, float]:
        """The place in degrees."""
        lon, lat = crs.to_lonlat(*self.xy)
        return round(float(lon), 6), round(float(lat), 6)


@dataclass(frozen=True)
class Asked:
    """One question to the page; `start` None: the place is still to be given, `typed` what was looked for."""

    services: tuple[Service, ...]
    service: Service | None
    manner: Manner
    at: datetime
    start: Start | None
    typed: str
    candidates: tuple[tuple[str, str], ...]
    office_code: str


def read_question(values: QueryDict) -> Asked:
    """
    The question in an address.

    Raises
    ------
    BadInput
        When the place is no place in the city, or the moment is no moment.
    NotFound
        When no parcel has the key that was given.
    """
    services = tuple(Service.objects.filter(active=True))
    wanted = values.get("service", "")
    service = next((one for one in services if one.code == wanted), services[0] if services else None)
    at = _moment(values.get("at", ""))
    start, candidates = _start(values, at)
    return Asked(
        services=services,
        service=service,
        manner=Manner.FOOT if values.get("by") == "foot" else Manner.CAR,
        at=at,
        start=start,
        typed=values.get("q", "").strip()[:120],
        candidates=candidates,
        office_code=values.get("office", "")[:40],
    )


def _moment(typed: str) -> datetime:
    zone = ZoneInfo(settings.CITY.time_zone)
    if not typed:
        return timezone.now().astimezone(zone)
    try:
        moment = parse_datetime(typed)
        if moment is not None:
            return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except (ValueError, OverflowError) as unreadable:
        raise _no_moment(typed) from unreadable
    raise _no_moment(typed)


def _no_moment(typed: str) -> BadInput:
    return BadInput(
        "این زمان خوانده نشد؛ آن را مانند 2026-11-22T10:30 بنویسید.",
        "The moment cannot be read; write it like 2026-11-22T10:30.",
        {"at": typed},
    )


def _start(values: QueryDict, at: datetime) -> tuple[Start | None, tuple[tuple[str, str], ...]]:
    """The start that was given: a parcel, a point in degrees, or a number or address that was typed."""
    key, typed = values.get("parcel", ""), values.get("q", "").strip()
    if typed:
        found = queries.search(typed[:120], on=at.date())
        if len(found) == 1:
            return _parcel_start(found[0].parcel, at), ()
        addresses = addresses_of([one.parcel for one in found], on=at.date())
        named = ((one.parcel.key, addresses.get(one.parcel.pk, "") or one.parcel.key) for one in found)
        return None, tuple(named)
    if key:
        return _parcel_start(queries.parcel_by_key(key, on=at.date()), at), ()
    if "lon" in values or "lat" in values:
        return _point_start(values.get("lon", ""), values.get("lat", "")), ()
    return None, ()


def _parcel_start(parcel: Parcel, at: datetime) -> Start:
    address = addresses_of([parcel], on=at.date()).get(parcel.pk, "")
    inside = parcel.geometry.point_on_surface
    return Start((inside.x, inside.y), address or parcel.key, parcel.key)


def _point_start(lon_text: str, lat_text: str) -> Start:
    west, south, east, north = settings.CITY.bbox_lonlat
    try:
        lon, lat = float(lon_text), float(lat_text)
    except ValueError:
        lon = lat = float("nan")
    if not (west <= lon <= east and south <= lat <= north):
        raise BadInput(
            "این نقطه در محدودهٔ شهر نیست.",
            "This point is not in the city.",
            {"lon": lon_text, "lat": lat_text},
        )
    return Start(tuple(float(value) for value in crs.to_metric(lon, lat)), "")
