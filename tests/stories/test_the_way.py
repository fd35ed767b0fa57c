"""The whole way on the demo city, as people walk it: from a click on the map to an inspector's report."""

import json
import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from gis_core.city import DEMO_CITY, read_city
from gis_core.persian import latin_digits, persian_digits
from import_scripts.demo_city.reference import DISTRICT, KEY
from tests.conftest import follow
from tests.stories.conftest import PHONE, seen

pytestmark = [pytest.mark.story, pytest.mark.browser]
VISITS, INSPECTORS = 30, 4
CITIZEN = read_city(DEMO_CITY).policies["demo_citizen"]
PERSON = {
    "name": "مینا کاظمی",
    "national_code": persian_digits(CITIZEN["national_code"]),
    "mobile": "۰۹۱۳۱۲۳۴۵۶۷",
}
STRANGER = PERSON | {"national_code": "۰۴۹۹۳۷۰۸۹۹"}


def test_from_a_click_on_the_map_to_the_route_of_the_inspector(town, someone):
    citizen = someone(town, "citizen")
    choose_on_the_map(citizen)
    read_the_answer(citizen)
    paper_issued_at_once(citizen)
    lots = lots_without_a_file(town)
    code, day = certificate_that_needs_a_visit(citizen, lots[0])
    nearest_office(citizen, lots[0])
    the_officer_sees_the_papers(town, someone, code)
    others_ask_for_visits(
        someone(town, "technical_officer"), lots[1 : 1 + VISITS - visits_waiting(town)], day
    )
    plan_and_send(someone(town, "dispatcher"), day)
    the_day_comes(town, day)
    record_the_visit(town, someone, code)
    anybody = someone(town)
    anybody.goto(f"/track/{code}/")
    seen(anybody, "90-tracked-after-the-visit")
    expect(anybody.locator(".chapters")).to_contain_text("بازدید شد")


def choose_on_the_map(page):
    lon, lat = middle_of_the_lot(page)
    page.goto(f"/?at=19/{lat:.7f}/{lon:.7f}")
    page.wait_for_selector("#map[data-ready]")
    seen(page, "10-map")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(f'.parcel-sheet[data-parcel="{KEY}"]')
    seen(page, "11-chosen")


def middle_of_the_lot(page) -> tuple[float, float]:
    """Longitude and latitude of the middle of the reference lot."""
    html = page.request.get(f"/parcels/{KEY}/sheet").text()
    shapes = json.loads(re.search(r'<script id="parcel-shapes"[^>]*>(.*?)</script>', html, re.S).group(1))
    ring = next(entry for entry in shapes["features"] if entry["properties"]["role"] == "parcel")
    corners = ring["geometry"]["coordinates"][0][:-1]
    return tuple(sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))


def read_the_answer(page):
    assert {"660", "4"} <= figures(page.locator(".verdict-text"))
    page.locator('a.why[href="#why-net_area_m2"]').click()
    expect(page.locator("#why-net_area_m2")).to_be_visible()
    assert {"300.00", "24.00", "1.00", "275.00"} <= figures(page.locator("#why-net_area_m2"))
    seen(page, "12-why")
    page.keyboard.press("Escape")
    results = page.locator(".choice:not([hidden]) .results")
    cost = results.inner_text()
    page.locator('.stop:has(input[value="3"])').click()
    expect(page).to_have_url(re.compile("storeys=3"))
    expect(results).not_to_have_text(cost, use_inner_text=True)
    expect(page.locator(".cost:not([hidden]) .cost-total")).to_be_visible()
    seen(page, "13-three-storeys")


