"""What streets take from lots, and lots that no street reaches."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_core.constraints.chamfer import Corners, cut_corners
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    X,
    Y,
    a_lot,
    answer_for,
    corner_streets,
    edges_of,
    overlays,
    reason,
    reference_corner,
    rule_set,
    surveyed,
    turn_one,
    turned,
    values_of,
)


def test_a_lot_that_the_street_takes_is_in_the_plan_and_gets_no_numbers():
    motorway = corner_streets({"planned": 56})
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=motorway))[0]
    assert evaluation.status == "IN_PLAN"
    assert reason(evaluation, "net_area_m2") == "IN_PLAN"
    assert evaluation.choices == ()


def test_of_a_lot_that_is_taken_whole_neither_zone_nor_survey_is_said_to_be_missing():
    motorway = corner_streets({"planned": 200})
    around = reference_corner(passages=motorway)
    around = replace(around, layers=surveyed("canals"))
    evaluation = answer_for(a_lot(REFERENCE_LOT), around)[0]
    assert {reason(evaluation, key) for key in ("zone", "far_percent", "uses")} == {"IN_PLAN"}
    assert [entry.reason.code for entry in evaluation.overlays] == ["IN_PLAN"]


def test_a_lot_cut_in_two_goes_on_with_its_larger_part_and_the_books_balance():
    cut = corner_streets(
        {"planned": 8},
        None,
        {
            "key": "new street",
            "line": shapely.box(X - 50, Y + 10, X + 50, Y + 14),
            "form": "RIGHT_OF_WAY",
            "planned": 4,
        },
    )
    values = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=cut))[0])
    assert values["widening_area_m2"] == pytest.approx(48.0, abs=1e-6)
    assert values["other_parts_area_m2"] > 0
    parts = ("widening_area_m2", "other_parts_area_m2", "chamfer_area_m2", "net_area_m2")
    assert sum(values[key] for key in parts) == pytest.approx(values["surveyed_area_m2"], abs=1e-9)


def test_a_planned_street_drawn_as_a_layer_takes_its_land():
    planned = Rule("PLANNED", "PLANNED_STREET", {"layer": "planned-streets"})
    strip = overlays("planned-streets", (shapely.box(X - 50, Y + 20, X + 50, Y + 30), {}))
    layers = surveyed("planned-streets")
    around = reference_corner(overlays=strip, layers=layers)
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(planned))[0]
    assert evaluation.findings["widening_area_m2"].value == pytest.approx(24.0 + 60.0, abs=1e-6)


def test_a_lot_without_a_passage_has_no_access_and_says_so():
    inside = edges_of(REFERENCE_LOT, *[("neighbour", -1)] * 4)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(edges=inside))[0]
    assert evaluation.status == "NO_ACCESS"
    assert evaluation.findings["access"].value is False
    assert evaluation.findings["access"].state == "needs_inspection"


@pytest.mark.parametrize("on_the_map", [np.nan, 1.0], ids=["not derived", "touches a street"])
def test_a_lot_that_only_touches_an_expressway_has_no_access(on_the_map):
    expressway = replace(corner_streets(), legal_access=np.array([False, True]))
    edges = edges_of(REFERENCE_LOT, ("passage", 0), *[("neighbour", -1)] * 3)
    lot = replace(a_lot(REFERENCE_LOT), has_access=np.array([on_the_map]))
    evaluation = answer_for(lot, reference_corner(edges=edges, passages=expressway))[0]
    assert evaluation.status == "NO_ACCESS"
    assert evaluation.findings["access"].value is False
    assert reason(evaluation, "access") == reason(evaluation, "governing_width_m") == "NO_LEGAL_ACCESS"
    # From the side street it may be entered.
    both = answer_for(lot, reference_corner(passages=expressway))[0]
    assert (both.status, both.findings["governing_width_m"].value) == ("NORMAL", 8.0)


def test_a_street_of_one_name_in_two_pieces_makes_no_corner():
    pieces = corner_streets({"key": "Sarv", "planned": 8}, {"key": "Sarv"})
    values = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=pieces))[0])
    assert values["chamfer_area_m2"] == 0.0


def with_a_cut_corner(cut_m, *beyond):
    """The reference lot whose corner was cut before, and what lies beyond the cut."""
    lot = shapely.Polygon([(X, Y), (X + 12 - cut_m, Y), (X + 12, Y + cut_m), (X + 12, Y + 25), (X, Y + 25)])
    edges = edges_of(lot, ("passage", 0), beyond, ("passage", 1), ("neighbour", -1), ("neighbour", -1))
    around = reference_corner(edges=edges, passages=corner_streets({"planned": 8}))
    return answer_for(a_lot(lot), around)[0].findings["chamfer_area_m2"]


@pytest.mark.parametrize("beyond", [("open", -1), ("passage", 0), ("passage", 1)], ids=str)
def test_a_corner_that_was_cut_less_than_the_rule_asks_loses_the_rest_whatever_lies_beyond_the_cut(beyond):
    # (8 + 8) / 10 = 1.60 m along the base takes 0.64 m²; half a square metre of that is gone already.
    found = with_a_cut_corner(1.0, *beyond)
    assert (found.value, found.state) == (0.14, "computed")
    assert with_a_cut_corner(2.0, *beyond).value == 0.0


def test_a_square_between_two_frontages_is_no_corner():
    found = with_a_cut_corner(11.0, "open", -1)
    assert (found.value, found.state) == (0.0, "computed")


def test_a_corner_whose_angle_is_outside_the_range_is_left_to_a_person():
    sharp = shapely.Polygon([(X, Y), (X + 30, Y), (X + 30, Y + 18), (X + 23.0389, Y + 18)])
    edges = edges_of(sharp, ("passage", 0), ("neighbour", -1), ("neighbour", -1), ("passage", 1))
    crossing = shapely.LineString([(X - 20, Y - 12), (X + 40, Y + 34.9)])
    around = reference_corner(
        edges=edges,
        passages=corner_streets({"planned": 8}, {"line": crossing}),
    )
    evaluation = answer_for(a_lot(sharp), around)[0]
    assert reason(evaluation, "chamfer_area_m2") == "CORNER_NOT_AUTOMATIC"
    assert evaluation.findings["net_area_m2"].value is None


BY_WIDTH = Rule(
    "BY-WIDTH",
    "STOREY",
    {
        "limit": "BY_WIDTH",
        "bands": [{"from": 0, "to": 9, "storeys": 3}, {"from": 9, "to": None, "storeys": 5}],
    },
)
HALF_A_METRE = Rule(
    "ACCURACY",
    "ACCURACY",
    {
        "measure": "INSCRIBED_DIAMETER",
        "combine": "SUM",
        "parcel_accuracy_m": 0.1,
        "layer_accuracy_m": 0.2,
        "recorded_width_accuracy_m": 0.34,
    },
)


def on_basis(width_basis):
    policy = {"width_basis": width_basis, "which_passage": "WIDEST_WITH_LEGAL_ACCESS", "discretionary": None}
    return Rule("WIDTHS", "STOREY_POLICY", policy)


def measured(front_m, side_m=np.nan):
    """The reference corner, its front and side passages 8 m wide on record and as measured here."""
    edges = reference_corner().edges
    return reference_corner(edges=replace(edges, width_m=np.array([front_m, side_m, np.nan, np.nan])))


@pytest.mark.parametrize(
    ("measured_m", "state"),
    [
        (8.0, "computed"),
        (8.49, "computed"),  # parcels of 0.08 m on both sides and a record of 0.34 m: half a metre
        (8.501, "computed"),  # to the millimetre
        (8.51, "needs_inspection"),
        (7.4, "computed"),  # the side passage, 8 m on record, governs then
        (np.nan, "computed"),  # nobody measured
    ],
)
def test_a_street_that_measures_other_than_its_record_is_inspected(measured_m, state):
    rules = rule_set(on_basis("EXIST"), HALF_A_METRE, BY_WIDTH)
    evaluation = answer_for(a_lot(REFERENCE_LOT), measured(measured_m), rules)[0]
    assert evaluation.findings["governing_width_m"].state == state
    assert evaluation.findings["governing_width_m"].value == 8.0


def test_what_follows_from_a_doubtful_width_waits_for_the_same_inspection():
    rules = rule_set(on_basis("EXIST"), HALF_A_METRE, BY_WIDTH)
    evaluation = answer_for(a_lot(REFERENCE_LOT), measured(9.5, 8.0), rules)[0]
    told = {"street": "front", "recorded_m": 8.0, "measured_m": 9.5}
    for key in ("governing_width_m", "storeys", "reachable_floor_area_m2"):
        assert evaluation.findings[key].state == "needs_inspection"
        assert reason(evaluation, key) == "WIDTHS_DIFFER"
        assert evaluation.findings[key].reason.args == told
    assert evaluation.findings["storeys"].inputs == ("zone", "governing_width_m")
    assert [edge.measured_width_m for edge in evaluation.edges] == [9.5, 8.0, None, None]


def test_storeys_that_no_width_limits_do_not_wait_for_it():
    rules = rule_set(on_basis("EXIST"), HALF_A_METRE)
    evaluation = answer_for(a_lot(REFERENCE_LOT), measured(9.5), rules)[0]
    assert evaluation.findings["governing_width_m"].state == "needs_inspection"
    assert evaluation.findings["storeys"].state == "computed"


def test_where_the_planned_width_counts_the_difference_is_told_and_changes_nothing():
    rules = rule_set(on_basis("PLAN"), HALF_A_METRE, BY_WIDTH)
    evaluation = answer_for(a_lot(REFERENCE_LOT), measured(9.5, 7.0), rules)[0]
    width = evaluation.findings["governing_width_m"]
    assert (width.value, width.state) == (12.0, "computed")
    assert width.reason.code == "WIDTHS_DIFFER"
    assert width.reason.args["street"] == "front"  # of two differences the larger one
    assert evaluation.findings["storeys"].state == "computed"


def test_a_measured_width_stands_in_for_a_missing_record():
    unrecorded = corner_streets({"existing": np.nan})
    around = replace(measured(9.5), passages=unrecorded)
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(on_basis("EXIST"), HALF_A_METRE))[0]
    assert evaluation.findings["governing_width_m"].value == 9.5
    assert evaluation.findings["governing_width_m"].state == "computed"


@pytest.mark.parametrize("degrees", [0.0, 1.0, 45.0, 123.4])
def test_a_lot_that_already_ends_where_its_street_will_loses_its_corner_all_the_same(degrees):
    # Its front edge lies on the street's planned line: nothing is ceded, and the overlay may turn its ring.
    lot = shapely.Polygon([(X, Y + 2), (X + 14, Y + 2), (X + 12, Y + 25), (X + 2, Y + 23)])
    kinds = (("passage", 0), ("passage", 1), ("neighbour", -1), ("neighbour", -1))
    around = turned(reference_corner(edges=edges_of(lot, *kinds)), degrees)
    evaluation = answer_for(a_lot(turn_one(lot, degrees)), around)[0]
    assert evaluation.findings["widening_area_m2"].value == pytest.approx(0.0, abs=1e-5)
    assert evaluation.findings["chamfer_area_m2"].value == pytest.approx(1.0906, abs=1e-3)


def test_a_corner_at_a_street_of_unknown_width_is_not_cut_and_said_to_be_unknown_not_uncut():
    lots = shapes(REFERENCE_LOT)
    front = shapely.LineString([(X, Y), (X + 12, Y)])
    side = shapely.LineString([(X + 12, Y), (X + 12, Y + 25)])
    size = np.empty(1, dtype=object)
    size[0] = {"kind": "SUM_OVER_TEN"}
    policy = {"automatic_angle_deg": [45, 135], "minimum_leg_m": None, "clip": "EACH_LEG"}
    for width_m, status, lost_m2 in ((np.nan, "UNKNOWN", 0.0), (12.0, "CUT", 1.0)):
        corners = Corners(
            np.array([0]), shapes(front), shapes(side), np.array([width_m]), np.array([8.0]),
            size, np.array(["BASE"], dtype=object),
        )  # fmt: skip
        found = cut_corners(lots, corners, policy)
        assert found.status.tolist() == [status]
        assert found.lost_m2[0] == pytest.approx(lost_m2)
        assert np.isnan(found.leg_1_m[0]) == np.isnan(width_m)


def test_no_line_is_drawn_to_build_to_where_nobody_knows_what_the_street_takes():
    evaluation = answer_for(
        a_lot(REFERENCE_LOT), reference_corner(passages=corner_streets({"planned": np.nan}))
    )[0]
    assert evaluation.findings["envelope_area_m2"].value is None
    assert evaluation.geometries["envelope"].is_empty
    assert evaluation.geometries["line60"].is_empty
    known = answer_for(a_lot(REFERENCE_LOT), reference_corner())[0]
    assert known.geometries["envelope"].area == pytest.approx(187.6)
    assert not known.geometries["line60"].is_empty
