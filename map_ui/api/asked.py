"""Reads what a request asks for: the day, a number."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter

from gis_core import jalali
from gis_core.errors import BadInput

ON = OpenApiParameter(
    "on", str, description="The day asked for, 2026-11-21 or 1405/08/30; today unless said."
)


def asked_day(request: HttpRequest) -> date:
    """The day in `on`, in either calendar; today without it."""
    typed = request.GET.get("on", "").strip()
    return jalali.parse(typed) if typed else timezone.localdate()


def asked_number(request: HttpRequest, name: str) -> float:
    """
    A number of the question.

    Raises
    ------
    BadInput
        When it is absent or no finite number.
    """
    try:
        value = float(request.GET.get(name, ""))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e9:
        raise BadInput(f"«{name}» باید عدد باشد.", f"{name} must be a number.", {"name": name})
    return value
