"""Says whether an office is open at a moment, until when, or when it opens next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gis_core.city import City

LOOK_AHEAD_DAYS = 21
"""How far the next opening is looked for: longer than Nowruz."""


class Openness(StrEnum):
    """How an office stands at a moment."""

    OPEN = "open"
    OPENS_LATER_TODAY = "opens_later_today"
    CLOSED_TODAY = "closed_today"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Hours:
    """A stretch of opening on one ISO weekday, in force over `[since, until)`."""

    weekday: int
    opens: time
    closes: time
    since: date | None = None
    until: date | None = None

    def hold_on(self, day: date) -> bool:
        """Whether these hours are the ones of that day."""
        return (
            self.weekday == day.isoweekday()
            and (self.since is None or self.since <= day)
            and (self.until is None or day < self.until)
        )


@dataclass(frozen=True)
class Closure:
    """A day on which the offices (or one) stay closed though the calendar says open."""

    day: date
    reason_fa: str
    reason_en: str


@dataclass(frozen=True)
class OpenState:
    """
    Openness at a moment; `until` is today's closing, `next_opens` the next opening (day and time).

    `reason_fa`, `reason_en` say why a whole day is closed, where someone said so.
    """

    openness: Openness
    until: time | None = None
    next_day: date | None = None
    next_opens: time | None = None
    reason_fa: str = ""
    reason_en: str = ""

    @property
    def is_open(self) -> bool:
        return self.openness is Openness.OPEN


def open_state(hours: Sequence[Hours], closures: Sequence[Closure], city: City, at: datetime) -> OpenState:
    """
    How an office stands at a local moment (`at` on the wall clock of the city).

    No hours at all are not known, which is not the same as closed.

    Examples
    --------
    >>> from gis_core.city import DEMO_CITY, read_city
    >>> week = [Hours(day, time(7, 30), time(14)) for day in (6, 7, 1, 2, 3)]
    >>> open_state(week, [], read_city(DEMO_CITY), datetime(2025, 11, 9, 10, 42)).until
    datetime.time(14, 0)
    >>> open_state(week, [], read_city(DEMO_CITY), datetime(2025, 11, 9, 14, 0)).next_day
    datetime.date(2025, 11, 10)
    """
    if not hours:
        return OpenState(Openness.UNKNOWN)
    today, now = at.date(), at.time().replace(tzinfo=None)
    stretches = _stretches(hours, closures, city, today)
    for opens, closes in stretches:
        if opens <= now < closes:
            return OpenState(Openness.OPEN, until=closes)
    later = [opens for opens, _ in stretches if opens > now]
    if later:
        return OpenState(Openness.OPENS_LATER_TODAY, next_day=today, next_opens=min(later))
    next_day, next_opens = _next_opening(hours, closures, city, today)
    closed_by = next((closure for closure in closures if closure.day == today), None)
    return OpenState(
        Openness.CLOSED if stretches else Openness.CLOSED_TODAY,
        next_day=next_day,
        next_opens=next_opens,
        reason_fa=closed_by.reason_fa if closed_by else "",
        reason_en=closed_by.reason_en if closed_by else "",
    )


def _stretches(
    hours: Sequence[Hours], closures: Sequence[Closure], city: City, day: date
) -> list[tuple[time, time]]:
    """
    Opening and closing times of a day, in order; none on a holiday or a day closed by order.

    The weekend closes nobody by itself: an office that has hours on that weekday is open.
    """
    if day in city.holidays or any(closure.day == day for closure in closures):
        return []
    return sorted((one.opens, one.closes) for one in hours if one.hold_on(day))


def _next_opening(
    hours: Sequence[Hours], closures: Sequence[Closure], city: City, after: date
) -> tuple[date | None, time | None]:
    for ahead in range(1, LOOK_AHEAD_DAYS + 1):
        day = after + timedelta(days=ahead)
        stretches = _stretches(hours, closures, city, day)
        if stretches:
            return day, stretches[0][0]
    return None, None
