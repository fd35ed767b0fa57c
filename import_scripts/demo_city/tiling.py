"""Cuts one cell of the city into faces that tile it exactly: lots, street surfaces, water, parks."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree

from import_scripts.demo_city.layout import Layout, Leaf
from import_scripts.demo_city.lots import organic_pieces, row_cuts
from import_scripts.demo_city.mesh import RURAL
from import_scripts.demo_city.streets import Street, register, stations

GRID_M = 0.001
SMALLEST_LOT_M2 = 30.0
SMALLEST_SHOP_M2 = 17.0
SHOP_WIDTH_M, SHOP_DEPTH_M = 4.5, 6.0


@dataclass(frozen=True)
class Faces:
    """
    What a cell is made of, arrays of one length.

    `kinds`: lot, passage, water, park, open_land. `blocks`: number of the block in the cell, -1 outside
    blocks. `streets`: number of the street in the layout, -1; `segments`: number of its segment.
    """

    shapes: np.ndarray
    kinds: np.ndarray
    blocks: np.ndarray
    streets: np.ndarray
    segments: np.ndarray
    fabrics: np.ndarray
    uses: np.ndarray
    ring: np.ndarray


def tile(cell: shapely.Polygon, marks: np.ndarray, layout: Layout, rng: np.random.Generator) -> Faces:
    """
    Tile a cell by its layout.

    `marks` (n, 2) are points that must become vertices of the cell's ring (where the main streets'
    segments meet). All coordinates come out on the 1 mm grid, and neighbours share their vertices exactly.
    """
    lanes = _cul_de_sacs(cell, layout, rng)
    bands = _bands([*layout.streets, *lanes], layout)
    surfaces = np.array([band[0] for band in bands], dtype=object)
    taken = shapely.union_all(surfaces) if len(surfaces) else shapely.Polygon()
    blocks = [part for part in shapely.get_parts(shapely.difference(cell, taken)) if part.area > 0.5]
    leaves = _leaves_of(blocks, layout)
    lines = [shapely.LineString(_with_marks(cell, marks))]
    lines += [shapely.boundary(block) for block in blocks]
    lines += _piece_lines(cell, bands)
    for number, block in enumerate(blocks):
        lines += _lot_lines(block, leaves[number], layout, rng)
    noded = shapely.union_all(lines, grid_size=GRID_M)
    shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return _label(shapes, bands, blocks, leaves)


def _bands(streets: list[Street], layout: Layout) -> list[tuple[shapely.Polygon, str, int, Street | None]]:
    """Surfaces in order of rank: (shape, kind, number of the street, street)."""
    layout.streets[:] = streets
    bands = [(street.surface(), "passage", k, street) for k, street in enumerate(streets)]
    for line, width, kind in layout.bands:
        shape = shapely.buffer(shapely.LineString(line), width / 2, cap_style="flat", join_style="mitre")
        bands.append((shape, kind, -1, None))
    return bands


def _cul_de_sacs(cell: shapely.Polygon, layout: Layout, rng: np.random.Generator) -> list[Street]:
    """Dead-end lanes into the deep blocks of the old fabric, by which most inner lots are reached."""
    if layout.fabric == "planned" or not layout.streets:
        return []
    taken = shapely.union_all([street.surface() for street in layout.streets])
    hosts = STRtree([street.shape for street in layout.streets])
    lanes = []
    blocks = shapely.get_parts(shapely.difference(cell, taken))
    for block, leaf in zip(blocks, _leaves_of(list(blocks), layout), strict=True):
        if leaf.use != "lots":
            continue
        deep = shapely.maximum_inscribed_circle(block).length
        if block.area < 1400 or deep < (15 if layout.fabric == "core" else 19):
            continue
        wanted = int(block.area / 1250) + 1 if layout.fabric == "core" else int(rng.random() < 0.5)
        lanes += _lanes_into(block, deep, wanted, layout, hosts, rng)
    return lanes


def _lanes_into(block, deep, wanted, layout, hosts, rng) -> list[Street]:
    inner = shapely.buffer(block, -min(deep * 0.55, 16))
    if inner.is_empty:
        return []
    lanes: list[Street] = []
    ring = block.exterior
    for _ in range(wanted):
        mouth = ring.interpolate(rng.random(), normalized=True)
        host = layout.streets[int(hosts.nearest(mouth))]
        at = host.shape.project(mouth)
        on_host = shapely.get_coordinates(host.shape.interpolate(at))[0]
        door = shapely.get_coordinates(mouth)[0]
        if np.hypot(*(door - on_host)) > host.width_m * 0.75 or not 9 < at < host.length_m - 9:
            continue
        inward = (door - on_host) / max(np.hypot(*(door - on_host)), 0.1)
        target = shapely.get_coordinates(shapely.shortest_line(inner, mouth))[0]
        deeper = door + inward * (np.hypot(*(target - door)) + rng.uniform(4, 14))
        aside = np.array([-inward[1], inward[0]]) * rng.normal(0, 2.0)
        line = np.array([on_host, door + inward * 1.0, (door + deeper) / 2 + aside, deeper + aside * 1.6])
        width = float(rng.choice([2.5, 3.0, 3.5, 4.0]))
        lane = Street(line, width, "cul_de_sac", width if rng.random() < 0.6 else 6.0, host, None)
        room = shapely.buffer(lane.shape, 7)
        tip = shapely.Point(line[-1])
        if not block.contains(shapely.buffer(tip, 6)) or any(room.intersects(x.shape) for x in lanes):
            continue
        lanes.append(register(lane))
    return lanes


def _leaves_of(blocks: list[shapely.Polygon], layout: Layout) -> list[Leaf]:
    if layout.fabric == RURAL:
        return [Leaf(np.zeros(2), RURAL, "open_land") for _ in blocks]
    found = [Leaf(np.zeros(2), layout.fabric) for _ in blocks]
    if not blocks:
        return found
    tree = STRtree(blocks)
    for leaf in layout.leaves:
        for number in tree.query(shapely.Point(leaf.centre), predicate="within"):
            if leaf.fabric == "core" and blocks[number].area > 4200:
                leaf.use = "lots"
            found[number] = leaf
    return found


def _lot_lines(
    block: shapely.Polygon, leaf: Leaf, layout: Layout, rng: np.random.Generator
) -> list[shapely.Geometry]:
    use, fabric = leaf.use, leaf.fabric
    if use == "given":
        return _clipped(layout.cuts[id(leaf)], block)
    if use != "lots" or block.area < 110:
        return []
    if fabric == "core":
        shops = _shops(block, layout.bazaar)
        rest = shapely.difference(block, shapely.union_all(shops)) if shops else block
        pieces = [piece for part in shapely.get_parts(rest) for piece in organic_pieces(part, rng)]
        return [shapely.boundary(piece) for piece in [*pieces, *shops]]
    return _clipped(row_cuts(block, fabric, rng), block)


def _shops(block: shapely.Polygon, bazaar: Street | None) -> list[shapely.Polygon]:
    """Small shops along the bazaar street, 4.5 m wide and 6 m deep."""
    if bazaar is None:
        return []
    near = shapely.distance(block, bazaar.shape) < bazaar.width_m / 2 + 0.6
    if not near:
        return []
    band = shapely.buffer(bazaar.shape, bazaar.width_m / 2 + SHOP_DEPTH_M, cap_style="flat")
    strip = shapely.intersection(block, band)
    at = np.arange(2.0, bazaar.length_m, SHOP_WIDTH_M)
    points = shapely.get_coordinates(shapely.line_interpolate_point(bazaar.shape, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(bazaar.shape, at + 0.5))
    t = (ahead - points) / np.maximum(np.hypot(*(ahead - points).T), 1e-9)[:, None]
    n = np.column_stack([-t[:, 1], t[:, 0]]) * (bazaar.width_m / 2 + SHOP_DEPTH_M + 1)
    cells = [
        shapely.Polygon([a - m, a + m, b + k, b - k])
        for a, m, b, k in zip(points[:-1], n[:-1], points[1:], n[1:], strict=True)
    ]
    inside = shapely.intersection(np.array(cells, dtype=object), strip)
    return [part for one in inside for part in shapely.get_parts(one) if part.area > SMALLEST_SHOP_M2]


def _clipped(lines: list[np.ndarray], block: shapely.Polygon) -> list[shapely.Geometry]:
    if not lines:
        return []
    inside = shapely.intersection(shapely.linestrings(lines), block)
    return [
        part for part in shapely.get_parts(inside) if part.length > 0.3 and part.geom_type == "LineString"
    ]


def _piece_lines(cell: shapely.Polygon, bands: list) -> list[shapely.Geometry]:
    """Outlines of what is seen of each band under those above it, and the cuts between segments."""
    if not bands:
        return []
    shapes = np.array([band[0] for band in bands], dtype=object)
    tree = STRtree(shapes)
    lines = []
    for rank, (shape, _kind, _number, street) in enumerate(bands):
        above = [int(k) for k in tree.query(shape, predicate="intersects") if k < rank]
        piece = shapely.intersection(shape, cell)
        if above:
            piece = shapely.difference(piece, shapely.union_all(shapes[above]))
        lines.append(shapely.boundary(piece))
        if street is not None:
            lines += _cross_cuts(street, piece)
    return lines


def _cross_cuts(street: Street, piece: shapely.Geometry) -> list[shapely.Geometry]:
    inner = np.array(stations(street)[1:-1])
    if len(inner) == 0:
        return []
    at = shapely.get_coordinates(shapely.line_interpolate_point(street.shape, inner))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(street.shape, inner + 0.5))
    t = (ahead - at) / np.maximum(np.hypot(*(ahead - at).T), 1e-9)[:, None]
    side = np.column_stack([-t[:, 1], t[:, 0]]) * (street.width_m * 0.8)
    cuts = shapely.linestrings(np.stack([at - side, at + side], axis=1))
    inside = shapely.get_parts(shapely.intersection(cuts, piece))
    return [cut for cut in inside if cut.geom_type == "LineString" and cut.length > 0.05]


def _with_marks(cell: shapely.Polygon, marks: np.ndarray) -> np.ndarray:
    ring = np.round(shapely.get_coordinates(cell.exterior), 3)
    if len(marks) == 0:
        return ring
    line = shapely.LineString(ring)
    spots = shapely.line_locate_point(line, shapely.points(marks))
    own = shapely.line_locate_point(line, shapely.points(ring[:-1]))
    spots = spots[np.abs(spots[:, None] - own[None, :]).min(axis=1) > 0.02]
    added = np.round(shapely.get_coordinates(shapely.line_interpolate_point(line, spots)), 3)
    points = np.vstack([ring[:-1], added])
    order = np.argsort(np.concatenate([own, spots]), kind="stable")
    return np.vstack([points[order], points[order][:1]])


def _label(shapes, bands, blocks, leaves) -> Faces:
    shapes = _without_slivers(np.asarray(shapes, dtype=object), blocks)
    inner = shapely.point_on_surface(shapes)
    count = len(shapes)
    block = np.full(count, -1)
    if blocks:
        face, number = STRtree(blocks).query(inner, predicate="within")
        block[face] = number
    rank = np.full(count, 10**6)
    if bands:
        face, number = STRtree([band[0] for band in bands]).query(inner, predicate="within")
        np.minimum.at(rank, face, number)
    rank[block >= 0] = 10**6
    kinds, fabrics, uses = (np.full(count, "", dtype=object) for _ in range(3))
    streets, segments = np.full(count, -1), np.full(count, -1)
    for k in range(count):
        leaf = leaves[block[k]] if block[k] >= 0 else None
        if leaf is not None:
            fabrics[k], uses[k] = leaf.fabric, leaf.use
        if block[k] >= 0:
            kinds[k] = _block_kind(uses[k], shapes[k])
        elif rank[k] < 10**6:
            _, kinds[k], streets[k], street = bands[rank[k]]
            if street is not None:
                at = street.shape.project(inner[k])
                segments[k] = min(
                    int(np.searchsorted(stations(street), at, side="right")) - 1, len(stations(street)) - 2
                )
        else:
            kinds[k] = "open_land"
    ring = shapely.get_coordinates(shapely.coverage_union_all(shapes))
    return Faces(shapes, kinds, block, streets, segments, fabrics, uses, ring)


def _block_kind(use: str, shape: shapely.Polygon) -> str:
    if use in ("park", "open_land"):
        return use
    return "open_land" if shape.area < SMALLEST_SHOP_M2 else "lot"


def _without_slivers(shapes: np.ndarray, blocks: list[shapely.Polygon]) -> np.ndarray:
    """Faces too small or too thin to be lots are joined to the neighbour with the longest common edge."""
    inner = shapely.point_on_surface(shapes)
    block = np.full(len(shapes), -1)
    if blocks:
        face, number = STRtree(blocks).query(inner, predicate="within")
        block[face] = number
    area, around = shapely.area(shapes), shapely.length(shapes)
    thin = (area / around < 1.1) | (area < SMALLEST_SHOP_M2) | ((area < SMALLEST_LOT_M2) & (around > 24))
    poor = [int(k) for k in np.argsort(area) if (thin[k] and block[k] >= 0) or area[k] < 0.5]
    alive = np.ones(len(shapes), bool)
    tree = STRtree(shapes)
    merged = {k: shapes[k] for k in range(len(shapes))}
    owner = np.arange(len(shapes))
    for k in poor:
        near = {_root(owner, int(n)) for n in tree.query(shapes[k], predicate="intersects")} - {
            _root(owner, k)
        }
        near = {n for n in near if block[n] == block[k] or area[k] < 0.5}
        best, length = None, 0.3
        for n in sorted(near):
            common = shapely.length(shapely.intersection(merged[_root(owner, k)], merged[n]))
            if common > length:
                best, length = n, common
        if best is None:
            continue
        mine = _root(owner, k)
        union = shapely.coverage_union(merged[mine], merged[best])
        if union.geom_type == "MultiPolygon" and len(shapely.get_parts(union)) == 1:
            union = shapely.get_parts(union)[0]
        if union.geom_type != "Polygon":
            continue
        merged[best] = union
        owner[mine] = best
        alive[mine] = False
    return np.array([merged[k] for k in range(len(shapes)) if alive[k]], dtype=object)


def _root(owner: np.ndarray, k: int) -> int:
    while owner[k] != k:
        k = owner[k]
    return int(k)
