"""Where on lots a building may stand."""

import pytest

from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    RULES,
    a_lot,
    answer_for,
    edges_of,
    reason,
    reference_corner,
    rule_set,
)


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


@pytest.mark.parametrize("retreat", ["ACROSS_DISTANCE", "FROM_LINE_END"])
@pytest.mark.parametrize(
    "length", [{"length": "CHORD"}, {"length": "MEAN_LENGTH", "mean_width": {"policy": "EXTENT"}}]
)
def test_a_lot_that_no_street_tells_the_direction_of_has_no_envelope_under_any_depth_rule(retreat, length):
    rule = Rule(
        "DEEP", "DEPTH60", {**RULES["DEPTH60"].params, "retreat": retreat, **length}, zone_code="R121"
    )
    edges = edges_of(REFERENCE_LOT, *[("neighbour", -1)] * 4)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(edges=edges), rule_set(rule))[0]
    assert evaluation.findings["envelope_area_m2"].value is None
    assert reason(evaluation, "envelope_area_m2") == "INPUT_UNKNOWN"
