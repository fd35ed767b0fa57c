"""Offices by travel time, as JSON."""

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from gis_core.errors import BadInput
from layers.offices.assignment import choose_office, way_to_office
from map_ui.offices.asked import read_question
from map_ui.offices.document import choice_document

_QUESTION = [
    OpenApiParameter("service", str, required=True, description="Code of the service."),
    OpenApiParameter("parcel", str, description="Key of the parcel one sets out from."),
    OpenApiParameter("lon", float, description="Longitude of the start, with lat, instead of a parcel."),
    OpenApiParameter("lat", float),
    OpenApiParameter("by", str, enum=["car", "foot"], description="How one goes; by car unless said."),
    OpenApiParameter("at", str, description="The moment, ISO 8601; now unless said."),
    OpenApiParameter("office", str, description="Code of the office whose way is wanted."),
]


@extend_schema(
    parameters=_QUESTION,
    responses={200: OpenApiTypes.OBJECT},
    summary="Offices that offer a service, quickest to reach first",
    description="Travel on streets, never a straight line; `travel` is null where there is no way.",
)
@api_view(["GET"])
def nearest(request: HttpRequest) -> Response:
    """Offices for a service from a start, with the way to the nearest (or the one named)."""
    values = request.GET
    asked = read_question(values)
    if asked.start is None:
        raise BadInput(
            "جای شروع را با parcel یا lon و lat بدهید.",
            "Give the start as parcel, or as lon and lat.",
            {"missing": ["parcel", "lon", "lat"]},
        )
    if asked.service is None or asked.service.code != values.get("service"):
        raise BadInput(
            "خدمتی با این کد نیست.", "There is no service with this code.", {"service": values.get("service")}
        )
    choice = choose_office(asked.start.xy, service=asked.service.code, at=asked.at, manner=asked.manner)
    wanted = asked.office_code or (choice.nearest.office.code if choice.nearest else "")
    on = asked.at.date()
    way = way_to_office(asked.start.xy, wanted, on=on, manner=asked.manner) if wanted else None
    return Response(choice_document(choice, way))
