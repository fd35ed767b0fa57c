"""Takes from lots the land that a widened or new street will occupy (اصلاحی، عقب‌نشینی)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.parting import left_and_gone
from gis_core.constraints.plane import (
    FAR_AWAY_M,
    Floats,
    Ints,
    Shapes,
    blanks,
    half_plane,
    largest_parts,
    side_of,
)
from gis_core.constraints.values import Passages

#: Mitred bends longer than this many half-widths are cut off.
MITRE_LIMIT = 5.0


@dataclass(frozen=True)
class Widened:
    """
    Lots after their streets were widened; arrays of (n,).

    `after` keeps all parts, `main` is the largest. `in_plan`: nearly all is taken, no permit is
    calculated. `forced_subdivision`: the street leaves more than one part. `gone`: (m,) what each right of
    way took.
    """

    after: Shapes
    main: Shapes
    surveyed_m2: Floats
    after_m2: Floats
    ceded_m2: Floats
    in_plan: NDArray[np.bool_]
    forced_subdivision: NDArray[np.bool_]
    gone: Shapes


def half_widths_m(passages: Passages, *, never_narrow: bool) -> tuple[Floats, Floats]:
    """
    How far the street will reach left and right of its centreline, in metres; NaN where not known.

    The existing width is centred on the line. `never_narrow`: a side that already reaches farther stays.
    """
    half = passages.existing_width_m / 2
    growth = passages.planned_width_m - passages.existing_width_m
    # A kind of widening that is none of these says nothing, nor does one that leaves an offset out.
    left, right = np.full(len(half), np.nan), np.full(len(half), np.nan)
    even, offsets = passages.widening == "SYMMETRIC", passages.widening == "OFFSETS"
    left[even] = right[even] = passages.planned_width_m[even] / 2
    left[offsets], right[offsets] = passages.offset_left_m[offsets], passages.offset_right_m[offsets]
    for side, other, name in ((left, right, "ONE_SIDED_LEFT"), (right, left, "ONE_SIDED_RIGHT")):
        grows = passages.widening == name
        side[grows], other[grows] = half[grows] + growth[grows], half[grows]
        other[grows & np.isnan(growth)] = np.nan
    if never_narrow:
        left, right = (np.where(np.isnan(side), np.nan, np.fmax(side, half)) for side in (left, right))
    return left, right


def rights_of_way(passages: Passages, policy: Mapping[str, Any]) -> Shapes:
    """
    The planned right of way of each passage; None where a width is missing.

    A polygon or a corrected line says it itself; a centreline is given its planned widths with flat
    ends and mitred bends. Everything on the street's side of a corrected line's infinite line is street.
    """
    left, right = half_widths_m(passages, never_narrow=policy["never_narrow"])
    ways = blanks(len(passages.geometry))
    drawn = passages.form == "RIGHT_OF_WAY"
    ways[drawn] = passages.geometry[drawn]
    for index in (passages.form == "CORRECTED_LINE").nonzero()[0]:
        points = shapely.get_coordinates(passages.geometry[index])
        side = 1.0 if passages.street_side[index] == "LEFT" else -1.0
        ways[index] = half_plane(points[0], points[-1], side)
    lines = (passages.form == "CENTRELINE") & (left + right > 0)
    ways[lines] = _strips(passages.geometry[lines], left[lines], right[lines])
    return ways


def retreats_m(lots: Shapes, lot: Ints, passage: Ints, passages: Passages, *, never_narrow: bool) -> Floats:
    """
    How deep each lot retreats from each of its passages by the width formula, in metres.

    (m,) for pairs `lot`, `passage`; NaN where no formula applies. The strip really ceded follows
    from the shapes and may be deeper or shallower.
    """
    left, right = half_widths_m(passages, never_narrow=never_narrow)
    side = _side_of_centreline(passages.geometry[passage], lots[lot])
    reach = np.where(side > 0, left[passage], right[passage])
    retreat = np.maximum(reach - passages.existing_width_m[passage] / 2, 0.0)
    return np.where(passages.form[passage] == "CENTRELINE", retreat, np.nan)


def widen(lots: Shapes, lot: Ints, ways: Shapes, policy: Mapping[str, Any]) -> Widened:
    """
    Lots less the rights of way: `ways` (m,) taken from the lots `lot` (m,).

    Examples
    --------
    >>> from gis_core.constraints.plane import shapes
    >>> lot = shapes(shapely.box(0, 0, 12, 25))
    >>> street = shapes(shapely.box(-40, -10, 60, 2))
    >>> policy = {"consumed_below_share": 0.05, "minimum_usable_m2": 0.0}
    >>> widen(lot, np.array([0]), street, policy).ceded_m2.tolist()
    [24.0]
    """
    after, gone = left_and_gone(lots, lot, ways)
    surveyed_m2, after_m2 = shapely.area(lots), shapely.area(after)
    smallest_m2 = np.maximum(policy["consumed_below_share"] * surveyed_m2, policy["minimum_usable_m2"])
    return Widened(
        after=after,
        main=largest_parts(after),
        surveyed_m2=surveyed_m2,
        after_m2=after_m2,
        ceded_m2=surveyed_m2 - after_m2,
        in_plan=after_m2 < smallest_m2 - 1e-9,
        forced_subdivision=shapely.get_num_geometries(after) > 1,
        gone=gone,
    )


def _strips(lines: Shapes, left_m: Floats, right_m: Floats) -> Shapes:
    middles = lines.copy()
    aside = (left_m - right_m) / 2
    uneven = np.abs(aside) > 1e-12
    middles[uneven] = shapely.offset_curve(
        lines[uneven], aside[uneven], join_style="mitre", mitre_limit=MITRE_LIMIT
    )
    return shapely.buffer(
        middles, (left_m + right_m) / 2, cap_style="flat", join_style="mitre", mitre_limit=MITRE_LIMIT
    )


def _side_of_centreline(lines: Shapes, lots: Shapes) -> Floats:
    """+1 where the lot lies left of its line, -1 right; lines that are no lines give 0."""
    sides = np.zeros(len(lines))
    is_line = shapely.get_type_id(lines) == 1
    centres = shapely.centroid(lots[is_line])
    at = shapely.line_locate_point(lines[is_line], centres)
    step = np.minimum(shapely.length(lines[is_line]), FAR_AWAY_M) * 1e-6
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines[is_line], np.maximum(at - step, 0)))
    beyond = shapely.get_coordinates(shapely.line_interpolate_point(lines[is_line], at + step))
    sides[is_line] = side_of(before, beyond, shapely.get_coordinates(centres))
    return sides
