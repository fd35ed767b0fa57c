"""Says where the zoning plan itself cannot tell: none is there, it is stale, a lot leaves its survey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.parting import both_sides
from gis_core.constraints.plane import DUST_M2, Floats, Shapes
from gis_core.constraints.silence import Silence
from gis_core.constraints.slivers import wider, widths_m
from gis_core.constraints.values import Layer
from gis_core.constraints.zones import Overlaps

#: Reasons for which what a layer shows cannot be relied on either, not only its silence.
_UNTOLD = frozenset({"MISSING_LAYER", "STALE_LAYER", "OUTSIDE_SURVEYED_EXTENT"})


@dataclass(frozen=True)
class PlanDoubts:
    """
    What the plan leaves open of lots (n,).

    `untold`: why it cannot be relied on, or None. `at_its_end`: lots that leave its survey by no more than
    the accuracy of both; their zone stands, and it is noted.
    """

    untold: NDArray[np.object_]
    at_its_end: NDArray[np.bool_]


def one_plan(layers: Sequence[Layer]) -> Layer:
    """
    Several plans that concern one lot, as one that promises no more than each of them.

    It reaches as far as all of them together, is as exact as the least exact, and stale when the first is.
    Where one of them says nothing, it says nothing. Their order does not matter.

    Examples
    --------
    >>> old_town = Layer("old-town", surveyed_extent=shapely.box(0, 0, 5, 5), accuracy_m=0.1)
    >>> suburbs = Layer("suburbs", surveyed_extent=shapely.box(5, 0, 9, 5), accuracy_m=0.5)
    >>> both = one_plan([suburbs, old_town])
    >>> both.key, both.accuracy_m, both.surveyed_extent.area
    ('old-town', 0.5, 45.0)
    """
    plans = sorted(layers, key=lambda layer: layer.key)
    exact = [layer.accuracy_m for layer in plans]
    known_m = [accuracy_m for accuracy_m in exact if accuracy_m is not None]
    extents = [layer.surveyed_extent for layer in plans]
    # The one that is stale first tells when all of them are.
    first = min(plans, key=_stale_from)
    return replace(
        plans[0],
        surveyed_extent=None if None in extents else shapely.union_all(extents),
        accuracy_m=max(known_m) if len(known_m) == len(exact) else None,
        surveyed_on=first.surveyed_on,
        stale_after_days=first.stale_after_days,
    )


def _stale_from(layer: Layer) -> date:
    if layer.surveyed_on is None or layer.stale_after_days is None:
        return date.max
    return layer.surveyed_on + timedelta(days=layer.stale_after_days)


def doubts_of_plan(
    layer: Layer | None, net: Shapes, threshold_m: Floats, policy: Mapping[str, Any], silences: Silence
) -> PlanDoubts:
    """
    Where the edition of the plan says nothing reliable of net lots.

    `threshold_m` (n,): the width up to which a misfit of lot and plan may come from their accuracy;
    `policy["measure"]` tells how wide the part of a lot beyond the survey is. A plan of which nobody said
    how far it reaches still tells of what it shows.
    """
    untold = silences.of(layer)
    codes = np.array([None if why is None else why.code for why in untold], dtype=object)
    at_its_end = np.zeros(len(net), dtype=bool)
    outside = (codes == "OUTSIDE_SURVEYED_EXTENT").nonzero()[0]
    if len(outside) and layer is not None:
        extent = np.full(len(outside), layer.surveyed_extent, dtype=object)
        _, beyond = both_sides(net[outside], extent)
        limit_m = threshold_m[outside]
        wide = wider(widths_m(beyond, policy["measure"], limit_m), limit_m)
        at_its_end[outside[~wide]] = True
    untold[at_its_end | ~np.isin(codes, list(_UNTOLD))] = None
    return PlanDoubts(untold, at_its_end)


def hang_on_accuracy(overlaps: Overlaps) -> NDArray[np.bool_]:
    """Lots (n,) that no zone holds whole: their zones hang on how exact lots and plan are."""
    some = shapely.area(overlaps.shape) > DUST_M2
    parts = np.bincount(overlaps.lot, weights=some, minlength=len(overlaps.state))
    bare = shapely.area(overlaps.uncovered) > DUST_M2
    return np.asarray((parts > 1) | ((parts == 1) & bare))
