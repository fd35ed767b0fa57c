"""Takes and gives dates as people write them here: ISO days inside, Jalali days outside."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from gis_core.errors import BadInput
from gis_core.persian import latin_digits, persian_digits, tidy

MONTHS_FA = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
MONTHS_EN = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)
GREGORIAN_MONTHS_FA = (
    "ژانویه",
    "فوریه",
    "مارس",
    "آوریل",
    "مه",
    "ژوئن",
    "ژوئیه",
    "اوت",
    "سپتامبر",
    "اکتبر",
    "نوامبر",
    "دسامبر",
)
GREGORIAN_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# By ISO weekday, Monday first.
WEEKDAYS_FA = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_FIRST_YEAR, _LAST_YEAR = 1, 9377
# A typed year from here on is taken as Gregorian: 1403 is Jalali, 2024 is not.
_FIRST_GREGORIAN_YEAR = 1700
_PARTS = re.compile(r"^(\d{1,4})\s*[-/.\s]\s*(\d{1,2})\s*[-/.\s]\s*(\d{1,4})$")


@dataclass(frozen=True, order=True)
class JalaliDay:
    """A day of the Jalali calendar; that it exists is checked where it is made."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"


def to_jalali(day: date) -> JalaliDay:
    """
    The Jalali day of a Gregorian one.

    Examples
    --------
    >>> str(to_jalali(date(2025, 3, 20)))
    '1403-12-30'
    """
    converted = JalaliDate(day)
    return JalaliDay(converted.year, converted.month, converted.day)


def to_gregorian(year: int, month: int, day: int) -> date | None:
    """
    The Gregorian day of a Jalali one; None when there is no such day.

    Examples
    --------
    >>> to_gregorian(1404, 1, 1)
    datetime.date(2025, 3, 21)
    >>> to_gregorian(1404, 12, 30) is None
    True
    """
    if not (
        _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)
    ):
        return None
    return JalaliDate(year, month, day).to_gregorian()


def days_in_month(year: int, month: int) -> int:
    """Days of a Jalali month: 31 six times, 30 five times, 29 or 30 in Esfand."""
    if month <= 6:
        return 31
    return 30 if month < 12 or is_leap(year) else 29


def is_leap(year: int) -> bool:
    """
    Whether Esfand of that Jalali year has 30 days.

    Examples
    --------
    >>> [year for year in range(1399, 1411) if is_leap(year)]
    [1399, 1403, 1408]
    """
    return JalaliDate.is_leap(year)


def last_day_of_year(day: date) -> date:
    """
    The last day of the Jalali year in which the day lies: tariffs hold until then.

    Examples
    --------
    >>> last_day_of_year(date(2025, 4, 21))
    datetime.date(2026, 3, 20)
    """
    year = to_jalali(day).year
    return JalaliDate(year, 12, days_in_month(year, 12)).to_gregorian()


def read_iso(text: str) -> date | None:
    """The Gregorian day of a Jalali one written `yyyy-mm-dd`; None when there is no such day."""
    year, month, day = (int(part) for part in text.split("-"))
    return to_gregorian(year, month, day)


def parse(text: str) -> date:
    """
    A day typed by a person: Jalali (1404/2/1) or Gregorian (2025-04-21), in any of the three sets of digits.

    The order may be year-month-day or, as right-to-left forms copy it, day-month-year.

    Raises
    ------
    BadInput
        When it is not a day, or a day that does not exist; the sentence says which.

    Examples
    --------
    >>> parse("۱۴۰۴/۲/۱")
    datetime.date(2025, 4, 21)
    """
    match = _PARTS.match(latin_digits(tidy(text)))
    if match is None:
        raise BadInput(
            f"«{text}» تاریخ نیست. مانند ۱۴۰۴/۰۲/۰۱ بنویسید.",
            f"“{text}” is not a date. Write it like 1404/02/01.",
            {"value": text, "problem": "NOT_A_DATE"},
        )
    first, month, last = match.groups()
    year, day = (last, first) if len(last) > 2 else (first, last)
    found = _existing_day(int(year), int(month), int(day))
    if found is None:
        raise BadInput(
            f"در تقویم روزی به تاریخ «{text}» نیست.",
            f"There is no such day as “{text}”.",
            {"value": text, "problem": "NO_SUCH_DAY"},
        )
    return found


def weekday(day: date, language: str = "fa") -> str:
    """
    Name of the day of the week.

    Examples
    --------
    >>> weekday(date(2025, 4, 21)), weekday(date(2025, 4, 21), "en")
    ('دوشنبه', 'Monday')
    """
    return (WEEKDAYS_FA if language == "fa" else WEEKDAYS_EN)[day.weekday()]


def written(day: date, language: str = "fa", calendar: str | None = None) -> str:
    """
    A day in words, with its weekday; `calendar` is the city's unless given.

    Examples
    --------
    >>> written(date(2025, 4, 21), calendar="jalali")
    'دوشنبه ۱ اردیبهشت ۱۴۰۴'
    >>> written(date(2025, 4, 21), language="en", calendar="jalali")
    'Monday 21 April 2025 (1 Ordibehesht 1404)'
    """
    name = weekday(day, language)
    is_jalali = (calendar or _calendar()) == "jalali"
    there = to_jalali(day) if is_jalali else JalaliDay(day.year, day.month, day.day)
    if language == "fa":
        month = (MONTHS_FA if is_jalali else GREGORIAN_MONTHS_FA)[there.month - 1]
        return persian_digits(f"{name} {there.day} {month} {there.year}")
    gregorian = f"{name} {day.day} {GREGORIAN_MONTHS_EN[day.month - 1]} {day.year}"
    return f"{gregorian} ({there.day} {MONTHS_EN[there.month - 1]} {there.year})" if is_jalali else gregorian


def short(day: date, language: str = "fa", calendar: str | None = None) -> str:
    """
    A day in figures: «۱۴۰۴/۰۲/۰۱» in Persian where the city uses the Jalali calendar, ISO in English.

    Examples
    --------
    >>> short(date(2025, 4, 21), calendar="jalali")
    '۱۴۰۴/۰۲/۰۱'
    """
    if language != "fa":
        return day.isoformat()
    shown = str(to_jalali(day)) if (calendar or _calendar()) == "jalali" else day.isoformat()
    return persian_digits(shown.replace("-", "/"))


def local(instant: datetime, zone: str) -> tuple[JalaliDay, datetime]:
    """An instant as the Jalali day and the wall clock of a time zone (tzdata knows the old summer time)."""
    there = instant.astimezone(ZoneInfo(zone))
    return to_jalali(there.date()), there


def days_inclusive(first: date, last: date) -> int:
    """Days from the first to the last, both counted."""
    return (last - first) // timedelta(days=1) + 1


def _existing_day(year: int, month: int, day: int) -> date | None:
    if year < _FIRST_GREGORIAN_YEAR:
        return to_gregorian(year, month, day)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _calendar() -> str:
    from django.conf import settings  # read late: dates are also used where Django is not set up

    return settings.CITY.calendar
