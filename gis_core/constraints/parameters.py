"""Checks the parameters of a rule before it is taken in: all that its kind needs, and nothing unread."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

#: What a parameter may be: a word out of some, or what `_IS` tells.
Wanted = frozenset[str] | str
_Faults = Iterable[str]


def words(*known: str) -> frozenset[str]:
    """A parameter that is one of these words."""
    return frozenset(known)


_WIDTHS = words("EXIST", "PLAN", "AFTER_OWN_SETBACK")
_SIDES = words("AT_FRONTAGE", "OPPOSITE_FRONTAGE", "NORTH", "DESK")

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
    "GRID_TO_GROUND": {"apply": "yes or no", "grid_scale": "a number", "elevation_factor": "a number"},
    "ACCURACY": {
        "measure": words("INSCRIBED_DIAMETER", "AREA_OVER_LENGTH"),
        "combine": words("ROOT_SUM_SQUARES", "SUM", "MAX"),
        "parcel_accuracy_m": "a number",
        "layer_accuracy_m": "a number",
    },
    "ZONE": {"one_zone": "a table", "split_zone_limits": words("STRICTEST", "AREA_WEIGHTED", "DESK")},
    "MIN_LOT": {},
    "COV": {"coverage_percent": "a number"},
    "FAR": {"far_percent": "a number"},
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
        "m2_per_bay": "a number",
        "typical_unit_m2": "a number",
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
        "conical_slope": "a number",
        "conical_height_m": "a number",
    },
    "RASTER": {
        "layer": "a name",
        "measure": words("VALUE", "SLOPE_PERCENT"),
        "above": "a number",
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
        "ratio_max": "a number",
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
    "STOREY": {"storeys": "a number", "bands": "a list", "round": words("WHOLE", "HALF", "NONE"), **_PRINTED},
    "PARK": _PRINTED,
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
        "aerodrome_elevation_m": "a number",
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
    ['far_percent is missing', 'nothing reads far']
    >>> faults("STOREY", {"limit": "BY_STREET"})
    ['limit is BY_STREET, and must be one of BY_AREA, BY_WIDTH, FAR_OVER_COVERAGE, ZONE']
    """
    needed, optional = NEEDED[kind], OPTIONAL.get(kind, {})
    found = [f"{name} is missing" for name in needed if params.get(name) is None]
    found += [f"nothing reads {name}" for name in params if name not in needed and name not in optional]
    for name, wanted in {**needed, **optional}.items():
        if params.get(name) is not None:
            found += _fault(name, params[name], wanted)
    return found or list(_MORE.get(kind, lambda _params: ())(params))


def _fault(name: str, value: Any, wanted: Wanted) -> list[str]:
    if isinstance(wanted, frozenset):
        known = ", ".join(sorted(wanted))
        return [] if value in wanted else [f"{name} is {value}, and must be one of {known}"]
    return [] if _IS[wanted](value) else [f"{name} is {value!r}, and must be {wanted}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "a number": _is_number,
    "yes or no": lambda value: isinstance(value, bool),
    "a name": lambda value: isinstance(value, str) and bool(value),
    "a table": lambda value: isinstance(value, Mapping),
    "a list": lambda value: isinstance(value, list | tuple),
}


def _storeys(params: Mapping[str, Any]) -> _Faults:
    limit = params["limit"]
    needs = {"ZONE": "storeys", "BY_WIDTH": "bands", "BY_AREA": "bands", "FAR_OVER_COVERAGE": "round"}[limit]
    if needs not in params:
        yield f"{needs} is missing for the limit {limit}"


def _buffer(params: Mapping[str, Any]) -> _Faults:
    table = params.get("table")
    if table is None and "distance_m" not in params:
        yield "neither distance_m nor table says how far it reaches"
    if table is not None and table.get("kind") not in ("BY_VALUE", "BY_BAND"):
        yield f"table.kind is {table.get('kind')}, and must be one of BY_BAND, BY_VALUE"
    if table is not None and "attribute" not in params:
        yield "attribute is missing: the table is looked up by it"
    if table is not None:
        by_value = table.get("kind") == "BY_VALUE"
        yield from _rows(
            "table.rows", table.get("rows"), ("key", "distance_m") if by_value else ("distance_m",)
        )
    if params["effect"] == "HEIGHT_LIMIT" and not {"max_height_m", "max_height_attribute"} & set(params):
        yield "neither max_height_m nor max_height_attribute says how high"
    limits = {"far_percent", "coverage_percent", "storeys"}
    changes = params["effect"] in ("REPLACE", "RELAX", "RESTRICT")
    if changes and not limits & set(params):
        yield f"none of {', '.join(sorted(limits))} says what {params['effect']} changes"
    for name in sorted(limits & set(params) if not changes else ()):
        yield f"{name} is not read with the effect {params['effect']}"


