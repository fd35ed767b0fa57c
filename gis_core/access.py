"""
Answers who may see or do what: one table of actions, in conditions that combine with `&`, `|` and `~`.

Pages, API, tiles and exports ask `allowed`; lists are cut by `reach`; PostgreSQL's row-level
security is the second wall and is told the same reach by `acting_as`. Which endpoint is which
action stands in `map_ui/endpoints.py`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from gis_core.errors import Forbidden
from gis_core.models import Role, RoleGrant, User


@dataclass(frozen=True)
class Grant:
    """One role over districts and offices; an empty set means all of the city."""

    role: str
    districts: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    agency: str = ""

    def covers(self, subject: Any) -> bool:
        """Whether the subject's district and office lie within this grant."""
        district = getattr(subject, "district_code", None)
        office = getattr(subject, "office_code", None)
        return (not self.districts or district in self.districts) and (
            not self.offices or office in self.offices
        )


@dataclass(frozen=True)
class Scope:
    """
    What one person may reach: roles x districts x offices on a day. `user_id` None is an anonymous visitor.

    Examples
    --------
    >>> Scope(7, (Grant("planner"),)).roles
    frozenset({'planner'})
    >>> Scope().anonymous
    True
    """

    user_id: int | None = None
    grants: tuple[Grant, ...] = ()

    @property
    def anonymous(self) -> bool:
        """Whether nobody has signed in."""
        return self.user_id is None

    @property
    def roles(self) -> frozenset[str]:
        """The names of all roles held."""
        return frozenset(grant.role for grant in self.grants)

    def without(self, roles: frozenset[str]) -> "Scope":
        """
        The scope with these roles left out.

        Examples
        --------
        >>> Scope(7, (Grant("planner"), Grant("citizen"))).without(frozenset({"planner"})).roles
        frozenset({'citizen'})
        """
        return Scope(self.user_id, tuple(grant for grant in self.grants if grant.role not in roles))

    def holding(self, *roles: str) -> tuple[Grant, ...]:
        """The grants of any of those roles."""
        return tuple(grant for grant in self.grants if grant.role in roles)


ANONYMOUS = Scope()


def scope_of(user: User, *, on: date) -> Scope:
    """The scope of a signed-in person on a day; of an anonymous visitor the empty one. One query."""
    if not user.is_authenticated:
        return ANONYMOUS
    rows = RoleGrant.objects.filter(user_id=user.pk, valid__contains=on)
    return Scope(
        user.pk,
        tuple(
            Grant(row.role, frozenset(row.district_codes), frozenset(row.office_codes), row.agency)
            for row in rows
        ),
    )


@dataclass(frozen=True)
class Condition:
    """
    A question about a scope and a subject: yes, no, or (when no subject is given yet) not known.

    Examples
    --------
    >>> planner, approver = holds("planner"), holds("plan_approver")
    >>> (planner & ~approver).test(Scope(1, (Grant("planner"),)), None)
    True
    """

    test: Callable[[Scope, Any], bool | None]

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(lambda scope, subject: _both(self.test(scope, subject), other.test(scope, subject)))

    def __or__(self, other: "Condition") -> "Condition":
        return ~(~self & ~other)

    def __invert__(self) -> "Condition":
        return Condition(lambda scope, subject: _not(self.test(scope, subject)))


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def about(question: Callable[[Scope, Any], bool]) -> Condition:
    """A condition on the subject: not known as long as there is none."""
    return Condition(lambda scope, subject: None if subject is None else bool(question(scope, subject)))


def holds(*roles: str) -> Condition:
    """The person has one of the roles, wherever."""
    return Condition(lambda scope, subject: bool(scope.holding(*roles)))


def covers(*roles: str) -> Condition:
    """The person has one of the roles over the subject's district and office."""
    return holds(*roles) & about(
        lambda scope, subject: any(grant.covers(subject) for grant in scope.holding(*roles))
    )


