"""What layers over a lot take, forbid or ask: planned streets, buffers, height surfaces, rasters."""

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.findings import as_document
from tests.gis_core.constraints.rule_fields.changed import (
    BUILDABLE,
    FAR_CAP,
    STOREYS,
    WIDENED,
    Changed,
    Scene,
    Shown,
    corner,
    value_of,
)
from tests.gis_core.constraints.scenes import (
    REFERENCE_LOT,
    WHOLE_PLACE,
    X,
    Y,
    a_lot,
    overlays,
    surveyed,
)


def overlay(name: str) -> Shown:
    """What each overlay says under a name."""
    return lambda evaluation: [entry[name] for entry in as_document(evaluation)["overlays"]]


def over(
    shape: shapely.Geometry, attributes: dict[str, Any] | None = None, accuracy_m: float = 0.05
) -> Scene:
    """The reference corner with one feature of a layer `works`."""
    layers = surveyed("works", accuracy_m=accuracy_m)
    return Scene(around=corner(overlays=overlays("works", (shape, attributes or {})), layers=layers))


def measured(**told: float) -> Scene:
    """The reference lot on ground that was measured so."""
    rows = np.empty(1, dtype=object)
    rows[0] = {"CHANGED": told}
    lot = replace(a_lot(REFERENCE_LOT, deed_area_m2=310.0), rasters=rows)
    return Scene(lot=lot, around=corner(layers=surveyed("works", kind="raster")))


STREET_BEHIND = shapely.box(X - 50, Y + 24, X + 50, Y + 40)
STRIP_BEHIND = shapely.box(X - 50, Y + 20, X + 50, Y + 60)
AXIS_BEHIND = shapely.LineString([(X - 100, Y + 30), (X + 100, Y + 30)])
AIRPORT = replace(
    over(shapely.Point(X + 3000, Y)), lot=replace(a_lot(REFERENCE_LOT), ground_m=np.array([1590.0]))
)
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

CASES = [
    Changed("PLANNED_STREET", "layer", "works", "other", WIDENED, over(STREET_BEHIND)),
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
]
