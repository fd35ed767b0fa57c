"""Names the counter office of a request: that of the officer who files it, or the one that handles it."""

from datetime import date

from django.db.models import Count

from gis_core.access import Scope, allowed
from gis_core.models import Role
from layers.offices.models import Office
from parcels.service_requests.models import ServiceRequest
from parcels.service_requests.workflow import ANSWERED, FINAL


def counter_of(scope: Scope) -> str | None:
    """
    Code of the office at whose counter this person files for others; None for who files online.

    Empty for an officer of the whole city.
    """
    if not allowed(scope, "file_on_behalf"):
        return None
    offices = (code for grant in scope.holding(Role.TECHNICAL_OFFICER) for code in grant.offices)
    return min(offices, default="")


def office_for(district_code: str, service_code: str, *, on: date) -> str:
    """
    Code of the office of that district that offers the service and has the fewest open cases.

    When the district has none, of the whole city; empty when no office offers the service. This is who
    works on the case, not which office is nearest to a person (layers/offices/assignment.py).
    """
    offering = Office.objects.in_force(on=on).filter(service_codes__contains=[service_code])
    offices = dict(offering.values_list("code", "district_code"))
    here = [code for code, district in offices.items() if district == district_code]
    wanted = here or list(offices)
    if len(wanted) < 2:
        return wanted[0] if wanted else ""
    busy = dict(
        ServiceRequest.objects.filter(office_code__in=wanted)
        .exclude(state__in=ANSWERED | FINAL)
        .values_list("office_code")
        .annotate(Count("pk"))
    )
    return min(wanted, key=lambda code: (busy.get(code, 0), code))
