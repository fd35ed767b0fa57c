"""The question "what if I build this?" in a real browser: it follows what is typed; also without script."""

import re

import pytest
from playwright.sync_api import expect

from import_scripts.demo_city.reference import KEY
from tests.accessibility import violations

pytestmark = [pytest.mark.browser]
ADDRESS = f"/parcels/{KEY}/proposal/"


def test_the_answer_follows_what_is_typed_and_the_address_can_be_shared(window):
    page = window
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(ADDRESS)
    page.locator("#ask-storeys").fill("۶")
    page.wait_for_selector('.proposal-verdict[data-state="fails"]')
    page.locator("#ask-storeys").fill("4")
    page.locator("#ask-width").fill("12")
    page.locator("#ask-depth").fill("13.5")
    page.locator('input[name="use"][value="housing"]').check()
    # the address follows when the last answer stands
    expect(page).to_have_url(re.compile(r"storeys=4&.*depth=13\.5&.*use=housing"))
    expect(page.locator('.proposal-verdict[data-state="passes"]')).to_be_visible()
    expect(page.locator(".d-proposed").first).to_be_attached()
    verdict = page.locator(".verdict-text").inner_text()
    expect(page.locator('#proposal-status[role="status"]')).to_have_text(verdict)
    # what was being typed in stays in place
    expect(page.locator('input[name="use"][value="housing"]')).to_be_focused()
    page.reload()
    page.wait_for_selector('.proposal-verdict[data-state="passes"]')
    page.locator("#ask-bays").fill("many")
    expect(page.locator("#trouble-bays")).not_to_be_empty()
    expect(page.locator("#ask-bays")).to_have_attribute("aria-invalid", "")
    assert troubles == []


def test_a_row_of_the_table_fills_the_form(window):
    page = window
    page.goto(ADDRESS)
    page.locator('.choices-table th a[href*="storeys=3"]').click()
    page.wait_for_selector('.proposal-verdict[data-state="passes"]')
    expect(page.locator("#ask-storeys")).to_have_value("۳")


def test_a_building_that_the_parcel_offers_costs_what_the_parcels_page_says(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    page = context.new_page()
    page.goto(f"/parcels/{KEY}/")
    total = page.locator(".cost:not([hidden]) .cost-total .amount").inner_text()
    assert total
    page.goto(f"{ADDRESS}?storeys=4&area=165")
    expect(page.locator(".proposal-cost .cost-total .amount")).to_have_text(total)
    # what nobody told is said to be assumed
    expect(page.locator(".proposal-cost")).to_contain_text("با فرض")
    page.goto(f"{ADDRESS}?storeys=4&area=165&units=8&bays=8&use=housing")
    expect(page.locator(".proposal-cost .cost-total .amount")).to_have_text(total)
    context.close()


def test_without_script_the_button_asks(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    page = context.new_page()
    page.goto(ADDRESS)
    page.locator("#ask-storeys").fill("9")
    page.locator("#ask-storeys").press("Enter")
    page.wait_for_selector('.proposal-verdict[data-state="fails"]')
    expect(page).to_have_url(re.compile("storeys=9"))
    page.locator(".better a").click()
    page.wait_for_selector('.proposal-verdict[data-state="passes"]')
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_has_no_accessibility_violation_and_fits_its_window(chromium, demo_city, width):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": width, "height": 860}, bypass_csp=True, locale="fa-IR"
    )
    page = context.new_page()
    for asked in ("", "?storeys=6&width=13&depth=14&units=8&bays=4&use=shop&use=workshop", "?storeys=x"):
        page.goto(ADDRESS + asked)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
    context.close()
