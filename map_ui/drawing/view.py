"""The window of the plan: metres on the ground to px on paper."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely


@dataclass(frozen=True)
class View:
    """Metres on the ground to px on paper, y downwards."""

    centre: tuple[float, float]
    px_per_m: float
    width: int
    height: int

    def __call__(self, points: np.ndarray) -> np.ndarray:
        shifted = (points - self.centre) * (self.px_per_m, -self.px_per_m)
        return shifted + np.array((self.width / 2, self.height / 2))

    @property
    def box(self) -> Any:
        """The part of the ground that is seen, with a margin."""
        half_w, half_h = self.width / 2 / self.px_per_m + 5, self.height / 2 / self.px_per_m + 5
        x, y = self.centre
        return shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)


def view_of(parcel: Any, width: int, height: int) -> View:
    """The view that shows a lot in the middle with what lies round it."""
    west, south, east, north = parcel.bounds
    span_x, span_y = max(east - west, 12.0) * 2.6, max(north - south, 12.0) * 2.0
    return View(((west + east) / 2, (south + north) / 2), min(width / span_x, height / span_y), width, height)
