"""Where a building may stand on its lot, and what it needs: light, bays, distances, a use."""

import shapely

from tests.gis_core.constraints.rule_fields.changed import (
    ENVELOPE,
    STOREYS,
    Changed,
    Scene,
    corner,
    value_of,
    with_first,
)
from tests.gis_core.constraints.scenes import (
    BAYS,
    REFERENCE_LOT,
    RULES,
    WELL_ROWS,
    X,
    Y,
    a_lot,
    corner_streets,
    edges_of,
    turn_one,
    turned,
)

SHEARED = shapely.Polygon([(X, Y), (X + 12, Y), (X + 13, Y + 25), (X + 1, Y + 25)])
FAN = shapely.Polygon([(X, Y), (X + 12, Y), (X + 20, Y + 25), (X - 8, Y + 30)])
OBTUSE = shapely.Polygon([(X, Y), (X + 12, Y), (X + 24, Y + 20), (X, Y + 25)])
SINGLE_FRONT = corner(
    edges=edges_of(REFERENCE_LOT, ("passage", 0), *[("neighbour", -1)] * 3), passages=corner_streets()
)
SETBACK = {"front_m": 3.0, "side_m": 2.0, "rear_m": 4.0, "join": "DISTANCE"}
NO_DEPTH = ("DEPTH60",)
PLANE = {"from": "NEIGHBOUR", "base_height_m": 10.0, "angle_deg": 45}
LIGHT, PROJECTS, ORIENTED = value_of("light_height_m"), value_of("projection_m"), value_of("orientation")
NEED, HOLDS = value_of("parking_need"), value_of("parking_capacity")
SOUTHERN = Scene(lot=a_lot(turn_one(REFERENCE_LOT, 180.0)), around=turned(corner(), 180.0))

CASES = [
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
]
