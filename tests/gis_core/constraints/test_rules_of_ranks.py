"""Several rules on one thing: the strictest of all ranks binds, equals that differ go to a person."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from gis_core.constraints.rules import Rule, RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    a_lot,
    answer_for,
    reason,
    reference_corner,
)


def finding(key, *more, without=()):
    kept = [rule for kind, rule in RULES.items() if kind not in without]
    rules = RuleSet.on_day([*kept, *more], ON)
    return answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0].findings[key]


def far(code, percent, **more):
    return replace(RULES["FAR"], code=code, params={"far_percent": percent}, **more)


@pytest.mark.parametrize(("rank", "percent", "binding"), [(10, 300, 240), (10, 180, 180), (90, 180, 180)])
def test_the_least_of_the_maxima_binds_whatever_its_rank(rank, percent, binding):
    found = finding("far_percent", far("OTHER", percent, rank=rank))
    assert found.value == binding
    assert found.rule.code == ("R121-FAR" if binding == 240 else "OTHER")


def test_a_law_of_the_whole_land_holds_in_a_zone_that_has_its_own_rule():
    assert finding("coverage_percent", Rule("NATIONAL", "COV", {"coverage_percent": 50}, rank=5)).value == 50
    # A city's general rule of the same rank gives way to the zone's own.
    assert finding("coverage_percent", Rule("GENERAL", "COV", {"coverage_percent": 50})).value == 60


def test_where_only_a_deciding_contradiction_counts_two_weaker_circulars_leave_the_plan_standing():
    circulars = (far("CIRCULAR-12", 300, rank=70), far("CIRCULAR-40", 320, rank=70))
    assert finding("far_percent", *circulars).reason.args["rules"] == ["CIRCULAR-12", "CIRCULAR-40"]
    lenient = Rule("WHEN", "CONFLICT", {"equal_rank_conflict": "ONLY_IF_IT_DECIDES"})
    assert finding("far_percent", *circulars, lenient).value == 240


def test_maxima_on_different_areas_are_compared_by_what_they_permit_on_the_lot():
    # 240 % of a deed of 300 m² are 720 m², 270 % of the net lot of 275 m² are 742.5 m², and 250 % 687.5 m².
    assert finding("far_cap_m2", far("ON-NET", 270, rank=70, area_basis="NET")).value == pytest.approx(720)
    found = finding("far_cap_m2", far("ON-NET", 250, rank=70, area_basis="NET"))
    assert (found.value, found.rule.code) == (pytest.approx(687.5), "ON-NET")
    assert finding("far_percent", far("ON-NET", 250, rank=70, area_basis="NET")).value == 250


def test_maxima_of_one_rank_on_different_areas_that_permit_different_areas_go_to_a_person():
    found = finding("far_percent", far("ON-NET", 250, area_basis="NET"))
    assert (found.value, found.reason.args) == (None, {"rules": ["ON-NET", "R121-FAR"]})


def test_of_maxima_on_different_areas_one_of_which_nobody_knows_none_is_known_to_be_the_least():
    kept = [*RULES.values(), far("ON-NET", 250, rank=70, area_basis="NET")]
    lot = a_lot(REFERENCE_LOT, deed_area_m2=np.nan)
    found = answer_for(lot, reference_corner(), RuleSet.on_day(kept, ON))[0].findings["far_percent"]
    assert (found.value, found.reason.code) == (None, "INPUT_UNKNOWN")
    assert "deed_area_m2" in found.reason.args["inputs"]


def test_a_deed_that_does_not_fit_the_survey_leaves_the_choice_of_the_least_to_an_inspection():
    kept = [*RULES.values(), far("ON-NET", 250, rank=70, area_basis="NET")]
    lot = a_lot(REFERENCE_LOT, deed_area_m2=330.0)
    found = answer_for(lot, reference_corner(), RuleSet.on_day(kept, ON))[0].findings["far_percent"]
    assert (found.value, found.state) == (250, "needs_inspection")


def test_two_numbers_of_storeys_of_one_rank_in_one_zone_contradict_each_other():
    found = finding(
        "storeys", replace(RULES["STOREY"], code="CIRCULAR-7", params={"limit": "ZONE", "storeys": 5})
    )
    assert (found.value, found.reason.code) == (None, "RULES_CONFLICT")
    higher = replace(RULES["STOREY"], code="CIRCULAR-7", params={"limit": "ZONE", "storeys": 3}, rank=10)
    assert finding("storeys", higher).value == 3.0


def by_width(code, storeys, wide=None, rank=50):
    """Storeys below a passage of 10 m, and one more, or as many as `wide`, on others."""
    wide = storeys + 1 if wide is None else wide
    bands = [{"from": 0, "to": 10, "storeys": storeys}, {"from": 10, "storeys": wide}]
    return Rule(code, "STOREY", {"limit": "BY_WIDTH", "bands": bands}, zone_code="R121", rank=rank)


def test_two_tables_of_storeys_of_two_ranks_the_lesser_binds():
    assert finding("storeys", by_width("CITY", 2), by_width("LAW", 1, rank=10)).value == 2.0
    assert finding("storeys", by_width("CITY", 1), by_width("LAW", 2, rank=10)).value == 2.0


def test_two_tables_of_storeys_of_one_rank_contradict_only_where_they_differ_on_the_lot():
    # The reference lot's passage is 12 m wide.
    one = by_width("ONE", 2)
    assert finding("storeys", one, by_width("OTHER", 1, wide=3)).value == 3.0
    found = finding("storeys", one, by_width("OTHER", 1, wide=1))
    assert (found.value, found.reason.args) == (None, {"rules": ["ONE", "OTHER"]})


def test_where_only_a_deciding_contradiction_counts_storeys_that_do_not_bind_stand_apart():
    circulars = (by_width("ONE", 4), by_width("OTHER", 5))
    assert finding("storeys", *circulars).value is None
    lenient = Rule("WHEN", "CONFLICT", {"equal_rank_conflict": "ONLY_IF_IT_DECIDES"})
    assert finding("storeys", *circulars, lenient).value == 4.0  # the zone's own number binds
    assert finding("storeys", by_width("ONE", 2), by_width("OTHER", 5), lenient).value is None


SETBACK = {"front_m": 2.0, "side_m": 0.0, "rear_m": 3.0, "join": "SUPPORTING_LINE"}


def test_of_hard_envelopes_the_intersection_is_left():
    plan = Rule("PLAN", "SETBACK", SETBACK, zone_code="R121")
    law = Rule("ROAD-LAW", "SETBACK", {**SETBACK, "front_m": 6.0, "rear_m": 1.0}, zone_code="R121", rank=5)
    both = finding("envelope_area_m2", plan, law, without=("DEPTH60",))
    # 12 × 23 m after widening, 6 m in front by the law, 2 m at the side street by front's rule of the law.
    alone = finding("envelope_area_m2", plan, without=("DEPTH60",))
    lawful = finding("envelope_area_m2", law, without=("DEPTH60",))
    assert both.value < min(alone.value, lawful.value)
    assert both.value == pytest.approx((23 - 6 - 3) * (12 - 6))


def test_two_setbacks_of_one_rank_that_differ_leave_the_envelope_to_a_person():
    plan = Rule("PLAN", "SETBACK", SETBACK, zone_code="R121")
    other = Rule("OTHER", "SETBACK", {**SETBACK, "front_m": 6.0}, zone_code="R121")
    found = finding("envelope_area_m2", plan, other, without=("DEPTH60",))
    assert found.reason.args["rules"] == ["OTHER", "PLAN"]
    lot = answer_for(
        a_lot(REFERENCE_LOT), reference_corner(), RuleSet.on_day([*RULES.values(), other, plan], ON)
    )[0]
    assert reason(lot, "footprint_m2") == "INPUT_UNKNOWN"


@pytest.mark.parametrize(
    ("period", "holds"),
    [
        ({"valid_from": ON}, True),
        ({"valid_from": ON + timedelta(days=1)}, False),
        ({"valid_to": ON}, False),
        ({"valid_to": ON + timedelta(days=1)}, True),
        ({"valid_from": ON - timedelta(days=1), "valid_to": ON + timedelta(days=1)}, True),
        ({"legal_status": "pre_effect"}, False),
        ({"legal_status": "suspended"}, False),
        ({"legal_status": "annulled"}, False),
    ],
    ids=str,
)
def test_a_rule_is_law_from_its_first_day_to_the_eve_of_its_last(period, holds):
    found = finding("far_percent", replace(RULES["FAR"], **period), without=("FAR",))
    assert found.value == (240 if holds else None)
    assert holds or found.reason.code == "NO_RULE"
