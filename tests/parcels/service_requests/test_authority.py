"""Who may ask about a property: its owner at once, everybody else when a person has seen the papers."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gis_core.contacts import claim_mobile, keep_national_code
from gis_core.errors import BadInput
from gis_core.models import Role
from parcels.records.queries import property_record
from parcels.service_requests import authority
from parcels.service_requests.decisions import recommend
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Decision, State
from parcels.service_requests.uploads import checked
from parcels.service_requests.workflow import GOES_ON, acting_in
from tests.parcels.service_requests.situations import (
    ALI,
    NEGAR,
    TODAY,
    lot_in_a_zone,
    owned_by,
    property_file,
    someone,
    submission,
    tolerance,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def lot():
    parcel = lot_in_a_zone()
    tolerance()
    return parcel


def reasons(request):
    return [row["code"] for row in Decision.objects.get(request=request).reasons]


@pytest.mark.parametrize(
    ("owners", "state"),
    [
        ([NEGAR], State.ANSWERED_INSTANT),
        ([ALI, NEGAR], State.ANSWERED_INSTANT),  # one of two owners
        ([ALI], State.DOC_CHECK),
        ([], State.DOC_CHECK),
        (None, State.DOC_CHECK),  # not known whose it is
    ],
    ids=["owner", "co-owner", "stranger", "nobody's", "unknown"],
)
def test_only_an_owner_on_record_is_certified_on_the_spot(owners, state):
    parcel = lot()
    property_file(parcel, owner_indexes=owners if owners is None else owned_by(*owners))
    request = receive(submission(parcel), on=TODAY)
    assert request.state == state
    assert reasons(request) == ([] if state == State.ANSWERED_INSTANT else ["AUTHORITY_NOT_VERIFIED"])


@pytest.mark.parametrize("service", ["CT-04", "PB-11"])
def test_a_stranger_gets_no_visit_before_a_person_has_seen_the_papers(service):
    parcel = lot()
    property_file(parcel, owner_indexes=owned_by(ALI), stop_order=True)
    stranger = receive(submission(parcel, service), on=TODAY)
    owner = receive(submission(parcel, service, person=ALI), on=TODAY)
    assert (stranger.state, owner.state) == (State.DOC_CHECK, State.INSPECTION_REQUESTED)


def test_without_a_file_nobody_is_an_owner_on_record():
    request = receive(submission(lot()), on=TODAY)
    assert request.state == State.DOC_CHECK
    assert reasons(request) == ["NO_RECORD", "AUTHORITY_NOT_VERIFIED"]


def test_the_owner_of_the_flat_asks_for_the_flat_and_not_for_the_house():
    parcel = lot()
    property_file(parcel, owner_indexes=owned_by(ALI))
    property_file(parcel, unit="6")
    flat, house = (receive(submission(parcel, unit=unit), on=TODAY) for unit in ("6", ""))
    assert (flat.state, house.state) == (State.ANSWERED_INSTANT, State.DOC_CHECK)


def test_at_the_counter_the_officer_has_seen_the_papers():
    parcel = lot()
    property_file(parcel, owner_indexes=owned_by(ALI))
    assert receive(submission(parcel, channel="counter"), on=TODAY).state == State.ANSWERED_INSTANT


def test_an_account_opened_under_another_national_code_does_not_ask_as_the_owner():
    parcel = lot()
    property_file(parcel)
    accounts = [someone("citizen", name) for name in ("negar", "ali", "nobody-asked")]
    for user, who in zip(accounts, (NEGAR, ALI), strict=False):
        claim_mobile(user, who.mobile)
        keep_national_code(user, who.national_code)
    asked = [receive(submission(parcel, filed_by_id=user.pk), on=TODAY).state for user in accounts]
    assert asked == [State.ANSWERED_INSTANT, State.DOC_CHECK, State.ANSWERED_INSTANT]


def test_a_power_of_attorney_is_looked_at_by_a_person():
    parcel = lot()
    property_file(parcel, owner_indexes=owned_by(ALI))
    papers = [checked(kind, f"{kind}.pdf", b"%PDF-1.7\n%%EOF") for kind in ("deed", "authority")]
    request = receive(submission(parcel, "PB-09", papers=papers), on=TODAY)
    assert request.state == State.DOC_CHECK
    assert "AUTHORITY_NOT_VERIFIED" in reasons(request)


@pytest.mark.parametrize("service", ["IQ-11", "IQ-04"])
def test_what_stands_on_the_public_map_is_told_to_everybody(service):
    parcel = lot()
    property_file(parcel, owner_indexes=owned_by(ALI))
    assert "AUTHORITY_NOT_VERIFIED" not in reasons(receive(submission(parcel, service), on=TODAY))


@pytest.mark.parametrize("to_state", sorted(GOES_ON))
def test_a_case_goes_on_from_the_papers_only_when_who_takes_it_on_has_seen_the_proof(to_state):
    parcel = lot()
    property_file(parcel, owner_indexes=None)
    request = receive(submission(parcel), on=TODAY, at=NOON)
    officer = acting_in(Role.TECHNICAL_OFFICER, someone("technical_officer").pk)
    with pytest.raises(BadInput) as refused:
        recommend(request, to_state, by=officer, at=NOON)
    assert refused.value.details == {"field": "authority"}
    recommend(request, to_state, by=officer, at=NOON, reasons=[authority.VERIFIED])
    step = request.transitions.get(to_state=to_state)
    assert (step.by_id, step.role) == (officer.user_id, Role.TECHNICAL_OFFICER)
    assert not authority.in_doubt(request)


def test_a_case_can_be_returned_for_papers_without_any_proof():
    request = receive(submission(lot()), on=TODAY, at=NOON)
    officer = acting_in(Role.TECHNICAL_OFFICER, someone("technical_officer").pk)
    recommend(request, State.RETURNED, by=officer, at=NOON, note="سند را بفرستید.")
    assert authority.in_doubt(request)


def test_an_owner_on_record_is_asked_for_no_proof_again():
    parcel = lot()
    property_file(parcel, stop_order=True)
    papers = [checked("deed", "deed.pdf", b"%PDF-1.7\n%%EOF")]
    request = receive(submission(parcel, "PB-09", papers=papers), on=TODAY, at=NOON)
    officer = acting_in(Role.TECHNICAL_OFFICER, someone("technical_officer").pk)
    recommend(request, State.DETAILED_PLAN_CHECK, by=officer, at=NOON)
    assert request.state == State.DETAILED_PLAN_CHECK


def test_the_owners_stand_in_no_decision_and_no_reading_of_the_file_fetches_them():
    parcel = lot()
    file = property_file(parcel)
    request = receive(submission(parcel), on=TODAY)
    decision = Decision.objects.get(request=request)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        record = property_record(parcel, on=TODAY)
    told = f"{decision.facts}{decision.reasons}{record}{list(request.transitions.values())}"
    assert file.owner_indexes[0] not in told
    assert not [query for query in asked.captured_queries if "owner_indexes" in query["sql"]]
