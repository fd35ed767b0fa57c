"""Compares the two widths of a passage: the recorded one, and the one measured between opposite frontages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.columns import COMPUTED, NEEDS_INSPECTION, Doubts
from gis_core.constraints.findings import Reason
from gis_core.constraints.plane import PASSING_M, Floats, Ints
from gis_core.constraints.slivers import threshold_width_m
from gis_core.constraints.storeys import width_on_basis_m
from gis_core.constraints.values import Edges, Passages


def tolerance_m(policy: Mapping[str, Any], parcel_accuracy_m: Floats) -> Floats:
    """
    How far the two widths may lie apart before one of them must be wrong, in metres.

    The measured one is as exact as the two frontages it lies between, the recorded one as
    `policy["recorded_width_accuracy_m"]` says (nothing said: exact); `policy["combine"]` as for slivers.

    Examples
    --------
    >>> policy = {"combine": "SUM", "recorded_width_accuracy_m": 0.3}
    >>> round(tolerance_m(policy, np.array([0.1])).item(), 3)
    0.5
    """
    between = threshold_width_m(policy, parcel_accuracy_m, parcel_accuracy_m)
    return threshold_width_m(policy, between, np.asarray(policy.get("recorded_width_accuracy_m", 0.0)))


def apart(recorded_m: Floats, measured_m: Floats, than_m: Floats) -> NDArray[np.bool_]:
    """
    Whether two widths differ by more than the tolerance; False where one of them is not known.

    Examples
    --------
    >>> apart(np.array([8.0, 8.0, np.nan]), np.array([8.4, 9.5, 9.5]), np.array([0.5])).tolist()
    [False, True, False]
    """
    return np.abs(recorded_m - measured_m) > than_m + PASSING_M


@dataclass(frozen=True)
class FrontageWidths:
    """
    Frontages (f,) on passages that may govern: whose they are, which passage, and its widths in metres.

    `governing_m` is the width on the policy's basis with the recorded width where there is one,
    `if_measured_m` the same with the measured width where there is one; NaN is not known.
    """

    lot: Ints
    passage: Ints
    recorded_m: Floats
    measured_m: Floats
    governing_m: Floats
    if_measured_m: Floats


def frontage_widths(edges: Edges, passages: Passages, policy: Mapping[str, Any]) -> FrontageWidths:
    """The frontages of lots and their widths on the basis of a STOREY_POLICY."""
    front = (edges.kind == "passage").nonzero()[0]
    if policy["which_passage"] == "WIDEST_WITH_LEGAL_ACCESS":
        at = edges.passage[front]
        reachable = at < 0
        reachable[~reachable] = passages.legal_access[at[~reachable]]
        front = front[reachable]
    passage, measured = edges.passage[front], edges.width_m[front]
    named = passage >= 0
    recorded, planned = np.full(len(front), np.nan), np.full(len(front), np.nan)
    recorded[named] = passages.existing_width_m[passage[named]]
    planned[named] = passages.planned_width_m[passage[named]]
    existing = np.where(np.isnan(recorded), measured, recorded)
    if_measured = np.where(np.isnan(measured), recorded, measured)
    basis = policy["width_basis"]
    return FrontageWidths(
        edges.lot[front],
        passage,
        recorded,
        measured,
        width_on_basis_m(existing, planned, basis),
        width_on_basis_m(if_measured, planned, basis),
    )


def doubt_widths(doubts: Doubts, fronts: FrontageWidths, passages: Passages, than_m: Floats) -> None:
    """
    Doubt the governing width of lots on whose passages the two widths differ by more than `than_m` (n,).

    Where the lot's width comes out the same with either of them, the difference is only told; where it
    does not, one of the two must be found wrong on the ground: it needs an inspection (rules.md 0.4).
    """
    differ = apart(fronts.recorded_m, fronts.measured_m, than_m[fronts.lot]).nonzero()[0]
    if not len(differ):
        return
    # the largest difference of a lot is the one it tells: written last
    smallest_first = np.argsort(np.abs(fronts.recorded_m - fronts.measured_m)[differ], kind="stable")
    told = {int(fronts.lot[row]): int(row) for row in differ[smallest_first]}
    governing, if_measured = np.full(len(than_m), np.nan), np.full(len(than_m), np.nan)
    np.fmax.at(governing, fronts.lot, fronts.governing_m)
    np.fmax.at(if_measured, fronts.lot, fronts.if_measured_m)
    named = np.zeros(len(than_m), dtype=bool)
    named[list(told)] = True
    changed = named & apart(governing, if_measured, than_m)
    doubts.add_each(changed, NEEDS_INSPECTION, lambda lot: _difference(fronts, told[lot], passages))
    for lot in (named & ~changed & (doubts.state == COMPUTED)).nonzero()[0]:
        doubts.reason[lot] = _difference(fronts, told[int(lot)], passages)


def _difference(fronts: FrontageWidths, row: int, passages: Passages) -> Reason:
    return Reason(
        "WIDTHS_DIFFER",
        {
            "street": str(passages.key[fronts.passage[row]]),
            "recorded_m": float(fronts.recorded_m[row]),
            "measured_m": float(fronts.measured_m[row]),
        },
    )
