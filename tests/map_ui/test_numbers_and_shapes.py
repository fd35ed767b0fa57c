"""A number lights its shape in the plan, a shape leads to its number: by mouse, keyboard, without script."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from import_scripts.demo_city.reference import KEY
from tests.conftest import becomes

pytestmark = [pytest.mark.browser]


def expect_lit(page, *roles: str) -> None:
    shapes = page.locator(".plan .d-shape.lit:visible")
    script = "found => found.map((shape) => shape.dataset.role)"
    becomes(page, lambda: set(shapes.evaluate_all(script)), set(roles))


def expect_callout(page, role: str, *, shown: bool = True) -> None:
    expect(page.locator(f'[data-callout="{role}"]:visible')).to_have_count(int(shown))


def test_a_number_that_is_pointed_at_lights_its_shapes(window):
    page = window
    page.goto(f"/parcels/{KEY}/")
    page.wait_for_selector(".parcel-sheet.scripted")
    page.locator("#number-net_area_m2").hover()
    expect_lit(page, "ceded", "chamfer", "net")
    page.locator("#row-surveyed_area_m2").hover()
    expect_lit(page, "parcel")
    page.locator("h1").hover()
    expect_lit(page)


def test_the_keyboard_lights_a_shape_and_comes_back_to_its_number(window):
    page = window
    page.goto(f"/parcels/{KEY}/")
    page.wait_for_selector(".parcel-sheet.scripted")
    page.locator("#row-widening_area_m2 a.shows").focus()
    expect_lit(page, "ceded")
    expect_callout(page, "ceded")
    page.keyboard.press("Enter")
    expect(page.locator(".plan:visible")).to_be_in_viewport()
    page.locator('a[data-role="envelope"]:visible').focus()
    expect(page.locator("#number-footprint_m2")).to_contain_class("marked")
    page.keyboard.press("Enter")
    expect(page.locator("#number-footprint_m2")).to_be_focused()
    expect_lit(page, "envelope")
    assert "#" not in page.url


def test_an_opened_reason_keeps_its_shapes_lit(window):
    page = window
    page.goto(f"/parcels/{KEY}/")
    page.wait_for_selector(".parcel-sheet.scripted")
    page.locator('a.why[href="#why-net_area_m2"]').click()
    page.locator("h1").hover()
    link = page.locator("#row-surveyed_area_m2 a.shows")
    link.evaluate("link => link.focus({preventScroll: true})")  # a page that moved would pass under the mouse
    link.blur()
    expect_lit(page, "ceded", "chamfer", "net")


@pytest.fixture
def without_script(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    yield context.new_page()
    context.close()


def test_without_script_the_address_lights_the_shape(without_script):
    page = without_script
    page.goto(f"/parcels/{KEY}/")
    expect(page.locator(".plan:visible")).to_have_count(1)
    expect_callout(page, "ceded", shown=False)
    page.locator("#row-widening_area_m2 a.shows").click()
    expect_callout(page, "ceded")
    page.locator('a[data-role="net"]:visible').focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#number-net_area_m2$"))
    expect_callout(page, "net")
    page.locator("h1").click()
    page.emulate_media(media="print")
    expect_callout(page, "net", shown=False)


def test_without_script_a_restriction_and_its_ground_light_each_other(without_script, demo_city):
    page = without_script
    page.goto(f"/parcels/{under_a_power_line(demo_city)}/")
    row, ground = page.locator("#row-power-lines"), page.locator('[data-role="overlay-power-lines"]:visible')
    border, wash = ground.locator(".d-held-edge").first, "rgb(253, 243, 217)"
    unlit = border.evaluate("found => getComputedStyle(found).strokeWidth")
    assert unlit != "3.2px"
    row.locator("a.shows").click()
    expect(page).to_have_url(re.compile("#shape-overlay-power-lines$"))
    expect(row).to_have_css("background-color", wash)
    expect(border).to_have_css("stroke-width", "3.2px")
    page.locator("#row-surveyed_area_m2 a.shows").click()
    expect(row).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(border).to_have_css("stroke-width", unlit)
    ground.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#row-power-lines$"))
    expect(row).to_have_css("background-color", wash)
    expect(border).to_have_css("stroke-width", "3.2px")


def under_a_power_line(city) -> str:
    """A lot of which a power line's ground holds a part."""
    with psycopg.connect(city.environment["DATABASE_URL"]) as connection:
        return connection.execute(
            "SELECT p.key FROM parcels_parcel p, layers_overlayfeature o"
            " JOIN layers_layer l ON l.id = o.layer_id"
            " WHERE l.key = 'power-lines' AND ST_Crosses(o.geometry, p.geometry)"
            " AND NOT EXISTS (SELECT 1 FROM layers_overlayfeature t JOIN layers_layer k ON k.id = t.layer_id"
            "   WHERE k.key = 'planned-streets' AND ST_Intersects(t.geometry, p.geometry))"
            " ORDER BY p.key LIMIT 1"
        ).fetchone()[0]


def test_the_plan_stands_beside_the_sheet_at_a_desk_and_between_numbers_and_storeys_on_a_phone(window):
    page = window
    page.goto(f"/parcels/{KEY}/")
    plan = page.locator(".parcel-plan svg:visible")
    expect(plan).to_be_visible()
    drawn, numbers, storeys = (
        page.locator(part).bounding_box() for part in (".parcel-plan", ".numbers", ".storeys")
    )
    if page.viewport_size["width"] < 992:
        assert numbers["y"] + numbers["height"] <= drawn["y"]
        assert drawn["y"] + drawn["height"] <= storeys["y"]
    else:
        assert drawn["x"] + drawn["width"] <= numbers["x"] or numbers["x"] + numbers["width"] <= drawn["x"]
        assert drawn["y"] < numbers["y"]


def test_on_paper_the_plan_stands_under_the_verdict_on_the_first_sheet(chromium, demo_city):
    context = chromium.new_context(
        base_url=demo_city.url, viewport={"width": 700, "height": 1000}, locale="fa-IR"
    )
    page = context.new_page()
    page.goto(f"/parcels/{KEY}/")
    page.emulate_media(media="print")
    verdict, drawn, numbers = (
        page.locator(part).bounding_box() for part in (".verdict", ".parcel-plan", ".numbers")
    )
    assert verdict["y"] + verdict["height"] <= drawn["y"]
    assert drawn["y"] + drawn["height"] <= numbers["y"]
    assert drawn["width"] == pytest.approx(numbers["width"], abs=1)
    context.close()
