"""Asks VROOM for the order of visits: it is told shifts and windows, and gives no reasons."""

from collections.abc import Sequence

import numpy as np
import vroom

from gis_core.routing.matrix import TravelMatrix
from gis_core.routing.plan import PlanVisit, Shift

FAR_S = 1_000_000
"""Seconds that stand for "no way" inside the solver: longer than any shift."""


def orders_of(
    visits: Sequence[PlanVisit], shifts: Sequence[Shift], travel: TravelMatrix, exploration: int
) -> dict[int, tuple[int, ...]]:
    """Order of visits for each shift, the best that is found within the exploration level (0 to 5)."""
    skill_number = {name: place for place, name in enumerate(sorted({s for v in visits for s in v.skills}))}
    problem = vroom.Input()
    seconds = np.where(np.isfinite(travel.seconds), np.ceil(travel.seconds), FAR_S)
    problem.set_durations_matrix("car", np.minimum(seconds, FAR_S).astype(np.uint32))
    for number, shift in enumerate(shifts):
        problem.add_vehicle(_vehicle(number, shift, skill_number, sum(v.load for v in visits)))
    for number, visit in enumerate(visits):
        problem.add_job(_job(number, visit, skill_number))
    solution = problem.solve(exploration_level=exploration, nb_threads=1)
    orders: dict[int, list[int]] = {shift.id: [] for shift in shifts}
    steps = solution.routes
    for _, step in steps[steps["type"] == "job"].iterrows():
        orders[shifts[int(step["vehicle_id"])].id].append(visits[int(step["id"])].id)
    return {shift: tuple(order) for shift, order in orders.items()}


def _vehicle(number: int, shift: Shift, skill_number: dict[str, int], everything: int) -> vroom.Vehicle:
    return vroom.Vehicle(
        number,
        start=shift.start_stop,
        end=shift.end_stop,
        skills={skill_number[name] for name in shift.skills if name in skill_number},
        time_window=vroom.TimeWindow(shift.start_s, shift.end_s),
        capacity=[everything if shift.capacity is None else shift.capacity],
        breaks=[
            vroom.Break(
                place,
                time_windows=[vroom.TimeWindow(pause.earliest_s, pause.latest_s)],
                service=pause.duration_s,
            )
            for place, pause in enumerate(shift.pauses)
        ],
    )


def _job(number: int, visit: PlanVisit, skill_number: dict[str, int]) -> vroom.Job:
    return vroom.Job(
        number,
        location=visit.stop,
        default_service=visit.service_s,
        skills={skill_number[name] for name in visit.skills},
        priority=visit.priority,
        delivery=[visit.load],
        time_windows=[vroom.TimeWindow(start, end) for start, end in visit.windows],
    )