anyone = Condition(lambda scope, subject: True)
nobody = Condition(lambda scope, subject: False)
signed_in = Condition(lambda scope, subject: not scope.anonymous)
own = signed_in & about(lambda scope, subject: getattr(subject, "filed_by_id", None) == scope.user_id)
author = signed_in & about(lambda scope, subject: getattr(subject, "created_by_id", None) == scope.user_id)

OFFICE_ROLES = (Role.OFFICE_MANAGER, Role.TECHNICAL_OFFICER, Role.FOLLOW_UP_OFFICER, Role.DETAILED_PLAN_DESK)
DISTRICT_ROLES = (Role.MUNICIPAL_STAFF, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR)
VISITING_ROLES = (Role.INSPECTOR,)
WAITING_ROLES = (Role.AGENCY,)
HANDLING_ROLES = (Role.TECHNICAL_OFFICER, Role.FOLLOW_UP_OFFICER, Role.MUNICIPAL_STAFF)
DESK_ROLES = (*OFFICE_ROLES, Role.MUNICIPAL_STAFF, Role.SUPERVISOR, Role.AUDITOR, Role.AGENCY)
PLAN_ROLES = (Role.PLANNER, Role.PLAN_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)

ACTIONS: dict[str, Condition] = {
    # what needs no account
    "look": anyone,
    "sign_in": anyone,
    "track": anyone,
    "verify_answer": anyone,
    "file_public_request": anyone,
    # a person's own
    "sign_out": signed_in,
    "keep_account": signed_in,
    "see_own": signed_in,
    "file_request": signed_in,
    "file_on_behalf": holds(Role.TECHNICAL_OFFICER),
    # a case and its desk
    "see_request": own | covers(*OFFICE_ROLES, *DISTRICT_ROLES, *VISITING_ROLES, *WAITING_ROLES),
    "read_documents": own | covers(*HANDLING_ROLES, Role.DETAILED_PLAN_DESK),
    "reveal_applicant": covers(*HANDLING_ROLES) & ~own,
    "open_desk": holds(*DESK_ROLES),
    "work_on_request": own
    | covers(*OFFICE_ROLES, Role.MUNICIPAL_STAFF, Role.DISPATCHER, Role.INSPECTOR, Role.AGENCY),
    # visits
    "plan_day": covers(Role.DISPATCHER),
    "see_day": covers(Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR),
    "visit": holds(Role.INSPECTOR),
    # plans
    "see_drafts": holds(*PLAN_ROLES),
    "edit_zoning": holds(Role.PLANNER),
    "change_draft": holds(Role.PLANNER) & author,
    "approve_zoning": holds(Role.PLAN_APPROVER) & ~author,
    "see_city": holds(*PLAN_ROLES, Role.DETAILED_PLAN_DESK, Role.SUPERVISOR),
    # watching and running the city's Pelak
    "supervise": holds(Role.SUPERVISOR, Role.AUDITOR, Role.OFFICE_MANAGER),
    "audit": holds(Role.AUDITOR),
    "administer": holds(Role.ADMINISTRATOR),
    "unlisted": nobody,
}
OPEN_ACTIONS = frozenset({"look", "sign_in", "track", "verify_answer", "file_public_request"})


def allowed(scope: Scope, action: str, subject: Any = None) -> bool:
    """
    Whether the scope may do the action on the subject; without subject, whether it may on any.

    Raises
    ------
    KeyError
        When the table has no such action: nothing is allowed by being forgotten.

    Examples
    --------
    >>> allowed(ANONYMOUS, "look"), allowed(ANONYMOUS, "plan_day")
    (True, False)
    """
    verdict = ACTIONS[action].test(scope, subject)
    return verdict is not False if subject is None else verdict is True


