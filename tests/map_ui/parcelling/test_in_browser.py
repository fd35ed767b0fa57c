"""Dividing and joining lots in a real browser, on phone and desk: by pointing, by keys, without script."""

import re

import pytest
from playwright.sync_api import expect

from import_scripts.demo_city.reference import KEY
from tests.accessibility import violations

pytestmark = [pytest.mark.browser]
DIVIDE, JOIN = f"/parcels/{KEY}/subdivision/", f"/parcels/{KEY}/consolidation/"


def test_two_points_on_the_plan_are_a_cut_and_the_cut_can_be_taken_away(window):
    page = window
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(DIVIDE)
    plan = page.locator(".cut-plan svg:visible")
    expect(page.locator(".cut-plan.can-draw")).to_be_attached()
    plan.scroll_into_view_if_needed()
    box = plan.bounding_box()
    assert box is not None
    for share in (0.1, 0.9):
        plan.click(position={"x": box["width"] * share, "y": box["height"] / 2})
    expect(page).to_have_url(re.compile(r"by=lines&cuts=[\d.+%A-F-]+"))
    expect(page.locator(".cut-table tbody th")).to_have_count(2)
    expect(page.locator(".cut-plan svg:visible .d-cut")).to_have_count(2)
    page.locator(".cut-lines a").first.click()
    expect(page.locator(".cut-table")).to_have_count(0)
    assert troubles == []


def test_by_keys_alone_a_lot_is_divided_evenly(window):
    page = window
    page.goto(DIVIDE)
    page.locator("#ask-parts").focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator('.proposal-verdict[data-state="fails"]')).to_be_visible()
    expect(page.locator(".cut-table .cut-fails").first).to_be_visible()


def test_without_script_neighbours_are_joined_from_the_parcels_own_page(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"/parcels/{KEY}/")
    page.locator(f'a[href="{JOIN}"]').click()
    expect(page).to_have_url(re.compile("/consolidation/"))
    page.locator(".join-lots input").first.check()
    page.locator(".proposal-form button").click()
    expect(page.locator(".join-table")).to_be_visible()
    expect(page.locator(".joined-lots li")).to_have_count(2)
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_have_no_accessibility_violation_and_fit_their_window(chromium, demo_city, width):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": width, "height": 860}, bypass_csp=True, locale="fa-IR"
    )
    page = context.new_page()
    page.goto(JOIN)
    beside = page.locator(".join-lots input").first.get_attribute("value")
    for asked in (f"{DIVIDE}?by=even&parts=2", f"{DIVIDE}?by=lines&cuts=x", f"{JOIN}?with={beside}"):
        page.goto(asked)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
    context.close()