def paper_issued_at_once(page):
    """The drawing permission: asked for from the sheet, decided on the spot, a PDF that can be verified."""
    follow(page, ".sheet-foot .btn-main")
    fill_in_the_person(page)
    seen(page, "20-title-deed")
    page.set_input_files("#file", {"name": "deed.png", "mimeType": "image/png", "buffer": photo()})
    go_on(page)
    go_on(page)  # no power of attorney
    go_on(page)  # any day
    seen(page, "21-check-your-answers")
    send(page)
    seen(page, "22-answered-at-once")
    expect(page.locator(".verdict-yes"), page.locator("main").inner_text()).to_be_visible()
    paper = page.locator(".verdict-actions a.btn-main").get_attribute("href")
    pdf = PdfReader(BytesIO(page.request.get(paper).body()))
    code = paper.split("/")[2]
    assert code in "".join(sheet.extract_text() for sheet in pdf.pages)
    [facts] = pdf.attachments[f"{code}.json"]
    assert KEY in facts.decode()
    follow(page, ".verdict-actions a.btn-plain")
    seen(page, "23-verified")
    expect(page.locator("h1")).to_contain_text("معتبر است")
    expect(page.locator("p.leaf")).to_be_visible()


def certificate_that_needs_a_visit(page, key) -> tuple[str, str]:
    """No-violation certificate of a lot without a record: the reasons, what to do, and a wished day."""
    page.goto(f"/services/?parcel={key}")
    follow(page, 'a[href*="service=CT-04"]')
    fill_in_the_person(page)
    # not the first day that is offered, which is offered no longer when midnight passes on the way
    wished = page.locator("input[name=day]").nth(1)
    wished.check()
    day = wished.get_attribute("value")
    go_on(page)
    send(page)
    seen(page, "30-why-not-at-once")
    expect(page.locator(".whys li").first).to_be_visible()
    expect(page.locator(".verdict-yes")).to_have_count(0)
    expect(page.locator(".whys")).to_contain_text("هیچ پرونده‌ای در شهرداری نیست")
    expect(page.locator(".whys")).to_contain_text("ثبت نیست که شما مالک آن هستید")
    return page.url.split("/track/")[1].split("/")[0], day


def the_officer_sees_the_papers(town, someone, code):
    """No file says whose the lot is: the office's officer reads why, accepts the deed, asks for the visit."""
    [(username,)] = town.ask(
        "SELECT u.username FROM service_requests_servicerequest r JOIN gis_core_rolegrant g"
        " ON g.role = 'technical_officer' AND g.office_codes ? r.office_code"
        " JOIN gis_core_user u ON u.id = g.user_id WHERE r.tracking_code = %s ORDER BY u.username LIMIT 1",
        code,
    )
    page = someone(town, username=username)
    page.goto(f"/cases/{code}/")
    seen(page, "35-whose-is-it")
    expect(page.locator(".whys")).to_contain_text("ثبت نیست که شما مالک آن هستید")
    page.locator('input[name=to][value="inspection_requested"]').check()
    page.locator("input[name=authority]").check()
    follow(page, ".case-steps button[type=submit]")
    page.goto(f"/cases/{code}/")
    seen(page, "36-papers-accepted")
    expect(page.locator(".chapters")).to_contain_text("دید و پذیرفت")


def nearest_office(page, key):
    page.goto(f"/parcels/{key}/")
    follow(page, '.next a[href^="/offices/"]')
    with page.expect_navigation():  # what is chosen is shown at once
        page.select_option("select[name=service]", "CT-04")
    page.locator('label:has(input[name=by][value="car"])').click()  # it is chosen already
    follow(page, ".ask-actions button[type=submit]")
    expect(page).to_have_url(re.compile("service=CT-04"))
    expect(page.locator('input[name=by][value="car"]')).to_be_checked()
    seen(page, "40-offices")
    minutes = latin_digits(page.locator(".office-list .office .far b").first.inner_text())
    assert 0 <= float(minutes) < 120


def visits_waiting(town):
    """How many cases of the district wait for a visit already, at most as many as the day is to have."""
    question = "SELECT count(*) FROM service_requests_servicerequest WHERE state = %s AND district_code = %s"
    [(count,)] = town.ask(question, "inspection_requested", str(DISTRICT))
    return min(count, VISITS)


