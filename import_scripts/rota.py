"""Reads working hours as people write them: weekdays, from and to, with a break."""

import re
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

_PART = re.compile(
    r"(?P<days>[1-7](?:[-,][1-7])*)\s+(?P<opens>\d{1,2}:\d\d)\s*[-–]\s*(?P<closes>\d{1,2}:\d\d)"
)


@dataclass(frozen=True)
class Hours:
    """Working hours of one weekday; `break_starts` None: without a break."""

    starts: time
    ends: time
    break_starts: time | None = None
    break_minutes: int = 0

    def as_columns(self) -> dict[str, Any]:
        """The columns of a shift."""
        return asdict(self)


def week_of(text: str, break_starts: str = "", break_minutes: int = 0) -> dict[int, Hours]:
    """
    Hours by ISO weekday (Monday 1, Sunday 7); empty text: none.

    A break falls on the days whose hours contain it.

    Raises
    ------
    ValueError
        When a part is not of the form `1-5 09:00-17:00`, ends before it begins, or names a day again.

    Examples
    --------
    >>> week = week_of("6,7,1-3 07:30-14:30; 4 07:30-12:30", "13:00", 15)
    >>> sorted(week), week[4].ends, week[6].break_minutes, week[4].break_minutes
    ([1, 2, 3, 4, 6, 7], datetime.time(12, 30), 15, 0)
    """
    week: dict[int, Hours] = {}
    pause = _time(break_starts) if break_starts and break_minutes else None
    for part in filter(None, (part.strip() for part in text.split(";"))):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(part)
        starts, ends = _time(found["opens"]), _time(found["closes"])
        if not starts < ends:
            raise ValueError(part)
        inside = pause is not None and starts < pause < ends
        hours = Hours(starts, ends, pause, break_minutes) if inside else Hours(starts, ends)
        for day in _days(found["days"]):
            if day in week:
                raise ValueError(part)
            week[day] = hours
    return week


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if int(last or first) < int(first):
            raise ValueError(text)
        days += range(int(first), int(last or first) + 1)
    return days


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
