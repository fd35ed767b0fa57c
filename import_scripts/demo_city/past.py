"""A year of cases in the invented city: filed and carried by the real workflow on a simulated clock."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from PIL import Image, ImageDraw

from gis_core.errors import Trouble
from gis_core.models import Role
from gis_core.personal_data import blind_index
from gis_core.working_days import is_working_day
from import_scripts.demo_city import invented
from import_scripts.demo_city import names as pools
from import_scripts.demo_city.ahead import Ahead
from import_scripts.demo_city.applications import (
    BUSY_DISTRICT,
    YEAR_DAYS,
    Case,
    applications,
    working_days,
)
from import_scripts.demo_city.desk_work import Desks
from import_scripts.demo_city.owners import citizen_code, owners_of
from import_scripts.demo_city.rounds import Rounds
from import_scripts.demo_city.staff import Staff
from parcels.inspections.models import VisitReport
from parcels.models import IssuedEvaluation, Parcel
from parcels.records.queries import is_owner
from parcels.service_requests.applicants import Person
from parcels.service_requests.front_office import office_for
from parcels.service_requests.intake import Submission, receive
from parcels.service_requests.models import Decision, Document, Service, ServiceRequest
from parcels.service_requests.uploads import Paper
from parcels.service_requests.workflow import ANSWERED, FINAL

OWNERS_ASK = 0.92
"""Share of those who ask about a property of which they are an owner, on record or not."""
BUSY_VISITS = 34
"""Visits that the busy district owes for the next working day: enough for a whole day of its inspectors."""


@dataclass(frozen=True)
class Past:
    """
    What the tables say of the year: cases filed, still open, and the usual ones answered on the spot.

    Usual are all services but those whose answer is a visit.
    """

    filed: int
    open: int
    usual: int
    instant: int


def live_through(
    cases: int, *, on: date, seed: int, busy_visits: int = BUSY_VISITS, processes: int = 1
) -> Past:
    """
    File `cases` requests over the year before `on`, carry them through the desks, and leave a backlog.

    `processes` evaluate lots beside this one; it is the same year with any number of them.

    All or nothing. Lots of past cases are mostly such as had been inspected before and owed nothing, as
    those of people who apply are; the verdict is always the workflow's own.
    """
    with transaction.atomic():
        chance = Random(seed)
        asked = applications(cases, busy_visits, on=on, chance=chance)
        with Ahead(_foreseen(asked), processes) as ahead:
            year = _Year(on, chance, ahead)
            for day in working_days(on - timedelta(days=YEAR_DAYS), on - timedelta(days=1)):
                year.live(day, [case for case in asked if case.day == day])
        year.this_morning()
        _received_when_sent()
    return measured()


def measured() -> Past:
    """Counts the year from the tables: requests, their services and their decisions."""
    rows = ServiceRequest.objects.all()
    usual = rows.exclude(service__decision=Service.Decision.VISIT)
    at_once = Decision.objects.filter(
        request=OuterRef("pk"), instant=True, outcome=Decision.Outcome.ANSWERED, decided_by=None
    )
    return Past(
        filed=rows.count(),
        open=rows.exclude(state__in=ANSWERED | FINAL).count(),
        usual=usual.count(),
        instant=usual.filter(Exists(at_once)).count(),
    )


def _foreseen(asked: list[Case]) -> list[tuple[Parcel, date]]:
    """The lots that will be asked about, as they are now, each with its day."""
    lots = Parcel.objects.filter(key__in={case.parcel_key for case in asked}).only(
        "key", "lineage", "version"
    )
    known = {lot.key: lot for lot in lots.order_by("id")}
    return [(known[case.parcel_key], case.day) for case in asked]


class _Year:
    """The people and the chance of one year, and what happens on each of its days."""

    def __init__(self, on: date, chance: Random, ahead: Ahead) -> None:
        self.on, self.chance, self.ahead = on, chance, ahead
        self.staff = Staff(on)
        self.desks = Desks(self.staff, self.issued, ahead.soon, chance)
        self.rounds = Rounds(self.staff, self.desks, chance)
        self.services = {row.code: row for row in Service.objects.filter(active=True)}
        self.paper = _sample_paper()

    def live(self, day: date, cases: list[Case]) -> None:
        """One working day: the desks, the rounds planned the evening before, and who applies."""
        self.desks.work(day)
        self.rounds.go(day)
        for case in cases:
            self.file(case)

    def this_morning(self) -> None:
        """Today the busy district's inspectors are on their way, and its next days are agreed upon."""
        self.rounds.agree_on_times(BUSY_DISTRICT)
        if is_working_day(self.on, settings.CITY):
            self.rounds.plan(BUSY_DISTRICT, self.on)

    def file(self, case: Case) -> None:
        """One request on its day; nothing where that day's city refuses it (a lot that was not yet there)."""
        at = datetime.combine(
            case.day,
            time(self.chance.randrange(8, 20), self.chance.randrange(60)),
            ZoneInfo(settings.CITY.time_zone),
        )
        try:
            with transaction.atomic():
                sent = self._submission(case)
                request = receive(sent, on=case.day, at=at, chance=self.chance, issued=self.issued)
        except Trouble:
            return
        self.desks.take(request, case.day, rests=case.rests)

    def issued(self, parcel: Parcel, *, on: date) -> IssuedEvaluation:
        """The kept evaluation by what was known that morning."""
        return self.ahead.issue(parcel, on=on, code=self._uuid())

    def _submission(self, case: Case) -> Submission:
        service = self.services[case.service]
        office, clerk = case.office, None
        parcel = Parcel.objects.filter(key=case.parcel_key).only("lineage", "district_code")[0]
        if case.counter:
            district = parcel.district_code
            office = office or office_for(district, case.service, on=case.day)
            subject = ServiceRequest(district_code=district, office_code=office)
            clerk = self.staff.acting(Role.TECHNICAL_OFFICER, subject).user_id
        channel = ServiceRequest.Channel
        return Submission(
            self._uuid(),
            case.service,
            case.parcel_key,
            filed_by_id=clerk,
            person=None if service.public else self._person(parcel),
            channel=channel.COUNTER if case.counter else channel.ONLINE,
            office_code=office,
            wished_day=case.wished,
            papers=[self._paper(one["kind"]) for one in service.documents if one["required"]],
        )

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def _person(self, parcel: Parcel) -> Person:
        """An owner, or now and then somebody else: a relative, a buyer, an agent with a power of attorney."""
        name = f"{self.chance.choice(pools.GIVEN)} {self.chance.choice(pools.SURNAMES)}"
        code = invented.national_code(self.chance)
        if self.chance.random() < OWNERS_ASK:
            citizens = is_owner(parcel, "", blind_index(citizen_code()))
            code = citizen_code() if citizens else self.chance.choice(owners_of(parcel.lineage))
        return Person(name, code, invented.mobile(self.chance))

    def _paper(self, kind: str) -> Paper:
        return Paper(kind, "sample.png", "sample.png", "image/png", self.paper)


def _received_when_sent() -> None:
    """Reports and papers came in on the simulated day, not on the one on which the city was made."""
    VisitReport.objects.update(received_at=F("reported_at"))
    sent = ServiceRequest.objects.filter(pk=OuterRef("request")).values("submitted_at")
    Document.objects.update(uploaded_at=Subquery(sent))


def _sample_paper() -> bytes:
    """A picture that says it is a sample, in place of deeds and letters."""
    picture = Image.new("L", (480, 320), 245)
    ImageDraw.Draw(picture).text((180, 150), "SAMPLE - INVENTED", fill=60)
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
