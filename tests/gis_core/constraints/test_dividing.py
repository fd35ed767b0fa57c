"""A drawn subdivision is judged lot by lot: what passes, what fails, and by how much."""

import numpy as np
import pytest
import shapely

from gis_core.constraints.cutting import cut_by_lines, cut_evenly
from gis_core.constraints.dividing import checks_of, divide, grounds_here, land_to_divide
from gis_core.constraints.parameters import faults
from gis_core.constraints.parcelling import subdivide
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    reference_corner,
    rule_set,
    streets,
)

EAST = np.array([1.0, 0.0])
#: 60 by 40 metres, its long side on the street.
FIELD = shapely.Polygon([(X, Y), (X + 60, Y), (X + 60, Y + 40), (X, Y + 40)])
SIZES = {"parent_min_m2": 2000, "lot_min_m2": 500, "width_min_m": 10, "ratio_max": 5}


def field(planned: float = 8, **sizes):
    """The evaluations of the field on a street of eight metres, under a rule on its division."""
    params = dict(RULES["SUBDIV"].params) | SIZES | sizes
    around = reference_corner(
        edges=edges_of(FIELD, ("passage", 0), *[("neighbour", -1)] * 3),
        passages=streets({"key": "front", "line": FRONT_LINE, "existing": 8, "planned": planned}),
    )
    return answer_for(a_lot(FIELD), around, rule_set(Rule("DIVIDING", "SUBDIV", params)))


def failing(found):
    return [(check.code, check.lot) for check in found.checks if not check.passes]


def test_four_lots_beside_one_another_pass_with_their_areas_fronts_and_widths():
    evaluations = field()
    lots = cut_evenly(land_to_divide(evaluations, 0), 4, EAST, "BESIDE")
    found = divide(evaluations, 0, lots, shapes())
    assert found.state == "passes"
    assert found.area_m2.tolist() == pytest.approx([600] * 4)
    assert found.frontage_m.tolist() == pytest.approx([15] * 4, abs=1e-3)
    assert found.width_m.tolist() == pytest.approx([15] * 4)


def test_lots_behind_one_another_lack_access_and_are_told_so_by_number():
    evaluations = field()
    lots = cut_evenly(land_to_divide(evaluations, 0), 2, EAST, "BEHIND")
    found = divide(evaluations, 0, lots, shapes())
    without = int(np.argmin(found.frontage_m))
    assert failing(found) == [("ACCESS", without)]
    assert found.of_lot(without)[-1].by == pytest.approx(found.checks[-1].limit)


def test_a_road_of_their_own_gives_lots_behind_access():
    evaluations = field(lot_min_m2=300)
    road = shapely.box(X + 27, Y, X + 33, Y + 40)
    corners = [(x, y) for y in (0, 20) for x in (0, 33)]
    lots = shapes(*[shapely.box(X + x, Y + y, X + x + 27, Y + y + 20) for x, y in corners])
    found = divide(evaluations, 0, lots, shapes(road))
    assert found.state == "passes"
    assert found.frontage_m.tolist() == pytest.approx([27, 27, 0, 0], abs=1e-3)
    assert found.access_m.tolist() == pytest.approx([47, 47, 20, 20], abs=1e-3)


def test_too_small_and_too_narrow_lots_are_told_by_how_much():
    evaluations = field()
    found = divide(evaluations, 0, cut_evenly(FIELD, 8, EAST, "BESIDE"), shapes())
    assert {code for code, _ in failing(found)} == {"LOT_AREA", "LOT_WIDTH", "LENGTH_TO_WIDTH"}
    area, width, ratio, access = found.of_lot(3)
    assert (area.by, width.by, ratio.by) == pytest.approx((200.0, 2.5, 40 / 7.5 - 5))
    assert access.passes


def test_land_that_the_street_takes_cannot_be_given_to_a_lot():
    evaluations = field(planned=12)
    assert land_to_divide(evaluations, 0).area == pytest.approx(60 * 38)
    found = divide(evaluations, 0, cut_evenly(FIELD, 4, EAST, "BESIDE"), shapes())
    outside = next(check for check in found.checks if check.code == "INSIDE_PARENT")
    assert outside.by == pytest.approx(120.0, abs=0.02)
    lots = cut_evenly(land_to_divide(evaluations, 0), 3, EAST, "BESIDE")
    assert divide(evaluations, 0, lots, shapes()).state == "passes"


