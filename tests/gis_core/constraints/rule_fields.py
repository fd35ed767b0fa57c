"""Cases of rule fields: two values of each parameter, and what of an answer differs by them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.findings import Evaluation, as_document
from gis_core.constraints.rules import TOGETHER, Rule, RuleSet
from gis_core.constraints.values import Layer, Lots, Surroundings
from tests.gis_core.constraints.scenes import (
    BAYS,
    FRONT_LINE,
    NOW,
    ON,
    REFERENCE_LOT,
    RULES,
    SIDE_LINE,
    WELL_ROWS,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    edges_of,
    in_zone,
    overlays,
    reference_corner,
    streets,
    turn_one,
    turned,
    zones,
)

CORNER = (("passage", 0), ("passage", 1), ("neighbour", -1), ("neighbour", -1))
SIZES = RULES["CHAMFER"].params["sizes"]
SUM, FIXED = {"kind": "SUM_OVER_TEN"}, {"kind": "FIXED", "value_m": 2.5}
STREET_BEHIND = shapely.box(X - 50, Y + 24, X + 50, Y + 40)
WEST, EAST = (
    shapely.box(X - 900, Y - 900, X + 4, Y + 900),
    shapely.box(X + 4, Y - 900, X + 900, Y + 900),
)


@dataclass(frozen=True)
class Scene:
    """What is asked about: the lot and what lies around it, the rules beside the one that is changed."""

    lot: Lots = field(default_factory=lambda: a_lot(REFERENCE_LOT, deed_area_m2=310.0))
    around: Surroundings = field(default_factory=reference_corner)
    beside: tuple[Rule, ...] = ()
    without: tuple[str, ...] = ()
    north_deg: float = 0.0

    def answer(self, rule: Rule) -> Evaluation:
        """The answer with the plain rule pack, this rule in place of the one of its kind."""
        gone = ({rule.kind} - TOGETHER) | set(self.without)
        pack = [one for kind, one in RULES.items() if kind not in gone]
        rules = RuleSet.on_day([*pack, *self.beside, rule], ON)
        north = np.array([self.north_deg])
        return evaluate(self.lot, self.around, rules, on=ON, known_at=NOW, north_deg=north)[0]


Shown = Callable[[Evaluation], Any]


@dataclass(frozen=True)
class Changed:
    """One field of a rule at two values, and what of the answer differs by it; None in `base`: left out."""

    kind: str
    name: str
    one: Any
    other: Any
    shown: Shown
    scene: Scene = field(default_factory=Scene)
    base: dict[str, Any] = field(default_factory=dict)

    def params(self, value: Any) -> dict[str, Any]:
        """The parameters with the field at a value; None leaves it out."""
        plain = RULES[self.kind].params if self.kind in RULES else {}
        gone = {name for name, value in self.base.items() if value is None}
        told = {name: value for name, value in {**plain, **self.base}.items() if name not in gone}
        path = self.name.split(".")
        inner = told
        for step in path[:-1]:
            inner[step] = dict(inner[step]) if isinstance(inner[step], dict) else inner[step]
            inner = inner[step]
        if value is None:
            inner.pop(path[-1], None)
        else:
            inner[path[-1]] = value
        return told

    def rule(self, value: Any) -> Rule:
        """The rule with the field at a value."""
        zone = RULES[self.kind].zone_code if self.kind in RULES else ""
        basis = RULES[self.kind].area_basis if self.kind in RULES else ""
        if self.kind == "MIN_LOT":
            zone = "R121"
        if self.kind == "SETBACK":
            zone = "R121"
        return Rule("CHANGED", self.kind, self.params(value), zone_code=zone, area_basis=basis)


def value_of(key: str) -> Shown:
    """The value of a finding, or what is said in its place."""

    def shown(evaluation: Evaluation) -> Any:
        finding = as_document(evaluation)["findings"][key]
        return finding["value"], finding["state"], finding["reason"]

    return shown


def part_of(key: str, name: str) -> Shown:
    return lambda evaluation: value_of(key)(evaluation)[0][name]


def overlay(name: str) -> Shown:
    return lambda evaluation: [entry[name] for entry in as_document(evaluation)["overlays"]]


# --- scenes --------------------------------------------------------------------------------------------


def corner(lot: shapely.Polygon = REFERENCE_LOT, **more: Any) -> Surroundings:
    return reference_corner(**({"edges": edges_of(lot, *CORNER)} | more))


def passages(front: dict[str, Any] | None = None, side: dict[str, Any] | None = None) -> Any:
    plain = {"key": "front", "line": FRONT_LINE, "existing": 8, "planned": 12}
    other = {"key": "side", "line": SIDE_LINE, "existing": 8, "planned": 8}
    return streets(plain | (front or {}), other | (side or {}))


def over(
    shape: shapely.Geometry, attributes: dict[str, Any] | None = None, accuracy_m: float = 0.05
) -> Scene:
    """The reference corner with one feature of a layer `works`."""
    layer = {"works": Layer("works", surveyed_extent=WHOLE_PLACE, accuracy_m=accuracy_m)}
    return Scene(around=corner(overlays=overlays("works", (shape, attributes or {})), layers=layer))


def measured(**told: float) -> Scene:
    """The reference lot on ground that was measured so."""
    rows = np.empty(1, dtype=object)
    rows[0] = {"CHANGED": told}
    layer = Layer("works", surveyed_extent=WHOLE_PLACE, kind="raster")
    lot = replace(a_lot(REFERENCE_LOT, deed_area_m2=310.0), rasters=rows)
    return Scene(lot=lot, around=corner(layers={"works": layer}))


STRIP_BEHIND = shapely.box(X - 50, Y + 20, X + 50, Y + 60)
AXIS_BEHIND = shapely.LineString([(X - 100, Y + 30), (X + 100, Y + 30)])
TWO_LINES = shapely.MultiLineString([AXIS_BEHIND, [(X - 100, Y + 36), (X + 100, Y + 36)]])
AIRPORT = replace(
    over(shapely.Point(X + 3000, Y)), lot=replace(a_lot(REFERENCE_LOT), ground_m=np.array([1590.0]))
)
NARROW = shapely.Polygon([(X, Y), (X + 1.0, Y), (X + 1.0, Y + 25), (X, Y + 25)])
ASKEW = shapely.Polygon([(X, Y), (X + 12, Y), (X + 18, Y + 25), (X - 3, Y + 25)])
SHEARED = shapely.Polygon([(X, Y), (X + 12, Y), (X + 13, Y + 25), (X + 1, Y + 25)])
FAN = shapely.Polygon([(X, Y), (X + 12, Y), (X + 20, Y + 25), (X - 8, Y + 30)])
OBTUSE = shapely.Polygon([(X, Y), (X + 12, Y), (X + 24, Y + 20), (X, Y + 25)])
TWO_ZONES = corner(zones=zones(("R121", WEST), ("R112", EAST)))
R112 = tuple(in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3}))
MISFIT = corner(
    zones=zones(
        ("R121", shapely.box(X + 0.1, Y - 900, X + 900, Y + 900)),
        ("R112", shapely.box(X - 900, Y - 900, X + 0.1, Y + 900)),
        accuracy_m=None,
    )
)
SINGLE_FRONT = corner(
    edges=edges_of(REFERENCE_LOT, ("passage", 0), *[("neighbour", -1)] * 3), passages=passages()
)
BARE = Scene(lot=a_lot(REFERENCE_LOT, accuracy_m=np.nan), around=MISFIT, beside=R112)
MEASURED_WIDER = replace(
    corner(edges=replace(edges_of(REFERENCE_LOT, *CORNER), width_m=np.array([8.3, 8.0, np.nan, np.nan]))),
    passages=passages(),
)
SETBACK = {"front_m": 3.0, "side_m": 2.0, "rear_m": 4.0, "join": "DISTANCE"}
NO_DEPTH = ("DEPTH60",)
BUFFER = {"layer": "works", "measured_from": "POLYGON", "distance_m": 0.0, "effect": "NO_BUILD"}
LINE = {**BUFFER, "measured_from": "AXIS"}
SURFACE = {
    "layer": "works",
    "inner_height_m": 14.0,
    "inner_radius_m": 4000.0,
    "conical_slope": 0.05,
    "conical_height_m": 100.0,
    "aerodrome_elevation_m": 1590.0,
}
RASTER = {"layer": "works", "measure": "VALUE", "above": 20.0, "statistic": "MEAN", "effect": "NO_BUILD"}
HILL = measured(mean=25.0, maximum=45.0, share_above=0.2, known_share_above=0.2, unknown_share=0.0)
ASKED = {"zone_prefix": "R", "max_passage_width_m": 12.0, "when_storeys": [4], "extra": 1}
BANDS = [{"from": 0, "to": 10, "storeys": 2}, {"from": 10, "to": None, "storeys": 3}]
PLANE = {"from": "NEIGHBOUR", "base_height_m": 10.0, "angle_deg": 45}


def with_first(rows: list[dict[str, Any]], **change: Any) -> list[dict[str, Any]]:
    return [rows[0] | change, *rows[1:]]


FEW = [{"from": 0, "to": 100, "coverage_percent": 50}, {"from": 100, "coverage_percent": 60}]
MANY = [{"from": 0, "to": 100, "far_percent": 180}, {"from": 100, "far_percent": 240}]
COLUMNS = [{"from": 0, "to": 10, "column": "narrow"}, {"from": 10, "column": "wide"}]
COVERAGE = value_of("coverage_percent")


def tabled(percent: str, **more: Any) -> dict[str, Any]:
    """A rule with a table in place of its one percentage."""
    return {percent: None, **more}


AREA, NET, WIDENED = value_of("surveyed_area_m2"), value_of("net_area_m2"), value_of("widening_area_m2")
CUT, ENVELOPE, STOREYS = value_of("chamfer_area_m2"), value_of("envelope_area_m2"), value_of("storeys")
BUILDABLE, HEIGHT, ZONE = value_of("buildable_area_m2"), value_of("height_m"), value_of("zone")
LIGHT, PROJECTS, ORIENTED = value_of("light_height_m"), value_of("projection_m"), value_of("orientation")
NEED, HOLDS, FAR_CAP = value_of("parking_need"), value_of("parking_capacity"), value_of("far_cap_m2")
SOUTHERN = Scene(lot=a_lot(turn_one(REFERENCE_LOT, 180.0)), around=turned(corner(), 180.0))

CASES = [
    # --- land
    Changed(
        "WIDEN",
        "never_narrow",
        True,
        False,
        WIDENED,
        Scene(
            around=corner(
                passages=passages(
                    {
                        "existing": 8,
                        "planned": 7,
                        "line": shapely.LineString([(X - 40, Y - 3.7), (X + 60, Y - 3.7)]),
                    }
                )
            )
        ),
        {"passages": "ALL"},
    ),
    Changed("WIDEN", "consumed_below_share", 0.05, 0.95, NET),
    Changed("WIDEN", "minimum_usable_m2", 0.0, 280.0, NET),
    Changed(
        "WIDEN",
        "passages",
        "WIDENED_ONLY",
        "ALL",
        WIDENED,
        Scene(around=corner(passages=passages({"existing": 10, "planned": 10}))),
    ),
    Changed("PLANNED_STREET", "layer", "works", "other", WIDENED, over(STREET_BEHIND)),
    Changed("CHAMFER", "sizes", SIZES, SIZES | {"VEHICULAR": FIXED}, CUT),
    Changed("CHAMFER", "sizes.VEHICULAR", FIXED, FIXED | {"value_m": 3.0}, CUT),
    Changed("CHAMFER", "sizes.VEHICULAR", SUM, {"kind": "TWICE_TENTH_OF_NARROWER"}, CUT),
    Changed(
        "CHAMFER",
        "sizes.ONE_NOT_VEHICULAR",
        FIXED,
        SUM,
        CUT,
        Scene(around=corner(passages=passages(None, {"vehicular": False}))),
    ),
    Changed(
        "CHAMFER",
        "sizes.NOT_VEHICULAR",
        FIXED,
        SUM,
        CUT,
        Scene(around=corner(passages=passages({"vehicular": False}, {"vehicular": False}))),
    ),
    Changed("CHAMFER", "measure", "BASE", "LEG", CUT),
    Changed("CHAMFER", "minimum_leg_m", 0.5, 3.0, CUT),
    Changed("CHAMFER", "automatic_angle_deg", [45, 135], [95, 135], CUT),
    Changed("CHAMFER", "automatic_angle_deg", [45, 135], [45, 80], CUT),
    Changed(
        "CHAMFER",
        "clip",
        "EACH_LEG",
        "ISOSCELES",
        CUT,
        Scene(
            lot=a_lot(NARROW),
            around=corner(
                NARROW,
                passages=passages(None, {"line": shapely.LineString([(X + 5, Y - 40), (X + 5, Y + 70)])}),
            ),
        ),
    ),
    Changed("DEED_TOLERANCE", "relative_share", 0.01, 0.05, value_of("area_discrepancy_m2")),
    Changed("DEED_TOLERANCE", "absolute_m2", 1.0, 12.0, value_of("area_discrepancy_m2")),
    Changed(
        "GRID_TO_GROUND", "apply", True, False, AREA, base={"grid_scale": 0.9996, "elevation_factor": 0.9998}
    ),
    Changed(
        "GRID_TO_GROUND", "grid_scale", 0.9996, 0.9999, AREA, base={"apply": True, "elevation_factor": 0.9998}
    ),
    Changed(
        "GRID_TO_GROUND", "elevation_factor", 0.9998, 0.9997, AREA, base={"apply": True, "grid_scale": 0.9996}
    ),
    # --- zones
    Changed(
        "ACCURACY",
        "measure",
        "INSCRIBED_DIAMETER",
        "AREA_OVER_LENGTH",
        ZONE,
        Scene(
            lot=a_lot(REFERENCE_LOT),
            around=corner(
                zones=zones(
                    (
                        "R121",
                        shapely.difference(
                            WHOLE_PLACE, shapely.Polygon([(X, Y + 2), (X + 0.16, Y + 2), (X, Y + 25)])
                        ),
                    ),
                    ("R112", shapely.Polygon([(X, Y + 2), (X + 0.16, Y + 2), (X, Y + 25)])),
                )
            ),
        ),
        {"combine": "SUM", "parcel_accuracy_m": 0.0, "layer_accuracy_m": 0.0},
    ),
    Changed(
        "ACCURACY",
        "combine",
        "SUM",
        "MAX",
        ZONE,
        BARE,
        {"measure": "INSCRIBED_DIAMETER", "parcel_accuracy_m": 0.08, "layer_accuracy_m": 0.06},
    ),
    Changed(
        "ACCURACY",
        "combine",
        "ROOT_SUM_SQUARES",
        "MAX",
        ZONE,
        BARE,
        {"measure": "INSCRIBED_DIAMETER", "parcel_accuracy_m": 0.08, "layer_accuracy_m": 0.08},
    ),
    Changed(
        "ACCURACY",
        "parcel_accuracy_m",
        0.0,
        0.3,
        ZONE,
        BARE,
        {"measure": "INSCRIBED_DIAMETER", "combine": "SUM", "layer_accuracy_m": 0.0},
    ),
    Changed(
        "ACCURACY",
        "layer_accuracy_m",
        0.0,
        0.3,
        ZONE,
        BARE,
        {"measure": "INSCRIBED_DIAMETER", "combine": "SUM", "parcel_accuracy_m": 0.0},
    ),
    Changed(
        "ACCURACY",
        "recorded_width_accuracy_m",
        0.0,
        0.5,
        value_of("governing_width_m"),
        Scene(
            around=MEASURED_WIDER,
            beside=(
                replace(
                    RULES["STOREY_POLICY"], params=RULES["STOREY_POLICY"].params | {"width_basis": "EXIST"}
                ),
            ),
            without=("STOREY_POLICY",),
        ),
        {
            "measure": "INSCRIBED_DIAMETER",
            "combine": "SUM",
            "parcel_accuracy_m": 0.0,
            "layer_accuracy_m": 0.0,
        },
    ),
    Changed(
        "ZONE",
        "split_zone_limits",
        "STRICTEST",
        "AREA_WEIGHTED",
        value_of("far_percent"),
        Scene(around=TWO_ZONES, beside=R112),
    ),
    Changed("ZONE", "split_zone_limits", "STRICTEST", "DESK", ZONE, Scene(around=TWO_ZONES, beside=R112)),
    Changed(
        "ZONE",
        "one_zone",
        {"kind": "CONCERNED_BY_WIDTH"},
        {"kind": "AREA_TOLERANCE", "tolerance_share": 0.5},
        lambda evaluation: evaluation.zone_state,
        Scene(around=TWO_ZONES, beside=R112),
    ),
    Changed("MIN_LOT", "min_area_m2", 200.0, 290.0, STOREYS, base={"falls_to": None}),
    Changed("MIN_LOT", "min_passage_m", 10.0, 14.0, STOREYS, base={"falls_to": None}),
    Changed(
        "MIN_LOT",
        "falls_to",
        "R112",
        "R113",
        value_of("far_percent"),
        Scene(beside=(*R112, *in_zone("R113", FAR={"far_percent": 90}))),
        {"min_area_m2": 290.0},
    ),
    # --- density
    Changed("COV", "coverage_percent", 60, 50, value_of("footprint_m2")),
    Changed("COV", "by", "AREA", "WIDTH", COVERAGE, base=tabled("coverage_percent", bands=FEW)),
    Changed(
        "COV", "bands", FEW, with_first(FEW, to=400), COVERAGE, base=tabled("coverage_percent", by="AREA")
    ),
    Changed("FAR", "far_percent", 240, 180, FAR_CAP),
    Changed("FAR", "by", "AREA", "WIDTH", FAR_CAP, base=tabled("far_percent", bands=MANY)),
    Changed("FAR", "bands", MANY, with_first(MANY, to=400), FAR_CAP, base=tabled("far_percent", by="AREA")),
    Changed(
        "FAR",
        "width_columns",
        COLUMNS,
        [COLUMNS[0] | {"to": 14}, COLUMNS[1] | {"from": 14}],
        FAR_CAP,
        base=tabled("far_percent", by="AREA", bands=[{"from": 0, "narrow": 180, "wide": 200}]),
    ),
    Changed("STOREY", "limit", "ZONE", "FAR_OVER_COVERAGE", STOREYS, base={"storeys": 2, "round": "WHOLE"}),
    Changed(
        "STOREY",
        "limit",
        "BY_WIDTH",
        "BY_AREA",
        STOREYS,
        base={"bands": BANDS},
        scene=Scene(around=corner(passages=passages({"existing": 8, "planned": 9}))),
    ),
    Changed("STOREY", "storeys", 3, 2, STOREYS, Scene(without=("STOREY",)), {"limit": "ZONE"}),
    Changed("STOREY", "bands", BANDS, with_first(BANDS, to=14), STOREYS, base={"limit": "BY_WIDTH"}),
    Changed(
        "STOREY",
        "round",
        "WHOLE",
        "HALF",
        STOREYS,
        Scene(beside=(replace(RULES["FAR"], params={"far_percent": 210}),), without=("FAR",)),
        {"limit": "FAR_OVER_COVERAGE"},
    ),
    Changed(
        "STOREY",
        "round",
        "NONE",
        "HALF",
        STOREYS,
        Scene(beside=(replace(RULES["FAR"], params={"far_percent": 200}),), without=("FAR",)),
        {"limit": "FAR_OVER_COVERAGE"},
    ),
    Changed("STOREY_POLICY", "width_basis", "EXIST", "PLAN", value_of("governing_width_m")),
    Changed("STOREY_POLICY", "width_basis", "AFTER_OWN_SETBACK", "PLAN", value_of("governing_width_m")),
    Changed(
        "STOREY_POLICY",
        "which_passage",
        "WIDEST",
        "WIDEST_WITH_LEGAL_ACCESS",
        value_of("governing_width_m"),
        Scene(around=corner(passages=passages({"legal_access": False}))),
    ),
    *(
        Changed("STOREY_POLICY", "discretionary", ASKED, ASKED | change, value_of("may_request_storeys"))
        for change in (
            {"zone_prefix": "S"},
            {"max_passage_width_m": 11.0},
            {"when_storeys": [3]},
            {"extra": 2},
        )
    ),
    *(
        Changed("HEIGHT", name, RULES["HEIGHT"].params[name], RULES["HEIGHT"].params[name] + 0.5, HEIGHT)
        for name in ("pilot_clear_m", "slab_m", "storey_clear_m", "parapet_m")
    ),
    # --- where a building stands
    Changed("ORIENT", "north", "GRID", "TRUE", ORIENTED, Scene(north_deg=60.0)),
    Changed("ORIENT", "ask_within_deg", 5, 60, ORIENTED),
    *(
        Changed(
            "ORIENT",
            "building_side",
            RULES["ORIENT"].params["building_side"],
            RULES["ORIENT"].params["building_side"] | {kind: side},
            value_of("light_height_m"),
            Scene(lot=a_lot(turn_one(REFERENCE_LOT, degrees)), around=turned(SINGLE_FRONT, degrees)),
        )
        for kind, degrees, side in (
            ("NORTH_LOT", 0.0, "AT_FRONTAGE"),
            ("SOUTH_LOT", 180.0, "OPPOSITE_FRONTAGE"),
            ("FRONTAGE_EAST", 90.0, "AT_FRONTAGE"),
            ("FRONTAGE_WEST", 270.0, "NORTH"),
            ("FRONTAGE_EAST", 90.0, "DESK"),
        )
    ),
    Changed(
        "DEPTH60",
        "length",
        "CHORD",
        "MEAN_LENGTH",
        ENVELOPE,
        Scene(lot=a_lot(FAN), around=corner(FAN)),
        {"mean_width": {"policy": "EXTENT"}},
    ),
    Changed(
        "DEPTH60",
        "mean_width",
        {"policy": "EXTENT"},
        {"policy": "MEAN_OF_END_EDGES"},
        ENVELOPE,
        Scene(lot=a_lot(FAN), around=corner(FAN)),
        {"length": "MEAN_LENGTH"},
    ),
    Changed("DEPTH60", "depth_share", 0.6, 0.5, ENVELOPE),
    Changed("DEPTH60", "extension_m", 2.0, 1.0, ENVELOPE),
    Changed("DEPTH60", "retreat_deg", 45, 30, ENVELOPE),
    Changed(
        "DEPTH60",
        "retreat",
        "ACROSS_DISTANCE",
        "FROM_LINE_END",
        ENVELOPE,
        Scene(lot=a_lot(SHEARED), around=corner(SHEARED)),
    ),
    Changed("DEPTH60", "depth_measured_on", "NET_BEFORE_CHAMFER", "NET", ENVELOPE),
    Changed("DEPTH60", "depth_measured_on", "NET_BEFORE_CHAMFER", "EXISTING", ENVELOPE),
    *(
        Changed(
            "SETBACK",
            name,
            SETBACK.get(name, 1.0),
            SETBACK.get(name, 1.0) + 0.5,
            ENVELOPE,
            Scene(
                around=corner(
                    edges=edges_of(
                        REFERENCE_LOT, ("passage", 0), ("passage", 1), ("neighbour", -1), ("open", -1)
                    )
                )
                if name == "open_m"
                else corner(),
                without=NO_DEPTH,
            ),
            SETBACK,
        )
        for name in ("front_m", "side_m", "rear_m", "street_side_m", "open_m")
    ),
    Changed(
        "SETBACK",
        "join",
        "SUPPORTING_LINE",
        "DISTANCE",
        ENVELOPE,
        Scene(
            lot=a_lot(OBTUSE),
            around=corner(OBTUSE, edges=edges_of(OBTUSE, ("passage", 0), *[("neighbour", -1)] * 3)),
            without=NO_DEPTH,
        ),
        SETBACK | {"front_m": 5.0, "side_m": 0.5},
    ),
    # --- the building
    Changed("LIGHTWELL", "valid_up_to_storeys", 5, 3, value_of("light_wells_m2")),
    Changed("LIGHTWELL", "rows", WELL_ROWS, with_first(WELL_ROWS, up_to_m2=280), value_of("light_wells_m2")),
    Changed("LIGHTWELL", "serves", ["MAIN", "SECONDARY"], ["MAIN"], value_of("light_wells_m2")),
    Changed("PARK", "bands", BAYS, with_first(BAYS, bays=2), NEED),
    Changed(
        "PARK", "rounding", "CEIL_TOTAL", "CEIL_PER_UNIT", NEED, base={"bands": with_first(BAYS, bays=0.5)}
    ),
    Changed(
        "PARK", "waiver", "NONE", "ONE_IF_ODD_UNITS_AFTER_ROUNDING", NEED, base={"typical_unit_m2": 94.0}
    ),
    Changed("PARK", "capacity_share", 0.85, 0.6, HOLDS),
    Changed("PARK", "m2_per_bay", 25, 30, HOLDS),
    Changed("PARK", "typical_unit_m2", 82.5, 160.0, NEED),
    Changed("LIGHT", "planes", [PLANE], [PLANE | {"base_height_m": 8.0}], LIGHT, SOUTHERN),
    Changed("LIGHT", "planes", [PLANE], [PLANE | {"angle_deg": 60}], LIGHT, SOUTHERN),
    Changed("LIGHT", "planes", [PLANE], [PLANE | {"from": "PASSAGE"}], LIGHT, SOUTHERN),
    Changed(
        "LIGHT", "effect", "ASK", "LIMIT", STOREYS, SOUTHERN, {"planes": [PLANE | {"base_height_m": 1.0}]}
    ),
    Changed(
        "CANTILEVER",
        "bands",
        RULES["CANTILEVER"].params["bands"],
        [{"from": 0, "to": None, "projection_m": 0.5}],
        PROJECTS,
        SOUTHERN,
    ),
    Changed("CANTILEVER", "width_basis", "EXIST", "PLAN", PROJECTS, SOUTHERN),
    Changed("CANTILEVER", "forbidden_classes", ["expressway"], ["local"], PROJECTS, SOUTHERN),
    Changed("CANTILEVER", "min_clearance_m", 3.5, 4.5, value_of("projection_clearance_m")),
    Changed("OVERLOOK", "main_to_main_m", 6.0, 8.0, value_of("overlook")),
    Changed("OVERLOOK", "other_m", 4.0, 3.0, value_of("overlook")),
    Changed("USE", "uses", RULES["USE"].params["uses"], {"housing": "FORBIDDEN"}, value_of("uses")),
    # --- overlays
    Changed("BUFFER", "layer", "works", "other", BUILDABLE, over(STRIP_BEHIND), BUFFER),
    Changed(
        "BUFFER",
        "measured_from",
        "AXIS",
        "OUTER_WALL_EDGE",
        BUILDABLE,
        over(AXIS_BEHIND),
        BUFFER | {"distance_m": 7.0, "outside_width_m": 3.0},
    ),
    Changed(
        "BUFFER",
        "measured_from",
        "AXIS",
        "OUTER_CONDUCTORS",
        BUILDABLE,
        over(AXIS_BEHIND),
        BUFFER | {"distance_m": 7.0, "outer_conductor_offset_m": 3.0},
    ),
    Changed(
        "BUFFER",
        "measured_from",
        "AXIS",
        "OUTER_TRACK_AXES",
        BUILDABLE,
        over(
            shapely.MultiLineString(
                [[(X - 50, Y + 22), (X + 50, Y + 22)], [(X - 50, Y + 26), (X + 50, Y + 26)]]
            )
        ),
        BUFFER | {"distance_m": 1.0},
    ),
    Changed("BUFFER", "effect", "NO_BUILD", "CONDITIONAL", BUILDABLE, over(STRIP_BEHIND), BUFFER),
    Changed("BUFFER", "effect", "INFO", "CONDITIONAL", BUILDABLE, over(STRIP_BEHIND), BUFFER),
    Changed(
        "BUFFER",
        "effect",
        "INFO",
        "HEIGHT_LIMIT",
        STOREYS,
        over(STRIP_BEHIND),
        BUFFER | {"max_height_m": 9.0},
    ),
    Changed(
        "BUFFER",
        "select",
        {"kind": "canal"},
        {"kind": "drain"},
        BUILDABLE,
        over(STRIP_BEHIND, {"kind": "canal"}),
        BUFFER,
    ),
    *(
        Changed(
            "BUFFER", name, less, more, value_of(name), over(WHOLE_PLACE), BUFFER | {"effect": "RESTRICT"}
        )
        for name, less, more in (("far_percent", 90, 120), ("coverage_percent", 30, 40), ("storeys", 1, 2))
    ),
    *(
        Changed("BUFFER", "effect", one, other, STOREYS, over(WHOLE_PLACE), BUFFER | {"storeys": storeys})
        for one, other, storeys in (
            ("REPLACE", "RESTRICT", 5),
            ("RELAX", "RESTRICT", 3),
            ("RELAX", "REPLACE", 3),
        )
    ),
    Changed("BUFFER", "distance_m", 6.0, 7.0, BUILDABLE, over(AXIS_BEHIND), LINE),
    Changed(
        "BUFFER",
        "table",
        {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}]},
        {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 9.0}]},
        BUILDABLE,
        over(AXIS_BEHIND, {"kv": 63}),
        LINE | {"attribute": "kv"},
    ),
    Changed(
        "BUFFER",
        "table",
        {"kind": "BY_VALUE", "rows": [{"key": 63, "distance_m": 8.0}]},
        {"kind": "BY_BAND", "rows": [{"from": 60, "to": 70, "distance_m": 9.0}]},
        BUILDABLE,
        over(AXIS_BEHIND, {"kv": 63}),
        LINE | {"attribute": "kv"},
    ),
    Changed(
        "BUFFER",
        "attribute",
        "kv",
        "volts",
        BUILDABLE,
        over(AXIS_BEHIND, {"kv": 63, "volts": 20}),
        LINE
        | {
            "table": {
                "kind": "BY_VALUE",
                "rows": [{"key": 63, "distance_m": 8.0}, {"key": 20, "distance_m": 6.0}],
            }
        },
    ),
    Changed(
        "BUFFER",
        "outer_conductor_offset_m",
        1.0,
        3.0,
        BUILDABLE,
        over(AXIS_BEHIND),
        LINE | {"measured_from": "OUTER_CONDUCTORS", "distance_m": 6.0},
    ),
    Changed(
        "BUFFER",
        "outer_conductor_offset_attribute",
        "a",
        "b",
        BUILDABLE,
        over(AXIS_BEHIND, {"a": 1.0, "b": 3.0}),
        LINE | {"measured_from": "OUTER_CONDUCTORS", "distance_m": 6.0},
    ),
    Changed(
        "BUFFER",
        "outside_width_m",
        2.0,
        4.0,
        BUILDABLE,
        over(AXIS_BEHIND),
        LINE | {"measured_from": "OUTER_WALL_EDGE", "distance_m": 6.0},
    ),
    Changed(
        "BUFFER",
        "outside_width_attribute",
        "a",
        "b",
        BUILDABLE,
        over(AXIS_BEHIND, {"a": 2.0, "b": 4.0}),
        LINE | {"measured_from": "OUTER_WALL_EDGE", "distance_m": 6.0},
    ),
    Changed("BUFFER", "agency", "power", "gas", overlay("agency"), over(STRIP_BEHIND), BUFFER),
    Changed(
        "BUFFER", "agency", "power", "gas", BUILDABLE, over(STRIP_BEHIND), BUFFER | {"effect": "CONDITIONAL"}
    ),
    Changed(
        "BUFFER", "max_height_m", 9.0, 14.0, STOREYS, over(STRIP_BEHIND), BUFFER | {"effect": "HEIGHT_LIMIT"}
    ),
    Changed(
        "BUFFER",
        "max_height_attribute",
        "a",
        "b",
        STOREYS,
        over(STRIP_BEHIND, {"a": 9.0, "b": 14.0}),
        BUFFER | {"effect": "HEIGHT_LIMIT"},
    ),
    Changed("BUFFER", "far_basis_shrinks", True, False, FAR_CAP, over(STRIP_BEHIND), BUFFER),
    Changed("HEIGHT_SURFACE", "layer", "works", "other", STOREYS, AIRPORT, SURFACE),
    Changed("HEIGHT_SURFACE", "inner_height_m", 14.0, 9.0, STOREYS, AIRPORT, SURFACE),
    Changed("HEIGHT_SURFACE", "inner_radius_m", 4000.0, 2900.0, STOREYS, AIRPORT, SURFACE),
    Changed(
        "HEIGHT_SURFACE",
        "conical_slope",
        0.05,
        0.01,
        STOREYS,
        AIRPORT,
        SURFACE | {"inner_radius_m": 2900.0, "inner_height_m": 9.0},
    ),
    Changed(
        "HEIGHT_SURFACE",
        "conical_height_m",
        100.0,
        1.0,
        STOREYS,
        AIRPORT,
        SURFACE | {"inner_radius_m": 2900.0, "inner_height_m": 9.0},
    ),
    Changed("HEIGHT_SURFACE", "aerodrome_elevation_m", 1590.0, 1588.0, STOREYS, AIRPORT, SURFACE),
    Changed(
        "HEIGHT_SURFACE",
        "aerodrome_elevation_attribute",
        "a",
        "b",
        STOREYS,
        replace(AIRPORT, around=over(shapely.Point(X + 3000, Y), {"a": 1590.0, "b": 1585.0}).around),
        SURFACE,
    ),
    Changed("HEIGHT_SURFACE", "agency", "aviation", "army", overlay("agency"), AIRPORT, SURFACE),
    Changed("RASTER", "layer", "works", "other", BUILDABLE, HILL, RASTER),
    Changed("RASTER", "above", 20.0, 30.0, BUILDABLE, HILL, RASTER),
    Changed("RASTER", "statistic", "MEAN", "MAXIMUM", BUILDABLE, HILL, RASTER | {"above": 40.0}),
    Changed("RASTER", "statistic", "MEAN", "SHARE_ABOVE", BUILDABLE, HILL, RASTER | {"above": 30.0}),
    Changed("RASTER", "effect", "NO_BUILD", "CONDITIONAL", BUILDABLE, HILL, RASTER),
    Changed("RASTER", "effect", "INFO", "CONDITIONAL", BUILDABLE, HILL, RASTER),
    Changed("RASTER", "share", 0.1, 0.3, BUILDABLE, HILL, RASTER | {"statistic": "SHARE_ABOVE"}),
    Changed("RASTER", "margin", 0.0, 6.0, BUILDABLE, HILL, RASTER | {"above": 26.0}),
    Changed("RASTER", "agency", "geology", "water", BUILDABLE, HILL, RASTER | {"effect": "CONDITIONAL"}),
    Changed("RASTER", "unit", "%", "m", overlay("reason"), HILL, RASTER),
    Changed("RASTER", "far_basis_shrinks", True, False, FAR_CAP, HILL, RASTER | {"statistic": "SHARE_ABOVE"}),
    # --- dividing
    Changed("SUBDIV", "parent_min_m2", 200, 1000, value_of("may_subdivide"), base={"lot_min_m2": 100}),
    Changed("SUBDIV", "lot_min_m2", 100, 150, value_of("may_subdivide"), base={"parent_min_m2": 200}),
]
