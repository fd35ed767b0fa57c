"""Counts working days by a city's calendar: its weekend and its holidays are data, never code."""

from datetime import date, timedelta

from gis_core.city import City

# Longer than any run of closed days: a calendar without a single working day is a mistake in city.toml.
_LONGEST_CLOSURE_DAYS = 60


def is_working_day(day: date, city: City) -> bool:
    """
    Whether offices work on that day (short days count as working days).

    Examples
    --------
    >>> from gis_core.city import DEMO_CITY, read_city
    >>> is_working_day(date(2025, 3, 21), read_city(DEMO_CITY))  # Nowruz
    False
    """
    return day.isoweekday() not in city.weekend and day not in city.holidays


def is_half_day(day: date, city: City) -> bool:
    """Whether offices close early on that day."""
    return day.isoweekday() in city.half_days and is_working_day(day, city)


def next_working_day(day: date, city: City) -> date:
    """
    The day itself when it is a working day, else the first one after it.

    Raises
    ------
    ValueError
        When the calendar has no working day for two months: it is written wrongly.
    """
    for ahead in range(_LONGEST_CLOSURE_DAYS):
        candidate = day + timedelta(days=ahead)
        if is_working_day(candidate, city):
            return candidate
    raise ValueError(f"{city.path} leaves no working day for {_LONGEST_CLOSURE_DAYS} days after {day}.")


def add_working_days(day: date, count: int, city: City) -> date:
    """
    The day by which `count` working days have passed after `day`; the day itself is not counted.

    Raises
    ------
    ValueError
        When `count` is negative.

    Examples
    --------
    >>> from gis_core.city import DEMO_CITY, read_city
    >>> add_working_days(date(2026, 3, 19), 1, read_city(DEMO_CITY))  # over the Nowruz holidays
    datetime.date(2026, 3, 25)
    """
    if not count >= 0:
        raise ValueError(f"Expected count >= 0, got {count}.")
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1), city)
    return day


def working_days_between(first: date, last: date, city: City) -> int:
    """Working days after `first` up to and with `last`; none when `last` is not later."""
    return sum(
        is_working_day(first + timedelta(days=ahead), city) for ahead in range(1, (last - first).days + 1)
    )
