"""A day of visits as JSON: the plan of a district, an inspector's own day, and the report of a visit."""

from datetime import date

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from gis_core.access import require
from gis_core.errors import NotFound
from map_ui.dispatch.day import day_view
from map_ui.dispatch.document import routes_document
from map_ui.dispatch.views import Area, asked_day
from map_ui.inspector.form import read_finding
from map_ui.inspector.mine import inspector_of, my_day, my_visit
from parcels.inspections.dispatch import plan_district_day, refuse_unknown_district
from parcels.inspections.models import DayPlan
from parcels.inspections.plans import newest_plan, publish_plan
from parcels.inspections.reports import record_finding
from parcels.service_requests.workflow import Actor

_REPORT = inline_serializer(
    "VisitReport",
    {
        "client_uuid": serializers.UUIDField(
            help_text="Made by the sender; sending it again changes nothing."
        ),
        "outcome": serializers.CharField(help_text="confirmed, differs, violation or no_entry"),
        "measured_area_m2": serializers.FloatField(required=False),
        "storeys_seen": serializers.FloatField(required=False),
        "note": serializers.CharField(required=False),
    },
)
DAY = OpenApiParameter("day", str, OpenApiParameter.PATH, description="The day, ISO.")


@extend_schema(
    methods=["GET"],
    parameters=[DAY],
    responses={200: OpenApiTypes.OBJECT},
    summary="The plan of a district's day",
)
@extend_schema(
    methods=["POST"],
    parameters=[DAY],
    request=None,
    responses={201: OpenApiTypes.OBJECT},
    summary="Plan a district's day on its streets, as a draft",
)
@api_view(["GET", "POST"])
def district_day(request: Request, district: str, day: str) -> Response:
    """Routes in order with their ways, and every visit left out with its checked reason."""
    on = asked_day(day)
    if request.method == "POST":
        require(request.scope, "plan_day", Area(district))
        plan_district_day(district, on, now=timezone.now(), by=request.scope.user_id)
    require(request.scope, "see_day", Area(district))
    plan = _newest(district, on)
    status = 201 if request.method == "POST" else 200
    return Response(routes_document(day_view(plan, now=timezone.now())), status=status)


@extend_schema(
    parameters=[DAY],
    request=None,
    responses={200: OpenApiTypes.OBJECT},
    summary="Send the newest plan of a district's day to its inspectors",
)
@api_view(["POST"])
def send_day(request: Request, district: str, day: str) -> Response:
    """Sending promises the visits: requests move on, and applicants see the hours."""
    require(request.scope, "plan_day", Area(district))
    plan = _newest(district, asked_day(day))
    publish_plan(plan, by=Actor(request.scope), at=timezone.now())
    plan.refresh_from_db()
    return Response(routes_document(day_view(plan, now=timezone.now())))


@extend_schema(
    parameters=[OpenApiParameter("day", str, description="The day; today unless said.")],
    responses={200: OpenApiTypes.OBJECT},
    summary="The signed-in inspector's day",
)
@api_view(["GET"])
def mine(request: Request) -> Response:
    """The day that was sent to this inspector: the one route that is theirs."""
    inspector = inspector_of(request.scope)
    found = my_day(inspector, asked_day(request.GET.get("day", "")), now=timezone.now())
    if found.view is None:
        raise NotFound("هنوز روزی برای شما فرستاده نشده است.", "No day was sent to you yet.")
    document = routes_document(found.view)
    routes = [route for route in document["routes"] if route["inspector"] == inspector.code]
    return Response({**document, "routes": routes, "left_out": []})


@extend_schema(request=_REPORT, responses={201: OpenApiTypes.OBJECT}, summary="Record what a visit found")
@api_view(["POST"])
def report(request: Request, visit_id: int) -> Response:
    """The report moves the case on; the same report sent again changes nothing."""
    inspector = inspector_of(request.scope)
    found = my_visit(inspector, visit_id)
    typed = {name: str(value) for name, value in request.data.items()}
    finding = read_finding(typed, now=timezone.now())
    recorded = record_finding(found, finding, inspector=inspector, by=Actor(request.scope))
    found.request.refresh_from_db(fields=["state"])
    body = {"new": recorded.new, "moved": recorded.moved, "state": found.request.state}
    return Response(body, status=201 if recorded.new else 200)


def _newest(district: str, on: date) -> DayPlan:
    refuse_unknown_district(district, on=on)
    plan = newest_plan(district, on)
    if plan is None:
        raise NotFound("این روز برنامه‌ای ندارد.", "Nobody has planned this day yet.", {"day": on.isoformat()})
    return plan
