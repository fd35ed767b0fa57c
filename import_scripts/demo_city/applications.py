"""What people of the invented city asked for in a year: which service, of which lot, when and how."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.conf import settings
from django.db.models import Count, Max, Q

from gis_core.working_days import add_working_days, is_working_day
from layers.offices.models import Office
from parcels.models import Parcel
from parcels.records.models import PropertyFile
from parcels.service_requests.models import Service, State

USUAL = {"IQ-11": 7, "IQ-04": 7, "IQ-02": 5, "CT-04": 6, "PB-09": 3, "PB-11": 2}
"""How often each service is asked for, against the others."""
BUSY_DISTRICT = "3"
PREPARED = 0.9
"""Share of people who settled their debts and were visited before they ask."""
AT_A_COUNTER = 0.3
WISHES_A_DAY = 0.6
LEFT_AT_THE_DESKS = {
    State.DOC_CHECK: 2,
    State.RETURNED: 1,
    State.DETAILED_PLAN_CHECK: 2,
    State.WAITING_AGENCY: 1,
    State.MUNICIPAL_DESK: 2,
    State.ANSWERED: 1,
}
"""How many cases of each office of the busy district have come this far and not farther by today."""
BACKLOG_SERVICES = ("PB-11", "IQ-04", "PB-11", "PB-11", "CT-04", "PB-11", "PB-11")
YEAR_DAYS = 365
RECORD_HOLDS = timedelta(days=360)


@dataclass(frozen=True)
class Case:
    """One request to be filed: `rests` names the state in which it still stands today, if it stands."""

    service: str
    parcel_key: str
    day: date
    wished: date | None = None
    office: str = ""
    counter: bool = False
    rests: State | None = None


@dataclass(frozen=True)
class Lots:
    """Keys of all lots, of lots whose record is in order from a day until a day, and of the busy district."""

    every: Sequence[str]
    in_order: Sequence[tuple[str, date, date]]
    busy: Sequence[str]
    busy_without_file: Sequence[str]
    busy_without_access: Sequence[str]


def applications(cases: int, busy_visits: int, *, on: date, chance: Random) -> list[Case]:
    """All cases of the year before `on`, in the order of their days."""
    lots = lots_of_the_city()
    services = {row.code: row for row in Service.objects.filter(active=True)}
    days = working_days(on - timedelta(days=YEAR_DAYS), on - timedelta(days=1))
    wishes = _wishes(busy_visits, on)
    asked = [
        *_usual(cases, lots, services, days, chance),
        *_left_at_the_desks(lots, services, days, chance),
        *_visits_owed(wishes, lots, services, days, chance),
    ]
    return sorted(asked, key=lambda case: case.day)


def working_days(first: date, last: date) -> list[date]:
    """The city's days of work of a span, both ends included."""
    every = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in every if is_working_day(day, settings.CITY)]


def lots_of_the_city() -> Lots:
    """Reads which lots there are and what the municipality has on record of them."""
    rows = list(
        Parcel.objects.filter(kind="lot").order_by("id").values_list("lineage", "key", "district_code")
    )
    with_file = set(PropertyFile.objects.values_list("parcel_lineage", flat=True))
    keys = {lineage: key for lineage, key, _ in rows}
    enclosed = Parcel.objects.filter(kind="lot", district_code=BUSY_DISTRICT, edges__has_access=False)
    busy = [(lineage, key) for lineage, key, district in rows if district == BUSY_DISTRICT]
    return Lots(
        every=[key for _, key, _ in rows],
        in_order=[(keys[lineage], since, until) for lineage, since, until in _in_order()],
        busy=[key for _, key in busy],
        busy_without_file=[key for lineage, key in busy if lineage not in with_file],
        busy_without_access=list(enclosed.order_by("id").values_list("key", flat=True)),
    )


def _in_order() -> Iterator[tuple[object, date, date]]:
    """Lots inspected, certified and without debt: from which day, and until when the inspection counts."""
    files = PropertyFile.objects.filter(stop_order=False).annotate(
        paid=Max("debts__paid_on"),
        owes=Count("debts", filter=Q(debts__paid_on=None)),
        certified=Max("certificates__issued_on"),
        violations_seen=Count("violations"),
    )
    clear = files.filter(owes=0, violations_seen=0).exclude(Q(certified=None) | Q(last_inspected_on=None))
    rows = clear.order_by("id").values_list("parcel_lineage", "last_inspected_on", "certified", "paid")
    for lineage, inspected, certified, paid in rows:
        since = max(day for day in (inspected, certified, paid) if day)
        yield lineage, since, inspected + RECORD_HOLDS


def _usual(
    count: int, lots: Lots, services: dict[str, Service], days: list[date], chance: Random
) -> Iterator[Case]:
    """The year's requests; they grow more towards its end, as a new service comes into use."""
    asked = [code for code, weight in USUAL.items() if code in services for _ in range(weight)]
    for _ in range(count):
        day = days[max(chance.randrange(len(days)), chance.randrange(len(days)))]
        ready = [
            key
            for key, since, until in chance.sample(lots.in_order, min(60, len(lots.in_order)))
            if since < day < until
        ]
        key = ready[0] if ready and chance.random() < PREPARED else chance.choice(lots.every)
        code = chance.choice(asked)
        wished = day + timedelta(days=chance.randrange(3, 12)) if services[code].visit else None
        yield Case(
            code,
            key,
            day,
            wished if chance.random() < WISHES_A_DAY else None,
            counter=not services[code].public and chance.random() < AT_A_COUNTER,
        )


def _left_at_the_desks(
    lots: Lots, services: dict[str, Service], days: list[date], chance: Random
) -> Iterator[Case]:
    """Recent cases of lots without a file, at each office of the busy district and at every desk."""
    offices = Office.objects.filter(district_code=BUSY_DISTRICT).order_by("code")
    for office in offices.values_list("code", flat=True) if lots.busy_without_file else ():
        for state, count in LEFT_AT_THE_DESKS.items():
            papers = state in (State.DOC_CHECK, State.RETURNED)
            code, back = ("IQ-02", 9) if papers else ("PB-11", 32)
            for _ in range(count if code in services else 0):
                day = days[-chance.randrange(max(2, back - 8), back)]
                key = chance.choice(lots.busy_without_file)
                yield Case(code, key, day, office=office, counter=not papers, rests=state)


def _wishes(count: int, on: date) -> list[date]:
    """So many visits for the next working day, and fewer for today and the two days after it."""
    today = [on] * (count // 4) if is_working_day(on, settings.CITY) else []
    first, second, third = (add_working_days(on, ahead, settings.CITY) for ahead in (1, 2, 3))
    return [*today, *[first] * count, *[second, third] * (count // 8)]


def _visits_owed(
    wishes: Sequence[date], lots: Lots, services: dict[str, Service], days: list[date], chance: Random
) -> Iterator[Case]:
    """Visits of the busy district that are still to be made, asked for at counters, for the day wished."""
    pools = {"PB-11": lots.busy, "CT-04": lots.busy_without_file, "IQ-04": lots.busy_without_access}
    left = {code: chance.sample(keys, len(keys)) for code, keys in pools.items() if code in services}
    for number, wished in enumerate(wishes):
        code = BACKLOG_SERVICES[number % len(BACKLOG_SERVICES)]
        code = code if left.get(code) else "PB-11"
        if left.get(code):
            day = days[-chance.randrange(1, 5)]
            rests = State.INSPECTION_REQUESTED
            yield Case(code, left[code].pop(), day, wished, counter=True, rests=rests)
