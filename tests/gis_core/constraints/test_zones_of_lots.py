"""Lots in one zone, in several and in none."""

from dataclasses import replace

import pytest
import shapely

from gis_core.constraints.proposal import Proposal, judge
from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    in_zone,
    reason,
    reference_corner,
    rule_set,
    zones,
)

ONE_EACH, TWO_EACH = ([{"from": 0, "to": None, "bays": bays}] for bays in (1, 2))


def split_at(x, **more):
    west = shapely.box(X - 1000, Y - 1000, x, Y + 1000)
    east = shapely.box(x, Y - 1000, X + 1000, Y + 1000)
    return reference_corner(zones=zones(("R121", west), ("R112", east)), **more)


def test_a_lot_across_two_zones_takes_the_stricter_limits_where_the_city_says_so():
    rules = rule_set(*in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3}), *RULES.values())
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + 6), rules)[0]
    assert evaluation.zone_state == "MULTI_ZONE"
    assert evaluation.findings["far_percent"].value == 180.0
    assert evaluation.findings["storeys"].value == 3.0
    assert {zone.code: zone.limits for zone in evaluation.zones} == {
        "R121": {"far_percent": 240.0, "coverage_percent": 60.0, "storeys": 4.0},
        "R112": {"far_percent": 180.0, "coverage_percent": 60.0, "storeys": 3.0},
    }


def keeps(metres, **more):
    return {"front_m": metres, "side_m": metres, "rear_m": metres, "join": "DISTANCE"} | more


def test_a_lot_across_two_zones_keeps_the_larger_setback_of_each_edge_whichever_zone_comes_last():
    for west, east in (("R111", "R112"), ("R112", "R111")):
        around = reference_corner(
            zones=zones(
                (west, shapely.box(X - 1000, Y - 1000, X + 6, Y + 1000)),
                (east, shapely.box(X + 6, Y - 1000, X + 1000, Y + 1000)),
            )
        )
        far = Rule("FAR-2", "SETBACK", keeps(2), zone_code="R111")
        near = Rule("OPEN-3", "SETBACK", keeps(0, open_m=3), zone_code="R112")
        evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(far, near, without=("DEPTH60",)))[0]
        found = evaluation.findings["setbacks_m"]
        assert found.value == {"front_m": 2, "side_m": 2, "rear_m": 2, "open_m": 3}
        assert found.state == "computed"


def test_setbacks_are_unknown_without_a_zone_or_a_rule_and_empty_where_a_depth_band_holds():
    def setbacks(around, rules):
        found = answer_for(a_lot(REFERENCE_LOT), around, rules)[0].findings["setbacks_m"]
        return found.value, found.state, found.reason and found.reason.code

    elsewhere = zones(("R121", shapely.box(X + 500, Y, X + 600, Y + 100)))
    assert setbacks(reference_corner(zones=elsewhere), rule_set()) == (None, "unknown", "NO_ZONE")
    assert setbacks(reference_corner(), rule_set(without=("DEPTH60",))) == (None, "unknown", "NO_RULE")
    assert setbacks(reference_corner(), rule_set()) == (None, "computed", None)
    differing = [
        Rule("A", "SETBACK", keeps(1), zone_code="R121"),
        Rule("B", "SETBACK", keeps(2), zone_code="R121"),
    ]
    assert setbacks(reference_corner(), rule_set(*differing)) == (None, "unknown", "RULES_CONFLICT")


def test_of_equally_strict_rules_the_same_one_is_named_in_every_process():
    for code in ("A1", "B2", "C3", "S4", "T5", "U6"):
        west, east = (
            shapely.box(X - 1000, Y - 1000, X + 6, Y + 1000),
            shapely.box(X + 6, Y - 1000, X + 1000, Y + 1000),
        )
        around = reference_corner(zones=zones(("R121", west), (code, east)))
        evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(*in_zone(code), *RULES.values()))[0]
        last = max(code, "R121")
        assert evaluation.findings["far_percent"].rule.code == (
            RULES["FAR"].code if last == "R121" else f"{code}-FAR"
        )


def test_a_lot_across_two_zones_takes_the_mean_by_share_where_the_city_says_so():
    weighted = replace(RULES["ZONE"], params=RULES["ZONE"].params | {"split_zone_limits": "AREA_WEIGHTED"})
    rules = [rule for rule in RULES.values() if rule.kind != "ZONE"]
    rules += [weighted, *in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3})]
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + 6), RuleSet.on_day(rules, ON))[0]
    share = evaluation.zones[0].share if evaluation.zones[0].code == "R121" else evaluation.zones[1].share
    assert evaluation.findings["far_percent"].value == pytest.approx(240 * share + 180 * (1 - share))
    assert evaluation.findings["storeys"].value == 3.0


def test_a_lot_across_two_zones_goes_to_the_desk_where_the_city_says_nothing():
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + 6), rule_set(without=("ZONE",)))[0]
    assert reason(evaluation, "far_percent") == "MULTI_ZONE"
    assert [zone.kind for zone in evaluation.zones] == ["CONCERNED", "CONCERNED"]


