"""Derives the edges of each parcel, what lies beyond each, and the widths of its passages."""

from dataclasses import dataclass

import numpy as np
import shapely

from import_scripts.beyond_edges import (
    KINDS,
    PASSAGE,
    UNKNOWN,
    Atoms,
    Beyond,
    Surroundings,
)

SAME_LINE_DEG = 3.0
"""Consecutive pieces that turn by less than this belong to one edge."""
DRAWN_TURN_DEG = 0.05
"""A vertex that turns by less than this is not drawn."""
SHORTEST_ACCESS_M = 0.5
"""A passage that is met over less than this is touched, not entered."""
ALONG_STREET_DEG = 20.0
"""A frontage turned more than this from its street (a chamfer, a cul-de-sac's end) has no opposite."""


@dataclass(frozen=True)
class Edges:
    """
    Edges of many parcels, in the order of their outer rings (counter-clockwise).

    All but the last two are (n,): number of the parcel, kind (see `KINDS`), number of the centreline or -1,
    length, width between opposite frontages and width on record (m, NaN: not known). The vertices of
    edge i are `points[starts[i]:starts[i + 1]]`.
    """

    parcel: np.ndarray
    kind: np.ndarray
    street: np.ndarray
    length_m: np.ndarray
    measured_width_m: np.ndarray
    attribute_width_m: np.ndarray
    points: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.parcel)


def derive(
    parcels: np.ndarray,
    around: Surroundings,
    *,
    wanted: np.ndarray | None = None,
    accuracy_m: float = 0.05,
    reach_m: float = 30.0,
) -> Edges:
    """
    The edges of parcels, each classed by what lies beyond it.

    An edge shared with a parcel is `neighbour`, with a street surface `passage`, with other ground `open`.
    Across a gap in the map it is `passage` if a centreline is met before any parcel within `reach_m`,
    `neighbour` if the gap is a crack narrower than the accuracy allows, and otherwise `unknown`: nobody
    surveyed what is there. Widths are measured only across surveyed street surfaces.

    Parameters
    ----------
    parcels
        (n,) simple polygons in the metric CRS; empty ones have no edges.
    wanted
        (n,) which of them get edges; the others (street land on the parcel map) only lie beyond.

    Examples
    --------
    Two lots side by side, a street along their south:

    >>> lots = np.array([shapely.box(0, 0, 12, 25), shapely.box(12, 0, 24, 25)])
    >>> street = Surroundings(
    ...     covers=np.array([shapely.box(0, -8, 24, 0)]), cover_kinds=np.array(["passage"]),
    ...     cover_streets=np.array([0]), measured=np.array([True]),
    ...     centrelines=np.array([shapely.LineString([(0, -4), (24, -4)])]), widths_m=np.array([8.0]))
    >>> edges = derive(lots, street)
    >>> [(int(p), str(KINDS[k])) for p, k in zip(edges.parcel, edges.kind) if p == 0]
    [(0, 'neighbour'), (0, 'unknown'), (0, 'unknown'), (0, 'passage')]
    """
    wanted = np.ones(len(parcels), dtype=bool) if wanted is None else wanted
    beyond = Beyond(parcels, around, accuracy_m, reach_m)
    atoms = _name_streets(beyond.classify(wanted), around, reach_m)
    atoms = _from_a_corner(atoms)
    runs = _runs(atoms)
    return _edges(atoms, runs, beyond, around)


def access(edges: Edges, count: int) -> np.ndarray:
    """
    Whether each of `count` parcels meets a passage: True, False, or None where an edge is unknown.

    Shape (count,), objects.
    """
    entered = np.zeros(count, dtype=bool)
    doubtful = np.zeros(count, dtype=bool)
    entered[edges.parcel[(edges.kind == PASSAGE) & (edges.length_m >= SHORTEST_ACCESS_M)]] = True
    doubtful[edges.parcel[edges.kind == UNKNOWN]] = True
    answer = np.full(count, False, dtype=object)
    answer[doubtful] = None
    answer[entered] = True
    return answer


