"""Many lots at once, odd ones among them."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Surroundings, chosen
from tests.gis_core.constraints.scenes import (
    NOW,
    ON,
    REFERENCE_LOT,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    in_zone,
    reference_corner,
    rule_set,
    turn_one,
    turned,
    values_of,
)


def test_shapes_that_cannot_be_judged_are_refused_each_for_itself():
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    lots = a_lot(REFERENCE_LOT)
    many = replace(
        lots,
        id=np.arange(4),
        key=np.array(["good", "bow tie", "empty", "two parts"], dtype=object),
        geometry=shapes(
            REFERENCE_LOT,
            bow_tie,
            shapely.Polygon(),
            shapely.MultiPolygon([shapely.box(X, Y, X + 1, Y + 1), shapely.box(X + 2, Y, X + 3, Y + 1)]),
        ),
        deed_area_m2=np.full(4, 300.0),
        accuracy_m=np.full(4, 0.08),
        has_access=np.full(4, np.nan),
    )
    evaluations = answer_for(many, reference_corner())
    codes = [evaluation.findings["net_area_m2"].reason for evaluation in evaluations]
    assert codes[0] is None
    assert [code.code for code in codes[1:]] == ["INVALID_SHAPE", "EMPTY_SHAPE", "NOT_ONE_POLYGON"]
    assert [evaluation.parcel_key for evaluation in evaluations] == ["good", "bow tie", "empty", "two parts"]
    assert evaluations[0].findings["net_area_m2"].value == 275.0


def test_one_lot_among_many_gets_the_same_answer_to_the_bit():
    from tests.speed.neighbourhood import neighbourhood

    lots, around = neighbourhood(200)
    rules = RuleSet.on_day([*RULES.values(), *in_zone("R122"), *in_zone("R112")], ON)
    together = evaluate(lots, around, rules, on=ON, known_at=NOW, origin=(560_000.0, 3_610_000.0))
    for number in (0, 19, 57, 199):
        edges = chosen(around.edges, around.edges.lot == number)
        alone = Surroundings(
            edges=replace(edges, lot=np.zeros(len(edges), dtype=np.int64)),
            passages=around.passages,
            zones=around.zones,
            overlays=around.overlays,
            layers=around.layers,
        )
        lot = chosen(lots, np.array([number]))
        single = evaluate(lot, alone, rules, on=ON, known_at=NOW, origin=(560_000.0, 3_610_000.0))[0]
        assert single.findings == together[number].findings
        assert single.choices == together[number].choices
        for name, shape in single.geometries.items():
            assert shapely.to_wkb(shape) == shapely.to_wkb(together[number].geometries[name])


def test_a_lot_names_its_limits_on_storeys_in_one_order_whatever_lots_lie_beside_it():
    from tests.speed.neighbourhood import neighbourhood

    lots, around = neighbourhood(40)
    rows = [shapely.box(*shapely.total_bounds(lots.geometry[row])) for row in (slice(20), slice(20, 40))]
    zones = replace(
        chosen(around.zones, np.arange(2)),
        code=np.array(["R122", "A001"], dtype=object),
        geometry=shapes(*rows),
    )
    everywhere = Rule("EVERYWHERE", "STOREY", {"limit": "ZONE", "storeys": 4}, article="everywhere")
    own = [
        Rule("OWN", "STOREY", {"limit": "ZONE", "storeys": 4}, zone_code="R122", article="of R122"),
        Rule("OWN", "STOREY", {"limit": "ZONE", "storeys": 9}, zone_code="R121", article="of R121"),
    ]
    rules = RuleSet.on_day([everywhere, *own], ON)
    found = evaluate(lots, replace(around, zones=zones), rules, on=ON, known_at=NOW)
    beside = [evaluation.findings["storeys"] for evaluation in found]
    assert {(of.binding, of.rule.article) for of in beside[:20]} == {(("OWN", "EVERYWHERE"), "of R122")}
    assert {(of.binding, of.rule.article) for of in beside[20:]} == {(("EVERYWHERE",), "everywhere")}


@pytest.mark.parametrize("degrees", [7.0, 33.3, 90.0, 211.0])
def test_turning_lot_streets_and_zone_together_changes_no_number(degrees):
    # Orientation is by the sun, so the depth direction is left out: setbacks turn with the lot.
    plain = {
        "front_m": 5,
        "street_side_m": 3,
        "side_m": 2,
        "rear_m": 4,
        "open_m": 2,
        "join": "SUPPORTING_LINE",
    }
    rules = rule_set(Rule("R121-SETBACK", "SETBACK", plain, zone_code="R121"), without=("DEPTH60",))
    here = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0])
    there = values_of(
        answer_for(
            a_lot(turn_one(REFERENCE_LOT, degrees, 1234.567, -987.654)),
            turned(reference_corner(), degrees, 1234.567, -987.654),
            rules,
        )[0]
    )
    for key in (
        "net_area_m2",
        "envelope_area_m2",
        "footprint_m2",
        "far_cap_m2",
        "storeys",
        "chamfer_area_m2",
    ):
        assert there[key] == pytest.approx(here[key], abs=1e-5), key