def others_ask_for_visits(page, lots, day):
    """The rest of the day's work: permit inspections of other lots, filed at a counter by the API."""
    for key in lots:
        answer = filed(page, service="PB-11", parcel=key, wished_day=day, **STRANGER)
        assert answer["state"] == "inspection_requested"


def plan_and_send(page, day):
    page.goto(f"/dispatch/?district={DISTRICT}&day={day}")
    follow(page, 'form[action$="/dispatch/plan"] button')
    expect(page.locator(".in-words").first).to_be_visible()
    seen(page, "50-day-board-draft")
    planned = page.locator(".time-list > li:not(.muted)").count()
    left_out = page.locator('.board-left-out li[id^="visit-"]')
    assert planned + left_out.count() >= VISITS
    assert planned >= VISITS * 0.8
    assert page.locator(".time-name").count() >= INSPECTORS
    for reason in left_out.locator("p:last-child").all_inner_texts():
        assert len(reason) > 10
    follow(page, 'form[action*="/send"] button')
    expect(page.locator(".in-words").first).to_be_visible()
    expect(page.locator('form[action*="/send"]')).to_have_count(0)
    seen(page, "51-day-board-sent")


def the_day_comes(town, day):
    """The day that was planned becomes today: a visit is reported on its day and not before."""
    today = timezone.localdate()
    moved = town.ask(
        "UPDATE inspections_visit SET day = %s WHERE day = %s AND district_code = %s RETURNING id",
        *(today, day, str(DISTRICT)),
    )
    plans = town.ask(
        "UPDATE inspections_dayplan SET day = %s, number = number + 100"
        " WHERE day = %s AND district_code = %s AND status = 'sent' RETURNING id",
        *(today, day, str(DISTRICT)),
    )
    assert len(moved) >= VISITS * 0.8
    assert len(plans) == 1


def record_the_visit(town, someone, code):
    """The inspector whom the plan sends finds the stop in the route and writes the report."""
    [(visit, username, day)] = town.ask(
        "SELECT v.id, u.username, v.day FROM inspections_visit v"
        " JOIN service_requests_servicerequest r ON r.id = v.request_id"
        " JOIN inspections_inspector i ON i.id = v.inspector_id JOIN gis_core_user u ON u.id = i.user_id"
        " WHERE r.tracking_code = %s",
        code,
    )
    page = someone(town, size=PHONE, username=username)
    page.goto(f"/inspector/?day={day.isoformat()}")
    seen(page, "60-route")
    numbers = page.locator(".stops > li").count()
    assert numbers >= 1
    page.goto(f"/inspector/visits/{visit}/")
    page.locator("input[name=outcome]").first.check()
    page.fill("input[name=measured_area_m2]", "۲۴۸٫۵")
    page.fill("textarea[name=note]", "بنا با پروانه می‌خواند.")
    seen(page, "61-report")
    follow(page, "#report button[type=submit]")
    expect(page.locator("[role=status], .messages, .notice").first).to_be_visible()
    seen(page, "62-recorded")
    expect(page.locator(".stops > li")).to_have_count(numbers)
    expect(page.locator(f"#visit-{visit}.stop-done")).to_be_visible()


def lots_without_a_file(town) -> list[str]:
    """Keys of lots of the district of which the municipality has no file first, then of other lots."""
    rows = town.ask(
        "SELECT p.key FROM parcels_parcel p WHERE p.district_code = %s AND p.kind = 'lot' AND p.key <> %s"
        " AND upper_inf(p.known) ORDER BY EXISTS"
        " (SELECT 1 FROM records_propertyfile f WHERE f.parcel_lineage = p.lineage), p.key",
        str(DISTRICT),
        KEY,
    )
    return [key for (key,) in rows]


