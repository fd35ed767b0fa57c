"""Filing a request in a real browser, on a desk and on a phone, and once without script."""

import uuid

import pytest

from import_scripts.demo_city.reference import KEY

pytestmark = [pytest.mark.browser]
PASSWORD = "four long words here"


def with_an_account(page) -> str:
    name = f"mina-{uuid.uuid4().hex[:8]}"
    page.goto("/sign-up/?next=/services/?parcel=" + KEY)
    page.fill("#id_full_name", "مینا کاظمی")
    page.fill("#id_username", name)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/services/**")
    return name


def file_a_certificate(page) -> str:
    """From the list of services to the tracking page; gives the code that is shown there."""
    page.click(f'a[href*="service=CT-04"][href*="{KEY}"]')
    page.fill("#name", "مینا کاظمی")
    page.fill("#national_code", "1234567890")
    page.fill("#mobile", "۰۹۱۳۱۲۳۴۵۶۷")
    page.click(".form-actions .btn-main")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("#name") == "مینا کاظمی"  # what was typed stays
    page.fill("#national_code", "۰۴۹۹۳۷۰۸۹۹")
    page.click(".form-actions .btn-main")
    page.locator("input[name=day]").first.check()
    page.click(".form-actions .btn-main")
    assert "0499370899" in page.locator(".answers").inner_text().translate(
        str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
    )
    page.click(".form-actions .btn-main")
    page.wait_for_url("**/track/**")
    return page.url.split("/track/")[1].split("/")[0]


def test_a_citizen_files_and_tracks_a_request(window):
    page = window
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with_an_account(page)
    code = file_a_certificate(page)
    shown = page.locator("main").inner_text()
    assert "پاسخ آماده است" in shown or "چرا همین حالا نه؟" in shown
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto("/track/")
    page.fill("#code", f"{code[:4]} {code[4:8]} {code[8:]}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/track/{code}/")
    page.goto("/my/requests/")
    assert code in page.locator("main a").first.get_attribute("href")
    assert troubles == []


def test_the_same_without_script(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    page = context.new_page()
    with_an_account(page)
    assert file_a_certificate(page)
    context.close()
