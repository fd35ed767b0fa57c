"""The main streets and the river: centrelines on the mesh, the cells they leave, and their exact surfaces."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from import_scripts.demo_city.mesh import CORE, RURAL, STEPS, Mesh
from import_scripts.demo_city.streets import Street, stations

RIVER_PARTS_M = (12.0, 12.0, 54.0, 12.0, 12.0)
"""Across the river from south to north: street, green bank, water, green bank, street."""
SOUTH, EAST, NORTH, WEST = range(4)

Edge = tuple[str, int, int]
"""("h", i, j): from node (i, j) to (i + 1, j); ("v", i, j): from node (i, j) to (i, j + 1)."""


@dataclass(frozen=True)
class Surface:
    """One polygon of the city's frame: what it is, and of which street's which segment."""

    shape: shapely.Polygon
    kind: str
    street: Street | None
    segment: int


@dataclass
class Mains:
    """All main streets by mesh edge, the two riverside streets by column, and the bridges by line."""

    mesh: Mesh
    edges: dict[Edge, Street] = field(default_factory=dict)
    riverside: dict[tuple[int, int], Street] = field(default_factory=dict)
    bridges: dict[int, Street] = field(default_factory=dict)

    def scale(self) -> float:
        """Streets and river shrink with the pitch in very small cities."""
        return float(np.clip(self.mesh.pitch_m / 300, 0.45, 1.0))

    def river_width_m(self) -> float:
        """From one end to the other of the river with its banks and streets."""
        return sum(RIVER_PARTS_M) * self.scale()

    def shares(self) -> np.ndarray:
        """(6,) shares at which the river's parts begin and end, south to north."""
        return np.concatenate([[0], np.cumsum(RIVER_PARTS_M)]) / sum(RIVER_PARTS_M)

    def host(self, i: int, j: int, side: int) -> Street | None:
        """The main street along one side of a cell."""
        river = self.mesh.river_row
        if side == SOUTH:
            return self.riverside[i, 1] if j == river else self.edges.get(("h", i, j))
        if side == NORTH:
            return self.riverside[i, 0] if j + 1 == river else self.edges.get(("h", i, j + 1))
        return self.edges.get(("v", i if side == WEST else i + 1, j))

    def gap_m(self, i: int, j: int, side: int) -> float:
        """How far the cell's side lies from the mesh line: half the street, half the river, or nothing."""
        river = self.mesh.river_row
        if (side == SOUTH and j == river) or (side == NORTH and j + 1 == river):
            return self.river_width_m() / 2
        host = self.host(i, j, side)
        return 0.0 if host is None else host.width_m / 2

    def streets(self) -> list[Street]:
        """Every main street, in a fixed order."""
        return [*self.edges.values(), *self.riverside.values(), *self.bridges.values()]


def mesh_line(mesh: Mesh, edge: Edge) -> np.ndarray:
    """(STEPS + 1, 2) metres of a mesh edge."""
    kind, i, j = edge
    f = np.linspace(0, 1, STEPS + 1)
    return (
        mesh.points(i + f, np.full(STEPS + 1, j))
        if kind == "h"
        else mesh.points(np.full(STEPS + 1, i), j + f)
    )


def lay_mains(mesh: Mesh) -> Mains:
    """Main streets along every mesh line inside the city, riverside streets, and bridges over the river."""
    mains = Mains(mesh)
    last, river = mesh.lines, mesh.river_row
    _river(mains)
    for j in range(1, last):
        for i in range(last):
            if j != river:
                mains.edges["h", i, j] = _main_street(mains, ("h", i, j), mesh_line(mesh, ("h", i, j)))
    for i in range(1, last):
        for j in range(last):
            line = mesh_line(mesh, ("v", i, j))
            if j == river:
                line[0] = river_node(mains, i, 1)
            if j + 1 == river:
                line[-1] = river_node(mains, i, 0)
            mains.edges["v", i, j] = _main_street(mains, ("v", i, j), line)
    return mains


def river_node(mains: Mains, i: int, bank: int) -> np.ndarray:
    """Where the riverside street of a bank (0 south, 1 north) meets mesh line i."""
    mesh = mains.mesh
    here = mesh.points(np.array([i, i]), np.array([mesh.river_row - 0.02, mesh.river_row + 0.02]))
    up = (here[1] - here[0]) / np.hypot(*(here[1] - here[0]))
    shares = mains.shares()
    middle = (shares[0] + shares[1]) / 2 if bank == 0 else (shares[4] + shares[5]) / 2
    return here.mean(axis=0) + up * (middle - 0.5) * mains.river_width_m()


