"""Says how large light wells must be, and judges drawn ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import shapely

from gis_core.constraints.plane import PASSING_M
from gis_core.constraints.slivers import inscribed_diameter_m


@dataclass(frozen=True)
class WellNeed:
    """What a light well that serves MAIN or SECONDARY rooms needs: area in m² and smallest dimension in m."""

    serves: str
    area_m2: float
    dimension_m: float


def wells_needed(
    plot_area_m2: float, storeys: float, serves: Sequence[str], rule: Mapping[str, Any]
) -> tuple[WellNeed, ...] | None:
    """
    Wells needed on a plot of an area; None (unknown) above the storeys that the rule is valid for.

    The first row whose `up_to_m2` holds counts, bound included. Source: rules.md section 12.

    Examples
    --------
    >>> rows = [{"up_to_m2": 200, "MAIN": {"percent_of_plot": 6, "min_dimension_m": 2.0}}]
    >>> wells_needed(200.0, 4, ["MAIN"], {"valid_up_to_storeys": 5, "rows": rows})[0].area_m2
    12.0
    """
    if not storeys <= rule["valid_up_to_storeys"] or isnan(plot_area_m2):
        return None
    row = next(
        (row for row in rule["rows"] if row.get("up_to_m2") is None or plot_area_m2 <= row["up_to_m2"]), None
    )
    if row is None or any(room not in row for room in serves):
        return None
    return tuple(_need(room, row[room], plot_area_m2) for room in serves)


def passes(well: shapely.Geometry, need: WellNeed) -> bool:
    """Whether a drawn well is large enough; its dimension is the diameter of the largest circle inside."""
    wide_enough = inscribed_diameter_m(well) >= need.dimension_m - PASSING_M
    return bool(wide_enough and well.area >= need.area_m2 - PASSING_M)


def _need(room: str, limits: Mapping[str, Any], plot_area_m2: float) -> WellNeed:
    share = limits.get("percent_of_plot")
    area_m2 = limits["area_m2"] if share is None else share * plot_area_m2 / 100
    return WellNeed(room, float(area_m2), float(limits["min_dimension_m"]))
