"""Says how far lots may build out over their streets (پیش‌آمدگی، کنسول)."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import UNKNOWN, Doubts, Table, metres
from gis_core.constraints.envelopes import Standing
from gis_core.constraints.findings import Reason
from gis_core.constraints.frontages import street_widths_m
from gis_core.constraints.light import permitted_projections_m
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.plane import Floats, Ints, Shapes, flagged, line_ends
from gis_core.constraints.rules import Rule
from gis_core.constraints.storeys import width_on_basis_m
from gis_core.constraints.values import Edges, Passages

#: A building whose envelope comes this near to a frontage may stand on it, in metres.
ON_FRONTAGE_M = 0.01
#: A building stands on a street with so much of its outline at least, in metres; less is a corner of it.
FACADE_M = 1.0


@dataclass(frozen=True)
class Fronts:
    """Frontages that buildings may stand on (f,): lot, passage, its width and what is permitted, in m."""

    lot: Ints
    passage: Ints
    width_m: Floats
    permitted_m: Floats


def projection_columns(
    table: Table, standing: Standing, edges: Edges, passages: Passages, found: LotRules
) -> None:
    """
    The widest projection over a street and the clearance under it, into the table.

    `found`: the CANTILEVER rule of each lot. A building that does not stand on a frontage has none.
    Source: rules.md section 14.
    """
    doubts = found.doubt(Doubts.none(table.lots))
    widest, clearance = np.zeros(table.lots), np.full(table.lots, np.nan)
    fronts = []
    for rule, here in found.each():
        front = _fronts(rule, here & table["envelope_area_m2"].known, standing, edges, passages)
        np.fmax.at(widest, front.lot, front.permitted_m)
        untold = flagged(front.lot[np.isnan(front.permitted_m)], table.lots)
        doubts.add_each(untold, UNKNOWN, partial(_untold, front, passages))
        clearance[here] = float(rule.params["min_clearance_m"])
        fronts.append(front)
    table.add(
        "projection_m",
        widest,
        unit="m",
        doubts=doubts,
        inputs=("envelope_area_m2",),
        rule=found.rule,
        formula=lambda lot: _formula(fronts, lot),
    )
    silent = found.doubt(Doubts.none(table.lots))
    table.add("projection_clearance_m", clearance, unit="m", doubts=silent, rule=found.rule)


def _fronts(
    rule: Rule, here: NDArray[np.bool_], standing: Standing, edges: Edges, passages: Passages
) -> Fronts:
    some = np.flatnonzero((edges.kind == "passage") & here[edges.lot])
    some = some[_stands_on(standing.envelope, edges, some)]
    passage, named = edges.passage[some], edges.passage[some] >= 0
    width_m = width_on_basis_m(*street_widths_m(edges, passages, some), rule.params["width_basis"])
    classes = np.full(len(some), "", dtype=object)
    if len(passages.street_class):
        classes[named] = passages.street_class[passage[named]]
    permitted = permitted_projections_m(width_m, classes, rule.params)
    # A street whose class nobody has recorded might be one of the forbidden ones.
    permitted[(classes == "") & (permitted > 0) & bool(rule.params["forbidden_classes"])] = np.nan
    return Fronts(edges.lot[some], passage, width_m, permitted)


def _stands_on(envelope: Shapes, edges: Edges, some: Ints) -> NDArray[np.bool_]:
    """Of some frontages those on whose street the lot's building may stand."""
    near = shapely.distance(envelope[edges.lot[some]], edges.geometry[some]) <= ON_FRONTAGE_M
    _, street = np.unique(
        np.column_stack([edges.lot[some], edges.passage[some]]), axis=0, return_inverse=True
    )
    street = street.reshape(-1)
    # Where one wall alone is long enough, how long all are together need not be measured.
    wall_m = _longest_wall_m(envelope, edges.lot[some], edges.geometry[some])
    longest_m = np.zeros(len(some))
    np.maximum.at(longest_m, street, wall_m)
    along_m = np.where(longest_m[street] >= FACADE_M, FACADE_M, 0.0)
    open_yet = np.flatnonzero(near & (along_m == 0.0))
    reach = shapely.buffer(envelope[edges.lot[some[open_yet]]], ON_FRONTAGE_M, quad_segs=1)
    along_m[open_yet] = shapely.length(shapely.intersection(edges.geometry[some[open_yet]], reach))
    together_m = np.bincount(street, weights=along_m, minlength=len(some))[street]
    return near & (together_m >= FACADE_M)


def _longest_wall_m(envelope: Shapes, lot: Ints, lines: Shapes) -> Floats:
    """The longest straight piece of each envelope's outline that stands on a straight frontage, in metres."""
    longest = np.zeros(len(lines))
    straight = np.flatnonzero(shapely.get_num_coordinates(lines) == 2)
    parts, of_lot = shapely.get_parts(envelope, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    owner = of_lot[of_part[of_ring]]
    first = np.searchsorted(owner, lot[straight], side="left")
    count = np.maximum(np.searchsorted(owner, lot[straight], side="right") - first - 1, 0)
    line = np.repeat(straight, count)
    wall = np.repeat(first, count) + np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    ends = line_ends(lines)
    run = ends[:, 1] - ends[:, 0]
    length_m = np.maximum(np.hypot(run[:, 0], run[:, 1]), 1e-9)
    along = (run / length_m[:, None])[line]
    reach, aside = [], []
    for corner in (wall, wall + 1):
        gap = points[corner] - ends[line, 0]
        reach.append(np.clip(gap[:, 0] * along[:, 0] + gap[:, 1] * along[:, 1], 0.0, length_m[line]))
        aside.append(np.abs(gap[:, 0] * along[:, 1] - gap[:, 1] * along[:, 0]))
    on = (np.maximum(aside[0], aside[1]) < ON_FRONTAGE_M / 2) & (of_ring[wall] == of_ring[wall + 1])
    np.maximum.at(longest, line[on], np.abs(reach[1] - reach[0])[on])
    return longest


def _untold(front: Fronts, passages: Passages, lot: int) -> Reason:
    mine = (front.lot == lot) & np.isnan(front.permitted_m)
    keys = sorted({str(passages.key[at]) for at in front.passage[mine] if at >= 0})
    if np.isnan(front.width_m[mine]).any():
        return Reason("WIDTH_UNKNOWN", {"streets": keys})
    return Reason("STREET_CLASS_UNKNOWN", {"streets": keys})


def _formula(fronts: list[Fronts], lot: int) -> str:
    told = [
        f"{metres(front.width_m[row])} → {metres(front.permitted_m[row])}"
        for front in fronts
        for row in np.flatnonzero(front.lot == lot)
    ]
    return "; ".join(dict.fromkeys(told)) or "0.00"
