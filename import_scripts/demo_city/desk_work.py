"""What the desks did with the cases of the past year: the real steps, by the people who may take them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings

from gis_core.models import Role
from import_scripts.demo_city.staff import Staff
from parcels.inspections.models import VisitReport
from parcels.models import Parcel
from parcels.service_requests.authority import NOT_VERIFIED, VERIFIED, in_doubt
from parcels.service_requests.decisions import decide, recommend
from parcels.service_requests.intake import Issuer
from parcels.service_requests.models import ServiceRequest, State
from parcels.service_requests.workflow import PELAK

PATIENCE_DAYS = {
    State.DOC_CHECK: (1, 3),
    State.RETURNED: (3, 9),
    State.DETAILED_PLAN_CHECK: (1, 5),
    State.WAITING_AGENCY: (8, 25),
    State.REFERRED_ART100: (30, 80),
    State.MUNICIPAL_DESK: (1, 5),
    State.ANSWERED: (2, 7),
}
"""For how many days a case lies at each desk, at least and at most."""
PAPERS_UNREADABLE, NEVER_CAME_BACK, TO_THE_COMMISSION = 0.12, 0.25, 0.5
UNREADABLE = "تصویر سند خوانا نیست؛ دوباره بفرستید."
NEW_PAPERS = "متقاضی مدارک تازه را به دفتر آورد."
ASKS_AGENCY = "پاسخ دستگاه مسئول حریم لازم است."
AGENCY_SAYS = "از نظر این دستگاه مانعی نیست."
MATCHES_PLAN = "با طرح تفصیلی می‌خواند."
VIOLATES = "گزارش بازدید تخلف نشان می‌دهد."


class Desks:
    """
    Cases in hand and when each is due; `rests` names the state in which a case is left lying.

    `issued` is who evaluates a parcel on the day of its answer, `soon` hears before which ones will be asked.
    """

    def __init__(
        self,
        staff: Staff,
        issued: Issuer,
        soon: Callable[[Iterable[Parcel], date], None],
        chance: Random,
    ) -> None:
        self._staff, self._issued, self._soon, self._chance = staff, issued, soon, chance
        self._due: dict[int, date] = {}
        self._rests: dict[int, State] = {}
        self._step: dict[str, Callable[[ServiceRequest, datetime], None]] = {
            State.DOC_CHECK: self._check_papers,
            State.RETURNED: self._papers_again,
            State.DETAILED_PLAN_CHECK: self._compare_with_plan,
            State.WAITING_AGENCY: self._agency_answers,
            State.REFERRED_ART100: self._commission_answers,
            State.MUNICIPAL_DESK: self._answer,
            State.ANSWERED: self._close,
        }

    def take(self, request: ServiceRequest, day: date, *, rests: State | None = None) -> None:
        """Lay a case on the desk of its state, on a day; other states are nobody's here."""
        if rests is not None:
            self._rests[request.pk] = rests
        self._due.pop(request.pk, None)
        if request.state in self._step and request.state != self._rests.get(request.pk):
            least, most = PATIENCE_DAYS[request.state]
            self._due[request.pk] = day + timedelta(days=self._chance.randint(least, most))

    def work(self, day: date) -> None:
        """Take every step that is due."""
        due = sorted(number for number, when in self._due.items() if when <= day)
        rows = ServiceRequest.objects.filter(pk__in=due).select_related("service", "parcel").order_by("pk")
        requests = list(rows) if due else []
        self._soon((one.parcel for one in requests if one.state == State.MUNICIPAL_DESK), day)
        for request in requests:
            at = datetime.combine(day, time(8, 30), ZoneInfo(settings.CITY.time_zone))
            at += timedelta(seconds=self._chance.randrange(4 * 3600))
            self._step[request.state](request, at)
            self.take(request, day)

    def _check_papers(self, request: ServiceRequest, at: datetime) -> None:
        by = self._staff.acting(Role.TECHNICAL_OFFICER, request)
        wanted = self._rests.get(request.pk)
        if wanted == State.RETURNED or (wanted is None and self._chance.random() < PAPERS_UNREADABLE):
            recommend(request, State.RETURNED, by=by, at=at, note=UNREADABLE)
        else:
            needs_visit = bool(request.service.visit) and _first_reasons(request) != {NOT_VERIFIED.code}
            there = State.INSPECTION_REQUESTED if needs_visit else State.DETAILED_PLAN_CHECK
            proof = (VERIFIED,) if in_doubt(request) else ()
            recommend(request, there, by=by, at=at, reasons=proof)

    def _papers_again(self, request: ServiceRequest, at: datetime) -> None:
        if self._chance.random() < NEVER_CAME_BACK:
            recommend(request, State.CANCELLED, by=PELAK, at=at)
        else:
            by = self._staff.acting(Role.TECHNICAL_OFFICER, request)
            recommend(request, State.DOC_CHECK, by=by, at=at, note=NEW_PAPERS)

    def _compare_with_plan(self, request: ServiceRequest, at: datetime) -> None:
        by = self._staff.acting(Role.DETAILED_PLAN_DESK, request)
        wanted = self._rests.get(request.pk)
        if wanted == State.WAITING_AGENCY or (wanted is None and _lies_under_agency(request)):
            recommend(request, State.WAITING_AGENCY, by=by, at=at, note=ASKS_AGENCY)
        elif wanted is None and _violation_seen(request) and self._chance.random() < TO_THE_COMMISSION:
            recommend(request, State.REFERRED_ART100, by=by, at=at, note=VIOLATES, chance=self._chance)
        else:
            recommend(request, State.MUNICIPAL_DESK, by=by, at=at, note=MATCHES_PLAN, chance=self._chance)

    def _agency_answers(self, request: ServiceRequest, at: datetime) -> None:
        by = self._staff.acting(Role.AGENCY, request)
        recommend(request, State.MUNICIPAL_DESK, by=by, at=at, note=AGENCY_SAYS, chance=self._chance)

    def _commission_answers(self, request: ServiceRequest, at: datetime) -> None:
        by = self._staff.acting(Role.MUNICIPAL_STAFF, request)
        recommend(request, State.MUNICIPAL_DESK, by=by, at=at, chance=self._chance)

    def _answer(self, request: ServiceRequest, at: datetime) -> None:
        by = self._staff.acting(Role.MUNICIPAL_STAFF, request)
        granted = not _violation_seen(request)
        evaluation = self._issued(request.parcel, on=at.date())
        decide(
            request,
            by=by,
            at=at,
            on=at.date(),
            evaluation=evaluation,
            granted=granted,
            note="" if granted else VIOLATES,
            chance=self._chance,
        )

    def _close(self, request: ServiceRequest, at: datetime) -> None:
        recommend(request, State.CLOSED, by=self._staff.acting(Role.FOLLOW_UP_OFFICER, request), at=at)


def _violation_seen(request: ServiceRequest) -> bool:
    seen = VisitReport.objects.filter(visit__request=request, outcome=VisitReport.Outcome.VIOLATION)
    return seen.exists()


def _lies_under_agency(request: ServiceRequest) -> bool:
    """Whether an agency's restriction stood against an answer on the spot, and nobody has asked it yet."""
    if request.transitions.filter(to_state=State.WAITING_AGENCY).exists():
        return False
    return "OVERLAY_NEEDS_AGENCY" in _first_reasons(request)


def _first_reasons(request: ServiceRequest) -> set[str]:
    """Codes of what stood against an answer on the spot."""
    first = request.decisions.order_by("decided_at", "id").first()
    return {reason["code"] for reason in first.reasons}
