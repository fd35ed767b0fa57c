"""The city's clock: seconds of a day on its wall clock, and the instants they are."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


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
