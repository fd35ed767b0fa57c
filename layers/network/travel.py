"""The road graph that holds on a day, kept in memory by version; snaps places and gives travel times."""

import threading
import tomllib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.db.models.functions import AsWKB
from django.db import connection
from numpy.typing import ArrayLike, NDArray

from gis_core.errors import SourceFailed
from gis_core.routing.graph import RoadGraph, Snaps, Turn, road_graph, snap
from gis_core.routing.matrix import TravelMatrix, travel_matrix
from gis_core.routing.paths import Route, route
from gis_core.routing.reach import reached_area
from layers.models import Layer, LayerVersion
from layers.network.models import StreetSegment, TurnRestriction

KEPT_NETWORKS = 6
"""Graphs held in memory by one process: some days and manners; the one unused longest goes first."""

SHORTEST_M = 0.01
"""Length given to a street recorded as having none, so that it takes some time."""


class Manner(StrEnum):
    """How one goes."""

    CAR = "car"
    FOOT = "foot"


@dataclass(frozen=True)
class Pace:
    """Speeds by street class and on foot (km/h), and how far from a street a place may lie (m)."""

    driving_kmh: dict[str, float]
    walking_kmh: float
    access_kmh: float
    max_access_m: float

    @property
    def access_m_per_s(self) -> float:
        return self.access_kmh / 3.6


@dataclass(frozen=True)
class Network:
    """A road graph for one manner of going, the street versions it was made of, and its pace."""

    graph: RoadGraph
    manner: Manner
    versions: tuple[int, ...]
    pace: Pace
    holds: tuple[date | None, date | None]

    def snap(self, places_xy: ArrayLike) -> Snaps:
        """Metric places (k, 2) on the network; a place too far from every street is not found."""
        return snap(self.graph, places_xy, max_distance_m=self.pace.max_access_m)

    def travel(self, starts: Snaps, ends: Snaps | None = None) -> TravelMatrix:
        """Seconds and metres from door to door; NaN where there is no way."""
        return travel_matrix(self.graph, starts, ends, access_m_per_s=self.pace.access_m_per_s)

    def reached(self, places: Snaps, start: int, seconds: float) -> shapely.Geometry:
        """The area drawn round all streets that are reached from a place within a time, its leg included."""
        left_s = seconds - float(np.nan_to_num(places.access_m[start])) / self.pace.access_m_per_s
        return reached_area(self.graph, places, start, left_s)

    def way(self, places: Snaps, start: int, end: int) -> Route | None:
        """The quickest way between two places, its line on the streets; None where there is none."""
        return route(self.graph, places, start, end)


@lru_cache(maxsize=1)
def city_pace() -> Pace:
    """Speeds of this city: the defaults of `speeds.toml` under what its `city.toml` says."""
    defaults = tomllib.loads(Path(__file__).with_name("speeds.toml").read_text(encoding="utf-8"))
    own = settings.CITY.policies.get("travel", {})
    values = {**defaults, **own}
    return Pace(
        driving_kmh={**defaults["driving_kmh"], **own.get("driving_kmh", {})},
        walking_kmh=values["walking_kmh"],
        access_kmh=values["access_kmh"],
        max_access_m=values["max_access_m"],
    )


def network(*, on: date, manner: Manner = Manner.CAR) -> Network:
    """
    The streets in force on a day as a graph.

    Raises
    ------
    SourceFailed
        When no street is loaded for that day: then nothing is known about travel.
    """
    versions = street_versions(on=on)
    found = _kept.get(versions, on, manner)
    if found is None:
        with _kept.loading:
            found = _kept.get(versions, on, manner) or _kept.put(_load(versions, on, manner))
    if not found.graph.edge_count:
        raise SourceFailed(
            "برای این روز شبکهٔ معابر ثبت نشده است؛ زمان راه معلوم نیست.",
            "No street network is loaded for this day, so travel times are not known.",
            {"on": on.isoformat()},
        )
    return found


def street_versions(*, on: date) -> tuple[int, ...]:
    """Published versions of the street layers in force on a day."""
    rows = LayerVersion.objects.filter(
        layer__kind=Layer.Kind.STREETS,
        status=LayerVersion.Status.IN_FORCE,
        valid__contains=on,
        known__upper_inf=True,
    )
    return tuple(rows.order_by("id").values_list("id", flat=True))


def forget_networks() -> None:
    """Drop every graph in memory; tests and imports in the same process ask for it."""
    _kept.clear()


