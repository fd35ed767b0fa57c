"""Finds the zones of lots: shares in whole mm², slivers by width, one zone or several or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.findings import Reason
from gis_core.constraints.parting import both_sides, inside, without
from gis_core.constraints.plane import (
    DUST_M2,
    EMPTY,
    Floats,
    Ints,
    Shapes,
    cleaned,
    flagged,
    rounds,
    shared_out_mm2,
    whole_mm2,
)
from gis_core.constraints.slivers import TOUCHING_M, surely_wider, wider, widths_m

#: Borders of two parts of a lot this near to each other are one border, in metres.
SAME_BORDER_M = 1e-3

#: States of the zone look-up in which no zone's limits can be read.
NO_LIMITS = ("NO_ZONE", "PARTLY_UNZONED", "OVERLAPPING_ZONES")


@dataclass(frozen=True)
class Overlaps:
    """
    Where lots and zones meet: per pair (m,) lot, zone, shape, share, mm², width, class; rest per lot (n,).

    `lot` is ascending. `state` is OVERLAPPING_ZONES, NO_ZONE, PARTLY_UNZONED, ONE_ZONE or MULTI_ZONE.
    """

    lot: Ints
    zone: Ints
    shape: Shapes
    share: Floats
    area_mm2: Ints
    width_m: Floats
    kind: NDArray[np.object_]
    state: NDArray[np.object_]
    uncovered: Shapes
    uncovered_mm2: Ints
    uncovered_share: Floats


def overlay_zones(
    lots: Shapes,
    pairs: tuple[Ints, Ints],
    zones: Shapes,
    threshold_m: Floats,
    policy: Mapping[str, Any],
    *,
    every_width: bool = True,
    of_pair_m: Floats | None = None,
) -> Overlaps:
    """
    Measure zones against lots.

    `pairs`: positions (lot, zone), ascending by lot; `threshold_m` (n,) is the width up to which a
    misfit may come from accuracy. `policy`: `measure` of widths and `one_zone`. Without `every_width`
    the width of an overlap that is plainly wider than the threshold is left out (NaN): measuring it
    takes longer than all the rest. `of_pair_m` (m,) is the width of each pair, where plans differ in it.
    Source: rules.md section 1.
    """
    lot, zone = pairs
    if of_pair_m is None:
        of_pair_m = threshold_m[lot]
    whole = _covering(zones[zone], lots[lot])
    shape, beyond = _overlap(lots[lot], zones[zone], whole)
    plain = np.zeros(len(lot), dtype=bool) if every_width else surely_wider(shape, of_pair_m)
    width_m = np.full(len(lot), np.nan)
    limit_m = None if every_width else of_pair_m[~plain]
    width_m[~plain] = widths_m(shape[~plain], policy["measure"], limit_m)
    kind = np.full(len(lot), "CONCERNED", dtype=object)
    if not plain.all():
        kind[~plain] = _kinds(width_m[~plain], lots[lot[~plain]], zones[zone[~plain]], of_pair_m[~plain])
    uncovered = _uncovered(lots, pairs, zones, whole, beyond)
    total_m2, area_m2 = shapely.area(lots), shapely.area(shape)
    crowded = _crowded(len(lots), lot, shape, of_pair_m, policy["measure"])
    area_mm2, uncovered_mm2 = _bookkept(lot, area_m2, shapely.area(uncovered), whole_mm2(total_m2), crowded)
    bare = _wider(uncovered, threshold_m, policy["measure"])
    # Of a lot that a street has taken whole nothing is left to share.
    whole_m2 = np.maximum(total_m2, DUST_M2)
    share = area_m2 / whole_m2[lot]
    return Overlaps(
        lot, zone, shape, share, area_mm2, width_m, kind,
        state=_states(len(lots), lot, share, kind, bare, crowded, policy["one_zone"], total_m2),
        uncovered=uncovered,
        uncovered_mm2=uncovered_mm2,
        uncovered_share=shapely.area(uncovered) / whole_m2,
    )  # fmt: skip


def _covering(zones: Shapes, lots: Shapes) -> NDArray[np.bool_]:
    """Whether zones hold all of lots, pair by pair; most lots lie well within, which is soon seen."""
    whole = shapely.contains_properly(zones, lots)
    near = (~whole).nonzero()[0]
    whole[near] = shapely.covers(zones[near], lots[near])
    return np.asarray(whole)


def _wider(uncovered: Shapes, than_m: Floats, measure: str) -> NDArray[np.bool_]:
    """Whether what no zone covers is wider than a length; nothing is not."""
    found = np.zeros(len(uncovered), dtype=bool)
    some = (shapely.area(uncovered) > 0).nonzero()[0]
    if len(some) and measure == "INSCRIBED_DIAMETER":
        found[some] = surely_wider(uncovered[some], than_m[some])
        some = some[~found[some]]
    if len(some):
        found[some] = wider(widths_m(uncovered[some], measure, than_m[some]), than_m[some])
    return found


def weighted(lot: Ints, share: Floats, values: Floats, lots: int) -> Floats:
    """Values of parts (m,) of lots averaged by their shares, renormalised; (lots,), NaN without any part."""
    total = np.bincount(lot, weights=share, minlength=lots)
    summed = np.bincount(lot, weights=share * values, minlength=lots)
    return np.divide(summed, total, out=np.full(lots, np.nan), where=total > 0)


def strictest(lot: Ints, values: Floats, lots: int) -> Floats:
    """The smallest value among the parts (m,) of each lot; NaN when one of them has none, or without any."""
    least = np.full(lots, np.inf)
    told = ~np.isnan(values)
    np.minimum.at(least, lot[told], values[told])
    least[lot[~told]] = np.nan
    return np.where(np.isinf(least), np.nan, least)


def slivers_join(overlaps: Overlaps, first: int, last: int) -> Ints:
    """
    Of the pairs first to last of one lot: with which pair the ground of each sliver is counted, or -1.

    A sliver up to the accuracy, or a part that is tolerated, joins the concerned zone along which it runs
    longest; without one it stays.
    """
    kind = overlaps.kind[first:last]
    joins = np.full(last - first, -1, dtype=np.int64)
    there = (kind == "CONCERNED").nonzero()[0]
    slivers = (kind == "BELOW_ACCURACY") | (kind == "TOLERATED")
    for sliver in (slivers & (overlaps.area_mm2[first:last] > 0)).nonzero()[0]:
        if len(there) == 1:
            joins[sliver] = there[0]
        elif len(there):
            border = shapely.boundary(overlaps.shape[first + sliver])
            near = shapely.buffer(overlaps.shape[first + there], SAME_BORDER_M)
            joins[sliver] = there[np.argmax(shapely.length(shapely.intersection(border, near)))]
    return joins


def tolerated(overlaps: Overlaps) -> NDArray[np.object_]:
    """Classes (m,): of the concerned parts of a lot said to lie in one zone the largest stays."""
    kind = overlaps.kind.copy()
    single = ((kind == "CONCERNED") & (overlaps.state[overlaps.lot] == "ONE_ZONE")).nonzero()[0]
    order = single[np.lexsort((-overlaps.share[single], overlaps.lot[single]))]
    again = overlaps.lot[order][1:] == overlaps.lot[order][:-1]
    kind[order[1:][again]] = "TOLERATED"
    return kind


def _overlap(lots: Shapes, zones: Shapes, whole: NDArray[np.bool_]) -> tuple[Shapes, Shapes]:
    """What of lots lies in zones and what beyond them, pair by pair."""
    found, beyond = lots.copy(), np.full(len(lots), EMPTY, dtype=object)
    if not whole.all():
        found[~whole], beyond[~whole] = both_sides(lots[~whole], zones[~whole])
    return found, beyond


def _uncovered(
    lots: Shapes, pairs: tuple[Ints, Ints], zones: Shapes, whole: NDArray[np.bool_], beyond: Shapes
) -> Shapes:
    """What no zone covers; nothing of a lot that one zone covers wholly."""
    lot, zone = pairs
    covered = flagged(lot[whole], len(lots))
    left = lots.copy()
    left[covered] = EMPTY
    if covered.all():
        return left
    some = (~covered[lot]).nonzero()[0]
    # What lies beyond the first zone of a lot is known already.
    first = some[np.r_[True, lot[some][1:] != lot[some][:-1]]] if len(some) else some
    later = np.setdiff1d(some, first)
    left[lot[first]] = beyond[first]
    left = without(left, lot[later], zones[zone[later]], tidy=False)
    changed = ((shapely.area(left) < shapely.area(lots)) & ~covered).nonzero()[0]
    left[changed] = cleaned(left[changed])
    return left


def _kinds(width_m: Floats, lots: Shapes, zones: Shapes, threshold_m: Floats) -> NDArray[np.object_]:
    gap_m = np.where(width_m > 0, 0.0, shapely.distance(lots, zones))
    return np.select(
        [wider(width_m, threshold_m), width_m >= TOUCHING_M, gap_m < TOUCHING_M],
        ["CONCERNED", "BELOW_ACCURACY", "TOUCHES"],
        default="APART",
    ).astype(object)


def _crowded(lots: int, lot: Ints, shape: Shapes, of_pair_m: Floats, measure: str) -> NDArray[np.bool_]:
    """Lots on which zones lie upon each other, wider than the less exact of the two accounts for."""
    crowded = np.zeros(lots, dtype=bool)
    turns = rounds(lot)
    for number, later in enumerate(turns):
        for earlier in turns[:number]:
            # Who has a later pair has the earlier ones, too.
            mine, one = lot[later], earlier[lot[earlier].searchsorted(lot[later])]
            limit_m = np.maximum(of_pair_m[one], of_pair_m[later])
            both = inside(shape[one], shape[later])
            crowded[mine[wider(widths_m(both, measure, limit_m), limit_m)]] = True
    return crowded


def _bookkept(
    lot: Ints, area_m2: Floats, uncovered_m2: Floats, totals_mm2: Ints, crowded: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Whole mm² of overlaps and of the rest, adding up to each lot; just rounded where zones overlap."""
    lots = np.arange(len(totals_mm2))
    owner = np.concatenate([lot, lots])
    order = np.argsort(owner, kind="stable")
    parts_m2 = np.concatenate([area_m2, uncovered_m2])
    shared = np.empty(len(parts_m2), dtype=np.int64)
    shared[order] = shared_out_mm2(parts_m2[order], owner[order], totals_mm2)
    plain = crowded[owner]
    shared[plain] = whole_mm2(parts_m2[plain])
    return shared[: len(lot)], shared[len(lot) :]


