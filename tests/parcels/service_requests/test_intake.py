"""A request from the form to its tracking code: answered on the spot, or why not."""

import uuid
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
import shapely
from PIL import Image

from gis_core.city import DEMO_CITY, read_city
from gis_core.errors import BadInput, Conflict, NotFound
from gis_core.models import AuditEntry
from gis_core.signing import verify
from parcels.service_requests.applicants import Person, asks_national_code, person, reveal, shown
from parcels.service_requests.intake import is_tracking_code, receive
from parcels.service_requests.models import Applicant, Decision, Document, ServiceRequest, State
from parcels.service_requests.uploads import LARGEST_BYTES, checked
from tests.builders import ORIGIN, plot
from tests.parcels.service_requests.situations import (
    NEGAR,
    TODAY,
    lot_in_a_zone,
    owes,
    property_file,
    someone,
    submission,
    tolerance,
)

pytestmark = pytest.mark.django_db


def only(request):
    return Decision.objects.get(request=request)


def test_a_clean_file_is_answered_at_submission_with_no_employee():
    parcel = lot_in_a_zone()
    tolerance()
    property_file(parcel)
    request = receive(submission(parcel), on=TODAY)
    assert request.state == State.ANSWERED_INSTANT
    decision = only(request)
    assert decision.instant
    assert decision.decided_by is None
    assert decision.valid_until == date(2027, 11, 21)
    assert set(request.transitions.values_list("role", flat=True)) == {"system"}
    assert verify(decision.facts, decision.signature, decision.key_id) == "HOLDS"
    assert decision.evaluation.document["parcel"]["key"] == parcel.key


def test_what_was_signed_holds_no_personal_data():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel), on=TODAY)
    facts = str(only(request).facts)
    assert NEGAR.national_code not in facts
    assert NEGAR.mobile not in facts
    assert NEGAR.name not in facts


def test_without_a_record_the_reason_is_said_and_a_visit_is_asked_for():
    parcel = lot_in_a_zone()
    tolerance()
    sent = submission(parcel, channel="counter", wished_day=date(2026, 11, 25))
    request = receive(sent, on=TODAY)
    assert request.state == State.INSPECTION_REQUESTED
    assert [reason["code"] for reason in only(request).reasons] == ["NO_RECORD"]
    assert request.wished_day == date(2026, 11, 25)


def test_where_no_rule_of_density_is_loaded_nothing_is_answered_at_once():
    request = receive(submission(lot_in_a_zone(), "IQ-11", person=None), on=TODAY)
    assert request.state == State.DOC_CHECK
    unknown = {row["args"]["key"] for row in only(request).reasons if row["code"] == "FINDING_UNKNOWN"}
    assert "far_percent" in unknown


def test_a_debt_of_one_rial_prevents_it():
    parcel = lot_in_a_zone()
    tolerance()
    owes(property_file(parcel), 1)
    assert [row["code"] for row in only(receive(submission(parcel), on=TODAY)).reasons] == ["DEBT_DUE"]


def test_a_deed_that_differs_from_the_survey_must_be_seen_on_the_spot():
    lot_in_a_zone()
    tolerance()
    other = plot(parcel_shape(40), "3-2-45-18-0-0-0", deed_area_m2=400.0, district_code="3")
    property_file(other)
    reasons = only(receive(submission(other), on=TODAY)).reasons
    assert [row["code"] for row in reasons] == ["FINDING_NEEDS_INSPECTION"]


def parcel_shape(east_m):
    x, y = ORIGIN
    return shapely.box(x + east_m, y, x + east_m + 12, y + 25)


def test_papers_are_checked_by_an_officer_first_when_it_is_filed_online():
    parcel = lot_in_a_zone()
    paper = checked("deed", "سند.pdf", b"%PDF-1.7\n%%EOF")
    online = receive(submission(parcel, "PB-09", papers=[paper]), on=TODAY)
    counter = receive(submission(parcel, "PB-09", papers=[paper], channel="counter"), on=TODAY)
    assert online.state == State.DOC_CHECK
    assert counter.state == State.INSPECTION_REQUESTED


def test_sent_twice_it_is_filed_once():
    parcel = lot_in_a_zone()
    sent = submission(parcel)
    first, second = receive(sent, on=TODAY), receive(sent, on=TODAY)
    assert first.pk == second.pk
    assert ServiceRequest.objects.count() == 1
    assert Decision.objects.count() == 1


