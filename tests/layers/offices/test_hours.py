"""Open or closed at a moment: hours, breaks, weekends, holidays and days closed by order."""

from datetime import date, datetime, time

import pytest

from gis_core.city import DEMO_CITY, read_city
from layers.offices.hours import Closure, Hours, Openness, open_state

CITY = read_city(DEMO_CITY)
WORKDAYS = [Hours(day, time(7, 30), time(14)) for day in (6, 7, 1, 2, 3)]
SATURDAY = date(2025, 11, 8)


def state(clock, *, day=SATURDAY, hours=WORKDAYS, closures=()):
    return open_state(hours, closures, CITY, datetime.combine(day, time.fromisoformat(clock)))


@pytest.mark.parametrize(
    ("clock", "openness"),
    [
        ("07:29", Openness.OPENS_LATER_TODAY),
        ("07:30", Openness.OPEN),  # opens to the minute
        ("13:59", Openness.OPEN),
        ("14:00", Openness.CLOSED),  # the closing minute is no longer open
        ("23:59", Openness.CLOSED),
    ],
)
def test_an_office_opens_and_closes_to_the_minute(clock, openness):
    assert state(clock).openness is openness


def test_before_opening_the_same_day_is_named_and_after_closing_the_next():
    assert (state("06:00").next_day, state("06:00").next_opens) == (SATURDAY, time(7, 30))
    assert state("15:00").next_day == date(2025, 11, 9)


def test_a_lunch_break_closes_the_office_between_two_stretches():
    two = [Hours(6, time(7, 30), time(12)), Hours(6, time(13), time(15))]
    assert state("12:30", hours=two).openness is Openness.OPENS_LATER_TODAY
    assert state("12:30", hours=two).next_opens == time(13)
    assert state("13:30", hours=two).until == time(15)


def test_on_friday_the_next_working_day_is_named():
    friday = state("10:00", day=date(2025, 11, 7))
    assert friday.openness is Openness.CLOSED_TODAY
    assert friday.next_day == SATURDAY


def test_an_office_that_has_hours_on_a_friday_is_open_then():
    friday = [*WORKDAYS, Hours(5, time(8), time(11))]
    assert state("10:00", day=date(2025, 11, 7), hours=friday).until == time(11)


def test_over_the_new_year_holidays_the_first_open_day_is_found():
    nowruz = state("10:00", day=date(2026, 3, 21))
    assert nowruz.openness is Openness.CLOSED_TODAY
    assert nowruz.next_day == date(2026, 3, 25)


def test_a_day_closed_by_order_says_why():
    heat = Closure(SATURDAY, "گرمای هوا", "heat")
    closed = state("10:00", closures=[heat])
    assert closed.openness is Openness.CLOSED_TODAY
    assert (closed.reason_fa, closed.next_day) == ("گرمای هوا", date(2025, 11, 9))


def test_hours_that_begin_next_month_do_not_open_today():
    later = [Hours(6, time(7), time(14), since=date(2025, 12, 1))]
    assert state("10:00", hours=later).openness is Openness.CLOSED_TODAY


def test_an_office_without_hours_is_not_called_closed():
    assert state("10:00", hours=[]).openness is Openness.UNKNOWN
