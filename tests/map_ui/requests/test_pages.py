"""Filing, tracking and working on a request through the pages, without script."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gis_core.models import AuditEntry, User
from map_ui.requests.views import days_offered
from parcels.inspections.models import Visit
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Document, ServiceRequest, State, Transition
from tests.parcels.service_requests.situations import (
    ALI,
    NEGAR,
    lot_in_a_zone,
    owned_by,
    property_file,
    someone,
    submission,
    tolerance,
)

pytestmark = pytest.mark.django_db
PERSON = {"name": NEGAR.name, "national_code": "۰۴۹۹۳۷۰۸۹۹", "mobile": NEGAR.mobile}
PDF = b"%PDF-1.7\n%%EOF"


def signed_in(role: str, **area) -> tuple[Client, User]:
    client, user = Client(), someone(role, **area)
    client.force_login(user)
    return client, user


def begun(client: Client, service: str, parcel) -> str:
    """The address of the first question."""
    response = client.get("/requests/new", {"service": service, "parcel": parcel.key})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def test_a_citizen_files_a_request_question_by_question():
    parcel = lot_in_a_zone()
    client, citizen = signed_in("citizen")
    page = begun(client, "PB-09", parcel)
    assert "نام و نام خانوادگی" in client.get(page).content.decode()
    page = client.post(page, PERSON)["Location"]
    page = client.post(page, {"file": SimpleUploadedFile("سند.pdf", PDF)})["Location"]
    page = client.post(page, {})["Location"]  # no power of attorney: the owner asks
    day = days_offered(timezone.localdate())[1]
    page = client.post(page, {"day": day.isoformat()})["Location"]
    check = client.get(page).content.decode()
    assert NEGAR.name in check
    assert "سند.pdf" in check
    sent = client.post(page)
    filed = ServiceRequest.objects.get()
    assert sent["Location"] == f"/track/{filed.tracking_code}/?sent=1"
    assert (filed.filed_by, filed.wished_day, filed.state) == (citizen, day, State.DOC_CHECK)
    assert Document.objects.get(request=filed).original_name == "سند.pdf"
    assert client.post(page)["Location"] == sent["Location"]  # the second click
    assert ServiceRequest.objects.count() == 1


def test_a_mistake_is_said_and_what_was_typed_stays():
    client, _ = signed_in("citizen")
    page = begun(client, "CT-04", lot_in_a_zone())
    response = client.post(page, PERSON | {"national_code": "1234567890"})
    shown = response.content.decode()
    assert response.status_code == 400
    assert 'role="alert"' in shown
    assert NEGAR.name in shown
    assert NEGAR.mobile in shown
    assert NEGAR.name in client.get(page).content.decode()  # and after a reload


def test_typed_data_lie_sealed_in_the_session():
    client, _ = signed_in("citizen")
    client.post(begun(client, "CT-04", lot_in_a_zone()), PERSON)
    assert NEGAR.national_code not in str(dict(client.session))


def test_a_needed_paper_cannot_be_skipped():
    client, _ = signed_in("citizen")
    page = client.post(begun(client, "PB-09", lot_in_a_zone()), PERSON)["Location"]
    assert client.post(page, {}).status_code == 400
    uuid = page.split("/")[2]
    assert client.get(f"/requests/{uuid}/check")["Location"].endswith("/paper-deed")


def test_without_an_account_the_public_service_is_filed_and_others_lead_to_signing_in():
    parcel = lot_in_a_zone()
    client = Client()
    page = begun(client, "IQ-11", parcel)
    assert page.endswith("/check")
    assert client.post(page)["Location"].startswith("/track/")
    there = client.get("/requests/new", {"service": "CT-04", "parcel": parcel.key})["Location"]
    assert there.startswith("/sign-in/?next=/requests/new")


def test_an_unknown_parcel_is_asked_again():
    lot_in_a_zone()
    response = Client().get("/requests/new", {"service": "IQ-11", "parcel": "9-9-9-9-0-0-0"})
    assert response.status_code == 404
    assert "9-9-9-9-0-0-0" in response.content.decode()


def test_a_form_of_another_session_is_not_open():
    page = begun(Client(), "IQ-11", lot_in_a_zone())
    assert Client().get(page).status_code == 404


def test_whoever_has_the_code_sees_where_it_stands_and_nothing_personal():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel), on=timezone.localdate())
    page = Client().get("/track/", {"code": request.tracking_code[:4] + " " + request.tracking_code[4:]})
    shown = Client().get(page["Location"]).content.decode()
    assert "پرونده‌ای در شهرداری نیست" in shown
    for secret in (NEGAR.name, NEGAR.national_code[-3:] + "<", NEGAR.mobile):
        assert secret not in shown
    assert Client().get("/track/", {"code": "123456789012"}).status_code == 400
    assert Client().get("/track/100000000008/").status_code == 404


def test_from_the_desk_to_the_answer_three_people_work_on_a_case():
    parcel = lot_in_a_zone()
    property_file(parcel, stop_order=True)
    request = receive(submission(parcel, office_code="101"), on=timezone.localdate())
    ServiceRequest.objects.filter(pk=request.pk).update(state=State.DETAILED_PLAN_CHECK)
    case = f"/cases/{request.tracking_code}/"
    plan, _ = signed_in("detailed_plan_desk", offices=("101",))
    assert request.tracking_code in _latin(plan.get("/desk/"))
    assert plan.post(case + "move", {"to": "municipal_desk", "note": "با طرح می‌خواند"}).status_code == 302
    staff, _ = signed_in("municipal_staff", districts=("3",))
    assert "با طرح می‌خواند" in staff.get(case).content.decode()
    assert staff.post(case + "move", {"to": "answered", "granted": "0"}).status_code == 302
    request.refresh_from_db()
    assert request.state == State.ANSWERED
    newest = request.decisions.get(superseded_by=None)
    assert newest.outcome == "refused"
    assert newest.signature
    assert "موافقت نشد" in Client().get(f"/track/{request.tracking_code}/").content.decode()
    at_the_desk = staff.get(case).content.decode()
    assert "Take this step" in at_the_desk or "این گام" in at_the_desk
    assert at_the_desk.count("btn-main") == 1  # the step; the paper is there as well, and is not filled
    assert "verdict-actions" in at_the_desk


def _latin(response) -> str:
    return response.content.decode().translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))


def test_a_stranger_reads_why_and_what_to_do_and_an_officer_lets_the_case_go_on():
    parcel = lot_in_a_zone()
    property_file(parcel, owner_indexes=owned_by(ALI))
    client, citizen = signed_in("citizen")
    request = receive(submission(parcel, office_code="101", filed_by_id=citizen.pk), on=timezone.localdate())
    tracked, case = f"/track/{request.tracking_code}/", f"/cases/{request.tracking_code}/"
    assert "ثبت نیست که شما مالک آن هستید" in Client().get(tracked).content.decode()
    client.post(case + "papers", {"kind": "other", "file": SimpleUploadedFile("deed.pdf", PDF)})
    officer, user = signed_in("technical_officer", offices=("101",))
    shown = officer.get(case).content.decode()
    assert "ثبت نیست که شما مالک آن هستید" in shown
    assert "deed.pdf" in shown
    assert 'name="authority"' in shown
    assert officer.post(case + "move", {"to": "detailed_plan_check"}).status_code == 400
    request.refresh_from_db()
    assert request.state == State.DOC_CHECK
    accepts = {"to": "detailed_plan_check", "authority": "1", "note": "سند دیده شد"}
    assert officer.post(case + "move", accepts).status_code == 302
    step = request.transitions.get(to_state=State.DETAILED_PLAN_CHECK)
    assert (step.by, [reason["code"] for reason in step.reasons]) == (user, ["AUTHORITY_VERIFIED"])
    plan, _ = signed_in("detailed_plan_desk", offices=("101",))
    assert "مدرک مالکیت یا وکالت متقاضی را دید و پذیرفت" in plan.get(case).content.decode()
    plan.post(case + "move", {"to": "municipal_desk"})
    staff, _ = signed_in("municipal_staff", districts=("3",))
    staff.post(case + "move", {"to": "answered", "granted": "1"})
    request.refresh_from_db()
    assert request.state == State.ANSWERED
    assert "ثبت نیست" not in Client().get(tracked).content.decode()


def test_the_owner_is_answered_and_no_page_or_json_names_the_owners():
    parcel = lot_in_a_zone()
    tolerance()
    file = property_file(parcel, owner_indexes=owned_by(NEGAR, ALI))
    client, citizen = signed_in("citizen")
    request = receive(submission(parcel, filed_by_id=citizen.pk), on=timezone.localdate())
    assert request.state == State.ANSWERED_INSTANT
    code = request.decisions.get().code
    cases = (f"/cases/{request.tracking_code}/", f"/track/{request.tracking_code}/", f"/v/{code}")
    parcels = (f"/parcels/{parcel.key}/", f"/api/parcels/{parcel.key}/evaluation/")
    told = (f"/api/requests/{request.tracking_code}/", "/api/services/", "/services/")
    for page in (*cases, *parcels, *told):
        answer = client.get(page, follow=True)
        assert answer.status_code == 200, page
        shown = answer.content.decode()
        for secret in (*file.owner_indexes, "owner_indexes", ALI.national_code):
            assert secret not in shown, page


def test_a_paper_of_authority_is_no_step_of_the_one_who_needs_it():
    parcel = lot_in_a_zone()
    client, citizen = signed_in("citizen")
    request = receive(submission(parcel, filed_by_id=citizen.pk), on=timezone.localdate())
    answer = client.post(
        f"/cases/{request.tracking_code}/move", {"to": "detailed_plan_check", "authority": "1"}
    )
    assert answer.status_code == 403
    assert not request.transitions.filter(reasons__contains=[{"code": "AUTHORITY_VERIFIED"}]).exists()


def test_another_offices_case_is_as_if_it_were_not():
    request = receive(submission(lot_in_a_zone(), office_code="101"), on=timezone.localdate())
    other, _ = signed_in("technical_officer", offices=("102",))
    assert other.get(f"/cases/{request.tracking_code}/").status_code == 404
    assert request.tracking_code not in _latin(other.get("/desk/?state=all"))


def test_a_step_of_another_role_is_refused_and_nothing_moves():
    parcel = lot_in_a_zone()
    property_file(parcel, stop_order=True)
    request = receive(submission(parcel, office_code="101"), on=timezone.localdate())
    officer, _ = signed_in("follow_up_officer", offices=("101",))
    response = officer.post(f"/cases/{request.tracking_code}/move", {"to": "detailed_plan_check"})
    assert response.status_code in (403, 409)
    request.refresh_from_db()
    assert request.state == State.INSPECTION_REQUESTED


def test_applicants_are_masked_until_somebody_says_why_and_the_look_is_recorded():
    request = receive(submission(lot_in_a_zone(), office_code="101"), on=timezone.localdate())
    case = f"/cases/{request.tracking_code}/"
    officer, user = signed_in("follow_up_officer", offices=("101",))
    assert NEGAR.name not in officer.get(case).content.decode()
    assert officer.post(case + "applicant", {"reason": ""}).status_code == 400
    assert NEGAR.name in officer.post(case + "applicant", {"reason": "خبر بازدید"}).content.decode()
    assert AuditEntry.objects.get().user == user
    manager, _ = signed_in("office_manager", offices=("101",))
    assert manager.post(case + "applicant", {"reason": "کنجکاوی"}).status_code in (403, 404)


def test_papers_leave_as_files_and_only_to_who_handles_the_case():
    from parcels.service_requests.uploads import checked

    paper = checked("deed", "سند.pdf", PDF)
    request = receive(
        submission(lot_in_a_zone(), "PB-09", papers=[paper], office_code="101"), on=timezone.localdate()
    )
    address = f"/cases/{request.tracking_code}/papers/{request.documents.get().pk}"
    officer, _ = signed_in("technical_officer", offices=("101",))
    response = officer.get(address)
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(response.streaming_content) == PDF
    supervisor, _ = signed_in("supervisor")
    assert supervisor.get(address).status_code == 403


def test_a_returned_case_gets_its_missing_paper_and_goes_back_to_the_office():
    client, citizen = signed_in("citizen")
    request = receive(submission(lot_in_a_zone(), filed_by_id=citizen.pk), on=timezone.localdate())
    ServiceRequest.objects.filter(pk=request.pk).update(state=State.RETURNED)
    case = f"/cases/{request.tracking_code}/"
    assert client.post(case + "papers", {"kind": "other"}).status_code == 400
    client.post(case + "papers", {"kind": "other", "file": SimpleUploadedFile("b.pdf", PDF)})
    assert "b.pdf" in client.get(case).content.decode()
    client.post(case + "move", {"to": "doc_check"})
    request.refresh_from_db()
    assert request.state == State.DOC_CHECK


def test_the_day_and_hours_of_a_planned_visit_are_told_to_whoever_has_the_code():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel, "PB-11"), on=timezone.localdate())
    ServiceRequest.objects.filter(pk=request.pk).update(state=State.INSPECTION_SCHEDULED)
    Visit.objects.create(
        request=request,
        district_code="3",
        status=Visit.Status.PLANNED,
        day=date(2026, 11, 25),
        window_starts=time(9, 0),
        window_ends=time(11, 0),
        place=parcel.geometry.point_on_surface,
    )
    shown = Client().get(f"/track/{request.tracking_code}/").content.decode()
    assert "چهارشنبه ۴ آذر ۱۴۰۵" in shown
    assert "ساعت ۹ تا ۱۱" in shown


def test_a_visit_without_agreed_hours_shows_the_span_that_its_plan_promises():
    parcel = lot_in_a_zone()
    request = receive(submission(parcel, "PB-11"), on=timezone.localdate())
    ServiceRequest.objects.filter(pk=request.pk).update(state=State.INSPECTION_SCHEDULED)
    Visit.objects.create(
        request=request,
        district_code="3",
        status=Visit.Status.PLANNED,
        day=date(2026, 11, 25),
        arrives_at=datetime(2026, 11, 25, 9, 40, tzinfo=ZoneInfo("Asia/Tehran")),
        place=parcel.geometry.point_on_surface,
    )
    shown = Client().get(f"/track/{request.tracking_code}/").content.decode()
    assert "چهارشنبه ۴ آذر ۱۴۰۵" in shown
    assert "ساعت ۹:۳۰ تا ۱۱:۳۰" in shown


def test_a_technical_officer_files_at_the_counter_for_another_person():
    parcel = lot_in_a_zone()
    officer, user = signed_in("technical_officer", offices=("101",))
    page = officer.post(begun(officer, "CT-04", parcel), PERSON)["Location"]
    page = officer.post(page, {"day": ""})["Location"]
    officer.post(page)
    filed = ServiceRequest.objects.get()
    assert (filed.channel, filed.office_code, filed.filed_by) == ("counter", "101", user)


def test_the_overview_counts_what_was_filed_and_answered_on_the_spot():
    parcel = lot_in_a_zone()
    for _ in range(3):
        receive(submission(parcel, "IQ-04"), on=timezone.localdate())
    receive(submission(parcel), on=timezone.localdate(), at=timezone.now() - timedelta(days=60))
    shown = signed_in("supervisor")[0].get("/overview/?period=month").content.decode()
    assert re.search(r"<dt>ثبت‌شده</dt><dd>۳</dd>", shown)


@pytest.mark.parametrize("page", ["/services/", "/track/", "/sign-in/", "/sign-up/"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_open_page_speaks_both_languages(page, language):
    client = Client()
    client.cookies["django_language"] = language
    shown = client.get(page, headers={"accept-language": language}).content.decode()
    assert f'lang="{language}"' in shown


def test_who_must_pay_reads_the_amount_in_the_own_case_and_others_are_sent_to_the_office():
    client, citizen = signed_in("citizen")
    lot = lot_in_a_zone()
    filed = receive(submission(lot, filed_by_id=citizen.pk), on=timezone.localdate())
    ServiceRequest.objects.filter(pk=filed.pk).update(state=State.FEES_DUE)
    Transition.objects.create(
        request=filed,
        from_state=State.MUNICIPAL_DESK,
        to_state=State.FEES_DUE,
        at=timezone.now(),
        note="قبض ۴۱۲، ۸۰۰٬۰۰۰ ریال",
    )
    page = f"/track/{filed.tracking_code}/"
    own, others = client.get(page).content.decode(), Client().get(page).content.decode()
    assert "قبض ۴۱۲" in own
    assert "قبض ۴۱۲" not in others
    assert "یادداشت پرونده" not in others
    assert "دفتر پیشخوان به شما می‌گوید" in others


def test_a_form_without_a_service_begins_with_the_choice_of_one():
    assert Client().get("/requests/new")["Location"] == "/services/"
    assert Client().get("/requests/new", {"parcel": "1-2"})["Location"] == "/services/?parcel=1-2"


def test_at_the_counter_the_code_is_for_the_applicant():
    client, officer = signed_in("technical_officer", offices=("101",))
    case = submission(lot_in_a_zone(), office_code="101", filed_by_id=officer.pk)
    filed = receive(case, on=timezone.localdate())
    shown = client.get(f"/track/{filed.tracking_code}/?sent=1").content.decode()
    assert "این کد را به متقاضی بدهید" in shown
    assert 'href="/services/"' in shown
