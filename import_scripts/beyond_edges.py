"""Says what lies beyond each stretch of a parcel's outer ring: by shared borders, then by looking across."""

from dataclasses import dataclass

import numpy as np
import shapely

KINDS = np.array(["neighbour", "passage", "open", "unknown"])
NEIGHBOUR, PASSAGE, OPEN, UNKNOWN = range(4)
NOTHING = -1
_BEYOND = {"passage": PASSAGE, "unknown": UNKNOWN}
PIECE_M = 2.0
"""Where an edge is not shared vertex by vertex, it is looked at in pieces of at most this length."""
USUAL_PASSAGE_M = 16.0
WIDEST_PASSAGE_M = 120.0
"""How far across a passage is looked: first near, then as far as the widest one reaches."""
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
class Atoms:
    """Stretches of the outer rings, each with one answer: ends (n, 2), whose they are, what lies beyond."""

    parcel: np.ndarray
    first: np.ndarray
    last: np.ndarray
    kind: np.ndarray
    street: np.ndarray
    surface: np.ndarray

    def take(self, rows: np.ndarray) -> "Atoms":
        return Atoms(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def middle(self, rows: np.ndarray) -> np.ndarray:
        """The middle of each of those stretches, (n, 2)."""
        return (self.first[rows] + self.last[rows]) / 2

    def outward(self, rows: np.ndarray) -> np.ndarray:
        """Unit vectors to the right of each stretch: outward, for a ring drawn counter-clockwise."""
        along = self.last[rows] - self.first[rows]
        return np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]


class Beyond:
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

    def classify(self, wanted: np.ndarray) -> Atoms:
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
        matched = Atoms(
            owners[ring[own]],
            first[own],
            last[own],
            np.where(other >= 0, self.kinds[other], UNKNOWN),
            np.where(other >= 0, self.streets[other], NOTHING),
            np.where(other >= 0, other, NOTHING),
        )
        return self._look_across(matched, other < 0)

    def _look_across(self, atoms: Atoms, unmatched: np.ndarray) -> Atoms:
        """Cut the unmatched stretches into pieces and look from the middle of each to the other side."""
        length = np.hypot(*(atoms.last - atoms.first).T)
        count = np.where(unmatched, np.clip(np.ceil(length / PIECE_M), 1, 400), 1).astype(int)
        row = np.repeat(np.arange(len(length)), count)
        part = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        step = (atoms.last - atoms.first)[row] / count[row, None]
        pieces = atoms.take(row)
        begin = atoms.first[row] + step * part[:, None]
        end = np.where((part + 1 == count[row])[:, None], atoms.last[row], begin + step)
        pieces = Atoms(pieces.parcel, begin, end, pieces.kind, pieces.street, pieces.surface)
        asked = np.flatnonzero(unmatched[row])
        found = self.touching(pieces, asked)
        gaps = asked[found < 0]
        hit = found >= 0
        pieces.kind[asked[hit]] = self.kinds[found[hit]]
        pieces.street[asked[hit]] = self.streets[found[hit]]
        pieces.surface[asked[hit]] = found[hit]
        pieces.kind[gaps], pieces.street[gaps] = self._across_a_gap(pieces, gaps)
        return pieces

    def touching(self, atoms: Atoms, rows: np.ndarray) -> np.ndarray:
        """Number of the shape that lies right beyond the middle of each stretch, or -1; lots come first."""
        found = np.full(len(rows), NOTHING)
        probes = shapely.points(atoms.middle(rows) + self.probe_m * atoms.outward(rows))
        for part in np.array_split(np.arange(len(rows)), max(1, len(rows) // 500_000)):
            asked, shape = self.tree.query(probes[part], predicate="intersects")
            asked = part[asked]
            foreign = shape != atoms.parcel[rows[asked]]
            asked, shape = asked[foreign], shape[foreign]
            worst_first = np.argsort(-self.kinds[shape], kind="stable")
            found[asked[worst_first]] = shape[worst_first]
        return found

    def _across_a_gap(self, atoms: Atoms, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        middle, outward = atoms.middle(rows), atoms.outward(rows)
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
