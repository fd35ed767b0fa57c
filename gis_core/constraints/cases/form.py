"""What a published case looks like: its inputs, shapes near the origin, plain numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.plane import Shapes, moved, parts_by_size, shapes

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]
#: The coordinate system of the published cases, where their inputs name no other.
EPSG = 32639


class Place:
    """Reads shapes near the origin and gives them back in the coordinates of the case."""

    def __init__(self, wkt: str) -> None:
        x, y = shapely.get_coordinates(shapely.from_wkt(wkt))[0]
        self.origin = np.floor(np.array([x, y]))

    def read(self, *wkts: str) -> Shapes:
        return moved(shapes(*[shapely.from_wkt(wkt) for wkt in wkts]), -self.origin)

    def one(self, wkt: str) -> shapely.Geometry:
        return self.read(wkt)[0]

    def back(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return moved(shapes(geometry), self.origin)[0]


def plain(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def plains(numbers: Any) -> list[float | None]:
    return [plain(number) for number in numbers]


def part_areas(geometry: shapely.Geometry) -> list[float]:
    return [part.area for part in parts_by_size(geometry)]


def number(value: Any) -> float:
    return np.nan if value is None else float(value)
