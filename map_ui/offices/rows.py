"""Puts offices into words: open until when, how many minutes, how far, and what would mislead the eye."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers.offices.assignment import OfficeCard, OfficeChoice, OfficeOption
from layers.offices.hours import Openness, OpenState
from map_ui import wording


@dataclass(frozen=True)
class OfficeRow:
    """One office as its row shows it; `minutes` and `kilometres` are empty where it cannot be reached."""

    number: int
    code: str
    name: str
    address: str
    phone: str
    minutes: str
    minutes_unit: str
    kilometres: str
    is_open: bool
    is_known: bool
    state: str
    note: str
    services: int
    capacity: int | None
    xy: tuple[float, float]
    chosen: bool
    reachable: bool


def office_rows(choice: OfficeChoice, chosen_code: str) -> list[OfficeRow]:
    """The rows of the page in order of travel time; the chosen one, or else the nearest, is marked."""
    codes = {option.office.code for option in choice.options}
    nearest = choice.nearest.office.code if choice.nearest else ""
    chosen = chosen_code if chosen_code in codes else nearest
    return [
        _row(number, option, choice.at, chosen=option.office.code == chosen)
        for number, option in enumerate(choice.options, start=1)
    ]


def name_of(office: OfficeCard) -> str:
    """The office's name in the language of the page."""
    return wording.in_language(office.name_fa, office.name_en) or office.code


def state_words(state: OpenState, at: datetime) -> str:
    """«باز تا ۱۴:۰۰»، «بسته؛ امروز از ۱۵:۰۰ باز است»، «ساعت کار را نمی‌دانیم»."""
    if state.openness is Openness.UNKNOWN:
        return _("We do not know its hours")
    if state.is_open:
        return _("Open until %(time)s") % {"time": clock(state.until)}
    if state.openness is Openness.OPENS_LATER_TODAY:
        return _("Closed; opens today at %(time)s") % {"time": clock(state.next_opens)}
    why = wording.in_language(state.reason_fa, state.reason_en)
    closed = _("Closed today (%(why)s)") % {"why": why} if why else _("Closed")
    if state.next_day is None:
        return closed
    opens = {"day": day_words(state.next_day, at.date()), "time": clock(state.next_opens)}
    return f"{closed}{_('; ')}" + _("opens %(day)s at %(time)s") % opens


def clock(at: time) -> str:
    """«۱۴:۰۰» in the digits of the page."""
    return wording.digits(f"{at.hour}:{at:%M}")


def day_words(day: date, today: date) -> str:
    """«فردا», or the day with its weekday."""
    return _("tomorrow") if (day - today).days == 1 else wording.day(day)


def minutes_words(seconds: float) -> tuple[str, str]:
    """Whole minutes, at least one, and the word beside them: «۱» «دقیقه»."""
    minutes = max(1, round(seconds / 60))
    return wording.number(minutes), ngettext("minute", "minutes", minutes)


def kilometres_words(metres: float) -> str:
    """«۰٫۴» kilometres."""
    return wording.number(round(metres / 1000, 1), 1)


def _row(number: int, option: OfficeOption, at: datetime, *, chosen: bool) -> OfficeRow:
    office = option.office
    minutes, unit = ("", "") if option.seconds is None else minutes_words(option.seconds)
    return OfficeRow(
        number=number,
        code=office.code,
        name=name_of(office),
        address=wording.address(office.address),
        phone=office.phone,
        minutes=minutes,
        minutes_unit=unit,
        kilometres="" if option.metres is None else kilometres_words(option.metres),
        is_open=option.state.is_open,
        is_known=option.state.openness is not Openness.UNKNOWN,
        state=state_words(option.state, at),
        note=_note(option),
        services=len(office.services),
        capacity=office.daily_capacity,
        xy=office.xy,
        chosen=chosen,
        reachable=option.reachable,
    )


def _note(option: OfficeOption) -> str:
    if not option.reachable:
        return _("No way on the streets leads there from your place.")
    if option.looks_nearer_than is not None:
        named = {"office": name_of(option.looks_nearer_than)}
        return _("In a straight line it is nearer than %(office)s, by the streets it is farther.") % named
    return ""
