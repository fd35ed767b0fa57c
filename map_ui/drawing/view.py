"""The window of the plan: metres on the ground to px on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from map_ui import shapes

#: The size of a plan unless said otherwise, and the room that a figure needs beside a dimension.
WIDTH_PX, HEIGHT_PX = 640, 520
_FIGURE_PX, _LINE_PX = 62.0, 22.0


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
        return self._around(5.0)

    @property
    def frame(self) -> Any:
        """The part of the ground that is seen."""
        return self._around(0.0)

    def _around(self, margin_m: float) -> Any:
        half_w = self.width / 2 / self.px_per_m + margin_m
        half_h = self.height / 2 / self.px_per_m + margin_m
        x, y = self.centre
        return shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)


#: How much wider and higher than a lot is what is seen of it: with what lies round it, or close by.
_ROUND, _CLOSE = (2.6, 2.0), (1.3, 1.5)


def view_of(
    parcel: Any, width: int, height: int, dimensions: Sequence[shapes.Dimension] = (), *, close: bool = False
) -> View:
    """The view that shows a lot in the middle with what lies round it, or `close`; its dimensions whole."""
    wider, higher = _CLOSE if close else _ROUND
    west, south, east, north = parcel.bounds
    x, y = (west + east) / 2, (south + north) / 2
    span_x, span_y = max(east - west, 12.0) * wider, max(north - south, 12.0) * higher
    px_per_m = min(width / span_x, height / span_y)
    if dimensions:
        ends = np.array([end for entry in dimensions for end in (entry.start, entry.end)])
        reach_x, reach_y = np.abs(ends - (x, y)).max(axis=0)
        px_per_m = min(px_per_m, (width / 2 - _FIGURE_PX) / reach_x, (height / 2 - _LINE_PX) / reach_y)
    return View((x, y), px_per_m, width, height)
