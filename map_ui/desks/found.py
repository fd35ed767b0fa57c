"""Reads what the visits of a case found, beside what was recorded, for the desks that check it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from map_ui import wording
from parcels.inspections.models import Photo, VisitReport
from parcels.service_requests.models import ServiceRequest

#: Measured areas nearer to the surveyed one than this are the same: the tape of a visit is no finer.
SAME_AREA_SHARE = 0.01


@dataclass(frozen=True)
class Found:
    """One report of a visit as a desk reads it."""

    report: VisitReport
    inspector: str
    area: str
    storeys: str
    photos: tuple[Photo, ...]

    @property
    def bad(self) -> bool:
        """Whether it found something else than the record."""
        return self.report.outcome in (VisitReport.Outcome.DIFFERS, VisitReport.Outcome.VIOLATION)


def found_at(request: ServiceRequest) -> list[Found]:
    """The reports of a case's visits, the newest first; two queries."""
    rows = (
        VisitReport.objects.filter(visit__request=request)
        .select_related("by", "visit")
        .prefetch_related("photos")
        .order_by("-reported_at")
    )
    return [
        Found(
            report=row,
            inspector=str(row.by),
            area=measured(row.measured_area_m2, request.parcel.surveyed_area_m2),
            storeys="" if row.storeys_seen is None else wording.number(row.storeys_seen),
            photos=tuple(row.photos.all()),
        )
        for row in rows
    ]


def measured(area_m2: float | None, surveyed_m2: float) -> str:
    """«۲۸۷٫۵ متر مربع؛ ۱۲٫۵ متر مربع بیش از نقشه»; empty when nothing was measured."""
    if area_m2 is None:
        return ""
    said = _("%(area)s m²") % {"area": wording.number(area_m2, 1)}
    more = area_m2 - surveyed_m2
    if abs(more) <= SAME_AREA_SHARE * surveyed_m2:
        return _("%(area)s, as on the map") % {"area": said}
    beside = {"area": said, "off": wording.number(abs(more), 1)}
    if more > 0:
        return _("%(area)s; %(off)s m² more than on the map") % beside
    return _("%(area)s; %(off)s m² less than on the map") % beside
