"""Says when somebody comes: the hours agreed for a visit, else a span round the time its plan gives it."""

from datetime import date

from django.conf import settings

from parcels.inspections.clock import second_of_day, zone
from parcels.inspections.models import Visit

USUAL_SPAN_MINUTES = 120
"""Length of a promise where the city's policies name no `visits.promise_minutes`."""
STEP_S = 30 * 60
"""Promises begin on the hour or half past."""


def promised_window(visit: Visit) -> tuple[int, int] | None:
    """
    The hours in which the inspector comes, in seconds of the day; None while nothing is promised.

    Hours agreed with the applicant come first. A visit in a plan that was sent has a span that begins on the
    half hour before the planned arrival: an inspector comes late more often than early.
    """
    if visit.window_starts is not None and visit.window_ends is not None:
        return second_of_day(visit.window_starts), second_of_day(visit.window_ends)
    if visit.status != Visit.Status.PLANNED or visit.arrives_at is None:
        return None
    span_s = 60 * settings.CITY.policies.get("visits", {}).get("promise_minutes", USUAL_SPAN_MINUTES)
    return span_round(second_of_day(visit.arrives_at.astimezone(zone()).time()), span_s)


def span_round(arrives_s: int, span_s: int) -> tuple[int, int]:
    """
    The span promised for an arrival, both in seconds of the day.

    Examples
    --------
    >>> [second / 3600 for second in span_round(9 * 3600 + 42 * 60, 2 * 3600)]
    [9.5, 11.5]
    """
    starts = arrives_s // STEP_S * STEP_S
    return starts, starts + span_s


def window_to_keep(visit: Visit, day: date, from_s: int) -> tuple[int, int] | None:
    """
    The hours that a new plan of a day, made at its second `from_s`, must keep for a visit.

    Agreed hours always hold. A span that came from an earlier plan holds on that plan's day until it begins;
    after that the visit is made as soon as it can be.
    """
    window = promised_window(visit)
    if visit.window_starts is not None or window is None:
        return window
    return window if visit.day == day and from_s < window[0] else None
