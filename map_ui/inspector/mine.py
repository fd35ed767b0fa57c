"""Finds what an inspector has today: the plans that were sent, their own route in each, one visit."""

from dataclasses import dataclass
from datetime import date, datetime

from gis_core.access import Scope
from gis_core.errors import Forbidden, NotFound
from map_ui.dispatch.day import DayView, RouteView, StopView, day_view
from parcels.inspections.models import DayPlan, Inspector, Visit


@dataclass(frozen=True)
class MyDay:
    """An inspector's route of a day, in the plan that was sent; `route` None: nothing was sent."""

    inspector: Inspector
    day: date
    view: DayView | None
    route: RouteView | None

    @property
    def present(self) -> StopView | None:
        """The stop to be made next; None when all are made."""
        open_stops = (stop for stop in self.stops if stop.state != "done")
        return next(open_stops, None)

    @property
    def stops(self) -> tuple[StopView, ...]:
        return self.route.stops if self.route else ()

    @property
    def made(self) -> int:
        """How many stops are over."""
        return sum(stop.state == "done" for stop in self.stops)


def inspector_of(scope: Scope) -> Inspector:
    """
    The inspector who is signed in.

    Raises
    ------
    Forbidden
        When this person is not on the list of inspectors.
    """
    found = Inspector.objects.filter(user_id=scope.user_id, active=True).select_related("user").first()
    if found is None:
        raise Forbidden(
            "نام شما در فهرست کارشناسان بازدید نیست؛ از هماهنگ‌کننده بخواهید آن را اضافه کند.",
            "You are not on the list of inspectors; ask the dispatcher to add you.",
        )
    return found


def my_day(inspector: Inspector, day: date, *, now: datetime) -> MyDay:
    """The route that was sent to an inspector for a day, as it stands now."""
    sent = DayPlan.objects.filter(day=day, status=DayPlan.Status.SENT).order_by("-number")
    for plan in sent:
        if any(route["inspector"] == inspector.pk and route["stops"] for route in plan.routes):
            view = day_view(plan, now=now)
            route = next(one for one in view.routes if one.inspector_id == inspector.pk)
            return MyDay(inspector, day, view, route)
    return MyDay(inspector, day, None, None)


def my_visit(inspector: Inspector, visit_id: int) -> Visit:
    """
    One visit of an inspector.

    Raises
    ------
    NotFound
        When there is none, or it is another inspector's: neither tells the other apart.
    """
    found = (
        Visit.objects.filter(pk=visit_id, inspector=inspector)
        .select_related("request__service", "request__parcel", "plan")
        .first()
    )
    if found is None:
        raise NotFound(
            "این بازدید در فهرست شما نیست.", "This visit is not on your list.", {"visit": visit_id}
        )
    return found
