"""Reads what a day's plan is asked to solve: the visits owed and made, who is on duty and who is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet

from gis_core.access import acting_as_system
from gis_core.errors import BadInput
from gis_core.routing.plan import Pause
from parcels.inspections.clock import second_of_day, zone
from parcels.inspections.models import Inspector, Shift, Visit
from parcels.inspections.promises import window_to_keep

BREAK_SLACK_S = 45 * 60
"""A break may begin this much later than the shift asks for it."""


@dataclass(frozen=True)
class OwedVisit:
    """A visit to be planned: metric place, minutes, skill, promised window (seconds of the day)."""

    id: int
    xy: tuple[float, float]
    service_s: int
    skill: str
    window: tuple[int, int] | None
    overdue_days: int


@dataclass(frozen=True)
class MadeVisit:
    """A visit of the day that is over, with its place and when it ended."""

    id: int
    inspector: int
    xy: tuple[float, float]
    ended_s: int
    minutes: int


@dataclass(frozen=True)
class OnDuty:
    """An inspector with a shift on the day."""

    id: int
    code: str
    name: str
    skills: frozenset[str]
    start_xy: tuple[float, float]
    start_s: int
    end_s: int
    pauses: tuple[Pause, ...]


@dataclass(frozen=True)
class DayQuestion:
    """What a plan is asked to solve: the day, the visits owed and made, who is on duty and who is not."""

    district_code: str
    day: date
    visits: tuple[OwedVisit, ...]
    made: tuple[MadeVisit, ...]
    on_duty: tuple[OnDuty, ...]
    off_duty: tuple[tuple[str, frozenset[str]], ...]
    from_s: int


def read_day(district_code: str, day: date, *, now: datetime) -> DayQuestion:
    """What is owed on a day in a district: the visits asked for or promised, and the shifts."""
    local = now.astimezone(zone())
    if day < local.date():
        raise BadInput(
            "این روز گذشته است؛ برنامه فقط برای امروز و روزهای بعد ساخته می‌شود.",
            "That day is over; a plan is made for today and later days only.",
            {"day": day.isoformat()},
        )
    from_s = second_of_day(local.time()) if day == local.date() else 0
    on_duty, off_duty = _people(district_code, day)
    owed = owed_visits(district_code, day, today=local.date())
    made = _made(district_code, day, on_duty)
    return DayQuestion(
        district_code=district_code,
        day=day,
        visits=tuple(_owed(visit, day, from_s) for visit in owed),
        made=made,
        on_duty=on_duty,
        off_duty=off_duty,
        from_s=from_s,
    )


def owed_visits(district_code: str, day: date, *, today: date) -> QuerySet[Visit]:
    """
    Visits that this day's plan answers for: promised for it, or asked for and not yet planned.

    A wish for a later day waits for that day. A visit of a day before `today` that nobody reported is owed
    again, so that none is lost with a plan that was not driven to its end.
    """
    open_states = Q(status__in=(Visit.Status.REQUESTED, Visit.Status.PLANNED))
    waiting = Q(status=Visit.Status.REQUESTED, day=None) & (Q(wished_day=None) | Q(wished_day__lte=day))
    return (
        Visit.objects.filter(waiting | open_states & (Q(day=day) | Q(day__lt=today)))
        .filter(district_code=district_code)
        .select_related("request__service", "request__parcel")
        .order_by("id")
    )


def _people(
    district_code: str, day: date
) -> tuple[tuple[OnDuty, ...], tuple[tuple[str, frozenset[str]], ...]]:
    """Who is on duty in the district that day, and the skills of those who are not (or work elsewhere)."""
    here = Inspector.objects.filter(
        Q(district_codes__contains=[district_code]) | Q(district_codes=[]), active=True
    ).select_related("user")
    away = Visit.objects.filter(
        day=day, inspector__in=here, status__in=(Visit.Status.PLANNED, Visit.Status.DONE)
    ).exclude(district_code=district_code)
    with acting_as_system():  # that somebody works elsewhere is told to this district, not for whom
        elsewhere = set(away.values_list("inspector", flat=True))
    rows = Shift.objects.filter(day=day, inspector__in=here).exclude(inspector__in=elsewhere)
    shifts = {shift.inspector_id: shift for shift in rows}
    on_duty, off_duty = [], []
    for inspector in here.order_by("code"):
        shift = shifts.get(inspector.pk)
        if shift is None:
            off_duty.append((str(inspector), frozenset(inspector.skills)))
        else:
            on_duty.append(_on_duty(inspector, shift))
    return tuple(on_duty), tuple(off_duty)


def _on_duty(inspector: Inspector, shift: Shift) -> OnDuty:
    pauses: tuple[Pause, ...] = ()
    if shift.break_starts is not None and shift.break_minutes:
        begins = second_of_day(shift.break_starts)
        pauses = (Pause(begins, begins + BREAK_SLACK_S, shift.break_minutes * 60),)
    return OnDuty(
        id=inspector.pk,
        code=inspector.code,
        name=str(inspector),
        skills=frozenset(inspector.skills),
        start_xy=(inspector.start.x, inspector.start.y),
        start_s=second_of_day(shift.starts),
        end_s=second_of_day(shift.ends),
        pauses=pauses,
    )


def _made(district_code: str, day: date, on_duty: Sequence[OnDuty]) -> tuple[MadeVisit, ...]:
    over = Visit.objects.filter(
        district_code=district_code,
        day=day,
        status__in=(Visit.Status.DONE, Visit.Status.MISSED),
        inspector__in=[person.id for person in on_duty],
    ).annotate(ended=Max("reports__reported_at"))
    made = [
        MadeVisit(
            id=visit.pk,
            inspector=visit.inspector_id,
            xy=(visit.place.x, visit.place.y),
            ended_s=second_of_day((visit.ended or visit.arrives_at).astimezone(zone()).time()),
            minutes=visit.minutes,
        )
        for visit in over
        if visit.ended or visit.arrives_at
    ]
    return tuple(sorted(made, key=lambda one: (one.ended_s, one.id)))


def _owed(visit: Visit, day: date, from_s: int) -> OwedVisit:
    wished = visit.wished_day or day
    return OwedVisit(
        id=visit.pk,
        xy=(visit.place.x, visit.place.y),
        service_s=visit.minutes * 60,
        skill=visit.skill,
        window=window_to_keep(visit, day, from_s),
        overdue_days=max(0, (day - wished).days),
    )
