"""The planner's maps of the whole city: their numbers, what they rest on, when they are out of date."""

import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pyogrio
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from conftest import ROOT
from gis_core.constraints import ENGINE_VERSION
from gis_core.models import ImportRun
from layers import catalog
from layers.models import Layer, LayerVersion
from layers.zoning.models import Rule
from map_ui import tiles
from map_ui.planner import city_result
from map_ui.planner.city_scale import BLUES, BROWNS, LENSES, breaks_of, classes_of
from parcels.city_wide.models import CityEvaluation
from tests.accessibility import violations
from tests.builders import published_layer, rule
from tests.map_ui.test_tiles import tile_of
from tests.parcels.city_wide.test_loading import evaluated, three_lots
from tests.parcels.service_requests.situations import someone

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def forget_versions():
    tiles.forget()


@pytest.fixture
def planner(client):
    client.force_login(someone("planner"))
    return client


def page(client, **asked) -> str:
    response = client.get(reverse("city-result"), asked, headers={"accept-language": "en"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
def test_a_city_that_was_never_evaluated_says_so_and_not_that_nothing_is_restricted(planner):
    told = page(planner)
    assert "The whole city was never evaluated" in told
    assert "not that nothing is restricted" in told
    assert "./pelak evaluate-city" in told
    assert "city-map" not in told


@pytest.mark.django_db
def test_the_page_says_which_rules_which_day_and_which_instant_it_shows(planner, tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    told = page(planner)
    assert "All 3 lots" in told
    assert "Saturday 21 November 2026" in told
    assert city.rule_set[:12] in told
    assert ENGINE_VERSION in told
    assert 'id="outdated"' not in told
    assert 'id="other-engine"' not in told


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["rule", "layer", "withdrawn layer", "lots"])
def test_what_was_published_later_is_said_to_be_missing(planner, tmp_path, what):
    three_lots()
    version = published_layer("canals", Layer.Kind.OVERLAY)
    evaluated(tmp_path / "city")
    now = datetime.now(UTC)
    if what == "rule":
        told = {"far_percent": 300}
        Rule.objects.create(code="FAR-300", kind="FAR", params=told, valid=(TODAY, None), known=(now, None))
    elif what == "lots":
        ImportRun.objects.create(kind="parcels", file_name="lots.gpkg", finished_at=now, rows_loaded=3)
    elif what == "layer":
        LayerVersion.objects.filter(pk=published_layer("wells", Layer.Kind.OVERLAY).pk).update(
            known=(now, None)
        )
    else:
        LayerVersion.objects.filter(pk=version.pk).update(
            known=(version.known.lower, now), status="withdrawn"
        )
    told = page(planner)
    assert 'id="outdated"' in told
    assert "./pelak evaluate-city" in told


@pytest.mark.django_db
def test_what_no_evaluation_reads_does_not_make_its_maps_old(planner, tmp_path):
    three_lots()
    evaluated(tmp_path / "city")
    now = datetime.now(UTC)
    ImportRun.objects.create(kind="tariffs", file_name="1405.toml", finished_at=now, rows_loaded=9)
    ImportRun.objects.create(kind="parcels", file_name="lots.gpkg", finished_at=now, rows_unchanged=3)
    offices = published_layer("offices", Layer.Kind.OFFICES)
    LayerVersion.objects.filter(pk=offices.pk).update(known=(now, None))
    assert 'id="outdated"' not in page(planner)


@pytest.mark.django_db
def test_another_engine_and_another_day_are_said(planner, tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    CityEvaluation.objects.filter(pk=city.pk).update(engine_version="0.9.0", on=date(2020, 5, 1))
    told = page(planner)
    assert 'id="other-engine"' in told
    assert 'id="other-day"' in told


@pytest.mark.django_db
def test_districts_add_up_to_the_city_and_shares_to_their_counts(tmp_path):
    three_lots()
    rule("FAR-180", "FAR", {"far_percent": 180}, zone_code="R121", area_basis="NET")
    city = evaluated(tmp_path / "city")
    rows, whole = city_result.districts(city), city_result.whole(city)
    assert [row.code for row in rows] == ["1", "2"]
    for field in ("lots", "unknown_lots", "conflict_lots"):
        assert sum(getattr(row, field) for row in rows) == getattr(whole, field), field
    assert (whole.lots, whole.conflict_lots) == (3, 2)
    assert whole.conflict_percent == pytest.approx(200 / 3)
    assert whole.far_percent is None
    assert {row.title for row in city_result.contradictions(city)} == {"FAR-180", "FAR-240"}


@pytest.mark.django_db
def test_the_reasons_beside_the_map_are_in_words_and_counted(planner, tmp_path):
    three_lots()
    evaluated(tmp_path / "city")
    told = page(planner, lens="unknown")
    assert "No zone of the plan covers this parcel." in told
    assert "؟" not in told
    assert '<td class="amount">1</td><td class="amount">33.3%</td>' in told


@pytest.mark.django_db
def test_a_run_that_is_not_there_is_not_found(planner, tmp_path):
    assert planner.get(reverse("city-result"), {"run": "77"}).status_code == 404
    assert planner.get(reverse("city-result"), {"run": "۷۷x"}).status_code == 404
    assert planner.get(reverse("city-tile", args=[77, 15, 1, 1])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [("planner", 200), ("plan_approver", 200), ("citizen", 403)])
def test_the_maps_and_their_tiles_are_for_planners(client, tmp_path, role, status):
    three_lots()
    city = evaluated(tmp_path / "city")
    client.force_login(someone(role))
    assert client.get(reverse("city-result")).status_code == status
    assert client.get(reverse("city-tile", args=[city.pk, 16, *tile_of(16)])).status_code == status


@pytest.mark.django_db
def test_a_tile_of_lots_tells_what_is_not_known_of_them_and_may_be_kept_by_its_reader(planner, tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    url = reverse("city-tile", args=[city.pk, 15, *tile_of(15)])
    response = planner.get(url)
    lots = features(tmp_path, response.content, "city_lots")
    assert dict(zip(lots["key"], lots["reason"], strict=True))["1-1"] == "NO_ZONE"
    assert lots["unknown"].all()
    assert lots["floor_area_m2"].isna().all() if "floor_area_m2" in lots else True
    assert "private" in response["Cache-Control"]
    again = planner.get(url, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_from_afar_blocks_are_shown_with_their_shares(planner, tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    content = planner.get(reverse("city-tile", args=[city.pk, 13, *tile_of(13)])).content
    blocks = features(tmp_path, content, "city_blocks").set_index("code")
    assert blocks.loc["14", "lots"] == 2
    assert blocks.loc["14", "unknown_percent"] == pytest.approx(100.0)
    assert blocks.loc["15", "far_percent"] == pytest.approx(240.0)
    # of one of two lots in block 14 the density is not known: its mean does not hide that
    assert blocks.loc["14", "far_unknown_percent"] == pytest.approx(50.0)
    assert b"city_lots" not in content


@pytest.mark.django_db
def test_a_block_that_is_a_dot_from_afar_is_still_there_with_its_numbers(planner, tmp_path):
    three_lots()
    city = evaluated(tmp_path / "city")
    for zoom in (9, 11):
        content = planner.get(reverse("city-tile", args=[city.pk, zoom, *tile_of(zoom)])).content
        blocks = features(tmp_path, content, "city_blocks").set_index("code")
        assert sorted(blocks.index) == ["14", "15"]
        assert blocks.loc["14", "lots"] == 2


def features(folder, content: bytes, layer: str):
    """The features of one layer of a tile, as any program reads them."""
    path = folder / "tile.mvt"
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, layer=layer)


def test_tiles_carry_what_the_catalogue_says_of_the_city_and_everybodys_catalogue_does_not_name_them():
    for layer in catalog.CITY_RESULT.layers:
        assert set(tiles.attributes_of(layer.key)) == {"id", *layer.attributes}, layer.key
    with pytest.raises(KeyError):
        catalog.tile_set("city_lots")


# --- classes and colours ---------------------------------------------------------------------------------


@pytest.mark.parametrize("colours", [BLUES, BROWNS], ids=["blues", "browns"])
def test_each_class_is_clearly_darker_than_the_one_before_so_that_no_eye_needs_the_hue(colours):
    light = [
        np.dot((0.2126, 0.7152, 0.0722), [int(colour[at : at + 2], 16) for at in (1, 3, 5)])
        for colour in colours
    ]
    assert all(one - other > 25 for one, other in pairwise(light)), light


@pytest.mark.parametrize("key", LENSES)
@pytest.mark.parametrize(
    "values",
    [
        [120.0] * 60 + [180.0, 240.0, 300.0],  # most of the city is alike
        [0.0, 5.0, 10.0, 10.1, 50.0, 51.0, 100.0],  # on the ends and just above
        [240.0],
        [],
    ],
)
def test_every_block_is_of_one_class_and_has_its_colour(key, values):
    lens = LENSES[key]
    breaks = breaks_of(lens, values)
    classes = classes_of(lens, values, breaks)
    assert sum(one.blocks for one in classes) == len(values)
    assert len(classes) <= len(lens.colours)
    assert list(breaks) == sorted(set(breaks))


# --- in a browser ----------------------------------------------------------------------------------------

SESSION = """
from datetime import date
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from gis_core.models import RoleGrant, User
planner, _ = User.objects.get_or_create(username="planner-of-maps")
RoleGrant.objects.get_or_create(user=planner, role="planner", defaults={"valid": (date(2020, 1, 1), None)})
session = SessionStore()
session["_auth_user_id"] = str(planner.pk)
session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
session["_auth_user_hash"] = planner.get_session_auth_hash()
session.create()
print("SESSION", settings.SESSION_COOKIE_NAME, session.session_key)
"""


@pytest.fixture(scope="module")
def cookie(demo_city, tmp_path_factory):
    """A planner's session on the demo city, all lots of which are evaluated."""
    environment = {
        **demo_city.environment,
        "PELAK_VAR": str(tmp_path_factory.mktemp("var")),
        "PELAK_ACTOR": "system",
    }
    environment["SECRET_KEY"] = "only for this test"
    command = [sys.executable, "-m", "parcels.city_wide", "--processes", "1"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-2000:]
    name, key = demo_city.manage("shell", "-c", SESSION).split("SESSION")[1].split()
    return {"name": name, "value": key, "url": demo_city.url}


def ask_by_keyboard(window) -> str:
    """Move over the map until something lies under the cross, and give what is said of it."""
    told = window.locator("#city-told")
    first = told.text_content()
    for _ in range(10):
        window.keyboard.press("Enter")
        if told.text_content() not in (first, "در این نقطه قطعه‌ای نیست."):
            break
        window.keyboard.press("ArrowDown")
        window.wait_for_timeout(400)
    return told.text_content()


def test_a_planner_asks_the_map_by_hand_and_by_keyboard_and_finds_the_numbers_in_the_table(window, cookie):
    window.context.add_cookies([cookie])
    said: list[str] = []
    window.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: said.append(str(error)))
    window.goto("/city/?lens=density")
    window.wait_for_selector("#city-map[data-ready]")
    assert window.evaluate("document.documentElement.scrollWidth") <= window.viewport_size["width"]
    assert window.eval_on_selector(".city-scroll", "table => table.scrollWidth <= table.clientWidth")
    rows = window.locator("#by-district").locator("xpath=..").locator("tbody tr")
    expect(rows.nth(3)).to_be_visible()
    window.focus("#city-map")
    told = ask_by_keyboard(window)
    assert "درصد" in told or "نمی‌دانیم" in told, told
    with window.expect_navigation():
        rows.first.locator("a").click()
    window.wait_for_selector("tr.chosen")
    window.wait_for_selector("#city-map[data-ready]")
    for lens in LENSES:
        window.goto(f"/city/?lens={lens}")
        window.wait_for_selector("#city-map[data-ready]")
        expect(window.locator(".city-legend li").nth(1)).to_be_visible()
    assert said == []
    assert violations(window) == []
