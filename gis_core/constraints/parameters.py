"""Checks the parameters of a rule before it is taken in: all that its kind needs, and nothing unread."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from gis_core.constraints.parameter_tables import (
    Cells,
    Faults,
    bands,
    cells,
    is_number,
    is_share,
    is_size,
    one_of,
    wells,
    within,
)
from gis_core.constraints.parcelling import GROUNDS

#: What a parameter may be: a word out of some, or what `_IS` tells.
Wanted = frozenset[str] | str


def words(*known: str) -> frozenset[str]:
    """A parameter that is one of these words."""
    return frozenset(known)


_WIDTHS = words("EXIST", "PLAN", "AFTER_OWN_SETBACK")
#: Numbers that may lie below zero, or not at it; of the others none is negative.
_ANY, _ABOVE_ZERO = "a number of either sign", "a number above zero"
_SIDES = words("AT_FRONTAGE", "OPPOSITE_FRONTAGE", "NORTH", "DESK")

#: The most that a parameter may be; more is a slip of the pen, or a size that no envelope is drawn for.
MOST: Mapping[str, float] = {
    "coverage_percent": 100,
    "public_percent": 100,
    "passage_percent_of_remainder": 100,
    "storeys": 200,
    "depth_share": 1,
    "retreat_deg": 89,
    "consumed_below_share": 1,
    "relative_share": 1,
    "area_sum_share": 1,
    "share": 1,
}
#: Parameters that may stand in a rule without a value: nothing is asked for.
EMPTY = frozenset({"minimum_leg_m", "discretionary", "falls_to"})
#: Parameters that a rule of each kind must have (README.md, "Rule kinds and their parameters").
NEEDED: Mapping[str, Mapping[str, Wanted]] = {
    "WIDEN": {
        "never_narrow": "yes or no",
        "line_caps": words("FLAT"),
        "line_joins": words("MITRE"),
        "consumed_below_share": "a number",
        "minimum_usable_m2": "a number",
    },
    "PLANNED_STREET": {"layer": "a name"},
    "CHAMFER": {
        "sizes": "a table",
        "measure": words("BASE", "LEG"),
        "automatic_angle_deg": "a list",
        "clip": words("EACH_LEG", "ISOSCELES"),
    },
    "DEED_TOLERANCE": {"relative_share": "a number", "absolute_m2": "a number", "combine": words("LARGER")},
    "GRID_TO_GROUND": {"apply": "yes or no", "grid_scale": _ABOVE_ZERO, "elevation_factor": _ABOVE_ZERO},
    "ACCURACY": {
        "measure": words("INSCRIBED_DIAMETER", "AREA_OVER_LENGTH"),
        "combine": words("ROOT_SUM_SQUARES", "SUM", "MAX"),
        "parcel_accuracy_m": "a number",
        "layer_accuracy_m": "a number",
    },
    "ZONE": {"one_zone": "a table", "split_zone_limits": words("STRICTEST", "AREA_WEIGHTED", "DESK")},
    "MIN_LOT": {},
    "COV": {},
    "FAR": {},
    "STOREY": {"limit": words("ZONE", "BY_WIDTH", "BY_AREA", "FAR_OVER_COVERAGE")},
    "STOREY_POLICY": {
        "width_basis": _WIDTHS,
        "which_passage": words("WIDEST", "WIDEST_WITH_LEGAL_ACCESS"),
    },
    "HEIGHT": {
        "pilot_clear_m": "a number",
        "slab_m": "a number",
        "storey_clear_m": "a number",
        "parapet_m": "a number",
        "partial_storey_height": words("FULL"),
    },
    "ORIENT": {"north": words("GRID", "TRUE"), "ask_within_deg": "a number", "building_side": "a table"},
    "DEPTH60": {
        "length": words("CHORD", "MEAN_LENGTH"),
        "chords": words("FIRST_FROM_BUILDING_SIDE"),
        "depth_share": "a number",
        "extension_m": "a number",
        "retreat_deg": "a number",
    },
    "SETBACK": {
        "front_m": "a number",
        "side_m": "a number",
        "rear_m": "a number",
        "join": words("SUPPORTING_LINE", "DISTANCE"),
    },
    "LIGHTWELL": {"valid_up_to_storeys": "a number", "rows": "a list", "serves": "a list"},
    "COUNT": {"kinds": "a table"},
    "PARK": {
        "bands": "a list",
        "rounding": words("CEIL_TOTAL", "CEIL_PER_UNIT"),
        "waiver": words("NONE", "ONE_IF_ODD_UNITS_AFTER_ROUNDING"),
        "capacity_share": "a number",
        "m2_per_bay": _ABOVE_ZERO,
        "typical_unit_m2": _ABOVE_ZERO,
    },
    "BUFFER": {
        "layer": "a name",
        "measured_from": words(
            "AXIS", "OUTER_CONDUCTORS", "OUTER_WALL_EDGE", "OUTER_TRACK_AXES", "POINT", "POLYGON"
        ),
        "effect": words("NO_BUILD", "CONDITIONAL", "HEIGHT_LIMIT", "INFO", "REPLACE", "RELAX", "RESTRICT"),
    },
    "HEIGHT_SURFACE": {
        "layer": "a name",
        "inner_height_m": "a number",
        "inner_radius_m": "a number",
        "conical_slope": _ABOVE_ZERO,
        "conical_height_m": "a number",
    },
    "RASTER": {
        "layer": "a name",
        "measure": words("VALUE", "SLOPE_PERCENT"),
        "above": _ANY,
        "statistic": words("MEAN", "MAXIMUM", "SHARE_ABOVE"),
        "effect": words("NO_BUILD", "CONDITIONAL", "INFO"),
    },
    "USE": {"uses": "a table"},
    "LIGHT": {"planes": "a list", "effect": words("ASK", "LIMIT")},
    "CANTILEVER": {
        "bands": "a list",
        "width_basis": _WIDTHS,
        "forbidden_classes": "a list",
        "min_clearance_m": "a number",
    },
    "OVERLOOK": {"main_to_main_m": "a number", "other_m": "a number"},
    "SUBDIV": {
        "parent_min_m2": "a number",
        "lot_min_m2": "a number",
        "width_min_m": "a number",
        "width_measure": words("BOUNDING_RECTANGLE", "INSCRIBED_CIRCLE"),
        "ratio_max": _ABOVE_ZERO,
        "topology_m2": "a number",
        "area_sum_share": "a number",
        "access_min_m": "a number",
        "forced_subdivision_exempt": "yes or no",
    },
    "CONFLICT": {},
    "MERGE": {"min_shared_edge_m": "a number"},
}
#: Columns of a printed table that its import compares with each other, row by row.
_PRINTED: Mapping[str, Wanted] = {"row_columns": "a list"}
#: Parameters that a rule of each kind may have besides.
OPTIONAL: Mapping[str, Mapping[str, Wanted]] = {
    "WIDEN": {"passages": words("WIDENED_ONLY", "ALL")},
    "CHAMFER": {"minimum_leg_m": "a number"},
    "ACCURACY": {"recorded_width_accuracy_m": "a number"},
    "MIN_LOT": {"min_area_m2": "a number", "min_passage_m": "a number", "falls_to": "a name"},
    "COV": {"coverage_percent": "a number", "by": words("AREA", "WIDTH"), "bands": "a list"},
    "FAR": {
        "far_percent": "a number",
        "by": words("AREA", "WIDTH"),
        "bands": "a list",
        "width_columns": "a list",
    },
    "STOREY": {"storeys": "a number", "bands": "a list", "round": words("WHOLE", "HALF", "NONE"), **_PRINTED},
    "PARK": {"uses": "a table", **_PRINTED},
    "CANTILEVER": _PRINTED,
    "STOREY_POLICY": {"discretionary": "a table"},
    "DEPTH60": {
        "mean_width": "a table",
        "retreat": words("ACROSS_DISTANCE", "FROM_LINE_END"),
        "depth_measured_on": words("NET_BEFORE_CHAMFER", "NET", "EXISTING"),
    },
    "SETBACK": {
        "street_side_m": "a number",
        "open_m": "a number",
    },
    "BUFFER": {
        "select": "a table",
        "distance_m": "a number",
        "table": "a table",
        "attribute": "a name",
        "outer_conductor_offset_m": "a number",
        "outer_conductor_offset_attribute": "a name",
        "outside_width_m": "a number",
        "outside_width_attribute": "a name",
        "agency": "a name",
        "max_height_m": "a number",
        "max_height_attribute": "a name",
        "far_basis_shrinks": "yes or no",
        "far_percent": "a number",
        "coverage_percent": "a number",
        "storeys": "a number",
    },
    "HEIGHT_SURFACE": {
        "aerodrome_elevation_m": _ANY,
        "aerodrome_elevation_attribute": "a name",
        "ground_layer": "a name",
        "agency": "a name",
    },
    "RASTER": {
        "share": "a number",
        "margin": "a number",
        "agency": "a name",
        "unit": "a name",
        "far_basis_shrinks": "yes or no",
    },
    "SUBDIV": {
        "applies_above_m2": "a number",
        "public_percent": "a number",
        "passage_percent_of_remainder": "a number",
        "forced_grounds": "a list",
    },
    "CONFLICT": {"equal_rank_conflict": words("ALWAYS", "ONLY_IF_IT_DECIDES")},
}


def faults(kind: str, params: Mapping[str, Any]) -> list[str]:
    """
    What is wrong with the parameters of a rule, in English sentences; nothing for a sound one.

    A parameter that the engine does not read is a fault as well: whoever wrote it believes that it counts.

    Examples
    --------
    >>> faults("FAR", {"far_percent": 240})
    []
    >>> faults("FAR", {"far": 240})
    ['nothing reads far']
    >>> faults("STOREY", {"limit": "BY_STREET"})
    ['limit is BY_STREET, and must be one of BY_AREA, BY_WIDTH, FAR_OVER_COVERAGE, ZONE']
    """
    needed, optional = NEEDED[kind], OPTIONAL.get(kind, {})
    found = [f"{name} is missing" for name in needed if params.get(name) is None]
    found += [f"nothing reads {name}" for name in params if name not in needed and name not in optional]
    found += [f"{name} is empty" for name in optional if params.get(name, "") is None and name not in EMPTY]
    for name, wanted in {**needed, **optional}.items():
        if params.get(name) is not None:
            found += _fault(name, params[name], wanted)
    return found or list(_MORE.get(kind, lambda _params: ())(params))


def _fault(name: str, value: Any, wanted: Wanted) -> Iterable[str]:
    if isinstance(wanted, frozenset):
        return one_of(name, value, wanted)
    if not _IS[wanted](value):
        return [f"{name} is {value!r}, and must be {wanted}"]
    if "a number" in wanted:
        least = -math.inf if wanted == _ANY else 0.0
        return within(name, value, least, MOST.get(name, math.inf))
    return []


_IS: Mapping[str, Callable[[Any], bool]] = {
    "a number": is_number,
    _ANY: is_number,
    _ABOVE_ZERO: lambda value: is_number(value) and value > 0,
    "yes or no": lambda value: isinstance(value, bool),
    "a name": lambda value: isinstance(value, str) and bool(value),
    "a table": lambda value: isinstance(value, Mapping),
    "a list": lambda value: isinstance(value, list | tuple),
}


def _percent(name: str, params: Mapping[str, Any]) -> Faults:
    """A percentage that holds for all lots, or a table of them by area or width."""
    if name in params and set(params) & {"by", "bands", "width_columns"}:
        yield f"{name} and a table contradict each other"
    elif name not in params and "by" not in params:
        yield f"{name} is missing" if "bands" not in params else "by is missing"
    elif "by" in params and "width_columns" not in params:
        yield from bands("bands", params.get("bands"), name)
    elif "by" in params:
        columns = params["width_columns"]
        yield from bands("width_columns", columns, "column", cells="a name", blank=False)
        if params["by"] != "AREA":
            yield "width_columns is read with by AREA only"
        named = [row.get("column") for row in columns if isinstance(row, Mapping)]
        for column in dict.fromkeys(name for name in named if isinstance(name, str)):
            yield from bands("bands", params.get("bands"), column)


def _storeys(params: Mapping[str, Any]) -> Faults:
    limit = params["limit"]
    needs = {"ZONE": "storeys", "BY_WIDTH": "bands", "BY_AREA": "bands", "FAR_OVER_COVERAGE": "round"}[limit]
    if needs not in params:
        yield f"{needs} is missing for the limit {limit}"
    elif needs == "bands":
        yield from bands("bands", params["bands"], "storeys")


def _buffer(params: Mapping[str, Any]) -> Faults:
    table = params.get("table")
    if table is None and "distance_m" not in params:
        yield "neither distance_m nor table says how far it reaches"
    if table is not None:
        yield from _distances(table, "attribute" in params)
    if params["effect"] == "HEIGHT_LIMIT" and not {"max_height_m", "max_height_attribute"} & set(params):
        yield "neither max_height_m nor max_height_attribute says how high"
    limits = {"far_percent", "coverage_percent", "storeys"}
    changes = params["effect"] in ("REPLACE", "RELAX", "RESTRICT")
    if changes and not limits & set(params):
        yield f"none of {', '.join(sorted(limits))} says what {params['effect']} changes"
    for name in sorted(limits & set(params) if not changes else ()):
        yield f"{name} is not read with the effect {params['effect']}"


def _distances(table: Mapping[str, Any], looked_up: bool) -> Faults:
    if table.get("kind") not in ("BY_VALUE", "BY_BAND"):
        yield f"table.kind is {table.get('kind')}, and must be one of BY_BAND, BY_VALUE"
    if not looked_up:
        yield "attribute is missing: the table is looked up by it"
    if table.get("kind") == "BY_VALUE":
        needed = {"key": lambda key: isinstance(key, str | int | float), "distance_m": is_size}
        yield from cells("table.rows", table.get("rows"), needed)
    else:
        yield from bands("table.rows", table.get("rows"), "distance_m", blank=False)


def _sides(params: Mapping[str, Any]) -> Faults:
    for name in ("NORTH_LOT", "SOUTH_LOT", "FRONTAGE_EAST", "FRONTAGE_WEST"):
        yield from one_of(f"building_side.{name}", params["building_side"].get(name), _SIDES)


def _corners(params: Mapping[str, Any]) -> Faults:
    for name in ("VEHICULAR", "ONE_NOT_VEHICULAR", "NOT_VEHICULAR"):
        size = params["sizes"].get(name) or {}
        if not isinstance(size, Mapping):
            yield f"sizes.{name} is {size!r}, and must be a table"
        elif size.get("kind") not in ("SUM_OVER_TEN", "FIXED", "TWICE_TENTH_OF_NARROWER"):
            yield f"sizes.{name}.kind is {size.get('kind')}"
        elif size["kind"] == "FIXED" and not is_size(size.get("value_m")):
            yield f"sizes.{name}.value_m is missing"
    angles = params["automatic_angle_deg"]
    if len(angles) != 2 or not all(map(is_size, angles)) or not angles[0] <= angles[1] <= 180:
        yield "automatic_angle_deg is not two angles, the lesser first"


def _uses(params: Mapping[str, Any]) -> Faults:
    for use, said in params["uses"].items():
        yield from one_of(f"uses.{use}", said, words("PERMITTED", "CONDITIONAL", "FORBIDDEN"))


def _parking(params: Mapping[str, Any]) -> Faults:
    yield from bands("bands", params["bands"], "bays")
    for use, row in params.get("uses", {}).items():
        if not isinstance(row, Mapping):
            yield f"uses.{use} is {row!r}, and must be a table"
            continue
        if not (is_size(row.get("m2_per_bay")) and row["m2_per_bay"] > 0):
            yield f"uses.{use}.m2_per_bay is {row.get('m2_per_bay')!r}, and must be {_ABOVE_ZERO}"
        if not is_size(row.get("surcharge_share", 0)):
            yield f"uses.{use}.surcharge_share is {row['surcharge_share']!r}, and must be a number"
        for name in sorted(set(row) - {"m2_per_bay", "surcharge_share"}):
            yield f"nothing reads uses.{use}.{name}"


def _planes(params: Mapping[str, Any]) -> Faults:
    for number, plane in enumerate(params["planes"]):
        if not isinstance(plane, Mapping):
            yield f"planes[{number}] is {plane!r}, and must be a table"
            continue
        yield from one_of(f"planes[{number}].from", plane.get("from"), words("NEIGHBOUR", "PASSAGE"))
        for name in ("base_height_m", "angle_deg"):
            if not is_size(plane.get(name)):
                yield f"planes[{number}].{name} is missing"
            elif name == "angle_deg" and plane[name] >= 90:
                yield f"planes[{number}].angle_deg is {plane[name]}, and must be less than 90"


def _depth(params: Mapping[str, Any]) -> Faults:
    policy = (params.get("mean_width") or {}).get("policy")
    if params["length"] == "MEAN_LENGTH":
        yield from one_of("mean_width.policy", policy, words("EXTENT", "MEAN_OF_END_EDGES"))


def _one_zone(params: Mapping[str, Any]) -> Faults:
    told = params["one_zone"]
    kinds = words("CONCERNED_BY_WIDTH", "AREA_TOLERANCE")
    yield from one_of("one_zone.kind", told.get("kind"), kinds)
    tolerances = [told[name] for name in ("tolerance_share", "tolerance_m2") if name in told]
    if told.get("kind") == "AREA_TOLERANCE" and not (tolerances and all(map(is_size, tolerances))):
        yield "neither one_zone.tolerance_share nor one_zone.tolerance_m2 says how much is tolerated"


def _discretion(params: Mapping[str, Any]) -> Faults:
    if params.get("discretionary") is not None:
        needed: Cells = {
            "zone_prefix": lambda prefix: isinstance(prefix, str),
            "max_passage_width_m": is_size,
            "when_storeys": lambda each: isinstance(each, list | tuple) and all(map(is_size, each)),
            "extra": is_size,
        }
        yield from cells("discretionary", [params["discretionary"]], needed)


def _counted(params: Mapping[str, Any]) -> Faults:
    for kind, row in params["kinds"].items():
        if not isinstance(row, Mapping):
            yield f"kinds.{kind} is {row!r}, and must be a table"
            continue
        from_size: Cells = {"share_from": is_share, "from_m2": is_size} if "from_m2" in row else {}
        yield from cells(f"kinds.{kind}", [row], {"share": is_share, **from_size})


def _dividing(params: Mapping[str, Any]) -> Faults:
    for number, ground in enumerate(params.get("forced_grounds", ())):
        yield from one_of(f"forced_grounds[{number}]", ground, words(*GROUNDS))
    if "forced_grounds" in params and not params["forced_subdivision_exempt"]:
        yield "forced_grounds are named, and forced_subdivision_exempt spares nobody"
    missing = [name for name in _ASKED_FOR if name not in params]
    if 0 < len(missing) < len(_ASKED_FOR):
        yield f"{', '.join(missing)} missing: what the public may ask for is told whole or not at all"


#: What may be asked of divided land for the public.
_ASKED_FOR = ("applies_above_m2", "public_percent", "passage_percent_of_remainder")
#: What is looked at when each parameter by itself is sound.
_MORE: Mapping[str, Callable[[Mapping[str, Any]], Faults]] = {
    "SUBDIV": _dividing,
    "FAR": partial(_percent, "far_percent"),
    "COV": partial(_percent, "coverage_percent"),
    "STOREY": _storeys,
    "STOREY_POLICY": _discretion,
    "ZONE": _one_zone,
    "DEPTH60": _depth,
    "LIGHTWELL": lambda params: wells(params["rows"], params["serves"]),
    "COUNT": _counted,
    "PARK": _parking,
    "CANTILEVER": lambda params: bands("bands", params["bands"], "projection_m"),
    "BUFFER": _buffer,
    "ORIENT": _sides,
    "CHAMFER": _corners,
    "USE": _uses,
    "LIGHT": _planes,
}
