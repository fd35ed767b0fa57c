"""The map in a real browser, on a desk and on a phone: choosing, reasons, storeys, keyboard, no script."""

import gzip
import json
import re
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from conftest import ROOT
from import_scripts.demo_city.reference import KEY
from tests.accessibility import violations
from tests.conftest import becomes, tells_what_it_reads

pytestmark = [pytest.mark.browser]
SEARCH_HEIGHT, PEEK_HEIGHT = 76, 190
HEAVIEST_KB = 250


def middle_of_the_lot(page) -> tuple[float, float]:
    """Longitude and latitude of the middle of the reference lot, from what the server gives the map."""
    html = page.request.get(f"/parcels/{KEY}/sheet").text()
    shapes = json.loads(re.search(r'<script id="parcel-shapes"[^>]*>(.*?)</script>', html, re.S).group(1))
    ring = next(entry for entry in shapes["features"] if entry["properties"]["role"] == "parcel")
    corners = ring["geometry"]["coordinates"][0][:-1]
    return tuple(sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))


def open_over_the_lot(page, zoom: float = 19) -> None:
    lon, lat = middle_of_the_lot(page)
    page.goto(f"/?at={zoom}/{lat:.7f}/{lon:.7f}")
    page.wait_for_selector("#map[data-ready]")


def centre_of_the_map(page) -> dict[str, float]:
    """The middle of the free part of the map: on a phone, between the search and the sheet."""
    box = page.locator("#map").bounding_box()
    is_phone = page.viewport_size["width"] < 992
    top, bottom = (SEARCH_HEIGHT, PEEK_HEIGHT) if is_phone else (0, 0)
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + (top + box["height"] - bottom) / 2}


def test_a_click_chooses_the_parcel_and_back_and_reload_give_the_same_view(window):
    page = window
    elsewhere, troubles = [], []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    open_over_the_lot(page)
    at = centre_of_the_map(page)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector(f'.parcel-sheet[data-parcel="{KEY}"]')
    expect(page).to_have_url(re.compile(f"parcel={KEY}"))
    expect(page.locator(".verdict-text")).to_contain_text("۶۶۰")
    page.reload()
    page.wait_for_selector(f'.parcel-sheet[data-parcel="{KEY}"]')
    page.go_back()
    page.wait_for_selector(".parcel-sheet", state="detached")
    host = urlsplit(page.url).netloc
    assert {urlsplit(url).netloc for url in elsewhere if not url.startswith(("data:", "blob:"))} == {host}
    assert troubles == []


def test_a_reason_opens_in_place_and_storeys_change_what_is_shown(window):
    page = window
    page.goto(f"/?parcel={KEY}")
    if page.viewport_size["width"] < 992:
        page.locator(".handle").click()
    page.wait_for_selector(".parcel-sheet.scripted")  # before that the link leads to the page of the trace
    why = page.locator('a.why[href="#why-net_area_m2"]')
    why.click()
    expect(page.locator("#why-net_area_m2")).to_be_visible()
    expect(why).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(why).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#why-net_area_m2")).to_be_hidden()
    results = page.locator(".choice:not([hidden]) .results")
    before = results.inner_text()
    page.locator('.stop:has(input[value="2"])').click()
    expect(page).to_have_url(re.compile("storeys=2"))
    expect(results).not_to_have_text(before, use_inner_text=True)


def laid(route, body: str) -> None:
    """Answers a question for a sheet with this one."""
    route.fulfill(body=body, content_type="text/html")


def test_the_legend_of_the_map_names_what_is_drawn_of_the_parcel(chromium, demo_city):
    page = chromium.new_context(base_url=demo_city.url, viewport={"width": 1440, "height": 900}).new_page()
    signs = {"parcel", "ceded", "net", "envelope", "line60"}
    html = page.request.get(f"/parcels/{KEY}/sheet").text()
    for given, wanted in ((html, signs), (html.replace('"envelope"', '"nothing"'), signs - {"envelope"})):
        page.route("**/sheet*", partial(laid, body=given))
        page.goto("/")
        open_over_the_lot(page)
        at = centre_of_the_map(page)
        page.mouse.click(at["x"], at["y"])
        page.wait_for_selector(f'.parcel-sheet[data-parcel="{KEY}"]')
        classes = page.locator("#legend .sign").evaluate_all("found => found.map((one) => one.className)")
        assert {name.split("sign-")[1] for name in classes} - {"planned"} == wanted
        page.unroute("**/sheet*")
    page.context.close()


def test_a_sheet_that_comes_after_going_back_is_not_laid(window):
    page, held = window, []
    open_over_the_lot(page)
    page.route("**/sheet*", lambda route: held.append(route))
    at = centre_of_the_map(page)
    page.mouse.click(at["x"], at["y"])
    expect(page).to_have_url(re.compile(f"parcel={KEY}"))
    expect(page.locator("#sheet-body .skeleton")).to_be_visible()
    with page.expect_event("requestfailed", lambda request: "/sheet" in request.url):
        page.go_back()
    expect(page.locator("#sheet-body .verdict-text")).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    expect(page.locator(".parcel-sheet")).to_have_count(0)
    assert len(held) == 1


