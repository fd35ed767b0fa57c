"""Light, projections, uses, overlook and size for subdivision: what else the law says of a lot's building."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from gis_core.constraints.lightwells import wells_needed
from gis_core.constraints.orientation import near_a_diagonal
from gis_core.constraints.overlook import far_enough
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Edges, Passages
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    REFERENCE_LOT,
    RULES,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    corner_streets,
    edges_of,
    in_zone,
    overlays,
    reason,
    reference_corner,
    rule_set,
    streets,
    surveyed,
    values_of,
    zones,
)

#: The reference lot turned round: its street in the north, so the building stands on the street.
BESIDE = shapely.LineString([(X - 40, Y + 29), (X + 60, Y + 29)])


def south_lot(planned_m=8.0, **street):
    """The reference lot with its one passage in the north and neighbours elsewhere: a yard in the south."""
    passages = streets({"key": "front", "line": BESIDE, "existing": 8, "planned": planned_m} | street)
    edges = edges_of(REFERENCE_LOT, ("neighbour", -1), ("neighbour", -1), ("passage", 0), ("neighbour", -1))
    return reference_corner(passages=passages, edges=edges)


def lit(effect="ASK", **plane):
    planes = [{"from": "NEIGHBOUR", "base_height_m": 10.0, "angle_deg": 45} | plane]
    return rule_set(Rule("LIGHT-PLANES", "LIGHT", {"planes": planes, "effect": effect}))


# --- light -------------------------------------------------------------------------------------------


def test_a_building_may_rise_by_as_much_as_it_stands_off_the_neighbour_across_its_yard():
    evaluation = answer_for(a_lot(REFERENCE_LOT), south_lot(), lit())[0]
    light = evaluation.findings["light_height_m"]
    # 25 m deep, 60 % and 2 m of it built on: 8 m of yard, and the plane begins 10 m up.
    assert light.value == pytest.approx(18.0)
    assert light.formula == "10.00 + 8.00 × tan 45°"
    assert light.binding == ("NEIGHBOUR",)
    assert evaluation.findings["light_excess_m"].value == 0.0
    assert evaluation.findings["storeys"].value == 4.0


def test_a_steeper_or_a_lower_plane_permits_another_height():
    values = [
        values_of(answer_for(a_lot(REFERENCE_LOT), south_lot(), lit(**plane))[0])["light_height_m"]
        for plane in ({"angle_deg": 60}, {"base_height_m": 2.0})
    ]
    assert values == pytest.approx([10 + 8 * np.tan(np.radians(60)), 10.0])


def test_a_building_above_the_plane_is_left_to_an_inspection_where_the_city_asks():
    evaluation = answer_for(a_lot(REFERENCE_LOT), south_lot(), lit(base_height_m=0.0))[0]
    excess = evaluation.findings["light_excess_m"]
    assert (excess.state, excess.reason.code) == ("needs_inspection", "LIGHT_EXCEEDED")
    assert excess.value == pytest.approx(17.1 - 8.0)
    assert evaluation.findings["storeys"].value == 4.0


def test_the_plane_limits_the_storeys_where_the_city_says_so():
    evaluation = answer_for(a_lot(REFERENCE_LOT), south_lot(), lit("LIMIT", base_height_m=6.0))[0]
    # 14 m: pilot, parapet and three storeys make 13.80 m.
    assert evaluation.findings["storeys"].value == 3.0
    assert evaluation.findings["storeys"].binding == ("LIGHT-PLANES",)
    assert evaluation.findings["light_excess_m"].value == 0.0


def test_towards_a_street_the_plane_rises_from_its_far_side():
    plane = {"from": "PASSAGE", "base_height_m": 0.0}
    values = values_of(answer_for(a_lot(REFERENCE_LOT), south_lot(), lit(**plane))[0])
    assert values["light_height_m"] == pytest.approx(8.0)


def walled(edges, *more, setback, without=()):
    """The reference lot with setbacks in place of a depth band: its building looks every way."""
    rules = [Rule("WALLS", "SETBACK", {"join": "SUPPORTING_LINE", **setback}, zone_code="R121"), *more]
    around = reference_corner(
        passages=streets({"key": "front", "line": BESIDE, "existing": 8, "planned": 12}), edges=edges
    )
    rules = rule_set(*rules, without=("DEPTH60", *without))
    return answer_for(a_lot(REFERENCE_LOT), around, rules)[0].findings


NORTHERN = (("neighbour", -1), ("neighbour", -1), ("passage", 0))


def test_a_building_without_a_yard_keeps_the_light_of_the_nearest_neighbour_that_it_stands_off():
    edges = edges_of(REFERENCE_LOT, *NORTHERN, ("neighbour", -1))
    off = walled(edges, setback={"front_m": 0.0, "side_m": 2.0, "rear_m": 3.0})["light_height_m"]
    assert off.value == pytest.approx(10.0 + 2.0)
    # A blind wall on the border owes none; the yard behind is 3 m deep.
    on = walled(edges, setback={"front_m": 0.0, "side_m": 0.0, "rear_m": 3.0})["light_height_m"]
    assert on.value == pytest.approx(10.0 + 3.0)


def test_across_a_yard_of_which_nobody_knows_what_lies_beyond_light_is_owed_as_to_a_neighbour():
    wall, heights = ("neighbour", -1), {}
    for beyond in ("neighbour", "unknown", "open"):
        edges = edges_of(REFERENCE_LOT, (beyond, -1), wall, ("passage", 0), wall)
        around = replace(south_lot(), edges=edges)
        heights[beyond] = answer_for(a_lot(REFERENCE_LOT), around, lit())[0].findings["light_height_m"].value
    assert heights["unknown"] == pytest.approx(heights["neighbour"])
    assert heights["open"] is None


def test_a_light_plane_rises_from_the_far_side_of_the_street_as_wide_as_it_will_be():
    plane = {"from": "PASSAGE", "base_height_m": 10.0, "angle_deg": 45}
    light = Rule("STREET-LIGHT", "LIGHT", {"planes": [plane], "effect": "ASK"})
    edges = edges_of(REFERENCE_LOT, *NORTHERN, ("neighbour", -1))
    found = walled(edges, light, setback={"front_m": 1.0, "side_m": 0.0, "rear_m": 0.0})
    assert found["light_height_m"].value == pytest.approx(10.0 + 1.0 + 12.0)


def test_storeys_that_the_light_limits_are_not_known_where_no_rule_tells_how_high_one_is():
    plane = {"from": "NEIGHBOUR", "base_height_m": 10.0, "angle_deg": 45}
    light = Rule("LIGHT-PLANES", "LIGHT", {"planes": [plane], "effect": "LIMIT"})
    edges = edges_of(REFERENCE_LOT, *NORTHERN, ("neighbour", -1))
    setback = {"front_m": 0.0, "side_m": 2.0, "rear_m": 3.0}
    assert walled(edges, light, setback=setback)["storeys"].value is not None
    storeys = walled(edges, light, setback=setback, without=("HEIGHT",))["storeys"]
    assert (storeys.value, storeys.reason.args) == (None, {"rules": ["LIGHT-PLANES"]})


def test_where_no_neighbour_lies_across_the_yard_no_plane_limits_and_nothing_is_unknown():
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    light = evaluation.findings["light_height_m"]
    assert (light.value, light.state) == (None, "computed")
    assert evaluation.findings["light_excess_m"].value == 0.0


def test_without_an_envelope_the_height_under_the_plane_is_not_known_nor_are_the_storeys_it_limits():
    planes = lit("LIMIT").of_kind("LIGHT")
    rules = rule_set(*planes, without=("DEPTH60",))
    evaluation = answer_for(a_lot(REFERENCE_LOT), south_lot(), rules)[0]
    assert reason(evaluation, "light_height_m") == "INPUT_UNKNOWN"
    assert reason(evaluation, "storeys") == "LIMIT_UNKNOWN"


# --- projections -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned_m", "permitted_m"), [(8.0, 0.0), (11.99, 0.0), (12.0, 0.8), (19.9, 0.8), (20.0, 1.2)]
)
def test_a_building_on_its_street_projects_by_the_width_of_it(planned_m, permitted_m):
    values = values_of(answer_for(a_lot(REFERENCE_LOT), south_lot(planned_m))[0])
    assert values["projection_m"] == permitted_m
    assert values["projection_clearance_m"] == 3.5


@pytest.mark.parametrize("bends", [False, True], ids=["straight", "bent"])
@pytest.mark.parametrize(("facade_m", "projection_m"), [(0.9, 0.0), (1.1, 1.2)])
def test_a_corner_of_a_building_that_touches_a_wide_street_is_no_facade_over_it(
    facade_m, projection_m, bends
):
    """A façade of pieces, each shorter than a façade, is one by their length together."""
    middle = [(X + 12.1, Y + 10 + facade_m / 2)] if bends else []
    east = [(X + 12, Y + 10), *middle, (X + 12, Y + 10 + facade_m)]
    ring = [(X, Y), (X + 12, Y), *east, (X + 12, Y + 25), (X, Y + 25)]
    polygon, wall = shapely.Polygon(ring), ("neighbour", -1)
    wide = shapely.LineString([(X + 27, Y - 40), (X + 27, Y + 70)])
    around = reference_corner(
        passages=streets(
            {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8},
            {"key": "wide", "line": wide, "existing": 30, "planned": 30},
        ),
        edges=edges_of(polygon, ("passage", 0), wall, *[("passage", 1)] * (len(east) - 1), wall, wall, wall),
    )
    walls = {"front_m": 0.0, "side_m": 0.0, "rear_m": 0.0, "join": "SUPPORTING_LINE"}
    rules = rule_set(Rule("WALLS", "SETBACK", walls, zone_code="R121"), without=("DEPTH60",))
    found = answer_for(a_lot(polygon), around, rules)[0].findings["projection_m"]
    assert found.value == projection_m


@pytest.mark.parametrize(("foot_m", "projection_m"), [(0.0, 0.0), (1.2, 1.2)])
def test_two_parts_of_an_envelope_that_touch_a_street_are_no_wall_from_one_to_the_other(foot_m, projection_m):
    """What may be built on are two wedges, each of which meets the wide street in a point or with a foot."""
    wedges = shapely.union_all(
        [
            shapely.Polygon([(X + a, Y), (X + a + foot_m, Y), (X + a + 2, Y + 20), (X + a - 2, Y + 20)])
            for a in (3, 8)
        ]
    )
    around = reference_corner(
        passages=corner_streets({"existing": 20, "planned": 20, "line": translate(FRONT_LINE, 0, -6)}),
        overlays=overlays("works", (WHOLE_PLACE.difference(wedges), {})),
        layers=surveyed("works", accuracy_m=0.05),
    )
    works = {"layer": "works", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"}
    walls = {"front_m": 0.0, "side_m": 0.0, "rear_m": 0.0, "join": "SUPPORTING_LINE"}
    rules = rule_set(
        Rule("WALLS", "SETBACK", walls, zone_code="R121"),
        Rule("WORKS", "BUFFER", works),
        without=("DEPTH60",),
    )
    found = answer_for(a_lot(REFERENCE_LOT), around, rules)[0].findings
    assert found["envelope_area_m2"].value == pytest.approx(wedges.area, abs=1e-6)
    assert found["projection_m"].value == projection_m


def test_a_building_behind_its_yard_projects_over_no_street():
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0].findings["projection_m"]
    # In front 12 m wide, but the building stands at the other end; the side street is 8 m wide.
    assert finding.value == 0.0
    assert finding.formula == "8.00 → 0.00"


def test_over_an_expressway_nothing_projects_and_an_unrecorded_class_is_not_guessed():
    fast = answer_for(a_lot(REFERENCE_LOT), south_lot(20.0, **{"class": "expressway"}))[0]
    assert fast.findings["projection_m"].value == 0.0
    untold = answer_for(a_lot(REFERENCE_LOT), south_lot(20.0, **{"class": ""}))[0]
    assert reason(untold, "projection_m") == "STREET_CLASS_UNKNOWN"
    # Over a lane so narrow that nothing projects over it, its class is no question.
    narrow = answer_for(a_lot(REFERENCE_LOT), south_lot(8.0, **{"class": ""}))[0].findings["projection_m"]
    assert (narrow.value, narrow.state) == (0.0, "computed")


def test_each_of_two_lots_has_the_clearance_of_its_own_zone():
    east = translate(REFERENCE_LOT, 40)
    two = replace(
        a_lot(REFERENCE_LOT),
        id=np.array([1, 2]),
        key=np.array(["west", "east"], dtype=object),
        geometry=shapes(REFERENCE_LOT, east),
        deed_area_m2=np.array([300.0, 300.0]),
        accuracy_m=np.array([0.08, 0.08]),
        has_access=np.array([np.nan, np.nan]),
    )
    halves = [shapely.box(X - 900, Y - 900, X + 30, Y + 900), shapely.box(X + 30, Y - 900, X + 900, Y + 900)]
    around = reference_corner(
        zones=zones(("R121", halves[0]), ("R112", halves[1])), edges=Edges.none(), passages=Passages.none()
    )
    high = Rule(
        "HIGH", "CANTILEVER", {**RULES["CANTILEVER"].params, "min_clearance_m": 4.5}, zone_code="R112"
    )
    for own in ([high], [replace(high, zone_code="R121")]):
        found = answer_for(two, around, RuleSet.of([*RULES.values(), *own]))
        clear_m = [one.findings["projection_clearance_m"].value for one in found]
        assert clear_m == ([3.5, 4.5] if own[0].zone_code == "R112" else [4.5, 3.5])


def test_over_a_street_of_unknown_width_the_projection_is_not_known():
    evaluation = answer_for(a_lot(REFERENCE_LOT), south_lot(np.nan))[0]
    assert reason(evaluation, "projection_m") in ("WIDTH_UNKNOWN", "INPUT_UNKNOWN")
    assert evaluation.findings["projection_m"].value is None


def test_the_width_on_which_a_projection_is_judged_is_the_citys_choice():
    existing = replace(RULES["CANTILEVER"], params={**RULES["CANTILEVER"].params, "width_basis": "EXIST"})
    values = values_of(answer_for(a_lot(REFERENCE_LOT), south_lot(12.0), rule_set(existing))[0])
    assert values["projection_m"] == 0.0


# --- uses --------------------------------------------------------------------------------------------


def shop_zone(**uses):
    west = shapely.box(X - 1000, Y - 1000, X + 6, Y + 1000)
    east = shapely.box(X + 6, Y - 1000, X + 1000, Y + 1000)
    around = reference_corner(zones=zones(("R121", west), ("S121", east)))
    more = [Rule("S121-USES", "USE", {"uses": uses}, zone_code="S121")] if uses else []
    rules = rule_set(*in_zone("S121"), *RULES.values(), *more)
    return answer_for(a_lot(REFERENCE_LOT), around, rules)[0].findings["uses"]


def test_the_matrix_of_the_zone_says_what_the_lot_may_be_used_for():
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0].findings["uses"]
    assert finding.value == {"housing": "PERMITTED", "shop": "CONDITIONAL", "workshop": "FORBIDDEN"}
    assert finding.rule.code == "R121-USES"


def test_in_two_zones_the_most_restrictive_cell_holds_and_a_missing_one_is_unknown():
    assert shop_zone(housing="FORBIDDEN", shop="PERMITTED").value == {
        "housing": "FORBIDDEN",
        "shop": "CONDITIONAL",
        "workshop": "FORBIDDEN",
    }
    assert shop_zone(shop="PERMITTED").value["housing"] == "UNKNOWN"
    assert shop_zone().value["housing"] == "UNKNOWN"


def test_on_ground_without_a_zone_no_use_is_known():
    nowhere = zones(("R121", shapely.box(X + 500, Y, X + 600, Y + 10)))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=nowhere))[0]
    assert reason(evaluation, "uses") == "NO_ZONE"


# --- overlook and subdivision ------------------------------------------------------------------------


def test_overlook_is_not_known_before_floor_plans_are_drawn():
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0].findings["overlook"]
    assert (finding.value, finding.state, finding.reason.code) == (None, "unknown", "NEEDS_FLOOR_PLANS")
    assert finding.reason.args == {"main_to_main_m": 6.0, "other_m": 4.0}
    rule = RULES["OVERLOOK"].params
    assert [far_enough(5.0, one, "MAIN", rule) for one in ("MAIN", "SECONDARY")] == [False, True]


@pytest.mark.parametrize(
    ("parent_m2", "lot_m2", "large"),
    [(276, 138, True), (277, 100, False), (200, 139, False), (276.0009, 100, True), (276.002, 100, False)],
)
def test_a_lot_is_large_enough_to_be_divided_or_not(parent_m2, lot_m2, large):
    params = {**RULES["SUBDIV"].params, "parent_min_m2": parent_m2, "lot_min_m2": lot_m2}
    rules = rule_set(replace(RULES["SUBDIV"], params=params))
    finding = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0].findings["may_subdivide"]
    # After widening 276 m² are left.
    assert finding.value is large
    assert finding.binding == (("PARENT_AREA",) if parent_m2 >= 2 * lot_m2 else ("LOT_AREA",))


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("LIGHT", ("light_height_m", "light_excess_m")),
        ("CANTILEVER", ("projection_m", "projection_clearance_m")),
        ("USE", ("uses",)),
        ("OVERLOOK", ("overlook",)),
        ("SUBDIV", ("may_subdivide",)),
    ],
)
def test_a_city_without_such_a_rule_gets_unknown_not_unlimited(kind, keys):
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(without=(kind,)))[0]
    assert reason(evaluation, keys[0]) == "NO_RULE"
    assert all(evaluation.findings[key].value is None for key in keys)
    assert set(keys) <= set(evaluation.unknown)


@pytest.mark.parametrize(
    ("coverage_percent", "fit"), [(61.4, True), (61.67, True), (61.7, False), (62.0, False)]
)
def test_light_wells_fit_as_long_as_the_envelope_has_room_beside_the_footprint(coverage_percent, fit):
    # The envelope holds 187.60 m², the wells need 18: up to 169.60 m², 61.67 % of 275, may be covered.
    cover = replace(RULES["COV"], params={"coverage_percent": coverage_percent})
    found = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(cover))[0].findings[
        "light_wells_m2"
    ]
    assert found.value["total_m2"] == 18.0
    assert found.value["fit"] is fit


def test_the_rule_of_light_wells_holds_up_to_its_last_storey_and_not_above():
    rule = RULES["LIGHTWELL"].params
    assert wells_needed(180.0, 5, ["MAIN"], rule)[0].area_m2 == pytest.approx(10.8)
    assert wells_needed(180.0, 5.5, ["MAIN"], rule) is None


def test_a_frontage_that_looks_just_as_near_to_a_diagonal_as_the_rule_says_is_asked_about():
    assert near_a_diagonal(np.array([50.0, 40.0, 50.1, 180.0, 230.0]), 5.0).tolist() == [
        True,
        True,
        False,
        False,
        True,
    ]
