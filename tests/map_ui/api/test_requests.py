"""A request is filed once through the API, and followed by its code without an account."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gis_core.models import Role, RoleGrant, User
from map_ui.guessing import MISSES
from parcels.service_requests.models import Service, ServiceRequest
from tests.builders import LONG_AGO, corner_plot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def citizen() -> Client:
    user = User.objects.create(username="citizen")
    RoleGrant.objects.create(user=user, role=Role.CITIZEN, valid=(LONG_AGO, None))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def no_violation() -> Service:
    return Service.objects.create(
        code="CT-04",
        title_fa="گواهی عدم خلاف",
        title_en="No-violation certificate",
        decision=Service.Decision.INSTANT_OR_VISIT,
        needed_records={"file": True},
        visit={"minutes": 20, "skill": "building"},
        output="no_violation",
    )


def sent(**changed) -> dict:
    return {
        "client_uuid": str(uuid4()),
        "service": "CT-04",
        "parcel": corner_plot().key,
        "name": "نسرین صالحی",
        "national_code": "۰۰۱۰۰۰۰۰۱۱",
        "mobile": "09120000000",
    } | changed


def test_a_parcel_without_a_file_is_not_certified_on_the_spot_and_the_reason_is_given(citizen, no_violation):
    answer = citizen.post("/api/requests/", sent(), content_type="application/json")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["instant"] is False
    assert "NO_RECORD" in {reason["code"] for reason in body["reasons"]}
    assert body["verification"] is None


def test_sending_the_same_form_twice_files_one_request(citizen, no_violation):
    form = sent()
    codes = {
        citizen.post("/api/requests/", form, content_type="application/json").json()["tracking_code"]
        for _ in range(2)
    }
    assert len(codes) == 1
    assert ServiceRequest.objects.count() == 1


def test_whoever_knows_the_code_sees_where_it_stands_and_nothing_personal(citizen, no_violation):
    code = citizen.post("/api/requests/", sent(), content_type="application/json").json()["tracking_code"]
    answer = Client().get(f"/api/requests/{code}/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert code in text
    for secret in ("0010000011", "09120000000", "صالحی"):
        assert secret not in text


def test_a_certificate_is_not_filed_by_nobody(no_violation):
    answer = Client().post("/api/requests/", sent(), content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "FORBIDDEN"


def test_a_wrong_national_code_is_refused_without_repeating_it(citizen, no_violation):
    answer = citizen.post("/api/requests/", sent(national_code="1271234560"), content_type="application/json")
    assert answer.status_code == 400
    assert "1271234560" not in answer.content.decode()
    assert ServiceRequest.objects.count() == 0


def test_a_paper_nobody_asked_for_is_not_kept(citizen, no_violation):
    paper = SimpleUploadedFile("x.pdf", b"%PDF-1.7 %%EOF")
    answer = citizen.post("/api/requests/", sent() | {"anything": paper})
    assert answer.status_code == 400, answer.content
    assert answer.json()["details"]["kinds"] == ["anything"]
    assert ServiceRequest.objects.count() == 0


def test_who_tries_out_tracking_codes_has_to_wait_and_others_have_not(citizen, no_violation):
    code = citizen.post("/api/requests/", sent(), content_type="application/json").json()["tracking_code"]
    guesser, other = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")
    answers = [guesser.get(f"/api/requests/{number:012d}/").status_code for number in range(MISSES)]
    assert answers == [404] * MISSES
    assert guesser.get(f"/api/requests/{code}/").status_code == 429
    assert other.get(f"/api/requests/{code}/").status_code == 200


def test_behind_our_proxy_one_guesser_does_not_stop_the_others(citizen, no_violation):
    code = citizen.post("/api/requests/", sent(), content_type="application/json").json()["tracking_code"]
    proxied = Client(REMOTE_ADDR="10.0.0.2")
    for number in range(MISSES):
        proxied.get(f"/api/requests/{number:012d}/", headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9"})
    guesser = proxied.get(f"/api/requests/{code}/", headers={"X-Forwarded-For": "8.8.8.8, 203.0.113.9"})
    other = proxied.get(f"/api/requests/{code}/", headers={"X-Forwarded-For": "203.0.113.10"})
    assert (guesser.status_code, other.status_code) == (429, 200)
