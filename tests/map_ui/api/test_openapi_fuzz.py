"""Whatever is sent to the API, it answers as its OpenAPI document says and never breaks."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import schemathesis
import shapely
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gis_core import crs
from gis_core.models import Role, RoleGrant, User
from map_ui.api.urls import urlpatterns
from parcels.inspections.models import Inspector
from tests.builders import LONG_AGO, ORIGIN, corner_plot, geos, zoned
from tests.parcels.service_requests.situations import catalogue, property_file

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6
CSRF = "0123456789abcdef0123456789abcdef"
DESCRIBED = sorted(entry.name for entry in urlpatterns if entry.name not in {"schema", "docs"})
# What is there: half of the questions are about it, so that they get past the first refusal.
PRESENT: dict[str, Any] = {
    "key": "3-2-45-17-0-0-0",
    "parcel": "3-2-45-17-0-0-0",
    "service": "IQ-11",
    "district": "3",
    "day": "2026-11-21",
    "visit_id": 1,
}

LON, LAT = crs.to_lonlat(*ORIGIN)
GOOD = {
    "q": "3-2",
    "lon": LON,
    "lat": LAT,
    "service": "IQ-11",
    "bbox": f"{LON},{LAT},{LON + 0.01},{LAT + 0.01}",
}
FIELDS = {
    "service": "PB-11",
    "parcel": PRESENT["key"],
    "name": "نگار صالحی",
    "national_code": "0499370899",
    "mobile": "09131234567",
    "wished_day": "",
    "storeys": "",
    "outcome": "confirmed",
    "measured_area_m2": "",
    "storeys_seen": "",
    "note": "",
}


PROPOSAL = {
    "storeys": 4,
    "footprint_m2": 165,
    "units": 8,
    "unit_m2": 82.5,
    "bays": 8,
    "uses": ["housing"],
    "height_m": 17.1,
    "parts": [{"kind": "ROOM", "area_m2": 660}],
    "crs": "EPSG:4326",
}


@pytest.fixture
def small_city() -> None:
    """The reference lot with its zone, its file and the services; everything may be asked about it."""
    catalogue()
    property_file(corner_plot())
    zoned()


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The server runs inside the test: it must not close the test's connection, nor count for later ones."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    cache.clear()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def everyone_in_one() -> dict[str, str]:
    """The headers of a person who has every role: nothing is hidden behind the gate."""
    user = User.objects.create(username="everyone")
    for role in Role.values:
        RoleGrant.objects.create(user=user, role=role, valid=(LONG_AGO, None))
    start = geos(shapely.Point(ORIGIN))
    Inspector.objects.create(user=user, code="K01", district_codes=["3"], skills=["building"], start=start)
    client = Client()
    client.force_login(user)
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF}"
    return {"Cookie": cookies, "X-CSRFToken": CSRF}


@pytest.mark.parametrize("name", DESCRIBED)
def test_an_operation_answers_as_described_whatever_it_is_asked(name, small_city, everyone_in_one):
    for operation in _operations(name):
        _try(operation, {})
        _try(operation, everyone_in_one)


def _operations(name: str) -> list:
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    route = next(entry for entry in urlpatterns if entry.name == name)
    address = "/api/" + "".join(
        f"{{{part.partition('>')[0].rpartition(':')[2]}}}{part.partition('>')[2]}" if number else part
        for number, part in enumerate(str(route.pattern).split("<"))
    )
    return list(schema[address].values())


def _try(operation, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), about_what_is_there=st.booleans())
    def asked(case, about_what_is_there: bool) -> None:
        if about_what_is_there:
            for where in (case.path_parameters, case.query):
                where.update({part: PRESENT[part] for part in where or {} if part in PRESENT})
        case.call_and_validate(checks=CHECKS, headers=headers)

    asked()


NASTY = ["a\x00b", "9" * 30, "nan", "1e308", "9377/12/29", "0001-01-01T00:00:00+14:00", "ي" * 5000]


@pytest.mark.parametrize("nasty", NASTY, ids=[ascii(one)[1:25] for one in NASTY])
def test_a_value_that_no_column_holds_is_refused_and_breaks_nothing(nasty, small_city, everyone_in_one):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="everyone"))
    described = client.get("/api/schema/", {"format": "json"}).json()
    for address, methods in described["paths"].items():
        for method, operation in methods.items():
            for asked in _each_value_in_turn(address, operation, nasty):
                answer = _ask(client, method, *asked)
                assert answer.status_code != 500, (method, *asked, answer.content[:300])


def _each_value_in_turn(address: str, operation: dict, nasty: str) -> Iterator[tuple[str, dict, dict]]:
    """Address, query and body in which one value after the other is the nasty one, the others are right."""
    parameters = operation.get("parameters", [])
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = (PROPOSAL if address.endswith("/proposal/") else FIELDS) if schema else {}
    path = {one["name"]: str(PRESENT.get(one["name"], "x")) for one in parameters if one["in"] == "path"}
    query = {one["name"]: GOOD.get(one["name"], "") for one in parameters if one["in"] == "query"}
    for name in path:
        filled = path | {name: quote(nasty, safe="")}
        if name != "visit_id" or nasty.isdigit():
            yield address.format(**filled), query, fields
    for name in query:
        yield address.format(**path), query | {name: nasty}, fields
    for name in fields:
        yield address.format(**path), query, fields | {name: nasty}


def _ask(client: Client, method: str, address: str, query: dict, body: dict):
    if method == "get":
        return client.get(address, query)
    body = body if address.endswith("/proposal/") else body | {"client_uuid": str(uuid4())}
    return client.post(address, body, query_params=query, content_type="application/json")
