"""The main frontage of a lot and which way is out, by hand, and compiled beside the source."""

import numpy as np
import pytest
import shapely

from gis_core.constraints import orientation
from gis_core.constraints.loops.frontages import main_passages
from gis_core.constraints.orientation import frontage_azimuths_deg
from gis_core.constraints.plane import shapes
from tests.gis_core.constraints.compiled import as_written
from tests.gis_core.constraints.test_depth_bands import lots_of_rows


def main_of_one(*fronts, width_m, legal=None):
    """The passage of the main frontage of one lot with frontages (passage, length in m)."""
    passage, length_m = (np.array(column) for column in zip(*fronts, strict=True))
    legal = np.ones(len(width_m), dtype=np.int8) if legal is None else np.array(legal, dtype=np.int8)
    one = np.zeros(len(fronts), dtype=np.int64)
    return main_passages(one, passage, length_m.astype(float), np.array(width_m), legal, 1)[0]


@pytest.mark.parametrize(
    ("main", "fronts", "told"),
    [
        (1, [(0, 30.0), (1, 5.0)], {"width_m": [20.0, 6.0], "legal": [0, 1]}),
        (1, [(0, 30.0), (1, 5.0)], {"width_m": [6.0, 20.0]}),
        (1, [(0, 30.0), (1, 5.0)], {"width_m": [np.nan, 6.0]}),
        (0, [(0, 7.0), (1, 9.0), (0, 7.0)], {"width_m": [12.0, 12.0]}),
        (0, [(1, 9.0), (0, 9.0)], {"width_m": [12.0, 12.0]}),
        (2, [(2, 1.0)], {"width_m": [12.0, 12.0, np.nan], "legal": [1, 1, 0]}),
    ],
    ids=["legal access", "the widest", "of known width", "longest in all", "the first", "the only one"],
)
def test_the_main_frontage_is_on_legal_access_then_the_widest_then_the_longest(main, fronts, told):
    assert main_of_one(*fronts, **told) == main


def test_a_lot_without_a_frontage_has_no_main_one_and_those_beside_it_keep_theirs():
    lot, passage = np.array([0, 2]), np.array([1, 0])
    found = main_passages(lot, passage, np.ones(2), np.array([8.0, 9.0]), np.ones(2, dtype=np.int8), 4)
    assert found.tolist() == [1, -1, 0, -1]


def test_a_frontage_looks_out_of_its_lot_whichever_way_it_is_drawn():
    lot = shapely.box(0, 0, 12, 25) - shapely.box(4, 10, 8, 14)
    street, court = [(0, 0), (12, 0)], [(4, 14), (8, 14)]
    for line, azimuth_deg in ((street, 180.0), (street[::-1], 180.0), (court, 180.0), (court[::-1], 180.0)):
        found = frontage_azimuths_deg(shapes(lot), np.array([0]), shapes(shapely.LineString(line)))
        assert found.tolist() == [azimuth_deg]


def test_the_compiled_loops_look_where_the_python_that_they_are_written_in_looks_to_the_bit(monkeypatch):
    random = np.random.default_rng(11)
    _, lots, _, (owner, lines) = lots_of_rows(150, 5)
    passage, width_m = random.integers(0, 6, len(owner)), random.choice([np.nan, 6.0, 12.0], 6)
    told = owner, passage, shapely.length(lines), width_m, random.integers(0, 2, 6).astype(np.int8), len(lots)
    fast = main_passages(*told), frontage_azimuths_deg(lots, owner, lines)
    written = as_written("frontages")
    monkeypatch.setattr(orientation, "ways_out", written.ways_out)
    slow = written.main_passages(*told), frontage_azimuths_deg(lots, owner, lines)
    for one, other in zip(fast, slow, strict=True):
        assert one.tobytes() == other.tobytes()
