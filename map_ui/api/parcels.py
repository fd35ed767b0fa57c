"""Parcels as JSON: found by point or number, their evaluation with its reasons, and what it costs."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from gis_core import crs
from map_ui.api.asked import ON, asked_day, asked_number
from parcels import queries
from parcels.evaluation import document_of_key, evaluate_document
from parcels.fees.calculate import Estimate, estimates
from parcels.fees.queries import price_list
from parcels.models import Parcel


@extend_schema(
    parameters=[
        OpenApiParameter("q", str, required=True, description="Code, plate, postal code or address."),
        ON,
    ],
    responses={200: OpenApiTypes.OBJECT},
    summary="Parcels that a typed number or address may mean",
)
@api_view(["GET"])
def search(request: HttpRequest) -> Response:
    """Parcels by number or address, the best first; a code with two readings gives both."""
    found = queries.search(request.GET.get("q", "")[:120], on=asked_day(request))
    rows = [{**described(entry.parcel), "matched": entry.matched, "by": entry.kind} for entry in found]
    return Response({"parcels": rows})


@extend_schema(
    parameters=[
        OpenApiParameter("lon", float, required=True, description="Longitude, degrees east."),
        OpenApiParameter("lat", float, required=True, description="Latitude, degrees north."),
        ON,
    ],
    responses={200: OpenApiTypes.OBJECT},
    summary="The parcel under a point, or those that may be meant",
)
@api_view(["GET"])
def at(request: HttpRequest) -> Response:
    """`exact` is false on a street or border: then `parcels` are the candidates, nearest first."""
    lon, lat = asked_number(request, "lon"), asked_number(request, "lat")
    pointed = queries.parcels_at(lon, lat, on=asked_day(request))
    return Response({"exact": pointed.exact, "parcels": [described(parcel) for parcel in pointed.candidates]})


@extend_schema(
    parameters=[ON],
    responses={200: OpenApiTypes.OBJECT},
    summary="What may be built on a parcel, with the reason of every number",
    description="What cannot be decided is `unknown`, with a reason; it never means that nothing restricts.",
)
@api_view(["GET"])
def evaluation(request: HttpRequest, key: str) -> Response:
    """The evaluation of a parcel on a day; shapes are in the city's metric CRS, whose number is given."""
    on = asked_day(request)
    document = document_of_key(key, on=on)
    return Response({**document, "crs": f"EPSG:{crs.metric_srid()}"})


@extend_schema(
    parameters=[ON],
    responses={200: OpenApiTypes.OBJECT},
    summary="An estimate of the fees for each possible number of storeys",
    description="An estimate, not a bill. Amounts are whole rials.",
)
@api_view(["GET"])
def costs(request: HttpRequest, key: str) -> Response:
    """Fee lines with formula, tariff version and source, for each choice of storeys."""
    on = asked_day(request)
    parcel = queries.parcel_by_key(key, on=on)
    document = evaluate_document(parcel, on=on)
    policies = settings.CITY.policies.get("estimate", {})
    found = estimates(document, price_list(parcel, on=on), policies, on=on, calendar=settings.CITY.calendar)
    return Response({"estimates": [estimate_document(one) for one in found.values()]})


def described(parcel: Parcel) -> dict[str, Any]:
    """A parcel in a list: its key, areas and addresses of its resources."""
    return {
        "key": parcel.key,
        "district": parcel.district_code,
        "deed_area_m2": parcel.deed_area_m2,
        "surveyed_area_m2": round(parcel.surveyed_area_m2, 3),
        "version": parcel.version,
        "evaluation": reverse("api:parcel-evaluation", args=[parcel.key]),
        "costs": reverse("api:parcel-costs", args=[parcel.key]),
        "page": reverse("parcel", args=[parcel.key]),
    }


def estimate_document(estimate: Estimate) -> dict[str, Any]:
    """One estimate as JSON: amounts are whole rials, `null` where a fee is not known."""
    return {**asdict(estimate), "total_toman": estimate.total_toman}
