"""Buffers and height limits on lots, in four values."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely

from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Layer
from tests.gis_core.constraints.scenes import (
    ON,
    REFERENCE_LOT,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    answer_for,
    overlays,
    reason,
    reference_corner,
    rule_set,
    surveyed,
)

WELL = {"layer": "wells", "measured_from": "POINT", "distance_m": 15.0}
SURVEYED = surveyed("wells", accuracy_m=0.06)


def well_at(x, effect="NO_BUILD", layers=None, **more):
    around = reference_corner(
        overlays=overlays("wells", (shapely.Point(x, Y + 12.5), {})), layers=layers or SURVEYED
    )
    rule = Rule("WELL", "BUFFER", WELL | {"effect": effect} | more)
    return answer_for(a_lot(REFERENCE_LOT), around, rule_set(rule))[0]


def test_a_well_beside_the_lot_takes_a_segment_of_what_may_be_built_on():
    evaluation = well_at(X - 10)
    assert evaluation.overlays[0].state == "applies"
    assert evaluation.findings["buildable_area_m2"].value < 275.0
    assert evaluation.findings["far_cap_m2"].value == 720.0


def test_a_well_whose_circle_ends_4_cm_before_the_lot_is_borderline():
    evaluation = well_at(X - 15.04)
    assert evaluation.overlays[0].state == "borderline"
    assert evaluation.findings["envelope_area_m2"].state == "conditional"
    assert "wells" in evaluation.unknown


def test_a_well_far_away_does_not_apply():
    evaluation = well_at(X - 16)
    assert evaluation.overlays[0].state == "does_not_apply"
    assert evaluation.findings["envelope_area_m2"].state == "computed"


def test_a_condition_of_an_agency_makes_the_building_conditional_and_names_it():
    evaluation = well_at(X - 10, effect="CONDITIONAL", agency="regional water company")
    assert evaluation.findings["buildable_area_m2"].value == 275.0
    finding = evaluation.findings["reachable_floor_area_m2"]
    assert (finding.state, finding.reason.args) == ("conditional", {"agencies": ["regional water company"]})


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (Layer("wells", surveyed_extent=None), "EXTENT_UNKNOWN"),
        (Layer("wells", surveyed_extent=shapely.box(X - 500, Y, X + 5, Y + 500)), "OUTSIDE_SURVEYED_EXTENT"),
        (
            Layer(
                "wells", surveyed_extent=WHOLE_PLACE, surveyed_on=ON.replace(year=2020), stale_after_days=365
            ),
            "STALE_LAYER",
        ),
    ],
)
def test_a_layer_that_cannot_know_says_unknown_where_it_shows_nothing(layer, code):
    evaluation = well_at(X - 300, layers={"wells": layer})
    assert evaluation.overlays[0].state == "unknown"
    assert evaluation.overlays[0].reason.code == code
    assert evaluation.findings["footprint_m2"].state == "conditional"


def test_a_height_surface_limits_the_storeys():
    airport = overlays("airport", (WHOLE_PLACE, {"max_height_m": 15.0}))
    rule = Rule(
        "AIRPORT",
        "BUFFER",
        {
            "layer": "airport",
            "measured_from": "POLYGON",
            "distance_m": 0.0,
            "effect": "HEIGHT_LIMIT",
            "max_height_attribute": "max_height_m",
        },
    )
    layers = surveyed("airport")
    evaluation = answer_for(
        a_lot(REFERENCE_LOT), reference_corner(overlays=airport, layers=layers), rule_set(rule)
    )[0]
    assert evaluation.findings["storeys"].value == 3.0
    assert evaluation.findings["storeys"].binding == ("AIRPORT",)
    untold = rule_set(rule, without=("HEIGHT",))
    unknown = answer_for(a_lot(REFERENCE_LOT), reference_corner(overlays=airport, layers=layers), untold)[0]
    assert (unknown.findings["storeys"].state, unknown.overlays[0].max_height_m) == ("unknown", 15.0)


def test_a_feature_without_a_name_is_called_as_its_layer_is():
    named = Layer("flood", "سیلاب", "Flood zone", surveyed_extent=WHOLE_PLACE)
    around = reference_corner(overlays=overlays("flood", (WHOLE_PLACE, {})), layers={"flood": named})
    nameless = replace(around.overlays, name_fa=np.array([""]), name_en=np.array([""]))
    (found,) = answer_for(a_lot(REFERENCE_LOT), replace(around, overlays=nameless), rule_set())[0].overlays
    assert (found.state, found.name_fa, found.name_en) == ("applies", "سیلاب", "Flood zone")


def test_a_feature_whose_distance_no_row_gives_is_unknown():
    line = shapely.LineString([(X - 100, Y + 40), (X + 100, Y + 40)])
    table = {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}, {"key": 400, "distance_m": 20.0}]}
    rule = Rule(
        "POWER",
        "BUFFER",
        {"layer": "power", "measured_from": "AXIS", "table": table, "attribute": "kv", "effect": "NO_BUILD"},
    )
    around = reference_corner(
        overlays=overlays("power", (line, {"kv": 132})),
        layers=surveyed("power"),
    )
    evaluation = answer_for(a_lot(REFERENCE_LOT), around, rule_set(rule))[0]
    assert (evaluation.overlays[0].state, evaluation.overlays[0].reason.code) == ("unknown", "NO_ROW")
    assert evaluation.overlays[0].reason.args == {"kind": "BUFFER", "rules": ["POWER"]}


def drawn_beside_the_lot(rule, shape, attributes):
    around = reference_corner(
        overlays=overlays("works", (shape, attributes)),
        layers=surveyed("works"),
    )
    params = {"layer": "works", "effect": "NO_BUILD"} | rule
    return answer_for(a_lot(REFERENCE_LOT), around, rule_set(Rule("WORKS", "BUFFER", params)))[0]


def along(x):
    return shapely.LineString([(x, Y - 50), (x, Y + 80)])


def test_a_canal_is_measured_from_its_outer_wall_half_its_outside_width_off_the_axis():
    rule = {
        "measured_from": "OUTER_WALL_EDGE",
        "distance_m": 4.0,
        "outside_width_attribute": "outside_width_m",
    }
    evaluation = drawn_beside_the_lot(rule, along(X - 5), {"outside_width_m": 4.5})
    # 4 m from a wall that stands 2.25 m beyond the axis: 1.25 m of the lot's 23 m.
    assert evaluation.overlays[0].overlap_m2 == pytest.approx(1.25 * 23, abs=1e-3)


def test_a_double_track_drawn_as_one_feature_holds_the_ground_between_its_tracks():
    tracks = shapely.MultiLineString([along(X - 20), along(X + 30)])
    evaluation = drawn_beside_the_lot({"measured_from": "OUTER_TRACK_AXES", "distance_m": 1.0}, tracks, {})
    assert evaluation.overlays[0].overlap_m2 == pytest.approx(275.0, abs=1e-3)


def test_the_buffer_of_a_line_is_measured_from_the_outer_conductor_not_from_the_axis():
    rule = {
        "measured_from": "OUTER_CONDUCTORS",
        "distance_m": 8.0,
        "outer_conductor_offset_attribute": "offset_m",
    }
    evaluation = drawn_beside_the_lot(rule, along(X - 9.5), {"offset_m": 3.5})
    assert evaluation.overlays[0].overlap_m2 == pytest.approx(2.0 * 23, abs=1e-3)
    untold = drawn_beside_the_lot(rule, along(X - 9.5), {})
    assert (untold.overlays[0].state, untold.overlays[0].reason.code) == ("unknown", "NO_ROW")


SURFACE = {
    "layer": "aerodrome",
    "inner_radius_m": 4000.0,
    "inner_height_m": 45.0,
    "conical_slope": 0.05,
    "conical_height_m": 100.0,
    "aerodrome_elevation_attribute": "elevation_m",
}


def under_the_surface_of(aerodrome_x, ground_m, attributes=None, **params):
    point = shapely.Point(aerodrome_x, Y + 12)
    around = reference_corner(
        overlays=overlays(
            "aerodrome", (point, {"elevation_m": 1500.0} if attributes is None else attributes)
        ),
        layers=surveyed("aerodrome"),
    )
    lot = replace(a_lot(REFERENCE_LOT), ground_m=np.array([ground_m]))
    rules = rule_set(Rule("OBSTACLES", "HEIGHT_SURFACE", SURFACE | params))
    return answer_for(lot, around, rules)[0]


@pytest.mark.parametrize(
    ("distance_m", "ground_m", "storeys"),
    [
        (3000, 1500.0, 4),  # 45 m above ground
        (3000, 1531.0, 3),  # 14 m are left
        (5000, 1581.0, 3),  # the cone is 50 m higher there: 14 m again
        (6500, 1600.0, 4),  # beyond the cone nothing limits
    ],
)
def test_an_obstacle_surface_leaves_what_lies_between_it_and_the_ground(distance_m, ground_m, storeys):
    evaluation = under_the_surface_of(X - distance_m, ground_m)
    assert evaluation.findings["storeys"].value == storeys
    assert evaluation.findings["storeys"].state == "computed"
    assert evaluation.findings["storeys"].binding == (("OBSTACLES",) if storeys == 3 else ("R121-STOREYS",))
    applies = distance_m < 6000
    assert evaluation.overlays[0].state == ("applies" if applies else "does_not_apply")
    assert evaluation.overlays[0].max_height_m == (
        pytest.approx(1545 + max(0, distance_m - 4000) * 0.05 - ground_m) if applies else None
    )


@pytest.mark.parametrize(("ground_m", "attributes"), [(np.nan, None), (1500.0, {})])
def test_where_the_height_of_the_ground_is_not_known_the_storeys_are_an_upper_bound(ground_m, attributes):
    evaluation = under_the_surface_of(X - 3000, ground_m, attributes)
    assert (evaluation.overlays[0].state, evaluation.overlays[0].reason.code) == ("unknown", "GROUND_UNKNOWN")
    assert evaluation.findings["storeys"].state == "conditional"
    assert reason(evaluation, "storeys") == "OVERLAY_UNKNOWN"
    assert evaluation.findings["height_m"].state == "conditional"


def test_a_height_limit_nobody_has_mapped_here_leaves_the_storeys_an_upper_bound():
    limit = {"layer": "airport", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "HEIGHT_LIMIT"}
    rules = rule_set(Rule("AIRPORT", "BUFFER", limit | {"max_height_m": 15.0}))
    evaluation = answer_for(a_lot(REFERENCE_LOT), reference_corner(), rules)[0]
    assert evaluation.overlays[0].reason.code == "MISSING_LAYER"
    assert (evaluation.findings["storeys"].value, evaluation.findings["storeys"].state) == (
        4.0,
        "conditional",
    )


@pytest.mark.parametrize(("days", "state"), [(30, "does_not_apply"), (31, "unknown")])
def test_a_survey_is_good_up_to_its_last_day(days, state):
    layer = Layer(
        "wells", surveyed_extent=WHOLE_PLACE, surveyed_on=ON - timedelta(days=days), stale_after_days=30
    )
    assert well_at(X - 300, layers={"wells": layer}).overlays[0].state == state
