"""A desk with a queue: what waits longest, what the visit found, the usual step, what a step records."""

import uuid
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import shapely
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from gis_core.models import AuditEntry
from parcels.inspections.models import Photo, Visit, VisitReport
from parcels.records.queries import property_record
from parcels.service_requests.intake import receive
from parcels.service_requests.models import Service, ServiceRequest, State, Transition
from tests.builders import ORIGIN, geos
from tests.parcels.inspections.situations import inspector
from tests.parcels.service_requests.situations import lot_in_a_zone, someone, submission

pytestmark = pytest.mark.django_db
SEEN = datetime(2026, 11, 10, 9, 30, tzinfo=ZoneInfo("Asia/Tehran"))


@pytest.fixture
def lot():
    """The reference lot; the services are loaded."""
    return lot_in_a_zone()


def desk_of(role, **area):
    client = Client()
    client.force_login(someone(role, **(area or {"offices": ("101",)})))
    return client


def filed(lot, state, at=None, **values):
    """A case of office 101 that stands in a state."""
    request = receive(submission(lot, office_code="101", **values), on=timezone.localdate(), at=at)
    ServiceRequest.objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    return request


def visited(request, outcome="confirmed", **found):
    """A visit of the case with its report."""
    by = inspector("I1", on_duty=False)
    visit = Visit.objects.create(
        request=request,
        district_code="3",
        place=geos(shapely.Point(*ORIGIN)),
        status=Visit.Status.DONE,
        inspector=by,
        day=SEEN.date(),
    )
    return VisitReport.objects.create(
        client_uuid=uuid.uuid4(), visit=visit, outcome=outcome, reported_at=SEEN, by=by.user, **found
    )


def page(client, request):
    return client.get(f"/cases/{request.tracking_code}/")


def move(client, request, **values):
    return client.post(f"/cases/{request.tracking_code}/move", values)


def cases(client, **asked):
    return [case.pk for case in client.get("/desk/", asked).context["page"]]


def usual(response):
    return [step.to_state for step in response.context["steps"] if step.why]


def test_the_desk_that_checks_a_report_reads_it_beside_the_survey(lot):
    request = filed(lot, State.DETAILED_PLAN_CHECK)
    visited(
        request,
        "differs",
        measured_area_m2=lot.surveyed_area_m2 + 12.5,
        storeys_seen=2,
        note="بالکن بسته شده",
    )
    (found,) = page(desk_of("detailed_plan_desk"), request).context["visits"]
    assert "۱۲٫۵ متر مربع بیش از نقشه" in found.area
    assert (found.storeys, found.report.note, found.bad) == ("۲", "بالکن بسته شده", True)


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        ("confirmed", ["municipal_desk"]),
        ("violation", ["referred_art100"]),
        ("no_entry", ["inspection_requested"]),
        ("differs", []),  # a person has to weigh it
    ],
)
def test_what_the_visit_found_leads_to_the_usual_step(lot, outcome, step):
    request = filed(lot, State.DETAILED_PLAN_CHECK)
    visited(request, outcome)
    assert usual(page(desk_of("detailed_plan_desk"), request)) == step


def test_accepting_a_report_enters_the_day_of_the_visit_in_the_property_file(lot):
    request = filed(lot, State.DETAILED_PLAN_CHECK)
    visited(request)
    assert move(desk_of("detailed_plan_desk"), request, to="municipal_desk").status_code == 302
    assert property_record(lot, on=timezone.localdate()).last_inspected_on == SEEN.date()


def test_a_missing_paper_is_named_and_returning_the_case_is_the_usual_step(lot):
    request = filed(lot, State.DOC_CHECK)
    ServiceRequest.objects.filter(pk=request.pk).update(service=Service.objects.get(code="IQ-02"))
    shown = page(desk_of("technical_officer"), request)
    assert [row.title for row in shown.context["papers"] if row.missing]
    assert usual(shown) == ["returned"]


@pytest.mark.parametrize(
    ("role", "area", "before", "to_state"),
    [
        ("technical_officer", {"offices": ("101",)}, State.DOC_CHECK, "returned"),
        ("municipal_staff", {"districts": ("3",)}, State.MUNICIPAL_DESK, "fees_due"),
        ("municipal_staff", {"districts": ("3",)}, State.FEES_DUE, "paid"),
    ],
)
def test_a_step_that_says_nothing_without_its_note_is_not_taken_without_one(
    lot, role, area, before, to_state
):
    request = filed(lot, before)
    desk = desk_of(role, **area)
    refused = move(desk, request, to=to_state, note=" ")
    assert refused.status_code == 400
    assert f'value="{to_state}" required checked' in refused.content.decode()
    request.refresh_from_db()
    assert request.state == before
    assert move(desk, request, to=to_state, note="قبض ۱۲۳۴").status_code == 302
    assert Transition.objects.get(request=request, to_state=to_state).note == "قبض ۱۲۳۴"