def river_line(mains: Mains, i: int, share: float) -> np.ndarray:
    """(STEPS + 1, 2): a line along the river in column i at a share of its width, south to north."""
    mesh = mains.mesh
    f = np.linspace(0, 1, STEPS + 1)
    centre = mesh.points(i + f, np.full(len(f), mesh.river_row))
    ahead = mesh.points(np.minimum(i + f + 0.01, mesh.lines), np.full(len(f), mesh.river_row))
    behind = mesh.points(np.maximum(i + f - 0.01, 0), np.full(len(f), mesh.river_row))
    t = ahead - behind
    t /= np.hypot(t[:, 0], t[:, 1])[:, None]
    return centre + np.column_stack([-t[:, 1], t[:, 0]]) * (share - 0.5) * mains.river_width_m()


def cell_polygon(mains: Mains, i: int, j: int) -> shapely.Polygon:
    """A cell's ground: the mesh cell less its half of the main streets, on the 1 mm grid."""
    mesh = mains.mesh
    sides = [("h", i, j), ("v", i + 1, j), ("h", i, j + 1), ("v", i, j)]
    lines = [mesh_line(mesh, side) for side in sides]
    ring = np.vstack([lines[0][:-1], lines[1][:-1], lines[2][::-1][:-1], lines[3][::-1]])
    cell = shapely.Polygon(ring)
    for side, line in enumerate(lines):
        gap = mains.gap_m(i, j, side)
        if gap:
            band = shapely.buffer(
                shapely.LineString(_longer(line, gap * 2)), gap, cap_style="flat", join_style="mitre"
            )
            cell = max(shapely.get_parts(shapely.difference(cell, band)), key=shapely.area)
    return shapely.Polygon(np.round(shapely.get_coordinates(cell.exterior), 3))


def corners(mains: Mains, i: int, j: int, ring: np.ndarray) -> list[int]:
    """Indices in a ring of the cell's south-west, south-east, north-east and north-west corner."""
    mesh = mains.mesh
    nodes = mesh.points(np.array([i, i + 1, i + 1, i]), np.array([j, j, j + 1, j + 1]))
    sides = [("h", i, j), ("v", i + 1, j), ("h", i, j + 1), ("v", i, j)]
    lines = [shapely.LineString(mesh_line(mesh, side)) for side in sides]
    points = shapely.points(ring)
    found = []
    for k, (first, second) in enumerate([(WEST, SOUTH), (SOUTH, EAST), (EAST, NORTH), (NORTH, WEST)]):
        gaps = mains.gap_m(i, j, first), mains.gap_m(i, j, second)
        off = np.abs(shapely.distance(points, lines[first]) - gaps[0])
        off += np.abs(shapely.distance(points, lines[second]) - gaps[1])
        off += np.hypot(*(ring - nodes[k]).T) * 0.02
        found.append(int(np.argmin(off)))
    return found


def marks(mains: Mains, i: int, j: int) -> np.ndarray:
    """(n, 2) points opposite the junctions of the main streets about a cell, made vertices of its ring."""
    found = [np.empty((0, 2))]
    centre = mains.mesh.points(np.array([i + 0.5]), np.array([j + 0.5]))[0]
    for side in (SOUTH, EAST, NORTH, WEST):
        host = mains.host(i, j, side)
        if host is not None:
            found.append(station_marks(host, centre))
    return np.vstack(found)


def station_marks(street: Street, towards: np.ndarray) -> np.ndarray:
    """(n, 2) points on the edge of a street, on the side of a point, at its inner stations."""
    inner = np.array(stations(street)[1:-1])
    if len(inner) == 0:
        return np.empty((0, 2))
    at = shapely.get_coordinates(shapely.line_interpolate_point(street.shape, inner))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(street.shape, inner + 0.5))
    t = (ahead - at) / np.maximum(np.hypot(*(ahead - at).T), 1e-9)[:, None]
    n = np.column_stack([-t[:, 1], t[:, 0]])
    n *= np.sign(((towards - at) * n).sum(axis=1))[:, None]
    return at + n * street.width_m / 2


@dataclass(frozen=True)
class Rim:
    """A finished cell's ring, cut at its four corners: chains south, east, north, west, counter-clockwise."""

    chains: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def rim(mains: Mains, i: int, j: int, ring: np.ndarray) -> Rim:
    """The rim of a cell from its ring after tiling (closed or not, either direction)."""
    if np.array_equal(ring[0], ring[-1]):
        ring = ring[:-1]
    if not shapely.is_ccw(shapely.linearrings(np.vstack([ring, ring[:1]]))):
        ring = ring[::-1]
    at = corners(mains, i, j, ring)
    chains = []
    for first, last in zip(at, [*at[1:], at[0]], strict=True):
        index = np.arange(first, last + 1 if last >= first else last + len(ring) + 1) % len(ring)
        chains.append(ring[index])
    return Rim(tuple(chains))


