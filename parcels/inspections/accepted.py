"""What follows when a desk accepts a visit: the property file says when the property was last seen."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from gis_core.access import acting_as_system
from parcels.inspections.clock import zone
from parcels.inspections.models import VisitReport
from parcels.records.models import PropertyFile
from parcels.service_requests.decisions import recommend
from parcels.service_requests.models import ServiceRequest, State
from parcels.service_requests.reasons import Reason
from parcels.service_requests.workflow import Actor


@transaction.atomic
def hand_on(
    request: ServiceRequest,
    to_state: str,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    reasons: Sequence[Reason] = (),
) -> ServiceRequest:
    """
    A desk hands a case on; from the detailed-plan desk to the municipality this accepts the visit's report.

    Raises
    ------
    Conflict, Forbidden
        As `workflow.move`.
    """
    accepts = (State(request.state), State(to_state)) == (State.DETAILED_PLAN_CHECK, State.MUNICIPAL_DESK)
    recommend(request, to_state, by=by, at=at, note=note, reasons=reasons)
    seen_on = last_seen(request) if accepts else None
    if seen_on is not None:
        keep_inspected(request, seen_on)
    return request


def last_seen(request: ServiceRequest) -> date | None:
    """The day of the latest report of somebody who could enter; None without one."""
    made = VisitReport.objects.filter(visit__request=request).exclude(outcome=VisitReport.Outcome.NO_ENTRY)
    latest = made.order_by("-reported_at").first()
    return None if latest is None else latest.reported_at.astimezone(zone()).date()


def keep_inspected(request: ServiceRequest, seen_on: date) -> PropertyFile:
    """
    Write into the property file of the request's parcel or unit that it was inspected on a day.

    A later day in the file stands; a property without a file gets one, numbered after the request.
    """
    with acting_as_system():
        files = PropertyFile.objects.select_for_update().filter(
            parcel_lineage=request.parcel.lineage, unit__in=["", request.unit]
        )
        file = max(files, key=lambda row: row.unit == request.unit, default=None)
        if file is None:
            return PropertyFile.objects.create(
                parcel_lineage=request.parcel.lineage,
                unit=request.unit,
                file_no=request.tracking_code,
                last_inspected_on=seen_on,
            )
        if file.last_inspected_on is None or file.last_inspected_on < seen_on:
            file.last_inspected_on = seen_on
            file.save(update_fields=["last_inspected_on"])
        return file
