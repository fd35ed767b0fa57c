"""The day board and the inspector's pages: plan, send, visit, report; each for those it is for."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gis_core.models import Role
from layers.network.travel import forget_networks
from parcels.inspections.clock import zone
from parcels.inspections.models import DayPlan, Photo, Shift, Visit, VisitReport
from parcels.service_requests.models import ServiceRequest, State
from tests.builders import ORIGIN
from tests.parcels.inspections.situations import (
    busy_district,
    district_3,
    grid_town,
    inspector,
    owed_visit,
    person,
)

pytestmark = pytest.mark.django_db

X, Y = ORIGIN


def tomorrow():
    return timezone.localdate(timezone=zone()) + timedelta(days=1)


@pytest.fixture(autouse=True)
def no_network_in_memory():
    forget_networks()
    yield
    forget_networks()


@pytest.fixture
def district():
    """District 3 over the town."""
    return district_3()


@pytest.fixture
def dispatcher(client, district):
    """A dispatcher of district 3, signed in."""
    client.force_login(person("dispatcher", Role.DISPATCHER))
    return client


def on_tomorrow(people, owed):
    """Move a situation to tomorrow, whatever today is."""
    Shift.objects.filter(inspector__in=people).update(day=tomorrow())
    Visit.objects.filter(pk__in=[visit.pk for visit in owed]).update(wished_day=tomorrow())


def compute(client):
    return client.post(
        reverse("dispatch-plan"), {"district": "3", "day": tomorrow().isoformat()}, follow=True
    )


def test_a_dispatcher_plans_a_day_looks_at_it_and_sends_it(dispatcher):
    people, owed = busy_district(visits=14)
    on_tomorrow(people, owed)
    page = compute(dispatcher)
    view = page.context["view"]
    assert view.visits + len(view.left_out) == 14
    assert [route.sign.shape for route in view.routes] == ["circle", "square", "diamond", "hexagon"]
    html = page.content.decode()
    assert html.count("<svg") > 10
    assert all(one.sentence for one in view.left_out)
    sent = dispatcher.post(reverse("dispatch-send", args=[page.context["plan"].pk]), follow=True)
    assert sent.context["plan"].status == DayPlan.Status.SENT
    assert Visit.objects.filter(status=Visit.Status.PLANNED).count() == view.visits


def test_a_day_without_a_plan_says_so(dispatcher):
    page = dispatcher.get(reverse("dispatch"), {"district": "3", "day": tomorrow().isoformat()})
    assert page.status_code == 200
    assert page.context["plan"] is None


@pytest.mark.parametrize("day", ["2026-13-45", "soon", "1405/13/01"])
def test_a_day_that_is_no_day_is_refused_with_a_sentence(dispatcher, day):
    assert dispatcher.get(reverse("dispatch"), {"district": "3", "day": day}).status_code == 400


def test_a_dispatcher_of_another_district_neither_sees_nor_plans_this_one(client, district):
    client.force_login(person("other", Role.DISPATCHER, districts=("4",)))
    grid_town()
    seen = client.get(reverse("dispatch"), {"district": "3", "day": tomorrow().isoformat()})
    assert seen.status_code == 404
    planned = client.post(reverse("dispatch-plan"), {"district": "3", "day": tomorrow().isoformat()})
    assert planned.status_code == 403
    assert not DayPlan.objects.exists()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_who_watches_sees_the_day_but_does_not_plan_it(client, district, role):
    client.force_login(person("watcher", role))
    page = client.get(reverse("dispatch"), {"district": "3", "day": tomorrow().isoformat()})
    assert page.status_code == 200
    assert not page.context["may_plan"]
    planned = client.post(reverse("dispatch-plan"), {"district": "3", "day": tomorrow().isoformat()})
    assert planned.status_code == 403


def test_the_same_day_is_planned_and_sent_through_the_api_and_only_once(dispatcher):
    on_tomorrow(*busy_district(visits=6))
    day = reverse("api:district-day", args=["3", tomorrow().isoformat()])
    send = reverse("api:district-day-send", args=["3", tomorrow().isoformat()])
    assert dispatcher.post(send).status_code == 404
    assert dispatcher.post(day).status_code == 201
    assert dispatcher.post(send).status_code == 200
    assert DayPlan.objects.get().status == DayPlan.Status.SENT
    assert Visit.objects.filter(status=Visit.Status.PLANNED).exists()
    assert dispatcher.post(send).status_code == 409


def test_the_api_names_a_district_the_city_does_not_have(client, district):
    client.force_login(person("dispatcher", Role.DISPATCHER, districts=()))
    answer = client.post(reverse("api:district-day", args=["99", tomorrow().isoformat()]))
    assert answer.status_code == 404
    assert "99" in answer.json()["message_en"]
    assert not DayPlan.objects.exists()


def test_the_routes_are_given_in_degrees_for_the_map(dispatcher):
    people, owed = busy_district(visits=8)
    on_tomorrow(people, owed)
    plan = compute(dispatcher).context["plan"]
    document = dispatcher.get(reverse("dispatch-routes", args=[plan.pk])).json()
    lon, lat = document["routes"][0]["stops"][0]["place"]
    assert 51 < lon < 52
    assert 32 < lat < 33


@pytest.fixture
def sent_visit(client, district):
    """A visit of today that was sent to its inspector, who is signed in."""
    grid_town()
    me = inspector("I1", shift=("00:00", "23:59"), day=timezone.localdate(timezone=zone()))
    visit = owed_visit(1, 300, 5, wished_day=timezone.localdate(timezone=zone()), minutes=1)
    plan = DayPlan.objects.create(
        district_code="3",
        day=timezone.localdate(timezone=zone()),
        status=DayPlan.Status.SENT,
        computed_at=timezone.now(),
        solver="by hand",
        routes=[
            {
                "inspector": me.pk,
                "code": "I1",
                "name": "I1",
                "start_xy": [X, Y],
                "shift": [0, 86_000],
                "start_s": 30_000,
                "end_s": 40_000,
                "travel_s": 600,
                "travel_m": 1000,
                "pauses": [],
                "legs": [[[X, Y], [X + 300, Y]], [[X + 300, Y], [X, Y]]],
                "stops": [
                    {
                        "visit": visit.pk,
                        "done": False,
                        "arrive_s": 30_300,
                        "start_s": 30_300,
                        "leave_s": 31_000,
                        "travel_s": 300,
                        "travel_m": 300,
                    }
                ],
            }
        ],
    )
    Visit.objects.filter(pk=visit.pk).update(
        status=Visit.Status.PLANNED,
        inspector=me,
        plan=plan,
        position=1,
        day=plan.day,
        arrives_at=timezone.now(),
    )
    ServiceRequest.objects.filter(pk=visit.request_id).update(state=State.INSPECTION_SCHEDULED)
    client.force_login(me.user)
    return Visit.objects.get(pk=visit.pk)


def picture(kind="JPEG"):
    content = BytesIO()
    Image.new("RGB", (20, 20), "white").save(content, format=kind)
    return SimpleUploadedFile("front.jpg", content.getvalue(), content_type="image/jpeg")


def send_report(client, visit, **values):
    data = {"client_uuid": str(uuid.uuid4()), "outcome": "confirmed", **values}
    return client.post(reverse("inspector-report", args=[visit.pk]), data, follow=True)


def test_the_inspector_sees_todays_stops_in_order_and_the_way(client, sent_visit):
    page = client.get(reverse("inspector"))
    assert [stop.visit_id for stop in page.context["mine"].stops] == [sent_visit.pk]
    assert "<svg" in page.content.decode()


def test_a_report_with_persian_figures_and_a_photo_moves_the_case(client, sent_visit):
    send_report(client, sent_visit, measured_area_m2="۲۸۷٫۵", storeys_seen="2", photos=picture())
    report = VisitReport.objects.get(visit=sent_visit)
    assert report.measured_area_m2 == 287.5
    assert Photo.objects.filter(report=report).count() == 1
    assert ServiceRequest.objects.get(pk=sent_visit.request_id).state == State.DETAILED_PLAN_CHECK
    assert client.get(reverse("inspector")).context["mine"].made == 1


def test_what_cannot_be_read_keeps_all_that_was_typed(client, sent_visit):
    page = send_report(client, sent_visit, measured_area_m2="wide", note="سقف ترک دارد")
    assert page.status_code == 400
    assert page.context["wrong_field"] == "measured_area_m2"
    html = page.content.decode()
    assert "سقف ترک دارد" in html
    assert 'value="wide"' in html
    assert not VisitReport.objects.exists()


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_recorded(client, sent_visit):
    script = SimpleUploadedFile("front.jpg", b"<script>alert(1)</script>", content_type="image/jpeg")
    page = send_report(client, sent_visit, photos=script)
    assert page.status_code == 400
    assert page.context["wrong_field"] == "photos"
    assert not VisitReport.objects.exists()


def test_the_same_report_sent_twice_is_one(client, sent_visit):
    same = str(uuid.uuid4())
    send_report(client, sent_visit, client_uuid=same)
    send_report(client, sent_visit, client_uuid=same)
    assert VisitReport.objects.count() == 1


def test_a_report_without_a_readable_number_is_refused_and_never_filed_under_a_new_one(client, sent_visit):
    assert send_report(client, sent_visit, client_uuid="torn").status_code == 400
    assert VisitReport.objects.count() == 0


def test_another_inspector_does_not_find_the_visit(client, sent_visit):
    client.force_login(inspector("I2").user)
    assert client.get(reverse("inspector-visit", args=[sent_visit.pk])).status_code == 404
    assert send_report(client, sent_visit).status_code == 404


def test_a_day_that_was_not_sent_is_an_empty_page_that_says_so(client, district):
    client.force_login(inspector("I1").user)
    page = client.get(reverse("inspector"))
    assert page.status_code == 200
    assert page.context["mine"].route is None


def test_the_report_of_a_later_day_is_not_offered_and_its_page_says_when(client, sent_visit):
    Visit.objects.filter(pk=sent_visit.pk).update(day=tomorrow())
    page = client.get(reverse("inspector-visit", args=[sent_visit.pk]))
    assert page.context["opens"] == tomorrow()
    assert 'name="outcome"' not in page.content.decode()
    assert send_report(client, sent_visit).status_code == 400
    assert not VisitReport.objects.exists()