@pytest.mark.parametrize("misfit_m", [0.009, 0.011, 0.05])
def test_a_misfit_below_the_accuracy_concerns_no_second_zone(misfit_m):
    evaluation = answer_for(a_lot(REFERENCE_LOT), split_at(X + misfit_m))[0]
    assert evaluation.zone_state == "ONE_ZONE"
    assert {zone.code: zone.kind for zone in evaluation.zones}["R121"] == "BELOW_ACCURACY"
    assert sum(zone.area_mm2 for zone in evaluation.zones) + evaluation.unzoned_mm2 == 275_000_000


def test_ground_without_a_zone_is_reported_and_never_spread_over_the_known_zone():
    west = shapely.box(X - 1000, Y - 1000, X + 9, Y + 1000)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=zones(("R121", west))))[0]
    assert evaluation.zone_state == "PARTLY_UNZONED"
    assert evaluation.unzoned_mm2 == pytest.approx(3 * 23 * 1e6 - 1e6, abs=1)
    assert reason(evaluation, "far_percent") == "PARTLY_UNZONED"


def test_zones_upon_each_other_are_a_fault_of_the_plan():
    twice = zones(("R121", WHOLE_PLACE), ("R112", shapely.box(X, Y, X + 6, Y + 25)))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(zones=twice))[0]
    assert evaluation.zone_state == "OVERLAPPING_ZONES"
    assert evaluation.findings["storeys"].state == "unknown"


def test_a_lot_too_small_for_its_zone_falls_to_the_rules_of_another():
    falls = Rule(
        "R121-MIN", "MIN_LOT", {"min_area_m2": 300, "falls_to": "R112"}, zone_code="R121", area_basis="NET"
    )
    rules = RuleSet.on_day([*RULES.values(), falls, *in_zone("R112", STOREY={"storeys": 3})], ON)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    assert evaluation.findings["zone"].value == "R121"
    assert evaluation.findings["storeys"].value == 3.0
    told = {"zone": "R121", "falls_to": "R112", "min_area_m2": 300}
    for said in (evaluation.findings["zone"].reason, evaluation.zones[0].reason):
        assert (said.code, said.args) == ("FALLS_BY_AREA", told)
    assert (evaluation.findings["zone"].state, evaluation.zones[0].ruled_by) == ("computed", "R112")
    whole = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    assert (whole.zones[0].ruled_by, whole.zones[0].reason) == ("R121", None)


def falling(zone, falls_to, area_m2=None, passage_m=None):
    params = {"min_area_m2": area_m2, "min_passage_m": passage_m, "falls_to": falls_to}
    told = {name: value for name, value in params.items() if value is not None}
    return Rule(f"{zone}-MIN", "MIN_LOT", told, zone_code=zone, area_basis="NET")


def fallen(*rules):
    zoned = [rule for code in ("R111", "R112") for rule in in_zone(code, STOREY={"storeys": int(code[-1])})]
    return answer_for(
        a_lot(REFERENCE_LOT), reference_corner(), RuleSet.on_day([*RULES.values(), *rules, *zoned], ON)
    )[0]


def test_a_lot_that_falls_twice_is_told_why_it_left_its_own_zone_and_where_it_came_to():
    evaluation = fallen(falling("R121", "R112", passage_m=20), falling("R112", "R111", area_m2=290))
    assert evaluation.findings["storeys"].value == 1.0
    assert evaluation.zones[0].reason.code == "FALLS_BY_PASSAGE"
    assert evaluation.zones[0].reason.args == {"zone": "R121", "falls_to": "R111", "min_passage_m": 20}


def test_zones_that_send_a_lot_to_each_other_leave_its_limits_to_a_person():
    evaluation = fallen(falling("R121", "R112", area_m2=300), falling("R112", "R121", area_m2=290))
    assert evaluation.findings["storeys"].reason.code == "RULES_CONFLICT"
    assert sorted(evaluation.findings["storeys"].reason.args["rules"]) == ["R112-MIN", "R121-MIN"]
    assert evaluation.zones[0].ruled_by == ""


def test_a_building_on_a_lot_that_fell_is_judged_by_the_rules_it_fell_to():
    parking = RULES["PARK"]
    few = replace(parking, code="R112-PARK", zone_code="R112", params=parking.params | {"bands": ONE_EACH})
    many = replace(few, code="R121-PARK", zone_code="R121", params=parking.params | {"bands": TWO_EACH})
    falls = falling("R121", "R112", area_m2=300)
    rules = RuleSet.on_day([*RULES.values(), few, many, falls, *in_zone("R112")], ON)
    lot = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    proposed = Proposal(units_m2=(80.0,) * 4, bays=4)
    assert judge(proposed, lot, rules).state == "passes"
    unfallen = RuleSet.on_day([rule for rule in rules.rules if rule is not falls], ON)
    lot = answer_for(a_lot(REFERENCE_LOT), reference_corner(), unfallen)[0]
    assert judge(proposed, lot, unfallen).state == "fails"


def test_a_lot_too_small_for_any_row_has_no_limits():
    small = Rule(
        "R121-MIN", "MIN_LOT", {"min_area_m2": 300, "falls_to": None}, zone_code="R121", area_basis="NET"
    )
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rule_set(small))[0]
    assert reason(evaluation, "storeys") == "LOT_TOO_SMALL"
    assert evaluation.zones[0].ruled_by == ""
