"""Scenes for the engine: the reference lot of the rule book and its street corner, and a plain rule pack."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.affinity import rotate, translate

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import Evaluation
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Edges, Layer, Lots, Overlays, Passages, Surroundings, Zones

ON = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
X, Y = 560012.35, 3610047.80

#: The reference lot of rules.md section 22: 12 × 25 m, front passage on its south, side passage on its east.
REFERENCE_LOT = shapely.Polygon([(X, Y), (X + 12, Y), (X + 12, Y + 25), (X, Y + 25)])
FRONT_LINE = shapely.LineString([(X - 40, Y - 4), (X + 60, Y - 4)])
SIDE_LINE = shapely.LineString([(X + 16, Y - 40), (X + 16, Y + 70)])
WHOLE_PLACE = shapely.box(X - 1000, Y - 1000, X + 1000, Y + 1000)

WELL_ROWS = [
    {
        "up_to_m2": 200,
        "MAIN": {"percent_of_plot": 6, "min_dimension_m": 2.0},
        "SECONDARY": {"percent_of_plot": 3, "min_dimension_m": 2.0},
    },
    {
        "up_to_m2": None,
        "MAIN": {"area_m2": 12.0, "min_dimension_m": 3.0},
        "SECONDARY": {"area_m2": 6.0, "min_dimension_m": 2.0},
    },
]
BAYS = [
    {"from": 0, "to": 150, "to_included": False, "bays": 1},
    {"from": 150, "to": 200, "to_included": True, "bays": 1.5},
    {"from": 200, "from_included": False, "to": None, "bays": 2},
]
DIVIDING = {
    "parent_min_m2": 1000,
    "width_min_m": 10,
    "ratio_max": 5,
    "width_measure": "BOUNDING_RECTANGLE",
    "topology_m2": 0.01,
    "area_sum_share": 0.001,
    "access_min_m": 3.0,
    "forced_subdivision_exempt": True,
}
SUM_OVER_TEN = {"kind": "SUM_OVER_TEN"}

RULES: dict[str, Rule] = {
    rule.kind: rule
    for rule in (
        Rule(
            "WIDENING",
            "WIDEN",
            {
                "never_narrow": True,
                "line_caps": "FLAT",
                "line_joins": "MITRE",
                "consumed_below_share": 0.05,
                "minimum_usable_m2": 0.0,
            },
        ),
        Rule(
            "CORNERS",
            "CHAMFER",
            {
                "sizes": {
                    "VEHICULAR": SUM_OVER_TEN,
                    "ONE_NOT_VEHICULAR": {"kind": "FIXED", "value_m": 1.5},
                    "NOT_VEHICULAR": {"kind": "FIXED", "value_m": 1.0},
                },
                "measure": "BASE",
                "minimum_leg_m": None,
                "automatic_angle_deg": [45, 135],
                "clip": "EACH_LEG",
            },
        ),
        Rule("DEEDS", "DEED_TOLERANCE", {"relative_share": 0.01, "absolute_m2": 1.0, "combine": "LARGER"}),
        Rule("SPLIT", "ZONE", {"one_zone": {"kind": "CONCERNED_BY_WIDTH"}, "split_zone_limits": "STRICTEST"}),
        Rule("R121-COV", "COV", {"coverage_percent": 60}, zone_code="R121", area_basis="NET"),
        Rule("R121-FAR", "FAR", {"far_percent": 240}, zone_code="R121", area_basis="DEED"),
        Rule("R121-STOREYS", "STOREY", {"limit": "ZONE", "storeys": 4}, zone_code="R121"),
        Rule(
            "WIDTHS",
            "STOREY_POLICY",
            {"width_basis": "PLAN", "which_passage": "WIDEST_WITH_LEGAL_ACCESS", "discretionary": None},
        ),
        Rule(
            "HEIGHTS",
            "HEIGHT",
            {
                "pilot_clear_m": 2.4,
                "slab_m": 0.4,
                "storey_clear_m": 2.9,
                "parapet_m": 1.1,
                "partial_storey_height": "FULL",
            },
        ),
        Rule(
            "ORIENTATION",
            "ORIENT",
            {
                "north": "GRID",
                "ask_within_deg": 5,
                "building_side": {
                    "NORTH_LOT": "OPPOSITE_FRONTAGE",
                    "SOUTH_LOT": "AT_FRONTAGE",
                    "FRONTAGE_EAST": "OPPOSITE_FRONTAGE",
                    "FRONTAGE_WEST": "OPPOSITE_FRONTAGE",
                },
            },
        ),
        Rule(
            "R121-DEPTH",
            "DEPTH60",
            {
                "length": "CHORD",
                "chords": "FIRST_FROM_BUILDING_SIDE",
                "depth_share": 0.6,
                "extension_m": 2.0,
                "retreat_deg": 45,
                "retreat": "ACROSS_DISTANCE",
                "depth_measured_on": "NET_BEFORE_CHAMFER",
            },
            zone_code="R121",
        ),
        Rule(
            "WELLS",
            "LIGHTWELL",
            {"valid_up_to_storeys": 5, "rows": WELL_ROWS, "serves": ["MAIN", "SECONDARY"]},
            area_basis="NET",
        ),
        Rule(
            "PARKING",
            "PARK",
            {
                "bands": BAYS,
                "rounding": "CEIL_TOTAL",
                "waiver": "NONE",
                "capacity_share": 0.85,
                "m2_per_bay": 25,
                "typical_unit_m2": 82.5,
            },
        ),
        Rule(
            "LIGHT-PLANES",
            "LIGHT",
            {
                "planes": [{"from": "NEIGHBOUR", "base_height_m": 10.0, "angle_deg": 45}],
                "effect": "ASK",
            },
        ),
        Rule(
            "PROJECTIONS",
            "CANTILEVER",
            {
                "width_basis": "PLAN",
                "min_clearance_m": 3.5,
                "forbidden_classes": ["expressway"],
                "bands": [
                    {"from": 0, "to": 12, "projection_m": 0.0},
                    {"from": 12, "to": 20, "projection_m": 0.8},
                    {"from": 20, "to": None, "projection_m": 1.2},
                ],
            },
        ),
        Rule("WINDOWS", "OVERLOOK", {"main_to_main_m": 6.0, "other_m": 4.0}),
        Rule(
            "R121-USES",
            "USE",
            {"uses": {"housing": "PERMITTED", "shop": "CONDITIONAL", "workshop": "FORBIDDEN"}},
            zone_code="R121",
        ),
        Rule("DIVIDING", "SUBDIV", {"lot_min_m2": 500, **DIVIDING}),
    )
}


def rule_set(*more: Rule, without: tuple[str, ...] = ()) -> RuleSet:
    """The plain rule pack, less some kinds, with other rules in place of or beside its own."""
    replaced = {rule.kind for rule in more if rule.kind not in ("STOREY", "BUFFER")}
    kept = [rule for kind, rule in RULES.items() if kind not in without and kind not in replaced]
    return RuleSet.on_day([*kept, *more], ON)


def a_lot(polygon: shapely.Polygon, *, deed_area_m2: float | None = None, accuracy_m: float = 0.08) -> Lots:
    """One lot; its deed says what its shape says unless told otherwise."""
    deed = polygon.area if deed_area_m2 is None else deed_area_m2
    return Lots(
        id=np.array([1]),
        key=np.array(["3-2-45-17-0-0-0"], dtype=object),
        geometry=shapes(polygon),
        deed_area_m2=np.array([deed]),
        accuracy_m=np.array([accuracy_m]),
        has_access=np.array([np.nan]),
    )


def streets(*rows: dict[str, Any]) -> Passages:
    """Passages from rows of `key`, `line`, `existing`, `planned` and what differs from an ordinary street."""
    return Passages(
        key=np.array([row["key"] for row in rows], dtype=object),
        geometry=shapes(*[row["line"] for row in rows]),
        form=np.array([row.get("form", "CENTRELINE") for row in rows], dtype=object),
        existing_width_m=np.array([row.get("existing", np.nan) for row in rows], dtype=float),
        planned_width_m=np.array([row.get("planned", np.nan) for row in rows], dtype=float),
        widening=np.array([row.get("widening", "SYMMETRIC") for row in rows], dtype=object),
        offset_left_m=np.full(len(rows), np.nan),
        offset_right_m=np.full(len(rows), np.nan),
        street_side=np.array([row.get("street_side", "LEFT") for row in rows], dtype=object),
        legal_access=np.array([row.get("legal_access", True) for row in rows], dtype=bool),
        vehicular=np.array([row.get("vehicular", True) for row in rows], dtype=bool),
        street_class=np.array([row.get("class", "local") for row in rows], dtype=object),
    )


def corner_streets(
    front: Mapping[str, Any] | None = None, side: Mapping[str, Any] | None = None, *more: dict[str, Any]
) -> Passages:
    """The streets of the reference corner, 8 → 12 m in front and 8 m at the side, with what differs."""
    plain = {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 12}
    other = {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8}
    return streets(plain | dict(front or {}), other | dict(side or {}), *more)


def edges_of(polygon: shapely.Polygon, *kinds: tuple[str, int], lot: int = 0) -> Edges:
    """The edges of a lot's ring in order, each with its kind and the passage beyond it (or -1)."""
    points = list(polygon.exterior.coords)
    lines = [shapely.LineString(pair) for pair in pairwise(points)]
    assert len(lines) == len(kinds)
    return Edges(
        lot=np.full(len(lines), lot),
        geometry=shapes(*lines),
        kind=np.array([kind for kind, _ in kinds], dtype=object),
        passage=np.array([passage for _, passage in kinds]),
        width_m=np.full(len(lines), np.nan),
    )


