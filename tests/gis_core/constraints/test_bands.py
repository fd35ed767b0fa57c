"""Tables of numeric bands: bounds, gaps and overlaps, and the loop that looks values up in them."""

import numpy as np
import pytest

from gis_core.constraints import bands
from gis_core.constraints.bands import holds, looked_up
from tests.gis_core.constraints.compiled import as_written

#: From below six, six to eight with both bounds, and above eight or from eleven, which say the same or not.
TABLE = (
    {"to": 6, "storeys": 2, "m": 1.0},
    {"from": 6, "to": 8, "to_included": True, "storeys": 3, "m": 1.5},
    {"from": 8, "from_included": False, "to": 12, "storeys": 4},
    {"from": 11, "storeys": 4, "m": 3.0},
)
WIDTHS_M = np.array([-np.inf, 5.9, 6.0, 7.5, 8.0, 8.000001, 10.9, 11.0, 11.5, 12.0, np.inf, np.nan])


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("storeys", [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, None, None]),
        ("m", [1, 1, 1.5, 1.5, 1.5, None, None, None, None, 3, None, None]),
    ],
)
def test_a_table_says_what_the_band_says_that_holds_the_width_and_nothing_where_two_differ(column, told):
    found = looked_up(TABLE, column, WIDTHS_M)
    assert [None if np.isnan(value) else value for value in found] == told


def test_a_band_that_is_looked_up_is_the_band_that_holds():
    for band in TABLE:
        known = ~np.isnan(looked_up([band], "storeys", WIDTHS_M))
        assert known.tolist() == holds(band, WIDTHS_M).tolist()


def test_the_compiled_loop_says_what_the_python_that_it_is_written_in_says(monkeypatch):
    fast = [looked_up(TABLE, column, WIDTHS_M) for column in ("storeys", "m")]
    monkeypatch.setattr(bands, "told_of", as_written("bands").told_of)
    slow = [looked_up(TABLE, column, WIDTHS_M) for column in ("storeys", "m")]
    assert np.array(fast).tobytes() == np.array(slow).tobytes()
