"""Filters by which templates write digits, areas, amounts, codes and days in the reader's language."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from gis_core import jalali as days
from gis_core.persian import NOTHING_KNOWN, grouped, latin_digits, persian_digits

register = template.Library()

Number = int | float | Decimal
UNITS = {
    "fa": {"m2": "متر مربع", "IRR": "ریال", "toman": "تومان", "USD": "دلار", "percent": "٪"},
    "en": {"m2": "m²", "IRR": "IRR", "toman": "toman", "USD": "USD", "percent": "%"},
}


@register.filter
def fa(value: object) -> str:
    """Anything, with the digits of the page's language: ۱۲ on a Persian page, 12 on an English one."""
    if value is None:
        return NOTHING_KNOWN
    return persian_digits(str(value)) if _language() == "fa" else latin_digits(str(value))


@register.filter
def number(value: Number | None, decimals: int | None = None) -> SafeString | str:
    """A number with parted thousands, isolated from the text around it; `—` for what is not known."""
    if value is None:
        return NOTHING_KNOWN
    return _isolated(grouped(value, decimals, _language()))


@register.filter
def area(value_m2: Number | None) -> SafeString | str:
    """An area with its unit: «۲۷۵ متر مربع», «۱۸۷٫۶۰ متر مربع»; two decimals unless it is whole."""
    return _with_unit(value_m2, "m2")


@register.filter
def percent(value: Number | None) -> SafeString | str:
    """A share in percent: «۶۰٪»."""
    if value is None:
        return NOTHING_KNOWN
    language = _language()
    return _isolated(grouped(round(value, 2), None, language) + UNITS[language]["percent"])


@register.filter
def amount(value: Number | None, currency: str = "IRR") -> SafeString | str:
    """An amount of money with its unit: «۲٬۹۴۳٬۲۴۴٬۸۰۰ ریال»."""
    if value is None:
        return NOTHING_KNOWN
    language = _language()
    unit = UNITS[language].get(currency, currency)
    return format_html("<bdi>{} {}</bdi>", grouped(value, None, language), unit)


@register.filter
def toman(value_rial: Number | None) -> SafeString | str:
    """An amount of rials told in tomans, as people speak of it: «۲۹۴٬۳۲۴٬۴۸۰ تومان»."""
    return amount(None if value_rial is None else Decimal(value_rial) / 10, "toman")


@register.filter
def code(value: object) -> SafeString | str:
    """A code, read from left to right in any text: ۳-۲-۴۵-۱۷-۰-۰-۰; with Latin letters it stays Latin."""
    if value in (None, ""):
        return NOTHING_KNOWN
    has_letters = any(letter.isascii() and letter.isalpha() for letter in str(value))
    return format_html('<bdi dir="ltr" class="code">{}</bdi>', value if has_letters else fa(value))


@register.filter
def jalali(day: date | datetime | str | None) -> SafeString | str:
    """A day with its weekday: «دوشنبه ۱ اردیبهشت ۱۴۰۴»; in English both calendars."""
    if not day:
        return NOTHING_KNOWN
    return _isolated(days.written(_day(day), language=_language()))


@register.filter
def jalali_short(day: date | datetime | str | None) -> SafeString | str:
    """A day in figures: «۱۴۰۴/۰۲/۰۱», in English `2025-04-21`."""
    if not day:
        return NOTHING_KNOWN
    return format_html('<bdi dir="ltr">{}</bdi>', days.short(_day(day), language=_language()))


@register.filter
def jalali_time(instant: datetime | None) -> SafeString | str:
    """An instant in the city's time zone: the day in words and the time."""
    if instant is None:
        return NOTHING_KNOWN
    local = timezone.localtime(instant)
    return format_html(
        "<bdi>{}</bdi> <bdi>{}</bdi>", days.written(local.date(), language=_language()), fa(f"{local:%H:%M}")
    )


def _with_unit(value: Number | None, unit: str) -> SafeString | str:
    if value is None:
        return NOTHING_KNOWN
    language = _language()
    rounded = Decimal(str(value)).quantize(Decimal("0.01"))
    decimals = 0 if rounded == rounded.to_integral_value() else 2
    return format_html("<bdi>{} {}</bdi>", grouped(rounded, decimals, language), UNITS[language][unit])


def _isolated(text: str) -> SafeString:
    return format_html("<bdi>{}</bdi>", text)


def _language() -> str:
    return "fa" if (get_language() or "fa").startswith("fa") else "en"


def _day(day: date | datetime | str) -> date:
    if isinstance(day, str):
        return date.fromisoformat(day[:10])
    if isinstance(day, datetime):
        return timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return day
