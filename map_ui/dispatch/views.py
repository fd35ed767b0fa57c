"""The day board: shows a district's day, computes it again and sends it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gis_core import jalali
from gis_core.access import Scope, allowed, require
from gis_core.errors import NotFound
from layers.models import District
from map_ui import wording
from map_ui.dispatch.day import DayView, day_view, title_of_day
from map_ui.dispatch.document import routes_document
from map_ui.dispatch.picture import day_picture, timeline
from map_ui.map_config import map_config
from parcels.inspections.clock import zone
from parcels.inspections.dispatch import plan_district_day
from parcels.inspections.models import DayPlan
from parcels.inspections.plans import newest_plan, publish_plan
from parcels.service_requests.workflow import Actor


@dataclass(frozen=True)
class Area:
    """What access to a day is asked about: its district."""

    district_code: str


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """A district's day: routes, time line, what has no turn."""
    districts = reachable_districts(request.scope, on=timezone.localdate())
    day = asked_day(request.GET.get("day", ""))
    district = _asked_district(request.GET.get("district", ""), districts)
    context: dict[str, Any] = {
        "city": settings.CITY,
        "districts": districts,
        "district": district,
        "day": day,
        "day_title": title_of_day(day),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "may_plan": district is not None and allowed(request.scope, "plan_day", Area(district.code)),
        "is_over": day < timezone.localdate(timezone=zone()),
    }
    if district is not None:
        require(request.scope, "see_day", Area(district.code))
        context |= _shown_plan(district, day)
        context["config"] = map_config(on=day)
    return render(request, "dispatch/board.html", context)


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Compute the day again as a draft."""
    code, day = request.POST.get("district", ""), asked_day(request.POST.get("day", ""))
    require(request.scope, "plan_day", Area(code))
    plan_district_day(code, day, now=timezone.now(), by=request.scope.user_id)
    return HttpResponseRedirect(board_address(code, day))


@require_POST
def send(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Send a draft to its inspectors."""
    found = _plan(plan_id)
    require(request.scope, "plan_day", found)
    publish_plan(found, by=Actor(request.scope), at=timezone.now())
    messages.success(request, _("The day was sent to the inspectors."))
    return HttpResponseRedirect(board_address(found.district_code, found.day))


@require_safe
def routes_json(request: HttpRequest, plan_id: int) -> JsonResponse:
    """Routes and stops of a plan in degrees, for the board's map."""
    found = _plan(plan_id)
    require(request.scope, "see_day", found)
    document = routes_document(day_view(found, now=timezone.now()))
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False})


@require_safe
def sheet(request: HttpRequest, plan_id: int, inspector_code: str) -> HttpResponse:
    """One inspector's day as one file that opens without a network."""
    found = _plan(plan_id)
    require(request.scope, "see_day", found)
    return day_sheet_response(day_view(found, now=timezone.now()), inspector_code)


def day_sheet_response(day: DayView, inspector_code: str) -> HttpResponse:
    """
    The day sheet as a download.

    Raises
    ------
    NotFound
        When the plan has no route of that inspector.
    """
    route = next((one for one in day.routes if one.code == inspector_code), None)
    if route is None:
        raise NotFound(
            "این کارشناس در این برنامه مسیری ندارد.",
            "This inspector has no route in this plan.",
            {"inspector": inspector_code},
        )
    # folium and pandas take a second to load; only who prints a day waits for them
    from map_ui import prints

    response = HttpResponse(prints.day_sheet(day, route), content_type="text/html; charset=utf-8")
    name = f"pelak-day-{day.plan.day.isoformat()}-{route.code}.html"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def reachable_districts(scope: Scope, *, on: date) -> list[District]:
    """The districts whose days this person may see, by code."""
    rows = District.objects.in_force(on=on).filter(level=District.Level.DISTRICT)
    seen = [row for row in rows if allowed(scope, "see_day", Area(row.code))]
    return sorted(seen, key=lambda row: (len(row.code), row.code))


def asked_day(typed: str) -> date:
    """The day of the address, ISO or as it is typed here; today in the city without one."""
    if not typed:
        return timezone.localdate(timezone=zone())
    return jalali.parse(typed)


def board_address(district_code: str, day: date) -> str:
    """The board of a district's day."""
    return f"{reverse('dispatch')}?{urlencode({'district': district_code, 'day': day.isoformat()})}"


def _asked_district(code: str, districts: list[District]) -> District | None:
    if not code:
        return districts[0] if districts else None
    found = next((one for one in districts if one.code == code), None)
    if found is None:
        raise NotFound(
            "این منطقه نیست یا در محدودهٔ شما نیست.",
            "There is no such district, or it is not in your area.",
            {"district": code},
        )
    return found


def _plan(plan_id: int) -> DayPlan:
    found = DayPlan.objects.filter(pk=plan_id).first()
    if found is None:
        raise NotFound("چنین برنامه‌ای نیست.", "There is no such plan.", {"plan": plan_id})
    return found


def _shown_plan(district: District, day: date) -> dict[str, Any]:
    found = newest_plan(district.code, day)
    name = wording.in_language(district.name_fa, district.name_en) or district.code
    if found is None:
        return {"plan": None, "district_name": name}
    view = day_view(found, now=timezone.now())
    return {
        "plan": found,
        "is_draft": found.status == DayPlan.Status.DRAFT,
        "view": view,
        "picture": day_picture(view, district),
        "timeline": timeline(view),
        "district_name": name,
    }
