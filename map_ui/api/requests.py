"""Requests as JSON: file one once, and follow it by its tracking code."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from gis_core import jalali
from gis_core.access import acting_as, require
from gis_core.errors import BadInput
from map_ui.guessing import count_miss, refuse_guesser
from parcels.service_requests import applicants, catalogue
from parcels.service_requests.front_office import counter_of
from parcels.service_requests.intake import Submission, is_tracking_code, receive
from parcels.service_requests.models import Decision, Service, ServiceRequest
from parcels.service_requests.queries import no_such_request
from parcels.service_requests.uploads import Paper, checked_file

_FILED = inline_serializer(
    "FiledRequest",
    {
        "client_uuid": serializers.UUIDField(
            help_text="Made by the sender; sending it again files nothing new."
        ),
        "service": serializers.CharField(),
        "parcel": serializers.CharField(help_text="Key of the parcel."),
        "name": serializers.CharField(required=False),
        "national_code": serializers.CharField(required=False),
        "mobile": serializers.CharField(required=False),
        "wished_day": serializers.CharField(required=False, help_text="In either calendar."),
        "storeys": serializers.FloatField(required=False),
    },
)


@extend_schema(
    request={"multipart/form-data": _FILED, "application/json": _FILED},
    responses={201: OpenApiTypes.OBJECT},
    summary="File a request; papers are sent as files named by their kind",
    description="Decided at once where the record allows it and, for services about a property, shows "
    "the applicant as its owner; otherwise every reason why not is given. A technical officer files at "
    "the counter.",
)
@api_view(["POST"])
@parser_classes([MultiPartParser, JSONParser])
def file(request: Request) -> Response:
    """File a request and learn its tracking code and where it stands."""
    service = catalogue.service(str(request.data.get("service", "")))
    if not service.public:
        require(request.scope, "file_request")
    filed = receive(_submission(request, service), on=timezone.localdate())
    with acting_as(request.scope, tracking_code=filed.tracking_code):
        return Response(_told(filed), status=201)


@extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="Where a request stands, by its tracking code")
@api_view(["GET"])
def track(request: Request, code: str) -> Response:
    """State, steps and reasons, to whoever knows the code; nothing personal."""
    refuse_guesser(request)
    with acting_as(request.scope, tracking_code=code):
        rows = ServiceRequest.objects.filter(tracking_code=code).select_related("service", "parcel")
        found = rows.first() if is_tracking_code(code) else None
        if found is None:
            count_miss(request)
            raise no_such_request()
        return Response(_told(found))


def _submission(request: Request, service: Service) -> Submission:
    sent = request.data
    who = None
    if sent.get("name") or sent.get("national_code"):
        asked = (str(sent.get(name, "")) for name in ("name", "national_code", "mobile"))
        who = applicants.person(*asked)
    day = str(sent.get("wished_day", "") or "")
    counter = counter_of(request.scope)
    return Submission(
        client_uuid=_uuid(sent.get("client_uuid")),
        service_code=service.code,
        parcel_key=str(sent.get("parcel", "")),
        filed_by_id=request.scope.user_id,
        person=who,
        channel=ServiceRequest.Channel.ONLINE if counter is None else ServiceRequest.Channel.COUNTER,
        office_code=counter or "",
        wished_day=jalali.parse(day) if day else None,
        chosen_storeys=_storeys(sent.get("storeys")),
        papers=_papers(request, service),
    )


def _papers(request: Request, service: Service) -> list[Paper]:
    asked = {row["kind"] for row in service.documents}
    strange = sorted(request.FILES.keys() - asked)
    if strange:
        raise BadInput(
            "این خدمت چنین مدرکی نمی‌خواهد.",
            "This service asks for no such paper.",
            {"kinds": [kind[:40] for kind in strange[:10]], "asked": sorted(asked)},
        )
    return [checked_file(kind, sent) for kind, sent in request.FILES.items()]


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadInput(
            "client_uuid باید شناسه‌ای یکتا باشد که فرستنده ساخته است.",
            "client_uuid must be a UUID made by the sender.",
            {"name": "client_uuid"},
        ) from error


def _storeys(value: Any) -> float | None:
    try:
        storeys = float(value) if value not in (None, "") else None
    except (TypeError, ValueError):
        storeys = float("nan")
    if storeys is not None and not 0 < storeys < 200:
        raise BadInput("شمار طبقات درست نیست.", "storeys is not a number of storeys.", {"name": "storeys"})
    return storeys


def _told(filed: ServiceRequest) -> dict[str, Any]:
    decision = filed.decisions.filter(superseded_by=None).order_by("-decided_at", "-pk").first()
    answered = decision is not None and decision.outcome in (
        Decision.Outcome.ANSWERED,
        Decision.Outcome.REFUSED,
    )
    return {
        "tracking_code": filed.tracking_code,
        "service": filed.service.code,
        "parcel": filed.parcel.key,
        "state": filed.state,
        "answered": answered,
        "instant": answered and decision.instant,
        "outcome": decision.outcome if decision else None,
        "reasons": decision.reasons if decision else [],
        "wished_day": filed.wished_day,
        "steps": list(filed.transitions.order_by("at", "pk").values("from_state", "to_state", "at")),
        "verification": f"{settings.PUBLIC_URL}/v/{decision.code}" if answered else None,
        "page": reverse("request-tracked", args=[filed.tracking_code]),
    }
