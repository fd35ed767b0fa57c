"""Derives what lies beyond each edge of each parcel: neighbour, passage, open land, or not known.."""

from dataclasses import dataclass

import numpy as np
import shapely

KINDS = np.array(["neighbour", "passage", "open", "unknown"])
NEIGHBOUR, PASSAGE, OPEN, UNKNOWN = range(4)
NOTHING = -1
_BEYOND = {"passage": PASSAGE, "unknown": UNKNOWN}
PIECE_M = 2.0
"""Where an edge is not shared vertex by vertex, it is looked at in pieces of at most this length."""
SAME_LINE_DEG = 3.0
"""Consecutive pieces that turn by less than this belong to one edge."""
DRAWN_TURN_DEG = 0.05
"""A vertex that turns by less than this is not drawn."""
SHORTEST_ACCESS_M = 0.5
"""A passage that is met over less than this is touched, not entered."""
USUAL_PASSAGE_M = 16.0
WIDEST_PASSAGE_M = 120.0
"""How far across a passage is looked: first near, then as far as the widest one reaches."""
ALONG_STREET_DEG = 20.0
"""A frontage turned more than this from its street (a chamfer, a cul-de-sac's end) has no opposite."""
_MATCH_PER_M = 1000


@dataclass(frozen=True)
class Surroundings:
    """
    What may lie beyond an edge, all in one metric CRS.

    `covers`: polygons of ground; `cover_kinds`: "passage", "unknown" (nobody says what it is), or anything
    else for open ground; `cover_streets`: number of the centreline whose surface it is, or -1.
    `centrelines`: lines of streets;
    `widths_m`: their recorded existing widths, NaN where none. `measured`: which covers are surveyed
    street surfaces between whose borders a width may be measured.
    """

    covers: np.ndarray
    cover_kinds: np.ndarray
    cover_streets: np.ndarray
    measured: np.ndarray
    centrelines: np.ndarray
    widths_m: np.ndarray


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


