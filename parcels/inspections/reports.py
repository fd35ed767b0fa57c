"""Records what an inspector found, once however often it is sent, and moves the request on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction

from gis_core.crs import metric_srid
from gis_core.errors import BadInput, Forbidden
from parcels.inspections.clock import zone
from parcels.inspections.models import Inspector, Visit, VisitReport
from parcels.service_requests.models import State
from parcels.service_requests.workflow import Actor, move


@dataclass(frozen=True)
class Finding:
    """
    What was found at one visit.

    `client_uuid` is made by the sender, so that a report sent twice is one; `position` metric, None when the
    phone gave none; areas m², storeys as seen.
    """

    client_uuid: UUID
    outcome: str
    reported_at: datetime
    measured_area_m2: float | None = None
    storeys_seen: float | None = None
    note: str = ""
    position: tuple[float, float] | None = None


@dataclass(frozen=True)
class Recorded:
    """The report kept, whether it was new, and whether it moved the request."""

    report: VisitReport
    new: bool
    moved: bool


@transaction.atomic
def record_finding(visit: Visit, finding: Finding, *, inspector: Inspector, by: Actor) -> Recorded:
    """
    Keep a report and take the step that follows from it.

    A visit that was made sends its request to the detailed-plan desk; one that could not be made asks for
    another visit. A request that was cancelled or moved meanwhile keeps the report and stays where it is.

    Raises
    ------
    BadInput
        When a number makes no sense, an outcome is not one of the list, or the visit's day has not come.
    Forbidden
        When the visit is another inspector's.
    """
    known = VisitReport.objects.filter(client_uuid=finding.client_uuid).first()
    if known is not None:
        return Recorded(known, new=False, moved=False)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("request").get(pk=visit.pk)
    if visit.inspector_id != inspector.pk:
        raise Forbidden(
            "این بازدید به نام شما نیست.",
            "This visit is not yours.",
            {"visit": visit.pk},
        )
    _refuse_early(visit, finding)
    _refuse_nonsense(finding)
    report = VisitReport.objects.create(
        client_uuid=finding.client_uuid,
        visit=visit,
        outcome=finding.outcome,
        measured_area_m2=finding.measured_area_m2,
        storeys_seen=finding.storeys_seen,
        note=finding.note,
        position=_point(finding.position),
        reported_at=finding.reported_at,
        by_id=by.user_id,
    )
    return Recorded(report, new=True, moved=_move_on(visit, finding, by))


def _move_on(visit: Visit, finding: Finding, by: Actor) -> bool:
    could_enter = finding.outcome != VisitReport.Outcome.NO_ENTRY
    visit.status = Visit.Status.DONE if could_enter else Visit.Status.MISSED
    visit.save(update_fields=["status"])
    request = visit.request
    if request.state != State.INSPECTION_SCHEDULED:
        return False
    reasons = [{"code": f"VISIT_{finding.outcome.upper()}", "args": {"visit": visit.pk}}]
    if not could_enter:
        move(request, State.INSPECTION_REQUESTED, by=by, at=finding.reported_at, reasons=reasons)
        _ask_again(visit)
        return True
    move(request, State.INSPECTED, by=by, at=finding.reported_at, reasons=reasons)
    move(request, State.DETAILED_PLAN_CHECK, by=by, at=finding.reported_at, reasons=reasons)
    return True


def _ask_again(visit: Visit) -> Visit:
    """The next visit of a request whose door stayed closed; a new day is to be agreed."""
    return Visit.objects.create(
        request=visit.request,
        district_code=visit.district_code,
        minutes=visit.minutes,
        skill=visit.skill,
        place=visit.place,
    )


def _refuse_early(visit: Visit, finding: Finding) -> None:
    """What was not seen yet cannot be reported: the earliest day is the one the visit is planned for."""
    if visit.day is not None and finding.reported_at.astimezone(zone()).date() < visit.day:
        raise BadInput(
            "روز این بازدید هنوز نرسیده است؛ گزارش از همان روز پذیرفته می‌شود.",
            "The day of this visit has not come yet; its report is taken from that day on.",
            {"reason": "VISIT_NOT_DUE", "field": "day", "day": visit.day.isoformat()},
        )


def _refuse_nonsense(finding: Finding) -> None:
    if finding.outcome not in VisitReport.Outcome.values:
        raise BadInput(
            "نتیجهٔ بازدید را از فهرست انتخاب کنید.",
            "Choose the outcome of the visit from the list.",
            {"field": "outcome"},
        )
    area, storeys = finding.measured_area_m2, finding.storeys_seen
    if area is not None and not 0 < area < 1e7:
        raise BadInput(
            "مساحت اندازه‌گیری‌شده باید عددی بزرگ‌تر از صفر و به متر مربع باشد.",
            "The measured area must be a number above zero, in square metres.",
            {"field": "measured_area_m2"},
        )
    if storeys is not None and not 0 <= storeys < 200:
        raise BadInput(
            "تعداد طبقات باید عددی از صفر به بالا باشد.",
            "The number of storeys must be zero or more.",
            {"field": "storeys_seen"},
        )


def _point(position: tuple[float, float] | None) -> Point | None:
    return None if position is None else Point(*position, srid=metric_srid())
