"""The content of a raster is part of what a whole city's evaluation is kept under."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from import_scripts.runner import import_file
from parcels.city_wide import load, run
from parcels.city_wide.models import CityEvaluation
from tests.builders import ORIGIN, corner_plot

pytestmark = [pytest.mark.usefixtures("as_owner"), pytest.mark.django_db]
X, Y = ORIGIN
TODAY = date(2026, 11, 21)
RECIPE = """
kind = "rasters"
layer_key = "heights"
title_fa = "ارتفاع زمین"
title_en = "Heights of the ground"
[source]
crs = "file"
[period]
valid_from = 2024-03-20
surveyed_on = 2023-08-01
[document]
code = "dem-test"
title_fa = "مدل ارتفاعی"
title_en = "Height model"
"""


def heights(folder: Path, metres: float) -> Path:
    """Level ground at a height above sea level."""
    path = folder / "heights.tif"
    shape = {"driver": "GTiff", "width": 20, "height": 20, "count": 1, "dtype": "float32"}
    place = from_origin(X - 200, Y + 200, 20.0, 20.0)
    with rasterio.open(path, "w", crs="EPSG:32639", transform=place, nodata=-9999.0, **shape) as file:
        file.write(np.full((20, 20), metres, dtype="float32"), 1)
    return path


def rule_set(folder: Path) -> str:
    """What the whole city, evaluated for today, is kept under."""
    plan = run.planned(folder, TODAY)
    run.carry_out(folder, plan, processes=1, progress=lambda *_: None)
    return load.load(folder, plan).rule_set


def test_a_corrected_raster_is_another_rule_set(tmp_path, settings, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path / "media"
    recipe = tmp_path / "heights.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    corner_plot()
    kept = []
    for metres in (1500.0, 1500.0, 1502.0):
        with django_capture_on_commit_callbacks(execute=True):
            assert import_file("rasters", heights(tmp_path, metres), recipe).trouble is None
        kept.append(rule_set(tmp_path / "city"))
    assert kept[0] == kept[1]
    assert kept[2] != kept[0]
    assert CityEvaluation.objects.count() == 2
