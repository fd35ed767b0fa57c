"""A planner drags the border of a draft in a real browser: what is on its way to the server stays put."""

import math

import pytest
from playwright.sync_api import expect

from tests.conftest import becomes, follow, tells_what_it_reads
from tests.map_ui.test_city_result import SESSION

pytestmark = [pytest.mark.browser]
#: Ground of a pixel at zoom 18, the closest that a draft opens at, and half of the web map's width: metres.
CLOSEST_M, HALF_M = 0.5971642834779395, 20037508.342789244
#: Px that stay free above, and at the other sides, of what a draft opens on.
ABOVE_PX, BESIDE_PX = 72, 24


@pytest.fixture
def planner(chromium, demo_city):
    """A planner's window at a desk."""
    name, key = demo_city.manage("shell", "-c", SESSION).split("SESSION")[1].split()
    context = chromium.new_context(
        base_url=demo_city.url,
        viewport={"width": 1440, "height": 900},
        locale="fa-IR",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": name, "value": key, "url": demo_city.url}])
    yield context.new_page()
    context.close()


def on_the_web_map(corner) -> tuple[float, float]:
    lon, lat = corner[:2]
    return lon * HALF_M / 180, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * HALF_M / math.pi


def place_of_a_corner(page, zone) -> tuple[float, float]:
    """Where the first corner of the zone on which the draft opened stands in the window."""
    box = page.locator("#plan-map").bounding_box()
    corners = [on_the_web_map(corner) for corner in zone["geometry"]["coordinates"][0]]
    (west, south), (east, north) = map(min, *corners), map(max, *corners)
    free = box["width"] - 2 * BESIDE_PX, box["height"] - ABOVE_PX - BESIDE_PX
    px_m = max((east - west) / free[0], (north - south) / free[1], CLOSEST_M)
    x, y = corners[0]
    return (
        box["x"] + box["width"] / 2 + (x - (west + east) / 2) / px_m,
        box["y"] + (box["height"] + ABOVE_PX - BESIDE_PX) / 2 - (y - (south + north) / 2) / px_m,
    )


def drag(page, x, y, by) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y + by, steps=5)
    page.mouse.up()


def opened_draft(page):
    """A new draft, open on one of its zones; that zone, as the map was given it."""
    read = tells_what_it_reads(page)
    page.goto("/plans/")
    page.fill("#title", "کشیدن یک مرز")
    follow(page, ".plan-open button")
    zones = page.request.get(f"{page.url}zones.json").json()["features"]
    zone = max(zones, key=lambda one: len(one["geometry"]["coordinates"][0]) == 5)
    page.goto(f"{page.url}?zone={zone['id']}")
    becomes(page, lambda: read("zones.json"), 1)
    return zone


def test_nothing_is_moved_while_the_shapes_are_on_their_way_and_a_failure_loses_nothing(planner):
    page, held = planner, []
    zone = opened_draft(page)
    x, y = place_of_a_corner(page, zone)
    save, undo = page.locator("#save"), page.locator("#undo")
    expect(save).to_be_disabled()
    drag(page, x, y, 24)
    expect(save).to_be_enabled()
    page.route("**/zones", lambda route: held.append(route))
    with page.expect_request("**/zones"):
        save.click()
    expect(save).to_be_disabled()
    expect(undo).to_be_disabled()
    drag(page, x + 24, y + 24, 24)
    held[0].abort()
    expect(page.locator("#saved")).to_have_text("ذخیره نشد")
    expect(save).to_be_enabled()
    undo.click()  # one step was made, and not two
    expect(undo).to_be_disabled()
    expect(save).to_be_disabled()


def test_a_border_that_crosses_itself_is_not_saved_and_the_planner_is_told_why(planner):
    page = planner
    page.route(
        "**/zones",
        lambda route: route.fulfill(
            status=400, json={"code": "BAD_INPUT", "message_fa": "مرز خود را می‌برد."}
        ),
    )
    zone = opened_draft(page)
    drag(page, *place_of_a_corner(page, zone), 24)
    page.locator("#save").click()
    expect(page.locator("#saved")).to_have_text("ذخیره نشد: مرز خود را می‌برد.")
    expect(page.locator("#save")).to_be_enabled()


def test_a_border_that_was_dragged_and_saved_is_a_change_of_the_draft(planner):
    page = planner
    zone = opened_draft(page)
    drag(page, *place_of_a_corner(page, zone), 3)
    with page.expect_response("**/zones") as answer, page.expect_navigation():
        page.locator("#save").click()
    assert answer.value.ok, answer.value.text()
    now = page.request.get(page.url.split("?")[0] + "zones.json").json()["features"]
    shape = next(one["geometry"] for one in now if one["id"] == zone["id"])
    assert shape != zone["geometry"]
    expect(page.locator(".plan-side")).to_contain_text(zone["properties"]["code"])
