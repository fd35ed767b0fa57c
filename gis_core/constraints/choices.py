"""Lays out what each number of storeys would give: footprint, floor area, height, parking."""

from dataclasses import dataclass
from math import ceil, floor, isnan

import numpy as np

from gis_core.constraints.density import chosen_footprints_m2
from gis_core.constraints.findings import Choice
from gis_core.constraints.parking import bays_of, capacity, typical_units
from gis_core.constraints.rules import Rule
from gis_core.constraints.storeys import height_m

#: Less ground than this is rounding of coordinates: nothing stands on it, in m².
LEAST_M2 = 0.01


@dataclass(frozen=True)
class Permitted:
    """What choices may not exceed: storeys (and what may be asked for), footprint and floor area in m²."""

    storeys: float
    may_request: float | None
    footprint_m2: float
    far_cap_m2: float


def choices(permitted: Permitted, heights: Rule | None, parking: Rule | None) -> tuple[Choice, ...]:
    """
    One choice per whole number of storeys, the fractional maximum, and what may be asked for.

    Nothing known, nothing offered; nor where no ground may be built on, or no floor area is permitted.

    Examples
    --------
    >>> offered = choices(Permitted(2.5, None, 100.0, 240.0), None, None)
    >>> [(choice.storeys, choice.floor_area_m2) for choice in offered]
    [(1.0, 100.0), (2.0, 200.0), (2.5, 240.0)]
    """
    if isnan(permitted.storeys) or isnan(permitted.footprint_m2) or isnan(permitted.far_cap_m2):
        return ()
    if min(permitted.footprint_m2, permitted.far_cap_m2) < LEAST_M2:
        return ()
    offered = [float(number) for number in range(1, floor(permitted.storeys + 1e-9) + 1)]
    offered += [permitted.storeys] if permitted.storeys - len(offered) > 1e-9 else []
    certain = len(offered)
    offered += [permitted.may_request] if permitted.may_request is not None else []
    storeys = np.array(offered)
    footprints_m2 = chosen_footprints_m2(permitted.footprint_m2, permitted.far_cap_m2, storeys).tolist()
    heights_m = [None] * len(offered) if heights is None else height_m(storeys, heights.params).tolist()
    return tuple(
        _choice(*told, parking, at >= certain)
        for at, told in enumerate(zip(offered, footprints_m2, heights_m, strict=True))
    )


def parking_need(floor_area_m2: float, storeys: float, rule: Rule) -> int | None:
    """Bays for a floor area divided into typical units, at least one unit per storey begun."""
    if not floor_area_m2 > 0:
        return 0
    units = max(typical_units(floor_area_m2, rule.params["typical_unit_m2"]), ceil(storeys))
    return bays_of({round(floor_area_m2 / units, 6): units}, rule.params).required


def _choice(
    storeys: float, footprint_m2: float, height_m: float | None, parking: Rule | None, discretionary: bool
) -> Choice:
    floor_area_m2 = footprint_m2 * storeys
    need = holds = None
    if parking is not None:
        need = parking_need(floor_area_m2, storeys, parking)
        holds = capacity(footprint_m2, parking.params["capacity_share"], parking.params["m2_per_bay"])
    return Choice(
        storeys=storeys,
        footprint_m2=footprint_m2,
        floor_area_m2=floor_area_m2,
        height_m=height_m,
        parking_need=need,
        parking_capacity=holds,
        discretionary=discretionary,
    )
