"""Reads a day's plan as it is shown: routes with signs, stops with their state, what is left out and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from map_ui import wording
from map_ui.dispatch import words
from map_ui.route_signs import RouteSign, route_sign
from map_ui.streets import addresses_of
from parcels.inspections.clock import second_of_day, zone
from parcels.inspections.models import DayPlan, Visit
from parcels.inspections.promises import promised_window


@dataclass(frozen=True)
class StopView:
    """One stop as the board and the inspector see it; `state` is done, now, late or coming."""

    position: int
    visit_id: int
    service: str
    address: str
    state: str
    start_s: int
    leave_s: int
    travel_s: int
    promise: str
    late_min: int
    xy: tuple[float, float]
    status: str

    @property
    def late(self) -> str:
        """«۱۰ دقیقه»: how long its promise is past."""
        return words.lateness(self.late_min * 60)

    @property
    def title(self) -> str:
        """Its service and its address."""
        return _(", ").join((self.service, self.address))

    @property
    def times(self) -> str:
        """«۷:۵۱ تا ۸:۳۱»."""
        return words.hour_span(self.start_s, self.leave_s)


@dataclass(frozen=True)
class RouteView:
    """One inspector's day: sign, stops, pauses, metric legs, sums in words."""

    number: int
    sign: RouteSign
    inspector_id: int
    code: str
    name: str
    stops: tuple[StopView, ...]
    pauses: tuple[tuple[int, int], ...]
    legs: tuple[tuple[tuple[float, float], ...], ...]
    start_xy: tuple[float, float]
    shift: tuple[int, int]
    end_s: int
    travel_m: int
    summary: str


@dataclass(frozen=True)
class LeftOut:
    """A visit without a turn: what, where and the checked reason in one sentence."""

    visit_id: int
    service: str
    address: str
    code: str
    sentence: str
    xy: tuple[float, float]


@dataclass(frozen=True)
class DayView:
    """The day of a district as it stands at a moment; `now_s` None on other days than today."""

    plan: DayPlan
    routes: tuple[RouteView, ...]
    left_out: tuple[LeftOut, ...]
    now_s: int | None

    @property
    def at_risk(self) -> int:
        """Stops whose promise is past, or whose time is over without a report."""
        return sum(stop.state == "late" for route in self.routes for stop in route.stops)

    @property
    def visits(self) -> int:
        """Visits in all routes."""
        return sum(len(route.stops) for route in self.routes)


def day_view(plan: DayPlan, *, now: datetime) -> DayView:
    """The plan with the present state of its visits; three queries."""
    named = [stop["visit"] for route in plan.routes for stop in route["stops"]]
    named += [left["visit"] for left in plan.unplanned]
    visits = {
        visit.pk: visit
        for visit in Visit.objects.filter(pk__in=named)
        .select_related("request__service", "request__parcel")
        .annotate(reported=Max("reports__reported_at"))
    }
    addresses = addresses_of([visit.request.parcel for visit in visits.values()], on=plan.day)
    local = now.astimezone(zone())
    now_s = second_of_day(local.time()) if local.date() == plan.day else None
    routes = tuple(
        _route(number, route, visits, addresses, now_s, sent=plan.status == DayPlan.Status.SENT)
        for number, route in enumerate(plan.routes)
    )
    left_out = tuple(
        _left_out(left, visits[left["visit"]], addresses)
        for left in plan.unplanned
        if left["visit"] in visits
    )
    return DayView(plan, routes, left_out, now_s)


def service_name(visit: Visit) -> str:
    """The service that the visit is for, in the language of the page."""
    service = visit.request.service
    return wording.in_language(service.title_fa, service.title_en)


def address_of(visit: Visit, addresses: Mapping[int, str]) -> str:
    """The address of the visited parcel; its code where it has none."""
    return addresses.get(visit.request.parcel_id) or wording.digits(visit.request.parcel.key)


def title_of_day(day: date) -> str:
    """The day with its weekday."""
    return wording.day(day)


def _route(
    number: int,
    route: Mapping[str, Any],
    visits: Mapping[int, Visit],
    addresses: Mapping[int, str],
    now_s: int | None,
    *,
    sent: bool,
) -> RouteView:
    stops = [
        _stop(position, stop, visits[stop["visit"]], addresses)
        for position, stop in enumerate(route["stops"], start=1)
        if stop["visit"] in visits
    ]
    marked = _marked(stops, now_s if sent else None, visits)
    count = len(marked)
    return RouteView(
        number=number,
        sign=route_sign(number),
        inspector_id=route["inspector"],
        code=route["code"],
        name=route["name"],
        stops=tuple(marked),
        pauses=tuple((start, end) for start, end in route["pauses"]),
        legs=tuple(tuple((x, y) for x, y in leg) for leg in route["legs"]),
        start_xy=tuple(route["start_xy"]),
        shift=tuple(route["shift"]),
        end_s=route["end_s"],
        travel_m=route["travel_m"],
        summary=words.with_comma(words.visits(count), words.kilometres(route["travel_m"])),
    )


def _stop(position: int, stop: Mapping[str, Any], visit: Visit, addresses: Mapping[int, str]) -> StopView:
    over = visit.status in (Visit.Status.DONE, Visit.Status.MISSED)
    leave_s = stop["leave_s"]
    reported = over and visit.reported
    if reported:
        leave_s = second_of_day(visit.reported.astimezone(zone()).time())
    window = promised_window(visit)
    return StopView(
        position=position,
        visit_id=visit.pk,
        service=service_name(visit),
        address=address_of(visit, addresses),
        state="done" if over else "coming",
        start_s=leave_s - visit.minutes * 60 if reported else stop["start_s"],
        leave_s=leave_s,
        travel_s=stop["travel_s"],
        promise=words.hour_span(*window) if window else "",
        late_min=0,
        xy=(visit.place.x, visit.place.y),
        status=visit.status,
    )


def _marked(stops: Sequence[StopView], now_s: int | None, visits: Mapping[int, Visit]) -> list[StopView]:
    """The first open stop of a day under way is the present one; promises that are past are late."""
    if now_s is None:
        return list(stops)
    marked, present_found = [], False
    for stop in stops:
        state, late_s = stop.state, 0
        if stop.state == "coming":
            window = promised_window(visits[stop.visit_id])
            due_s = window[1] if window else stop.leave_s
            late_s = max(0, now_s - due_s)
            state = "late" if late_s else ("coming" if present_found or now_s < stop.start_s else "now")
            present_found = True
        marked.append(replace(stop, state=state, late_min=late_s // 60))
    return marked


def _left_out(left: Mapping[str, Any], visit: Visit, addresses: Mapping[int, str]) -> LeftOut:
    return LeftOut(
        visit_id=visit.pk,
        service=service_name(visit),
        address=address_of(visit, addresses),
        code=left["code"],
        sentence=words.reason(left["code"], left["args"], promised_window(visit)),
        xy=(visit.place.x, visit.place.y),
    )
