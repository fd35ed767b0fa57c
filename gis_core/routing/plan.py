"""Visits and shifts to routes of a day; every visit that is left out gets a checked reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from gis_core.routing.matrix import TravelMatrix

Window = tuple[int, int]
"""Seconds of the day: from, until (both allowed)."""


@dataclass(frozen=True)
class Pause:
    """A break: it starts between two moments of the day and lasts so many seconds."""

    earliest_s: int
    latest_s: int
    duration_s: int


@dataclass(frozen=True)
class Shift:
    """
    One inspector's day: seconds of the day, first and last stop (positions in the matrix), skills, breaks.

    ``capacity`` is the most that the loads of its visits may sum to; None is no limit.
    """

    id: int
    start_s: int
    end_s: int
    start_stop: int
    end_stop: int
    skills: frozenset[str] = frozenset()
    pauses: tuple[Pause, ...] = ()
    capacity: int | None = None


@dataclass(frozen=True)
class PlanVisit:
    """
    A visit to be planned.

    ``stop`` is its position in the matrix, None when its place is not known; ``windows`` say when it may
    begin (none: any time); ``priority`` 0 to 100, higher is served first when not all fit.
    """

    id: int
    stop: int | None
    service_s: int
    windows: tuple[Window, ...] = ()
    skills: frozenset[str] = frozenset()
    priority: int = 0
    load: int = 1


@dataclass(frozen=True)
class PlannedVisit:
    """A visit in a route: when the inspector arrives, begins and leaves, and the way there."""

    visit: int
    arrive_s: int
    start_s: int
    leave_s: int
    travel_s: int
    travel_m: float


@dataclass(frozen=True)
class PlannedRoute:
    """
    One shift's visits in order; ``pauses`` holds (from, until) of its breaks; the sums include the way
    back.
    """

    shift: int
    visits: tuple[PlannedVisit, ...]
    pauses: tuple[Window, ...]
    start_s: int
    end_s: int
    travel_s: int
    travel_m: float


@dataclass(frozen=True)
class Unplanned:
    """A visit left out, the code of the checked reason and what the sentence needs."""

    visit: int
    code: str
    args: dict = field(default_factory=dict)


@dataclass(frozen=True)
class DayPlan:
    """The routes of a day, one for each shift in the order given, and the visits left out."""

    routes: tuple[PlannedRoute, ...]
    unplanned: tuple[Unplanned, ...]


REASONS = (
    "NO_SHIFT",
    "NO_PLACE",
    "NO_SKILL",
    "UNREACHABLE",
    "OUTSIDE_SHIFTS",
    "WINDOW_CANNOT_BE_MET",
    "DAY_FULL",
)
"""Codes of reasons, from the hardest to the softest; a visit gets the first that holds."""


def plan_day(
    visits: Sequence[PlanVisit],
    shifts: Sequence[Shift],
    travel: TravelMatrix,
    *,
    exploration: int = 4,
    even: bool = False,
) -> DayPlan:
    """
    Plan a day: which inspector makes which visits in what order.

    Parameters
    ----------
    travel
        Seconds and metres between the stops that visits and shifts name; NaN is no way.
    exploration
        VROOM's search effort, 1 to 5.
    even
        Share the visits evenly among the shifts, where that leaves out no more of them; without it the
        least travel decides, and somebody may stay at the office.

    Returns
    -------
    DayPlan
        Each route has been re-computed here from the order alone, so that no promise rests on the solver's
        word. A visit that the solver left out is tried at every place of every route; it is planned if it
        fits.

    Notes
    -----
    The same input gives the same plan: one thread, no seed, ids in the order given.

    Examples
    --------
    >>> minutes = np.array([[0, 10.0], [10.0, 0]]) * 60
    >>> travel = TravelMatrix(seconds=minutes, metres=minutes * 5)
    >>> shift = Shift(id=1, start_s=8 * 3600, end_s=12 * 3600, start_stop=0, end_stop=0)
    >>> early, late = (9 * 3600, 10 * 3600), (15 * 3600, 16 * 3600)
    >>> plan = plan_day([PlanVisit(7, stop=1, service_s=1800, windows=(early,)),
    ...                  PlanVisit(8, stop=1, service_s=1800, windows=(late,))], [shift], travel)
    >>> [(stop.visit, stop.start_s // 60) for stop in plan.routes[0].visits]
    [(7, 540)]
    >>> plan.unplanned[0].visit, plan.unplanned[0].code
    (8, 'OUTSIDE_SHIFTS')
    """
    hopeless = {
        visit.id: reason for visit in visits if (reason := impossible(visit, shifts, travel)) is not None
    }
    possible = [visit for visit in visits if visit.id not in hopeless]
    routes, full = _best_routes(possible, shifts, travel, exploration, even=even)
    rank = {visit.id: place for place, visit in enumerate(visits)}
    unplanned = sorted([*hopeless.values(), *full], key=lambda one: rank[one.visit])
    return DayPlan(routes=tuple(routes[shift.id] for shift in shifts), unplanned=tuple(unplanned))


def _best_routes(
    visits: Sequence[PlanVisit],
    shifts: Sequence[Shift],
    travel: TravelMatrix,
    exploration: int,
    *,
    even: bool,
) -> tuple[dict[int, PlannedRoute], list[Unplanned]]:
    """Routes, and what did not fit; the evenly shared day when that leaves out no more than the free one."""
    free = _routes(visits, shifts, shifts, travel, exploration)
    if not (even and visits and len(shifts) > 1):
        return free
    fair = ceil(sum(visit.load for visit in visits) / len(shifts))
    capped = [
        replace(shift, capacity=fair if shift.capacity is None else min(fair, shift.capacity))
        for shift in shifts
    ]
    shared = _routes(visits, capped, shifts, travel, exploration)
    return shared if len(shared[1]) <= len(free[1]) else free


def _routes(
    visits: Sequence[PlanVisit],
    solved: Sequence[Shift],
    shifts: Sequence[Shift],
    travel: TravelMatrix,
    exploration: int,
) -> tuple[dict[int, PlannedRoute], list[Unplanned]]:
    """Solve for `solved`, then try under the real `shifts` whatever was left out, the most urgent first."""
    by_id = {visit.id: visit for visit in visits}
    orders = _solved(visits, solved, travel, exploration) if visits else {}
    routes = {shift.id: _kept(shift, orders.get(shift.id, ()), by_id, travel) for shift in shifts}
    placed = {stop.visit for route in routes.values() for stop in route.visits}
    full = []
    for visit in sorted((one for one in visits if one.id not in placed), key=lambda one: -one.priority):
        better = cheapest_insertion(visit, shifts, routes, by_id, travel)
        if better is None:
            broken = _what_it_would_break(visit, shifts, routes, by_id, travel)
            full.append(Unplanned(visit.id, "DAY_FULL", broken))
        else:
            routes[better.shift] = better
    return routes, full


def impossible(visit: PlanVisit, shifts: Sequence[Shift], travel: TravelMatrix) -> Unplanned | None:
    """The reason why no shift, even an empty one, could make this visit; None when one could."""
    if not shifts:
        return Unplanned(visit.id, "NO_SHIFT")
    if visit.stop is None:
        return Unplanned(visit.id, "NO_PLACE")
    able = [shift for shift in shifts if visit.skills <= shift.skills]
    if not able:
        known = frozenset().union(*(shift.skills for shift in shifts))
        return Unplanned(visit.id, "NO_SKILL", {"skills": sorted(visit.skills - known or visit.skills)})
    reaching = [
        shift
        for shift in able
        if travel.reachable(shift.start_stop, visit.stop) and travel.reachable(visit.stop, shift.end_stop)
    ]
    if not reaching:
        return Unplanned(visit.id, "UNREACHABLE")
    opening, closing = min(s.start_s for s in reaching), max(s.end_s for s in reaching)
    if visit.windows and not any(
        max(window[0], shift.start_s) <= min(window[1], shift.end_s - visit.service_s)
        for window in visit.windows
        for shift in reaching
    ):
        return Unplanned(visit.id, "OUTSIDE_SHIFTS", {"shifts_start_s": opening, "shifts_end_s": closing})
    alone = [_fits(shift, [visit], travel) for shift in reaching]
    if not any(alone):
        earliest = min(
            shift.start_s + int(travel.seconds[shift.start_stop, visit.stop]) for shift in reaching
        )
        return Unplanned(visit.id, "WINDOW_CANNOT_BE_MET", {"earliest_s": earliest})
    return None


def schedule(
    shift: Shift, visits: Sequence[PlanVisit], travel: TravelMatrix, *, pauses_after: Sequence[int] = ()
) -> PlannedRoute | None:
    """
    The times of a route when its visits are made in this order, as early as they may be; None when a
    promise breaks.

    ``pauses_after`` says for each break of the shift after how many visits it is taken. An inspector who
    waits for a break's earliest moment has travelled on meanwhile.
    """
    places = sorted(zip(pauses_after, shift.pauses, strict=True), key=lambda pair: pair[0])
    if shift.capacity is not None and sum(visit.load for visit in visits) > shift.capacity:
        return None
    clock, here, ahead_s = shift.start_s, shift.start_stop, 0
    planned: list[PlannedVisit] = []
    pauses: list[Window] = []
    travel_s, travel_m = 0, 0.0
    for count in range(len(visits) + 1):
        for place, pause in places:
            if place != count:
                continue
            begin = max(clock, pause.earliest_s)
            if begin > pause.latest_s:
                return None
            ahead_s += begin - clock
            clock = begin + pause.duration_s
            pauses.append((begin, clock))
        there = visits[count].stop if count < len(visits) else shift.end_stop
        if there is None or not travel.reachable(here, there):
            return None
        way_s, way_m = _seconds(travel, here, there), float(travel.metres[here, there])
        arrive = clock + max(0, way_s - ahead_s)
        travel_s, travel_m, here, ahead_s = travel_s + way_s, travel_m + way_m, there, 0
        if count == len(visits):
            clock = arrive
            break
        visit = visits[count]
        begin_at = _first_moment(arrive, visit.windows)
        if begin_at is None:
            return None
        clock = begin_at + visit.service_s
        planned.append(PlannedVisit(visit.id, arrive, begin_at, clock, way_s, way_m))
    if clock > shift.end_s:
        return None
    return PlannedRoute(
        shift.id, tuple(planned), tuple(pauses), _leaving(shift, planned, pauses), clock, travel_s, travel_m
    )


def cheapest_insertion(
    visit: PlanVisit,
    shifts: Iterable[Shift],
    routes: dict[int, PlannedRoute],
    by_id: dict[int, PlanVisit],
    travel: TravelMatrix,
) -> PlannedRoute | None:
    """
    The route that takes the visit in at the least extra travel, its other promises kept; None when none
    can.
    """
    best: tuple[int, int, PlannedRoute] | None = None
    for rank, shift in enumerate(shifts):
        if not visit.skills <= shift.skills:
            continue
        order = [by_id[stop.visit] for stop in routes[shift.id].visits]
        for place in range(len(order) + 1):
            tried = _fits(shift, [*order[:place], visit, *order[place:]], travel)
            if tried is not None:
                extra = tried.travel_s - routes[shift.id].travel_s
                if best is None or (extra, rank) < best[:2]:
                    best = (extra, rank, tried)
    return best[2] if best else None


def _fits(shift: Shift, visits: list[PlanVisit], travel: TravelMatrix) -> PlannedRoute | None:
    """The earliest-ending schedule of this order over all places of the breaks."""
    if not shift.pauses:
        return schedule(shift, visits, travel)
    tried = (
        schedule(shift, visits, travel, pauses_after=places)
        for places in _break_places(len(visits), len(shift.pauses))
    )
    return min((found for found in tried if found is not None), key=lambda one: one.end_s, default=None)


def _break_places(visits: int, pauses: int) -> Iterable[tuple[int, ...]]:
    if pauses == 0:
        yield ()
        return
    for first in range(visits + 1):
        for rest in _break_places(visits, pauses - 1):
            if not rest or rest[0] >= first:
                yield (first, *rest)


def _kept(
    shift: Shift, order: Sequence[int], by_id: dict[int, PlanVisit], travel: TravelMatrix
) -> PlannedRoute:
    """
    The solver's order with times of our own.

    Where our stricter reading refuses it, the visits that break it are put back among the unplanned, last
    first.
    """
    kept = [by_id[visit] for visit in order]
    while (route := _fits(shift, kept, travel)) is None:
        if not kept:
            return PlannedRoute(shift.id, (), (), shift.start_s, shift.start_s, 0, 0.0)
        kept = kept[:-1]
    return route if kept else PlannedRoute(shift.id, (), (), shift.start_s, shift.start_s, 0, 0.0)


def _what_it_would_break(
    visit: PlanVisit,
    shifts: Iterable[Shift],
    routes: dict[int, PlannedRoute],
    by_id: dict[int, PlanVisit],
    travel: TravelMatrix,
) -> dict:
    """
    How few visits would have to give way for this one, in the route where that is fewest (1, 2, ... or
    all).
    """
    fewest: tuple[int, int] | None = None
    for shift in shifts:
        if not visit.skills <= shift.skills:
            continue
        order = [by_id[stop.visit] for stop in routes[shift.id].visits]
        gives_way = _fewest_giving_way(shift, visit, order, travel)
        if gives_way is not None and (fewest is None or gives_way < fewest[0]):
            fewest = (gives_way, shift.id)
    return {} if fewest is None else {"broken": fewest[0], "shift": fewest[1]}


def _fewest_giving_way(
    shift: Shift, visit: PlanVisit, order: list[PlanVisit], travel: TravelMatrix
) -> int | None:
    """
    Put the visit at each place and drop what then breaks its promise, in order; the least number
    dropped.
    """
    fewest = None
    for place in range(len(order) + 1):
        kept, dropped = list(order[:place]), 0
        if _fits(shift, [*kept, visit], travel) is None:
            continue
        kept.append(visit)
        for later in order[place:]:
            if _fits(shift, [*kept, later], travel) is None:
                dropped += 1
            else:
                kept.append(later)
        fewest = dropped if fewest is None else min(fewest, dropped)
    return fewest


def _first_moment(arrive_s: int, windows: tuple[Window, ...]) -> int | None:
    """The first moment from arrival on at which a visit may begin; None when every window has closed."""
    if not windows:
        return arrive_s
    return min((max(arrive_s, start) for start, end in windows if arrive_s <= end), default=None)


def _leaving(shift: Shift, planned: list[PlannedVisit], pauses: list[Window]) -> int:
    """When the inspector need leave: not earlier than the first visit asks, if no break comes before it."""
    if not planned or any(begin < planned[0].start_s for begin, _ in pauses):
        return shift.start_s
    return max(shift.start_s, planned[0].start_s - planned[0].travel_s)


def _seconds(travel: TravelMatrix, here: int, there: int) -> int:
    return int(np.ceil(travel.seconds[here, there]))


def _solved(
    visits: Sequence[PlanVisit], shifts: Sequence[Shift], travel: TravelMatrix, exploration: int
) -> dict[int, tuple[int, ...]]:
    # the solver brings pandas with it, a second to load that a program which plans no day need not wait
    from gis_core.routing.solver import orders_of

    return orders_of(visits, shifts, travel, exploration)


def rest_of_shift(shift: Shift, *, from_s: int, start_stop: int) -> Shift:
    """
    What is left of a shift at a moment, at the place where the inspector then is; breaks that ended are
    gone.
    """
    return replace(
        shift,
        start_s=max(shift.start_s, from_s),
        start_stop=start_stop,
        pauses=tuple(pause for pause in shift.pauses if pause.latest_s >= from_s),
    )
