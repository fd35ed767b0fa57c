"""Hairs that overlays leave on outlines are found, and plain corners are not taken for them."""

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from gis_core.constraints import plane
from gis_core.constraints.plane import SPIKE_SINE, TIP_M, cleaned, shapes
from tests.gis_core.constraints.compiled import as_written


def with_a_hair(long_m, wide_m):
    """A lot of 12 by 20 m from whose side a hair stands out."""
    ring = [(0, 0), (12, 0), (12, 9), (12 + long_m, 9 + wide_m / 2), (12, 9 + wide_m), (12, 20), (0, 20)]
    return shapely.Polygon(ring)


@pytest.mark.parametrize("turned_deg", [0, 17.3, 90, 211])
@pytest.mark.parametrize("long_m", [0.001, 0.5, 40.0])
def test_a_hair_is_taken_off_and_leaves_the_lot(long_m, turned_deg):
    lot = rotate(with_a_hair(long_m, min(long_m * 1e-8, 1e-8)), turned_deg, origin=(0, 0))
    tidy = cleaned(shapes(lot))[0]
    assert tidy.area == pytest.approx(240.0, abs=1e-4)
    assert tidy.length == pytest.approx(64.0, abs=1e-4)


@pytest.mark.parametrize("wide_m", [0.01, 1.0])
def test_a_narrow_piece_of_ground_is_no_hair(wide_m):
    lot = with_a_hair(3.0, wide_m)
    assert cleaned(shapes(lot))[0].equals(lot)


def test_the_compiled_loop_finds_the_hairs_that_the_python_that_it_is_written_in_finds():
    random = np.random.default_rng(5)
    lots = [
        rotate(with_a_hair(random.uniform(1e-4, 9), 10.0 ** random.uniform(-12, -3)), random.uniform(0, 360))
        for _ in range(400)
    ]
    points, owner = shapely.get_coordinates(shapes(*lots), return_index=True)
    asked = (points, owner, len(lots), TIP_M, SPIKE_SINE)
    fast, slow = plane.turning_back(*asked), as_written("spikes").turning_back(*asked)
    assert fast.tolist() == slow.tolist()
    assert 0.2 < fast.mean() < 0.8
