"""The map, the parcel's sheet and page, and what a click means."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gis_core import jalali
from gis_core.errors import BadInput, NotFound
from map_ui import wording
from map_ui.answers import Answer, answer
from map_ui.map_config import map_config
from map_ui.streets import addresses_of
from parcels import queries

_YEAR_S = 365 * 24 * 3600
#: What a finger or a mouse may miss by on the ground, at most: m.
_WIDEST_BORDER_M = 2.0


@require_safe
@csp_update({"require-trusted-types-for": ["'script'"], "trusted-types": ["pelak", "default"]})
def home(request: HttpRequest) -> HttpResponse:
    """The map; with `?parcel=` the parcel's sheet on it, so that a link and a reload give the same view."""
    on = asked_day(request)
    context: dict[str, Any] = {"on": on, "city": settings.CITY, "is_today": on == timezone.localdate()}
    context["config"] = map_config(on=on)
    key = request.GET.get("parcel", "")
    if key:
        try:
            context |= _shown(_answer(request, key, on))
        except NotFound as trouble:
            context["trouble"] = trouble
    return render(request, "map/home.html", context)


@require_safe
def parcel_page(request: HttpRequest, key: str) -> HttpResponse:
    """The whole answer as a page of its own: complete without map and script, and printable."""
    on = asked_day(request)
    return render(request, "parcel/page.html", _shown(_answer(request, key, on, own_page=True)))


@require_safe
def parcel_sheet(request: HttpRequest, key: str) -> HttpResponse:
    """The sheet alone, to be laid on the map."""
    response = render(request, "parcel/sheet.html", _shown(_answer(request, key, asked_day(request))))
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def parcels_at(request: HttpRequest) -> JsonResponse:
    """Which parcel a point means, or which ones it may mean."""
    on = asked_day(request)
    lon, lat = _number(request, "lon"), _number(request, "lat")
    border_m = min(max(_number(request, "border_m", queries.BORDER_M), queries.BORDER_M), _WIDEST_BORDER_M)
    try:
        pointed = queries.parcels_at(lon, lat, on=on, border_m=border_m)
    except BadInput as trouble:
        body = {
            "code": trouble.code,
            "message": wording.in_language(trouble.fa, trouble.en),
            "candidates": [],
        }
        return JsonResponse(body, status=trouble.status)
    addresses = addresses_of(pointed.candidates, on=on)
    candidates = [
        {
            "key": parcel.key,
            "label": addresses.get(parcel.pk) or _parcel_named(parcel.key),
            "url": reverse("parcel", args=[parcel.key]),
            "distance_m": round(parcel.distance.m, 1),
        }
        for parcel in pointed.candidates
    ]
    return JsonResponse(
        {"exact": pointed.exact, "candidates": candidates}, json_dumps_params={"ensure_ascii": False}
    )


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The way without the map: what was typed, the parcels it may mean, each with its own page."""
    on = asked_day(request)
    query = request.GET.get("q", "").strip()[:120]
    found = queries.search(query, on=on)
    addresses = addresses_of([entry.parcel for entry in found], on=on)
    rows = [
        {
            "parcel": entry.parcel,
            "address": addresses.get(entry.parcel.pk, ""),
            "matched": entry.matched,
            "kind": _kind_label(entry.kind),
            "url": reverse("parcel", args=[entry.parcel.key]),
            "map_url": f"{reverse('home')}?{urlencode({'parcel': entry.parcel.key})}",
        }
        for entry in found
    ]
    asks = any(len(values) > 1 for values in queries.readings(query).values()) if query else False
    context = {"query": query, "rows": rows, "asks": asks and len(rows) > 1, "on": on, "city": settings.CITY}
    context |= {"no_search": True, "cut": len(rows) >= queries.MOST, "key_label": _key_label()}
    return render(request, "search/list.html", context)


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Shows the same page in the other language, and remembers it."""
    following = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
        following = "/"
    response = HttpResponseRedirect(following)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=_YEAR_S, samesite="Lax")
    return response


def asked_day(request: HttpRequest) -> date:
    """
    The day that is asked for: `on=` in either calendar, today without it.

    Raises
    ------
    BadInput
        When it is no day.
    """
    typed = request.GET.get("on", "").strip()
    return jalali.parse(typed) if typed else timezone.localdate()


def _answer(request: HttpRequest, key: str, on: date, *, own_page: bool = False) -> Answer:
    storeys = _number(request, "storeys", 0.0) or None
    today = timezone.localdate()
    return answer(key, on=on, today=today, storeys=storeys, with_plan=own_page, linked=own_page)


def _shown(found: Answer) -> dict[str, Any]:
    return {
        "answer": found,
        "sheet": found.sheet,
        "parcel": found.parcel,
        "on": found.sheet.place.on,
        "city": settings.CITY,
        "is_today": found.sheet.place.is_today,
    }


def _number(request: HttpRequest, name: str, default: float | None = None) -> float:
    typed = request.GET.get(name)
    if typed is None and default is not None:
        return default
    try:
        value = float(typed or "")
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e9:
        raise BadInput(f"مقدار «{name}» عدد نیست.", f"The value of {name} is not a number.", {"name": name})
    return value


def _parcel_named(key: str) -> str:
    return _("Parcel %(key)s") % {"key": f"\u2066{wording.digits(key)}\u2069"}


def _key_label() -> str:
    entry = settings.CITY.identifier(settings.CITY.parcel_key)
    return wording.in_language(entry.label_fa, entry.label_en)


def _kind_label(kind: str) -> str:
    """What a parcel was found by, where it is neither its address nor the key that is shown anyway."""
    if kind in ("address", settings.CITY.parcel_key):
        return ""
    entry = settings.CITY.identifier(kind)
    return wording.in_language(entry.label_fa, entry.label_en)
