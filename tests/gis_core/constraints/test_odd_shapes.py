"""Every odd shape gets an answer or a clear refusal: slivers, holes, necks, spikes, far too many corners."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely

from gis_core.constraints.plane import cleaned, shapes
from gis_core.constraints.rules import Rule
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
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
    surveyed,
    values_of,
    zones,
)

RING = list(REFERENCE_LOT.exterior.coords)
COURT = [(X + 4, Y + 10), (X + 8, Y + 10), (X + 8, Y + 14), (X + 4, Y + 14)]


def ring(*points):
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(X + x, Y + y) for x, y in points])


def beyond(start, end):
    """What lies beyond an edge at the reference corner: the front in the south, the side in the east."""
    if abs(start[1] - Y) < 1e-6 and abs(end[1] - Y) < 1e-6:
        return "passage", 0
    if abs(start[0] - X - 12) < 1e-6 and abs(end[0] - X - 12) < 1e-6:
        return "passage", 1
    return "neighbour", -1


def judged(shape, *, edges_from=None):
    """The answer for a shape that stands at the reference corner."""
    drawn = edges_from or shape
    kinds = [beyond(*pair) for pair in pairwise(drawn.exterior.coords)]
    around = reference_corner(edges=edges_of(drawn, *kinds))
    return answer_for(replace(a_lot(REFERENCE_LOT), geometry=shapes(shape)), around)[0]


def refused(shape):
    return judged(shape, edges_from=REFERENCE_LOT)


def the_books_balance(evaluation):
    values = values_of(evaluation)
    parts = ("widening_area_m2", "other_parts_area_m2", "chamfer_area_m2", "net_area_m2")
    return sum(values[key] for key in parts) == pytest.approx(values["surveyed_area_m2"], abs=1e-9)


# --- shapes with an answer ---------------------------------------------------------------------------


def test_a_sliver_of_land_that_the_street_takes_lies_in_the_plan():
    evaluation = judged(ring((0, 0), (25, 0), (25, 0.04), (0, 0.04)))
    assert evaluation.status == "IN_PLAN"
    assert reason(evaluation, "net_area_m2") == "IN_PLAN"


def test_a_hole_is_no_ground_of_the_lot_and_what_lies_in_it_must_be_looked_at():
    evaluation = judged(shapely.Polygon(RING, [COURT]))
    assert values_of(evaluation)["net_area_m2"] == 275.0 - 16.0
    assert the_books_balance(evaluation)
    assert evaluation.findings["envelope_area_m2"].state == "needs_inspection"
    assert reason(evaluation, "net_area_m2") == "EDGE_UNKNOWN"
    building = shapely.intersection(evaluation.geometries["envelope"], shapely.Polygon(COURT))
    assert building.area == pytest.approx(0.0, abs=1e-6)


def test_a_lot_in_the_hole_of_another_is_an_island_without_access():
    island = shapely.Polygon(COURT)
    around = reference_corner(edges=edges_of(island, *[("neighbour", -1)] * 4))
    evaluation = answer_for(a_lot(island), around)[0]
    assert evaluation.status == "NO_ACCESS"
    assert values_of(evaluation)["net_area_m2"] == 16.0
    assert reason(evaluation, "envelope_area_m2") in ("NO_FRONTAGE", "INPUT_UNKNOWN")


def test_a_collection_of_one_part_is_that_part():
    assert values_of(refused(shapely.MultiPolygon([REFERENCE_LOT])))["net_area_m2"] == 275.0


def test_a_neck_of_ten_centimetres_joins_both_halves_of_one_lot():
    neck = ring(
        (0, 0), (12, 0), (12, 10), (6.05, 10), (6.05, 15), (12, 15), (12, 25), (0, 25), (0, 15),
        (5.95, 15), (5.95, 10), (0, 10),
    )  # fmt: skip
    evaluation = judged(neck)
    assert values_of(evaluation)["net_area_m2"] == pytest.approx(215.5)
    assert the_books_balance(evaluation)
    assert 0 < values_of(evaluation)["envelope_area_m2"] < 215.5


def test_a_spike_adds_its_own_ground_and_nothing_else():
    evaluation = judged(ring((0, 0), (12, 0), (12, 12), (40, 12.001), (12, 12.002), (12, 25), (0, 25)))
    assert values_of(evaluation)["net_area_m2"] == pytest.approx(275.028, abs=1e-6)
    assert values_of(evaluation)["storeys"] == 4.0


def test_corners_drawn_twice_change_nothing():
    twice = shapely.Polygon([point for point in RING[:-1] for _ in range(2)])
    kinds = [kind for pair in pairwise(RING) for kind in (("neighbour", -1), beyond(*pair))]
    around = reference_corner(edges=edges_of(twice, *kinds))
    evaluation = answer_for(a_lot(twice), around)[0]
    for key in ("net_area_m2", "envelope_area_m2", "footprint_m2"):
        assert values_of(evaluation)[key] == pytest.approx(values_of(judged(REFERENCE_LOT))[key])


@pytest.mark.parametrize("round_lot", [False, True])
def test_ten_thousand_corners_are_answered_as_a_few(round_lot):
    """Time grew with their square once: minutes. Now it does not, or this test would not end."""
    many = shapely.segmentize(REFERENCE_LOT, 74 / 10_000)
    few = REFERENCE_LOT
    if round_lot:
        many, few = (shapely.Point(X + 15, Y + 15).buffer(15, quad_segs=n) for n in (2500, 250))
    here, there = values_of(judged(many)), values_of(judged(few))
    assert shapely.get_num_coordinates(many) >= 10_000
    for key in ("net_area_m2", "envelope_area_m2", "footprint_m2"):
        if here[key] is not None:
            assert here[key] == pytest.approx(there[key], abs=0.1), key
    assert here["surveyed_area_m2"] == pytest.approx(there["surveyed_area_m2"], abs=0.1)


def test_a_ring_drawn_the_other_way_round_is_the_same_lot():
    assert values_of(judged(shapely.Polygon(RING[::-1])))["envelope_area_m2"] == pytest.approx(187.6)


def test_heights_of_the_corners_do_not_matter():
    assert values_of(refused(shapely.force_3d(REFERENCE_LOT, 1590.0)))["net_area_m2"] == 275.0


# --- shapes that are refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (shapely.MultiPolygon([REFERENCE_LOT, shapely.box(X + 30, Y, X + 40, Y + 10)]), "NOT_ONE_POLYGON"),
        (shapely.Point(X, Y), "NOT_ONE_POLYGON"),
        (shapely.Polygon(), "EMPTY_SHAPE"),
        (shapely.MultiPolygon(), "EMPTY_SHAPE"),
        (None, "EMPTY_SHAPE"),
        (ring((0, 0), (12, 0), (np.nan, 25), (0, 25)), "INVALID_SHAPE"),
        (ring((0, 0), (12, 0), (np.inf, 25), (0, 25)), "INVALID_SHAPE"),
        (ring((0, 0), (12, 25), (12, 0), (0, 25)), "INVALID_SHAPE"),
        (ring((0, 0), (12, 0), (12, 12), (40, 12), (12, 12), (12, 25), (0, 25)), "INVALID_SHAPE"),
        (ring((0, 0), (12, 0), (24, 0)), "INVALID_SHAPE"),
    ],
    ids=["two parts", "a point", "empty", "empty parts", "missing", "not a number", "infinite",
         "self-crossing", "a spike of no width", "flat"],
)  # fmt: skip
def test_what_is_no_ground_of_one_piece_is_refused_with_its_reason(shape, code):
    evaluation = refused(shape)
    assert {finding.state for finding in evaluation.findings.values()} == {"unknown"}
    assert {finding.reason.code for finding in evaluation.findings.values()} == {code}
    assert set(evaluation.findings) == set(judged(REFERENCE_LOT).findings)
    assert evaluation.choices == ()


def test_all_parts_of_an_envelope_in_several_parts_are_kept():
    strip = overlays("canal", (shapely.box(X - 9, Y + 15, X + 30, Y + 17), {}))
    rule = {"layer": "canal", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"}
    layers = surveyed("canal")
    around = reference_corner(overlays=strip, layers=layers, zones=zones(("R121", WHOLE_PLACE)))
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(Rule("CANAL", "BUFFER", rule)))[0]
    parts = shapely.get_parts(evaluation.geometries["envelope"])
    assert len(parts) == 2
    assert values_of(evaluation)["envelope_area_m2"] == pytest.approx(shapely.area(parts).sum())
    # The strip of 2 m through the band of 15.80 m leaves the rest of its 187.60 m².
    assert values_of(evaluation)["envelope_area_m2"] == pytest.approx(187.6 - 24.0)


def test_a_hair_across_its_own_outline_does_not_cost_a_shape_its_ground():
    # As an overlay left it: 150 m² with hairs, of which mending made nothing at all.
    hairy = shapely.Polygon(
        [
            (10.718648596626, 20.812324415957), (10.838, 20.821), (11.514884442257, 9.785297076098),
            (9.69492010177, 7.704074540883), (11.655499738529, 7.837923411748),
            (0.72438110208, 7.091655390116), (1.822377300862, 7.166615646085),
            (0.644390377761, 8.199442622811), (-0.192425542967, 8.935283250044), (0.161, 1.737),
            (-0.989, 19.967), (-0.209, 20.018),
        ]
    )  # fmt: skip
    assert not hairy.is_valid
    tidy = cleaned(shapes(hairy))[0]
    assert tidy.is_valid
    assert tidy.area == pytest.approx(hairy.area, abs=1e-3)


#: An envelope of an invented lot that crosses itself by less than rounding: mended, it still does.
CROSSED_BY_A_HAIR = (
    "010300000001000000130000007454CBAA1F1E82404E63D2B6C180A140533DD74AA3198240B35A62357183A140D0372F"
    "010E018240D568E9FC2384A1403BF7584AC7FE8140E5C49D23D682A1404B17E10B1EFD814058B942D5E681A140D53840"
    "D59DFC81400949B0822182A14005DD63DDBC0C8240077DEAD2078CA1400B5A9158181382407B21CC38EF8FA14043A968"
    "616E188240639354123693A140448B6CE7FB318240D9CEF7532393A140304D4E216F318240C15BA65F548FA14000BC74"
    "9318318240006891EDFC8CA14030FCD478E92E82404C894160E57DA14006E9D478E92E8240318A4160E57DA140E7DD83"
    "93082082408A20DEE69C7FA140CE826B9194208240360C340F497FA14012E2D478E92E8240848A4160E57DA140D603B4"
    "16E32182403AE336B6807EA1407454CBAA1F1E82404E63D2B6C180A140"
)


def test_a_shape_that_a_hair_crosses_is_tidied_without_disturbing_the_others():
    odd, plain = shapely.from_wkb(CROSSED_BY_A_HAIR), shapely.box(0, 0, 10, 20)
    tidy = cleaned(shapes(plain, odd))
    assert tidy[0].equals(plain)
    assert tidy[1].is_valid
    assert tidy[1].area == pytest.approx(41.7499, abs=1e-3)