def test_a_parent_that_is_too_small_fails_however_it_is_cut():
    evaluations = field(parent_min_m2=2500)
    found = divide(evaluations, 0, cut_evenly(FIELD, 2, EAST, "BESIDE"), shapes())
    assert failing(found) == [("PARENT_AREA", None)]
    assert found.checks[0].by == pytest.approx(100.0)


def test_corners_drawn_two_centimetres_off_are_on_the_border_and_half_a_metre_is_a_gap():
    evaluations = field()
    halves = [[(0, 0), (30, 0), (30, 40), (0, 40)], [(30, 0), (60, 0), (60, 40), (30, 40)]]

    def drawn(off):
        return shapes(
            *[shapely.Polygon([(X + x, Y + y + off * (y == 40)) for x, y in half]) for half in halves]
        )

    assert divide(evaluations, 0, drawn(-0.02), shapes()).state == "passes"
    gap = next(
        check for check in divide(evaluations, 0, drawn(-0.5), shapes()).checks if check.code == "NO_GAP"
    )
    assert gap.by == pytest.approx(30.0 - gap.limit)


def test_where_the_street_has_no_width_nobody_says_that_it_passes():
    evaluations = field(planned=np.nan)
    found = divide(evaluations, 0, cut_evenly(FIELD, 4, EAST, "BESIDE"), shapes())
    assert found.state == "unknown"
    assert found.reason.code == "WIDTH_UNKNOWN"


def test_where_the_land_is_not_known_a_gap_is_no_failure_and_a_small_lot_is_one():
    evaluations = field(planned=np.nan)
    inside = shapes(*[shapely.box(X + x, Y + 3, X + x + 15, Y + 40) for x in (0, 15, 30, 45)])
    assert divide(evaluations, 0, inside, shapes()).state == "unknown"
    assert divide(evaluations, 0, cut_evenly(FIELD, 8, EAST, "BESIDE"), shapes()).state == "fails"


ASKED_FOR = {"applies_above_m2": 500, "public_percent": 25, "passage_percent_of_remainder": 25}


def shares_of(**changed):
    evaluations = field(**ASKED_FOR | changed)
    found = divide(evaluations, 0, cut_evenly(FIELD, 2, EAST, "BESIDE"), shapes())
    return found.shares.public_m2, found.shares.passages_m2, found.shares.remainder_m2


def test_what_may_be_asked_of_divided_land_follows_each_field_of_the_rule():
    assert shares_of() == pytest.approx((600.0, 450.0, 1350.0))
    assert shares_of(public_percent=10) == pytest.approx((240.0, 540.0, 1620.0))
    assert shares_of(passage_percent_of_remainder=0) == pytest.approx((600.0, 0.0, 1800.0))
    assert shares_of(applies_above_m2=2400) == pytest.approx((0.0, 0.0, 2400.0))
    plain = field()
    assert divide(plain, 0, cut_evenly(FIELD, 2, EAST, "BESIDE"), shapes()).shares is None


def test_a_rule_that_tells_half_of_what_may_be_asked_is_refused():
    params = dict(RULES["SUBDIV"].params) | SIZES
    assert faults("SUBDIV", params | ASKED_FOR) == []
    (said,) = faults("SUBDIV", params | {"public_percent": 25})
    assert said.startswith("applies_above_m2, passage_percent_of_remainder missing")


def cut_in_eight(ground, **params):
    lots = cut_evenly(FIELD, 8, EAST, "BESIDE")
    return divide(field(forced_subdivision_exempt=True, **params), 0, lots, shapes(), ground)


def test_lots_that_a_court_makes_are_spared_their_sizes_where_the_rule_names_courts():
    found = cut_in_eight("COURT", forced_grounds=["COURT"])
    assert (found.state, found.spared) == ("passes", True)
    assert {code for code, _ in failing(found)} == {"LOT_AREA", "LOT_WIDTH", "LENGTH_TO_WIDTH"}
    assert not any(check.fails for check in found.checks)


def test_a_ground_that_the_rule_does_not_name_spares_nothing_and_a_street_needs_no_name():
    assert cut_in_eight("COURT").state == "fails"
    assert cut_in_eight("STREET").state == "passes"
    assert cut_in_eight("STREET", forced_grounds=["COURT"]).state == "fails"
    assert cut_in_eight("").state == "fails"


