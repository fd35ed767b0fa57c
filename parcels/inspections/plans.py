"""Keeps the plans of a district's day: a computed one is a draft, sending it promises the visits."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from gis_core.errors import Conflict
from parcels.inspections.clock import moment
from parcels.inspections.deciding import DayAnswer
from parcels.inspections.models import DayPlan, Visit
from parcels.inspections.questions import MadeVisit
from parcels.service_requests.models import State
from parcels.service_requests.workflow import Actor, move

SOLVER = "VROOM"


def one_at_a_time(district_code: str) -> None:
    """Wait until nobody else plans this district; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"day of {district_code}"])


@transaction.atomic
def write_plan(answer: DayAnswer, *, now: datetime, by: int | None = None) -> DayPlan:
    """Keep a computed plan as the next draft of its day; nothing is promised by it yet."""
    question = answer.question
    one_at_a_time(question.district_code)
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
            status=Visit.Status.REQUESTED,
            plan=None,
            day=None,
            inspector=None,
            position=None,
            arrives_at=None,
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
