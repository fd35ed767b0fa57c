"""What equals a limit counts as equal to it, wherever it is drawn; and what nobody knows is told as that."""

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from gis_core.constraints.bands import looked_up
from gis_core.constraints.cases import answer
from gis_core.constraints.parcelling import consolidate
from gis_core.constraints.percent_tables import percent_of
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule
from gis_core.constraints.storeys import width_on_basis_m
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    X,
    Y,
    a_lot,
    answer_for,
    overlays,
    reference_corner,
    rule_set,
    surveyed,
)

EAST, NORTH = 561_000.0, 3_611_000.0
#: Places that no millimetre grid knows.
PLACES = (0.0, 0.1, 1 / 3, 0.7)
ACCURACY = {"parcel_accuracy_m": 0.08, "layer_accuracy_m": 0.06, "combine": "ROOT_SUM_SQUARES"}
MEASURES = ("AREA_OVER_LENGTH", "INSCRIBED_DIAMETER")


def box(west, south, east, north):
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north).wkt


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("gap_m", "told"),
    [(0.1, "BORDERLINE"), (0.102, "DOES_NOT_APPLY"), (-0.1, "BORDERLINE"), (-0.102, "APPLIES")],
)
def test_a_buffer_that_ends_exactly_the_accuracy_before_a_lot_is_borderline(place, gap_m, told, measure):
    axis = shapely.LineString([(EAST - 100, NORTH - 4 + place), (EAST + 100, NORTH - 4 + place)]).wkt
    overlay = {"geometry": axis, "measured_from": "AXIS", "distance_m": 4 - gap_m, "effect": "NO_BUILD"}
    lot = box(0, place, 16, 25 + place)
    policy = {"accuracy": {**ACCURACY, "measure": measure}, "far_basis_shrinks": False}
    assert answer("BUFFER", {"net_parcel": lot, "overlay": overlay, "policy": policy})["class"] == told


def test_a_canal_whose_buffer_ends_exactly_the_accuracy_before_a_lot_is_borderline_on_it():
    canal = overlays("canals", (shapely.box(X - 50, Y - 30, X + 70, Y - 6), {}))
    params = {"layer": "canals", "measured_from": "POLYGON", "distance_m": 5.9, "effect": "NO_BUILD"}
    around = reference_corner(overlays=canal, layers=surveyed("canals", accuracy_m=0.1))
    exact = {
        "measure": "INSCRIBED_DIAMETER",
        "combine": "MAX",
        "parcel_accuracy_m": 0.1,
        "layer_accuracy_m": 0.1,
    }
    rules = rule_set(Rule("CANAL", "BUFFER", params), Rule("EXACT", "ACCURACY", exact), without=("WIDEN",))
    evaluation = answer_for(a_lot(REFERENCE_LOT, accuracy_m=0.1), around, rules)[0]
    assert [overlay.state for overlay in evaluation.overlays] == ["borderline"]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("place", PLACES)
def test_a_strip_of_a_zone_exactly_as_wide_as_the_accuracy_is_not_concerned(place, measure):
    border = 20 + place - 0.1
    zones = [
        {"code": "R121", "polygon": box(-50, -50, border, 80)},
        {"code": "S121", "polygon": box(border, -50, 80, 80)},
    ]
    policy = {"sliver": {**ACCURACY, "measure": measure}, "one_zone": {"kind": "CONCERNED_BY_WIDTH"}}
    lot = box(place, 0, 20 + place, 30)
    found = answer("ZONE", {"net_parcel": lot, "zones": zones, "policy": policy})
    assert found["zone_class"] == ["CONCERNED", "BELOW_ACCURACY"]
    assert (found["state"], found["zone"]) == ("ONE_ZONE", "R121")


def test_a_street_that_reaches_a_band_by_its_own_retreat_is_in_that_band():
    width_m = width_on_basis_m(np.array([4.1]), np.array([21.9]), "AFTER_OWN_SETBACK")
    bands = [{"from": 0, "to": 13, "storeys": 3}, {"from": 13, "storeys": 4}]
    assert width_m.item() < 13  # as binary numbers add up
    assert looked_up(bands, "storeys", width_m).tolist() == [4.0]


