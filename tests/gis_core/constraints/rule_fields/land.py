"""What is ceded, cut off and counted of a lot, the zones it lies in, and how it may be divided."""

from dataclasses import replace

import numpy as np
import shapely

from tests.gis_core.constraints.rule_fields.changed import (
    AREA,
    CUT,
    GOVERNING,
    NET,
    STOREYS,
    WIDENED,
    ZONE,
    Changed,
    Scene,
    corner,
    value_of,
)
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    RULES,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    corner_edges,
    corner_streets,
    in_zone,
    zones,
)

SIZES = RULES["CHAMFER"].params["sizes"]
SUM, FIXED = {"kind": "SUM_OVER_TEN"}, {"kind": "FIXED", "value_m": 2.5}
WEST, EAST = (
    shapely.box(X - 900, Y - 900, X + 4, Y + 900),
    shapely.box(X + 4, Y - 900, X + 900, Y + 900),
)
NARROW = shapely.Polygon([(X, Y), (X + 1.0, Y), (X + 1.0, Y + 25), (X, Y + 25)])
THROUGH = shapely.LineString([(X + 5, Y - 40), (X + 5, Y + 70)])
TWO_ZONES = corner(zones=zones(("R121", WEST), ("R112", EAST)))
R112 = tuple(in_zone("R112", FAR={"far_percent": 180}, STOREY={"storeys": 3}))
MISFIT = corner(
    zones=zones(
        ("R121", shapely.box(X + 0.1, Y - 900, X + 900, Y + 900)),
        ("R112", shapely.box(X - 900, Y - 900, X + 0.1, Y + 900)),
        accuracy_m=None,
    )
)
BARE = Scene(lot=a_lot(REFERENCE_LOT, accuracy_m=np.nan), around=MISFIT, beside=R112)
MEASURED_WIDER = replace(
    corner(edges=replace(corner_edges(REFERENCE_LOT), width_m=np.array([8.3, 8.0, np.nan, np.nan]))),
    passages=corner_streets(),
)

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
                passages=corner_streets(
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
        Scene(around=corner(passages=corner_streets({"existing": 10, "planned": 10}))),
    ),
    Changed("CHAMFER", "sizes", SIZES, SIZES | {"VEHICULAR": FIXED}, CUT),
    Changed("CHAMFER", "sizes.VEHICULAR", FIXED, FIXED | {"value_m": 3.0}, CUT),
    Changed("CHAMFER", "sizes.VEHICULAR", SUM, {"kind": "TWICE_TENTH_OF_NARROWER"}, CUT),
    Changed(
        "CHAMFER",
        "sizes.ONE_NOT_VEHICULAR",
        FIXED,
        SUM,
        CUT,
        Scene(around=corner(passages=corner_streets(None, {"vehicular": False}))),
    ),
    Changed(
        "CHAMFER",
        "sizes.NOT_VEHICULAR",
        FIXED,
        SUM,
        CUT,
        Scene(around=corner(passages=corner_streets({"vehicular": False}, {"vehicular": False}))),
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
            around=corner(NARROW, passages=corner_streets(None, {"line": THROUGH})),
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
        GOVERNING,
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
    # --- dividing
    Changed("SUBDIV", "parent_min_m2", 200, 1000, value_of("may_subdivide"), base={"lot_min_m2": 100}),
    Changed("SUBDIV", "lot_min_m2", 100, 150, value_of("may_subdivide"), base={"parent_min_m2": 200}),
]
