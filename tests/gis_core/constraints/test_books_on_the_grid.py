"""The books of a lot as they are handed out: shapes on the grid of a millimetre; deed, survey and net."""

import numpy as np
import pytest
import shapely

from gis_core.constraints.findings import as_document
from gis_core.constraints.rules import RuleSet
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    RULES,
    X,
    Y,
    a_lot,
    answer_for,
    corner_edges,
    corner_streets,
    in_zone,
    reference_corner,
    turn_one,
    turned,
    zones,
)

#: A corner moves by half a cell's diagonal when it is put onto the grid of a millimetre.
MOVED_M = 0.0005 * np.sqrt(2)
MEASURED = {
    "parcel": "surveyed_area_m2",
    "ceded": "widening_area_m2",
    "chamfer": "chamfer_area_m2",
    "net": "net_area_m2",
    "buildable": "buildable_area_m2",
    "envelope": "envelope_area_m2",
}


def corner_lots(count):
    """Random lots on the reference corner, turned at random, with what lies around them."""
    random = np.random.default_rng(5)
    for _ in range(count):
        ring = np.array([(0, 0), (13, 0), (13, 26), (0, 26)]) + random.uniform(-2, 2, (4, 2))
        lot = shapely.Polygon(ring + np.array([X, Y]))
        cut = X + random.uniform(-2, 14)
        around = reference_corner(
            edges=corner_edges(lot),
            passages=corner_streets({"planned": random.uniform(8, 20)}, {"planned": random.uniform(8, 14)}),
            zones=zones(
                ("R121", shapely.box(X - 500, Y - 500, cut, Y + 500)),
                ("S121", shapely.box(cut, Y - 500, X + 500, Y + 500)),
            ),
        )
        degrees = random.uniform(0, 360)
        yield turn_one(lot, degrees), turned(around, degrees)


@pytest.fixture(scope="module")
def documents():
    rules = RuleSet.on_day([*RULES.values(), *in_zone("S121")], ON)
    return [as_document(answer_for(a_lot(lot), around, rules)[0]) for lot, around in corner_lots(150)]


def shapes_of(document):
    return {name: shapely.geometry.shape(drawn) for name, drawn in document["geometries"].items()}


def test_every_corner_that_is_handed_out_lies_on_the_grid_and_every_shape_is_sound(documents):
    for document in documents:
        for name, shape in shapes_of(document).items():
            points = shapely.get_coordinates(shape) * 1000
            # Doubles of this size are 0.5 nm apart: a whole number of millimetres is one within that.
            assert np.abs(points - np.rint(points)).max(initial=0.0) < 1e-5, name
            assert shape.is_valid, name


def test_the_shapes_that_are_handed_out_have_the_areas_that_are_told_within_half_a_cell_along_their_border(
    documents,
):
    """Each corner moves by at most half a diagonal of a cell, so an area by at most that along its border."""
    for document in documents:
        drawn = shapes_of(document)
        for name, key in MEASURED.items():
            value, shape = document["findings"][key]["value"], drawn.get(name, shapely.Polygon())
            if value is not None and name in drawn:
                assert abs(shape.area - value) <= MOVED_M * shape.length + 1e-5, name
        parts = [drawn[name] for name in ("ceded", "chamfer", "net") if name in drawn]
        other_m2 = document["findings"]["other_parts_area_m2"]["value"] or 0.0
        borders_m = sum(part.length for part in [*parts, drawn["parcel"]])
        assert abs(sum(part.area for part in parts) + other_m2 - drawn["parcel"].area) <= MOVED_M * borders_m


def test_most_of_these_lots_cede_lose_a_corner_and_lie_in_two_zones(documents):
    told = [
        {name for name in ("ceded", "chamfer", "envelope") if name in document["geometries"]}
        for document in documents
    ]
    assert sum(names == {"ceded", "chamfer", "envelope"} for names in told) > 40
    assert sum(document["zone_state"] == "MULTI_ZONE" for document in documents) > 40


def test_deed_survey_and_net_stand_beside_each_other_with_what_would_settle_a_difference():
    document = as_document(answer_for(a_lot(REFERENCE_LOT, deed_area_m2=310.0), reference_corner())[0])
    found = document["findings"]
    areas = {
        key: found[key]["value"]
        for key in ("deed_area_m2", "surveyed_area_m2", "net_area_m2", "area_discrepancy_m2")
    }
    assert areas == {
        "deed_area_m2": 310.0,
        "surveyed_area_m2": 300.0,
        "net_area_m2": 275.0,
        "area_discrepancy_m2": 10.0,
    }
    difference = found["area_discrepancy_m2"]
    assert difference["state"] == "needs_inspection"
    assert difference["reason"]["args"]["difference_m2"] == 10.0
    assert difference["reason"]["args"]["permitted_m2"] == pytest.approx(3.1)
    # A border of 74 m that is out by this all around changes the area by what is accepted.
    assert difference["reason"]["args"]["accuracy_m"] == pytest.approx(3.1 / 74, abs=1e-6)