@pytest.mark.parametrize("place", PLACES)
def test_a_lot_turned_by_half_a_right_angle_is_of_one_type_wherever_it_lies(place):
    west, south = EAST + 7 * place, NORTH + 11 * place
    lot = rotate(shapely.box(west, south, west + 12, south + 25), 45, origin=(west, south))
    corners = list(lot.exterior.coords)
    fronts = [shapely.LineString(corners[at : at + 2]).wkt for at in range(4)]
    policy = {"north": "GRID", "ask_within_deg": 0}
    told = [answer("ORIENT", {"parcel": lot.wkt, "frontage": front, "policy": policy}) for front in fronts]
    types = ["FRONTAGE_EAST", "SOUTH_LOT", "FRONTAGE_WEST", "NORTH_LOT"]
    assert [found["lot_type"] for found in told] == types
    assert all(found["ask"] for found in told)


def test_such_a_street_reads_its_own_column_of_a_printed_table():
    columns = [{"from": 0, "to": 13, "column": "narrow"}, {"from": 13, "column": "wide"}]
    rows = [{"from": 0, "narrow": 200, "wide": 210}]
    rule = Rule("PRINTED", "FAR", {"by": "AREA", "bands": rows, "width_columns": columns})
    width_m = width_on_basis_m(np.array([4.1]), np.array([21.9]), "AFTER_OWN_SETBACK")
    assert percent_of(rule, "far_percent", np.array([150.0]), width_m).tolist() == [210.0]


def test_areas_of_lots_are_the_decimal_numbers_that_their_square_millimetres_are():
    lot = a_lot(shapely.box(X, Y, X + 0.1, Y + 0.7))
    found = answer_for(lot, reference_corner(), rule_set(without=("WIDEN",)))
    assert found.columns["surveyed_area_m2"].values.tolist() == [0.07]


def test_lots_whose_common_side_is_as_long_as_asked_may_become_one():
    lots = shapes(shapely.box(0, 0, 10, 20), shapely.box(10, 19.5, 20, 40))
    assert consolidate(lots, ["A", "A"], shapes(), 0.5).reasons == ()
    assert consolidate(lots, ["A", "A"], shapes(), 0.52).reasons == ("SHARED_EDGE_TOO_SHORT",)


def test_wells_larger_than_the_envelope_leave_no_footprint_and_no_negative_one():
    inputs = {
        "coverage_percent": 60,
        "coverage_basis_area_m2": 275.0,
        "far_percent": 240,
        "far_basis_area_m2": 300.0,
        "storeys": 4,
        "envelope_area_m2": 10.0,
        "light_wells_m2": [12.0, 6.0],
        "policy": {},
    }
    found = answer("DENSITY", inputs)
    assert (found["footprint_m2"], found["reachable_floor_area_m2"]) == (0.0, 0.0)


SQUARE = box(0, 0, 20, 20)
ROOF = {"valid_up_to_storeys": 5, "rows": [{"up_to_m2": None, "MAIN": {"area_m2": 12, "min_dimension_m": 3}}]}
BAND = {"bands": [{"from": 0, "projection_m": 0.8}], "forbidden_classes": [], "min_clearance_m": 3.5}
ASKED = {"width_m": 16, "class": "LOCAL", "clearance_m": 4.0, "projection_m": 0.5}
UNITS = {"bands": [{"from": 0, "bays": 1}], "rounding": "CEIL_TOTAL", "waiver": "NONE"}
SURFACE = {
    "aerodrome": f"POINT ({EAST - 3000} {NORTH + 5})",
    "aerodrome_elevation_m": 1550.0,
    "inner_height_m": 45.0,
    "inner_radius_m": 4000.0,
    "conical_slope": 0.05,
    "conical_height_m": 100.0,
}


