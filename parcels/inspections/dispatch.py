"""Plans a district's day on the street network: reads what is owed, decides routes, writes the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q

from gis_core.access import acting_as_system
from gis_core.errors import BadInput, Conflict
from gis_core.routing.graph import Snaps
from gis_core.routing.plan import DayPlan as DecidedPlan
from gis_core.routing.plan import (
    Pause,
    PlannedRoute,
    PlanVisit,
    Unplanned,
    plan_day,
    rest_of_shift,
)
from gis_core.routing.plan import Shift as PlanShift
from layers.network.travel import Network, network
from parcels.inspections.models import DayPlan, Inspector, Shift, Visit
from parcels.inspections.owed import owe_visits
from parcels.service_requests.models import State
from parcels.service_requests.workflow import Actor, move

SOLVER = "VROOM"
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


@dataclass(frozen=True)
class DayAnswer:
    """The decided day: one route for each inspector on duty, and the lines of its legs in metres."""

    question: DayQuestion
    plan: DecidedPlan
    legs: tuple[tuple[shapely.LineString | None, ...], ...]


def plan_district_day(district_code: str, day: date, *, now: datetime, by: int | None = None) -> DayPlan:
    """
    Compute a draft plan of a district's day and keep it; what is already done stays as it was.

    Raises
    ------
    BadInput
        When the day is over.
    SourceFailed
        When no street network is loaded.
    """
    with transaction.atomic():
        _one_at_a_time(district_code)
        owe_visits(district_code)
    question = read_day(district_code, day, now=now)
    return write_plan(decide(question, network(on=day)), now=now, by=by)


def _one_at_a_time(district_code: str) -> None:
    """Wait until nobody else plans this district; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"day of {district_code}"])


def read_day(district_code: str, day: date, *, now: datetime) -> DayQuestion:
    """What is owed on a day in a district: the visits asked for or promised, and the shifts."""
    local = now.astimezone(zone())
    if day < local.date():
        raise BadInput(
            "این روز گذشته است؛ برنامه فقط برای امروز و روزهای بعد ساخته می‌شود.",
            "That day is over; a plan is made for today and later days only.",
            {"day": day.isoformat()},
        )
    on_duty, off_duty = _people(district_code, day)
    made = _made(district_code, day, on_duty)
    return DayQuestion(
        district_code=district_code,
        day=day,
        visits=tuple(_owed(visit, day) for visit in owed_visits(district_code, day)),
        made=made,
        on_duty=on_duty,
        off_duty=off_duty,
        from_s=second_of_day(local.time()) if day == local.date() else 0,
    )


def owed_visits(district_code: str, day: date):
    """Visits that this day's plan answers for: promised for it, or asked for and not yet planned."""
    waiting = Q(status=Visit.Status.REQUESTED) & (
        Q(day=day) | Q(day=None, wished_day=None) | Q(day=None, wished_day__lte=day)
    )
    return (
        Visit.objects.filter(waiting | Q(status=Visit.Status.PLANNED, day=day), district_code=district_code)
        .select_related("request__service", "request__parcel")
        .order_by("id")
    )


def decide(question: DayQuestion, roads: Network) -> DayAnswer:
    """
    Routes for the day: pure, the same question on the same streets gives the same answer.

    Inspectors who have made visits go on from the last of them; the others start where their shift starts.
    """
    stops, positions = _stops(question, roads)
    travel = roads.travel(stops)
    visits = [
        PlanVisit(
            id=visit.id,
            stop=positions["visit", visit.id],
            service_s=visit.service_s,
            windows=() if visit.window is None else (visit.window,),
            skills=frozenset({visit.skill} - {""}),
            priority=min(100, visit.overdue_days * 5),
        )
        for visit in question.visits
    ]
    shifts = [_shift(person, question, positions) for person in question.on_duty]
    plan = plan_day(visits, shifts, travel, even=True)
    plan = replace(plan, unplanned=tuple(_with_absent(one, question) for one in plan.unplanned))
    place_of = {visit.id: positions["visit", visit.id] for visit in question.visits}
    legs = tuple(
        _legs(route, shift, place_of, stops, roads) for route, shift in zip(plan.routes, shifts, strict=True)
    )
    return DayAnswer(question, plan, legs)


