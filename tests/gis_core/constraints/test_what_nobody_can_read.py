"""Numbers that nobody can read, in attributes, widths or tables, are unknown; none is taken for a no."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.proposal import Proposal, judge
from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    RULES,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    corner_streets,
    overlays,
    reason,
    reference_corner,
    rule_set,
    surveyed,
    zones,
)

LINES = {
    "layer": "lines",
    "measured_from": "OUTER_CONDUCTORS",
    "attribute": "kv",
    "outer_conductor_offset_attribute": "offset_m",
    "effect": "NO_BUILD",
    "table": {"kind": "BY_BAND", "rows": [{"from": 0, "to": 100, "distance_m": 8.0}]},
}
ACROSS = shapely.LineString([(X - 20, Y + 12), (X + 40, Y + 12)])
KNOWN = surveyed("lines", accuracy_m=0.06)


def under_lines(*attributes, params=LINES, shape=ACROSS):
    around = reference_corner(
        overlays=overlays("lines", *[(shape, told) for told in attributes]), layers=KNOWN
    )
    return answer_for(a_lot(REFERENCE_LOT), around, rule_set(Rule("LINES", "BUFFER", params)))[0]


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(
    "told",
    [
        {"kv": "63 kV", "offset_m": 3},
        {"kv": [63], "offset_m": 3},
        {"kv": True, "offset_m": 3},
        {"kv": 63, "offset_m": "three"},
        {"kv": 63, "offset_m": -30},
        {"kv": 63, "offset_m": float("nan")},
        {"kv": 63, "offset_m": None},
        {"offset_m": 3},
    ],
    ids=str,
)
def test_a_line_whose_voltage_or_width_nobody_can_read_leaves_the_lot_unknown(told, count):
    evaluation = under_lines(*[told] * count)
    assert {entry.state for entry in evaluation.overlays} == {"unknown"}
    assert reason(evaluation, "buildable_area_m2") == "OVERLAY_UNKNOWN"


def test_a_number_written_as_text_is_that_number():
    plain, text = under_lines({"kv": 63, "offset_m": 3.2}), under_lines({"kv": "63", "offset_m": "3.2"})
    assert text.findings["buildable_area_m2"] == plain.findings["buildable_area_m2"]
    assert plain.overlays[0].state == "applies"


@pytest.mark.parametrize("told", ["12 m", -3, None, [12]])
def test_a_height_that_nobody_can_read_leaves_the_storeys_unknown(told):
    height = {
        "layer": "lines",
        "measured_from": "POLYGON",
        "distance_m": 0.0,
        "effect": "HEIGHT_LIMIT",
        "max_height_attribute": "height_m",
    }
    evaluation = under_lines({"height_m": told}, params=height, shape=WHOLE_PLACE)
    assert reason(evaluation, "storeys") == "LIMIT_UNKNOWN"


def ceded(**front):
    passages = corner_streets({"planned": np.nan, **front})
    offsets = {"offset_left_m": front.get("left"), "offset_right_m": front.get("right")}
    for name, told in offsets.items():
        passages = replace(passages, **{name: np.array([np.nan if told is None else told, np.nan])})
    around = reference_corner(passages=passages)
    return answer_for(a_lot(REFERENCE_LOT), around)[0].findings["widening_area_m2"]


@pytest.mark.parametrize(
    "front",
    [
        {"planned": 12, "widening": "BOTH SIDES"},
        {"planned": 12, "widening": ""},
        {"planned": 12, "widening": "OFFSETS"},
        {"planned": 12, "widening": "OFFSETS", "left": 6.0},
        {"planned": np.inf},
        {"planned": -12},
        {"planned": 0},
        {"existing": -8, "planned": 12, "widening": "ONE_SIDED_LEFT"},
    ],
    ids=str,
)
def test_a_street_whose_widening_nobody_can_read_leaves_what_is_ceded_unknown(front):
    found = ceded(**front)
    assert (found.value, found.state, found.reason.code) == (None, "unknown", "WIDTH_UNKNOWN")


def test_a_street_that_is_moved_and_grows_no_wider_takes_land_all_the_same():
    # The axis runs 4 m south of the lot, which lies left of it; the street moves 2 m north.
    assert ceded(planned=8, widening="OFFSETS", left=6.0, right=2.0).value == 24.0
    assert ceded(planned=8, widening="OFFSETS", left=4.0, right=4.0).value == 0.0


BY_WIDTH = {"limit": "BY_WIDTH", "bands": [{"from": 0, "to": 12, "to_included": True, "storeys": 5}]}


@pytest.mark.parametrize(("other", "storeys"), [(3, None), (5, 5.0), (None, None)])
def test_a_width_in_two_bands_that_differ_has_no_storeys(other, storeys):
    bands = [*BY_WIDTH["bands"], {"from": 12, "to": 20, "storeys": other}]
    for order in (bands, bands[::-1]):
        rule = replace(RULES["STOREY"], code="WIDTHS", params=BY_WIDTH | {"bands": order})
        rules = rule_set(rule, without=("STOREY",))
        found = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0].findings["storeys"]
        assert found.value == storeys
        assert storeys is not None or found.reason.code == "LIMIT_UNKNOWN"


def test_a_width_whose_cell_is_blank_has_no_storeys_and_not_none_at_all():
    params = BY_WIDTH | {"bands": [{"from": 0, "to": 20, "storeys": None}]}
    rules = rule_set(replace(RULES["STOREY"], code="WIDTHS", params=params), without=("STOREY",))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    assert reason(evaluation, "storeys") == "LIMIT_UNKNOWN"
    assert evaluation.findings["storeys"].value is None


def test_the_limits_that_are_not_known_are_named_with_their_articles_and_others_are_not():
    params = BY_WIDTH | {"bands": [{"from": 0, "to": 20, "storeys": None}]}
    widths = replace(RULES["STOREY"], code="WIDTHS", article="بند ۳", params=params)
    rules = rule_set(widths, replace(RULES["STOREY"], article="جدول ۲"))
    found = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0].findings["storeys"]
    assert found.reason.args == {"rules": ["WIDTHS"], "articles": ["بند ۳"]}


@pytest.mark.parametrize(
    "bands",
    [
        [{"from": 0, "to": 1000, "bays": 1}, {"from": 70, "to": 90, "bays": 2}],
        [{"from": 150, "to": 200, "bays": 2}],
        [{"from": 0, "to": 1000, "bays": None}],
    ],
    ids=["in two", "in none", "in a blank one"],
)
def test_dwellings_in_two_bands_or_in_none_need_nobody_knows_how_many_bays(bands):
    parking = replace(RULES["PARK"], params=dict(RULES["PARK"].params) | {"bands": bands})
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(parking))[0]
    need = evaluation.findings["parking_need"]
    assert (need.value, need.state, need.reason.code) == (None, "unknown", "NO_ROW")
    assert need.reason.args == {"kind": "PARK", "rules": ["PARKING"]}
    assert "parking_need" in evaluation.unknown


@pytest.mark.parametrize("size", [float("nan"), float("inf"), -2])
@pytest.mark.parametrize("name", ["storeys", "footprint_m2", "height_m", "bays", "units_m2"])
def test_no_building_has_a_size_that_is_no_size(name, size):
    with pytest.raises(ValueError, match="Expected sizes of a building"):
        Proposal(**{name: (size,) if name == "units_m2" else size})


def test_a_footprint_without_ground_is_no_footprint():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    verdict = judge(Proposal(footprint=shapely.Polygon()), evaluation, rule_set())
    assert verdict.state == "unknown"
    assert [point.reason.code for point in verdict.judgements if point.state == "unknown"] == [
        "INVALID_FOOTPRINT"
    ]


@pytest.mark.parametrize("area_m2", [0.0, -5.0, float("inf")])
def test_an_area_that_no_deed_has_is_not_known(area_m2):
    evaluation = answer_for(a_lot(REFERENCE_LOT, deed_area_m2=area_m2), reference_corner())[0]
    assert reason(evaluation, "deed_area_m2") == "NO_DEED_AREA"
    assert evaluation.findings["far_cap_m2"].value is None


def test_a_lot_whose_zones_are_all_thinner_than_the_accuracy_lies_in_no_zone_and_in_no_plan():
    evaluation = answer_for(a_lot(REFERENCE_LOT, accuracy_m=1e4), reference_corner())[0]
    assert reason(evaluation, "zone") == reason(evaluation, "far_percent") == "NO_ZONE"


def test_a_zone_without_a_name_is_no_zone():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=zones(("", WHOLE_PLACE))))[0]
    assert reason(evaluation, "zone") == "NO_ZONE"


@pytest.mark.parametrize("told", [-0.5, float("nan"), float("inf")])
@pytest.mark.parametrize("whose", ["lot", "layer"])
def test_an_accuracy_that_none_can_have_is_not_known(whose, told):
    canal = overlays("canals", (shapely.box(X - 50, Y - 30, X + 70, Y - 0.2), {}))
    rule = Rule(
        "CANAL",
        "BUFFER",
        {"layer": "canals", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"},
    )

    def states(of_lot, of_layer):
        around = reference_corner(overlays=canal, layers=surveyed("canals", accuracy_m=of_layer))
        lot = a_lot(REFERENCE_LOT, accuracy_m=of_lot)
        found = answer_for(lot, around, rule_set(rule, without=("WIDEN",)))[0]
        return [(entry.state, entry.reason) for entry in found.overlays]

    wrong = states(told, 0.1) if whose == "lot" else states(0.1, told)
    assert wrong == (states(np.nan, 0.1) if whose == "lot" else states(0.1, None))
    assert states(0.1, 0.1)[0][0] == "does_not_apply"
    assert wrong[0][0] == "unknown"


def selected(attributes):
    params = {
        "layer": "lines",
        "select": {"kind": "power", "kv": 63},
        "measured_from": "POLYGON",
        "distance_m": 0.0,
        "effect": "NO_BUILD",
    }
    found = under_lines(attributes, params=params, shape=WHOLE_PLACE).overlays
    return [(entry.state, entry.reason.code if entry.reason else None) for entry in found]


@pytest.mark.parametrize("kv", [63, 63.0, "63"], ids=repr)
def test_a_feature_that_a_rule_selects_is_found_whether_its_number_is_written_as_text_or_not(kv):
    assert selected({"kind": "power", "kv": kv}) == [("applies", None)]


@pytest.mark.parametrize("attributes", [{"kind": "power"}, {"kv": 63}, {"kind": "", "kv": 63}, {}], ids=str)
def test_a_feature_of_which_nobody_recorded_what_a_rule_selects_by_is_unknown(attributes):
    assert selected(attributes) == [("unknown", "FEATURE_NOT_TOLD")]


@pytest.mark.parametrize("attributes", [{"kind": "power", "kv": 132}, {"kind": "canal"}], ids=str)
def test_a_feature_that_a_rule_surely_does_not_speak_of_does_not_apply(attributes):
    assert selected(attributes) == [("does_not_apply", None)]
