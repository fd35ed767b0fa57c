"""A number lights its shape in the plan, a shape leads to its number: by mouse, keyboard, without script."""

import pytest

from import_scripts.demo_city.reference import KEY

pytestmark = [pytest.mark.browser]


def lit(page) -> set[str]:
    shapes = page.locator(".plan .d-shape.lit:visible")
    return set(shapes.evaluate_all("found => found.map((shape) => shape.dataset.role)"))


def test_a_number_that_is_pointed_at_lights_its_shapes(window):
    page = window
    page.goto(f"/parcels/{KEY}/")
    page.wait_for_selector(".parcel-sheet.scripted")
    page.locator("#number-net_area_m2").hover()
    assert lit(page) == {"ceded", "chamfer", "net"}
    page.locator("#row-surveyed_area_m2").hover()
    assert lit(page) == {"parcel"}
    page.locator("h1").hover()
    assert lit(page) == set()


def test_the_keyboard_lights_a_shape_and_comes_back_to_its_number(window):
    page = window
    page.emulate_media(reduced_motion="reduce")  # the page jumps where it would glide
    page.goto(f"/parcels/{KEY}/")
    page.wait_for_selector(".parcel-sheet.scripted")
    page.locator("#row-widening_area_m2 a.shows").focus()
    assert lit(page) == {"ceded"}
    assert page.locator('[data-callout="ceded"]:visible').count() == 1
    page.keyboard.press("Enter")
    top = page.locator(".plan:visible").evaluate("plan => plan.getBoundingClientRect().top")
    assert top < page.viewport_size["height"]
    page.locator('a[data-role="envelope"]:visible').focus()
    assert "marked" in page.locator("#number-footprint_m2").get_attribute("class")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "number-footprint_m2"
    assert lit(page) == {"envelope"}
    assert "#" not in page.url


def test_an_opened_reason_keeps_its_shapes_lit(window):
    page = window
    page.goto(f"/parcels/{KEY}/")
    page.wait_for_selector(".parcel-sheet.scripted")
    page.locator('a.why[href="#why-net_area_m2"]').click()
    page.locator("h1").hover()
    page.locator("#row-surveyed_area_m2 a.shows").focus()
    page.locator("#row-surveyed_area_m2 a.shows").blur()
    assert lit(page) == {"ceded", "chamfer", "net"}


def test_without_script_the_address_lights_the_shape(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    page = context.new_page()
    page.goto(f"/parcels/{KEY}/")
    assert page.locator('[data-callout="ceded"]:visible').count() == 0
    page.locator("#row-widening_area_m2 a.shows").click()
    assert page.locator('[data-callout="ceded"]:visible').count() == 1
    page.locator('a[data-role="net"]:visible').focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#number-net_area_m2")
    context.close()