def corner_edges(polygon: shapely.Polygon) -> Edges:
    """The edges of a lot of four corners that stands as the reference lot does: on two streets."""
    return edges_of(polygon, ("passage", 0), ("passage", 1), ("neighbour", -1), ("neighbour", -1))


def surveyed(key: str, **more: Any) -> dict[str, Layer]:
    """A layer that was surveyed over the whole place."""
    return {key: Layer(key, surveyed_extent=WHOLE_PLACE, **more)}


def zones(*rows: tuple[str, shapely.Polygon], accuracy_m: float = 0.06) -> Zones:
    """Zones by code and polygon."""
    codes = np.array([code for code, _ in rows], dtype=object)
    layer = Layer("zoning", surveyed_extent=WHOLE_PLACE, accuracy_m=accuracy_m)
    return Zones(codes, codes, codes, shapes(*[polygon for _, polygon in rows]), layer)


def overlays(layer: str, *rows: tuple[shapely.Geometry, dict[str, Any]]) -> Overlays:
    """Features of one overlay layer with their attributes."""
    names = np.array([f"{layer} {number}" for number in range(len(rows))], dtype=object)
    attributes = np.empty(len(rows), dtype=object)
    attributes[:] = [given for _, given in rows]
    geometry = shapes(*[shape for shape, _ in rows])
    return Overlays(np.full(len(rows), layer, dtype=object), names, names, names, geometry, attributes)


