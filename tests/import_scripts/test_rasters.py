"""A raster comes in with CRS, no-data, extent, date and source, or not at all; lots are sampled under it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from django.conf import settings
from rasterio.transform import from_origin

from conftest import real_data
from gis_core.constraints.verify import check
from import_scripts.runner import import_file
from layers.models import Layer, LayerVersion, OverlayFeature, Raster
from layers.terrain import rasters_in_force, under_lots
from parcels.evaluation import answer_for, evaluate_document, frozen_file, issue
from tests.builders import LONG_AGO, ORIGIN, corner_plot, geos, plot, published_layer, rule

pytestmark = [pytest.mark.usefixtures("as_owner"), pytest.mark.django_db]
X, Y = ORIGIN
TODAY = date(2026, 11, 21)
RECIPE = """
kind = "rasters"
layer_key = "heights"
title_fa = "ارتفاع زمین"
title_en = "Heights of the ground"
positional_accuracy_m = 2.5
[source]
crs = "{crs}"
[period]
valid_from = 2024-03-20
{survey}
{document}
[options]
{options}
"""
SURVEY = "surveyed_on = 2023-08-01"
DOCUMENT = '[document]\ncode = "dem-test"\ntitle_fa = "مدل ارتفاعی"\ntitle_en = "Height model"'


@pytest.fixture(autouse=True)
def kept(tmp_path, settings):
    """Files are kept in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def brought_in(tmp_path, django_capture_on_commit_callbacks):
    """Import one raster by a recipe, and let the transaction be over."""

    def run(file: Path, recipe: Path | None = None, **how):
        with django_capture_on_commit_callbacks(execute=not how.get("dry_run")):
            return import_file("rasters", file, recipe or recipe_in(tmp_path), **how)

    return run


def recipe_in(folder: Path, *, crs="file", survey=SURVEY, document=DOCUMENT, options="") -> Path:
    path = folder / "heights.toml"
    text = RECIPE.format(crs=crs, survey=survey, document=document, options=options)
    path.write_text(text, encoding="utf-8")
    return path


def hillside(folder: Path, *, crs="EPSG:32639", nodata=-9999.0, west=X - 200, bands=1, turn=0.0) -> Path:
    """Ground that rises by 20 % towards the east, in cells of 5 m, 400 m wide; one cell in it is a void."""
    path = folder / "heights.tif"
    heights = np.tile(np.arange(80, dtype="float32"), (80, 1))
    heights[5, 5] = -9999.0
    shape = {"driver": "GTiff", "width": 80, "height": 80, "count": bands, "dtype": "float32"}
    place = from_origin(west, Y + 200, 5.0, 5.0) @ rasterio.Affine.rotation(turn)
    with rasterio.open(path, "w", crs=crs, transform=place, nodata=nodata, **shape) as file:
        for band in range(bands):
            file.write(heights, band + 1)
    return path


def wavy(folder: Path) -> Path:
    """Ground of which no two lots are alike."""
    path = folder / "wavy.tif"
    heights = np.random.default_rng(7).uniform(1000.0, 1004.0, (80, 80)).astype("float32")
    place = from_origin(X - 200, Y + 200, 5.0, 5.0)
    shape = {"driver": "GTiff", "width": 80, "height": 80, "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", crs="EPSG:32639", transform=place, nodata=-9999.0, **shape) as file:
        file.write(heights, 1)
    return path


def test_a_raster_is_kept_as_it_is_with_what_was_said_of_it(tmp_path, brought_in):
    file = hillside(tmp_path)
    outcome = brought_in(file)
    assert outcome.trouble is None
    assert outcome.doubts.counts() == {"CELLS_WITHOUT_DATA": 1, "CITY_BEYOND_RASTER": 1}
    raster = Raster.objects.get()
    assert (raster.srid, raster.nodata, raster.surveyed_on) == (32639, -9999.0, date(2023, 8, 1))
    assert (raster.source.code, raster.layer.key) == ("dem-test", "heights")
    assert raster.extent.area == pytest.approx(400.0 * 400.0)
    assert (settings.MEDIA_ROOT / raster.path).read_bytes() == file.read_bytes()


