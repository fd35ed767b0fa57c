"""Counts the special kinds of lots of a city from shapes and surroundings, not from any mark."""

import numpy as np
import shapely

from import_scripts.beyond_edges import PASSAGE
from import_scripts.demo_city.city import DemoCity
from import_scripts.demo_city.overlays import Overlay
from import_scripts.frontages import Edges, access

CORNER_DEG = (35.0, 145.0)
SLIVER_WIDTH_M = 0.4


def special_lots(city: DemoCity, edges: Edges, layers: list[Overlay]) -> dict[str, np.ndarray]:
    """
    Which lots are of each special kind: kind -> (n,) booleans in the order of `city.parcels`.

    corner: two fronts that meet at an angle; through: two fronts that do not meet; irregular: far from a
    rectangle; l_shaped: one corner of a rectangle missing; split_zone: two zones, each wider than the
    accuracy; consumed_or_split: by widened or planned streets; no_access; under_overlay: touched by a
    feature other than planned streets; survey_edge: on the edge of a surveyed extent.
    """
    lots = city.parcels["geometry"].to_numpy()
    corner, through = _fronts(edges, len(lots))
    plain = shapely.simplify(lots, 0.25)
    l_shaped = _l_shaped(plain)
    fill = shapely.area(lots) / shapely.area(shapely.oriented_envelope(lots))
    entered = access(edges, len(lots))
    return {
        "corner": corner,
        "through": through,
        "irregular": (fill < 0.9) & ~l_shaped,
        "l_shaped": l_shaped,
        "split_zone": _split_zone(city, lots),
        "consumed_or_split": _consumed_or_split(city, edges, layers, lots),
        "no_access": np.array([answer is False for answer in entered]),
        "under_overlay": _under(lots, layers),
        "survey_edge": _on_edge(lots, layers),
    }


def _fronts(edges: Edges, count: int) -> tuple[np.ndarray, np.ndarray]:
    corner, through = np.zeros(count, bool), np.zeros(count, bool)
    rows = np.flatnonzero((edges.kind == PASSAGE) & (edges.length_m > 1.5))
    by_lot: dict[int, list[int]] = {}
    for row in rows:
        by_lot.setdefault(int(edges.parcel[row]), []).append(int(row))
    for lot, fronts in by_lot.items():
        ends = [edges.points[edges.starts[k] : edges.starts[k + 1]] for k in fronts]
        for a in range(len(ends)):
            for b in range(a + 1, len(ends)):
                meet = _meeting(ends[a], ends[b])
                if meet is None:
                    through[lot] |= len(ends) == 2
                else:
                    corner[lot] |= CORNER_DEG[0] < meet < CORNER_DEG[1]
    return corner, through & ~corner


def _meeting(first: np.ndarray, second: np.ndarray) -> float | None:
    """The angle at which two fronts meet, degrees; None when they do not."""
    for one, other in ((first, second), (second, first)):
        if np.hypot(*(one[-1] - other[0])) < 0.01:
            back, ahead = one[-2] - one[-1], other[1] - other[0]
            cosine = back @ ahead / (np.hypot(*back) * np.hypot(*ahead))
            return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return None


def _l_shaped(plain: np.ndarray) -> np.ndarray:
    hull = shapely.area(plain) / shapely.area(shapely.convex_hull(plain))
    found = np.zeros(len(plain), bool)
    for k in np.flatnonzero((hull < 0.94) & (shapely.get_num_coordinates(plain) == 7)):
        ring = shapely.get_coordinates(shapely.orient_polygons(plain[k]))[:-1]
        to, back = np.roll(ring, -1, axis=0) - ring, np.roll(ring, 1, axis=0) - ring
        turn = back[:, 0] * to[:, 1] - back[:, 1] * to[:, 0]
        found[k] = (turn > 0).sum() == 1
    return found


def _split_zone(city: DemoCity, lots: np.ndarray) -> np.ndarray:
    zones = city.zones["geometry"].to_numpy()
    lot, zone = shapely.STRtree(zones).query(lots, predicate="intersects")
    part = shapely.intersection(lots[lot], zones[zone])
    wide = ~shapely.is_empty(shapely.buffer(part, -SLIVER_WIDTH_M / 2))
    codes = city.zones["code"].to_numpy()
    concerned: dict[int, set[str]] = {}
    for k in np.flatnonzero(wide):
        concerned.setdefault(int(lot[k]), set()).add(codes[zone[k]])
    return np.array([len(concerned.get(k, ())) > 1 for k in range(len(lots))])


def _consumed_or_split(city: DemoCity, edges: Edges, layers: list[Overlay], lots: np.ndarray) -> np.ndarray:
    taken = [layer.features["geometry"].to_numpy() for layer in layers if layer.key == "planned-streets"]
    segments = city.segments
    wider = segments["planned_width_m"] > segments["existing_width_m"]
    lines = segments["geometry"].to_numpy()[wider]
    widened = shapely.buffer(lines, segments["planned_width_m"].to_numpy()[wider] / 2, cap_style="flat")
    land = np.concatenate([*taken, widened])
    lot, way = shapely.STRtree(land).query(lots, predicate="intersects")
    rest = lots.copy()
    for k, w in zip(lot, way, strict=True):
        rest[k] = shapely.difference(rest[k], land[w])
    parts = np.array([sum(part.area > 1.0 for part in shapely.get_parts(shape)) for shape in rest])
    return (shapely.area(rest) < 0.05 * shapely.area(lots)) | (parts > 1)


def _under(lots: np.ndarray, layers: list[Overlay]) -> np.ndarray:
    shapes = [
        layer.features["geometry"].to_numpy()
        for layer in layers
        if layer.key not in ("planned-streets", "airport")
    ]
    return np.isin(np.arange(len(lots)), shapely.STRtree(np.concatenate(shapes)).query(lots, "intersects")[0])


def _on_edge(lots: np.ndarray, layers: list[Overlay]) -> np.ndarray:
    found = np.zeros(len(lots), bool)
    for layer in layers:
        edge = shapely.boundary(layer.extent)
        shapely.prepare(edge)
        found |= shapely.intersects(edge, lots)
    return found
