"""Lays out a plain neighbourhood of any size for measuring the engine: rows of lots between streets."""

import numpy as np
import shapely

from gis_core.constraints.plane import shapes
from gis_core.constraints.values import Edges, Layer, Lots, Overlays, Passages, Surroundings, Zones

WIDTH_M, DEPTH_M, STREET_M, ROW = 12.0, 25.0, 8.0, 20
ORIGIN = (560_000.0, 3_610_000.0)


def neighbourhood(lots: int, seed: int = 1404) -> tuple[Lots, Surroundings]:
    """
    So many lots in rows of twenty between streets of 8 m, every second one to be widened to 12 m.

    Lots are slightly askew, as surveyed lots are; a power line and wells cross them, in four zones.
    """
    random = np.random.default_rng(seed)
    number = np.arange(lots)
    row, place = number // ROW, number % ROW
    columns = columns_of(lots)
    column, line = row % columns, row // columns
    west = column * (ROW * WIDTH_M + STREET_M) + place * WIDTH_M
    south = line * (2 * DEPTH_M + STREET_M) + STREET_M / 2
    corner = np.column_stack([west, south])
    ring = corner[:, None, :] + np.array([[0, 0], [WIDTH_M, 0], [WIDTH_M, DEPTH_M], [0, DEPTH_M]])
    ring[:, 2:, 1] += np.cumsum(random.normal(0, 0.02, (lots, 2)), axis=1)
    ring += ORIGIN
    geometry = shapely.polygons(ring)
    return _lots(geometry, random), _surroundings(ring, line, place, lots)


def columns_of(lots: int) -> int:
    """How many rows lie beside each other: forty, or so many that the neighbourhood is about a square."""
    return max(40, round((lots / ROW * (2 * DEPTH_M + STREET_M) / (ROW * WIDTH_M + STREET_M)) ** 0.5))


def _lots(geometry: np.ndarray, random: np.random.Generator) -> Lots:
    count = len(geometry)
    return Lots(
        id=np.arange(count),
        key=np.array([f"1-1-{number}-1-0-0-0" for number in range(count)], dtype=object),
        geometry=geometry,
        deed_area_m2=np.round(shapely.area(geometry) + random.normal(0, 0.5, count), 2),
        accuracy_m=np.full(count, 0.08),
        has_access=np.ones(count),
    )


def _surroundings(ring: np.ndarray, line: np.ndarray, place: np.ndarray, lots: int) -> Surroundings:
    lines = int(line.max()) + 1
    columns = columns_of(lots)
    wide = columns * (ROW * WIDTH_M + STREET_M)
    side = [_vertical(x, lines) for x in np.arange(columns + 1) * (ROW * WIDTH_M + STREET_M) - STREET_M / 2]
    front = [_horizontal(y, wide) for y in np.arange(lines) * (2 * DEPTH_M + STREET_M)]
    widths = np.where(np.arange(lines) % 2 == 0, 12.0, 8.0)
    return Surroundings(
        edges=_edges(ring, line, place, lots, lines),
        passages=_streets(shapes(*front, *side), np.r_[widths, np.full(len(side), 8.0)]),
        zones=_zones(wide, lines * (2 * DEPTH_M + STREET_M)),
        overlays=_overlays(wide, lines * (2 * DEPTH_M + STREET_M)),
        layers={key: Layer(key, surveyed_extent=_all(), accuracy_m=0.06) for key in ("power", "wells")},
    )


def _all() -> shapely.Polygon:
    x, y = ORIGIN
    return shapely.box(x - 1e5, y - 1e5, x + 1e5, y + 1e5)


def _horizontal(y: float, wide: float) -> shapely.LineString:
    return shapely.LineString([(ORIGIN[0] - 50, ORIGIN[1] + y), (ORIGIN[0] + wide, ORIGIN[1] + y)])


def _vertical(x: float, lines: int) -> shapely.LineString:
    high = lines * (2 * DEPTH_M + STREET_M)
    return shapely.LineString([(ORIGIN[0] + x, ORIGIN[1] - 50), (ORIGIN[0] + x, ORIGIN[1] + high)])


def _edges(ring: np.ndarray, line: np.ndarray, place: np.ndarray, lots: int, lines: int) -> Edges:
    closed = np.concatenate([ring, ring[:, :1]], axis=1)
    pairs = np.stack([closed[:, :-1], closed[:, 1:]], axis=2).reshape(-1, 2, 2)
    kind = np.full((lots, 4), "neighbour", dtype=object)
    passage = np.full((lots, 4), -1)
    kind[:, 0], passage[:, 0] = "passage", line
    column = (np.arange(lots) // ROW) % columns_of(lots)
    for edge, at, street in ((1, ROW - 1, column + 1), (3, 0, column)):
        kind[place == at, edge] = "passage"
        passage[place == at, edge] = lines + street[place == at]
    number = np.repeat(np.arange(lots), 4)
    widths = np.full(4 * lots, np.nan)
    return Edges(number, shapely.linestrings(pairs), kind.reshape(-1), passage.reshape(-1), widths)


def _streets(lines: np.ndarray, planned: np.ndarray) -> Passages:
    count = len(lines)

    def all_of(value: object) -> np.ndarray:
        return np.full(count, value, dtype=object)

    return Passages(
        key=np.array([f"street {number}" for number in range(count)], dtype=object),
        geometry=lines,
        form=all_of("CENTRELINE"),
        existing_width_m=np.full(count, STREET_M),
        planned_width_m=planned,
        widening=all_of("SYMMETRIC"),
        offset_left_m=np.full(count, np.nan),
        offset_right_m=np.full(count, np.nan),
        street_side=all_of("LEFT"),
        legal_access=np.ones(count, dtype=bool),
        vehicular=np.ones(count, dtype=bool),
    )


def _zones(wide: float, high: float) -> Zones:
    x, y = ORIGIN
    cut_x, cut_y = x + wide / 2 + 5.0, y + high / 2 + 10.0
    boxes = [
        shapely.box(x - 100, y - 100, cut_x, cut_y),
        shapely.box(cut_x, y - 100, x + wide + 100, cut_y),
        shapely.box(x - 100, cut_y, cut_x, y + high + 100),
        shapely.box(cut_x, cut_y, x + wide + 100, y + high + 100),
    ]
    codes = np.array(["R121", "R122", "R112", "R121"], dtype=object)
    return Zones(
        codes, codes, codes, shapes(*boxes), Layer("zoning", surveyed_extent=_all(), accuracy_m=0.06)
    )


def _overlays(wide: float, high: float) -> Overlays:
    x, y = ORIGIN
    line = shapely.LineString([(x - 100, y + high / 3), (x + wide + 100, y + high / 3 + 60)])
    wells = [shapely.Point(x + wide * part, y + high * part) for part in np.linspace(0.05, 0.95, 40)]
    layer = np.array(["power"] + ["wells"] * len(wells), dtype=object)
    attributes = np.array([{"voltage_kv": 63}] + [{}] * len(wells), dtype=object)
    names = np.array([f"{key} {number}" for number, key in enumerate(layer)], dtype=object)
    return Overlays(layer, names, names, names, shapes(line, *wells), attributes)