@dataclass(frozen=True)
class _Atoms:
    """Stretches of the outer rings, each with one answer: ends (n, 2), whose they are, what lies beyond."""

    parcel: np.ndarray
    first: np.ndarray
    last: np.ndarray
    kind: np.ndarray
    street: np.ndarray
    surface: np.ndarray

    def take(self, rows: np.ndarray) -> "_Atoms":
        return _Atoms(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


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
    beyond = _Beyond(parcels, around, accuracy_m, reach_m)
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


class _Beyond:
    """Answers what lies beyond a stretch of a ring: first by shared borders, then by looking across."""

    def __init__(self, parcels: np.ndarray, around: Surroundings, accuracy_m: float, reach_m: float) -> None:
        self.around = around
        self.parcel_count = len(parcels)
        self.shapes = shapely.orient_polygons(np.concatenate([parcels, around.covers]))
        self.kinds = np.concatenate(
            [
                np.full(len(parcels), NEIGHBOUR),
                np.array([_BEYOND.get(kind, OPEN) for kind in around.cover_kinds], dtype=int),
            ]
        ).astype(int)
        self.streets = np.concatenate([np.full(len(parcels), NOTHING), around.cover_streets]).astype(int)
        self.tree = shapely.STRtree(self.shapes)
        self.lines = shapely.STRtree(around.centrelines)
        self.probe_m = min(max(accuracy_m, 0.05), 0.5)
        self.crack_m = max(2 * accuracy_m, 0.1)
        self.reach_m = reach_m

    def classify(self, wanted: np.ndarray) -> _Atoms:
        """Every stretch of the wanted parcels' outer rings with what lies beyond it, ring by ring."""
        rings, owners = shapely.get_rings(self.shapes, return_index=True)
        is_outer = np.concatenate([[True], owners[1:] != owners[:-1]])
        points, ring_of = shapely.get_coordinates(rings, return_index=True)
        follows = (ring_of[1:] == ring_of[:-1]) & (np.abs(points[1:] - points[:-1]).sum(axis=1) > 0)
        start = np.flatnonzero(follows)
        first, last, ring = points[start], points[start + 1], ring_of[start]
        own = is_outer[ring] & (owners[ring] < self.parcel_count)
        own[own] = wanted[owners[ring[own]]]
        other = _reverse_of(first, last, owners[ring], own)
        matched = _Atoms(
            owners[ring[own]],
            first[own],
            last[own],
            np.where(other >= 0, self.kinds[other], UNKNOWN),
            np.where(other >= 0, self.streets[other], NOTHING),
            np.where(other >= 0, other, NOTHING),
        )
        return self._look_across(matched, other < 0)

    def _look_across(self, atoms: _Atoms, unmatched: np.ndarray) -> _Atoms:
        """Cut the unmatched stretches into pieces and look from the middle of each to the other side."""
        length = np.hypot(*(atoms.last - atoms.first).T)
        count = np.where(unmatched, np.clip(np.ceil(length / PIECE_M), 1, 400), 1).astype(int)
        row = np.repeat(np.arange(len(length)), count)
        part = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        step = (atoms.last - atoms.first)[row] / count[row, None]
        pieces = atoms.take(row)
        begin = atoms.first[row] + step * part[:, None]
        end = np.where((part + 1 == count[row])[:, None], atoms.last[row], begin + step)
        pieces = _Atoms(pieces.parcel, begin, end, pieces.kind, pieces.street, pieces.surface)
        asked = np.flatnonzero(unmatched[row])
        found = self.touching(pieces, asked)
        gaps = asked[found < 0]
        hit = found >= 0
        pieces.kind[asked[hit]] = self.kinds[found[hit]]
        pieces.street[asked[hit]] = self.streets[found[hit]]
        pieces.surface[asked[hit]] = found[hit]
        pieces.kind[gaps], pieces.street[gaps] = self._across_a_gap(pieces, gaps)
        return pieces

    def touching(self, atoms: _Atoms, rows: np.ndarray) -> np.ndarray:
        """Number of the shape that lies right beyond the middle of each stretch, or -1; lots come first."""
        found = np.full(len(rows), NOTHING)
        probes = shapely.points(_middle(atoms, rows) + self.probe_m * _outward(atoms, rows))
        for part in np.array_split(np.arange(len(rows)), max(1, len(rows) // 500_000)):
            asked, shape = self.tree.query(probes[part], predicate="intersects")
            asked = part[asked]
            foreign = shape != atoms.parcel[rows[asked]]
            asked, shape = asked[foreign], shape[foreign]
            worst_first = np.argsort(-self.kinds[shape], kind="stable")
            found[asked[worst_first]] = shape[worst_first]
        return found

    def _across_a_gap(self, atoms: _Atoms, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        middle, outward = _middle(atoms, rows), _outward(atoms, rows)
        rays = shapely.linestrings(
            np.stack([middle + 0.01 * outward, middle + self.reach_m * outward], axis=1)
        )
        origin = shapely.points(middle)
        to_shape, shape = _first_hit(rays, origin, self.tree, self.shapes, atoms.parcel[rows])
        to_line, line = _first_hit(rays, origin, self.lines, self.around.centrelines)
        kind = np.full(len(rows), UNKNOWN)
        crack = (to_shape <= self.crack_m) & (shape >= 0)
        kind[crack] = self.kinds[shape[crack]]
        street_first = (line >= 0) & (to_line < to_shape) & ~crack
        kind[street_first] = PASSAGE
        street = np.where(street_first, line, NOTHING)
        street[crack] = self.streets[shape[crack]]
        return kind, street

    def width_across(self, origin: np.ndarray, outward: np.ndarray, street: np.ndarray) -> np.ndarray:
        """
        Metres from points on frontages of streets across to the opposite frontage.

        NaN where there is none: beyond reach, or where another street opens on the other side.
        """
        widths = np.full(len(origin), np.nan)
        open_rows = np.arange(len(origin))
        for reach_m in (USUAL_PASSAGE_M, WIDEST_PASSAGE_M):
            unmet = []
            for part in np.array_split(open_rows, max(1, len(open_rows) // 200_000)):
                ends = origin[part] + reach_m * outward[part]
                rays = shapely.linestrings(np.stack([origin[part] + 0.05 * outward[part], ends], axis=1))
                distance, shape = self._first_beyond(rays, shapely.points(origin[part]), street[part])
                met = (shape >= 0) & (self.kinds[shape] != PASSAGE)
                widths[part[met]] = distance[met]
                unmet.append(part[shape < 0])
            open_rows = np.concatenate(unmet)
        return widths

    def of_its_street(self, points: np.ndarray, street: np.ndarray) -> np.ndarray:
        """
        Whether points lie nearest to the centreline of their street.

        One surface for all streets does not say where another one opens: across its mouth lies no frontage.
        """
        places = shapely.points(points)
        asked, nearest_m = self.lines.query_nearest(places, all_matches=False, return_distance=True)
        least_m = np.full(len(points), np.inf)
        least_m[asked[0]] = nearest_m
        return shapely.distance(places, self.around.centrelines[street]) <= least_m + self.crack_m

    def _first_beyond(
        self, rays: np.ndarray, origin: np.ndarray, street: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Distance to and number of the first shape on each ray that is no surface of its own street."""
        ray, shape = self.tree.query(rays, predicate="intersects")
        foreign = (self.kinds[shape] != PASSAGE) | (self.streets[shape] != street[ray])
        return _nearest(rays, origin, ray[foreign], self.shapes, shape[foreign])


def _reverse_of(first: np.ndarray, last: np.ndarray, owner: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """For each asked stretch the owner of the same stretch drawn the other way round, or -1."""
    origin = first.min(axis=0) if len(first) else np.zeros(2)
    begin = np.round((first - origin) * _MATCH_PER_M).astype(np.uint64)
    end = np.round((last - origin) * _MATCH_PER_M).astype(np.uint64)
    along = _mixed(begin, end)
    order = np.argsort(along, kind="stable")
    wanted = _mixed(end[asked], begin[asked])
    place = np.searchsorted(along[order], wanted)
    place = np.minimum(place, len(order) - 1)
    found = order[place] if len(order) else np.zeros(len(wanted), dtype=int)
    same = along[found] == wanted
    return np.where(same & (owner[found] != owner[asked]), owner[found], NOTHING)


def _mixed(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """One 64-bit number for each directed stretch of millimetre coordinates."""
    mixed = np.zeros(len(begin), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in (begin[:, 0], begin[:, 1], end[:, 0], end[:, 1]):
            mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    return mixed


def _first_hit(rays, origin, tree, shapes, without=None) -> tuple[np.ndarray, np.ndarray]:
    """Distance to and number of the first shape that each ray meets; inf and -1 where it meets none."""
    if not len(rays) or not len(shapes):
        return np.full(len(rays), np.inf), np.full(len(rays), NOTHING)
    ray, shape = tree.query(rays, predicate="intersects")
    if without is not None:
        foreign = shape != without[ray]
        ray, shape = ray[foreign], shape[foreign]
    return _nearest(rays, origin, ray, shapes, shape)


def _nearest(rays, origin, ray, shapes, shape) -> tuple[np.ndarray, np.ndarray]:
    """Of pairs of a ray and a shape that it meets: distance to and number of each ray's nearest."""
    distance, number = np.full(len(rays), np.inf), np.full(len(rays), NOTHING)
    metres = shapely.distance(origin[ray], shapely.intersection(rays[ray], shapes[shape]))
    farthest_first = np.argsort(-metres, kind="stable")
    ray, shape, metres = ray[farthest_first], shape[farthest_first], metres[farthest_first]
    distance[ray], number[ray] = metres, shape
    return distance, number


def _middle(atoms: _Atoms, rows: np.ndarray) -> np.ndarray:
    return (atoms.first[rows] + atoms.last[rows]) / 2


def _outward(atoms: _Atoms, rows: np.ndarray) -> np.ndarray:
    """Unit vectors to the right of each stretch: outward, for a ring drawn counter-clockwise."""
    along = atoms.last[rows] - atoms.first[rows]
    return np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]


def _name_streets(atoms: _Atoms, around: Surroundings, reach_m: float) -> _Atoms:
    """Give each passage stretch without a street the nearest centreline, looking from 2 m outside."""
    nameless = np.flatnonzero((atoms.kind == PASSAGE) & (atoms.street < 0))
    if len(nameless) and len(around.centrelines):
        outside = shapely.points(_middle(atoms, nameless) + 2.0 * _outward(atoms, nameless))
        tree = shapely.STRtree(around.centrelines)
        asked, line = tree.query_nearest(outside, max_distance=reach_m, all_matches=False)
        atoms.street[nameless[asked]] = line
    return atoms


def _turns(atoms: _Atoms) -> np.ndarray:
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


def _breaks(atoms: _Atoms) -> np.ndarray:
    """Where a new edge begins: another answer, another street, or a corner."""
    before = _before(atoms.parcel)
    changed = (atoms.kind != atoms.kind[before]) | (atoms.street != atoms.street[before])
    return changed | (_turns(atoms) > SAME_LINE_DEG)


def _from_a_corner(atoms: _Atoms) -> _Atoms:
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


def _runs(atoms: _Atoms) -> np.ndarray:
    """Number of the edge to which each stretch belongs."""
    if not len(atoms.parcel):
        return np.zeros(0, dtype=int)
    new_ring = np.concatenate([[True], atoms.parcel[1:] != atoms.parcel[:-1]])
    return np.cumsum(_breaks(atoms) | new_ring) - 1


def _edges(atoms: _Atoms, runs: np.ndarray, beyond: _Beyond, around: Surroundings) -> Edges:
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


def _drawn(atoms: _Atoms, runs: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def _widths(atoms: _Atoms, runs: np.ndarray, count: int, beyond: _Beyond, around: Surroundings) -> np.ndarray:
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
    outward, facing = _across_street(origin, _outward(atoms, rows), atoms.street[rows], around.centrelines)
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