def reference_corner(**more: Any) -> Surroundings:
    """The corner at which the reference lot stands: 8 → 12 m in front, 8 m at the side, neighbours behind."""
    given: dict[str, Any] = {
        "edges": corner_edges(REFERENCE_LOT),
        "passages": corner_streets(),
        "zones": zones(("R121", WHOLE_PLACE)),
    }
    return Surroundings(**(given | more))


def turned(around: Surroundings, degrees: float, dx: float = 0.0, dy: float = 0.0) -> Surroundings:
    """A scene turned about the reference lot's first corner and moved."""

    def turn(geometries: np.ndarray) -> np.ndarray:
        return shapes(*[turn_one(geometry, degrees, dx, dy) for geometry in geometries])

    values = {
        name: type(part)(**(vars(part) | {"geometry": turn(part.geometry)}))
        for name, part in vars(around).items()
        if name != "layers"
    }
    plan = values["zones"].layer
    if plan is not None and plan.surveyed_extent is not None:
        extent = turn_one(plan.surveyed_extent, degrees, dx, dy)
        values["zones"] = replace(values["zones"], layer=replace(plan, surveyed_extent=extent))
    return Surroundings(**values, layers=around.layers)


def turn_one(
    geometry: shapely.Geometry, degrees: float, dx: float = 0.0, dy: float = 0.0
) -> shapely.Geometry:
    """One shape turned about the reference lot's first corner and moved."""
    return translate(rotate(geometry, degrees, origin=(X, Y)), dx, dy)


def answer_for(lots: Lots, around: Surroundings, rules: RuleSet | None = None) -> Evaluations:
    """The evaluations of lots on the day of these tests."""
    return evaluate(lots, around, rules or rule_set(), on=ON, known_at=NOW)


def values_of(evaluation: Evaluation) -> dict[str, Any]:
    """The values of an evaluation by finding."""
    return {key: finding.value for key, finding in evaluation.findings.items()}


def reason(evaluation: Evaluation, key: str) -> str:
    """Why a finding is not simply computed."""
    found = evaluation.findings[key].reason
    assert found is not None
    return found.code


def in_zone(code: str, **params: dict[str, Any]) -> list[Rule]:
    """The rules of the reference zone for another one, with other numbers."""
    rules = [RULES["COV"], RULES["FAR"], RULES["STOREY"], RULES["DEPTH60"]]
    return [
        replace(
            rule,
            zone_code=code,
            code=f"{code}-{rule.kind}",
            params=dict(rule.params) | params.get(rule.kind, {}),
        )
        for rule in rules
    ]
