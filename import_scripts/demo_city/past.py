"""A year of cases in the invented city: filed by the real workflow on a simulated clock."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageDraw

from gis_core.errors import Trouble
from gis_core.identifiers import invented_mobile, invented_national_code
from import_scripts.demo_city import names as pools
from layers.offices.models import Office
from parcels.models import Parcel
from parcels.records.models import PropertyFile
from parcels.service_requests.applicants import Person
from parcels.service_requests.intake import Submission, receive
from parcels.service_requests.models import Service, ServiceRequest, State
from parcels.service_requests.uploads import Paper

USUAL = {"IQ-11": 4, "IQ-04": 6, "IQ-02": 7, "CT-04": 5, "PB-09": 4, "PB-11": 1}
"""How often each service is asked for, against the others."""
BUSY_DISTRICT = "3"
BUSY_VISITS = 34
"""Permit inspections that the busy district owes at the moment: enough for a whole day of its inspectors."""


@dataclass(frozen=True)
class Past:
    """How many cases were filed, and how many of them were answered on the spot."""

    filed: int
    instant: int


@dataclass(frozen=True)
class _Case:
    service: str
    parcel_key: str
    day: date
    wished: date | None


def live_through(cases: int, *, on: date, seed: int, busy_visits: int = BUSY_VISITS) -> Past:
    """
    File `cases` requests over the year before `on`, and the busy district's visits in its last days.

    Parcels of past cases are mostly such as had been inspected before, as those of people who apply are.
    """
    chance = Random(seed)
    services = {service.code: service for service in Service.objects.filter(active=True)}
    counters = list(Office.objects.order_by("code").values_list("code", flat=True))
    paper = _sample_paper()
    filed = instant = 0
    for case in sorted(_cases(cases, busy_visits, services, on, chance), key=lambda case: case.day):
        service = services[case.service]
        submission = Submission(
            uuid.UUID(int=chance.getrandbits(128), version=4),
            case.service,
            case.parcel_key,
            person=None if service.public else _person(chance),
            office_code=chance.choice(counters),
            wished_day=case.wished,
            papers=[
                Paper(one["kind"], paper.original_name, paper.stored_name, paper.media_type, paper.content)
                for one in service.documents
                if one["required"]
            ],
        )
        request = _file(submission, case.day, chance)
        if request is not None:
            filed += 1
            instant += request.state in (State.ANSWERED_INSTANT, State.CLOSED)
    return Past(filed, instant)


def _file(submission: Submission, day: date, chance: Random) -> ServiceRequest | None:
    """One request on its day; None where the city of that day refuses it (a lot that was not yet there)."""
    hour = time(chance.randrange(7, 20), chance.randrange(60))
    at = datetime.combine(day, hour, ZoneInfo(settings.CITY.time_zone))
    try:
        with transaction.atomic():
            return receive(submission, on=day, at=at, chance=chance)
    except Trouble:
        return None


def _cases(
    count: int, busy_visits: int, services: dict[str, Service], on: date, chance: Random
) -> Iterator[_Case]:
    known = _inspected_lots()
    every = list(Parcel.objects.filter(kind="lot").order_by("id").values_list("key", flat=True))
    asked = [code for code, weight in USUAL.items() if code in services for _ in range(weight)]
    days = [day for day in _days(on, 365) if day.isoweekday() not in settings.CITY.weekend]
    for _ in range(count):
        day = chance.choice(days)
        recent = [key for key, last in chance.sample(known, min(8, len(known))) if timedelta() < day - last]
        key = recent[0] if recent and chance.random() < 0.9 else chance.choice(every)
        yield _Case(chance.choice(asked), key, day, None)
    busy = list(
        Parcel.objects.filter(kind="lot", district_code=BUSY_DISTRICT)
        .order_by("id")
        .values_list("key", flat=True)
    )
    for key in chance.sample(busy, min(busy_visits, len(busy))) if "PB-11" in services else []:
        yield _Case("PB-11", key, on - timedelta(days=chance.randrange(1, 6)), on + timedelta(days=1))


def _inspected_lots() -> list[tuple[str, date]]:
    lots = dict(Parcel.objects.values_list("lineage", "key"))
    rows = PropertyFile.objects.exclude(last_inspected_on=None).order_by("id")
    return [(lots[lineage], day) for lineage, day in rows.values_list("parcel_lineage", "last_inspected_on")]


def _days(on: date, count: int) -> list[date]:
    return [on - timedelta(days=step) for step in range(count, 0, -1)]


def _person(chance: Random) -> Person:
    name = f"{chance.choice(pools.GIVEN)} {chance.choice(pools.SURNAMES)}"
    return Person(name, invented_national_code(chance), invented_mobile(chance))


def _sample_paper() -> Paper:
    """A picture that says it is a sample, in place of deeds and letters."""
    picture = Image.new("L", (480, 320), 245)
    ImageDraw.Draw(picture).text((180, 150), "SAMPLE - INVENTED", fill=60)
    content = BytesIO()
    picture.save(content, "PNG")
    return Paper("", "sample.png", "sample.png", "image/png", content.getvalue())
