"""Draws how deep a row building may stand: 60 % of the length, and 2 m with a retreat (پیشروی طولی)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.depth_bands import across_distance, polygons_of
from gis_core.constraints.depth_line_ends import from_line_end
from gis_core.constraints.depth_strips import (
    Frame,
    Segments,
    Strips,
    Turned,
    chord_strips,
    mean_strips,
)
from gis_core.constraints.plane import PASSING_M, Floats, Ints, Shapes, cleaned

#: Lots with more corners than this are measured to the millimetre: time grows with the square of the corners.
MANY_CORNERS = 500
#: No line, and no points.
NO_LINE, NOWHERE = shapely.LineString(), shapely.MultiPoint()


@dataclass(frozen=True)
class DepthEnvelopes:
    """
    Envelopes by depth; arrays of (n,), shapes in the frame the lots came in.

    `depth_range_m` (n, 2) is the least and the largest depth of the line. `retreat_points`: where a
    retreat starts (FROM_LINE_END only). `line`: the line without the extension.
    """

    envelope: Shapes
    basic_m2: Floats
    extension_m2: Floats
    envelope_m2: Floats
    depth_range_m: Floats
    retreat_points: Shapes
    line: Shapes


def depth_envelopes(
    net: Shapes,
    measured_on: Shapes,
    azimuth_deg: Floats,
    neighbours: tuple[Ints, Shapes],
    policy: Mapping[str, Any],
    *,
    basic: bool = True,
) -> DepthEnvelopes:
    """
    The band in which a row building may stand on each lot, cut to the net lot.

    `measured_on`: polygons whose lengths count; `azimuth_deg`: from the building's side to the yard;
    `neighbours`: (m,) lots and their edges that adjoin a neighbour. The 60 % line follows the chords
    of the lot (CHORD) or its mean length (MEAN_LENGTH). In the extension a point t beyond the line
    keeps t from every neighbour's edge, across the depth at its own place (ACROSS_DISTANCE, stable),
    or from the end of the line's run (FROM_LINE_END). Without `basic` only envelopes and lines are found;
    the areas of band and extension apart, depths (NaN) and points are left out. Source: rules.md section 8.

    Examples
    --------
    >>> from gis_core.constraints.plane import shapes
    >>> lot = shapes(shapely.box(0, 0, 10, 20))
    >>> sides = shapes(shapely.LineString([(0, 0), (0, 20)]), shapely.LineString([(10, 0), (10, 20)]))
    >>> policy = {"length": "CHORD", "depth_share": 0.6, "extension_m": 2.0, "retreat_deg": 45}
    >>> policy["retreat"] = "ACROSS_DISTANCE"
    >>> found = depth_envelopes(lot, lot, np.array([180.0]), (np.array([0, 0]), sides), policy)
    >>> round(found.envelope_m2.item(), 6)
    136.0
    """
    measured_on, neighbours = _less_dense(measured_on), _less_dense_edges(*neighbours, len(net))
    frame = Frame.of(measured_on, azimuth_deg)
    lots = frame.into(net)
    same = all(one is other for one, other in zip(net, measured_on, strict=True))
    measured = lots if same else frame.into(measured_on)
    edges = frame.segments(neighbours[1], neighbours[0])
    mean = policy["length"] == "MEAN_LENGTH"
    strips = mean_strips(measured.shapes(), policy) if mean else chord_strips(measured, policy)
    drawn = _drawn(strips, edges, lots, measured, frame, policy, basic)
    return DepthEnvelopes(
        envelope=cleaned(drawn.envelope),
        basic_m2=drawn.basic_m2,
        extension_m2=drawn.envelope_m2 - drawn.basic_m2,
        envelope_m2=drawn.envelope_m2,
        depth_range_m=_depth_range_m(strips, len(net)) if basic else np.full((len(net), 2), np.nan),
        retreat_points=drawn.retreat_points,
        line=_lines(strips, frame, len(net)),
    )


@dataclass(frozen=True)
class _Drawn:
    """Envelopes as they came out, their areas, basic areas (NaN if left out), and where a retreat starts."""

    envelope: Shapes
    envelope_m2: Floats
    basic_m2: Floats
    retreat_points: Shapes


def _drawn(
    strips: Strips,
    edges: Segments,
    lots: Turned,
    measured: Turned,
    frame: Frame,
    policy: Mapping[str, Any],
    basic: bool,
) -> _Drawn:
    if policy["retreat"] == "FROM_LINE_END":
        envelope, basic_m2, points = from_line_end(
            strips, edges, lots.shapes(), measured.shapes(), policy, basic=basic
        )
        envelope_m2 = shapely.area(envelope)
        return _Drawn(frame.shapes_back(envelope), envelope_m2, basic_m2, frame.shapes_back(points))
    if policy["retreat"] != "ACROSS_DISTANCE":
        raise ValueError(f"Expected retreat ACROSS_DISTANCE or FROM_LINE_END, got {policy['retreat']!r}.")
    many = len(lots.lots)
    basic_m2 = np.full(many, np.nan)
    if basic:
        basic_m2 = across_distance(strips, edges, lots, {**policy, "extension_m": 0.0}).areas_m2(many)
    rings = across_distance(strips, edges, lots, policy)
    back = frame.back(rings.points, rings.lot_of[rings.ring_of])
    nowhere = np.full(many, NOWHERE, dtype=object)
    return _Drawn(polygons_of(replace(rings, points=back), many), rings.areas_m2(many), basic_m2, nowhere)


def _less_dense(lots: Shapes) -> Shapes:
    """Lots, of those with very many corners without the ones that lie within a millimetre of the rest."""
    dense = shapely.get_num_coordinates(lots) > MANY_CORNERS
    if not dense.any():
        return lots
    thinned = lots.copy()
    thinned[dense] = shapely.simplify(lots[dense], PASSING_M)
    return thinned


def _less_dense_edges(lot: Ints, edges: Shapes, lots: int) -> tuple[Ints, Shapes]:
    dense = np.bincount(lot, minlength=lots) > MANY_CORNERS
    if not dense.any():
        return lot, edges
    kept, owner = [edges[~dense[lot]]], [lot[~dense[lot]]]
    for number in np.flatnonzero(dense):
        runs = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(edges[lot == number])))
        kept.append(shapely.simplify(runs, PASSING_M))
        owner.append(np.full(len(runs), number))
    return np.concatenate(owner), np.concatenate(kept)


def _depth_range_m(strips: Strips, lots: int) -> Floats:
    found = np.full((lots, 2), np.nan)
    for end in (0, 1):
        depth = strips.ends[:, 4 + end] - strips.ends[:, 2 + end]
        low, high = np.full(lots, np.inf), np.full(lots, -np.inf)
        np.minimum.at(low, strips.lot, depth)
        np.maximum.at(high, strips.lot, depth)
        found[:, 0] = np.fmin(found[:, 0], low)
        found[:, 1] = np.fmax(found[:, 1], high)
    return np.where(np.isfinite(found), found, np.nan)


def _lines(strips: Strips, frame: Frame, lots: int) -> Shapes:
    found, lot = np.full(lots, NO_LINE, dtype=object), strips.lot.repeat(2)
    points = frame.back(strips.ends[:, [0, 4, 1, 5]].reshape(-1, 2), lot)
    shapely.linestrings(points, indices=lot, out=found)
    return found
