"""A proposed building is held against the answer: what passes, what fails, by how much, what would pass."""

from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_core.constraints.choices import parking_need
from gis_core.constraints.counting import BuiltPart
from gis_core.constraints.findings import Reason, as_document
from gis_core.constraints.parking import bays
from gis_core.constraints.proposal import Judgement, Proposal, Verdict, judge
from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    reference_corner,
    rule_set,
)

COUNT = Rule(
    "COUNTING",
    "COUNT",
    {
        "kinds": {
            "ROOM": {"share": "1"},
            "BALCONY_3_SIDES": {"share": "2/3"},
            "BALCONY_2_SIDES": {"share": "1/2"},
            "BALCONY_OPEN": {"share": "0"},
            "LIGHT_WELL": {"share": "1", "from_m2": 6, "share_from": "0"},
        }
    },
)
USES = Rule("USES", "USE", {"uses": {"housing": "PERMITTED", "shop": "CONDITIONAL", "workshop": "FORBIDDEN"}})
HELD = rule_set(COUNT, USES)
ENOUGH = Proposal(storeys=4, uses=("housing",), units_m2=(82.5,) * 8, footprint_m2=165.0, bays=8)


REFERENCE = answer_for(a_lot(REFERENCE_LOT), reference_corner(), HELD)[0]


def verdict(proposal: Proposal, rules=HELD) -> Verdict:
    if rules is HELD:
        return judge(proposal, REFERENCE, HELD)
    return judge(proposal, answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0], rules)


def point(key: str, proposal: Proposal, rules=HELD) -> Judgement:
    return next(found for found in verdict(proposal, rules).judgements if found.key == key)


