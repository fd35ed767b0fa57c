"""Reads the streets of an OpenStreetMap extract (PBF): ways cut at junctions, with a car's speeds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from gis_core.routing.noding import cut_at_junctions

EARTH_RADIUS_M = 6_371_000.0
"""Mean radius of the sphere on which GraphHopper, and so the published lengths, measure."""


@dataclass(frozen=True)
class CarProfile:
    """
    What a car may use: speeds by class of highway (km/h), closed accesses and barriers, share of a posted
    speed.
    """

    speed_kmh: Mapping[str, float]
    closed_access: frozenset[str]
    closing_barriers: frozenset[str]
    posted_speed_share: float

    @classmethod
    def from_recipe(cls, table: Mapping) -> "CarProfile":
        """The ``[car]`` table of a streets recipe."""
        return cls(
            speed_kmh={name: float(speed) for name, speed in table["speed_kmh"].items()},
            closed_access=frozenset(table["closed_access"]),
            closing_barriers=frozenset(table["closing_barriers"]),
            posted_speed_share=float(table["posted_speed_share"]),
        )


@dataclass(frozen=True)
class OsmStreet:
    """
    A stretch of an OSM way between two junctions.

    ``lonlat`` (k, 2) degrees; ``from_node`` and ``to_node`` OSM node ids; speeds km/h or None where closed
    to cars in that direction.
    """

    way_id: int
    part: int
    from_node: int
    to_node: int
    lonlat: NDArray[np.float64]
    highway: str
    name: str
    forward_kmh: float | None
    backward_kmh: float | None


def read_streets(path: Path, car: CarProfile, *, also: frozenset[str] = frozenset()) -> list[OsmStreet]:
    """
    Streets open to cars, and ways of the kinds in ``also`` with both directions closed to cars.

    A way is cut where it shares a vertex with another one, meets itself, or passes a barrier closed to
    cars; the barrier itself becomes two nodes that do not meet.
    """
    ways = [
        (way, tags, speeds)
        for way, tags in _ways(path)
        if (speeds := car_speeds(tags, car)) != (None, None) or tags["highway"] in also
    ]
    barriers = _barriers(path, car)
    uses = Counter(vertex for (_, vertices, _), _, _ in ways for vertex in vertices)
    ends = {vertex for (_, vertices, _), _, _ in ways for vertex in (vertices[0], vertices[-1])}
    junctions = ends | {vertex for vertex, times in uses.items() if times > 1} | (barriers & uses.keys())
    ends_of = _Ends(barriers)
    streets = []
    for (way_id, vertices, lonlat), tags, (forward, backward) in ways:
        for part, piece in enumerate(cut_at_junctions(vertices, junctions)):
            streets.append(
                OsmStreet(
                    way_id=way_id,
                    part=part,
                    from_node=ends_of.of(vertices[piece.first]),
                    to_node=ends_of.of(vertices[piece.last]),
                    lonlat=lonlat[piece.first : piece.last + 1],
                    highway=tags["highway"],
                    name=tags.get("name", ""),
                    forward_kmh=forward,
                    backward_kmh=backward,
                )
            )
    return streets


def car_speeds(tags: Mapping[str, str], car: CarProfile) -> tuple[float | None, float | None]:
    """
    Speed of a car along a way and against it, None where it may not.

    Examples
    --------
    >>> car = CarProfile({"primary": 65.0}, frozenset({"no"}), frozenset(), 0.9)
    >>> car_speeds({"highway": "primary", "oneway": "yes", "maxspeed": "50"}, car)
    (45.0, None)
    >>> car_speeds({"highway": "footway"}, car)
    (None, None)
    """
    speed = car.speed_kmh.get(tags.get("highway", ""))
    access = next(
        (tags[key] for key in ("motorcar", "motor_vehicle", "vehicle", "access") if key in tags), ""
    )
    if speed is None or access in car.closed_access or tags.get("area") == "yes":
        return (None, None)
    posted = tags.get("maxspeed", "")
    if posted.isdigit() and int(posted) > 0:
        speed = car.posted_speed_share * int(posted)
    oneway = tags.get("oneway", "")
    if oneway in ("-1", "reverse"):
        return (None, speed)
    if oneway in ("yes", "true", "1") or (oneway != "no" and tags.get("junction") == "roundabout"):
        return (speed, None)
    return (speed, speed)


def great_circle_m(lonlat: NDArray[np.float64]) -> float:
    """
    Length of a line of degrees on the mean sphere, by the haversine formula.

    Examples
    --------
    >>> round(great_circle_m(np.array([[0.0, 0.0], [0.0, 1.0]])))
    111195
    """
    lon, lat = np.radians(lonlat).T
    step = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return float(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(step)).sum())


def _ways(path: Path) -> list[tuple[tuple[int, list[int], NDArray[np.float64]], dict[str, str]]]:
    ways = []
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY | osmium.osm.NODE).with_locations():
        if not way.is_way() or "highway" not in way.tags:
            continue
        seen = [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]
        if len(seen) < 2:
            continue
        refs = [ref for ref, _, _ in seen]
        ways.append(((way.id, refs, np.asarray(seen)[:, 1:].astype(float)), dict(way.tags)))
    return ways


def _barriers(path: Path, car: CarProfile) -> set[int]:
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("barrier"))
    return {node.id for node in nodes if _closes(dict(node.tags), car)}


def _closes(tags: Mapping[str, str], car: CarProfile) -> bool:
    return tags.get("barrier", "") in car.closing_barriers and tags.get("access") not in ("yes", "permissive")


class _Ends:
    """
    Node ids of the pieces' ends; at a barrier every piece gets an end of its own, so that no car
    passes.
    """

    def __init__(self, barriers: set[int]) -> None:
        self._barriers = barriers
        self._next = count(-1, -1)

    def of(self, vertex: int) -> int:
        return next(self._next) if vertex in self._barriers else vertex
