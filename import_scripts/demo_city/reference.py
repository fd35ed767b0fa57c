"""Puts the published worked example into the city: a corner lot of exactly 12 x 25 m."""

import math
from itertools import pairwise

import numpy as np
import shapely

from import_scripts.demo_city.layout import Layout, Leaf, Quad
from import_scripts.demo_city.mains import Mains
from import_scripts.demo_city.mesh import OLD, Mesh
from import_scripts.demo_city.streets import Street, join, register

WIDTH_M, DEPTH_M, FRONT_STREET_M, FRONT_PLANNED_M, SIDE_STREET_M = 12.0, 25.0, 8.0, 12.0, 8.0
KEY = "3-2-45-17-0-0-0"
DISTRICT, SUB_DISTRICT, BLOCK, HOUSE = 3, 2, 45, 17
STREET_NAMES = {"front": "کوچهٔ سرو", "side": "کوچهٔ نارون"}
_ROW_M = 2 * DEPTH_M + SIDE_STREET_M


def reference_cell(mesh: Mesh, madis: dict[int, int]) -> tuple[int, int]:
    """The cell of the reference lot: older grid, beside a madi where cells are large enough for one."""
    s, t = mesh.centre
    old = [
        (i, j)
        for i in range(1, mesh.cells + 1)
        for j in range(1, mesh.cells + 1)
        if mesh.fabric(i, j) == OLD and j > mesh.river_row
    ]
    fitting = [(i, j) for i, j in old if (madis.get(i) == 1) == (mesh.pitch_m > 280)]
    return min(fitting or old, key=lambda cell: (abs(cell[1] + 0.5 - t) + abs(cell[0] + 0.5 - s), cell))


def lay_reference(mains: Mains, quad: Quad, layout: Layout) -> None:
    """Lay straight streets in the quad and the row of 12 m lots that ends with the reference lot."""
    ring = mains.mesh.points(quad.corners[:, 0], quad.corners[:, 1])
    ground = shapely.Polygon(ring)
    u, v = exact_frame(math.degrees(math.atan2(*(ring[1] - ring[0])[::-1])))
    corner = np.round(shapely.get_coordinates(ground.centroid)[0] + 8 * u - 10 * v, 3)
    local = (ring - corner) @ np.array([u, v]).T
    south, east, north, west = quad.hosts
    rows = [
        y for y in (-4 - _ROW_M * np.arange(-4, 5)) if local[:2, 1].max() + 22 < y < local[2:, 1].min() - 22
    ]
    if -4.0 not in rows:
        rows.append(-4.0)
    across = [(south, None)]
    for y in sorted(rows):
        line = join(_line(corner, u, v, (local[:, 0].min() - 20, y), (local[:, 0].max() + 20, y)), west, east)
        front = y == -4.0
        street = Street(
            line, FRONT_STREET_M, "local", FRONT_PLANNED_M if front else FRONT_STREET_M, west, east
        )
        street.name = STREET_NAMES["front"] if front else ""
        layout.streets.append(register(street))
        across.append((street, y))
    across.append((north, None))
    for x in (4.0, 4.0 - 118, 4.0 + 118):
        if local[[0, 3], 0].max() + 20 < x < local[[1, 2], 0].min() - 20 or x == 4.0:
            _side_street(layout, across, corner, u, v, x, local)
    _reference_row(layout, corner, u, v)


def exact_frame(angle_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """
    Unit vectors near an angle in which 12 m and 25 m come out whole on the 1 mm grid, to 0.05 mm or so.

    So the lot's area is 300.00 m² and its widening 24.00 m², rounding and all.
    """
    angles = np.radians(angle_deg + np.arange(-700_000, 700_000) * 1e-6)
    off = np.zeros(len(angles))
    for wave in (np.cos(angles), np.sin(angles)):
        for length in (WIDTH_M, DEPTH_M):
            millimetres = wave * length * 1000
            off = np.maximum(off, np.abs(millimetres - np.round(millimetres)))
    best = float(angles[np.argmin(off)])
    return np.array([math.cos(best), math.sin(best)]), np.array([-math.sin(best), math.cos(best)])


def _line(corner, u, v, start, end) -> np.ndarray:
    frame = np.array([u, v])
    return np.array([corner + np.array(start) @ frame, corner + np.array(end) @ frame])


def _side_street(layout: Layout, across: list, corner, u, v, x: float, local: np.ndarray) -> None:
    for (low, low_y), (high, high_y) in pairwise(across):
        y0 = local[:, 1].min() - 20 if low_y is None else low_y + 1.0
        y1 = local[:, 1].max() + 20 if high_y is None else high_y - 1.0
        if y1 - y0 < 10:
            continue
        line = join(_line(corner, u, v, (x, y0), (x, y1)), low, high)
        if line is None:
            continue
        street = Street(line, SIDE_STREET_M, "local", SIDE_STREET_M, low, high)
        street.name = STREET_NAMES["side"] if x == 4.0 else ""
        layout.streets.append(register(street))


def _reference_row(layout: Layout, corner, u, v) -> None:
    """The cuts of the block: two rows of 25 m, lots of 12 m counted from the corner."""
    leaf = Leaf(corner - 6 * u + 12 * v, OLD, "given")
    layout.leaves.append(leaf)
    spine = [
        _line(corner, u, v, (-WIDTH_M * k, DEPTH_M), (-WIDTH_M * (k - 1), DEPTH_M)) for k in range(1, 30)
    ]
    spine.append(_line(corner, u, v, (0, DEPTH_M), (30, DEPTH_M)))
    cuts = [
        _line(corner, u, v, (-WIDTH_M * k, y), (-WIDTH_M * k, y + DEPTH_M + 0.0))
        for k in range(1, 30)
        for y in (0.0, DEPTH_M)
    ]
    layout.cuts[id(leaf)] = [*spine, *cuts]
    layout.reference = shapely.Point(leaf.centre)
