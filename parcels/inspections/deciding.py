"""Decides the routes of a day: pure, the same question on the same streets gives the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely

from gis_core.routing.graph import Snaps
from gis_core.routing.plan import DayPlan as DecidedPlan
from gis_core.routing.plan import PlannedRoute, PlanVisit, Unplanned, plan_day, rest_of_shift
from gis_core.routing.plan import Shift as PlanShift
from layers.network.travel import Network
from parcels.inspections.questions import DayQuestion, OnDuty


@dataclass(frozen=True)
class DayAnswer:
    """The decided day: one route for each inspector on duty, and the lines of its legs in metres."""

    question: DayQuestion
    plan: DecidedPlan
    legs: tuple[tuple[shapely.LineString | None, ...], ...]


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
