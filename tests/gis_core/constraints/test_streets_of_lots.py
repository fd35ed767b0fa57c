"""What streets take from lots, and lots that no street reaches."""

import pytest
import shapely

from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    REFERENCE_LOT,
    SIDE_LINE,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    overlays,
    reason,
    reference_corner,
    rule_set,
    streets,
    values_of,
)


def test_a_lot_that_the_street_takes_is_in_the_plan_and_gets_no_numbers():
    motorway = streets(
        {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 56},
        {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8},
    )
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=motorway))[0]
    assert evaluation.status == "IN_PLAN"
    assert reason(evaluation, "net_area_m2") == "IN_PLAN"
    assert evaluation.choices == ()


def test_a_lot_cut_in_two_goes_on_with_its_larger_part_and_the_books_balance():
    cut = streets(
        {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8},
        {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8},
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
    layers = {"planned-streets": Layer("planned-streets", surveyed_extent=WHOLE_PLACE)}
    around = reference_corner(overlays=strip, layers=layers)
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(planned))[0]
    assert evaluation.findings["widening_area_m2"].value == pytest.approx(24.0 + 60.0, abs=1e-6)


def test_a_lot_without_a_passage_has_no_access_and_says_so():
    inside = edges_of(REFERENCE_LOT, *[("neighbour", -1)] * 4)
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(edges=inside))[0]
    assert evaluation.status == "NO_ACCESS"
    assert evaluation.findings["access"].value is False
    assert evaluation.findings["access"].state == "needs_inspection"


def test_a_street_of_one_name_in_two_pieces_makes_no_corner():
    pieces = streets(
        {"key": "Sarv", "line": FRONT_LINE, "existing": 8, "planned": 8},
        {"key": "Sarv", "line": SIDE_LINE, "existing": 8, "planned": 8},
    )
    values = values_of(answer_for(a_lot(REFERENCE_LOT), reference_corner(passages=pieces))[0])
    assert values["chamfer_area_m2"] == 0.0


def test_a_corner_whose_angle_is_outside_the_range_is_left_to_a_person():
    sharp = shapely.Polygon([(X, Y), (X + 30, Y), (X + 30, Y + 18), (X + 23.0389, Y + 18)])
    edges = edges_of(sharp, ("passage", 0), ("neighbour", -1), ("neighbour", -1), ("passage", 1))
    crossing = shapely.LineString([(X - 20, Y - 12), (X + 40, Y + 34.9)])
    around = reference_corner(
        edges=edges,
        passages=streets(
            {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 8},
            {"key": "side", "line": crossing, "existing": 8, "planned": 8},
        ),
    )
    evaluation = answer_for(a_lot(sharp), around)[0]
    assert reason(evaluation, "chamfer_area_m2") == "CORNER_NOT_AUTOMATIC"
    assert evaluation.findings["net_area_m2"].value is None
