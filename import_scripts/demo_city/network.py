"""The street network: nodes, and the segments of every street between them."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import substring

from import_scripts.demo_city.streets import SPEED_KMH, Street, stations


@dataclass(frozen=True)
class Network:
    """
    Nodes (n, 2) in metres, and per segment: its street, number within it, both nodes and its line.

    `first[id(street)]` is the number of the street's first segment.
    """

    nodes: np.ndarray
    streets: list[Street]
    street_of: np.ndarray
    segment_of: np.ndarray
    from_node: np.ndarray
    to_node: np.ndarray
    lines: np.ndarray
    first: dict[int, int]


def build(streets: list[Street], apart_m: float = 2.0) -> Network:  # noqa: C901
    """Join streets into a network; ends that meet within `apart_m` are one node."""
    places: dict[tuple[int, int], list[tuple[int, np.ndarray]]] = {}
    nodes: list[np.ndarray] = []
    made: dict[tuple[int, int], int] = {}
    known = {id(street): stations(street) for street in streets}

    def node_at(point: np.ndarray) -> int:
        x, y = int(point[0] // 8), int(point[1] // 8)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for number, place in places.get((x + dx, y + dy), ()):
                    if np.hypot(*(place - point)) < apart_m:
                        return number
        nodes.append(point)
        places.setdefault((x, y), []).append((len(nodes) - 1, point))
        return len(nodes) - 1

    def node_of(street: Street, k: int) -> int:
        at = known[id(street)]
        if (id(street), k) not in made:
            made[id(street), k] = _end(street, k, at)
        return made[id(street), k]

    def _end(street: Street, k: int, at: list[float]) -> int:
        host = street.starts_on if k == 0 else street.ends_on if k == len(at) - 1 else None
        point = shapely.get_coordinates(street.shape.interpolate(at[k]))[0]
        if host is not None:
            along = host.shape.project(shapely.Point(point))
            there = np.abs(np.array(known[id(host)]) - along)
            return node_of(host, int(np.argmin(there)))
        return node_at(point)

    rows, lines, first = [], [], {}
    for number, street in enumerate(streets):
        first[id(street)] = len(rows)
        at = known[id(street)]
        for k in range(len(at) - 1):
            start, end = node_of(street, k), node_of(street, k + 1)
            rows.append((number, k, start, end))
            line = shapely.get_coordinates(substring(street.shape, at[k], at[k + 1]))
            lines.append(line)
    points = np.array(nodes)
    for row, line in zip(rows, lines, strict=True):
        line[0], line[-1] = _settled(line[0], points[row[2]]), _settled(line[-1], points[row[3]])
    table = np.array(rows, dtype=int).reshape(-1, 4)
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    return Network(points, streets, table[:, 0], table[:, 1], table[:, 2], table[:, 3], shapes, first)


def speed_kmh(street: Street) -> float:
    """The usual speed by car in a street of that class."""
    return SPEED_KMH[street.street_class]


def _settled(own: np.ndarray, node: np.ndarray) -> np.ndarray:
    """An end of a line is the node itself, so that the network is joined to the last digit."""
    return node if np.hypot(*(own - node)) > 0 else own