def surfaces(mains: Mains, rims: dict[tuple[int, int], Rim]) -> list[Surface]:
    """Polygons of all main streets, bridges and the river, sharing every vertex with the cells' rims."""
    found: list[Surface] = []
    for (kind, i, j), street in mains.edges.items():
        if kind == "h":
            upper, lower = rims[i, j].chains[SOUTH], rims[i, j - 1].chains[NORTH][::-1]
        else:
            upper, lower = rims[i, j].chains[WEST][::-1], rims[i - 1, j].chains[EAST]
        found += _strip(street, upper, lower)
    found += _river_surfaces(mains, rims)
    last, river = mains.mesh.lines, mains.mesh.river_row
    for i in range(1, last):
        found += [_crossing(mains, rims, i, j) for j in range(1, last) if j != river]
    return found


def _longer(line: np.ndarray, by: float) -> np.ndarray:
    """The line stretched at both ends, so that corners of cells are cut as by endless lines."""
    head, tail = line[0] - line[1], line[-1] - line[-2]
    return np.vstack([line[0] + head / np.hypot(*head) * by, line, line[-1] + tail / np.hypot(*tail) * by])


def _river(mains: Mains) -> None:
    shares, width = mains.shares(), RIVER_PARTS_M[0] * mains.scale()
    for i in range(mains.mesh.lines):
        for bank, share in ((0, (shares[0] + shares[1]) / 2), (1, (shares[4] + shares[5]) / 2)):
            line = river_line(mains, i, share)
            line[0], line[-1] = river_node(mains, i, bank), river_node(mains, i + 1, bank)
            mains.riverside[i, bank] = Street(line, width, "collector", width)
    rng = np.random.default_rng([mains.mesh.seed, 211])
    for i in range(1, mains.mesh.lines):
        if rng.random() < 0.62 or i in (1, mains.mesh.lines - 1, mains.mesh.lines // 2):
            line = np.array([river_node(mains, i, 0), river_node(mains, i, 1)])
            mains.bridges[i] = Street(line, 20.0 * mains.scale(), "arterial", kind="bridge")


def _main_street(mains: Mains, edge: Edge, line: np.ndarray) -> Street:
    mesh = mains.mesh
    kind, i, j = edge
    beside = [(i, j), (i, j - 1)] if kind == "h" else [(i, j), (i - 1, j)]
    fabrics = [mesh.fabric(*cell) for cell in beside]
    number = j if kind == "h" else i
    rng = np.random.default_rng([mesh.seed, 17, ord(kind), i, j])
    if fabrics == [RURAL, RURAL]:
        width, planned, name = 12.0, 12.0, "local"
    elif RURAL in fabrics:
        width, planned, name = 36.0, 36.0, "expressway"
    elif fabrics == [CORE, CORE]:
        width, planned, name = 10.0, float(rng.choice([16, 18, 20])), "collector"
    elif CORE in fabrics:
        width, planned, name = 16.0, float(rng.choice([20, 24])), "collector"
    elif number % 2:
        width, planned, name = 20.0, float(rng.choice([20, 20, 24])), "collector"
    else:
        width, planned, name = 30.0, float(rng.choice([30, 30, 36])), "arterial"
    return Street(line, width * mains.scale(), name, planned * mains.scale())


def _strip(street: Street, upper: np.ndarray, lower: np.ndarray) -> list[Surface]:
    """A street's surface between two chains that run along it, cut at its stations."""
    at = stations(street)
    points = [shapely.get_coordinates(street.shape.interpolate(x))[0] for x in at[1:-1]]
    ahead = [shapely.get_coordinates(street.shape.interpolate(x + 0.5))[0] for x in at[1:-1]]
    cuts_up, cuts_low = [0], [0]
    for point, front in zip(points, ahead, strict=True):
        cuts_up.append(_abreast(upper, point, front, cuts_up[-1]))
        cuts_low.append(_abreast(lower, point, front, cuts_low[-1]))
    cuts_up.append(len(upper) - 1)
    cuts_low.append(len(lower) - 1)
    found = []
    for k in range(len(at) - 1):
        ring = np.vstack(
            [lower[cuts_low[k] : cuts_low[k + 1] + 1], upper[cuts_up[k] : cuts_up[k + 1] + 1][::-1]]
        )
        found.append(Surface(shapely.Polygon(ring), "passage", street, k))
    return found


def _abreast(chain: np.ndarray, point: np.ndarray, front: np.ndarray, after: int) -> int:
    """Index of the chain's vertex that lies most nearly square to the street at a point of it."""
    t = (front - point) / max(np.hypot(*(front - point)), 1e-9)
    offset = chain - point
    score = np.abs(offset @ t) + 0.05 * np.abs(offset @ np.array([-t[1], t[0]]))
    score[: after + 1] = np.inf
    score[-1] = np.inf
    if not np.isfinite(score).any():
        return after
    return int(np.argmin(score))


def _crossing(mains: Mains, rims: dict[tuple[int, int], Rim], i: int, j: int) -> Surface:
    ring = [
        rims[i - 1, j - 1].chains[NORTH][0],
        rims[i, j - 1].chains[WEST][0],
        rims[i, j].chains[SOUTH][0],
        rims[i - 1, j].chains[EAST][0],
    ]
    around = [
        (mains.edges.get(("h", i, j)), 0),
        (mains.edges.get(("h", i - 1, j)), -1),
        (mains.edges.get(("v", i, j)), 0),
        (mains.edges.get(("v", i, j - 1)), -1),
    ]
    street, end = max((one for one in around if one[0]), key=lambda one: one[0].width_m)
    return Surface(shapely.Polygon(ring), "passage", street, 0 if end == 0 else len(stations(street)) - 2)


def _river_surfaces(mains: Mains, rims: dict[tuple[int, int], Rim]) -> list[Surface]:
    shares, river, last = mains.shares(), mains.mesh.river_row, mains.mesh.lines
    kinds = ("passage", "park", "water", "park", "passage")
    found: list[Surface] = []
    for i in range(last):
        low = rims[i, river - 1].chains[NORTH][::-1]
        high = rims[i, river].chains[SOUTH]
        starts, ends = _between(low[0], high[0], shares), _between(low[-1], high[-1], shares)
        lines = [low]
        for k in range(1, 5):
            inner = _inside(np.round(river_line(mains, i, shares[k])[1:-1], 3), starts, ends)
            street = mains.riverside.get((i, 0 if k == 1 else 1)) if k in (1, 4) else None
            if street is not None:
                far = high[len(high) // 2] if k == 1 else low[len(low) // 2]
                added = _inside(np.round(station_marks(street, far), 3), starts, ends)
                inner = _with(inner, added, starts[k], ends[k])
            lines.append(np.vstack([starts[k], inner, ends[k]]))
        lines.append(high)
        for k, kind in enumerate(kinds):
            if kind == "passage":
                found += _strip(mains.riverside[i, 0 if k == 0 else 1], lines[k + 1], lines[k])
            else:
                found.append(
                    Surface(shapely.Polygon(np.vstack([lines[k], lines[k + 1][::-1]])), kind, None, -1)
                )
        if i > 0:
            before = rims[i - 1, river - 1].chains[NORTH][0], rims[i - 1, river].chains[SOUTH][-1]
            found += _river_crossing(mains, i, _between(*before, shares), starts, kinds)
    return found


def _river_crossing(mains: Mains, i: int, west: np.ndarray, east: np.ndarray, kinds) -> list[Surface]:
    def quad(first: int, last: int) -> shapely.Polygon:
        return shapely.Polygon(np.vstack([west[first : last + 1][::-1], east[first : last + 1]]))

    found = [
        Surface(quad(0, 1), "passage", mains.riverside[i, 0], 0),
        Surface(quad(4, 5), "passage", mains.riverside[i, 1], 0),
    ]
    bridge = mains.bridges.get(i)
    if bridge is not None:
        return [*found, Surface(quad(1, 4), "passage", bridge, 0)]
    return [*found, *(Surface(quad(k, k + 1), kinds[k], None, -1) for k in (1, 2, 3))]


def _inside(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The points that lie well between two cuts across the river."""

    def beyond(cut: np.ndarray) -> np.ndarray:
        t = (cut[-1] - cut[0]) / np.hypot(*(cut[-1] - cut[0]))
        return (points - cut[0]) @ np.array([t[1], -t[0]])

    return points[(beyond(starts) > 3.0) & (beyond(ends) < -3.0)] if len(points) else points


def _between(low: np.ndarray, high: np.ndarray, shares: np.ndarray) -> np.ndarray:
    points = np.round(low + (high - low) * shares[:, None], 3)
    points[0], points[-1] = low, high
    return points


def _with(line: np.ndarray, added: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """A line's inner points with more points put in where they belong along it."""
    if len(added) == 0:
        return line
    whole = shapely.LineString(np.vstack([start, line, end]))
    points = np.vstack([line, added])
    along = shapely.line_locate_point(whole, shapely.points(points))
    keep = np.r_[
        np.ones(len(line), bool), (along[len(line) :] > 0.5) & (along[len(line) :] < whole.length - 0.5)
    ]
    points, along = points[keep], along[keep]
    order = np.argsort(along, kind="stable")
    order = order[np.r_[True, np.diff(along[order]) > 0.05]]
    return points[order]
