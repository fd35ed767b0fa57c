"""The eye of the axonometry: from the south-east, 30° down."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

#: Heights of the storey on columns and of those above it.
PILOT_M, STOREY_M = 2.8, 3.3
#: Room for the lines that lead from the floors to the stops.
LEADER_PX = 34
SOUTH_EAST = math.sqrt(0.5)


_SIN, _COS = math.sin(math.radians(30)), math.cos(math.radians(30))


@dataclass(frozen=True)
class Camera:
    """Looks from the south-east, 30° down: metres (x, y, z) near the parcel to px."""

    origin: tuple[float, float]
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    def flat(self, points: np.ndarray, z: float = 0.0) -> np.ndarray:
        """(n, 2) ground points at height z as (n, 2) px."""
        x, y = (points - self.origin).T
        right = (x + y) * SOUTH_EAST
        up = (y - x) * SOUTH_EAST * _SIN + z * _COS
        return np.column_stack([right * self.scale + self.shift[0], -up * self.scale + self.shift[1]])

    def at(self, z: float) -> Callable[[np.ndarray], np.ndarray]:
        """The camera for one height."""
        return lambda points: self.flat(points, z)


def camera_on(parcel: Any, body: Any, top: float, width: int, height: int, stops_at: str) -> Camera:
    """The camera that shows the whole lot and the whole building, beside the stack of stops."""
    first = Camera(shapely.get_coordinates(shapely.centroid(parcel))[0])
    roof = PILOT_M + top * STOREY_M
    outline = np.vstack(
        [
            first.flat(shapely.get_coordinates(parcel)),
            first.flat(shapely.get_coordinates(body), roof),
        ]
    )
    low, high = outline.min(axis=0), outline.max(axis=0)
    free = width - LEADER_PX - 26
    scale = min(free / (high[0] - low[0]), (height - 34) / (high[1] - low[1]))
    middle = (low + high) / 2 * scale
    left = (free / 2 + 13) if stops_at == "right" else width - free / 2 - 13
    return Camera(first.origin, scale, (left - middle[0], height / 2 - middle[1] - 2))