def figures(place) -> set[str]:
    """The numbers that a part of a page shows, in plain digits."""
    return set(re.findall(r"\d+(?:\.\d+)?", latin_digits(place.inner_text()).replace("٫", ".")))


def fill_in_the_person(page):
    for field, value in PERSON.items():
        page.fill(f"#{field}", value)
    go_on(page)


def go_on(page):
    follow(page, ".form-actions .btn-main")


def send(page):
    follow(page, ".form-actions .btn-main")
    expect(page).to_have_url(re.compile("/track/"))
    expect(page.locator(".tracking")).to_be_visible()


def photo() -> bytes:
    """A picture as a phone would send it."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def test_a_published_change_of_a_zone_changes_the_answer_from_its_day_and_not_before(town, someone):
    day = timezone.localdate() + timedelta(days=40)
    planner = someone(town, "planner")
    draft = draft_with_one_changed_zone(town, planner, to="G111")
    follow(planner, 'form[action$="/submit"] button')
    expect(planner.locator(".notice").first).to_be_visible()
    approver = someone(town, "plan_approver")
    approver.goto(draft)
    seen(approver, "71-approver")
    assert zones_on(approver, day) == {"R121"}
    approver.fill("#from-day", day.isoformat())
    follow(approver, ".plan-approve button")
    expect(approver).to_have_url(re.compile("/plans/$"))
    seen(approver, "72-published")
    assert zones_on(approver, day) == {"G111"}
    assert zones_on(approver, day - timedelta(days=1)) == {"R121"}
    approver.goto(f"/parcels/{KEY}/")
    today = approver.locator(".verdict-text").inner_text()
    approver.goto(f"/parcels/{KEY}/?on={day.isoformat()}")
    seen(approver, "73-answer-of-that-day")
    expect(approver.locator("#sheet")).to_contain_text("G111")
    expect(approver.locator(".verdict-text")).not_to_have_text(today, use_inner_text=True)


def test_a_stranger_is_not_told_what_the_file_says_and_the_owner_is(town, someone):
    page = someone(town, "citizen")
    for who, state in ((STRANGER, "doc_check"), (PERSON, "answered_instant")):
        answer = filed(page, service="CT-04", parcel=KEY, **who)
        assert answer["state"] == state, answer
        codes = [reason["code"] for reason in answer["reasons"]]
        assert codes == ([] if answer["instant"] else ["AUTHORITY_NOT_VERIFIED"])


def filed(page, **asked) -> dict:
    """What the API answers to a request of the one who has signed in."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": page.url}
    answer = page.request.post("/api/requests/", data={"client_uuid": str(uuid4()), **asked}, headers=headers)
    assert answer.status == 201, answer.text()
    return answer.json()


def draft_with_one_changed_zone(town, page, *, to) -> str:
    """Open a draft, give the reference lot's zone another code; the draft's address."""
    page.goto("/plans/")
    page.fill("#title", "بازنگری کوچهٔ سرو")
    follow(page, ".plan-open button")
    expect(page).to_have_url(re.compile(r"/plans/\d+/"))
    draft = re.search(r"/plans/(\d+)/", page.url)
    [(zone,)] = town.ask(
        "SELECT z.id FROM zoning_zone z, parcels_parcel p WHERE z.layer_version_id = %s AND p.key = %s"
        " AND upper_inf(p.known) AND ST_Covers(z.geometry, ST_PointOnSurface(p.geometry))",
        int(draft.group(1)),
        KEY,
    )
    page.goto(f"{draft.group()}?zone={zone}")
    page.fill("#code", to)
    follow(page, ".plan-zone button")
    seen(page, "70-draft")
    return draft.group()


def zones_on(page, day) -> set[str]:
    """Codes of the reference lot's zones on a day, as the API tells them."""
    answer = page.request.get(f"/api/parcels/{KEY}/evaluation/", params={"on": day.isoformat()}).json()
    return {zone["code"] for zone in answer["zones"]}