def test_the_place_that_was_pointed_at_last_wins(window):
    page, held, wrong = window, [], []
    read = tells_what_it_reads(page)
    open_over_the_lot(page)
    page.on("request", lambda request: wrong.append(request.url) if "another" in request.url else None)
    page.route("**/parcels/at?*", lambda route: route.continue_() if held else held.append(route))
    at = centre_of_the_map(page)
    with page.expect_request("**/parcels/at?*"):
        page.mouse.click(at["x"], at["y"] - 60)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector(f'.parcel-sheet[data-parcel="{KEY}"]')
    other = {"exact": True, "candidates": [{"key": "another", "label": "another", "distance_m": 0}]}
    held[0].fulfill(json=other)
    becomes(
        page, lambda: read("/parcels/at"), 2
    )  # the late answer is there, and what is done with it is done
    assert wrong == []
    expect(page.locator(f'.parcel-sheet[data-parcel="{KEY}"]')).to_have_count(1)
    expect(page).to_have_url(re.compile(f"parcel={KEY}"))


def test_the_keyboard_alone_chooses_a_parcel(chromium, demo_city):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": 1440, "height": 900}, locale="fa-IR"
    )
    page = context.new_page()
    open_over_the_lot(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.locator("#map").focus()
    expect(page).to_have_url(re.compile(r"at=19\.00/"))
    for key in ("ArrowUp", "ArrowDown"):
        place = page.url
        page.keyboard.press(key)
        expect(page).not_to_have_url(place)  # the map has glided to a stop
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.parcel-sheet[data-parcel="{KEY}"]')
    page.wait_for_selector("#status:has-text('۶۶۰')", state="attached")
    context.close()


def test_a_click_on_a_street_asks_which_parcel(chromium, demo_city):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": 1440, "height": 900}, locale="fa-IR"
    )
    page = context.new_page()
    lon, lat = middle_of_the_lot(page)
    south = lat - (12.5 + 4) / 111_000  # the middle of the 8 m street before its front
    page.goto(f"/?at=19/{south:.7f}/{lon:.7f}")
    page.wait_for_selector("#map[data-ready]")
    at = centre_of_the_map(page)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector("#ask:not([hidden]) li button")
    expect(page.locator("#ask li").nth(1)).to_be_visible()
    page.locator("#ask li button").first.click()
    page.wait_for_selector(".parcel-sheet")
    context.close()


def test_the_sheet_on_a_phone_has_three_stops(chromium, demo_city):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": 390, "height": 844}, locale="fa-IR"
    )
    page = context.new_page()
    page.goto(f"/?parcel={KEY}")
    frame = page.locator("#sheet-frame")
    expect(frame).to_have_attribute("data-stop", "half")
    for text in (".verdict-text", ".number >> nth=3", ".sheet-foot"):
        expect(page.locator(text)).to_be_visible()
    page.locator(".handle").press("ArrowDown")
    expect(frame).to_have_attribute("data-stop", "peek")
    page.locator(".handle").press("ArrowUp")
    page.locator(".handle").press("ArrowUp")
    expect(frame).to_have_attribute("data-stop", "full")
    context.close()


def test_everything_but_the_map_works_without_script(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    page = context.new_page()
    page.goto("/")
    page.locator('.masthead input[name="q"]').fill(KEY)
    page.locator(".masthead .search button").click()
    page.locator(".results-list .result-title").first.click()
    expect(page).to_have_url(re.compile(f"/parcels/{KEY}/"))
    expect(page.locator(".plan-wide svg.plan")).to_be_visible()
    expect(page.locator(".plan-narrow svg.plan")).to_be_hidden()
    page.goto(f"/parcels/{KEY}/?storeys=2")
    expect(page.locator('.stop input[value="2"]')).to_be_checked()
    page.goto(f"/parcels/{KEY}/#why-net_area_m2")
    expect(page.locator("#why-net_area_m2")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_an_accessibility_violation(chromium, demo_city, width):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": width, "height": 860}, bypass_csp=True, locale="fa-IR"
    )
    page = context.new_page()
    found = []
    for address in ("/", f"/?parcel={KEY}", f"/parcels/{KEY}/", "/search?q=سرو"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found += [(address, *violation) for violation in violations(page)]
    assert found == []
    context.close()


def test_the_map_page_weighs_at_most_250_kb_of_script_and_style():
    static = ROOT / "map_ui" / "static"
    files = ["built/map.js", "built/bootstrap.rtl.min.css"]
    files += [f"pelak/{name}.css" for name in ("pelak", "sheet", "drawing", "map")]
    weight = sum(len(gzip.compress((static / name).read_bytes())) for name in files)
    assert weight <= HEAVIEST_KB * 1000
