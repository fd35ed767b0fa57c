"""Which share of a cell lies in a lot is exact: the same as cutting every cell out with shapely."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.rasters.coverage import covered
from gis_core.rasters.grids import Grid
from gis_core.rasters.statistics import statistics

CELLS = 12


def by_shapely(shape: shapely.Geometry) -> np.ndarray:
    """Share of each cell of a 12 × 12 grid in a shape, cell by cell."""
    column, row = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
    return shapely.area(shapely.intersection(shape, shapely.box(column, row, column + 1, row + 1)))


def by_us(shapes: list[shapely.Geometry]) -> np.ndarray:
    found = covered(np.array(shapes, dtype=object))
    drawn = np.zeros((len(shapes), CELLS, CELLS))
    drawn[found.shape, found.row, found.column] = found.share
    return drawn


@st.composite
def lots(draw) -> shapely.Geometry:
    """Lots of any form within the grid: corners on the borders of cells, holes, several parts."""
    place = st.one_of(st.integers(0, CELLS).map(float), st.floats(0, CELLS, allow_nan=False, width=32))
    ring = draw(st.lists(st.tuples(place, place), min_size=3, max_size=12, unique=True))
    shape = shapely.make_valid(shapely.Polygon(ring))
    if draw(st.booleans()):
        x, y = draw(st.tuples(place, place))
        shape = shapely.difference(shape, shapely.box(x, y, x + 1.5, y + 2.0))
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 1e-6]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]


@settings(max_examples=150, deadline=None)
@given(st.lists(lots(), min_size=1, max_size=4))
def test_shares_of_cells_are_those_of_cutting_every_cell_out(shapes):
    found = by_us(shapes)
    for number, shape in enumerate(shapes):
        assert np.abs(found[number] - by_shapely(shape)).max() < 1e-8
        assert abs(found[number].sum() - shape.area) < 1e-8


@settings(max_examples=60, deadline=None)
@given(lots(), st.integers(0, 2**32 - 1))
def test_mean_maximum_and_share_above_a_limit_are_those_of_the_cut_cells(shape, seed):
    if shape.is_empty:
        return
    values = np.random.default_rng(seed).uniform(0.0, 40.0, (CELLS, CELLS))
    share = by_shapely(shape)
    grid = Grid(values, 0.0, 0.0, 1.0, 1.0, "EPSG:32639")
    # Rows count downwards: the lot is turned over, so that its cells are those of the grid.
    turned = shapely.transform(shape, lambda points: points * [1.0, -1.0])
    found = statistics(np.array([turned]), 32639, grid, above=15.0)
    assert found.unknown_share[0] == 0.0
    assert found.mean[0] == pytest.approx((share * values).sum() / share.sum(), abs=1e-6)
    assert found.share_above[0] == pytest.approx(share[values > 15.0].sum() / share.sum(), abs=1e-7)
    assert found.maximum[0] == values[share > 1e-9].max()


def test_a_lot_on_the_borders_of_cells_has_its_own_cells_and_no_others():
    found = covered(np.array([shapely.box(2, 3, 4, 5)]))
    assert sorted(zip(found.column.tolist(), found.row.tolist(), strict=True)) == [
        (2, 3),
        (2, 4),
        (3, 3),
        (3, 4),
    ]
    assert found.share.tolist() == [1.0] * 4


def test_a_hole_is_not_the_lots_ground():
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    found = by_us([ring])[0]
    assert found[1, 1] == 0.0
    assert found.sum() == 8.0


def test_lots_do_not_count_each_others_cells():
    alone = by_us([shapely.box(0.25, 0.5, 2, 2)])[0]
    together = by_us([shapely.box(5, 5, 9, 9), shapely.box(0.25, 0.5, 2, 2), shapely.box(0, 0, 1, 1)])[1]
    assert np.abs(alone - together).max() < 1e-12


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (4, 4)]),
        shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]),
        shapely.Polygon([(0, 0), (np.inf, 0), (1, 1)]),
    ],
    ids=["missing", "empty", "point", "line", "self-crossing", "not finite"],
)
def test_what_is_no_area_is_unknown_and_its_neighbour_in_the_list_is_not(shape):
    grid = Grid(np.full((4, 4), 7.0), 0.0, 4.0, 1.0, 1.0, "EPSG:32639")
    found = statistics(np.array([shape, shapely.box(0, 0, 2, 2)], dtype=object), 32639, grid)
    assert np.isnan(found.mean[0])
    assert found.unknown_share[0] == 1.0
    assert (found.mean[1], found.unknown_share[1]) == (7.0, 0.0)
