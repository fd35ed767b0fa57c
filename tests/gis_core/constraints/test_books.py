"""The books of a lot balance to the square millimetre, whatever its zones, streets and corners."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.constraints.plane import shared_out_mm2
from gis_core.constraints.rules import RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    corner_edges,
    corner_streets,
    in_zone,
    reference_corner,
    zones,
)

HOLDING = RuleSet.on_day([*RULES.values(), *in_zone("S121"), *in_zone("G111")], ON)


@st.composite
def corner_lots(draw):
    """Four-sided lots on the reference corner, on the 1 mm grid."""
    shift = st.integers(-2500, 2500)
    ring = [(0, 0), (14_000, 0), (14_000, 26_000), (0, 26_000)]
    return shapely.Polygon([(X + (x + draw(shift)) / 1000, Y + (y + draw(shift)) / 1000) for x, y in ring])


@st.composite
def plans(draw):
    """Up to four rectangles of three zones, upon each other, apart, or leaving ground without a zone."""
    number = st.floats(-6.0, 30.0)
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        west, south = draw(number), draw(number)
        size = draw(st.floats(0.01, 25.0)), draw(st.floats(0.01, 25.0))
        box = shapely.box(X + west, Y + south, X + west + size[0], Y + south + size[1])
        rows.append((draw(st.sampled_from(["R121", "S121", "G111"])), box))
    return rows


def judged(lot, plan, front_m):
    around = reference_corner(
        edges=corner_edges(lot),
        passages=corner_streets({"planned": front_m}, {"planned": 9}),
        zones=zones(*plan),
    )
    return answer_for(a_lot(lot), around, HOLDING)


def mm2(column):
    exact = float(column.values[0]) * 1e6
    assert abs(exact - round(exact)) < 1e-3
    return round(exact)


@settings(max_examples=80, deadline=None)
@given(corner_lots(), plans(), st.floats(8.0, 40.0))
def test_ceded_chamfer_and_net_are_the_survey_and_the_zones_with_the_rest_are_the_net(lot, plan, front_m):
    evaluations = judged(lot, plan, front_m)
    names = ("widening_area_m2", "other_parts_area_m2", "chamfer_area_m2", "net_area_m2")
    parts = [mm2(evaluations.columns[name]) for name in names]
    assert min(parts) >= 0
    assert sum(parts) == mm2(evaluations.columns["surveyed_area_m2"])
    evaluation = evaluations[0]
    if evaluation.zone_state != "OVERLAPPING_ZONES":
        assert sum(zone.area_mm2 for zone in evaluation.zones) + evaluation.unzoned_mm2 == parts[-1]
        assert sum(zone.counted_mm2 for zone in evaluation.zones) + evaluation.unzoned_mm2 == parts[-1]
        assert all(zone.area_mm2 >= 0 for zone in evaluation.zones)


@settings(max_examples=60, deadline=None)
@given(corner_lots(), plans())
def test_the_shapes_of_the_answer_cover_what_its_numbers_say(lot, plan):
    evaluation = judged(lot, plan, 12.0)[0]
    shape = evaluation.geometries
    parts = [shape[name].area for name in ("ceded", "chamfer", "net")]
    other = evaluation.findings["other_parts_area_m2"].value
    assert abs(sum(parts) + (other or 0.0) - lot.area) < 1e-5
    for smaller, larger in (("envelope", "buildable"), ("buildable", "net"), ("net", "parcel")):
        # Far from the origin a tip may touch itself by the last digit of its coordinates.
        if shapely.is_valid(shape[smaller]) and shapely.is_valid(shape[larger]):
            assert shapely.difference(shape[smaller], shape[larger].buffer(1e-6)).area < 1e-6


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=6), st.integers(0, 5))
def test_whole_square_millimetres_are_shared_out_without_remainder(parts, whole_of):
    total = round(sum(parts) * 1e6)
    owner = np.full(len(parts), whole_of)
    totals = np.zeros(whole_of + 1, dtype=np.int64)
    totals[whole_of] = total
    shared = shared_out_mm2(np.array(parts), owner, totals)
    assert shared.sum() == total
    assert (np.abs(shared - np.array(parts) * 1e6) <= 1 + 1e-3).all()
