"""What a hostile visitor tries: another's case, another's district, a forged form, a link that leads away."""

import pytest
from django.test import Client
from django.urls import reverse

from parcels.service_requests.intake import receive
from tests.parcels.service_requests.situations import TODAY, lot_in_a_zone, someone, submission

pytestmark = pytest.mark.django_db


def signed_in(user, **more) -> Client:
    client = Client(**more)
    client.force_login(user)
    return client


def test_anothers_case_is_not_there_for_a_citizen():
    case = receive(submission(lot_in_a_zone(), filed_by_id=someone("citizen").pk), on=TODAY)
    stranger = signed_in(someone("citizen"))
    address = reverse("case", args=[case.tracking_code])
    assert stranger.get(address).status_code == 404
    assert (
        stranger.post(reverse("case-move", args=[case.tracking_code]), {"to": "cancelled"}).status_code == 404
    )
    case.refresh_from_db()
    assert case.state != "cancelled"


def test_the_day_of_another_district_is_refused():
    dispatcher = signed_in(someone("dispatcher", districts=("9",)))
    assert dispatcher.get("/api/days/3/2026-11-22/").status_code == 403
    assert dispatcher.post("/api/days/3/2026-11-22/").status_code == 403


def test_a_form_of_another_site_changes_nothing():
    planner = signed_in(someone("planner"), enforce_csrf_checks=True)
    assert planner.post(reverse("plan-open")).status_code == 403
    dispatcher = signed_in(someone("dispatcher"), enforce_csrf_checks=True)
    assert dispatcher.post("/api/days/3/2026-11-22/").status_code == 403


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_signing_in_never_leads_to_another_site(away):
    someone("citizen", name="negar")
    answer = Client().post(
        f"{reverse('account_login')}?next={away}", {"login": "negar", "password": "a long password"}
    )
    assert (answer.status_code, answer["Location"]) == (302, reverse("requests-mine"))