def documents(edges: Edges, count: int, street_names: np.ndarray) -> list[str]:
    """
    The edges of each of `count` parcels as the JSON text that `ParcelEdges.edges` holds.

    `street_names`: lineages of the centrelines, as text.
    """
    points = [f"[{x:.3f},{y:.3f}]" for x, y in edges.points.tolist()]
    starts = edges.starts.tolist()
    parts: list[list[str]] = [[] for _ in range(count)]
    columns = (edges.parcel, edges.kind, edges.street, edges.length_m)
    widths = (edges.measured_width_m, edges.attribute_width_m)
    rows = zip(*(column.tolist() for column in columns + widths), strict=True)
    names = KINDS.tolist()
    for number, (parcel, kind, street, length, measured, attribute) in enumerate(rows):
        line = ",".join(points[starts[number] : starts[number + 1]])
        street_text = f'"{street_names[street]}"' if street >= 0 else "null"
        parts[parcel].append(
            f'{{"kind":"{names[kind]}","line":[{line}],"length_m":{length:.3f},"street":{street_text},'
            f'"measured_width_m":{_number(measured)},"attribute_width_m":{_number(attribute)}}}'
        )
    return ["[" + ",".join(part) + "]" for part in parts]


def _number(value: float) -> str:
    return "null" if value != value else f"{value:.2f}"


def _name_streets(atoms: Atoms, around: Surroundings, reach_m: float) -> Atoms:
    """Give each passage stretch without a street the nearest centreline, looking from 2 m outside."""
    nameless = np.flatnonzero((atoms.kind == PASSAGE) & (atoms.street < 0))
    if len(nameless) and len(around.centrelines):
        outside = shapely.points(atoms.middle(nameless) + 2.0 * atoms.outward(nameless))
        tree = shapely.STRtree(around.centrelines)
        asked, line = tree.query_nearest(outside, max_distance=reach_m, all_matches=False)
        atoms.street[nameless[asked]] = line
    return atoms


def _turns(atoms: Atoms) -> np.ndarray:
    """Degrees by which each stretch turns against the one before it in its ring (cyclic)."""
    before = _before(atoms.parcel)
    along = atoms.last - atoms.first
    earlier = along[before]
    cross = earlier[:, 0] * along[:, 1] - earlier[:, 1] * along[:, 0]
    return np.degrees(np.abs(np.arctan2(cross, (earlier * along).sum(axis=1))))


def _before(parcel: np.ndarray) -> np.ndarray:
    """Row of the stretch before each in its ring, the last one before the first."""
    begins = np.flatnonzero(np.concatenate([[True], parcel[1:] != parcel[:-1]])) if len(parcel) else []
    before = np.arange(len(parcel)) - 1
    if len(parcel):
        before[begins] = np.concatenate([begins[1:], [len(parcel)]]) - 1
    return before


def _breaks(atoms: Atoms) -> np.ndarray:
    """Where a new edge begins: another answer, another street, or a corner."""
    before = _before(atoms.parcel)
    changed = (atoms.kind != atoms.kind[before]) | (atoms.street != atoms.street[before])
    return changed | (_turns(atoms) > SAME_LINE_DEG)


def _from_a_corner(atoms: Atoms) -> Atoms:
    """Turn each ring's order so that it begins where an edge begins."""
    if not len(atoms.parcel):
        return atoms
    rows = np.arange(len(atoms.parcel))
    begins = np.concatenate([[True], atoms.parcel[1:] != atoms.parcel[:-1]])
    ring = np.cumsum(begins) - 1
    size = np.bincount(ring)
    start = np.flatnonzero(begins)
    first_break = np.full(len(start), len(rows))
    broken = np.flatnonzero(_breaks(atoms))
    np.minimum.at(first_break, ring[broken], broken)
    first_break = np.where(first_break == len(rows), start, first_break) - start
    place = (rows - start[ring] - first_break[ring]) % size[ring]
    return atoms.take(np.lexsort((place, ring)))


def _runs(atoms: Atoms) -> np.ndarray:
    """Number of the edge to which each stretch belongs."""
    if not len(atoms.parcel):
        return np.zeros(0, dtype=int)
    new_ring = np.concatenate([[True], atoms.parcel[1:] != atoms.parcel[:-1]])
    return np.cumsum(_breaks(atoms) | new_ring) - 1


def _edges(atoms: Atoms, runs: np.ndarray, beyond: Beyond, around: Surroundings) -> Edges:
    count = int(runs[-1]) + 1 if len(runs) else 0
    head = (
        np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]])) if count else np.zeros(0, dtype=int)
    )
    length = np.bincount(runs, np.hypot(*(atoms.last - atoms.first).T), minlength=count)
    street = atoms.street[head]
    attribute = np.full(count, np.nan)
    attribute[street >= 0] = np.asarray(around.widths_m, dtype=float)[street[street >= 0]]
    points, starts = _drawn(atoms, runs, head)
    return Edges(
        parcel=atoms.parcel[head],
        kind=atoms.kind[head],
        street=street,
        length_m=length,
        measured_width_m=_widths(atoms, runs, count, beyond, around),
        attribute_width_m=attribute,
        points=points,
        starts=starts,
    )


