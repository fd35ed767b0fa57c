"""Filing a request in a real browser, on a desk and on a phone, and once without script."""

import random
import re

import pytest
from playwright.sync_api import expect

from gis_core.persian import persian_digits
from import_scripts.demo_city.reference import KEY
from tests.conftest import follow

pytestmark = [pytest.mark.browser]


def with_an_account(page, city) -> None:
    """Open an account by a code to a phone of one's own."""
    number = f"0913{random.randrange(10**7):07d}"
    page.goto("/sign-up/?next=/services/?parcel=" + KEY)
    page.fill("#id_full_name", "مینا کاظمی")
    page.fill("#id_phone", number)
    page.fill("#id_national_code", "۰۴۹۹۳۷۰۸۹۹")
    follow(page, "main button[type=submit]")
    expect(page).to_have_url(re.compile("/sign-up/number/"))
    page.fill("#id_code", city.code_sent_to(number))
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/**")


def file_a_certificate(page) -> str:
    """From the list of services to the tracking page; gives the code that is shown there."""
    follow(page, f'a[href*="service=CT-04"][href*="{KEY}"]')
    page.fill("#name", "مینا کاظمی")
    page.fill("#national_code", "1234567890")
    page.fill("#mobile", "۰۹۱۳۱۲۳۴۵۶۷")
    follow(page, ".form-actions .btn-main")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#name")).to_have_value("مینا کاظمی")  # what was typed stays
    page.fill("#national_code", "۰۴۹۹۳۷۰۸۹۹")
    follow(page, ".form-actions .btn-main")
    page.locator("input[name=day]").first.check()
    follow(page, ".form-actions .btn-main")
    given = re.compile(f"0499370899|{persian_digits('0499370899')}")
    expect(page.locator(".answers")).to_contain_text(given)
    follow(page, ".form-actions .btn-main")
    page.wait_for_url("**/track/**")
    return page.url.split("/track/")[1].split("/")[0]


def test_a_citizen_files_and_tracks_a_request(window, demo_city):
    page = window
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with_an_account(page, demo_city)
    code = file_a_certificate(page)
    expect(page.locator("main")).to_contain_text(re.compile("پاسخ آماده است|چرا همین حالا نه؟"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto("/track/")
    page.fill("#code", f"{code[:4]} {code[4:8]} {code[8:]}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/track/{code}/")
    page.goto("/my/requests/")
    expect(page.locator("main a").first).to_have_attribute("href", re.compile(code))
    assert troubles == []


def test_the_same_without_script(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    page = context.new_page()
    with_an_account(page, demo_city)
    assert file_a_certificate(page)
    context.close()
