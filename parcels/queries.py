"""Finds parcels: by point, by number, by address; and says which ones a person may have meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_, or_

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q, QuerySet

from gis_core import crs, identifiers
from gis_core.errors import BadInput, NotFound
from gis_core.persian import normalise
from layers.models import District
from layers.network.models import StreetSegment
from parcels.models import Address, Identifier, Parcel

#: Nearer to a border than this a click does not say which side is meant: m.
BORDER_M = 0.3
#: How far from a street or open land parcels are offered: m.
NEAR_M = 40.0
#: As many parcels a search gives, at most.
MOST = 20
_SIMILAR = 0.45
#: Of so many streets of an English name addresses are looked for, at most.
_MOST_STREETS = 50
_BETWEEN = re.compile(r"[\s\-‐‑–−/]+")
#: District, region, block and house alone, as people write the code of a whole lot.
_LOT_CODE = re.compile(r"\d+(?:[\s\-‐‑–−/]+\d+){3}")
#: Words that stand in most addresses and tell none apart.
_FILLERS = frozenset(
    map(normalise, ("خیابان", "کوچه", "کوی", "بلوار", "بن‌بست", "پلاک", "شماره", "street", "alley", "no"))
)


@dataclass(frozen=True)
class Pointed:
    """What a point means: one parcel (`exact`), or several that may be meant, the nearest first."""

    exact: bool
    candidates: tuple[Parcel, ...]


@dataclass(frozen=True)
class Found:
    """One parcel found by a search, and the number or address by which it was found."""

    parcel: Parcel
    matched: str
    kind: str


def parcel_by_key(key: str, *, on: date, known_at: datetime | None = None) -> Parcel:
    """
    The parcel of that key in force on a day.

    Raises
    ------
    NotFound
        When there is none on that day.
    """
    found = Parcel.objects.in_force(on=on, known_at=known_at).filter(key=key).order_by("-version").first()
    if found is None:
        raise NotFound(
            "در این تاریخ قطعه‌ای با این کد نداریم.",
            "There is no parcel with this code on that day.",
            {"key": key, "on": on.isoformat()},
        )
    return found


def parcels_at(lon: float, lat: float, *, on: date, border_m: float = BORDER_M) -> Pointed:
    """
    The parcel under a point given in degrees, or those that may be meant.

    Inside one lot and further than `border_m` from every other: exact. On a border, on street land
    or where lots overlap: the lots within reach, nearest first; none when nothing is near.

    Raises
    ------
    BadInput
        When the point is not within the city.
    """
    west, south, east, north = settings.CITY.bbox_lonlat
    if not (west <= lon <= east and south <= lat <= north):
        raise BadInput(
            "این نقطه بیرون از شهر است.",
            "This point is outside the city.",
            {"bbox": settings.CITY.bbox_lonlat},
        )
    point = Point(*crs.to_metric(lon, lat), srid=crs.metric_srid())
    near = list(
        Parcel.objects.in_force(on=on)
        .filter(kind=Parcel.Kind.LOT, geometry__dwithin=(point, NEAR_M))
        .annotate(distance=Distance("geometry", point))
        .order_by("distance", "key")[:12]
    )
    touched = [parcel for parcel in near if parcel.distance.m <= border_m]
    inside = [parcel for parcel in touched if parcel.distance.m == 0]
    if len(touched) == 1 and len(inside) == 1:
        return Pointed(True, (touched[0],))
    return Pointed(False, tuple(touched or near[:6]))


def search(text: str, *, on: date) -> list[Found]:
    """
    Parcels in force on a day that a typed number or address may mean, the best first.

    A code that is printed in two orders gives the parcels of both readings: the person is asked,
    nothing is guessed. An empty text finds nothing.
    """
    if not normalise(text):
        return []
    by_number = _by_number(text, on=on)
    return (by_number or _by_address(text, on=on))[:MOST]


def readings(text: str) -> dict[str, tuple[str, ...]]:
    """The canonical forms that a typed number may have here, by kind of identifier."""
    found = {}
    for kind in settings.CITY.identifiers:
        try:
            reading = _read(kind.validator, text)
        except KeyError:
            continue
        if reading.canonical is not None and reading.is_readable:
            found[kind.kind] = (reading.canonical,)
        elif reading.candidates:
            found[kind.kind] = tuple(reading.candidates)
    return found


def addresses_of(parcels: Sequence[Parcel]) -> dict[int, Address]:
    """The first address of each parcel, by the parcel's id; one query."""
    rows = Address.objects.filter(parcel__in=[parcel.pk for parcel in parcels]).order_by("-pk")
    return {row.parcel_id: row for row in rows}