def test_the_case_that_waits_longest_comes_first_and_says_how_long(lot):
    soon = filed(lot, State.DOC_CHECK)
    late = filed(lot, State.DOC_CHECK, at=timezone.now() - timedelta(days=9))
    desk = desk_of("technical_officer")
    assert cases(desk) == [late.pk, soon.pk]
    assert "۹ روز" in desk.get("/desk/").content.decode()


def test_what_was_answered_on_the_spot_waits_for_no_desk(lot):
    answered, waiting = filed(lot, State.ANSWERED_INSTANT), filed(lot, State.MUNICIPAL_DESK)
    staff = desk_of("municipal_staff", districts=("3",))
    assert cases(staff) == [waiting.pk]
    assert set(cases(staff, state="all")) == {answered.pk, waiting.pk}


def test_who_has_no_steps_watches_what_is_not_finished(lot):
    filed(lot, State.CLOSED)
    filed(lot, State.ANSWERED_INSTANT)
    waiting = filed(lot, State.INSPECTION_REQUESTED)
    assert cases(desk_of("office_manager")) == [waiting.pk]


def test_a_district_is_found_in_the_digits_people_type(lot):
    request = filed(lot, State.MUNICIPAL_DESK)
    staff = desk_of("municipal_staff", districts=("3", "4"))
    assert cases(staff, district="۳") == [request.pk]
    assert cases(staff, district="۴") == []
    assert "پرونده‌ای با این جست‌وجو نیست" in staff.get("/desk/", {"district": "۴"}).content.decode()


def test_photos_of_a_visit_open_for_who_checks_the_report_and_looking_is_recorded(lot):
    request = filed(lot, State.DETAILED_PLAN_CHECK)
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    photo = Photo(report=visited(request), sha256="0" * 64)
    photo.file.save("front.jpg", ContentFile(picture.getvalue()))
    address = f"/cases/{request.tracking_code}/photos/{photo.pk}"
    opened = desk_of("detailed_plan_desk").get(address)
    assert (opened.status_code, opened["Content-Type"]) == (200, "image/jpeg")
    assert AuditEntry.objects.filter(action="read_photo", subject_id=str(photo.pk)).count() == 1
    assert desk_of("office_manager").get(address).status_code == 403
    assert desk_of("detailed_plan_desk", offices=("102",)).get(address).status_code == 404


def test_the_applicant_may_cancel_behind_a_question_and_does_not_read_the_report(lot):
    citizen = someone("citizen")
    request = filed(lot, State.DETAILED_PLAN_CHECK, filed_by_id=citizen.pk)
    visited(request, note="فقط برای شهرداری")
    client = Client()
    client.force_login(citizen)
    shown = page(client, request)
    assert (shown.context["steps"], shown.context["may_cancel"]) == ([], True)
    assert "فقط برای شهرداری" not in shown.content.decode()
    assert move(client, request, to="cancelled").status_code == 302


def test_people_and_roles_are_found_by_name_and_role():
    someone("inspector", "negar")
    someone("inspector", "ali")
    someone("agency", "negar-2")
    client = desk_of("administrator", districts=())
    found = client.get("/administration/", {"q": "negar", "role": "inspector"}).context["page"]
    assert [grant.user.username for grant in found] == ["negar"]


def test_the_book_of_readings_leads_on_to_its_next_page():
    auditor = someone("auditor")
    AuditEntry.objects.bulk_create(
        AuditEntry(user=auditor, action="read_document", subject_kind="document", subject_id=str(n))
        for n in range(51)
    )
    client = Client()
    client.force_login(auditor)
    assert 'href="?page=2"' in client.get("/audit/").content.decode()
    assert len(client.get("/audit/?page=2").context["page"]) == 1


def test_where_only_one_step_is_possible_it_is_chosen_already(lot):
    request = filed(lot, State.WAITING_AGENCY)
    shown = page(desk_of("agency", districts=("3",)), request).content.decode()
    assert 'value="municipal_desk" required checked' in shown
    several = filed(lot, State.MUNICIPAL_DESK)
    assert (
        "required checked" not in page(desk_of("municipal_staff", districts=("3",)), several).content.decode()
    )


def test_the_applicant_is_spoken_to_and_the_desk_is_told_about_the_applicant(lot):
    citizen = someone("citizen")
    request = filed(lot, State.FEES_DUE, filed_by_id=citizen.pk)
    client = Client()
    client.force_login(citizen)
    assert "نوبت شماست" in page(client, request).content.decode()
    told = page(desk_of("municipal_staff", districts=("3",)), request).content.decode()
    assert "نوبت شماست" not in told
    assert "متقاضی باید عوارض را بپردازد" in told