def test_another_persons_form_number_opens_nothing():
    parcel = lot_in_a_zone()
    sent = submission(parcel, filed_by_id=someone("citizen").pk)
    receive(sent, on=TODAY)
    with pytest.raises(Conflict):
        receive(replace(sent, filed_by_id=someone("citizen").pk), on=TODAY)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person": None}, "person"),
        ({"service_code": "PB-09"}, "deed"),
        ({"wished_day": date(2026, 11, 20)}, "wished_day"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(changed, field):
    sent = replace(submission(lot_in_a_zone()), **changed)
    with pytest.raises(BadInput) as refused:
        receive(sent, on=TODAY)
    assert refused.value.details["field"] == field
    assert not ServiceRequest.objects.exists()


def test_an_unknown_service_or_parcel_is_said():
    parcel = lot_in_a_zone()
    with pytest.raises(NotFound):
        receive(submission(parcel, "XX-99"), on=TODAY)
    with pytest.raises(NotFound):
        receive(replace(submission(parcel), parcel_key="9-9-9-9-0-0-0"), on=TODAY)


def test_a_public_service_needs_nobody():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel, "IQ-11", person=None), on=TODAY)
    assert request.applicant is None
    assert is_tracking_code(request.tracking_code)


def test_a_turned_digit_in_a_tracking_code_is_noticed():
    code = receive(submission(lot_in_a_zone()), on=TODAY).tracking_code
    slipped = code[:5] + str((int(code[5]) + 1) % 10) + code[6:]
    assert is_tracking_code(code)
    assert not is_tracking_code(slipped)


def test_applicants_are_sealed_in_the_table_and_masked_when_shown():
    request = receive(submission(lot_in_a_zone()), on=TODAY)
    row = Applicant.objects.get()
    assert NEGAR.national_code.encode() not in bytes(row.national_code_encrypted)
    assert shown(row).national_code == "•••••••899"
    assert request.applicant_id == row.pk


def test_the_same_person_is_one_row_and_another_is_not():
    parcel = lot_in_a_zone()
    receive(submission(parcel), on=TODAY)
    receive(submission(parcel), on=TODAY)
    receive(submission(parcel, person=person("علی رضایی", "0010350829", "09121111111")), on=TODAY)
    assert Applicant.objects.count() == 2


def test_a_city_without_national_codes_does_not_ask_for_one(settings):
    settings.CITY = read_city(DEMO_CITY.parent.parent / "cambridge" / "city.toml")
    assert not asks_national_code()
    assert person("Ann Lee", "", "617 555 0100") == Person("Ann Lee", "", "617 555 0100")


def test_opening_personal_data_is_written_into_the_book():
    request = receive(submission(lot_in_a_zone()), on=TODAY)
    officer = someone("technical_officer")
    with pytest.raises(BadInput):
        reveal(request, by=officer, reason=" ")
    assert not AuditEntry.objects.exists()
    assert reveal(request, by=officer, reason="تماس برای نقص مدرک") == NEGAR
    entry = AuditEntry.objects.get()
    assert entry.user == officer
    assert NEGAR.national_code not in str(entry.details)


def picture(kind="JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def test_a_photo_is_written_anew_under_a_name_nobody_can_guess():
    paper = checked("deed", "../../سند.jpg", picture())
    assert paper.media_type == "image/jpeg"
    assert "/" not in paper.original_name
    assert paper.stored_name.endswith(".jpg")
    assert len(paper.stored_name) == 36


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",  # named .jpg or not
        picture()[:200],  # a photo cut off on the way
        b"MZ\x90\x00" + b"\x00" * 200,
        b"%PDF-1.7 that never ends",
        b"%PDF-" + b"0" * LARGEST_BYTES + b"%%EOF",
    ],
    ids=["empty", "page", "half a photo", "program", "half a pdf", "too large"],
)
def test_what_is_no_paper_is_refused(content):
    with pytest.raises(BadInput):
        checked("deed", "photo.jpg", content)


def test_papers_are_kept_with_the_request():
    paper = checked("deed", "scan.png", picture("PNG"))
    request = receive(submission(lot_in_a_zone(), "PB-09", papers=[paper]), on=TODAY)
    row = Document.objects.get(request=request)
    assert row.sha256 == paper.sha256
    assert row.original_name == "scan.png"


def test_a_number_used_again_while_the_first_is_on_its_way(monkeypatch):
    parcel = lot_in_a_zone()
    sent = submission(parcel, client_uuid=uuid.uuid4())
    first = receive(sent, on=TODAY)
    from parcels.service_requests import intake

    found, calls = intake._known, []

    def not_yet(asked):
        calls.append(asked)
        return None if len(calls) == 1 else found(asked)

    monkeypatch.setattr(intake, "_known", not_yet)
    assert receive(sent, on=TODAY).pk == first.pk
