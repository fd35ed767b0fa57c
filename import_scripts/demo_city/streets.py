"""Streets as values: centreline, widths, class, and the places where others join them."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import LineString

SPEED_KMH = {
    "expressway": 60.0,
    "arterial": 38.0,
    "collector": 28.0,
    "local": 20.0,
    "alley": 13.0,
    "cul_de_sac": 9.0,
}


@dataclass
class Street:
    """
    One street between its two ends, with everything that joins it on the way.

    `line` is a (n, 2) centreline in metres. `joins` are distances along it where other streets end on it.
    `starts_on`, `ends_on` are the streets its ends lie on; None is a dead end or the edge of the city.
    """

    line: np.ndarray
    width_m: float
    street_class: str
    planned_width_m: float | None = None
    starts_on: "Street | None" = None
    ends_on: "Street | None" = None
    one_way: int = 0
    name: str = ""
    kind: str = "street"
    drivable: bool = True
    joins: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shape = LineString(self.line)
        if self.planned_width_m is None:
            self.planned_width_m = self.width_m

    @property
    def length_m(self) -> float:
        """Length of the centreline."""
        return self.shape.length

    def surface(self) -> shapely.Polygon:
        """The street's surface: its centreline grown by half its width, ends flat."""
        return shapely.buffer(
            self.shape, self.width_m / 2, cap_style="flat", join_style="mitre", mitre_limit=3.0
        )


def street_class(width_m: float) -> str:
    """The class that a street of that width has when nothing else is known."""
    if width_m >= 14:
        return "collector"
    return "local" if width_m >= 8 else "alley"


def join(line: np.ndarray, start: Street | None, end: Street | None) -> np.ndarray | None:
    """
    The line stretched or cut so that it begins on `start` and ends on `end`.

    Returns None when it cannot be brought there within reach, or nothing is left of it.
    """
    if end is not None:
        line = _end_on(line, end)
    if line is not None and start is not None:
        line = _end_on(line[::-1], start)
        line = None if line is None else line[::-1]
    return line


def register(street: Street) -> Street:
    """Note the street's ends on the streets they lie on."""
    if street.starts_on is not None:
        street.starts_on.joins.append(street.starts_on.shape.project(shapely.Point(street.line[0])))
    if street.ends_on is not None:
        street.ends_on.joins.append(street.ends_on.shape.project(shapely.Point(street.line[-1])))
    return street


def stations(street: Street, apart_m: float = 5.0) -> list[float]:
    """
    Distances along the street at which its segments begin and end, first 0 and last its length.

    Joins closer than `apart_m` to one another or to an end are one junction.
    """
    length = street.length_m
    kept = [0.0]
    for distance in sorted(street.joins):
        if distance - kept[-1] > apart_m and length - distance > apart_m:
            kept.append(distance)
    return [*kept, length]


def _end_on(line: np.ndarray, host: Street) -> np.ndarray | None:
    reach = host.width_m * 0.75 + 14.0
    last, before = line[-1], line[-2]
    step = last - before
    ahead = last + step / np.hypot(*step) * reach
    stretched = LineString(np.vstack([line, ahead]))
    crossing = shapely.intersection(stretched, host.shape)
    if crossing.is_empty:
        return None
    points = shapely.get_coordinates(crossing)
    along = shapely.line_locate_point(stretched, shapely.points(points))
    at = along[np.argmin(np.abs(along - (stretched.length - reach)))]
    if at < 6.0:
        return None
    distances = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    kept = line[distances < at - 0.5]
    return np.vstack([kept, shapely.get_coordinates(stretched.interpolate(at))])
