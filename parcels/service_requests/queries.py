"""Finds requests: those a scope may see, one by its tracking code, what a desk has to do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from gis_core.access import Scope, reach, require
from gis_core.errors import NotFound
from parcels.service_requests.models import ServiceRequest, State
from parcels.service_requests.workflow import STEPS, WITH_VISIT


def visible_to(scope: Scope) -> QuerySet[ServiceRequest]:
    """The requests that a scope sees (gis_core/access.py, `reach`); an anonymous visitor none."""
    seen = reach(scope)
    rows = ServiceRequest.objects.select_related("service", "parcel")
    if seen.everything:
        return rows
    mine = Q(filed_by_id=seen.user_id) if seen.user_id is not None else Q(pk=None)
    mine |= Q(district_code__in=seen.districts) | Q(office_code__in=seen.offices)
    if seen.visits is not None:
        mine |= _in(seen.visits) & Q(state__in=WITH_VISIT)
    if seen.waits is not None:
        mine |= _in(seen.waits) & Q(state=State.WAITING_AGENCY)
    return rows.filter(mine)


def _in(districts: frozenset[str]) -> Q:
    return Q(district_code__in=districts) if districts else Q(pk__isnull=False)


def request_by_code(scope: Scope, code: str) -> ServiceRequest:
    """
    A request by its tracking code, if the scope may see it.

    Raises
    ------
    NotFound
        When there is none, or none that may be seen: the two are not told apart.
    """
    found = visible_to(scope).filter(tracking_code=code).select_related("applicant", "filed_by").first()
    if found is None:
        raise no_such_request()
    require(scope, "see_request", found)
    return found


def no_such_request() -> NotFound:
    """What is said of a code that opens nothing."""
    return NotFound(
        "درخواستی با این کد پیگیری نیست. رقم‌ها را دوباره ببینید.",
        "There is no request with this tracking code. Look at the digits again.",
    )


def states_to_work_on(scope: Scope) -> frozenset[State]:
    """
    The states in which somebody of these roles has a step to take.

    What was answered on the spot waits for nobody: it may be closed, but is no work of a desk.
    """
    found = (here for (here, _there), who in STEPS.items() if scope.roles.intersection(who))
    return frozenset(found) - {State.ANSWERED_INSTANT}


@dataclass(frozen=True)
class ServiceCount:
    """How many requests of one service were filed in a period, and how many were answered on the spot."""

    code: str
    title_fa: str
    title_en: str
    filed: int
    instant: int

    @property
    def instant_percent(self) -> float | None:
        """Share of instant answers; None when nothing was filed."""
        return 100.0 * self.instant / self.filed if self.filed else None


def counted(
    rows: QuerySet[ServiceRequest], *, since: date, until: date
) -> tuple[Sequence[ServiceCount], Counter]:
    """Requests filed in `[since, until]` by service, and all of them by the state in which they stand now."""
    filed = rows.filter(submitted_at__date__gte=since, submitted_at__date__lte=until)
    by_service = (
        filed.order_by("service__position")
        .values("service__code", "service__title_fa", "service__title_en")
        .annotate(
            filed=Count("pk", distinct=True),
            instant=Count("pk", distinct=True, filter=Q(decisions__instant=True)),
        )
    )
    services = [
        ServiceCount(
            row["service__code"],
            row["service__title_fa"],
            row["service__title_en"],
            row["filed"],
            row["instant"],
        )
        for row in by_service
    ]
    states = Counter(dict(filed.order_by().values_list("state").annotate(Count("pk"))))
    return services, states
