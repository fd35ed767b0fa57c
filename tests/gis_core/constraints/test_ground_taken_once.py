"""What overlays take from the basis of the floor area ratio: ground once, and never silently nothing."""

import pytest
import shapely

from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    overlays,
    reference_corner,
    rule_set,
    surveyed,
)

HELD = {
    "layer": "canals",
    "measured_from": "POLYGON",
    "distance_m": 0.0,
    "effect": "CONDITIONAL",
    "far_basis_shrinks": True,
}
KNOWN = surveyed("canals", accuracy_m=0.06)


def density(*boxes, layers=KNOWN, rules=None):
    drawn = overlays("canals", *[(shapely.box(X + x, Y + y, X + x + 4, Y + y + 5), {}) for x, y in boxes])
    rules = rules or [Rule("CANAL", "BUFFER", HELD)]
    around = reference_corner(overlays=drawn, layers=layers)
    return answer_for(a_lot(REFERENCE_LOT), around, rule_set(*rules))[0].findings["far_cap_m2"]


@pytest.mark.parametrize(
    ("boxes", "taken_m2"),
    [
        ([(2, 8)], 20.0),
        ([(2, 8), (2, 8)], 20.0),
        ([(2, 8), (4, 8)], 30.0),
        ([(2, 8), (2, 14)], 40.0),
        ([(2, 8), (4, 8), (2, 14)], 50.0),
    ],
)
def test_ground_that_two_features_hold_is_taken_from_the_basis_once(boxes, taken_m2):
    assert density(*boxes).value == pytest.approx(2.4 * (300.0 - taken_m2), abs=1e-6)


def test_ground_that_two_rules_hold_is_taken_from_the_basis_once():
    both = [Rule("CANAL", "BUFFER", HELD), Rule("WATER", "BUFFER", HELD)]
    assert density((2, 8), rules=both).value == pytest.approx(2.4 * 280.0, abs=1e-6)


@pytest.mark.parametrize(
    "layers", [{}, {"canals": Layer("canals")}], ids=["a missing layer", "a layer without extent"]
)
def test_a_layer_that_may_take_ground_and_says_nothing_leaves_an_upper_bound(layers):
    found = density(layers=layers)
    assert (found.state, found.reason.code) == ("conditional", "OVERLAY_UNKNOWN")
    assert found.value == pytest.approx(720.0)
    assert density().state == "computed"


def test_where_nothing_may_be_built_no_number_of_storeys_is_offered():
    nothing = Rule("BED", "BUFFER", HELD | {"effect": "NO_BUILD", "far_basis_shrinks": False})
    bed = overlays("canals", (WHOLE_PLACE, {}))
    around = reference_corner(overlays=bed, layers=KNOWN)
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(nothing))[0]
    assert evaluation.findings["footprint_m2"].value == 0.0
    assert evaluation.choices == ()


def test_which_of_two_ratios_on_different_areas_is_the_lesser_is_asked_after_the_ground_is_taken():
    on_deed = Rule("DEED", "FAR", {"far_percent": 240}, zone_code="R121", area_basis="DEED")
    on_net = Rule("NET", "FAR", {"far_percent": 262}, zone_code="R121", area_basis="NET", rank=60)
    rules = [Rule("CANAL", "BUFFER", HELD), on_deed, on_net]
    # 300 m² of deed and 275 m² net: 720 against 720.5 m²; less 20 m² of canal each, 672 against 668.1 m².
    assert density((100, 100), rules=rules).value == pytest.approx(720.0)
    found = density((2, 8), rules=rules)
    assert (found.value, found.rule.code) == (pytest.approx(668.1, abs=1e-6), "NET")
