"""Puts the evaluations of many lots into rows that can be counted, mapped and loaded; decides nothing."""

from typing import Any

import geopandas as gpd
import numpy as np

from gis_core.constraints.columns import Column
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import STATES
from gis_core.constraints.plane import named_rows
from parcels.city_wide.reasons import conflict_rules, unknown_reasons


def rows_of(found: Evaluations, *, srid: int) -> gpd.GeoDataFrame:
    """
    One row per lot, in the order in which the lots were asked about.

    Columns: `parcel_id`, `key`, `status`, `zone_state`, `zone`, of each number its value (NaN where not
    known), of each finding but the zone its `<finding>_state`, the lists `unknown`, `conflicts`,
    `unknown_reasons` and `conflict_rules`, and the surveyed shape in the metric CRS.
    """
    asked, row = found.asked, found.row
    good = np.array([lot not in found.refused for lot in range(len(asked))], dtype=bool)
    place = row[good]

    def spread(values: np.ndarray, missing: Any) -> np.ndarray:
        column = np.empty(len(asked), dtype=values.dtype if values.dtype.kind == "f" else object)
        column[:] = [missing] * len(asked)
        column[good] = values[place]
        return column

    columns: dict[str, Any] = {
        "parcel_id": asked.id,
        "key": asked.key,
        "status": spread(_statuses(found), "NORMAL"),
        "zone": spread(_known_words(found.columns["zone"]), None),
    }
    states = np.array(STATES, dtype=object)
    for key, column in found.columns.items():
        if column.values.dtype.kind in "fiu":
            columns[key] = spread(np.where(column.known, column.values, np.nan).astype(float), np.nan)
        columns[f"{key}_state"] = spread(states[column.doubts.state], "unknown")
    # of the zones themselves, not of the finding: ONE_ZONE, MULTI_ZONE, ...
    columns["zone_state"] = spread(found.steps.placed.overlaps.state.astype(object), "NO_ZONE")
    columns["unknown"] = spread(_unknown(found), [*found.columns])
    columns["conflicts"] = spread(_conflicts(found), [])
    columns["unknown_reasons"] = _with_refusals(
        spread(unknown_reasons(found.columns, len(found.lots)), []), found
    )
    columns["conflict_rules"] = spread(conflict_rules(found.columns, len(found.lots)), [])
    return gpd.GeoDataFrame(columns, geometry=asked.geometry, crs=srid)


def _statuses(found: Evaluations) -> np.ndarray:
    statuses = np.full(len(found.lots), "NORMAL", dtype=object)
    statuses[np.array([value is False for value in found.columns["access"].values], dtype=bool)] = "NO_ACCESS"
    statuses[found.steps.land.in_plan] = "IN_PLAN"
    return statuses


def _known_words(column: Column) -> np.ndarray:
    words = np.full(len(column.values), None, dtype=object)
    words[column.known] = column.values[column.known]
    return words


def _unknown(found: Evaluations) -> np.ndarray:
    """Findings and overlay layers that are not known or borderline, as a list for each lot."""
    flags = {key: ~column.known for key, column in found.columns.items()}
    for layer, where in found.steps.restrictions.open_questions():
        flags[layer] = where | flags[layer] if layer in flags else where
    lists = np.empty(len(found.lots), dtype=object)
    lists[:] = [list(names) for names in named_rows(list(flags), np.column_stack([*flags.values()]))]
    return lists


def _conflicts(found: Evaluations) -> np.ndarray:
    named = _lists(len(found.lots))
    for key, column in found.columns.items():
        for lot in np.flatnonzero(column.doubts.state):
            reason = column.doubts.reason[lot]
            if reason is not None and reason.code == "RULES_CONFLICT":
                named[lot].append(key)
    return named


def _with_refusals(reasons: np.ndarray, found: Evaluations) -> np.ndarray:
    """The reasons of all lots; a lot whose shape could not be judged has that one."""
    for lot, refusal in found.refused.items():
        reasons[lot] = [refusal.code]
    return reasons


def _lists(count: int) -> np.ndarray:
    lists = np.empty(count, dtype=object)
    lists[:] = [[] for _ in range(count)]
    return lists
