"""The inspector's phone pages: today's route in order, a stop, its report; they work without script."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gis_core.errors import BadInput
from map_ui.dispatch import words
from map_ui.dispatch.day import StopView, title_of_day
from map_ui.dispatch.picture import route_lines, route_stops
from map_ui.dispatch.views import asked_day, day_sheet_response
from map_ui.inspector.form import checked_photos, keep_photos, read_finding
from map_ui.inspector.mine import MyDay, inspector_of, my_day, my_visit
from map_ui.street_map import draw_ground, frame_around, read_ground
from parcels.inspections.clock import zone
from parcels.inspections.models import Visit, VisitReport
from parcels.inspections.reports import record_finding
from parcels.service_requests.workflow import Actor

WIDTH, HEIGHT = 390, 200


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Today's stops in order, the present one open."""
    mine = _my_day(request)
    return render(request, "inspector/today.html", _shown(mine, mine.present))


@require_safe
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One stop: where, for what, the promise, and the report to be filled in."""
    found = my_visit(inspector_of(request.scope), visit_id)
    return _report_page(request, found)


@require_POST
def report(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Takes a report; what was typed stays on the page when something in it cannot be read."""
    inspector = inspector_of(request.scope)
    found = my_visit(inspector, visit_id)
    try:
        finding = read_finding(request.POST, now=timezone.now())
        photos = checked_photos(request.FILES.getlist("photos"))
        recorded = record_finding(found, finding, inspector=inspector, by=Actor(request.scope))
    except BadInput as trouble:
        return _report_page(request, found, trouble)
    if recorded.new:
        keep_photos(recorded.report, photos)
    if recorded.moved or not recorded.new:
        messages.success(request, _("The report was recorded and the case moved on."))
    else:
        messages.success(request, _("The report was recorded; the case had already moved on."))
    return HttpResponseRedirect(f"{reverse('inspector')}?{urlencode({'day': found.day.isoformat()})}")


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The day as one file for the road, without a network."""
    mine = _my_day(request)
    if mine.view is None:
        messages.info(request, _("No day was sent to you yet."))
        return HttpResponseRedirect(reverse("inspector"))
    return day_sheet_response(mine.view, mine.inspector.code)


def _my_day(request: HttpRequest) -> MyDay:
    inspector = inspector_of(request.scope)
    return my_day(inspector, asked_day(request.GET.get("day", "")), now=timezone.now())


def _shown(mine: MyDay, chosen: StopView | None) -> dict[str, Any]:
    return {
        "city": settings.CITY,
        "mine": mine,
        "route": mine.route,
        "day_title": title_of_day(mine.day),
        "ahead": mine.day > timezone.localdate(timezone=zone()),
        "chosen": chosen,
        "stops": [(stop, words.way_minutes(stop.travel_s)) for stop in mine.stops],
        "ends": words.clock(mine.route.end_s) if mine.route else "",
        "picture": _picture(mine, WIDTH, HEIGHT),
    }


def _report_page(request: HttpRequest, found: Visit, trouble: BadInput | None = None) -> HttpResponse:
    mine = my_day(found.inspector, found.day, now=timezone.now())
    stop = next((one for one in mine.stops if one.visit_id == found.pk), None)
    context = _shown(mine, stop)
    context |= {
        "visit": found,
        "stop": stop,
        "trouble": trouble,
        "typed": request.POST,
        "wrong_field": trouble.details.get("field") if trouble else "",
        "outcomes": VisitReport.Outcome.choices,
        "client_uuid": request.POST.get("client_uuid") or str(uuid.uuid4()),
        "is_over": found.status in (Visit.Status.DONE, Visit.Status.MISSED, Visit.Status.CANCELLED),
        "opens": found.day if found.day and found.day > timezone.localdate(timezone=zone()) else None,
        "reports": found.reports.order_by("reported_at"),
    }
    return render(request, "inspector/visit.html", context, status=trouble.status if trouble else 200)


def _picture(mine: MyDay, width: int, height: int) -> SafeString:
    """The strip with the route; empty when nothing was sent."""
    if mine.route is None:
        return mark_safe("")
    places = [stop.xy for stop in mine.stops] + [mine.route.start_xy]
    frame = frame_around(places, width=width, height=height, margin_px=26)
    parts = [
        draw_ground(frame, read_ground(frame, on=mine.day)),
        route_lines(frame, mine.route),
        route_stops(frame, mine.route),
    ]
    return format_html(
        '<svg class="street-map" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" role="group"'
        ' aria-label="{}">{}</svg>',
        width,
        height,
        _("Map of today's route"),
        mark_safe("".join(parts)),
    )
