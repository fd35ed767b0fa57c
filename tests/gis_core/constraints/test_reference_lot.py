"""The reference lot of the rule book gets the answer of the book, each number with its proof."""

import json
from dataclasses import replace

import pytest
import shapely

from gis_core.constraints.findings import as_document
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    RULES,
    a_lot,
    answer_for,
    reference_corner,
    rule_set,
    values_of,
)


def test_the_integrated_example_of_the_rule_book_comes_out():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    values = values_of(evaluation)
    assert (values["widening_area_m2"], values["chamfer_area_m2"], values["net_area_m2"]) == (
        24.0,
        1.0,
        275.0,
    )
    assert values["coverage_cap_m2"] == values["footprint_m2"] == 165.0
    assert values["envelope_area_m2"] == pytest.approx(187.6, abs=1e-6)
    assert (values["far_cap_m2"], values["reachable_floor_area_m2"], values["storeys"]) == (720.0, 660.0, 4.0)
    assert evaluation.findings["reachable_floor_area_m2"].binding == ("STOREYS",)
    assert values["unreachable_floor_area_m2"] == 60.0
    assert values["height_m"] == pytest.approx(17.1)
    assert values["orientation"] == "NORTH_LOT"
    assert values["light_wells_m2"]["fit"]
    assert (values["parking_need"], values["parking_capacity"]) == (8, 5)
    assert evaluation.unknown == ("overlook",)


def test_floor_area_on_the_net_lot_is_660_and_both_limits_bind():
    on_net = replace(RULES["FAR"], area_basis="NET")
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(on_net))[0].findings
    assert finding["far_cap_m2"].value == 660.0
    assert finding["reachable_floor_area_m2"].binding == ("FAR", "STOREYS")


def test_every_number_carries_its_rule_and_how_it_was_computed():
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0].findings
    assert finding["net_area_m2"].formula == "300.00 − 24.00 − 1.00"
    assert finding["far_cap_m2"].rule.code == "R121-FAR"
    assert finding["far_cap_m2"].binding == ("DEED",)
    assert finding["footprint_m2"].inputs == ("coverage_cap_m2", "envelope_area_m2")


def test_the_document_is_json_with_whole_shapes():
    document = as_document(answer_for(a_lot(REFERENCE_LOT), reference_corner())[0])
    assert json.loads(json.dumps(document)) == json.loads(json.dumps(document))
    assert shapely.geometry.shape(document["geometries"]["net"]).area == pytest.approx(275.0, abs=0.02)
    assert document["on"] == "2026-11-21"


def test_choices_trade_coverage_for_storeys_where_density_binds():
    half = replace(RULES["FAR"], area_basis="NET", params={"far_percent": 180})
    choices = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(half))[0].choices
    assert [choice.footprint_m2 for choice in choices] == [165.0, 165.0, 165.0, 123.75]
    assert [choice.floor_area_m2 for choice in choices] == [165.0, 330.0, 495.0, 495.0]


def test_one_more_storey_may_be_asked_for_and_is_never_counted():
    asked = {"zone_prefix": "R", "max_passage_width_m": 12, "when_storeys": [3, 4], "extra": 1}
    policy = replace(RULES["STOREY_POLICY"], params=RULES["STOREY_POLICY"].params | {"discretionary": asked})
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(policy))[0]
    assert evaluation.findings["storeys"].value == 4.0
    assert evaluation.findings["may_request_storeys"].value == 5.0
    assert evaluation.findings["may_request_storeys"].state == "discretionary"
    assert [choice.discretionary for choice in evaluation.choices] == [False] * 4 + [True]
    assert evaluation.findings["reachable_floor_area_m2"].value == 660.0
