"""A corrected line says where a street will end, for the lots along it, in place of the street's widths."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely

from gis_core.constraints.findings import as_document
from gis_core.constraints.plane import shapes
from gis_core.constraints.values import CorrectedLines, Edges
from tests.gis_core.constraints.scenes import (
    FRONT_LINE,
    REFERENCE_LOT,
    SIDE_LINE,
    X,
    Y,
    a_lot,
    answer_for,
    edges_of,
    reason,
    reference_corner,
    streets,
    turn_one,
    turned,
    values_of,
)

DRAWING = {"article": "sheet 4", "source_code": "drawing-1403", "source_title_fa": "نقشهٔ بر و کف"}


def lines(*rows: tuple[str, int, list[tuple[float, float]]]) -> CorrectedLines:
    """Lines by code, street and points from the corner of the reference lot."""
    told = np.empty(len(rows), dtype=object)
    told[:] = [dict(DRAWING) for _ in rows]
    return CorrectedLines(
        passage=np.array([passage for _, passage, _ in rows], dtype=np.int64),
        geometry=shapes(*[shapely.LineString([(X + x, Y + y) for x, y in points]) for _, _, points in rows]),
        code=shapes(*[code for code, _, _ in rows]),
        told=told,
    )


def plot_at(x: float) -> shapely.Polygon:
    """A lot of 12 by 25 metres, its front first."""
    return shapely.Polygon([(X + x, Y), (X + x + 12, Y), (X + x + 12, Y + 25), (X + x, Y + 25)])


def corner_with(*rows, **more):
    return answer_for(a_lot(REFERENCE_LOT), reference_corner(corrected=lines(*rows), **more))[0]


def test_the_line_stands_in_place_of_the_planned_width():
    found = values_of(corner_with(("BK-1", 0, [(-30, 1), (50, 1)])))
    assert found["widening_area_m2"] == pytest.approx(12.0)  # one metre; the width would take two
    assert found["corrected_line"] == "BK-1"


def test_an_oblique_line_takes_a_trapezium():
    found = values_of(corner_with(("BK-1", 0, [(0, 1), (12, 2.5)])))
    assert found["widening_area_m2"] == pytest.approx(12 * (1 + 2.5) / 2)


def test_a_bent_line_takes_what_lies_before_each_of_its_pieces():
    found = values_of(corner_with(("BK-1", 0, [(-30, 1), (6, 1), (12, 3), (50, 3)])))
    assert found["widening_area_m2"] == pytest.approx(6 * 1 + 6 * (1 + 3) / 2)


def test_a_line_before_the_frontage_takes_nothing():
    found = values_of(corner_with(("BK-1", 0, [(-30, -1), (50, -1)])))
    assert found["widening_area_m2"] == 0.0


def test_a_line_of_the_other_side_says_nothing():
    found = values_of(corner_with(("BK-1", 0, [(-30, -10), (50, -10)])))
    assert found["widening_area_m2"] == pytest.approx(24.0)
    assert "corrected_line" not in found


def test_each_side_of_a_street_has_its_own_line():
    both = (("NORTH", 0, [(-30, 1), (50, 1)]), ("SOUTH", 0, [(50, -9.5), (-30, -9.5)]))
    assert values_of(corner_with(*both))["corrected_line"] == "NORTH"
    assert values_of(corner_with(*both))["widening_area_m2"] == pytest.approx(12.0)


def test_the_direction_of_the_line_does_not_matter():
    there, back = [(-30, 1), (6, 1.2), (50, 2)], [(50, 2), (6, 1.2), (-30, 1)]
    one, other = (values_of(corner_with(("BK-1", 0, points))) for points in (there, back))
    assert one["widening_area_m2"] == pytest.approx(other["widening_area_m2"], abs=1e-6)


def test_a_corner_with_a_line_on_each_street_names_both():
    evaluation = corner_with(("BK-1", 0, [(-30, 1), (50, 1)]), ("BK-2", 1, [(11, -30), (11, 60)]))
    found = values_of(evaluation)
    assert found["widening_area_m2"] == pytest.approx(12 + 25 - 1)
    assert (found["corrected_line"], found["corrected_line_2"]) == ("BK-1", "BK-2")
    assert evaluation.findings["widening_area_m2"].inputs[-2:] == ("corrected_line", "corrected_line_2")


def test_the_proof_names_line_sheet_and_document():
    rule = as_document(corner_with(("BK-1", 0, [(-30, 1), (50, 1)])))["findings"]["corrected_line"]["rule"]
    assert (rule["code"], rule["kind"], rule["article"]) == ("BK-1", "CORRECTED_LINE", "sheet 4")
    assert (rule["source_code"], rule["source_title_fa"]) == ("drawing-1403", "نقشهٔ بر و کف")


def test_a_line_that_ends_within_the_frontage_must_be_asked_about_and_takes_no_less_than_the_width():
    evaluation = corner_with(("BK-1", 0, [(-30, 3), (6, 3)]))
    assert reason(evaluation, "widening_area_m2") == "CORRECTED_LINE_UNCLEAR"
    assert evaluation.findings["widening_area_m2"].state == "needs_inspection"
    assert values_of(evaluation)["widening_area_m2"] >= 12 * 2 + 6 * 1


def test_two_lines_that_meet_before_a_lot_are_as_good_as_one():
    found = corner_with(("BK-1", 0, [(-30, 1), (6, 1)]), ("BK-2", 0, [(6, 1), (50, 1)]))
    assert found.findings["widening_area_m2"].state == "computed"
    assert values_of(found)["widening_area_m2"] == pytest.approx(12.0)


def test_of_two_lines_for_one_frontage_nobody_can_say_which_holds():
    found = corner_with(("BK-1", 0, [(-30, 1), (50, 1)]), ("BK-2", 0, [(-30, 2), (50, 2)]))
    assert reason(found, "widening_area_m2") == "CORRECTED_LINE_UNCLEAR"
    assert values_of(found)["widening_area_m2"] == pytest.approx(24.0)


def test_a_line_that_cannot_be_read_leaves_unknown_what_is_ceded():
    broken = replace(lines(("BK-1", 0, [(0, 1), (12, 1)])), geometry=shapes(shapely.LineString()))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(corrected=broken))[0]
    assert reason(evaluation, "widening_area_m2") == "CORRECTED_LINE_NOT_DRAWN"
    assert evaluation.findings["net_area_m2"].state == "unknown"


def test_a_street_of_unknown_width_is_no_doubt_where_its_line_is_drawn():
    unmeasured = streets(
        {"key": "front", "line": FRONT_LINE},
        {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8},
    )
    found = corner_with(("BK-1", 0, [(-30, 1), (50, 1)]), passages=unmeasured)
    assert found.findings["widening_area_m2"].state == "computed"
    assert values_of(found)["widening_area_m2"] == pytest.approx(12.0)


def test_a_line_round_the_head_of_a_cul_de_sac_speaks_for_the_lot_at_its_end():
    lot = plot_at(0)
    head = streets(
        {
            "key": "dead end",
            "line": shapely.LineString([(X + 6, Y - 60), (X + 6, Y - 3)]),
            "existing": 6,
            "planned": 6,
        }
    )
    around = reference_corner(
        edges=edges_of(lot, ("passage", 0), ("neighbour", -1), ("neighbour", -1), ("neighbour", -1)),
        passages=head,
        corrected=lines(("HEAD", 0, [(-1, -30), (-1, 1.5), (13, 1.5), (13, -30)])),
    )
    found = values_of(answer_for(a_lot(lot), around)[0])
    assert found["widening_area_m2"] == pytest.approx(12 * 1.5)


def test_edges_along_the_line_are_frontages_on_their_street_again():
    evaluation = corner_with(("BK-1", 0, [(-30, 1), (50, 1)]))
    assert evaluation.findings["access"].value is True
    assert evaluation.findings["envelope_area_m2"].state == "computed"
    assert values_of(evaluation)["chamfer_area_m2"] > 0  # the corner is cut where line and side street meet


@pytest.mark.parametrize("degrees", [17.0, 90.0, 211.3])
def test_the_answer_does_not_change_when_everything_is_turned(degrees):
    around = reference_corner(corrected=lines(("BK-1", 0, [(-30, 1), (6, 1), (12, 3), (50, 3)])))
    plain = values_of(answer_for(a_lot(REFERENCE_LOT), around)[0])
    there = values_of(answer_for(a_lot(turn_one(REFERENCE_LOT, degrees)), turned(around, degrees))[0])
    for key in ("widening_area_m2", "chamfer_area_m2", "net_area_m2"):
        assert there[key] == pytest.approx(plain[key], abs=1e-5)


def test_a_lot_alone_and_among_many_has_the_same_answer_to_the_bit():
    row = [plot_at(12 * k) for k in range(-2, 4)]
    line = lines(("BK-1", 0, [(-30, 1), (5, 1.4), (60, 2.9)]))
    front = streets({"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 12})

    def judged(lots):
        every = [
            edges_of(lot, ("passage", 0), *[("neighbour", -1)] * 3, lot=number)
            for number, lot in enumerate(lots)
        ]
        joined = Edges(*(np.concatenate([getattr(one, name) for one in every]) for name in vars(every[0])))
        many = [a_lot(lot) for lot in lots]
        asked = type(many[0])(
            **{
                name: np.concatenate([getattr(one, name) for one in many])
                for name in ("id", "key", "geometry", "deed_area_m2", "accuracy_m", "has_access")
            }
        )
        around = reference_corner(edges=joined, passages=front, corrected=line)
        return [as_document(one) for one in answer_for(asked, around)]

    together = judged(row)
    widths = [one["findings"]["widening_area_m2"]["value"] for one in together]
    assert all(second > first for first, second in pairwise(widths))
    for lot, found in zip(row, together, strict=True):
        alone = judged([lot])[0]
        assert alone["findings"] == found["findings"]
        assert alone["geometries"] == found["geometries"]