@transaction.atomic
def write_plan(answer: DayAnswer, *, now: datetime, by: int | None = None) -> DayPlan:
    """Keep a computed plan as the next draft of its day; nothing is promised by it yet."""
    question = answer.question
    _one_at_a_time(question.district_code)
    same_day = DayPlan.objects.filter(district_code=question.district_code, day=question.day)
    latest = same_day.aggregate(latest=Max("number"))["latest"] or 0
    same_day.filter(status=DayPlan.Status.DRAFT).update(status=DayPlan.Status.REPLACED)
    return DayPlan.objects.create(
        district_code=question.district_code,
        day=question.day,
        number=latest + 1,
        computed_at=now,
        computed_by_id=by,
        solver=SOLVER,
        routes=_routes_document(answer),
        unplanned=[{"visit": one.visit, "code": one.code, "args": one.args} for one in answer.plan.unplanned],
    )


@transaction.atomic
def publish_plan(plan: DayPlan, *, by: Actor, at: datetime) -> DayPlan:
    """
    Send a draft to the inspectors: visits get inspector, place in the order and time; requests move on.

    Raises
    ------
    Conflict
        When the plan is no draft any more, or a visit in it changed since it was computed.
    """
    plan = DayPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.status != DayPlan.Status.DRAFT:
        raise Conflict(
            "این برنامه دیگر پیش‌نویس نیست؛ برنامهٔ تازه‌تری حساب شده است.",
            "This plan is no longer a draft; a newer one was computed.",
            {"status": plan.status},
        )
    visits = _visits_of(plan)
    _refuse_changed(plan, visits)
    same_day = DayPlan.objects.filter(district_code=plan.district_code, day=plan.day)
    same_day.filter(status=DayPlan.Status.SENT).update(status=DayPlan.Status.REPLACED)
    for route in plan.routes:
        for position, stop in enumerate(route["stops"], start=1):
            visit = visits[stop["visit"]]
            if stop["done"]:
                Visit.objects.filter(pk=visit.pk).update(plan=plan, position=position)
                continue
            _promise(visit, plan, route["inspector"], position, stop["start_s"])
            if visit.request.state == State.INSPECTION_REQUESTED:
                move(visit.request, State.INSPECTION_SCHEDULED, by=by, at=at)
    for left in plan.unplanned:
        visit = visits[left["visit"]]
        Visit.objects.filter(pk=visit.pk).update(
            status=Visit.Status.REQUESTED, plan=None, inspector=None, position=None, arrives_at=None
        )
        if visit.request.state == State.INSPECTION_SCHEDULED:
            move(visit.request, State.INSPECTION_REQUESTED, by=by, at=at)
    plan.status = DayPlan.Status.SENT
    plan.save(update_fields=["status"])
    return plan


def newest_plan(district_code: str, day: date) -> DayPlan | None:
    """The plan of a day that counts: the newest draft or the one that was sent, whichever is later."""
    shown = DayPlan.objects.filter(district_code=district_code, day=day).exclude(
        status=DayPlan.Status.REPLACED
    )
    return shown.order_by("-number").first()


def zone() -> ZoneInfo:
    """The city's time zone: seconds of the day are counted on its wall clock."""
    return ZoneInfo(settings.CITY.time_zone)


def second_of_day(clock: time) -> int:
    """
    Seconds since midnight.

    Examples
    --------
    >>> second_of_day(time(7, 30))
    27000
    """
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def moment(day: date, second: int) -> datetime:
    """The instant of a second of a day in the city."""
    return datetime.combine(day, time(), tzinfo=zone()) + timedelta(seconds=second)


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


def _owed(visit: Visit, day: date) -> OwedVisit:
    window = None
    if visit.window_starts is not None and visit.window_ends is not None:
        window = (second_of_day(visit.window_starts), second_of_day(visit.window_ends))
    wished = visit.wished_day or day
    return OwedVisit(
        id=visit.pk,
        xy=(visit.place.x, visit.place.y),
        service_s=visit.minutes * 60,
        skill=visit.skill,
        window=window,
        overdue_days=max(0, (day - wished).days),
    )


def _stops(question: DayQuestion, roads: Network) -> tuple[Snaps, dict[tuple[str, int], int]]:
    """All places of the day on the network, and the position of each."""
    places = [
        *((("person", person.id), person.start_xy) for person in question.on_duty),
        *((("made", visit.id), visit.xy) for visit in question.made),
        *((("visit", visit.id), visit.xy) for visit in question.visits),
    ]
    xy = np.array([place for _, place in places], dtype=float).reshape(-1, 2)
    return roads.snap(xy), {name: position for position, (name, _) in enumerate(places)}