def _sides(params: Mapping[str, Any]) -> _Faults:
    for name in ("NORTH_LOT", "SOUTH_LOT", "FRONTAGE_EAST", "FRONTAGE_WEST"):
        value = params["building_side"].get(name)
        if value not in _SIDES:
            yield f"building_side.{name} is {value}, and must be one of {', '.join(sorted(_SIDES))}"


def _corners(params: Mapping[str, Any]) -> _Faults:
    for name in ("VEHICULAR", "ONE_NOT_VEHICULAR", "NOT_VEHICULAR"):
        size = params["sizes"].get(name) or {}
        if size.get("kind") not in ("SUM_OVER_TEN", "FIXED", "TWICE_TENTH_OF_NARROWER"):
            yield f"sizes.{name}.kind is {size.get('kind')}"
        elif size["kind"] == "FIXED" and not _is_number(size.get("value_m")):
            yield f"sizes.{name}.value_m is missing"
    if len(params["automatic_angle_deg"]) != 2:
        yield "automatic_angle_deg is not two angles"


def _uses(params: Mapping[str, Any]) -> _Faults:
    for use, said in params["uses"].items():
        if said not in ("PERMITTED", "CONDITIONAL", "FORBIDDEN"):
            yield f"uses.{use} is {said}, and must be one of CONDITIONAL, FORBIDDEN, PERMITTED"


def _planes(params: Mapping[str, Any]) -> _Faults:
    for number, plane in enumerate(params["planes"]):
        if plane.get("from") not in ("NEIGHBOUR", "PASSAGE"):
            yield f"planes[{number}].from is {plane.get('from')}, and must be one of NEIGHBOUR, PASSAGE"
        for name in ("base_height_m", "angle_deg"):
            if not _is_number(plane.get(name)):
                yield f"planes[{number}].{name} is missing"


def _rows(name: str, rows: Any, needed: tuple[str, ...]) -> _Faults:
    """Cells without which a row says nothing; a table that may leave a cell blank does not ask for it."""
    if not isinstance(rows, list | tuple):
        yield f"{name} is {rows!r}, and must be a list"
        return
    for number, row in enumerate(rows):
        for cell in needed:
            if not isinstance(row, Mapping) or row.get(cell) is None:
                yield f"{name}[{number}].{cell} is missing"


def _depth(params: Mapping[str, Any]) -> _Faults:
    policy = (params.get("mean_width") or {}).get("policy")
    if params["length"] == "MEAN_LENGTH" and policy not in ("EXTENT", "MEAN_OF_END_EDGES"):
        yield f"mean_width.policy is {policy}, and must be one of EXTENT, MEAN_OF_END_EDGES"


def _one_zone(params: Mapping[str, Any]) -> _Faults:
    kind = params["one_zone"].get("kind")
    if kind not in ("CONCERNED_BY_WIDTH", "AREA_TOLERANCE"):
        yield f"one_zone.kind is {kind}, and must be one of AREA_TOLERANCE, CONCERNED_BY_WIDTH"


def _discretion(params: Mapping[str, Any]) -> _Faults:
    if params.get("discretionary") is not None:
        needed = ("zone_prefix", "max_passage_width_m", "when_storeys", "extra")
        yield from _rows("discretionary", [params["discretionary"]], needed)


def _wells(params: Mapping[str, Any]) -> _Faults:
    for number, row in enumerate(params["rows"]):
        for room in set(params["serves"]) & set(row):
            name = f"rows[{number}].{room}"
            if not {"percent_of_plot", "area_m2"} & set(row[room]):
                yield f"neither {name}.percent_of_plot nor {name}.area_m2 says how large"
            if "min_dimension_m" not in row[room]:
                yield f"{name}.min_dimension_m is missing"


def _counted(params: Mapping[str, Any]) -> _Faults:
    for kind, row in params["kinds"].items():
        yield from _rows(f"kinds.{kind}", [row], ("share", *(("share_from",) if "from_m2" in row else ())))


#: What is looked at when each parameter by itself is sound.
_MORE: Mapping[str, Callable[[Mapping[str, Any]], _Faults]] = {
    "STOREY": _storeys,
    "STOREY_POLICY": _discretion,
    "ZONE": _one_zone,
    "DEPTH60": _depth,
    "LIGHTWELL": _wells,
    "COUNT": _counted,
    "BUFFER": _buffer,
    "ORIENT": _sides,
    "CHAMFER": _corners,
    "USE": _uses,
    "LIGHT": _planes,
}