def _read(validator: str, text: str) -> identifiers.Reading:
    if validator == "renovation_code":
        return _renovation_code(text)
    return identifiers.read(validator, text)


def _renovation_code(text: str) -> identifiers.Reading:
    """A renovation code; that of a lot may be typed without its zeros, in either printing order."""
    districts = _districts()
    if not _LOT_CODE.fullmatch(normalise(text)):
        return identifiers.renovation_code(text, districts)
    short = _BETWEEN.sub("-", normalise(text))
    whole = (identifiers.renovation_code(code, districts) for code in (f"{short}-0-0-0", f"0-0-0-{short}"))
    codes = [reading.canonical for reading in whole if reading.canonical is not None]
    return (
        identifiers.Reading(identifiers.ASK, candidates=tuple(codes))
        if codes
        else identifiers.Reading(identifiers.INVALID)
    )


def _districts() -> set[int] | None:
    """District numbers of this city, which tell a code's two printing orders apart."""
    codes = District.objects.filter(level=District.Level.DISTRICT).values_list("code", flat=True).distinct()
    return {int(code) for code in codes if code.isdigit()} or None


def _by_number(text: str, *, on: date) -> list[Found]:
    found: dict[int, Found] = {}
    for kind, values in readings(text).items():
        parcels = Parcel.objects.in_force(on=on).select_related(None)
        if kind == settings.CITY.parcel_key:
            for parcel in parcels.filter(key__in=[_parcel_of(kind, value) for value in values]):
                found.setdefault(parcel.pk, Found(parcel, parcel.key, kind))
        rows = Identifier.objects.filter(kind=kind, value__in=values, parcel__in=parcels).select_related(
            "parcel"
        )
        for row in rows[:MOST]:
            found.setdefault(row.parcel_id, Found(row.parcel, row.value, kind))
    return list(found.values())


def _parcel_of(kind: str, value: str) -> str:
    """A unit's renovation code means the parcel it stands on."""
    return str(identifiers.parse_renovation_code(value).parcel) if kind == "renovation_code" else value


def _by_address(text: str, *, on: date) -> list[Found]:
    """Addresses that have every word and number of the text; when there is none, those that sound like it."""
    key = normalise(text)
    rows = Address.objects.filter(parcel__in=Parcel.objects.in_force(on=on)).select_related("parcel")
    ranked = rows.annotate(similarity=TrigramWordSimilarity(key, "search_key"))
    exact = ranked.filter(_has_words(key)).order_by("-similarity", "search_key")
    in_english = _on_street_called(key, rows, on=on)
    alike = ranked.filter(search_key__trigram_word_similar=key, similarity__gte=_SIMILAR)
    readings = (exact, in_english, alike.order_by("-similarity", "search_key"))
    found: dict[int, Found] = {}
    for row in next(filter(None, (list(rows[: MOST * 2]) for rows in readings)), []):
        found.setdefault(row.parcel_id, Found(row.parcel, row.text, "address"))
    return list(found.values())


def _on_street_called(key: str, addresses: QuerySet[Address], *, on: date) -> QuerySet[Address]:
    """Addresses on streets whose English name has every word of the text, with every number of it."""
    words = _telling_words(key.partition("corner of")[0])
    typed = [word for word in words if not word.isdigit()]
    if not typed or not key.isascii():
        return addresses.none()
    called = reduce(and_, (Q(name_en__icontains=word) for word in typed))
    streets = StreetSegment.objects.in_force(on=on).filter(called).order_by("name_en")
    names = list(streets.values_list("name_fa", flat=True).distinct()[:_MOST_STREETS])
    if not names:
        return addresses.none()
    # by their words, which are indexed, and then exactly
    near = reduce(or_, (Q(search_key__contains=normalise(name)) for name in names))
    numbers = reduce(and_, (_has_word(word) for word in words if word.isdigit()), Q())
    return addresses.filter(near, numbers, street_name__in=names).order_by("search_key")


def _has_words(key: str) -> Q:
    """Every word stands in the address and every number stands there whole: 17 is not 170."""
    return reduce(and_, map(_has_word, _telling_words(key)), Q())


def _has_word(word: str) -> Q:
    whole = rf"(^|[^0-9]){word}([^0-9]|$)"
    return Q(search_key__regex=whole) if word.isdigit() else Q(search_key__contains=word)


def _telling_words(key: str) -> list[str]:
    words = [word.strip(",") for word in key.split()]
    return [word for word in words if word and word not in _FILLERS] or words


def lots(*, on: date) -> QuerySet[Parcel]:
    """All lots in force on a day: what is land of a person, not of a street."""
    return Parcel.objects.in_force(on=on).filter(kind=Parcel.Kind.LOT)