def _shift(person: OnDuty, question: DayQuestion, positions: Mapping[tuple[str, int], int]) -> PlanShift:
    base = positions["person", person.id]
    shift = PlanShift(
        id=person.id,
        start_s=person.start_s,
        end_s=person.end_s,
        start_stop=base,
        end_stop=base,
        skills=person.skills,
        pauses=person.pauses,
    )
    mine = [visit for visit in question.made if visit.inspector == person.id]
    if not mine and question.from_s <= person.start_s:
        return shift
    last = mine[-1] if mine else None
    here = base if last is None else positions["made", last.id]
    since = max(question.from_s, last.ended_s if last else 0)
    return rest_of_shift(shift, from_s=min(since, person.end_s), start_stop=here)


def _with_absent(one: Unplanned, question: DayQuestion) -> Unplanned:
    """Where the skill is missing, name who has it and is not on duty."""
    if one.code != "NO_SKILL":
        return one
    wanted = frozenset(one.args["skills"])
    absent = [name for name, skills in question.off_duty if wanted <= skills]
    return replace(one, args={**one.args, "absent": absent})


def _legs(
    route: PlannedRoute,
    shift: PlanShift,
    place_of: Mapping[int, int],
    stops: Snaps,
    roads: Network,
) -> tuple[shapely.LineString | None, ...]:
    """Lines on the streets from stop to stop, the way back the last."""
    if not route.visits:
        return ()
    order = [shift.start_stop, *(place_of[stop.visit] for stop in route.visits), shift.end_stop]
    ways = (roads.way(stops, first, last) for first, last in pairwise(order))
    return tuple(None if way is None else way.line for way in ways)


def _routes_document(answer: DayAnswer) -> list[dict[str, Any]]:
    made = {
        person.id: [one for one in answer.question.made if one.inspector == person.id]
        for person in answer.question.on_duty
    }
    return [
        {
            "inspector": person.id,
            "code": person.code,
            "name": person.name,
            "start_xy": _rounded(person.start_xy),
            "shift": [person.start_s, person.end_s],
            "start_s": route.start_s,
            "end_s": route.end_s,
            "travel_s": route.travel_s,
            "travel_m": round(route.travel_m),
            "pauses": [list(pause) for pause in route.pauses],
            "stops": [
                *(_made_stop(one) for one in made[person.id]),
                *(_planned_stop(one) for one in route.visits),
            ],
            "legs": [
                [] if line is None else [_rounded(xy) for xy in line.coords] for line in answer.legs[number]
            ],
        }
        for number, (person, route) in enumerate(
            zip(answer.question.on_duty, answer.plan.routes, strict=True)
        )
    ]


def _made_stop(one: MadeVisit) -> dict[str, Any]:
    begun = one.ended_s - one.minutes * 60
    return {
        "visit": one.id,
        "done": True,
        "arrive_s": begun,
        "start_s": begun,
        "leave_s": one.ended_s,
        "travel_s": 0,
        "travel_m": 0,
    }


def _planned_stop(stop) -> dict[str, Any]:
    return {
        "visit": stop.visit,
        "done": False,
        "arrive_s": stop.arrive_s,
        "start_s": stop.start_s,
        "leave_s": stop.leave_s,
        "travel_s": stop.travel_s,
        "travel_m": round(stop.travel_m),
    }


def _rounded(xy: Sequence[float]) -> list[float]:
    return [round(float(xy[0]), 1), round(float(xy[1]), 1)]


def _visits_of(plan: DayPlan) -> dict[int, Visit]:
    named = [stop["visit"] for route in plan.routes for stop in route["stops"]]
    named += [left["visit"] for left in plan.unplanned]
    rows = Visit.objects.select_for_update(of=("self",)).select_related("request").filter(pk__in=named)
    return {visit.pk: visit for visit in rows}


def _refuse_changed(plan: DayPlan, visits: Mapping[int, Visit]) -> None:
    """A plan is only sent for the visits as they were when it was computed."""
    over = (Visit.Status.DONE, Visit.Status.MISSED, Visit.Status.CANCELLED)
    for route in plan.routes:
        for stop in route["stops"]:
            visit = visits.get(stop["visit"])
            if visit is None or (visit.status in over) != stop["done"]:
                raise Conflict(
                    "پس از محاسبهٔ این برنامه، بازدیدی در آن انجام یا لغو شده است؛ دوباره حساب کنید.",
                    "A visit in this plan was made or cancelled after it was computed; compute it again.",
                    {"visit": stop["visit"]},
                )


def _promise(visit: Visit, plan: DayPlan, inspector: int, position: int, start_s: int) -> None:
    Visit.objects.filter(pk=visit.pk).update(
        status=Visit.Status.PLANNED,
        plan=plan,
        day=plan.day,
        inspector=inspector,
        position=position,
        arrives_at=moment(plan.day, start_s),
    )