class _KeptNetworks:
    """The graphs in memory, the one used longest ago first; safe for threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._networks: OrderedDict[tuple, list[Network]] = OrderedDict()
        self.loading = threading.Lock()

    def get(self, versions: tuple[int, ...], on: date, manner: Manner) -> Network | None:
        key = (connection.settings_dict["NAME"], versions, manner)
        with self._lock:
            for kept in self._networks.get(key, ()):
                since, until = kept.holds
                if (since is None or since <= on) and (until is None or on < until):
                    self._networks.move_to_end(key)
                    return kept
        return None

    def put(self, loaded: Network) -> Network:
        key = (connection.settings_dict["NAME"], loaded.versions, loaded.manner)
        with self._lock:
            self._networks.setdefault(key, []).append(loaded)
            self._networks.move_to_end(key)
            while sum(map(len, self._networks.values())) > self._limit:
                oldest, networks = next(iter(self._networks.items()))
                networks.pop(0)
                if not networks:
                    del self._networks[oldest]
        return loaded

    def clear(self) -> None:
        with self._lock:
            self._networks.clear()


_kept = _KeptNetworks(KEPT_NETWORKS)


def _load(versions: tuple[int, ...], on: date, manner: Manner) -> Network:
    """Read the segments in force and make them a graph."""
    usable = {"drivable": True} if manner is Manner.CAR else {"walkable": True}
    rows = list(
        StreetSegment.objects.in_force(on=on)
        .filter(layer_version__in=versions, **usable)
        .order_by("id")
        .annotate(wkb=AsWKB("geometry"))
        .values_list(
            "id",
            "lineage",
            "layer_version",
            "from_node",
            "to_node",
            "direction",
            "length_m",
            "speed_kmh",
            "street_class",
            "wkb",
        )
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * 10
    ids, lineages, version, from_node, to_node, direction, length, speed, kinds, wkb = columns
    pace = city_pace()
    lines = shapely.from_wkb([bytes(line) for line in wkb])
    nodes, start, end = _node_numbers(version, from_node, to_node)
    length_m = np.maximum(np.asarray(length, dtype=float), SHORTEST_M)
    forward_s, backward_s = _seconds(manner, pace, length_m, direction, speed, kinds)
    turns = _turns(versions, on, ids, lineages, version, nodes) if manner is Manner.CAR else ()
    graph = road_graph(
        node_ids=np.arange(len(nodes)),
        node_xy=_node_places(len(nodes), start, end, lines),
        edge_ids=ids,
        from_node=start,
        to_node=end,
        lines=lines,
        forward_s=forward_s,
        backward_s=backward_s,
        length_m=length_m,
        turns=turns,
    )
    return Network(graph, manner, versions, pace, _unchanged_around(versions, on))


def _node_numbers(
    version: Iterable[int], from_node: Iterable[int], to_node: Iterable[int]
) -> tuple[dict[tuple[int, int], int], list[int], list[int]]:
    """Nodes numbered through: two street layers may use the same number for different junctions."""
    nodes: dict[tuple[int, int], int] = {}
    start, end = [], []
    for layer, first, last in zip(version, from_node, to_node, strict=True):
        start.append(nodes.setdefault((layer, first), len(nodes)))
        end.append(nodes.setdefault((layer, last), len(nodes)))
    return nodes, start, end


def _node_places(
    count: int, start: list[int], end: list[int], lines: NDArray[np.object_]
) -> NDArray[np.float64]:
    places = np.zeros((count, 2))
    if count:
        places[start] = shapely.get_coordinates(shapely.get_point(lines, 0))
        places[end] = shapely.get_coordinates(shapely.get_point(lines, -1))
    return places


def _seconds(
    manner: Manner,
    pace: Pace,
    length_m: NDArray[np.float64],
    direction: Iterable[int],
    speed_kmh: Iterable[float | None],
    kinds: Iterable[str],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds along and against each segment; feet may go both ways everywhere."""
    if manner is Manner.FOOT:
        on_foot = length_m / (pace.walking_kmh / 3.6)
        return on_foot, on_foot
    by_class = pace.driving_kmh
    driven = np.array(
        [own or by_class[kind] for own, kind in zip(speed_kmh, kinds, strict=True)], dtype=float
    )
    seconds = length_m / (driven / 3.6)
    one_way = np.asarray(direction, dtype=int)
    forward = np.where(one_way == StreetSegment.Direction.AGAINST, np.inf, seconds)
    backward = np.where(one_way == StreetSegment.Direction.ALONG, np.inf, seconds)
    return forward, backward


def _turns(
    versions: tuple[int, ...],
    on: date,
    ids: Iterable[int],
    lineages: Iterable,
    layer_of: Iterable[int],
    nodes: dict[tuple[int, int], int],
) -> list[Turn]:
    """Forbidden turns in force, in the graph's numbers."""
    rows = TurnRestriction.objects.in_force(on=on).filter(layer_version__in=versions)
    forbidden = list(rows.values_list("layer_version", "from_segment", "via_node", "to_segment"))
    if not forbidden:
        return []
    edge = {(layer, lineage): number for number, lineage, layer in zip(ids, lineages, layer_of, strict=True)}
    return [
        Turn(edge[(layer, arriving)], nodes[(layer, via)], edge[(layer, leaving)])
        for layer, arriving, via, leaving in forbidden
        if (layer, arriving) in edge and (layer, leaving) in edge and (layer, via) in nodes
    ]


def _unchanged_around(versions: tuple[int, ...], on: date) -> tuple[date | None, date | None]:
    """The days round this one on which the same streets and turns hold."""
    edges: set[date] = set()
    for model in (StreetSegment, TurnRestriction):
        periods = model.objects.filter(layer_version__in=versions, known__upper_inf=True)
        for period in periods.values_list("valid", flat=True).distinct():
            edges.update(day for day in (period.lower, period.upper) if day is not None)
    before = max((day for day in edges if day <= on), default=None)
    after = min((day for day in edges if day > on), default=None)
    return before, after
