"""Asks VROOM for the order of visits: it is told shifts and windows, and gives no reasons."""

from collections.abc import Sequence

import numpy as np
import vroom
from numpy.typing import NDArray

from gis_core.routing.matrix import TravelMatrix
from gis_core.routing.plan import PlanVisit, Shift

FAR_S = 1_000_000
"""Seconds that stand for "no way" inside the solver: longer than any shift."""
GREATEST_SUM = 2**32 - 1
"""What the solver lets the dearest way from each stop cost together."""
FINEST = 2**20
"""A second is cut into so many parts at most."""


def orders_of(
    visits: Sequence[PlanVisit], shifts: Sequence[Shift], travel: TravelMatrix, exploration: int
) -> dict[int, tuple[int, ...]]:
    """
    Order of visits for each shift, the best that is found within the exploration level (0 to 5).

    Of orders that take equally long the solver names now this one and now that one; here the same.
    """
    skill_number = {name: place for place, name in enumerate(sorted({s for v in visits for s in v.skills}))}
    problem = vroom.Input()
    ends = [stop for shift in shifts for stop in (shift.start_stop, shift.end_stop)]
    stops = np.array([*(visit.stop for visit in visits), *ends], dtype=np.int64)
    seconds = np.minimum(np.nan_to_num(np.ceil(travel.seconds), nan=FAR_S, posinf=FAR_S), FAR_S)
    seconds = seconds[np.ix_(stops, stops)].astype(np.uint32)
    problem.set_durations_matrix("car", seconds)
    problem.set_costs_matrix("car", without_ties(seconds))
    for number, shift in enumerate(shifts):
        problem.add_vehicle(_vehicle(number, shift, skill_number, visits))
    for number, visit in enumerate(visits):
        problem.add_job(_job(number, visit, skill_number))
    solution = problem.solve(exploration_level=exploration, nb_threads=1)
    orders: dict[int, list[int]] = {shift.id: [] for shift in shifts}
    steps = solution.routes
    for _, step in steps[steps["type"] == "job"].iterrows():
        orders[shifts[int(step["vehicle_id"])].id].append(visits[int(step["id"])].id)
    return {shift: tuple(order) for shift, order in orders.items()}


def without_ties(seconds: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """
    What the ways between stops cost (n, n): their seconds, cut finer, and on each a drawn part of one.

    All the drawn parts of a round do not make a second, so what takes less time still costs less. The
    same number of stops always draws the same. No way (`FAR_S`) costs what the longest does: that it
    takes too long is enough.

    Examples
    --------
    >>> cost = without_ties(np.array([[0, 60, 60], [60, 0, 60], [60, 60, 0]], dtype=np.uint32))
    >>> rounds = [cost[0, 1] + cost[1, 2] + cost[2, 0], cost[0, 2] + cost[2, 1] + cost[1, 0]]
    >>> bool(rounds[0] != rounds[1]), [int(each // FINEST) for each in rounds]
    (True, [180, 180])
    """
    count = len(seconds)
    ways = np.where(seconds >= FAR_S, 0, seconds).astype(np.int64)
    longest = int(ways.max(initial=0))
    parts = max(1, min(FINEST, GREATEST_SUM // (count * (longest + 1))))
    drawn = np.random.default_rng(count).integers(0, max(1, parts // count), seconds.shape)
    return (np.where(seconds >= FAR_S, longest, ways) * parts + drawn).astype(np.uint32)


def _vehicle(
    number: int, shift: Shift, skill_number: dict[str, int], visits: Sequence[PlanVisit]
) -> vroom.Vehicle:
    everything = sum(visit.load for visit in visits)
    return vroom.Vehicle(
        number,
        start=len(visits) + 2 * number,
        end=len(visits) + 2 * number + 1,
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
        location=number,
        default_service=visit.service_s,
        skills={skill_number[name] for name in visit.skills},
        priority=visit.priority,
        delivery=[visit.load],
        time_windows=[vroom.TimeWindow(start, end) for start, end in visit.windows],
    )
