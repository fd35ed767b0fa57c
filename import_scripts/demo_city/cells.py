"""Lays out the cells: which fabric, canals, shops, parks and schools each of them gets."""

import numpy as np

from import_scripts.demo_city.layout import Layout, Quad, along, lay_out, split
from import_scripts.demo_city.mains import EAST, NORTH, SOUTH, WEST, Mains
from import_scripts.demo_city.mesh import CORE, OLD, PLANNED, RURAL
from import_scripts.demo_city.reference import lay_reference, reference_cell
from import_scripts.demo_city.streets import Street, join, register

USES = {
    PLANNED: (("park", 0.05), ("school", 0.035), ("complex", 0.04), ("clinic", 0.012), ("mosque", 0.012)),
    OLD: (("park", 0.03), ("school", 0.025), ("mosque", 0.02), ("clinic", 0.008), ("workshop", 0.02)),
    CORE: (("mosque", 0.03), ("open_land", 0.02), ("school", 0.01)),
}
MADI_WATER_M, MADI_GREEN_M, MADI_LANE_M = 4.5, 5.0, 7.0


def madi_columns(mains: Mains) -> dict[int, int]:
    """Columns of cells in whose middle a madi canal runs: 1 north of the river, -1 south of it."""
    mesh = mains.mesh
    middle = mesh.lines // 2
    wanted = {middle + 2: 1, middle - 3: 1, middle - 1: -1} if mesh.cells > 6 else {middle + 1: 1}
    if mesh.cells > 20:
        wanted |= {i: 1 if i % 2 else -1 for i in range(4, mesh.cells - 2, 9) if i not in wanted}
    return {i: side for i, side in wanted.items() if 1 <= i <= mesh.cells}


def plan_cell(mains: Mains, i: int, j: int, rng: np.random.Generator) -> Layout:
    """Streets and blocks of cell (i, j); joins on the main streets about it are noted on them."""
    mesh = mains.mesh
    layout = Layout(mesh.fabric(i, j))
    if layout.fabric == RURAL:
        return layout
    quads = _quads(mains, i, j, layout, rng)
    if (i, j) == reference_cell(mesh, madi_columns(mains)):
        lay_reference(mains, quads.pop(0), layout)
    for quad in quads:
        lay_out(mesh, quad, layout.fabric, rng, layout)
    _bridges(mains, layout)
    _use(layout, rng)
    if layout.fabric == CORE:
        layout.bazaar = bazaar(mains, i, j)
    return layout


def bazaar(mains: Mains, i: int, j: int) -> Street | None:
    """The bazaar street, where it runs along the cell."""
    row = round(mains.mesh.centre[1])
    if j == row:
        return mains.host(i, j, SOUTH)
    return mains.host(i, j, NORTH) if j + 1 == row else None


def net_quad(mains: Mains, i: int, j: int) -> Quad:
    """The cell in parameters, less the main streets about it."""
    mesh = mains.mesh
    wide, high = mesh.pitch_m * mesh.spacing_s[i], mesh.pitch_m * mesh.spacing_t[j]
    west, east = mains.gap_m(i, j, WEST) / wide, mains.gap_m(i, j, EAST) / wide
    south, north = mains.gap_m(i, j, SOUTH) / high, mains.gap_m(i, j, NORTH) / high
    corners = np.array(
        [
            [i + west, j + south],
            [i + 1 - east, j + south],
            [i + 1 - east, j + 1 - north],
            [i + west, j + 1 - north],
        ]
    )
    hosts = tuple(mains.host(i, j, side) for side in (SOUTH, EAST, NORTH, WEST))
    return Quad(corners, hosts)


def _quads(mains: Mains, i: int, j: int, layout: Layout, rng: np.random.Generator) -> list[Quad]:
    quad = net_quad(mains, i, j)
    side = madi_columns(mains).get(i)
    beyond = j >= mains.mesh.river_row if side == 1 else j < mains.mesh.river_row
    if side is not None and beyond and layout.fabric != CORE and mains.mesh.pitch_m > 110:
        return _along_madi(mains, i, quad, layout)
    if layout.fabric == CORE or mains.mesh.pitch_m < 240:
        return [quad]
    width = 12.0 if layout.fabric == OLD else 16.0
    across = "s" if (i + j) % 3 else "t"
    parts = split(
        mains.mesh,
        quad,
        layout,
        across=across,
        at=(0.5, 0.5),
        width_m=width,
        planned_m=width + 4 if rng.random() < 0.6 else width,
    )
    return [quad] if parts is None else list(parts[:2])


def _along_madi(mains: Mains, i: int, quad: Quad, layout: Layout) -> list[Quad]:
    mesh = mains.mesh
    low, high = quad.corners[0][1], quad.corners[3][1]
    at = np.array([i + 0.5, low]), np.array([i + 0.5, high])
    centre = along(mesh, at[0] - [0, 0.06], at[1] + [0, 0.06], 10)
    t = np.gradient(centre, axis=0)
    n = np.column_stack([-t[:, 1], t[:, 0]]) / np.hypot(t[:, 0], t[:, 1])[:, None]
    off = MADI_WATER_M / 2 + MADI_GREEN_M + MADI_LANE_M / 2
    lanes = []
    for sign in (1, -1):
        line = join((centre + n * off * sign)[1:-1], quad.hosts[0], quad.hosts[2])
        if line is None:
            return [quad]
        lanes.append(
            Street(line, MADI_LANE_M, "local", MADI_LANE_M, quad.hosts[0], quad.hosts[2], kind="madi")
        )
    layout.streets += [register(lane) for lane in lanes]
    layout.bands += [(centre, MADI_WATER_M, "water"), (centre, off * 2, "park")]
    half = (off + MADI_LANE_M / 2) / (mesh.pitch_m * mesh.spacing_s[i])
    sw, se, ne, nw = quad.corners
    south, east, north, west = quad.hosts
    middle = i + 0.5
    return [
        Quad(np.array([sw, [middle - half, low], [middle - half, high], nw]), (south, lanes[0], north, west)),
        Quad(np.array([[middle + half, low], se, ne, [middle + half, high]]), (south, east, north, lanes[1])),
    ]


def _bridges(mains: Mains, layout: Layout) -> None:
    """Small bridges from lane to lane over the cell's madi, laid right after the lanes, so on top."""
    lanes = [street for street in layout.streets if street.kind == "madi"]
    if len(lanes) != 2:
        return
    for share in (0.3, 0.72):
        start = lanes[0].shape.interpolate(share, normalized=True)
        end = lanes[1].shape.interpolate(lanes[1].shape.project(start))
        line = np.array([start.coords[0], end.coords[0]])
        bridge = Street(line, 6.0, "alley", 6.0, lanes[0], lanes[1], kind="bridge")
        layout.streets.insert(2, register(bridge))


def _use(layout: Layout, rng: np.random.Generator) -> None:
    for leaf in layout.leaves:
        if leaf.use != "lots":
            continue
        names, shares = zip(*USES[leaf.fabric], strict=True)
        choice = rng.choice([*names, "lots"], p=[*shares, 1 - sum(shares)])
        leaf.use = str(choice)
