"""The way of the main job on Cambridge, as far as its published files go."""

import csv
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conftest import ROOT
from tests.conftest import follow
from tests.stories.conftest import seen, sign_in

pytestmark = [pytest.mark.story, pytest.mark.real_data, pytest.mark.browser]
BEFORE, AFTER = date(2025, 2, 25), date(2026, 3, 5)
PERSON = {"name": "Grace Murray", "national_code": "S1234567", "mobile": "617 555 0142"}


@pytest.fixture
def page(cambridge_town, someone):
    window = someone(cambridge_town)
    window.goto("/language/en")
    return window


def rezoned_lot(town) -> str:
    """A large lot that was in business zone BA before the rezoning of 2026 and is in CAM-6 since."""
    [(key,)] = town.ask(
        "SELECT p.key FROM parcels_parcel p"
        " JOIN zoning_zone was ON ST_Covers(was.geometry, p.geometry) AND was.valid @> %s AND was.code = 'BA'"
        " JOIN zoning_zone now ON ST_Covers(now.geometry, p.geometry) AND now.valid @> %s"
        " AND now.code = 'CAM-6'"
        " WHERE p.kind = 'lot' AND upper_inf(p.known) AND upper_inf(was.known) AND upper_inf(now.known)"
        " ORDER BY p.surveyed_area_m2 DESC LIMIT 1",
        BEFORE,
        AFTER,
    )
    return key


def flooded_lot(town) -> str:
    """The lot with the most land in the 500-year flood zone."""
    [(key,)] = town.ask(
        "SELECT p.key FROM parcels_parcel p"
        " JOIN layers_overlayfeature f ON ST_Intersects(f.geometry, p.geometry)"
        " JOIN layers_layer l ON l.id = f.layer_id AND l.key = 'flood_500yr'"
        " WHERE p.kind = 'lot' AND upper_inf(p.known) AND upper_inf(f.known)"
        " ORDER BY ST_Area(ST_Intersection(f.geometry, p.geometry)) DESC LIMIT 1"
    )
    return key


def test_a_click_chooses_the_lot_and_a_map_lot_finds_it(cambridge_town, page):
    key = rezoned_lot(cambridge_town)
    [(lon, lat)] = cambridge_town.ask(
        "SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Transform(ST_PointOnSurface(geometry), 4326) AS c"
        " FROM parcels_parcel WHERE key = %s AND upper_inf(known)) p",
        key,
    )
    page.goto(f"/?at=19/{lat:.7f}/{lon:.7f}")
    page.wait_for_selector("#map[data-ready]")
    seen(page, "c10-map")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(f'.parcel-sheet[data-parcel="{key}"]')
    seen(page, "c11-chosen")
    page.goto("/")
    page.locator('.masthead input[name="q"]').fill(key)
    page.locator(".masthead .search button").click()
    page.wait_for_selector(f'[data-parcel="{key}"], .results-list a[href*="{key}"]')


def test_the_zone_of_a_lot_is_that_of_the_day(cambridge_town, page):
    key = rezoned_lot(cambridge_town)
    for day, zone, other in ((BEFORE, "BA", "CAM-6"), (AFTER, "CAM-6", "BA")):
        answer = evaluation(page, key, on=day)
        assert {row["code"] for row in answer["zones"]} == {zone}
        page.goto(f"/parcels/{key}/?on={day.isoformat()}")
        shown = page.locator("#sheet").inner_text().split()
        assert zone in "".join(shown)
        assert other not in shown
    seen(page, "c20-after-the-rezoning")


def test_density_is_unknown_because_no_rule_is_loaded_and_never_unrestricted(cambridge_town, page):
    key = rezoned_lot(cambridge_town)
    answer = evaluation(page, key, on=AFTER)
    density = answer["findings"]["far_percent"]
    assert (density["value"], density["state"], density["reason"]["code"]) == (None, "unknown", "NO_RULE")
    assert "far_percent" in answer["unknown"]
    page.goto(f"/parcels/{key}/")
    seen(page, "c30-density-unknown")
    expect(page.locator(".verdict-unknown")).to_be_visible()
    expect(page.locator(".number-unknown").nth(2)).to_be_visible()
    told = page.locator("#sheet").inner_text().lower()
    assert "not known" in told
    for word in ("no restriction", "no limit", "unlimited"):
        assert word not in told


def test_the_flood_zone_and_both_areas_stand_on_the_sheet(cambridge_town, page):
    key = flooded_lot(cambridge_town)
    answer = evaluation(page, key, on=AFTER)
    flood = next(row for row in answer["overlays"] if row["layer"] == "flood_500yr")
    assert flood["state"] == "applies"
    deed, surveyed, apart = (
        answer["findings"][name]["value"]
        for name in ("deed_area_m2", "surveyed_area_m2", "area_discrepancy_m2")
    )
    assert abs(apart) == pytest.approx(abs(surveyed - deed), abs=0.01)
    page.goto(f"/parcels/{key}/")
    seen(page, "c40-flood-and-areas")
    told = page.locator("#sheet").inner_text()
    assert "flood" in told.lower()
    assert f"{surveyed:,.2f}" in told or f"{deed:,.2f}" in told


