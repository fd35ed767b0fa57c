"""Subdivisions and consolidations as they are drawn, judged by the city's rules."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely

from gis_core.constraints.division import as_one_lot, judge_consolidation, judge_subdivision
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Edges
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    REFERENCE_LOT,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    reference_corner,
    rule_set,
    streets,
    values_of,
)

PARENT = shapely.box(X, Y, X + 60, Y + 40)
ROAD = shapely.box(X, Y - 10, X + 60, Y)
MERGE = Rule("MERGING", "MERGE", {"min_shared_edge_m": 0.5})


def three_lots(*, gap_m=0.0):
    cuts = (X, X + 20, X + 40, X + 60)
    return shapes(*[shapely.box(a + gap_m, Y, b, Y + 40) for a, b in pairwise(cuts)])


def subdivided(lots, **more):
    rule = replace(RULES["SUBDIV"], params={**RULES["SUBDIV"].params, **more})
    return judge_subdivision(PARENT, lots, shapes(), shapes(ROAD), rule_set(rule))


def test_three_lots_of_800_m2_on_a_road_pass_and_name_their_rule():
    judged = subdivided(three_lots())
    assert judged.found.failed == ()
    assert judged.found.lot_m2 == pytest.approx([800.0] * 3)
    assert judged.rule.code == "DIVIDING"


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({"parent_min_m2": 2500}, "PARENT_AREA"),
        ({"lot_min_m2": 801}, "LOT_AREA"),
        ({"width_min_m": 21}, "LOT_WIDTH"),
        ({"ratio_max": 1.9}, "LENGTH_TO_WIDTH"),
        ({"access_min_m": 21}, "ACCESS"),
    ],
)
def test_each_limit_of_the_rule_fails_the_subdivision_that_breaks_it(more, failed):
    assert subdivided(three_lots(), **more).found.failed == (failed,)


def test_a_gap_of_a_centimetre_is_no_tiling():
    assert "NO_GAP" in subdivided(three_lots(gap_m=0.01)).found.failed


def test_a_subdivision_that_a_street_forces_need_not_be_large():
    small = {"parent_min_m2": 9000, "lot_min_m2": 900, "width_min_m": 30}
    rules = rule_set(replace(RULES["SUBDIV"], params={**RULES["SUBDIV"].params, **small}))
    judged = judge_subdivision(PARENT, three_lots(), shapes(), shapes(ROAD), rules, forced=True)
    assert judged.found.failed == ()


def test_without_a_rule_nothing_is_said_of_a_drawing():
    judged = judge_subdivision(PARENT, three_lots(), shapes(), shapes(ROAD), rule_set(without=("SUBDIV",)))
    assert (judged.found, judged.reason.code) == (None, "NO_RULE")
    assert judge_consolidation(three_lots(), ["A"] * 3, shapes(), rule_set()).reason.code == "NO_RULE"


def test_neighbours_of_one_owner_may_become_one_lot_and_those_of_two_may_not():
    one = judge_consolidation(three_lots(), ["A", "A", "A"], shapes(), rule_set(MERGE))
    assert one.found.reasons == ()
    assert one.found.union.area == pytest.approx(2400.0)
    two = judge_consolidation(three_lots(), ["A", "A", "B"], shapes(), rule_set(MERGE))
    assert two.found.reasons == ("DIFFERENT_OWNERS",)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("side", [ROAD, shapely.box(X, Y + 40, X + 60, Y + 50)], ids=["front", "back"])
def test_a_street_along_lots_in_a_row_runs_between_none_of_them(side, count):
    lots = three_lots()[:count]
    for order in (lots, lots[::-1], np.roll(lots, 1)):
        judged = judge_consolidation(order, ["A"] * count, shapes(side), rule_set(MERGE))
        assert judged.found.reasons == ()


def test_a_street_between_two_lots_is_told_beside_that_they_are_two_pieces_of_ground():
    lane = shapely.box(X + 20, Y - 9, X + 40, Y + 99)
    for passage in (lane, shapely.LineString([(X + 30, Y - 9), (X + 30, Y + 99)])):
        judged = judge_consolidation(three_lots()[[0, 2]], ["A"] * 2, shapes(passage), rule_set(MERGE))
        assert judged.found.reasons == ("NOT_ONE_PART", "SHARED_EDGE_TOO_SHORT", "PASSAGE_BETWEEN")


def test_a_drawing_is_judged_by_the_rule_of_the_zone_it_lies_in():
    larger = Rule("LARGER", "SUBDIV", {**RULES["SUBDIV"].params, "lot_min_m2": 900}, zone_code="R121")
    rules = RuleSet.of([RULES["SUBDIV"], larger])
    for zone, failed in (("", ()), ("R112", ()), ("R121", ("LOT_AREA",))):
        judged = judge_subdivision(PARENT, three_lots(), shapes(), shapes(ROAD), rules, zone)
        assert judged.found.failed == failed


def test_a_shared_edge_must_be_longer_than_the_rule_asks():
    long = Rule("MERGING", "MERGE", {"min_shared_edge_m": 41.0})
    assert (
        "SHARED_EDGE_TOO_SHORT"
        in judge_consolidation(three_lots(), ["A"] * 3, shapes(), rule_set(long)).found.reasons
    )


def test_two_lots_taken_as_one_are_evaluated_as_the_lot_that_they_would_become():
    west, east = shapely.box(X, Y, X + 6, Y + 25), shapely.box(X + 6, Y, X + 12, Y + 25)
    street = ("passage", 0)
    sides = [
        edges_of(west, ("neighbour", -1), ("neighbour", -1), ("neighbour", -1), street),
        edges_of(east, ("neighbour", -1), ("neighbour", -1), ("neighbour", -1), street, lot=1),
    ]
    edges = Edges(*[np.concatenate([getattr(one, name) for one in sides]) for name in vars(sides[0])])
    lots = a_lot(west)
    both = replace(
        lots,
        id=np.array([1, 2]),
        key=np.array(["west", "east"], dtype=object),
        geometry=shapes(west, east),
        deed_area_m2=np.array([150.0, 150.0]),
        accuracy_m=np.array([0.05, 0.08]),
        has_access=np.array([0.0, np.nan]),
    )
    passages = streets({"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 12})
    around = reference_corner(edges=edges, passages=passages)
    one, beside = as_one_lot(both, around, np.array([0, 1]))
    assert (one.deed_area_m2[0], one.accuracy_m[0]) == (300.0, 0.08)
    # That one of them lay on no street says nothing of both.
    assert np.isnan(one.has_access[0])
    assert one.geometry[0].equals(REFERENCE_LOT)
    merged = values_of(answer_for(one, beside)[0])
    whole = edges_of(REFERENCE_LOT, street, ("neighbour", -1), ("neighbour", -1), ("neighbour", -1))
    drawn = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(edges=whole, passages=passages))[0])
    for key in ("net_area_m2", "envelope_area_m2", "footprint_m2", "storeys", "reachable_floor_area_m2"):
        assert merged[key] == pytest.approx(drawn[key], abs=1e-6), key


def test_of_lots_taken_as_one_what_nobody_knows_of_one_of_them_is_not_known_of_the_whole():
    west, east = shapely.box(X, Y, X + 6, Y + 25), shapely.box(X + 6, Y, X + 12, Y + 25)
    both = replace(
        a_lot(west),
        id=np.array([1, 2]),
        key=np.array(["west", "east"], dtype=object),
        geometry=shapes(west, east),
        deed_area_m2=np.array([150.0, np.nan]),
        accuracy_m=np.array([np.nan, 0.08]),
        has_access=np.array([1.0, 1.0]),
    )
    one, _ = as_one_lot(both, reference_corner(edges=Edges.none()), np.array([0, 1]))
    assert np.isnan([one.deed_area_m2[0], one.accuracy_m[0], one.has_access[0]]).all()
