"""Tells which zoning plans concern a lot where several hold side by side, and how far each may miss it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.exactness import Exactness
from gis_core.constraints.findings import Reason
from gis_core.constraints.kept import Kept
from gis_core.constraints.parting import inside
from gis_core.constraints.plan import PlanDoubts, doubts_of_plan, one_plan
from gis_core.constraints.plane import Floats, Ints, Shapes, blanks
from gis_core.constraints.silence import Silence
from gis_core.constraints.slivers import TOUCHING_M, wider, widths_m
from gis_core.constraints.values import Layer, Zones

#: The same plans concern many lots, and are put together once.
_TOGETHER = Kept(most=64)


@dataclass(frozen=True)
class PlansOfLots:
    """
    The plans of which zones lie on lots; `misfit_m` (n,): how far lots and these plans may miss each other.

    Of several plans, arrays of (n, p): `shown` where a zone of the plan covers some ground of the lot,
    `concerned` where that is wider than their accuracy, `misfits_m` of each. None of one plan alone.
    """

    plans: tuple[Layer, ...]
    misfit_m: Floats
    shown: NDArray[np.bool_] | None = None
    concerned: NDArray[np.bool_] | None = None
    misfits_m: Floats | None = None

    def of_pairs(self, lot: Ints, zone: Ints, zones: Zones, joined: tuple[tuple[int, ...], ...]) -> Floats:
        """
        How far lots and zones may miss each other (m,), pair by pair.

        Zones beyond the last are those of one code that were `joined`: as inexact as the least exact of them.
        """
        if self.misfits_m is None:
            return self.misfit_m[lot]
        own = zone < len(zones.code)
        found = np.empty(len(lot))
        found[own] = self.misfits_m[lot[own], zones.plan[zone[own]]]
        for pair in (~own).nonzero()[0]:
            of = zones.plan[list(joined[zone[pair] - len(zones.code)])]
            found[pair] = self.misfits_m[lot[pair], of].max()
        return found

    def vague(self, exact: Exactness) -> NDArray[np.bool_]:
        """Lots (n,) of which neither map nor rule says how exact they or a plan that is shown there are."""
        if self.shown is None:
            return exact.vague(self.plans[0] if self.plans else None)
        each = np.column_stack([exact.vague(plan) for plan in self.plans])
        return np.asarray((each & self.shown).any(axis=1))

    def doubts(self, net: Shapes, exact: Exactness, silence: Silence) -> PlanDoubts:
        """
        Where the plans say nothing reliable of net lots, on the day of the `silence` of layers there.

        A lot is doubted by the plans whose zones concern it; where there is none, by those whose survey
        reaches it.
        """
        if self.concerned is None or self.shown is None:
            only = self.plans[0] if self.plans else None
            return doubts_of_plan(only, net, self.misfit_m, exact.policy, silence)
        untold, at_its_end = blanks(len(net)), np.zeros(len(net), dtype=bool)
        reaching = _reaching(self.plans, net, self.concerned)
        # What a plan shows within its accuracy it has surveyed, though the lot is no concern of it.
        both = np.hstack([self.concerned | reaching, self.shown | self.concerned | reaching])
        for row, lots in _patterns(both):
            mine, there = np.split(row, 2)
            if not mine.any():
                untold[lots[~shapely.is_empty(net[lots])]] = Reason("OUTSIDE_SURVEYED_EXTENT")
                continue
            layer = self._together(mine, there)
            misfit_m = exact.misfit_m(layer)[lots]
            found = doubts_of_plan(layer, net[lots], misfit_m, exact.policy, silence.some(lots))
            untold[lots], at_its_end[lots] = found.untold, found.at_its_end
        return PlanDoubts(untold, at_its_end)

    def _together(self, mine: NDArray[np.bool_], there: NDArray[np.bool_]) -> Layer:
        """Plans (p,) that concern a lot as one, which is surveyed wherever those that are there are."""

        def one() -> Layer:
            dated, drawn = (one_plan(list(compress(self.plans, some))) for some in (mine, there))
            return replace(drawn, surveyed_on=dated.surveyed_on, stale_after_days=dated.stale_after_days)

        found: Layer = _TOGETHER.of(self.plans, one, mine.tobytes(), there.tobytes())
        return found


def plans_of_lots(zones: Zones, drawn: Shapes, net: Shapes, exact: Exactness) -> PlansOfLots:
    """
    The plans whose zones lie on net lots (n,).

    `drawn` (z,): the zones' shapes, None of those that nobody can read.
    """
    plans = zones.plans
    if len(plans) < 2:
        return PlansOfLots(plans, exact.misfit_m(zones.layer))
    misfits_m = np.column_stack([exact.misfit_m(plan) for plan in plans])
    zone, lot = shapely.STRtree(net).query(drawn, predicate="intersects")
    plan = zones.plan[zone]
    whole = np.asarray(shapely.covers(drawn[zone], net[lot]))
    shared = inside(net[lot[~whole]], drawn[zone[~whole]])
    limit_m = misfits_m[lot[~whole], plan[~whole]]
    width_m = np.full(len(lot), np.inf)
    width_m[~whole] = widths_m(shared, exact.policy["measure"], limit_m)
    shown = _marked(misfits_m.shape, lot, plan, width_m >= TOUCHING_M)
    concerned = shown & _marked(misfits_m.shape, lot, plan, wider(width_m, misfits_m[lot, plan]))
    some = np.asarray(shown.any(axis=1))
    there = np.where(shown | ~some[:, None], misfits_m, 0.0)
    return PlansOfLots(plans, there.max(axis=1), shown, concerned, misfits_m)


def _marked(shape: tuple[int, ...], lot: Ints, plan: Ints, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    marks = np.zeros(shape, dtype=bool)
    marks[lot[where], plan[where]] = True
    return marks


def _reaching(plans: tuple[Layer, ...], net: Shapes, concerned: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of lots that no plan concerns those plans (n, p) whose survey reaches them, or nobody knows how far."""
    reaching = np.zeros(concerned.shape, dtype=bool)
    bare = (~np.asarray(concerned.any(axis=1))).nonzero()[0]
    for at, plan in enumerate(plans):
        extent = plan.surveyed_extent
        if extent is None:
            reaching[bare, at] = True
        else:
            met = np.asarray(shapely.intersects(extent, net[bare]))
            reaching[bare, at] = met & ~np.asarray(shapely.touches(extent, net[bare]))
    return reaching


def _patterns(table: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], Ints]]:
    """Each row that a table of flags (n, k) has, with the positions that have it."""
    patterns, which = np.unique(table, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        yield pattern, (which.ravel() == number).nonzero()[0]
