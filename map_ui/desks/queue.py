"""Chooses the cases a desk shows: those that wait for it, or as filtered, the longest waiting first."""

from collections.abc import Mapping

from django.db.models import Max, Q, QuerySet

from gis_core.access import Scope
from gis_core.persian import latin_digits
from parcels.service_requests.models import ServiceRequest, State
from parcels.service_requests.queries import states_to_work_on, visible_to
from parcels.service_requests.workflow import FINAL

#: What a desk without steps of its own watches: everything that is not over.
OVER = frozenset({*FINAL, State.ANSWERED_INSTANT})
#: States in which no case stays.
PASSING = frozenset({State.DRAFT, State.SUBMITTED, State.INSTANT_CHECK})


def queue(scope: Scope, asked: Mapping[str, str]) -> QuerySet[ServiceRequest]:
    """
    The cases of a desk, each with `since`: when it came to where it stands.

    `asked`: `state` ("" what waits for this desk, "all", or a state), `service`, `district`, `q` the
    beginning of a tracking code or of a parcel's key, digits of any kind.
    """
    rows = _in_state(visible_to(scope), scope, asked.get("state", ""))
    if asked.get("service"):
        rows = rows.filter(service__code=asked["service"])
    if asked.get("district"):
        rows = rows.filter(district_code=latin_digits(asked["district"]).strip())
    rows = rows.filter(_named(latin_digits(asked.get("q", "")).strip()))
    return rows.annotate(since=Max("transitions__at")).order_by("since", "pk")


def _in_state(rows: QuerySet[ServiceRequest], scope: Scope, state: str) -> QuerySet[ServiceRequest]:
    if state == "all":
        return rows
    if state in State.values:
        return rows.filter(state=state)
    to_do = states_to_work_on(scope)
    return rows.filter(state__in=to_do) if to_do else rows.exclude(state__in=OVER)


def _named(typed: str) -> Q:
    digits = "".join(letter for letter in typed if letter.isdigit())
    by_key = Q(parcel__key__startswith=typed)
    return by_key | Q(tracking_code__startswith=digits) if digits else by_key
