"""The services of the catalogue as JSON."""

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from parcels.service_requests.models import Service

FIELDS = (
    *("code", "title_fa", "title_en", "summary_fa", "summary_en", "decision", "public"),
    *("needed_findings", "needed_overlays", "needed_records", "documents", "answer_validity_days", "output"),
)


@extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="What can be asked for, and what each needs")
@api_view(["GET"])
def services(request: HttpRequest) -> Response:
    """Active services in the order of the catalogue, with what an instant answer of each stands on."""
    return Response({"services": list(Service.objects.filter(active=True).values(*FIELDS))})