def test_a_lot_on_the_hillside_has_its_slope_and_one_beyond_it_is_unknown(tmp_path, brought_in):
    brought_in(hillside(tmp_path))
    lots = np.array([shapely.box(X, Y, X + 12, Y + 25), shapely.box(X + 300, Y, X + 312, Y + 25)])
    edition = rasters_in_force(on=TODAY)["heights"]
    found = under_lots(lots, edition, "SLOPE_DEG", above=10.0)
    assert found.mean[0] == pytest.approx(np.degrees(np.arctan(0.2)), abs=1e-5)
    assert found.share_above[0] == pytest.approx(1.0, abs=1e-9)
    assert found.unknown_share.tolist() == [0.0, 1.0]
    assert np.isnan(found.mean[1])


def test_a_steep_lot_may_not_be_built_on_and_a_lot_beyond_the_survey_is_unknown(tmp_path, brought_in):
    params = {"layer": "heights", "measure": "SLOPE_PERCENT", "statistic": "MEAN", "unit": "%"}
    rule("STEEP", "RASTER", {**params, "above": 15.0, "effect": "NO_BUILD"})
    steep, beyond = corner_plot(), plot(shapely.box(X + 300, Y, X + 312, Y + 25), "3-2-45-99-0-0-0")
    before = evaluate_document(steep, on=TODAY)["overlays"][0]
    assert (before["state"], before["reason"]["code"]) == ("unknown", "MISSING_LAYER")
    brought_in(hillside(tmp_path))
    overlay = evaluate_document(steep, on=TODAY)["overlays"][0]
    assert (overlay["state"], overlay["effect"]) == ("applies", "NO_BUILD")
    assert overlay["reason"]["args"] == {"found": 20.0, "permitted": 15.0, "measured_in": "%"}
    outside = evaluate_document(beyond, on=TODAY)["overlays"][0]
    assert (outside["state"], outside["reason"]["code"]) == ("unknown", "OUTSIDE_SURVEYED_EXTENT")


def test_an_airport_limits_the_height_above_the_highest_ground_of_the_lot(tmp_path, brought_in):
    version = published_layer("aerodromes", Layer.Kind.OVERLAY)
    OverlayFeature.objects.create(
        layer=version.layer,
        layer_version=version,
        code="OIXX",
        geometry=geos(shapely.Point(X + 1000, Y)),
        valid=(LONG_AGO, None),
        known=version.known,
    )
    surface = {"inner_height_m": 45.0, "inner_radius_m": 4000.0, "conical_slope": 0.05}
    rule(
        "AIRPORT",
        "HEIGHT_SURFACE",
        {
            "layer": "aerodromes",
            "aerodrome_elevation_m": 20.0,
            "conical_height_m": 100.0,
            "ground_layer": "heights",
            **surface,
        },
    )
    lot = corner_plot()
    before = next(o for o in evaluate_document(lot, on=TODAY)["overlays"] if o["layer"] == "aerodromes")
    assert (before["state"], before["reason"]["code"]) == ("unknown", "GROUND_UNKNOWN")
    brought_in(hillside(tmp_path))
    after = next(o for o in evaluate_document(lot, on=TODAY)["overlays"] if o["layer"] == "aerodromes")
    # The lot reaches 212 m into the hillside, which rises by 1 m in every cell of 5 m.
    assert (after["state"], after["max_height_m"]) == ("applies", 20.0 + 45.0 - 42.0)


def test_ground_is_the_same_to_the_bit_for_a_click_and_for_many_and_in_the_frozen_evaluation(
    tmp_path, brought_in
):
    params = {"layer": "heights", "measure": "SLOPE_PERCENT", "statistic": "MAXIMUM", "above": 15.0}
    rule("STEEP", "RASTER", {**params, "effect": "CONDITIONAL", "agency": "geology"})
    brought_in(wavy(tmp_path))
    lots = [
        plot(shapely.box(X + 3.3 * n, Y + n, X + 3.3 * n + 3, Y + 21.7), f"3-2-45-{n}-0-0-0")
        for n in range(1, 15)
    ]
    together = answer_for([lot.pk for lot in lots], on=TODAY).evaluations.asked.rasters
    alone = [answer_for([lot.pk], on=TODAY).evaluations.asked.rasters[0] for lot in lots]
    assert list(together) == alone
    assert len({told["STEEP"]["maximum"] for told in alone}) > 5
    kept = frozen_file(issue(lots[3], on=TODAY))
    assert kept["inputs"]["parts"]["lots"]["rasters"]["rows"] == [alone[3]]
    assert [one.code for one in check(json.loads(json.dumps(kept))).said] == ["SAME"]
    assert answer_for([lots[3].pk], on=TODAY).timing.round_trips <= 4


