"""A day of visits: promises kept, breaks taken, and a checked reason for every visit that is left out."""

import itertools

import numpy as np
import pytest

from gis_core.routing.matrix import TravelMatrix
from gis_core.routing.plan import REASONS, Pause, PlanVisit, Shift, plan_day, rest_of_shift, schedule


def clock(text):
    """Seconds of the day of "9:30"."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def minutes_between(*rows):
    """A travel matrix written in minutes, at 500 m a minute; None is no way."""
    minutes = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], dtype=float)
    return TravelMatrix(seconds=minutes * 60, metres=minutes * 500)


def morning(number=1, *, start="8:00", end="12:00", at=0, **values):
    return Shift(number, clock(start), clock(end), at, at, **values)


def visit(number, stop=1, *, window=None, minutes=20, **values):
    windows = () if window is None else ((clock(window[0]), clock(window[1])),)
    return PlanVisit(number, stop, minutes * 60, windows, **values)


TEN_MINUTES_APART = minutes_between([0, 10, 10], [10, 0, 10], [10, 10, 0])
"""The office is stop 0; two addresses are ten minutes from it and from each other."""


def reason(plan):
    assert len(plan.unplanned) == 1
    return plan.unplanned[0].code


def starts(plan):
    return {stop.visit: stop.start_s for route in plan.routes for stop in route.visits}


def test_a_promised_window_is_kept_by_waiting_at_the_door():
    plan = plan_day([visit(1, window=("9:30", "10:00"))], [morning()], TEN_MINUTES_APART)
    assert starts(plan) == {1: clock("9:30")}
    assert plan.routes[0].start_s == clock("9:20")
    assert plan.routes[0].end_s == clock("10:00")
    assert plan.routes[0].travel_m == 10_000


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (("7:00", "8:10"), {1: clock("8:10")}),  # exactly the first moment that can be reached
        (("7:00", "8:09"), {}),  # a minute too early to be reached
        (("11:30", "13:00"), {1: clock("11:30")}),  # 20 minutes of visit and 10 back end the shift exactly
        (("11:31", "13:00"), {}),  # a minute too late to be home at noon
    ],
)
def test_a_window_is_met_to_the_minute(window, expected):
    assert starts(plan_day([visit(1, window=window)], [morning()], TEN_MINUTES_APART)) == expected


def test_a_window_that_opens_when_all_shifts_have_ended_is_called_outside_the_shifts():
    plan = plan_day([visit(1, window=("14:30", "15:30"))], [morning()], TEN_MINUTES_APART)
    assert reason(plan) == "OUTSIDE_SHIFTS"
    assert plan.unplanned[0].args["shifts_end_s"] == clock("12:00")


def test_a_window_inside_the_shift_that_the_way_makes_impossible_says_when_one_could_be_there():
    plan = plan_day([visit(1, window=("8:00", "8:05"))], [morning()], TEN_MINUTES_APART)
    assert reason(plan) == "WINDOW_CANNOT_BE_MET"
    assert plan.unplanned[0].args["earliest_s"] == clock("8:10")


def test_a_skill_that_nobody_on_duty_has_is_named():
    plan = plan_day(
        [visit(1, skills=frozenset({"structure"}))],
        [morning(skills=frozenset({"land"}))],
        TEN_MINUTES_APART,
    )
    assert reason(plan) == "NO_SKILL"
    assert plan.unplanned[0].args == {"skills": ["structure"]}


def test_two_skills_that_no_single_inspector_has_together_are_both_named():
    shifts = [morning(1, skills=frozenset({"structure"})), morning(2, skills=frozenset({"land"}))]
    plan = plan_day([visit(1, skills=frozenset({"land", "structure"}))], shifts, TEN_MINUTES_APART)
    assert plan.unplanned[0].args == {"skills": ["land", "structure"]}


def test_a_place_on_an_island_is_unreachable_and_a_place_unknown_has_no_place():
    travel = minutes_between([0, None], [None, 0])
    plan = plan_day([visit(1, stop=1), visit(2, stop=None)], [morning()], travel)
    assert [(one.visit, one.code) for one in plan.unplanned] == [(1, "UNREACHABLE"), (2, "NO_PLACE")]


def test_a_place_one_can_reach_but_not_come_back_from_is_unreachable_too():
    assert reason(plan_day([visit(1)], [morning()], minutes_between([0, 5], [None, 0]))) == "UNREACHABLE"


def test_without_a_shift_nothing_is_planned_and_everything_says_so():
    plan = plan_day([visit(1), visit(2)], [], TEN_MINUTES_APART)
    assert [one.code for one in plan.unplanned] == ["NO_SHIFT", "NO_SHIFT"]
    assert plan.routes == ()


def test_a_full_day_says_how_many_promises_one_more_visit_would_break():
    same_hour = [visit(n, stop=1, minutes=60, window=("9:00", "9:30")) for n in (1, 2)]
    plan = plan_day(same_hour, [morning()], TEN_MINUTES_APART)
    assert reason(plan) == "DAY_FULL"
    assert plan.unplanned[0].args["broken"] == 1


def test_the_day_is_full_when_the_inspector_may_make_no_more_visits():
    visits = [visit(n) for n in range(1, 5)]
    plan = plan_day(visits, [morning(capacity=3)], TEN_MINUTES_APART)
    assert len(plan.routes[0].visits) == 3
    assert reason(plan) == "DAY_FULL"


def test_the_more_urgent_of_two_visits_is_made():
    plan = plan_day(
        [
            visit(1, minutes=60, window=("9:00", "9:00"), priority=0),
            visit(2, minutes=60, window=("9:00", "9:00"), priority=50),
        ],
        [morning()],
        TEN_MINUTES_APART,
    )
    assert starts(plan) == {2: clock("9:00")}


def test_a_break_is_taken_inside_its_limits_and_no_visit_overlaps_it():
    lunch = Pause(clock("10:00"), clock("10:30"), 30 * 60)
    visits = [visit(n, stop=n % 3, minutes=25) for n in range(1, 7)]
    plan = plan_day(visits, [morning(pauses=(lunch,))], TEN_MINUTES_APART)
    ((begin, end),) = plan.routes[0].pauses
    assert clock("10:00") <= begin <= clock("10:30")
    assert end - begin == 30 * 60
    for stop in plan.routes[0].visits:
        assert stop.leave_s <= begin or stop.start_s >= end


def test_an_inspector_who_must_wait_for_the_break_travels_on_meanwhile():
    travel = minutes_between([0, 20], [20, 0])
    lunch = Pause(clock("8:10"), clock("8:10"), 30 * 60)
    alone = schedule(morning(pauses=(lunch,)), [visit(1)], travel, pauses_after=[0])
    assert alone.visits[0].arrive_s == clock("8:50")  # ten minutes on the way, the break, ten more


def test_the_rest_of_a_shift_starts_where_and_when_the_inspector_is():
    lunch = Pause(clock("10:00"), clock("10:30"), 30 * 60)
    rest = rest_of_shift(morning(pauses=(lunch,)), from_s=clock("11:00"), start_stop=2)
    assert (rest.start_s, rest.start_stop, rest.pauses) == (clock("11:00"), 2, ())


def busy_day(seed, visits=30, inspectors=4):
    """Thirty visits with windows and skills, four inspectors, on invented travel times."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 3000, (visits + 1, 2))
    metres = np.abs(xy[:, None] - xy[None]).sum(axis=2)
    travel = TravelMatrix(seconds=metres / 6.0, metres=metres)
    skills = ("land", "structure", "heritage")
    shifts = [
        morning(
            n,
            end="14:00",
            skills=frozenset(skills[: 1 + n % 3]),
            pauses=(Pause(clock("11:00"), clock("12:30"), 30 * 60),),
        )
        for n in range(inspectors)
    ]
    asked = []
    for n in range(visits):
        hour = int(rng.integers(8, 14))
        asked.append(
            PlanVisit(
                100 + n,
                n + 1,
                int(rng.integers(15, 50)) * 60,
                ((hour * 3600, (hour + 1) * 3600),) if n % 2 else (),
                frozenset({skills[n % 3]}) if n % 4 == 0 else frozenset(),
            )
        )
    return asked, shifts, travel


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_visit_of_a_busy_day_is_planned_once_or_has_one_reason(seed):
    visits, shifts, travel = busy_day(seed)
    plan = plan_day(visits, shifts, travel)
    planned = [stop.visit for route in plan.routes for stop in route.visits]
    named = [one.visit for one in plan.unplanned]
    assert sorted(planned + named) == [one.id for one in visits]
    assert {one.code for one in plan.unplanned} <= set(REASONS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_promise_of_a_busy_day_is_broken(seed):
    visits, shifts, travel = busy_day(seed)
    wanted = {one.id: one for one in visits}
    for shift, route in zip(shifts, plan_day(visits, shifts, travel).routes, strict=True):
        assert route.end_s <= shift.end_s
        here, free_s = shift.start_stop, shift.start_s
        for stop in route.visits:
            asked = wanted[stop.visit]
            assert asked.skills <= shift.skills
            assert all(start <= stop.start_s <= end for start, end in asked.windows)
            assert stop.arrive_s >= free_s + travel.seconds[here, asked.stop]
            assert stop.leave_s == stop.start_s + asked.service_s
            here, free_s = asked.stop, stop.leave_s
        assert route.end_s >= free_s + travel.seconds[here, shift.end_stop]


def test_a_full_day_really_is_full_by_trying_every_order():
    visits, shifts, travel = busy_day(4, visits=9, inspectors=1)
    plan = plan_day(visits, shifts, travel)
    full = [one for one in plan.unplanned if one.code == "DAY_FULL"]
    assert full
    wanted = {one.id: one for one in visits}
    shift = shifts[0]
    made = [wanted[stop.visit] for stop in plan.routes[0].visits]
    for one in full:
        for order in itertools.permutations([*made, wanted[one.visit]]):
            for place in range(len(order) + 1):
                assert schedule(shift, order, travel, pauses_after=[place]) is None


def test_an_even_day_gives_everybody_a_share_and_leaves_out_no_more():
    visits, shifts, travel = busy_day(2, visits=20)
    free, even = plan_day(visits, shifts, travel), plan_day(visits, shifts, travel, even=True)
    assert len(even.unplanned) <= len(free.unplanned)
    shares = [len(route.visits) for route in even.routes]
    assert max(shares) <= 20 // 4 + 2
    assert min(shares) >= 2


def test_the_same_day_gives_the_same_plan():
    visits, shifts, travel = busy_day(7)
    assert plan_day(visits, shifts, travel) == plan_day(visits, shifts, travel)


@pytest.mark.parametrize("even", [False, True])
def test_of_days_that_take_equally_long_the_same_one_is_planned_every_time(even):
    """Every street leads both ways and some lots were asked about twice: a round may be driven backwards."""
    for seed in range(4):
        visits, shifts, travel = day_full_of_ties(seed)
        plans = [plan_day(visits, shifts, travel, even=even) for _ in range(8)]
        assert all(plan == plans[0] for plan in plans)


def test_breaking_ties_never_costs_a_second():
    visits, _, travel = day_full_of_ties(3)
    shift = morning(1, end="16:00")
    orders = itertools.permutations(range(1, 6))
    shortest = min(whole_round(travel, order) for order in orders)
    plan = plan_day(list({one.stop: one for one in visits if one.stop < 6}.values()), [shift], travel)
    assert plan.routes[0].travel_s == shortest


def day_full_of_ties(seed):
    """Two inspectors of one office, nine visits at six places, ways as long forth as back."""
    chance = np.random.default_rng(seed)
    places = np.vstack([[0, 0], chance.uniform(-2000, 2000, (6, 2))])
    metres = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    visits = [visit(number, stop) for number, stop in enumerate([1, 2, 3, 4, 5, 6, 2, 4, 4], start=1)]
    return visits, [morning(1), morning(2)], TravelMatrix(seconds=metres / 6, metres=metres)


def whole_round(travel, order):
    """Seconds from the office by these places and back."""
    stops = [0, *order, 0]
    return sum(int(np.ceil(travel.seconds[here, there])) for here, there in itertools.pairwise(stops))
