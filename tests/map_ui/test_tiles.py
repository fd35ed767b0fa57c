"""Tiles of the city: what is in them, what never is, how long they may be kept."""

import math
from datetime import date

import pyogrio
import pytest
import shapely
from django.test import Client

from gis_core import crs
from layers import catalog
from layers.models import Layer, OverlayFeature
from layers.zoning.models import Zone
from map_ui import tiles
from tests.builders import LONG_AGO, ORIGIN, corner_plot, geos, published_layer, street, zoned

pytestmark = pytest.mark.django_db
X, Y = ORIGIN
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def forget_versions():
    tiles.forget()


def tile_of(z: int) -> tuple[int, int]:
    lon, lat = crs.to_lonlat(X + 6, Y + 12)
    across = (lon + 180) / 360 * 2**z
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return int(across), int(down)


def address(layer: str, z: int, version: object = None) -> str:
    x, y = tile_of(z)
    version = version or tiles.version_of(catalog.tile_set(layer), on=TODAY)
    return f"/tiles/{layer}/{version}/{z}/{x}/{y}.mvt"


def test_a_parcels_tile_carries_its_key_and_no_area_of_the_deed():
    corner_plot("3-2-45-17-0-0-0")
    response = Client().get(address("parcels", 16))
    assert response.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert b"3-2-45-17-0-0-0" in response.content
    assert b"deed" not in response.content


def test_parcels_appear_from_zoom_15_only():
    corner_plot()
    assert Client().get(address("parcels", 14)).content == b""
    assert Client().get(address("parcels", 15)).content != b""


def test_one_tile_holds_all_layers_of_its_set():
    corner_plot()
    content = Client().get(address("base", 16)).content
    assert b"streets" in content
    assert "کوچهٔ سرو".encode() in content


def test_a_tile_may_be_kept_for_ever_and_is_not_sent_twice():
    corner_plot()
    url = address("plots", 16)
    first = Client().get(url)
    assert "immutable" in first.headers["Cache-Control"]
    again = Client().get(url, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_new_parcel_gives_tiles_a_new_address_and_the_old_one_is_not_kept():
    corner_plot()
    old = address("plots", 16)
    from tests.builders import plot

    plot(shapely.box(X + 20, Y, X + 32, Y + 25), "3-2-47-1-0-0-0")
    tiles.forget()
    response = Client().get(old)
    assert response.headers["Cache-Control"] == "no-store"
    assert b"3-2-47-1-0-0-0" in response.content
    assert address("plots", 16) != old


def test_the_zones_of_an_earlier_day_are_in_the_tile_of_that_day():
    version = published_layer("zoning", Layer.Kind.ZONING)
    ring = shapely.box(X - 500, Y - 500, X + 500, Y + 500)
    common = {"layer_version": version, "geometry": geos(ring), "known": version.known}
    Zone.objects.create(code="R121", valid=(LONG_AGO, date(2026, 3, 1)), **common)
    Zone.objects.create(code="M112", valid=(date(2026, 3, 1), None), **common)
    before = tiles.version_of(catalog.tile_set("zoning"), on=date(2026, 2, 1))
    after = tiles.version_of(catalog.tile_set("zoning"), on=TODAY)
    assert before != after
    x, y = tile_of(15)
    assert b"R121" in tiles.read_tile(catalog.tile_set("zoning"), 15, x, y, before.on)
    now = tiles.read_tile(catalog.tile_set("zoning"), 15, x, y, after.on)
    assert b"M112" in now
    assert b"R121" not in now


def test_days_without_a_change_between_them_share_one_address():
    zoned()
    zoning = catalog.tile_set("zoning")
    assert tiles.version_of(zoning, on=date(2026, 2, 1)) == tiles.version_of(zoning, on=TODAY)


def test_a_draft_is_not_published_in_tiles():
    version = published_layer("zoning", Layer.Kind.ZONING, number=2)
    zoned("SECRET-DRAFT", version=version)
    type(version).objects.filter(pk=version.pk).update(status="draft")
    x, y = tile_of(15)
    assert b"SECRET-DRAFT" not in tiles.read_tile(catalog.tile_set("zoning"), 15, x, y, TODAY)


def test_the_geometry_of_a_sensitive_layer_never_leaves_the_database():
    for key, sensitive in (("qanats", True), ("madis", False)):
        version = published_layer(key, Layer.Kind.OVERLAY)
        Layer.objects.filter(key=key).update(sensitive=sensitive)
        OverlayFeature.objects.create(
            layer=version.layer,
            layer_version=version,
            name_fa=f"canary-{key}",
            valid=(LONG_AGO, None),
            known=version.known,
            geometry=geos(shapely.Point(X, Y).buffer(20)),
        )
    content = Client().get(address("restrictions", 15)).content
    assert b"canary-madis" in content
    assert b"canary-qanats" not in content


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/owners/20260101-0123456789/15/1/1.mvt",
        "/tiles/plots/20261301-0123456789/15/1/1.mvt",
        "/tiles/plots/latest/15/1/1.mvt",
        "/tiles/plots/20260101-0123456789/30/1/1.mvt",
        "/tiles/plots/20260101-0123456789/2/9/1.mvt",
    ],
)
def test_an_address_that_means_nothing_is_not_found(path):
    assert Client().get(path).status_code == 404


def test_the_catalogue_names_every_attribute_that_a_tile_carries():
    corner_plot()
    told = Client().get("/tiles/catalog.json").json()
    assert [entry["key"] for entry in told["sets"]] == [entry.key for entry in catalog.CATALOG]
    plots = next(entry for entry in told["sets"] if entry["key"] == "plots")
    assert plots["tiles"].endswith("/{z}/{x}/{y}.mvt")
    for layer in (layer for entry in catalog.CATALOG for layer in entry.layers):
        selected = tiles.attributes_of(layer.key)
        assert set(selected) == {"id", *layer.attributes}, layer.key


def test_a_street_of_many_pieces_has_its_name_once_in_a_tile(tmp_path):
    version = published_layer("streets", Layer.Kind.STREETS)
    for east in range(-40, 60, 20):
        line = shapely.LineString([(X + east, Y - 4), (X + east + 20, Y - 4)])
        street(version, line, "کوچهٔ سرو", existing_width_m=8.0)
    tile = tmp_path / "tile.mvt"
    tile.write_bytes(Client().get(address("base", 14)).content)
    assert pyogrio.read_info(tile, layer="streets", force_feature_count=True)["features"] == 5
    assert pyogrio.read_info(tile, layer="street_names", force_feature_count=True)["features"] == 1
