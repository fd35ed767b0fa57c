"""A number lights its shape in the plan, a shape leads to its number: by mouse, keyboard, without script."""

import psycopg
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
    link = page.locator("#row-surveyed_area_m2 a.shows")
    link.evaluate("link => link.focus({preventScroll: true})")  # a page that moved would pass under the mouse
    link.blur()
    assert lit(page) == {"ceded", "chamfer", "net"}


@pytest.fixture
def without_script(chromium, demo_city):
    context = chromium.new_context(base_url=demo_city.url, java_script_enabled=False, locale="fa-IR")
    yield context.new_page()
    context.close()


def test_without_script_the_address_lights_the_shape(without_script):
    page = without_script
    page.goto(f"/parcels/{KEY}/")
    assert page.locator('[data-callout="ceded"]:visible').count() == 0
    page.locator("#row-widening_area_m2 a.shows").click()
    assert page.locator('[data-callout="ceded"]:visible').count() == 1
    page.locator('a[data-role="net"]:visible').focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#number-net_area_m2")
    assert page.locator('[data-callout="net"]:visible').count() == 1
    page.locator("h1").click()
    page.emulate_media(media="print")
    assert page.locator('[data-callout="net"]:visible').count() == 0


def test_without_script_a_restriction_and_its_ground_light_each_other(without_script, demo_city):
    page = without_script
    page.goto(f"/parcels/{under_a_power_line(demo_city)}/")
    row, ground = page.locator("#row-power-lines"), page.locator('[data-role="overlay-power-lines"]:visible')
    border, wash = ground.locator(".d-held-edge").first, "rgb(253, 243, 217)"
    unlit = style(border, "strokeWidth")
    row.locator("a.shows").click()
    assert page.url.endswith("#shape-overlay-power-lines")
    assert (style(row, "backgroundColor"), style(border, "strokeWidth")) == (wash, "3.2px")
    page.locator("#row-surveyed_area_m2 a.shows").click()
    assert (style(row, "backgroundColor"), style(border, "strokeWidth")) == ("rgba(0, 0, 0, 0)", unlit)
    ground.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#row-power-lines")
    assert (style(row, "backgroundColor"), style(border, "strokeWidth")) == (wash, "3.2px")


def style(element, name: str) -> str:
    return element.evaluate("(found, name) => getComputedStyle(found)[name]", name)


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
