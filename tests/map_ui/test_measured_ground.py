"""Deep water that a raster measured is drawn on the plan of a lot, cell by cell, and its row lights it."""

import re
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from django.test import Client
from rasterio.transform import from_origin

from gis_core.models import ImportRun
from layers.models import Layer, Raster
from map_ui.restricting import restricting
from parcels.evaluation import evaluate_document
from tests.builders import ORIGIN, geos, published_layer, reference_lot, rule

pytestmark = pytest.mark.django_db
KEY = "3-2-45-17-0-0-0"
X, Y = ORIGIN
TODAY = date(2026, 11, 21)
DEEP = {"layer": "flood-depth", "measure": "VALUE", "statistic": "SHARE_ABOVE", "above": 0.5}
ASKED = {**DEEP, "effect": "CONDITIONAL", "agency": "regional-water"}


@pytest.fixture
def flooded(tmp_path, settings):
    """The reference lot, and water a metre deep in its west, up to 5 m from its border, as cells of 5 m."""
    settings.MEDIA_ROOT = tmp_path
    file = _water(tmp_path)
    content = sha256(file.read_bytes()).hexdigest()
    run = ImportRun.objects.create(kind="rasters", file_name=file.name, file_sha256=content)
    version = published_layer("flood-depth", Layer.Kind.RASTER, import_run=run)
    Layer.objects.filter(key="flood-depth").update(title_fa="عمق سیلاب", title_en="Depth of the flood")
    Raster.objects.create(
        layer=version.layer,
        path=file.name,
        srid=32639,
        nodata=-9999.0,
        extent=geos(shapely.box(X - 100, Y - 100, X + 100, Y + 100)),
        sha256=content,
    )
    return reference_lot(KEY)


def _water(folder: Path) -> Path:
    depths = np.zeros((40, 40), dtype="float32")
    depths[:, :21] = 1.0
    shape = {"driver": "GTiff", "width": 40, "height": 40, "count": 1, "dtype": "float32"}
    place, file = from_origin(X - 100, Y + 100, 5.0, 5.0), folder / "flood.tif"
    with rasterio.open(file, "w", crs="EPSG:32639", transform=place, nodata=-9999.0, **shape) as written:
        written.write(depths, 1)
    return file


def held(lot):
    document = evaluate_document(lot, on=TODAY)
    (overlay,) = [entry for entry in document["overlays"] if entry["layer"] == "flood-depth"]
    drawn = [one for one in restricting(lot, document).restrictions if one.layer == "flood-depth"]
    return overlay, drawn


def test_the_ground_under_deep_water_is_drawn_to_the_border_of_each_cell(flooded):
    rule("FLOOD", "RASTER", ASKED)
    overlay, (ground,) = held(flooded)
    lot = shapely.from_wkb(bytes(flooded.geometry.wkb))
    assert (overlay["state"], ground.effect) == ("applies", "CONDITIONAL")
    under = shapely.intersection(ground.ground, lot)
    assert under.equals(shapely.box(X, Y, X + 5, Y + 25))
    assert overlay["reason"]["args"]["found"] == pytest.approx(100 * under.area / lot.area, abs=1e-3)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_row_of_the_flood_and_its_ground_on_the_plan_light_each_other(flooded, language):
    rule("FLOOD", "RASTER", ASKED)
    page = Client(headers={"accept-language": language}).get(f"/parcels/{KEY}/").content.decode()
    (shape,) = set(re.findall(r'<a class="d-shape" data-role="overlay-flood-depth" href="#([^"]+)"', page))
    assert f'id="{shape}"' in page
    assert 'class="d-conditional" data-role="overlay" data-layer="flood-depth"' in page
    row = re.search(rf'<[^>]*id="{shape}"[^>]*>', page)[0]
    assert "overlay-flood-depth" in row
    named = {"fa": "عمق سیلاب: ", "en": "Depth of the flood: "}[language]
    assert named in re.sub("[\u2066-\u2069]", "", page)


def test_where_deep_water_forbids_building_on_the_lot_the_whole_lot_is_hatched_and_the_water_outlined(
    flooded,
):
    rule("FLOOD", "RASTER", {**DEEP, "effect": "NO_BUILD"})
    _overlay, (whole, water) = held(flooded)
    assert (whole.effect, water.effect) == ("NO_BUILD", "INFO")
    assert whole.ground.area == pytest.approx(300.0)
    assert water.ground.area > 300.0


def test_water_that_does_not_reach_the_limit_and_water_of_a_secret_map_are_not_drawn(flooded):
    rule("FLOOD", "RASTER", {**ASKED, "above": 1.0})
    assert held(flooded)[1] == []
    rule("DEEPER", "RASTER", ASKED)
    document = evaluate_document(flooded, on=TODAY)
    assert [one.layer for one in restricting(flooded, document).restrictions] == ["flood-depth"]
    Layer.objects.filter(key="flood-depth").update(sensitive=True)
    assert restricting(flooded, document).restrictions == []