@pytest.mark.parametrize(
    ("key", "proposal", "excess"),
    [
        ("footprint_m2", Proposal(footprint_m2=165.01), 0.01),
        ("height_m", Proposal(height_m=17.11), 0.01),
        ("floor_area_m2", Proposal(footprint_m2=165.0, storeys=4.5), 22.5),
        ("storeys", Proposal(storeys=4.5), 0.5),
        ("bays", Proposal(bays=7, units_m2=(82.5,) * 8), 1.0),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_little_too_much_fails_by_just_that(key, proposal, excess):
    judged = point(key, proposal)
    assert (judged.state, judged.remedy is not None) == ("fails", True)
    assert judged.excess == pytest.approx(excess, abs=1e-6)


@pytest.mark.parametrize("state", ["conditional", "discretionary", "needs_inspection"])
def test_what_keeps_to_a_limit_that_is_not_sure_does_not_surely_pass(state):
    unsure = {
        key: replace(finding, state=state) for key, finding in REFERENCE.findings.items() if key != "access"
    }
    evaluation = replace(REFERENCE, findings={**REFERENCE.findings, **unsure})
    proposal = Proposal(storeys=4, footprint_m2=165.0, height_m=17.1)
    judged = {one.key: one.state for one in judge(proposal, evaluation, HELD).judgements}
    asked = ("storeys", "footprint_m2", "floor_area_m2", "height_m")
    assert {key: judged[key] for key in asked} == dict.fromkeys(asked, "discretionary")


def test_the_building_of_the_rule_book_passes_in_every_point():
    found = verdict(ENOUGH)
    assert found.state == "passes"
    asked = {"storeys", "footprint_m2", "floor_area_m2", "light_m", "use", "bays"}
    assert {judgement.key for judgement in found.judgements} == asked


def test_a_storey_too_many_fails_by_one_and_is_told_how_many_would_pass():
    found = point("storeys", replace(ENOUGH, storeys=6))
    assert (found.state, found.excess, found.limit) == ("fails", 2.0, 4.0)
    assert (found.remedy.code, found.remedy.args) == ("REDUCE_STOREYS_TO", {"limit": 4.0})


def test_a_storey_that_may_be_asked_for_is_discretionary_and_never_passes():
    asking = {"zone_prefix": "R", "max_passage_width_m": 12, "when_storeys": [3, 4], "extra": 1}
    policy = replace(
        RULES["STOREY_POLICY"], params=dict(RULES["STOREY_POLICY"].params) | {"discretionary": asking}
    )
    rules = rule_set(COUNT, USES, policy)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    found = judge(replace(ENOUGH, storeys=5, footprint_m2=144.0), evaluation, rules)
    assert found.judgements[0].state == "discretionary"
    assert found.judgements[0].remedy.code == "ASK_FOR_STOREYS"
    assert found.state == "discretionary"


def test_balconies_count_in_parts_and_a_small_light_well_in_full():
    parts = (
        BuiltPart("ROOM", 700.0),
        BuiltPart("BALCONY_3_SIDES", 30.0),
        BuiltPart("BALCONY_2_SIDES", 10.0),
        BuiltPart("BALCONY_OPEN", 50.0),
        BuiltPart("LIGHT_WELL", 4.0),
        BuiltPart("LIGHT_WELL", 6.0),
    )
    found = point("floor_area_m2", Proposal(parts=parts))
    assert found.proposed == 700.0 + 20.0 + 5.0 + 4.0
    assert (found.state, found.limit, found.excess) == ("fails", 720.0, 9.0)
    assert found.remedy.code == "REDUCE_FLOOR_AREA_TO"


def test_a_part_that_the_law_does_not_name_leaves_the_floor_area_unknown():
    found = point("floor_area_m2", Proposal(parts=(BuiltPart("GREENHOUSE", 10.0),)))
    assert (found.state, found.reason.code) == ("unknown", "KIND_NOT_TOLD")


def test_a_footprint_within_the_envelope_passes_and_a_strip_of_a_millimetre_outside_does_not():
    yard_side = shapely.box(X + 2, Y + 12, X + 10, Y + 20)
    assert point("footprint_outside_m2", Proposal(footprint=yard_side)).state == "passes"
    over = shapely.box(X - 0.001, Y + 12, X + 10, Y + 20)
    found = point("footprint_outside_m2", Proposal(footprint=over))
    assert found.state == "fails"
    assert found.excess == pytest.approx(0.008, abs=1e-5)
    assert found.remedy.code == "STAY_INSIDE_ENVELOPE"


def test_the_envelope_of_the_answer_as_it_is_told_to_the_millimetre_fits_into_it():
    told = as_document(REFERENCE)["geometries"]["envelope"]
    assert point("footprint_outside_m2", Proposal(footprint=shapely.geometry.shape(told))).state == "passes"


def test_a_mere_area_must_also_have_room_in_the_envelope():
    narrow = replace(RULES["DEPTH60"], params=dict(RULES["DEPTH60"].params) | {"depth_share": 0.3})
    rules = rule_set(COUNT, USES, narrow)
    assert point("footprint_m2", ENOUGH).state == "passes"
    found = point("footprint_m2", ENOUGH, rules)
    assert (found.state, found.finding) == ("fails", "footprint_m2")
    assert found.limit < 165


def test_storeys_of_which_nobody_says_the_parts_count_in_full():
    found = point("floor_area_m2", Proposal(storeys=4, footprint_m2=200.0))
    assert (found.state, found.proposed, found.excess) == ("fails", 800.0, 80.0)
    assert found.reason.code == "COUNTED_IN_FULL"
    assert (found.remedy.code, found.remedy.args) == ("REDUCE_FLOOR_AREA_TO", {"limit": 720.0})


def test_a_floor_area_that_hangs_on_an_agency_says_so_and_not_only_how_it_was_counted():
    agency = Reason("AGENCY", {"agencies": ["power-company"]})
    cap = replace(REFERENCE.findings["far_cap_m2"], state="conditional", reason=agency)
    evaluation = replace(REFERENCE, findings={**REFERENCE.findings, "far_cap_m2": cap})
    told = judge(Proposal(storeys=4, footprint_m2=165.0), evaluation, HELD).judgements
    (found,) = [one for one in told if one.key == "floor_area_m2"]
    assert (found.state, found.reason) == ("discretionary", agency)


def test_of_a_building_that_reaches_over_no_street_nobody_asks_what_stays_free_below():
    over = replace(REFERENCE.findings["projection_m"], value=0.8)
    evaluation = replace(REFERENCE, findings={**REFERENCE.findings, "projection_m": over})
    for reach_m, free in ((0.0, None), (0.5, Reason("FREE_UNDER_PROJECTION", {"clearance_m": 3.5}))):
        told = judge(Proposal(projection_m=reach_m), evaluation, HELD).judgements
        assert [(one.state, one.reason) for one in told if one.key == "projection_m"] == [("passes", free)]


LOW = {"planes": [{"from": "PASSAGE", "base_height_m": 1, "angle_deg": 20}]}


@pytest.mark.parametrize(("effect", "state"), [("ASK", "discretionary"), ("LIMIT", "fails")])
def test_a_building_above_the_light_plane_is_asked_for_or_fails_as_the_rule_says(effect, state):
    rules = rule_set(COUNT, USES, replace(RULES["LIGHT"], params=LOW | {"effect": effect}))
    found = point("light_m", Proposal(height_m=14.0), rules)
    assert found.state == state
    assert found.excess == pytest.approx(14.0 - found.limit)
    assert found.remedy.args["limit"] == found.limit


def test_where_no_light_is_owed_a_building_of_any_height_passes_that_point():
    found = point("light_m", Proposal(height_m=40.0))
    assert (found.state, found.limit) == ("passes", None)


def test_storeys_are_held_against_the_light_plane_by_their_height():
    assert point("light_m", Proposal(storeys=4)).proposed == pytest.approx(17.1)


def test_without_a_rule_of_light_planes_nobody_says_that_the_light_is_enough():
    assert point("light_m", Proposal(storeys=1), rule_set(without=("LIGHT",))).reason.code == "NO_RULE"


def test_a_footprint_that_crosses_itself_is_refused_as_unknown():
    crossing = shapely.Polygon([(X, Y), (X + 5, Y + 5), (X + 5, Y), (X, Y + 5)])
    assert point("footprint_outside_m2", Proposal(footprint=crossing)).reason.code == "INVALID_FOOTPRINT"


@pytest.mark.parametrize("status", ["IN_PLAN", "NO_ACCESS"])
def test_on_a_lot_that_gets_no_permit_nothing_passes(status):
    found = judge(ENOUGH, replace(REFERENCE, status=status), HELD)
    assert found.state == "fails"
    assert (found.judgements[0].key, found.judgements[0].reason.code) == ("permit", status)
    assert judge(Proposal(), replace(REFERENCE, status=status), HELD).judgements == ()


def test_where_nobody_knows_of_an_access_the_whole_is_unknown():
    unsure = replace(REFERENCE.findings["access"], value=None, state="unknown")
    evaluation = replace(REFERENCE, findings={**REFERENCE.findings, "access": unsure})
    assert judge(ENOUGH, evaluation, HELD).state == "unknown"


def test_three_bays_too_few_are_named():
    found = point("bays", replace(ENOUGH, bays=5))
    assert (found.state, found.limit, found.excess) == ("fails", 8, 3.0)
    assert (found.remedy.code, found.remedy.args) == ("ADD_BAYS", {"bays": 3})


def test_bays_without_any_dwelling_or_use_are_not_enough_but_unknown():
    found = point("bays", Proposal(bays=2))
    assert (found.state, found.reason.code) == ("unknown", "UNITS_NOT_TOLD")


def test_more_bays_than_fit_under_the_footprint_pass_with_a_remark():
    found = point("bays", ENOUGH)
    assert found.state == "passes"
    assert (found.reason.code, found.reason.args) == ("BAYS_BEYOND_ROOF", {"bays": 5})
    assert point("bays", replace(ENOUGH, units_m2=(82.5,), bays=4)).reason is None
    # As many as fit fit.
    assert point("bays", replace(ENOUGH, units_m2=(82.5,) * 5, bays=5)).reason is None
    assert point("bays", replace(ENOUGH, units_m2=(82.5,) * 5, bays=6)).reason.args == {"bays": 5}


@pytest.mark.parametrize(
    ("floor_area_m2", "storeys", "dwellings"),
    [(60.0, 1.0, 1), (164.9, 1.0, 1), (165.0, 1.0, 2), (165.0, 2.5, 3), (165.0, 3.0, 3)],
)
def test_a_building_is_foreseen_with_whole_dwellings_and_one_at_least_on_each_storey_begun(
    floor_area_m2, storeys, dwellings
):
    one_each = RULES["PARK"].params | {"bands": [{"from": 0, "bays": 1}]}
    assert parking_need(floor_area_m2, storeys, replace(RULES["PARK"], params=one_each)) == dwellings


def test_a_shop_beside_the_dwellings_leaves_the_bays_unknown_until_its_area_is_told():
    shop = {"area_m2": 50, "m2_per_bay": 25}
    mixed = replace(ENOUGH, uses=("housing", "shop"))
    found = point("bays", mixed)
    assert (found.state, found.reason.code, found.reason.args) == (
        "unknown",
        "OTHER_USES_NOT_TOLD",
        {"bays": 8},
    )
    assert point("bays", replace(mixed, bays=7)).state == "fails"
    assert point("bays", replace(mixed, other_uses=(shop,), bays=10)).state == "passes"


NEEDS = {"shop": {"m2_per_bay": 25}, "clinic": {"m2_per_bay": 50, "surcharge_share": 0.3}}


def parked(proposal, uses=NEEDS):
    params = {**RULES["PARK"].params, **({"uses": uses} if uses else {})}
    rules = rule_set(replace(RULES["PARK"], params=params))
    (found,) = [entry for entry in judge(proposal, REFERENCE, rules).judgements if entry.key == "bays"]
    return found


def test_the_bays_of_a_mixed_building_are_those_of_its_dwellings_and_of_each_use_by_its_area():
    mixed = replace(ENOUGH, uses=("housing", "shop", "clinic"))
    told = replace(mixed, use_areas_m2=(("shop", 60.0), ("clinic", 100.0)), bays=13)
    # 8 dwellings of 82.5 m², 60 / 25 = 2.4 for the shop, 100 / 50 × 1.3 = 2.6 for the clinic: 13 in all.
    assert (parked(told).state, parked(told).limit) == ("passes", 13)
    short = parked(replace(told, bays=12))
    assert (short.state, short.remedy.args) == ("fails", {"bays": 1})
    only_shop = replace(mixed, use_areas_m2=(("shop", 60.0),), bays=13)
    assert parked(only_shop).reason.code == "OTHER_USES_NOT_TOLD"


def test_a_building_of_shops_alone_needs_no_dwelling_for_its_bays_to_be_judged():
    shops = Proposal(uses=("shop",), use_areas_m2=(("shop", 110.0),), bays=5)
    assert (parked(shops).state, parked(shops).limit) == ("passes", 5)
    assert parked(replace(shops, bays=4)).state == "fails"


def test_a_use_of_whose_bays_the_rule_says_nothing_leaves_them_unknown_but_too_few_are_too_few():
    mixed = replace(ENOUGH, uses=("housing", "cinema"), use_areas_m2=(("cinema", 400.0),))
    for uses in (NEEDS, None):
        found = parked(mixed, uses)
        assert (found.state, found.reason.code, found.reason.args) == (
            "unknown",
            "NO_BAYS_OF_USE",
            {"uses": ["cinema"]},
        )
    assert parked(replace(mixed, bays=7)).state == "fails"


@pytest.mark.parametrize("area_m2", [-1.0, float("nan"), float("inf")])
def test_an_area_of_a_use_that_cannot_be_is_refused(area_m2):
    with pytest.raises(ValueError, match="finite"):
        Proposal(use_areas_m2=(("shop", area_m2),))


@pytest.mark.parametrize(
    ("use", "state"),
    [("housing", "passes"), ("shop", "discretionary"), ("workshop", "fails"), ("cinema", "unknown")],
)
def test_a_use_is_judged_by_the_cell_of_the_matrix_and_an_unnamed_one_is_unknown(use, state):
    assert point("use", Proposal(uses=(use,))).state == state


@pytest.mark.parametrize("kind", ["COV", "STOREY"])
def test_without_its_rule_a_point_is_unknown_and_the_whole_never_passes(kind):
    rules = rule_set(COUNT, USES, without=(kind,))
    assert verdict(ENOUGH, rules).state == "unknown"


def test_nothing_proposed_is_nothing_passed():
    assert verdict(Proposal()).state == "unknown"


@given(st.floats(0.5, 12), st.floats(10, 400))
def test_what_passes_still_passes_when_it_is_made_smaller(storeys, footprint_m2):
    large = verdict(Proposal(storeys=storeys, footprint_m2=footprint_m2))
    small = verdict(Proposal(storeys=storeys / 2, footprint_m2=footprint_m2 / 2))
    assert large.state != "passes" or small.state == "passes"


@given(st.floats(0.5, 12), st.floats(10, 400))
def test_what_is_reduced_to_the_limit_passes(storeys, footprint_m2):
    found = verdict(Proposal(storeys=storeys, footprint_m2=footprint_m2))
    limits = {judgement.key: judgement.limit for judgement in found.judgements}
    mended = Proposal(
        storeys=min(storeys, limits["storeys"]), footprint_m2=min(footprint_m2, limits["footprint_m2"])
    )
    assert verdict(mended).state == "passes"


def test_a_waived_bay_is_none_of_a_building_that_needs_none():
    rule = {
        "bands": [{"from": 0, "bays": 0}],
        "rounding": "CEIL_TOTAL",
        "waiver": "ONE_IF_ODD_UNITS_AFTER_ROUNDING",
    }
    assert bays([40.0], rule).required == 0