def test_the_nearest_post_office_is_told_by_travel_time(cambridge_town, page):
    key = rezoned_lot(cambridge_town)
    page.goto(f"/offices/?service=PB-11&by=foot&parcel={key}")
    seen(page, "c50-offices")
    minutes = [float(text) for text in page.locator(".office-way .far b").all_inner_texts()]
    assert len(minutes) == 7
    assert minutes == sorted(minutes)
    assert 0 < minutes[0] < 40


def test_the_gallery_draws_a_lot_in_two_zones_with_both_and_says_what_is_not_known(cambridge_town, tmp_path):
    words = [sys.executable, "-m", "map_ui.gallery", str(tmp_path), "--lots", "2000"]
    environment = cambridge_town.served.environment
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    page = (tmp_path / "index.en.html").read_text(encoding="utf-8")
    lot = page[page.index('id="split_zone"') :].split("</article>")[0]
    assert lot.count('class="d-zone-code"') >= 2
    assert 'class="d-zone-line"' in lot
    assert "not known" in lot


def test_an_invented_inspector_signs_in_with_the_first_password(cambridge_town, someone):
    folder = Path(cambridge_town.served.environment["PELAK_VAR"]) / "secrets"
    (file,) = folder.glob("staff_cambridge_*.csv")
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert {row["role"] for row in rows} == {"inspector", "dispatcher"}
    page = someone(cambridge_town)
    sign_in(page, "visitor-3", next(row["first_password"] for row in rows if row["username"] == "visitor-3"))
    assert page.goto("/inspector/").status == 200


def test_a_request_is_filed_and_its_visit_is_planned_on_the_streets(cambridge_town, someone):
    town = cambridge_town
    officer = someone(town, "technical_officer")
    officer.goto("/language/en")
    district = "9"
    lots = lots_of(town, district, 8)
    day = working_day(town, district)
    cookies = officer.context.cookies()
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    filed = []
    for key in lots:
        asked = {"client_uuid": str(uuid4()), "service": "PB-11", "parcel": key, "wished_day": day, **PERSON}
        headers = {"X-CSRFToken": token, "Referer": officer.url}
        answer = officer.request.post("/api/requests/", data=asked, headers=headers)
        assert answer.status == 201, answer.text()
        filed.append(answer.json()["tracking_code"])
    dispatcher = someone(town, "dispatcher")
    dispatcher.goto("/language/en")
    dispatcher.goto(f"/dispatch/?district={district}&day={day}")
    follow(dispatcher, 'form[action$="/dispatch/plan"] button')
    expect(dispatcher.locator(".in-words").first).to_be_visible()
    seen(dispatcher, "c60-day-board")
    planned = dispatcher.locator(".time-list > li:not(.muted)").count()
    left_out = dispatcher.locator('.board-left-out li[id^="visit-"]').count()
    assert planned + left_out == len(lots)
    assert planned >= len(lots) - 1
    follow(dispatcher, 'form[action*="/send"] button')
    expect(dispatcher.locator(".in-words").first).to_be_visible()
    expect(dispatcher.locator('form[action*="/send"]')).to_have_count(0)
    anybody = someone(town)
    anybody.goto(f"/track/{filed[0]}/")
    seen(anybody, "c61-tracked")
    expect(anybody.locator(".verdict-visit")).to_be_visible()


def test_where_no_file_names_owners_nobody_is_told_about_a_property_on_the_spot(cambridge_town, someone):
    citizen = someone(cambridge_town, "citizen")
    [key] = lots_of(cambridge_town, "9", 1)
    cookies = citizen.context.cookies()
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    asked = {"client_uuid": str(uuid4()), "service": "CT-04", "parcel": key, **PERSON}
    headers = {"X-CSRFToken": token, "Referer": citizen.url}
    answer = citizen.request.post("/api/requests/", data=asked, headers=headers).json()
    assert answer["state"] == "doc_check"
    assert "AUTHORITY_NOT_VERIFIED" in {reason["code"] for reason in answer["reasons"]}


def working_day(town, district) -> str:
    """A day soon on which all four inspectors of the neighbourhood work."""
    [(day,)] = town.ask(
        "SELECT s.day::text FROM inspections_shift s JOIN inspections_inspector i ON i.id = s.inspector_id"
        " WHERE %s = ANY(i.district_codes) AND s.day > %s GROUP BY s.day HAVING count(*) = 4"
        " ORDER BY s.day LIMIT 1",
        district,
        timezone.localdate() + timedelta(days=2),
    )
    return day


def lots_of(town, district, count) -> list[str]:
    """Keys of lots of one neighbourhood, far apart from each other."""
    rows = town.ask(
        "SELECT key FROM parcels_parcel WHERE district_code = %s AND kind = 'lot' AND upper_inf(known)"
        " AND key IN (SELECT key FROM parcels_parcel GROUP BY key HAVING count(*) = 1)"
        " ORDER BY md5(key) LIMIT %s",
        district,
        count,
    )
    return [key for (key,) in rows]


def evaluation(page, key, *, on) -> dict:
    """What the API says may be built on a lot on a day."""
    return page.request.get(f"/api/parcels/{key}/evaluation/", params={"on": on.isoformat()}).json()
