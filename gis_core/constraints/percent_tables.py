"""Reads floor area ratio and coverage out of tables by the lot's area, its street's width, or both."""

import numpy as np

from gis_core.constraints.bands import holds, looked_up, rounded
from gis_core.constraints.plane import Floats
from gis_core.constraints.rules import Rule


def percent_of(rule: Rule, param: str, area_m2: Floats, width_m: Floats) -> Floats:
    """
    The percentage (n,) that a FAR or COV rule gives lots; NaN where its table has no row.

    `area_m2` on the rule's own basis, `width_m` of the passages that govern. A rule `by` AREA may have one
    column for each band of widths (`width_columns`), as printed tables do. Source: rules.md sections 1, 4.1.

    Examples
    --------
    >>> columns = [{"from": 0, "to": 8, "column": "narrow"}, {"from": 8, "column": "wide"}]
    >>> rows = [{"from": 120, "to": 200, "narrow": 200, "wide": 210}]
    >>> rule = Rule("ARAK", "FAR", {"by": "AREA", "bands": rows, "width_columns": columns})
    >>> percent_of(rule, "far_percent", np.array([150.0, 150.0, 90.0]), np.array([6.0, 8.0, 8.0])).tolist()
    [200.0, 210.0, nan]
    """
    params = rule.params
    if "by" not in params:
        return np.full(len(area_m2), float(params[param]))
    if params["by"] == "WIDTH":
        return looked_up(params["bands"], param, width_m)
    if "width_columns" not in params:
        return looked_up(params["bands"], param, area_m2)
    found, told = np.full(len(area_m2), np.nan), np.zeros(len(area_m2), dtype=bool)
    for column in params["width_columns"]:
        here, value = holds(column, rounded(width_m)), looked_up(params["bands"], column["column"], area_m2)
        # Of two columns that hold one width and say different things nobody has said which counts.
        found[here] = np.where(told[here] & (found[here] != value[here]), np.nan, value[here])
        told |= here
    return found


def reads_area(rule: Rule) -> bool:
    """Whether the lot's area decides which row of the rule holds."""
    return rule.params.get("by") == "AREA"


def reads_width(rule: Rule) -> bool:
    """Whether the width of the lot's passage decides which row or column of the rule holds."""
    return rule.params.get("by") == "WIDTH" or "width_columns" in rule.params
