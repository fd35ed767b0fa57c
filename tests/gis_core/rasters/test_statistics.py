"""What a raster says of a lot: a part that nobody measured makes it unknown, and degrees are never metres."""

import numpy as np
import pyproj
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.rasters.coverage import covered
from gis_core.rasters.grids import Grid, in_cells
from gis_core.rasters.grounds import ground_above
from gis_core.rasters.statistics import class_areas_m2, statistics, summed
from gis_core.rasters.terrain import degrees_of_percent, slopes_deg

UTM = "EPSG:32639"


def depths(values: list[list[float]]) -> Grid:
    """Depth of water in metres, in cells of 10 m near the reference lot."""
    return Grid(np.array(values), 560_000.0, 3_610_000.0 + 10 * len(values), 10.0, 10.0, UTM)


def lot(west: float, south: float, east: float, north: float) -> np.ndarray:
    x, y = 560_000.0, 3_610_000.0
    return np.array([shapely.box(x + west, y + south, x + east, y + north)])


def test_the_flooded_share_of_a_lot_is_the_ground_of_it_that_lies_under_water():
    water = depths([[0.0, 0.5], [0.0, 0.0]])
    found = statistics(lot(5, 0, 15, 20), 32639, water, above=0.0)
    assert found.share_above[0] == pytest.approx(0.25, abs=1e-9)
    assert found.maximum[0] == 0.5


def test_one_cell_without_data_makes_the_lot_unknown_but_what_is_surely_flooded_stays():
    water = depths([[np.nan, 0.5], [0.0, 0.0]])
    found = statistics(lot(5, 0, 15, 20), 32639, water, above=0.0)
    assert np.isnan([found.mean[0], found.maximum[0], found.share_above[0]]).all()
    assert found.unknown_share[0] == pytest.approx(0.25, abs=1e-9)
    assert found.known_share_above[0] == pytest.approx(0.25, abs=1e-9)


def test_a_cell_without_data_that_the_lot_only_touches_does_not_count():
    water = depths([[np.nan, 0.5], [0.0, 0.0]])
    found = statistics(lot(10, 0, 20, 20), 32639, water, above=0.0)
    assert (found.unknown_share[0], found.share_above[0]) == (0.0, 0.5)


@pytest.mark.parametrize("where", [(-5, 0, 5, 10), (500, 500, 510, 510)])
def test_ground_outside_the_raster_is_unknown_never_dry(where):
    found = statistics(lot(*where), 32639, depths([[0.0, 0.0], [0.0, 0.0]]), above=0.0)
    assert found.unknown_share[0] > 0.49
    assert np.isnan(found.share_above[0])


def test_a_lot_on_a_raster_in_degrees_is_measured_in_metres():
    degrees = Grid(np.ones((200, 200)), 51.60, 32.70, 0.0002, 0.0002, "EPSG:4326")
    to_utm = pyproj.Transformer.from_crs(4326, 32639, always_xy=True)
    x, y = to_utm.transform(51.62, 32.68)
    ground = class_areas_m2(np.array([shapely.box(x, y, x + 300, y + 200)]), 32639, degrees, (1.0,))
    # UTM draws the ellipsoid at a scale of its own, 0.9996 in the middle of the zone.
    scale = pyproj.Proj(32639).get_factors(51.62, 32.68).areal_scale
    assert ground[1.0][0] * scale == pytest.approx(60_000.0, rel=2e-5)


def test_an_even_hillside_has_its_slope_whatever_the_cells_are():
    metres = np.add.outer(np.arange(9.0) * 3.0, np.arange(9.0) * 4.0)
    hill = Grid(metres, 560_000.0, 3_610_090.0, 10.0, 10.0, UTM)
    found = statistics(lot(20, 20, 63, 61), 32639, slopes_deg(hill), above=degrees_of_percent(45.0))
    assert found.mean[0] == pytest.approx(degrees_of_percent(50.0), abs=1e-9)
    assert found.share_above[0] == pytest.approx(1.0, abs=1e-9)


