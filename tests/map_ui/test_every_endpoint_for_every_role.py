"""Walks every address of the service for every role: what the table allows is let in, all else is refused."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gis_core.access import ACTIONS, ANONYMOUS, Grant, Scope, allowed
from gis_core.models import Role, User
from map_ui.endpoints import ENDPOINTS
from tests.parcels.service_requests.situations import someone

SAMPLES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "1",
    "slug": "parcels",
    "str": "x",
    "path": "x",
}
REFUSALS = {401, 403}


def addresses(patterns=None, namespace: str = "", before: str = "/") -> Iterator[tuple[str, str]]:
    """Every route of the service: its name and one address it matches."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, inside, route)
        elif isinstance(entry, URLPattern):
            yield (
                f"{namespace}{entry.name}",
                re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], route),
            )


ALL = sorted(addresses())


@pytest.mark.parametrize(("name", "_address"), ALL, ids=[name for name, _ in ALL])
def test_every_endpoint_has_its_line_in_the_table(name, _address):
    assert name in ENDPOINTS, f"{name} has no line in map_ui/endpoints.py, so it is refused to everyone."
    assert ENDPOINTS[name] in ACTIONS


def test_the_table_names_no_endpoint_twice_or_in_vain():
    unknown = set(ENDPOINTS) - {name for name, _ in ALL}
    assert not unknown, f"Lines of map_ui/endpoints.py without an address: {sorted(unknown)}"


def is_refused(response) -> bool:
    to_sign_in = response.status_code == 302 and response["Location"].startswith("/sign-in/")
    return response.status_code in REFUSALS or to_sign_in


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", *Role.values])
def test_a_role_gets_past_the_gate_exactly_where_the_table_says(role, monkeypatch):
    """The gate alone is asked here: what lies behind it is answered by an empty page."""
    client = Client()
    scope = ANONYMOUS
    if role:
        user: User = someone(role)
        client.force_login(user)
        scope = Scope(user.pk, (Grant(role),))
    behind_the_gate(monkeypatch)
    for name, address in ALL:
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert is_refused(response) is not allowed(scope, ENDPOINTS[name]), (name, method, role)


def behind_the_gate(monkeypatch) -> None:
    """Let whoever passes the gate find an empty page, so that only the gate is measured."""
    from django.http import HttpResponse

    from map_ui import middleware

    gate = middleware.AccessMiddleware.__call__

    def asked(self, request):
        monkeypatch.setattr(self, "get_response", lambda _request: HttpResponse("in"))
        return gate(self, request)

    monkeypatch.setattr(middleware.AccessMiddleware, "__call__", asked)