def _drawn(atoms: Atoms, runs: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of each edge: its first point, its real bends, its last point."""
    if not len(runs):
        return np.zeros((0, 2)), np.zeros(1, dtype=int)
    is_head = np.zeros(len(runs), dtype=bool)
    is_head[head] = True
    kept = np.flatnonzero(is_head | (_turns(atoms) > DRAWN_TURN_DEG))
    tail = np.concatenate([head[1:], [len(runs)]]) - 1
    points = np.concatenate([atoms.first[kept], atoms.last[tail]])
    edge = np.concatenate([runs[kept], runs[tail]])
    order = np.argsort(edge, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(edge, minlength=len(head)))])
    return points[order], starts


def _widths(atoms: Atoms, runs: np.ndarray, count: int, beyond: Beyond, around: Surroundings) -> np.ndarray:
    """Median width across from up to three points of each edge along a surveyed street surface."""
    measured = np.concatenate(
        [np.zeros(beyond.parcel_count, dtype=bool), np.asarray(around.measured, dtype=bool)]
    )
    rows = np.flatnonzero((atoms.kind == PASSAGE) & (atoms.surface >= 0))
    rows = rows[measured[atoms.surface[rows]]]
    widths = np.full(count, np.nan)
    if not len(rows):
        return widths
    samples = _three_of_each(runs[rows])
    rows, share = rows[samples[0]], samples[1]
    origin = atoms.first[rows] + share[:, None] * (atoms.last[rows] - atoms.first[rows])
    outward, facing = _across_street(origin, atoms.outward(rows), atoms.street[rows], around.centrelines)
    rows, origin, outward = rows[facing], origin[facing], outward[facing]
    surface = beyond.streets[atoms.surface[rows]]
    across = beyond.width_across(origin, outward, surface)
    known = ~np.isnan(across)
    unsaid = np.flatnonzero(known & (surface < 0) & (atoms.street[rows] >= 0))
    ends = origin[unsaid] + (across[unsaid] - 0.3)[:, None] * outward[unsaid]
    known[unsaid] = beyond.of_its_street(ends, atoms.street[rows[unsaid]])
    edge, across = runs[rows[known]], across[known]
    order = np.lexsort((across, edge))
    edge, across = edge[order], across[order]
    start = (
        np.flatnonzero(np.concatenate([[True], edge[1:] != edge[:-1]]))
        if len(edge)
        else np.zeros(0, dtype=int)
    )
    size = np.diff(np.concatenate([start, [len(edge)]]))
    widths[edge[start]] = across[start + (size - 1) // 2]
    return widths


def _across_street(
    origin: np.ndarray, outward: np.ndarray, street: np.ndarray, centrelines: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    Unit vectors straight across the street, and whether the frontage runs along its street at all.

    A width is measured square to the centreline; where no street is known, square to the frontage.
    """
    across, facing = outward.copy(), np.ones(len(origin), dtype=bool)
    named = np.flatnonzero(street >= 0)
    lines = centrelines[street[named]]
    at = shapely.line_locate_point(lines, shapely.points(origin[named]))
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(lines, at + step)) for step in (-0.5, 0.5)]
    along = ends[1] - ends[0]
    length = np.hypot(along[:, 0], along[:, 1])
    square = np.column_stack([along[:, 1], -along[:, 0]]) / np.maximum(length, 1e-9)[:, None]
    same = (square * outward[named]).sum(axis=1)
    facing[named] = np.abs(same) >= np.cos(np.radians(ALONG_STREET_DEG))
    across[named] = square * np.sign(same)[:, None]
    return across, facing


def _three_of_each(edge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which stretches to measure from, at most three of an edge, and at which share of it."""
    start = np.flatnonzero(np.concatenate([[True], edge[1:] != edge[:-1]]))
    size = np.diff(np.concatenate([start, [len(edge)]]))
    rows = np.concatenate([start + size // 4, start + size // 2, start + (3 * size) // 4])
    share = np.repeat([0.25, 0.5, 0.75], len(start))
    return rows, share