def test_slope_is_unknown_at_the_border_of_the_survey_and_beside_a_hole_in_it():
    heights = np.zeros((7, 7))
    heights[3, 3] = np.nan
    slope = slopes_deg(Grid(heights, 0.0, 7.0, 1.0, 1.0, UTM)).values
    assert np.isnan(slope[[0, -1]]).all()
    assert np.isnan(slope[2:5, 2:5]).all()
    assert (slope[1, 1:-1] == 0.0).all()


def above(values, limit, shape):
    """Share of a lot in the drawn ground of the cells above a limit, and the share that is measured."""
    grid = depths(values)
    drawn = ground_above(grid, 32639, limit)
    share = shapely.intersection(drawn, shape[0]).area / shape[0].area
    return share, statistics(shape, 32639, grid, above=limit).known_share_above[0]


def test_the_drawn_water_is_the_measured_water_to_the_border_of_each_cell():
    turns = np.random.default_rng(7)
    for _ in range(200):
        values = turns.choice([0.0, 0.2, 0.7, np.nan], size=(6, 8))
        west, south = turns.uniform(2, 40, size=2)
        shape = shapely.affinity.rotate(lot(west, south, west + 17.3, south + 12.1)[0], turns.uniform(0, 90))
        drawn, measured = above(values, 0.5, np.array([shape]))
        assert drawn == pytest.approx(measured, abs=1e-9)


def test_water_that_reaches_a_limit_is_not_above_it_and_nothing_is_drawn_where_nobody_measured():
    assert above([[0.5, 0.5]], 0.5, lot(0, 0, 20, 10)) == (0.0, 0.0)
    assert ground_above(depths([[np.nan, np.nan]]), 32639, -1.0).is_empty


def test_water_of_a_part_of_a_raster_is_drawn_where_it_lies_in_the_whole():
    values = np.zeros((40, 40))
    values[20, 30] = 1.0
    whole = depths(values.tolist())
    some = whole.around((560_250.0, 3_610_150.0, 560_350.0, 3_610_250.0))
    assert some.row > 0
    assert ground_above(some, 32639, 0.5).equals(ground_above(whole, 32639, 0.5))


def test_water_of_a_raster_in_degrees_is_drawn_in_metres_where_it_was_measured():
    values = np.zeros((200, 200))
    values[90:110, 90:115] = 1.0
    degrees = Grid(values, 51.60, 32.70, 0.0002, 0.0002, "EPSG:4326")
    x, y = pyproj.Transformer.from_crs(4326, 32639, always_xy=True).transform(51.62, 32.68)
    for dx in (-320.0, 0.0, 250.0):
        shape = shapely.box(x + dx, y, x + dx + 180, y + 140)
        share = shapely.intersection(ground_above(degrees, 32639, 0.5), shape).area / shape.area
        measured = statistics(np.array([shape]), 32639, degrees, above=0.5).known_share_above[0]
        assert share == pytest.approx(measured, abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([0.0, 0.1, 0.30000001192092896, 7.0, -3.3, float("nan")]),
    st.floats(-20, 90),
    st.floats(-20, 90),
    st.floats(0.5, 30),
    st.floats(0, 90),
)
def test_where_all_cells_are_alike_a_lot_has_what_measuring_each_of_them_gives(value, x, y, size, turn):
    """Beyond the raster and where nothing was measured, too, it stays unknown."""
    grid = depths(np.full((7, 7), value).tolist())
    turned = shapely.affinity.rotate(lot(x, y, x + size, y + 2 * size)[0], turn)
    for lots in (np.array([turned]), np.array([turned, *lot(20, 20, 45, 40)])):
        each = summed(covered(in_cells(lots, 32639, grid)), grid, above=0.2)
        found = statistics(lots, 32639, grid, above=0.2)
        for name in ("mean", "maximum", "share_above", "known_share_above", "unknown_share"):
            assert np.array_equal(getattr(found, name), getattr(each, name), equal_nan=True), name


def test_a_lot_with_one_other_cell_is_measured_cell_by_cell():
    values = np.zeros((7, 7))
    values[3, 3] = 1.0
    found = statistics(lot(28, 28, 52, 52), 32639, depths(values.tolist()), above=0.5)
    assert (found.maximum[0], found.share_above[0]) == (1.0, pytest.approx(100 / 24**2))
