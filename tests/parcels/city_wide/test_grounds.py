"""A block's ground is what its lots cover, however they meet."""

import numpy as np
import pytest
import shapely

from parcels.city_wide.grounds import GRID_M, ground_of

AT = (535_000.0, 3_950_000.0)


def lots(*rings: list[tuple[float, float]]) -> np.ndarray:
    return np.array([shapely.polygons([(AT[0] + x, AT[1] + y) for x, y in ring]) for ring in rings])


def square(west: float, south: float, size: float = 10.0) -> list[tuple[float, float]]:
    return [(west, south), (west + size, south), (west + size, south + size), (west, south + size)]


@pytest.mark.parametrize(
    ("shapes", "area_m2", "pieces", "holes"),
    [
        ([square(0, 0), square(10, 0)], 200, 1, 0),
        ([square(0, 0), square(10, 5)], 200, 1, 0),  # a corner in the middle of the neighbour's side
        ([square(0, 0), square(10.02, 0)], 200.2, 1, 0),  # less than the grid apart
        ([square(0, 0), square(11, 0)], 200, 2, 0),
        ([square(0, 0), square(6, 0)], 160, 1, 0),
        ([square(0, 0), square(0, 0)], 100, 1, 0),
        ([square(0, 0, 30), square(10, 10)], 900, 1, 0),
        ([square(x, y) for x in (0, 10, 20) for y in (0, 10, 20) if (x, y) != (10, 10)], 800, 1, 1),
        ([[(0, 0), (10, 10), (10, 0), (0, 10)], square(10, 0)], 150, 2, 0),  # crosses itself
        ([square(0, 0)], 100, 1, 0),
    ],
)
def test_the_ground_of_a_block_is_covered_once(shapes, area_m2, pieces, holes):
    found = ground_of(lots(*shapes))
    assert found.is_valid
    assert found.area == pytest.approx(area_m2, abs=GRID_M * 40)
    rings = [shapely.get_num_interior_rings(piece) for piece in shapely.get_parts(found)]
    assert (len(rings), sum(rings)) == (pieces, holes)


def test_lots_of_a_block_drawn_by_hand_have_the_ground_of_their_overlay():
    spread = np.random.default_rng(5)
    for _ in range(60):
        rough = [square(10 * column + spread.normal(0, 0.03), spread.normal(0, 0.03)) for column in range(6)]
        shapes = lots(*rough)
        overlaid = shapely.union_all(shapes, grid_size=GRID_M)
        assert ground_of(shapes).symmetric_difference(overlaid).area < GRID_M * 40 * len(rough)
