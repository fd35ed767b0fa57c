"""Days as people write and read them here, and the working days of a city."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.city import DEMO_CITY, read_city
from gis_core.errors import BadInput
from gis_core.jalali import last_day_of_year, parse, short, to_gregorian, to_jalali, written
from gis_core.working_days import (
    add_working_days,
    is_half_day,
    is_working_day,
    next_working_day,
    working_days_between,
)

DEMO = read_city(DEMO_CITY)
NOWRUZ_1405 = date(2026, 3, 21)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1404/2/1", date(2025, 4, 21)),
        ("۱۴۰۴/۰۲/۰۱", date(2025, 4, 21)),
        ("١٤٠٤-٠٢-٠١", date(2025, 4, 21)),  # Arabic keyboard
        ("1/2/1404", date(2025, 4, 21)),  # day first, as right-to-left forms copy it
        (" ۱۴۰۴ / ۲ / ۱ ", date(2025, 4, 21)),
        ("2025-04-21", date(2025, 4, 21)),  # a Gregorian year is told by its size
        ("1403/12/30", date(2025, 3, 20)),  # 1403 is a leap year
    ],
)
def test_a_typed_day_is_read_in_all_three_sets_of_digits(typed, day):
    assert parse(typed) == day


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("1404/12/30", "NO_SUCH_DAY"),  # 1404 is no leap year
        ("1404/07/31", "NO_SUCH_DAY"),
        ("2025-02-29", "NO_SUCH_DAY"),
        ("1404/13/1", "NO_SUCH_DAY"),
        ("1404/0/1", "NO_SUCH_DAY"),
        ("0000/1/1", "NO_SUCH_DAY"),
        ("فردا", "NOT_A_DATE"),
        ("", "NOT_A_DATE"),
        ("1404/2", "NOT_A_DATE"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(typed, problem):
    with pytest.raises(BadInput) as refused:
        parse(typed)
    assert refused.value.details["problem"] == problem
    assert refused.value.fa
    assert refused.value.en


@given(st.dates(min_value=date(1700, 1, 1), max_value=date(2500, 1, 1)))
def test_every_day_goes_to_jalali_and_back(day):
    there = to_jalali(day)
    assert to_gregorian(there.year, there.month, there.day) == day
    assert last_day_of_year(day) >= day


def test_a_day_is_written_in_the_readers_language_and_the_citys_calendar():
    day = date(2025, 4, 21)
    assert written(day, "fa", "jalali") == "دوشنبه ۱ اردیبهشت ۱۴۰۴"
    assert written(day, "en", "jalali") == "Monday 21 April 2025 (1 Ordibehesht 1404)"
    assert written(day, "en", "gregorian") == "Monday 21 April 2025"
    assert written(day, "fa", "gregorian") == "دوشنبه ۲۱ آوریل ۲۰۲۵"
    assert short(day, "en", "jalali") == "2025-04-21"


def test_fridays_and_holidays_are_closed_and_thursdays_short():
    assert not is_working_day(date(2025, 4, 25), DEMO)  # Friday
    assert not is_working_day(NOWRUZ_1405, DEMO)
    assert is_half_day(date(2025, 4, 24), DEMO)  # Thursday
    assert not is_half_day(date(2025, 4, 23), DEMO)


def test_a_deadline_skips_the_new_year_holidays():
    assert next_working_day(NOWRUZ_1405, DEMO) == date(2026, 3, 25)
    assert add_working_days(date(2026, 3, 19), 2, DEMO) == date(2026, 3, 26)
    assert working_days_between(date(2026, 3, 19), date(2026, 3, 26), DEMO) == 2


def test_a_city_that_closes_two_more_days_moves_the_deadline():
    heat = dataclasses.replace(DEMO, holidays=DEMO.holidays | {date(2026, 3, 25), date(2026, 3, 26)})
    assert add_working_days(date(2026, 3, 19), 2, heat) == date(2026, 3, 29)


def test_a_calendar_without_a_working_day_is_refused():
    with pytest.raises(ValueError, match="no working day"):
        next_working_day(NOWRUZ_1405, dataclasses.replace(DEMO, weekend=frozenset(range(1, 8))))
