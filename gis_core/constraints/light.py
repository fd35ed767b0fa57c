"""Tests heights against the light plane, and projections over the passage against its width."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.constraints.bands import looked_up
from gis_core.constraints.plane import PASSING_M, Floats


def permitted_height_m(base_height_m: Floats, distance_m: Floats, angle_deg: Floats) -> Floats:
    """
    Height under the plane that rises from a boundary: base + distance · tan(angle), in metres.

    Examples
    --------
    >>> round(permitted_height_m(0.0, 8.0, 45).item(), 9)
    8.0
    """
    return np.asarray(base_height_m + np.asarray(distance_m) * np.tan(np.radians(angle_deg)), dtype=float)


def permitted_projections_m(width_m: Floats, classes: NDArray[np.object_], rule: Mapping[str, Any]) -> Floats:
    """Projection permitted over a passage by its width, in metres; none over the forbidden classes."""
    permitted = looked_up(rule["bands"], "projection_m", np.asarray(width_m, dtype=float))
    forbidden = np.isin(np.asarray(classes, dtype=object).astype(str), rule["forbidden_classes"])
    return np.where(forbidden, 0.0, permitted)


def clear_enough(clearance_m: Floats, rule: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Whether the passage stays free to the height that the rule asks for, the bound included."""
    return np.asarray(clearance_m, dtype=float) >= rule["min_clearance_m"] - PASSING_M
