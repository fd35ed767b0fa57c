"""Gets footprint and floor area from coverage, floor area ratio, envelope and storeys; names what binds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.plane import Floats, Numbers, named_rows

#: Limits this near to the smallest bind together.
EQUAL_WITHIN = 1e-6


@dataclass(frozen=True)
class Density:
    """
    What coverage, envelope, floor area ratio and storeys permit; arrays of (n,), m², NaN where not known.

    `footprint_binding`, `floor_area_binding`: the limits that give the value, as tuples.
    """

    coverage_cap_m2: Floats
    footprint_m2: Floats
    footprint_binding: NDArray[np.object_]
    far_cap_m2: Floats
    reachable_m2: Floats
    unreachable_m2: Floats
    floor_area_binding: NDArray[np.object_]
    whole_storeys: Floats
    partial_storey_m2: Floats


def binding(
    limits: dict[str, Floats], smallest: Floats, equal_within: float = EQUAL_WITHIN
) -> NDArray[np.object_]:
    """
    Names of the limits that give the smallest value, per row, in their order; none where it is not known.

    Examples
    --------
    >>> binding({"FAR": np.array([660.0]), "STOREYS": np.array([660.0])}, np.array([660.0]))[0]
    ('FAR', 'STOREYS')
    """
    names = list(limits)
    ties = np.column_stack([np.abs(limits[name] - smallest) <= equal_within for name in names])
    return named_rows(names, ties)


def density(
    coverage_cap_m2: Floats,
    far_cap_m2: Floats,
    storeys: Floats,
    envelope_m2: Floats | None = None,
    equal_within: float = EQUAL_WITHIN,
) -> Density:
    """
    Footprint = min(coverage cap, envelope); floor area = min(FAR cap, footprint × storeys).

    `envelope_m2` is already less the light wells; NaN there, or None for all: no envelope limits.
    A NaN cap or number of storeys makes what depends on it NaN. Source: rules.md sections 5 and 6.

    Examples
    --------
    >>> on_deed = density(np.array([165.0]), np.array([720.0]), np.array([4.0]))
    >>> on_deed.reachable_m2.item(), on_deed.unreachable_m2.item(), on_deed.floor_area_binding[0]
    (660.0, 60.0, ('STOREYS',))
    """
    envelope_m2 = np.full_like(coverage_cap_m2, np.inf) if envelope_m2 is None else envelope_m2
    footprint_m2 = np.where(np.isnan(coverage_cap_m2), np.nan, np.fmin(coverage_cap_m2, envelope_m2))
    by_storeys_m2 = footprint_m2 * storeys
    reachable_m2 = np.minimum(far_cap_m2, by_storeys_m2)
    whole = np.floor(storeys + 1e-9)
    return Density(
        coverage_cap_m2=coverage_cap_m2,
        footprint_m2=footprint_m2,
        footprint_binding=binding(
            {"COVERAGE": coverage_cap_m2, "ENVELOPE": envelope_m2}, footprint_m2, equal_within
        ),
        far_cap_m2=far_cap_m2,
        reachable_m2=reachable_m2,
        unreachable_m2=far_cap_m2 - reachable_m2,
        floor_area_binding=binding({"FAR": far_cap_m2, "STOREYS": by_storeys_m2}, reachable_m2, equal_within),
        whole_storeys=whole,
        partial_storey_m2=np.maximum(storeys - whole, 0.0) * footprint_m2,
    )


def chosen_footprints_m2(footprint_m2: Numbers, far_cap_m2: Numbers, storeys: Numbers) -> Floats:
    """
    The largest footprint with so many storeys: more storeys only by less coverage, in m².

    Examples
    --------
    >>> chosen_footprints_m2(np.array(165.0), np.array(495.0), np.array([3.0, 4.0])).tolist()
    [165.0, 123.75]
    """
    return np.asarray(np.minimum(footprint_m2, far_cap_m2 / storeys))
