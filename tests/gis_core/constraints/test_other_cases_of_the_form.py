"""Other cases of the published form, drawn at random, come out as little computations by hand say."""

from fractions import Fraction
from math import ceil, cos, floor, radians, sin, sqrt, tan

import numpy as np
import pytest
import shapely

from gis_core.constraints.cases import answer

MANY = 60


class Sheet:
    """Random numbers, and a place on the map to which what is drawn is turned and moved."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)
        self.degrees = self.random.uniform(0, 360)
        self.at = np.array([560_000.0, 3_610_000.0]) + self.random.uniform(0, 900, 2)

    def number(self, low: float, high: float) -> float:
        return round(float(self.random.uniform(low, high)), 3)

    def drawn(self, kind, *points) -> str:
        cosine, sine = cos(radians(self.degrees)), sin(radians(self.degrees))
        turned = [(x * cosine - y * sine + self.at[0], x * sine + y * cosine + self.at[1]) for x, y in points]
        return shapely.to_wkt(kind(turned), rounding_precision=-1)

    def area(self, *points) -> str:
        return self.drawn(shapely.Polygon, *points)

    def line(self, *points) -> str:
        return self.drawn(shapely.LineString, *points)


@pytest.fixture(params=range(MANY))
def sheet(request):
    return Sheet(request.param)


def test_a_straight_street_takes_half_of_what_it_grows_or_all_of_it_on_one_side(sheet):
    wide, deep = sheet.number(8, 20), sheet.number(20, 40)
    existing, planned = sheet.number(6, 12), sheet.number(6, 20)
    kind = str(sheet.random.choice(["SYMMETRIC", "ONE_SIDED_LEFT", "ONE_SIDED_RIGHT"]))
    grown = max(0.0, planned - existing)
    retreat_m = {"SYMMETRIC": grown / 2, "ONE_SIDED_LEFT": grown, "ONE_SIDED_RIGHT": 0.0}[kind]
    street = sheet.line((-60, -existing / 2), (80, -existing / 2))
    widths = {"existing_width_m": existing, "planned_width_m": planned, "widening": kind}
    policy = {
        "never_narrow": True,
        "line_caps": "FLAT",
        "line_joins": "MITRE",
        "consumed_below_share": 0.05,
        "minimum_usable_m2": 0.0,
    }
    found = answer(
        "WIDEN",
        {
            "parcel": sheet.area((0, 0), (wide, 0), (wide, deep), (0, deep)),
            "passages": [{"id": "s", "centreline": street, **widths}],
            "policy": policy,
        },
    )
    assert found["retreat_m"] == pytest.approx([retreat_m], abs=1e-6)
    assert found["widening_area_m2"] == pytest.approx(wide * retreat_m, abs=1e-4)
    assert found["after_widening_area_m2"] == pytest.approx(wide * (deep - retreat_m), abs=1e-4)


def test_a_corner_of_any_angle_loses_half_the_square_of_its_leg_times_the_sine(sheet):
    angle, along = sheet.number(46, 134), 25.0
    far = (along * cos(radians(angle)), along * sin(radians(angle)))
    widths, measure = (sheet.number(6, 20), sheet.number(6, 20)), str(sheet.random.choice(["BASE", "LEG"]))
    corner = {
        "frontage_1": sheet.line((0, 0), (along, 0)),
        "frontage_2": sheet.line((0, 0), far),
        "width_1_m": widths[0],
        "width_2_m": widths[1],
        "size_rule": {"kind": "SUM_OVER_TEN"},
        "measure": measure,
    }
    policy = {"automatic_angle_deg": [45, 135], "minimum_leg_m": None, "clip": "EACH_LEG"}
    parcel = sheet.area((0, 0), (along, 0), (along + far[0], far[1]), far)
    found = answer("CHAMFER", {"parcel": parcel, "corners": [corner], "policy": policy})
    size = sum(widths) / 10
    leg_m = size / (2 * sin(radians(angle) / 2)) if measure == "BASE" else size
    assert found["corner_angle_deg"] == pytest.approx([angle], abs=1e-5)
    assert found["leg_1_m"] == pytest.approx([leg_m], abs=1e-6)
    assert found["chamfer_area_m2"] == pytest.approx(leg_m**2 / 2 * sin(radians(angle)), abs=1e-4)


def test_a_rectangle_may_be_built_on_to_its_share_and_the_extension_less_a_triangle_for_each_neighbour(sheet):
    wide, deep, share, further = (
        sheet.number(6, 20),
        sheet.number(18, 40),
        sheet.number(0.4, 0.7),
        sheet.number(1, 2.5),
    )
    neighbours = int(sheet.random.integers(0, 3))
    edges = [sheet.line((0, 0), (0, deep)), sheet.line((wide, 0), (wide, deep))][:neighbours]
    lot = sheet.area((0, 0), (wide, 0), (wide, deep), (0, deep))
    found = answer(
        "DEPTH60",
        {
            "net_parcel": lot,
            "depth_measured_on": lot,
            "u_azimuth_deg": 180 - sheet.degrees,
            "neighbour_edges": edges,
            "policy": {
                "length": "CHORD",
                "chords": "FIRST_FROM_BUILDING_SIDE",
                "depth_share": share,
                "extension_m": further,
                "retreat_deg": 45,
                "retreat": "ACROSS_DISTANCE",
            },
        },
    )
    assert found["basic_area_m2"] == pytest.approx(share * wide * deep, abs=1e-3)
    assert found["envelope_area_m2"] == pytest.approx(
        share * wide * deep + further * wide - neighbours * further**2 / 2, abs=0.01
    )


def test_a_rectangle_less_its_setbacks_is_a_smaller_rectangle(sheet):
    wide, deep = sheet.number(15, 30), sheet.number(20, 40)
    setbacks = [sheet.number(0, 6) for _ in range(4)]
    corners = [(0, 0), (wide, 0), (wide, deep), (0, deep), (0, 0)]
    edges = [{"edge": sheet.line(*corners[at : at + 2]), "setback_m": setbacks[at]} for at in range(4)]
    percent = sheet.number(20, 80)
    for join in ("SUPPORTING_LINE", "DISTANCE"):
        inputs = {
            "net_parcel": sheet.area(*corners[:4]),
            "edges": edges,
            "coverage_percent": percent,
            "policy": {"join": join},
        }
        found = answer("SETBACK", inputs)
        left_m2 = (wide - setbacks[1] - setbacks[3]) * (deep - setbacks[0] - setbacks[2])
        assert found["envelope_area_m2"] == pytest.approx(left_m2, abs=1e-3)
        assert found["footprint_m2"] == pytest.approx(min(left_m2, percent / 100 * wide * deep), abs=1e-3)


def test_a_line_beside_a_lot_holds_what_lies_within_its_distance_in_three_values_by_accuracy(sheet):
    wide, deep, away, distance = (
        sheet.number(10, 20),
        sheet.number(15, 30),
        sheet.number(2, 8),
        sheet.number(2, 14),
    )
    offset, first, second = sheet.number(0, 2), sheet.number(0.01, 0.2), sheet.number(0.01, 0.2)
    overlay = {
        "id": "line",
        "geometry": sheet.line((-100, -away), (100, -away)),
        "measured_from": "OUTER_CONDUCTORS",
        "outer_conductor_offset_m": offset,
        "distance_m": distance,
        "effect": "NO_BUILD",
    }
    accuracy = {
        "measure": "AREA_OVER_LENGTH",
        "parcel_accuracy_m": first,
        "layer_accuracy_m": second,
        "combine": "ROOT_SUM_SQUARES",
    }
    found = answer(
        "BUFFER",
        {
            "net_parcel": sheet.area((0, 0), (wide, 0), (wide, deep), (0, deep)),
            "overlay": overlay,
            "far_percent": 100,
            "coverage_percent": 60,
            "policy": {"accuracy": accuracy, "far_basis_shrinks": False},
        },
    )
    reach_m, within_m = distance + offset - away, sqrt(first**2 + second**2)
    told = "APPLIES" if reach_m > within_m else "BORDERLINE" if reach_m >= -within_m else "DOES_NOT_APPLY"
    if abs(abs(reach_m) - within_m) > 1e-3:
        assert found["class"] == told
    assert found["overlap_area_m2"] == pytest.approx(wide * min(max(reach_m, 0.0), deep), abs=1e-3)


def test_floor_area_is_the_smaller_of_density_and_footprint_times_storeys(sheet):
    coverage, far, storeys = sheet.number(30, 80), sheet.number(60, 400), int(sheet.random.integers(1, 8))
    net, deed = sheet.number(100, 500), sheet.number(100, 500)
    found = answer(
        "DENSITY",
        {
            "coverage_percent": coverage,
            "coverage_basis_area_m2": net,
            "far_percent": far,
            "far_basis_area_m2": deed,
            "storeys": storeys,
            "policy": {"equal_within": 1e-6},
        },
    )
    footprint, cap = coverage / 100 * net, far / 100 * deed
    assert found["reachable_floor_area_m2"] == pytest.approx(min(cap, footprint * storeys))
    assert found["floor_area_binding"] == (["FAR"] if cap < footprint * storeys else ["STOREYS"])


def test_storeys_come_from_the_band_of_the_width_that_counts(sheet):
    existing, planned = sheet.number(5, 20), sheet.number(5, 20)
    bounds = sorted(sheet.number(5, 20) for _ in range(3))
    ends = [0.0, *bounds, None]
    bands = [
        {"from": ends[at], "to": ends[at + 1], "from_included": True, "to_included": False, "storeys": at + 1}
        for at in range(4)
    ]
    basis = str(sheet.random.choice(["EXIST", "PLAN", "AFTER_OWN_SETBACK"]))
    width = {
        "EXIST": existing,
        "PLAN": planned,
        "AFTER_OWN_SETBACK": existing + max(0.0, planned - existing) / 2,
    }[basis]
    passage = {"existing_width_m": existing, "planned_width_m": planned, "legal_access": True}
    policy = {"width_basis": basis, "which_passage": "WIDEST", "discretionary": None}
    limits = [{"kind": "BY_WIDTH", "bands": bands}]
    found = answer(
        "STOREY", {"zone": "R", "passages": [passage], "area_m2": 300.0, "limits": limits, "policy": policy}
    )
    assert found["governing_width_m"] == pytest.approx(width)
    assert found["storeys"] == 1 + sum(width >= bound for bound in bounds)


def test_bays_are_rounded_once_or_for_each_dwelling_and_planes_rise_by_the_tangent(sheet):
    units = [int(sheet.random.integers(60, 260)) for _ in range(int(sheet.random.integers(1, 9)))]
    bands = [
        {"from": 0, "to": 150, "to_included": False, "bays": 1},
        {"from": 150, "to": 200, "to_included": True, "bays": 1.5},
        {"from": 200, "from_included": False, "to": None, "bays": 2},
    ]
    each = [Fraction(1) if area < 150 else Fraction(3, 2) if area <= 200 else Fraction(2) for area in units]
    for rounding, bays in (("CEIL_TOTAL", ceil(sum(each))), ("CEIL_PER_UNIT", sum(map(ceil, each)))):
        for waiver, waived in (("NONE", 0), ("ONE_IF_ODD_UNITS_AFTER_ROUNDING", len(units) % 2)):
            rule = {"bands": bands, "rounding": rounding, "waiver": waiver}
            assert answer("PARK", {"unit_areas_m2": units, "rule": rule})["bays_required"] == bays - waived
    base, away, angle, high = (
        sheet.number(0, 12),
        sheet.number(1, 20),
        sheet.number(20, 70),
        sheet.number(5, 40),
    )
    found = answer("LIGHT", {"height_m": high, "distance_m": away, "base_height_m": base, "angle_deg": angle})
    assert found["permitted_height_m"] == pytest.approx(base + away * tan(radians(angle)), abs=1e-6)
    assert found["passes"] == (high <= base + away * tan(radians(angle)) + 0.001)
    assert floor(found["excess_m"] * 1000) == pytest.approx(
        floor(max(0.0, high - found["permitted_height_m"]) * 1000), abs=1
    )
