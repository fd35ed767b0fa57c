"""The day sheet is one file: it draws the route and fetches nothing, with the network off."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from layers.network.travel import forget_networks
from map_ui import prints
from map_ui.dispatch.day import day_view
from parcels.inspections.dispatch import plan_district_day
from tests.parcels.inspections.situations import DAY, EVE, busy_district

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet_file(tmp_path):
    """The sheet of the first inspector with visits, as a file on the disk, and how many stops it has."""
    forget_networks()
    busy_district(visits=10)
    view = day_view(plan_district_day("3", DAY, now=EVE), now=timezone.now())
    route = next(one for one in view.routes if one.stops)
    path = tmp_path / "day-sheet.html"
    path.write_text(prints.day_sheet(view, route), encoding="utf-8")
    forget_networks()
    return path, route


@pytest.mark.browser
def test_the_sheet_draws_route_streets_and_stops_with_the_network_off(sheet_file, chromium):
    path, route = sheet_file
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 844}, locale="fa-IR")
    page = context.new_page()
    asked, failures = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda failure: failures.append(str(failure)))
    page.goto(path.as_uri())
    expect(page.locator(".leaflet-marker-icon svg")).to_have_count(len(route.stops))
    expect(page.locator(".sheet-words li")).to_have_count(len(route.stops))
    expect(page.locator(".leaflet-overlay-pane path").nth(len(route.legs) - 1)).to_be_attached()
    fetched = [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    elsewhere = [url for url in asked if url.startswith("file:") and url != path.as_uri()]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    assert fetched == []
    assert elsewhere == []
    assert failures == []
    assert wide <= 0


def test_the_sheet_names_whose_day_it_is_and_every_stop(sheet_file):
    path, route = sheet_file
    html = path.read_text(encoding="utf-8")
    assert route.name in html
    for stop in route.stops:
        assert stop.address in html


def test_a_sheet_that_would_fetch_something_is_refused():
    with pytest.raises(ValueError, match="would fetch"):
        prints._self_contained(
            '<html><head></head><script src="//elsewhere.example/x.js"></script></html>', ""
        )
