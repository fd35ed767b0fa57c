"""The people at the desks of the invented city as they act: each with the scope of their own roles."""

from datetime import date
from functools import cached_property

from gis_core.access import Scope, scope_of
from gis_core.models import Role, RoleGrant, User
from parcels.inspections.models import Inspector
from parcels.service_requests.models import ServiceRequest
from parcels.service_requests.workflow import Actor


class Staff:
    """Finds who has a role over a case; scopes are read once."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._scopes: dict[int, Scope] = {}

    @cached_property
    def _by_role(self) -> dict[str, list[User]]:
        """The people of each role, in the order in which they came."""
        found: dict[str, list[User]] = {}
        for row in RoleGrant.objects.select_related("user").order_by("id"):
            found.setdefault(row.role, []).append(row.user)
        return found

    @cached_property
    def _inspectors(self) -> dict[int, tuple[Inspector, Actor]]:
        rows = Inspector.objects.select_related("user")
        return {row.pk: (row, self._actor(row.user)) for row in rows}

    def acting(self, role: Role, subject: ServiceRequest) -> Actor:
        """
        The first person who has this role over the case's district and office.

        Raises
        ------
        LookupError
            When nobody has.
        """
        for user in self._by_role.get(role, ()):
            actor = self._actor(user)
            if any(grant.covers(subject) for grant in actor.scope.holding(role)):
                return actor
        raise LookupError(f"Nobody is {role} in district {subject.district_code}.")

    def inspector(self, number: int) -> tuple[Inspector, Actor]:
        """An inspector by id, and as somebody who acts."""
        return self._inspectors[number]

    def _actor(self, user: User) -> Actor:
        if user.pk not in self._scopes:
            self._scopes[user.pk] = scope_of(user, on=self._on)
        return Actor(self._scopes[user.pk])