def require(scope: Scope, action: str, subject: Any = None) -> None:
    """
    Let pass or refuse.

    Raises
    ------
    Forbidden
        When the scope may not do this.
    """
    if not allowed(scope, action, subject):
        raise Forbidden(
            "نقش شما اجازهٔ این کار را نمی‌دهد؛ اگر باید بدهد، از مدیر سامانه بخواهید.",
            "Your role does not allow this; if it should, ask the administrator.",
            {"action": action},
        )


@dataclass(frozen=True)
class Reach:
    """
    Which service requests a scope sees: all, those of some districts or offices, and always one's own.

    `visits` and `waits` are districts in which only requests with a visit (or waiting for an agency) are
    seen; None means nowhere, an empty set means the whole city. `personal`: handles applicants' data.
    """

    user_id: int | None
    everything: bool
    districts: frozenset[str]
    offices: frozenset[str]
    visits: frozenset[str] | None
    waits: frozenset[str] | None
    personal: bool


def reach(scope: Scope) -> Reach:
    """
    The service requests a scope reaches, for queries and for row-level security alike.

    Examples
    --------
    >>> reach(Scope(3, (Grant("municipal_staff", frozenset({"5"})),))).districts
    frozenset({'5'})
    >>> reach(Scope(3, (Grant("auditor"),))).everything
    True
    """
    by_district, by_office = scope.holding(*DISTRICT_ROLES), scope.holding(*OFFICE_ROLES)
    return Reach(
        user_id=scope.user_id,
        everything=any(not grant.districts for grant in by_district)
        or any(not grant.offices and not grant.districts for grant in by_office),
        districts=_union(grant.districts for grant in by_district),
        offices=_union(grant.offices for grant in by_office),
        visits=_area(scope.holding(*VISITING_ROLES)),
        waits=_area(scope.holding(*WAITING_ROLES)),
        personal=bool(scope.holding(*HANDLING_ROLES)),
    )


def _union(sets: Iterator[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _area(grants: tuple[Grant, ...]) -> frozenset[str] | None:
    if not grants:
        return None
    if any(not grant.districts for grant in grants):
        return frozenset()
    return _union(grant.districts for grant in grants)


@contextmanager
def acting_as(scope: Scope, *, tracking_code: str = "") -> Iterator[None]:
    """
    A transaction in which PostgreSQL shows and takes only the rows of that scope.

    `tracking_code` opens the one request of that code to whoever knows it.
    """
    with _transaction_with(_row_settings(reach(scope), tracking_code)):
        yield


@contextmanager
def acting_as_system() -> Iterator[None]:
    """A transaction of Pelak itself (receiving a request, a job), never for what a person asked to see."""
    with _transaction_with({"app.actor": "system"}):
        yield


def _row_settings(seen: Reach, tracking_code: str) -> dict[str, str]:
    areas = [seen.visits, seen.waits]
    city_wide = seen.everything or any(area == frozenset() for area in areas)
    districts = seen.districts.union(*(area for area in areas if area))
    return {
        "app.actor": "person",
        "app.user": str(seen.user_id or ""),
        "app.all_requests": "on" if city_wide else "",
        "app.districts": json.dumps(sorted(districts)),
        "app.offices": json.dumps(sorted(seen.offices)),
        "app.personal": "on" if seen.personal else "",
        "app.tracking_code": tracking_code,
    }


@contextmanager
def _transaction_with(settings: dict[str, str]) -> Iterator[None]:
    """Set for this transaction only; inside another one, what held before holds again afterwards."""
    with transaction.atomic():
        before = _exchange(settings)
        yield
        if connection.savepoint_ids and not transaction.get_rollback():
            _exchange(before)


def _exchange(settings: dict[str, str]) -> dict[str, str]:
    """Set the settings and give back what they were; one round trip."""
    columns = ", ".join(["current_setting(%s, true)"] * len(settings))
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH before AS MATERIALIZED (SELECT {columns}) SELECT before.*, {calls} FROM before",
            [*settings, *(part for pair in settings.items() for part in pair)],
        )
        row = cursor.fetchone()
    return {name: value or "" for name, value in zip(settings, row, strict=False)}
