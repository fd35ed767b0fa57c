"""Makes the visit that a request asks for: one for each request that waits for one and has none."""

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models import Exists, OuterRef

from parcels.inspections.models import Visit
from parcels.service_requests.models import ServiceRequest, State

USUAL_MINUTES = 20
OPEN = (Visit.Status.REQUESTED, Visit.Status.PLANNED)


def owe_visits(district_code: str) -> int:
    """
    Enter the visits of a district's requests that wait for one; how many were entered. Again changes nothing.

    Minutes and skill are the service's, the place an inner point of the parcel, the day the one wished for.
    """
    entered = Visit.objects.filter(request=OuterRef("pk"), status__in=OPEN)
    waiting = (
        ServiceRequest.objects.filter(state=State.INSPECTION_REQUESTED, district_code=district_code)
        .filter(~Exists(entered))
        .select_related("service")
        .annotate(place=PointOnSurface("parcel__geometry"))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    return len(Visit.objects.bulk_create(_visit(request) for request in waiting))


def _visit(request: ServiceRequest) -> Visit:
    needs = request.service.visit
    return Visit(
        request=request,
        district_code=request.district_code,
        wished_day=request.wished_day,
        minutes=needs.get("minutes", USUAL_MINUTES),
        skill=needs.get("skill", ""),
        place=request.place,
    )