def test_a_forced_subdivision_still_gives_each_lot_its_access():
    evaluations = field(forced_subdivision_exempt=True)
    found = divide(evaluations, 0, cut_evenly(FIELD, 2, EAST, "BEHIND"), shapes(), "STREET")
    assert (found.state, {check.code for check in found.checks if check.fails}) == ("fails", {"ACCESS"})


def test_a_street_of_the_plan_that_cuts_the_land_in_two_is_seen():
    through = {"key": "new street", "form": "RIGHT_OF_WAY", "planned": 4}
    ahead = {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8}

    def cut(*more):
        around = reference_corner(
            edges=edges_of(FIELD, ("passage", 0), *[("neighbour", -1)] * 3), passages=streets(ahead, *more)
        )
        rules = rule_set(Rule("DIVIDING", "SUBDIV", dict(RULES["SUBDIV"].params) | SIZES))
        evaluations = answer_for(a_lot(FIELD), around, rules)
        return divide(evaluations, 0, shapes(land_to_divide(evaluations, 0)), shapes()).street_cuts

    assert cut() is False
    assert cut(through | {"line": shapely.box(X - 50, Y + 10, X + 90, Y + 14)}) is True


def test_what_forces_a_subdivision_is_offered_as_the_rule_names_it():
    assert grounds_here(field(forced_grounds=["STREET", "INHERITANCE"]), 0) == ("STREET", "INHERITANCE")
    assert grounds_here(field(forced_subdivision_exempt=False), 0) == ()


def test_grounds_that_nobody_knows_or_that_spare_nobody_are_refused():
    params = dict(RULES["SUBDIV"].params)
    (said,) = faults("SUBDIV", params | {"forced_grounds": ["STREET", "WISH"]})
    assert "forced_grounds[1]" in said
    (said,) = faults("SUBDIV", params | {"forced_subdivision_exempt": False, "forced_grounds": ["COURT"]})
    assert "spares nobody" in said


def test_without_a_rule_nothing_is_judged_and_the_reason_is_told():
    around = reference_corner(
        edges=edges_of(FIELD, ("passage", 0), *[("neighbour", -1)] * 3),
        passages=streets({"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8}),
    )
    evaluations = answer_for(a_lot(FIELD), around, rule_set(without=("SUBDIV",)))
    found = divide(evaluations, 0, cut_evenly(FIELD, 2, EAST, "BESIDE"), shapes())
    assert (found.state, found.reason.code, found.checks) == ("unknown", "NO_RULE", ())


def test_the_checks_fail_exactly_where_the_rule_book_says_so():
    params = dict(RULES["SUBDIV"].params) | SIZES
    random = np.random.default_rng(4)
    for _ in range(60):
        shifted = shapely.box(X + random.uniform(-1, 1), Y, X + random.uniform(20, 40), Y + 40)
        lots = shapes(shifted, shapely.box(X + random.uniform(20, 40), Y, X + 60, Y + random.uniform(39, 41)))
        found = subdivide(FIELD, lots, shapes(), shapes(FIELD.exterior), params)
        checks = checks_of(found, float(shapely.area(lots).sum()), params)
        assert {check.code for check in checks if not check.passes} == set(found.failed)


def test_a_line_that_ends_inside_goes_on_and_a_second_one_may_end_on_it():
    first = shapely.LineString([(X + 30, Y + 5), (X + 30, Y + 30)])
    second = shapely.LineString([(X + 30.05, Y + 20), (X + 58, Y + 20)])
    parts = cut_by_lines(FIELD, [first, second])
    assert sorted(shapely.area(parts).tolist()) == pytest.approx([600, 600, 1200])
    assert shapely.union_all(parts).symmetric_difference(FIELD).area == pytest.approx(0, abs=1e-6)


def test_a_line_beside_the_land_cuts_nothing():
    line = shapely.LineString([(X, Y - 5), (X + 60, Y - 5)])
    assert cut_by_lines(FIELD, [line]).tolist() == [FIELD]


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("how", ["BESIDE", "BEHIND"])
def test_even_parts_of_a_crooked_lot_have_one_area_and_tile_it(count, how):
    crooked = shapely.Polygon([(X, Y), (X + 31.2, Y + 3.7), (X + 28.4, Y + 44.1), (X - 4.3, Y + 39.8)])
    parts = cut_evenly(crooked, count, np.array([31.2, 3.7]), how)
    assert len(parts) == count
    assert shapely.area(parts) == pytest.approx(crooked.area / count, abs=1e-3)
    assert shapely.union_all(parts).symmetric_difference(crooked).area == pytest.approx(0, abs=1e-6)
