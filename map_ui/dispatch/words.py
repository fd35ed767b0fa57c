"""Puts a day's plan into words: why a visit has no turn, promises, times, ways."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import wording

SKILLS = {
    "building": ("ساختمان", "building"),
    "survey": ("نقشه‌برداری", "survey"),
    "land": ("برداشت زمین", "land survey"),
    "structure": ("سازه", "structure"),
    "heritage": ("بافت تاریخی", "heritage"),
}
"""Names of the skills known so far; one without a name is shown as it is recorded."""


def clock(second: int) -> str:
    """«۷:۳۰» from the seconds of the day, in the digits of the page."""
    return wording.digits(f"{second // 3600}:{second % 3600 // 60:02d}")


def hour_span(start_s: int, end_s: int) -> str:
    """«۱۰ تا ۱۱:۳۰»: words instead of a dash, whole hours without minutes."""
    return _("%(start)s to %(end)s") % {"start": _short(start_s), "end": _short(end_s)}


def minutes(seconds: int) -> str:
    """Whole minutes, at least one, with the word."""
    count = max(1, round(seconds / 60))
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": wording.number(count)}


def lateness(seconds: int) -> str:
    """«۱۰ دقیقه», «۳ ساعت»: minutes up to an hour and a half, whole hours after that."""
    if seconds < 90 * 60:
        return minutes(seconds)
    count = round(seconds / 3600)
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": wording.number(count)}


def way_minutes(seconds: int) -> str:
    """«۵ دقیقه راه»."""
    count = max(1, round(seconds / 60))
    return ngettext("%(count)s minute of way", "%(count)s minutes of way", count) % {
        "count": wording.number(count)
    }


def kilometres(metres: float) -> str:
    """«۳٫۳ کیلومتر»."""
    return _("%(count)s kilometres") % {"count": wording.number(round(metres / 1000, 1), 1)}


def visits(count: int) -> str:
    """«۷ بازدید»."""
    return ngettext("%(count)s visit", "%(count)s visits", count) % {"count": wording.number(count)}


def with_comma(*texts: str) -> str:
    """Parts of a line with the comma of the page's language between them."""
    return _(", ").join(text for text in texts if text)


def skill_names(skills: Sequence[str]) -> str:
    """Names of skills in a row of words."""
    return wording.listed([wording.in_language(*SKILLS[one]) if one in SKILLS else one for one in skills])


def reason(code: str, args: Mapping[str, Any], window: tuple[int, int] | None) -> str:
    """One sentence that says why a visit has no turn that day; every one of them was checked."""
    if code == "NO_SHIFT":
        return _("No inspector of this district is on duty that day.")
    if code == "NO_PLACE":
        return _("We do not know where the parcel lies.")
    if code == "UNREACHABLE":
        return _("No way on the streets leads there and back.")
    if code == "NO_SKILL":
        return _no_skill(args)
    if code == "OUTSIDE_SHIFTS":
        ends = {"until": clock(args["shifts_end_s"]), "promise": _promise(window)}
        return _("The promise is %(promise)s, and the day of visits ends at %(until)s.") % ends
    if code == "WINDOW_CANNOT_BE_MET":
        soonest = {"time": clock(args["earliest_s"]), "promise": _promise(window)}
        return _("Nobody can be there before %(time)s; the promise is %(promise)s.") % soonest
    if args.get("broken"):
        return ngettext(
            "Adding it would break the promise of %(count)s other visit.",
            "Adding it would break the promises of %(count)s other visits.",
            args["broken"],
        ) % {"count": wording.number(args["broken"])}
    return _("The day is full: it fits at no place of any route.")


def _no_skill(args: Mapping[str, Any]) -> str:
    named = {"skill": skill_names(args["skills"])}
    absent = args.get("absent") or []
    if absent:
        named["who"] = wording.listed(list(absent))
        return _("It needs %(skill)s; %(who)s can do it but is not on duty here that day.") % named
    return _("It needs %(skill)s; no inspector of this district can do it.") % named


def _promise(window: tuple[int, int] | None) -> str:
    return hour_span(*window) if window else _("not fixed")


def _short(second: int) -> str:
    return wording.digits(str(second // 3600)) if second % 3600 == 0 else clock(second)