def _states(
    lots: int,
    lot: Ints,
    share: Floats,
    kind: NDArray[np.object_],
    bare: NDArray[np.bool_],
    crowded: NDArray[np.bool_],
    one_zone: Mapping[str, Any],
    total_m2: Floats,
) -> NDArray[np.object_]:
    concerned = np.bincount(lot, weights=kind == "CONCERNED", minlength=lots)
    largest = np.zeros(lots)
    np.maximum.at(largest, lot, share)
    single = (
        _leaves_little(largest, one_zone, total_m2)
        if one_zone["kind"] == "AREA_TOLERANCE"
        else concerned == 1
    )
    state = np.full(lots, "MULTI_ZONE", dtype=object)
    state[single] = "ONE_ZONE"
    state[bare] = "PARTLY_UNZONED"
    state[concerned == 0] = "NO_ZONE"
    state[crowded] = "OVERLAPPING_ZONES"
    return state


def without_limits(overlaps: Overlaps) -> list[tuple[NDArray[np.bool_], Reason]]:
    """Lots (n,) whose zone gives no limits, with the reason; what a street takes whole lies in the plan."""
    held_mm2 = np.bincount(overlaps.lot, weights=overlaps.area_mm2, minlength=len(overlaps.state))
    nothing = (overlaps.state == "NO_ZONE") & (overlaps.uncovered_mm2 == 0) & (held_mm2 == 0)
    said = [(overlaps.state == state, Reason(state)) for state in NO_LIMITS]
    return [(nothing, Reason("IN_PLAN")), *said]


def _leaves_little(largest: Floats, one_zone: Mapping[str, Any], total_m2: Floats) -> NDArray[np.bool_]:
    rest = 1.0 - largest
    little = np.full(len(rest), bool({"tolerance_share", "tolerance_m2"} & set(one_zone)))
    little &= rest <= one_zone.get("tolerance_share", np.inf) + 1e-12
    little &= rest * total_m2 <= one_zone.get("tolerance_m2", np.inf) + 1e-9
    return little
