"""Where on lots a building may stand."""

import pytest

from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import REFERENCE_LOT, a_lot, answer_for, reference_corner, rule_set


def test_setbacks_by_edge_take_the_place_of_the_depth_band():
    by_edge = {
        "front_m": 5,
        "street_side_m": 3,
        "side_m": 2,
        "rear_m": 4,
        "open_m": 2,
        "join": "SUPPORTING_LINE",
    }
    rules = rule_set(Rule("R121-SETBACK", "SETBACK", by_edge, zone_code="R121"), without=("DEPTH60",))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    # 12 × 23 m after widening: 3 m at the side street, 2 m at the neighbour, 5 m in front, 4 m behind.
    assert evaluation.findings["envelope_area_m2"].value == pytest.approx(7 * 14, abs=1e-6)
    assert evaluation.findings["setbacks_m"].value["front_m"] == 5
    assert evaluation.findings["footprint_m2"].binding == ("ENVELOPE",)