@pytest.mark.parametrize(
    ("kind", "inputs", "unknown"),
    [
        (
            "AREA_BASIS",
            {
                **dict.fromkeys(("surveyed_parcel", "after_widening", "net_parcel"), SQUARE),
                "deed_area_m2": None,
                "far_percent": 240,
                "far_basis": "MIN(DEED,EXISTING)",
                "policy": {
                    "deed_tolerance": {"relative_share": 0.01, "absolute_m2": 1.0, "combine": "LARGER"}
                },
            },
            {
                "discrepancy_within_tolerance": None,
                "deed_minus_existing_m2": None,
                "floor_area_cap_m2": None,
            },
        ),
        (
            "LIGHT",
            {"height_m": None, "distance_m": 8.0, "base_height_m": 0.0, "angle_deg": 45},
            {"passes": None},
        ),
        (
            "LIGHTWELL",
            {
                "plot_area_m2": 300.0,
                "storeys": None,
                "wells": [{"serves": "MAIN", "polygon": SQUARE}],
                "rule": ROOF,
            },
            {"state": "UNKNOWN", "well_passes": [None]},
        ),
        (
            "LIGHTWELL",
            {
                "plot_area_m2": None,
                "storeys": 4,
                "wells": [{"serves": "MAIN", "polygon": SQUARE}],
                "rule": ROOF,
            },
            {"state": "UNKNOWN", "required_area_m2": [None]},
        ),
        (
            "CANTILEVER",
            {
                "asked": [
                    {**ASKED, "width_m": None},
                    {**ASKED, "clearance_m": None},
                    {**ASKED, "clearance_m": None, "projection_m": 2.0},
                ],
                "rule": BAND,
            },
            {"clearance_ok": [True, None, None], "passes": [None, None, False]},
        ),
        (
            "PARK",
            {"unit_areas_m2": [80, None], "rule": UNITS},
            {"bays_required": None, "bays_unrounded": None},
        ),
        (
            "ORIENT",
            {
                "parcel": SQUARE,
                "frontage": shapely.from_wkt(SQUARE).exterior.wkt.replace("LINEARRING", "LINESTRING"),
                "policy": {"north": "TRUE", "ask_within_deg": 5},
            },
            {"azimuth_grid_deg": None, "azimuth_used_deg": None, "lot_type": None},
        ),
        (
            "HEIGHT_SURFACE",
            {"net_parcel": SQUARE, "surface": SURFACE, "ground_elevation_m": None, "planned_height_m": 9.0},
            {"permitted_height_m": None, "class": "UNKNOWN"},
        ),
        (
            "USE",
            {"zones": ["R121", "S121"], "use": "shop", "matrix": {"R121": {"shop": "PERMITTED"}}},
            {"state": "UNKNOWN"},
        ),
    ],
)
def test_what_is_not_known_is_told_as_not_known(kind, inputs, unknown):
    found = answer(kind, inputs)
    assert {name: found[name] for name in unknown} == unknown


@pytest.mark.parametrize(
    ("away_m", "permitted_m", "told"),
    [
        (3000, 5.0, "APPLIES"),
        (4000, 5.0, "APPLIES"),
        (5000, 55.0, "DOES_NOT_APPLY"),
        (6001, None, "DOES_NOT_APPLY"),
    ],
)
def test_an_aerodrome_leaves_the_height_between_its_surface_and_the_ground(away_m, permitted_m, told):
    surface = {**SURFACE, "aerodrome": f"POINT ({EAST - away_m} {NORTH + 5})"}
    inputs = {
        "net_parcel": SQUARE,
        "surface": surface,
        "ground_elevation_m": 1590.0,
        "planned_height_m": 20.0,
    }
    found = answer("HEIGHT_SURFACE", inputs)
    assert found["class"] == told
    assert found["permitted_height_m"] == (
        None if permitted_m is None else pytest.approx(permitted_m, abs=1e-6)
    )


def test_of_several_zones_the_most_restrictive_cell_of_each_use_holds():
    matrix = {
        "R121": {"shop": "CONDITIONAL", "home": "PERMITTED"},
        "S121": {"shop": "PERMITTED", "home": "FORBIDDEN"},
    }
    found = answer("USE", {"zones": ["R121", "S121"], "uses": ["shop", "home", "mill"], "matrix": matrix})
    assert found["state"] == ["CONDITIONAL", "FORBIDDEN", "UNKNOWN"]