def test_the_same_raster_again_changes_nothing_and_a_correction_keeps_what_was_known(tmp_path, brought_in):
    file = hillside(tmp_path)
    brought_in(file)
    first = rasters_in_force(on=TODAY)["heights"]
    assert brought_in(file).counts.unchanged == 1
    assert (LayerVersion.objects.count(), Raster.objects.count()) == (1, 1)
    before = datetime.now(UTC)
    brought_in(hillside(tmp_path, west=X - 195))
    assert rasters_in_force(on=TODAY, known_at=before)["heights"].sha256 == first.sha256
    assert rasters_in_force(on=TODAY)["heights"].sha256 != first.sha256
    assert rasters_in_force(on=date(2020, 1, 1)) == {}


def test_a_dry_run_leaves_neither_row_nor_file(tmp_path, brought_in):
    assert brought_in(hillside(tmp_path), dry_run=True).counts.loaded == 1
    assert not Raster.objects.exists()
    assert not (settings.MEDIA_ROOT / "rasters").exists()


def test_a_raster_whose_file_is_gone_or_broken_is_unknown_everywhere(tmp_path, brought_in):
    brought_in(hillside(tmp_path))
    edition = rasters_in_force(on=TODAY)["heights"]
    lot = np.array([shapely.box(X, Y, X + 12, Y + 25)])
    edition.path.write_bytes(b"II*\x00 not a raster any more")
    assert under_lots(lot, edition, "VALUE").unknown_share.tolist() == [1.0]
    edition.path.unlink()
    assert under_lots(lot, edition, "VALUE").unknown_share.tolist() == [1.0]
    assert under_lots(lot, None, "VALUE").unknown_share.tolist() == [1.0]


@pytest.mark.parametrize(
    ("file", "recipe", "reason"),
    [
        ({"crs": None}, {}, "CRS_UNKNOWN"),
        ({}, {"crs": "EPSG:32640"}, "CRS_DIFFERS"),
        ({"nodata": None}, {}, "NODATA_UNKNOWN"),
        ({"west": X + 900_000}, {}, "OUTSIDE_CITY"),
        ({"crs": "EPSG:32638"}, {}, "WRONG_CRS"),
        ({"bands": 3}, {}, "SEVERAL_BANDS"),
        ({"turn": 10.0}, {}, "TURNED_GRID"),
        ({}, {"survey": ""}, "NO_DATE"),
        ({}, {"document": ""}, "NO_SOURCE"),
        ({}, {"options": "lowest = 0\nhighest = 60"}, "VALUES_BEYOND"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_raster_that_does_not_say_what_is_needed_is_refused_with_a_sentence(
    tmp_path, brought_in, file, recipe, reason
):
    if recipe.get("crs") is None and "crs" in file and file["crs"] is None:
        recipe = {**recipe, "crs": "ask"}
    outcome = brought_in(hillside(tmp_path, **file), recipe_in(tmp_path, **recipe))
    assert outcome.trouble.details["reason"] == reason
    assert outcome.trouble.fa
    assert outcome.trouble.en
    assert not Raster.objects.exists()


def test_a_raster_whose_mask_lies_in_a_file_beside_it_is_refused(tmp_path, brought_in):
    file = hillside(tmp_path)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(file, "r+") as cells:
        cells.write_mask(np.ones((80, 80), dtype=bool))
    assert (tmp_path / "heights.tif.msk").exists()
    assert brought_in(file).trouble.details["reason"] == "MASK_BESIDE"


def test_a_text_file_is_no_raster(tmp_path, brought_in):
    file = tmp_path / "heights.tif"
    file.write_text("x,y,z")
    assert brought_in(file).trouble.details["reason"] == "NOT_A_RASTER"


def test_a_recipe_may_say_that_every_cell_has_a_value(tmp_path, brought_in):
    outcome = brought_in(hillside(tmp_path, nodata=None), recipe_in(tmp_path, options='nodata = "none"'))
    assert outcome.counts.loaded == 1
    assert Raster.objects.get().nodata is None


@pytest.mark.real_data
def test_isfahans_land_cover_comes_in_from_degrees(tmp_path, brought_in):
    file = real_data("isfahan_landcover", "isfahan_landcover_2024.tif")
    outcome = brought_in(file, recipe_in(tmp_path, options="lowest = 1\nhighest = 3"))
    assert outcome.trouble is None, outcome.trouble
    assert Raster.objects.get().srid == 4326
    assert outcome.doubts.counts()["CELLS_WITHOUT_DATA"] == 1
