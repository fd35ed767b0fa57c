"""How a cell of the city is laid out: its inner streets and the blocks they leave, by fabric."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from import_scripts.demo_city.mesh import CORE, OLD, PLANNED, Mesh
from import_scripts.demo_city.streets import Street, join, register, street_class


@dataclass(frozen=True)
class Quad:
    """
    A four-sided part of a cell in parameters, net of the streets about it.

    `corners` (4, 2): south-west, south-east, north-east, north-west. `hosts`: the streets on its south,
    east, north and west side.
    """

    corners: np.ndarray
    hosts: tuple[Street, Street, Street, Street]


@dataclass
class Leaf:
    """A block to be: where its middle is, its fabric and what it is used for."""

    centre: np.ndarray
    fabric: str
    use: str = "lots"


@dataclass
class Layout:
    """
    Streets of a cell in order of rank (the first lies on top), and its blocks to be.

    `bands` are strips that are not streets: (line, width, kind), below all streets laid before them.
    """

    fabric: str
    streets: list[Street] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    bands: list[tuple[np.ndarray, float, str]] = field(default_factory=list)
    cuts: dict[int, list[np.ndarray]] = field(default_factory=dict)
    bazaar: Street | None = None
    reference: shapely.Point | None = None


def along(mesh: Mesh, start: np.ndarray, end: np.ndarray, steps: int = 8) -> np.ndarray:
    """(steps + 1, 2) metres of the straight parameter line from `start` to `end`."""
    f = np.linspace(0, 1, steps + 1)[:, None]
    st = start * (1 - f) + end * f
    return mesh.points(st[:, 0], st[:, 1])


def sizes(mesh: Mesh, quad: Quad) -> tuple[float, float]:
    """Mean width (west to east) and height of a quad in metres."""
    sw, se, ne, nw = mesh.points(quad.corners[:, 0], quad.corners[:, 1])
    width = (np.hypot(*(se - sw)) + np.hypot(*(ne - nw))) / 2
    height = (np.hypot(*(nw - sw)) + np.hypot(*(ne - se))) / 2
    return float(width), float(height)


def lay_out(mesh: Mesh, quad: Quad, fabric: str, rng: np.random.Generator, layout: Layout) -> None:
    """Fill a quad with streets and blocks in the manner of its fabric."""
    {CORE: _core, OLD: _old, PLANNED: _planned}[fabric](mesh, quad, rng, layout)


def split(
    mesh: Mesh,
    quad: Quad,
    layout: Layout,
    *,
    across: str,
    at: tuple[float, float],
    width_m: float,
    planned_m: float | None = None,
    crooked: np.ndarray | None = None,
    kind: str | None = None,
) -> tuple[Quad, Quad, Street] | None:
    """
    Lay a street through a quad and give the two quads beside it.

    `across` "s" splits west from east by a street running north; "t" south from north. `at` are the
    shares (0 .. 1) at which the street begins and ends. `crooked` (6,) moves its inner points sideways, m.
    """
    sw, se, ne, nw = quad.corners
    f, g = at
    if across == "s":
        start, end = sw * (1 - f) + se * f, nw * (1 - g) + ne * g
        first_host, last_host = quad.hosts[0], quad.hosts[2]
    else:
        start, end = sw * (1 - f) + nw * f, se * (1 - g) + ne * g
        first_host, last_host = quad.hosts[3], quad.hosts[1]
    line = along(mesh, start, end, 7)
    if crooked is not None:
        line[1:-1] += _normals(line)[1:-1] * crooked[:, None]
    line = join(line, first_host, last_host)
    if line is None:
        return None
    street = Street(line, width_m, kind or street_class(width_m), planned_m, first_host, last_host)
    layout.streets.append(register(street))
    width, height = sizes(mesh, quad)
    half = width_m / 2 / (width if across == "s" else height)
    low, high = _sides(quad, across, at, half, street)
    return low, high, street


def _sides(
    quad: Quad, across: str, at: tuple[float, float], half: float, street: Street
) -> tuple[Quad, Quad]:
    sw, se, ne, nw = quad.corners
    south, east, north, west = quad.hosts
    (f, g), h = at, half
    if across == "s":
        low = np.array([sw, _mix(sw, se, f - h), _mix(nw, ne, g - h), nw])
        high = np.array([_mix(sw, se, f + h), se, ne, _mix(nw, ne, g + h)])
        return Quad(low, (south, street, north, west)), Quad(high, (south, east, north, street))
    low = np.array([sw, se, _mix(se, ne, g - h), _mix(sw, nw, f - h)])
    high = np.array([_mix(sw, nw, f + h), _mix(se, ne, g + h), ne, nw])
    return Quad(low, (south, east, street, west)), Quad(high, (street, east, north, west))


def _planned(mesh: Mesh, quad: Quad, rng: np.random.Generator, layout: Layout) -> None:
    width, height = sizes(mesh, quad)
    if max(width, height) > 205:
        across = "s" if width > height else "t"
        middle = rng.uniform(0.45, 0.55)
        parts = split(
            mesh, quad, layout, across=across, at=(middle, middle), width_m=float(rng.choice([12, 12, 14]))
        )
        if parts is not None:
            _planned(mesh, parts[0], rng, layout)
            _planned(mesh, parts[1], rng, layout)
            return
    depth, street_m = rng.choice([18.0, 20.0, 22.0, 25.0]), float(rng.choice([8, 10, 10, 12]))
    across, extent = ("t", height) if width > height * 0.7 else ("s", width)
    _rows(
        mesh, quad, layout, across, max(1, round((extent + street_m) / (2 * depth + street_m))), street_m, rng
    )


def _rows(
    mesh: Mesh, quad: Quad, layout: Layout, across: str, rows: int, width_m: float, rng: np.random.Generator
) -> None:
    planned_m = width_m + float(rng.choice([0, 0, 2, 4]))
    for left in range(rows, 1, -1):
        share = 1 / left
        parts = split(
            mesh, quad, layout, across=across, at=(share, share), width_m=width_m, planned_m=planned_m
        )
        if parts is None:
            break
        low, quad, _ = parts
        layout.leaves.append(_leaf(mesh, low, PLANNED))
    layout.leaves.append(_leaf(mesh, quad, PLANNED))


def _old(mesh: Mesh, quad: Quad, rng: np.random.Generator, layout: Layout, depth: int = 0) -> None:
    width, height = sizes(mesh, quad)
    longer, shorter = max(width, height), min(width, height)
    if longer < rng.uniform(78, 128) or shorter < 30 or (longer < 135 and shorter < 44):
        layout.leaves.append(_leaf(mesh, quad, OLD))
        return
    at = rng.uniform(0.38, 0.62)
    tilt = rng.uniform(-0.05, 0.05)
    width_m = float(rng.choice([10, 12] if depth < 1 else [8, 8, 10] if depth < 3 else [6, 6, 7, 8]))
    planned_m = width_m + float(rng.choice([0, 2, 4, 4]))
    crooked = rng.normal(0, 0.7, 6)
    parts = split(
        mesh,
        quad,
        layout,
        across="s" if width > height else "t",
        at=(at - tilt, at + tilt),
        width_m=width_m,
        planned_m=planned_m,
        crooked=crooked,
    )
    if parts is None:
        layout.leaves.append(_leaf(mesh, quad, OLD))
        return
    _old(mesh, parts[0], rng, layout, depth + 1)
    _old(mesh, parts[1], rng, layout, depth + 1)


def _core(mesh: Mesh, quad: Quad, rng: np.random.Generator, layout: Layout, depth: int = 0) -> None:
    width, height = sizes(mesh, quad)
    longer, shorter = max(width, height), min(width, height)
    if longer < rng.uniform(68, 120) or shorter < 34:
        layout.leaves.append(_leaf(mesh, quad, CORE))
        return
    at, tilt = rng.uniform(0.33, 0.67), rng.uniform(-0.13, 0.13)
    width_m = float(rng.choice([5, 6, 7] if depth < 2 else [3.2, 3.6, 4, 4.5, 5]))
    planned_m = width_m if rng.random() < 0.45 else max(6.0, round(width_m + float(rng.choice([2, 3]))))
    walk = np.cumsum(rng.normal(0, 2.6 if longer > 90 else 1.7, 6))
    crooked = walk - np.linspace(0, walk[-1], 6)
    parts = split(
        mesh,
        quad,
        layout,
        across="s" if width > height else "t",
        at=(np.clip(at - tilt, 0.22, 0.78), np.clip(at + tilt, 0.22, 0.78)),
        width_m=width_m,
        planned_m=planned_m,
        crooked=crooked,
    )
    if parts is None:
        layout.leaves.append(_leaf(mesh, quad, CORE))
        return
    _core(mesh, parts[0], rng, layout, depth + 1)
    _core(mesh, parts[1], rng, layout, depth + 1)


def _leaf(mesh: Mesh, quad: Quad, fabric: str) -> Leaf:
    middle = quad.corners.mean(axis=0)
    return Leaf(mesh.points(middle[:1], middle[1:])[0], fabric)


def _mix(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return a * (1 - share) + b * share


def _normals(line: np.ndarray) -> np.ndarray:
    tangent = np.gradient(line, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])
