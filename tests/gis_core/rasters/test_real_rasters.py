"""Published rasters: Andorra's slopes, and Isfahan's growth, whose published km² are too large."""

import csv

import numpy as np
import pyproj
import pytest
import shapely

from conftest import real_data
from gis_core.rasters.grids import Grid
from gis_core.rasters.landcover import change_matrix, ground_m2
from gis_core.rasters.reading import described, read_cells
from gis_core.rasters.statistics import class_areas_m2, statistics
from gis_core.rasters.terrain import slopes_deg

pytestmark = pytest.mark.real_data
CLASSES = (1.0, 2.0, 3.0)
ANDORRA = (1.40, 42.42, 1.80, 42.67)


def whole(*parts: str) -> Grid:
    file = described(real_data(*parts))
    return read_cells(file.path, crs=file.crs, nodata=file.nodata)


def test_andorra_is_as_steep_as_published():
    file = described(real_data("andorra_routing_dem", "srtm3_N42E001.tif"))
    heights = read_cells(file.path, crs=file.crs, nodata=file.nodata, bounds=ANDORRA)
    slope = slopes_deg(heights).values
    known = slope[~np.isnan(slope)]
    assert round(float(np.median(known))) == 24
    assert round(100 * float((known > 15).mean())) == 79
    assert np.isnan(slope).any()


def test_a_lot_on_a_void_of_the_radar_is_unknown_and_one_beside_it_is_not():
    file = described(real_data("andorra_routing_dem", "srtm3_N42E001.tif"))
    heights = read_cells(file.path, crs=file.crs, nodata=file.nodata, bounds=ANDORRA)
    row, column = np.argwhere(np.isnan(heights.values))[0]
    to_utm = pyproj.Transformer.from_crs(4326, 32631, always_xy=True)

    def lot_at(row: int, column: int) -> shapely.Polygon:
        lon = heights.bounds[0] + (column + 0.5) * heights.width
        lat = heights.bounds[3] - (row + 0.5) * heights.height
        return shapely.Point(to_utm.transform(lon, lat)).buffer(15.0, quad_segs=1)

    slope = slopes_deg(heights)
    row_known, column_known = np.argwhere(~np.isnan(slope.values))[0]
    found = statistics(
        np.array([lot_at(row, column), lot_at(row_known, column_known)]), 32631, slope, above=15.0
    )
    assert np.isnan(found.mean[0])
    assert found.mean[1] == pytest.approx(slope.values[row_known, column_known], abs=1e-9)


def test_isfahans_change_matrix_is_the_published_one_to_the_pixel():
    grids = [whole("isfahan_landcover", f"isfahan_landcover_{year}.tif") for year in (1985, 2024)]
    with real_data("isfahan_landcover", "change_matrix_pixels.csv").open(encoding="utf-8") as file:
        published = [[int(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]
    assert change_matrix(*grids, CLASSES).tolist() == published


@pytest.mark.parametrize(("year", "published_km2", "true_km2"), [(1985, 377.9, 317.2), (2024, 977.4, 820.5)])
def test_isfahans_published_square_kilometres_are_19_percent_too_high(year, published_km2, true_km2):
    cover = whole("isfahan_landcover", f"isfahan_landcover_{year}.tif")
    built = ground_m2(cover, 1.0) / 1e6
    assert built == pytest.approx(true_km2, abs=0.05)
    at_nominal_pixels = np.count_nonzero(cover.values == 1.0) * 900 / 1e6
    assert at_nominal_pixels == pytest.approx(published_km2, abs=0.05)
    assert round(100 * (at_nominal_pixels / built - 1)) == 19


def test_the_ground_of_a_district_of_isfahan_is_the_sum_of_its_classes():
    cover = whole("isfahan_landcover", "isfahan_landcover_2024.tif")
    x, y = pyproj.Transformer.from_crs(4326, 32639, always_xy=True).transform(51.67, 32.65)
    district = shapely.Point(x, y).buffer(4_000.0, quad_segs=8)
    found = class_areas_m2(np.array([district]), 32639, cover, CLASSES)
    scale = pyproj.Proj(32639).get_factors(51.67, 32.65).areal_scale
    assert sum(area[0] for area in found.values()) * scale == pytest.approx(district.area, rel=1e-4)
