"""Which pages a person is offered in the masthead, by what they may be here."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gis_core.access import ANONYMOUS
from gis_core.models import Role

OFFICE = (Role.OFFICE_MANAGER, Role.TECHNICAL_OFFICER, Role.FOLLOW_UP_OFFICER, Role.DETAILED_PLAN_DESK)
DESK = (*OFFICE, Role.MUNICIPAL_STAFF, Role.SUPERVISOR, Role.AGENCY, Role.AUDITOR)

#: Name of the page's address, its title, and the roles that are offered it (none: everybody).
PAGES: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("home", gettext_noop("Map"), ()),
    ("offices", gettext_noop("Offices"), ()),
    ("request-track", gettext_noop("Track a request"), ()),
    ("desk", gettext_noop("Desk"), DESK),
    ("dispatch", gettext_noop("Day board"), (Role.DISPATCHER, Role.SUPERVISOR)),
    ("inspector", gettext_noop("My visits"), (Role.INSPECTOR,)),
    ("plans", gettext_noop("Zoning plans"), (Role.PLANNER, Role.PLAN_APPROVER)),
    (
        "city-result",
        gettext_noop("Maps of the city"),
        (Role.PLANNER, Role.PLAN_APPROVER, Role.DETAILED_PLAN_DESK, Role.SUPERVISOR),
    ),
    ("requests-mine", gettext_noop("My requests"), (Role.CITIZEN,)),
    ("overview", gettext_noop("Overview"), (Role.SUPERVISOR, Role.OFFICE_MANAGER, Role.AUDITOR)),
    ("audit-book", gettext_noop("Book of readings"), (Role.AUDITOR,)),
    ("administration", gettext_noop("Administration"), (Role.ADMINISTRATOR,)),
)


@dataclass(frozen=True)
class Item:
    """One entry of the masthead."""

    url: str
    title: str
    current: bool = False


def items(request: HttpRequest) -> list[Item]:
    """The pages offered to this person, the present one marked; a page that is not installed is left out."""
    held = set(_roles(request))
    offered = (entry for entry in PAGES if not entry[2] or held.intersection(entry[2]))
    found = []
    for name, title, _needed in offered:
        url = _address(name)
        if url:
            current = request.path == url or (url != "/" and request.path.startswith(url))
            found.append(Item(url, _(title), current))
    return found


def door(request: HttpRequest) -> Item | None:
    """The way in for who is not signed in; one's account, with the way out, for who is."""
    signed_in = not getattr(request, "scope", ANONYMOUS).anonymous
    url = _address("mfa_index" if signed_in else "account_login")
    return Item(url, _("Your account") if signed_in else _("Sign in")) if url else None


def _roles(request: HttpRequest) -> Iterable[str]:
    scope = getattr(request, "scope", ANONYMOUS)
    return () if scope.anonymous else scope.roles


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
