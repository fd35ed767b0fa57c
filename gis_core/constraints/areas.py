"""Knows on which area a rule counts: deed, survey, after widening, net; on the grid or on the ground."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.plane import PASSING_M, Floats, Numbers


@dataclass(frozen=True)
class Areas:
    """The areas of lots that rules count on, in m² on the ground; arrays of (n,), NaN where not known."""

    deed_m2: Floats
    existing_m2: Floats
    net_before_chamfer_m2: Floats
    net_m2: Floats

    def on_basis(self, basis: str) -> Floats:
        """
        The area of a basis: `DEED`, `EXISTING`, `NET_BEFORE_CHAMFER`, `NET` or `MIN(DEED,EXISTING)`.

        Raises
        ------
        KeyError
            When there is no such basis: there is no single "plot area" to fall back on.
        """
        if basis == "MIN(DEED,EXISTING)":
            return np.minimum(self.deed_m2, self.existing_m2)
        return {
            "DEED": self.deed_m2,
            "EXISTING": self.existing_m2,
            "NET_BEFORE_CHAMFER": self.net_before_chamfer_m2,
            "NET": self.net_m2,
        }[basis]


def ground_factor(policy: Mapping[str, Any] | None) -> float:
    """
    Ground m² per grid m²: 1 / (grid scale · elevation factor)², or 1 where no correction is asked for.

    Examples
    --------
    >>> round(ground_factor({"apply": True, "grid_scale": 0.9996, "elevation_factor": 0.9998}), 6)
    1.001201
    """
    if not policy or not policy["apply"]:
        return 1.0
    return 1.0 / (policy["grid_scale"] * policy["elevation_factor"]) ** 2


def permitted_discrepancy_m2(deed_m2: Numbers, policy: Mapping[str, Any]) -> Floats:
    """How far survey and deed may differ, in m²: a share of the deed and a fixed area, the larger counts."""
    combine = {"LARGER": np.maximum, "SMALLER": np.minimum, "SUM": np.add}[policy["combine"]]
    return np.asarray(
        combine(policy["relative_share"] * np.asarray(deed_m2), policy["absolute_m2"]), dtype=float
    )


def within_tolerance(deed_m2: Numbers, existing_m2: Numbers, policy: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Whether survey and deed differ by no more than is permitted; an unknown deed is not within."""
    difference_m2 = np.abs(np.asarray(deed_m2) - existing_m2)
    return difference_m2 <= permitted_discrepancy_m2(deed_m2, policy) + PASSING_M
