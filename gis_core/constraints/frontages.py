"""Follows the edges of lots through widening, and finds the corners between two passages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.chamfer import Corners
from gis_core.constraints.plane import Floats, Ints, Shapes, flagged, line_ends, shapes
from gis_core.constraints.values import Edges, Passages, chosen

#: A piece of a new boundary this near to an old edge is that edge.
SAME_EDGE_M = 1e-3
#: A new piece this near to a right of way is a frontage on it.
ON_WAY_M = 1e-2
#: Of lots with more edges than this the nearest edge is looked up in a tree.
MANY_EDGES = 100
#: Bends of a frontage shallower than this do not end its straight piece, in metres of sag.
STRAIGHT_M = 0.01
#: Frontages that turn by less than this follow one another, they make no corner.
STRAIGHT_ON_DEG = 15.0
#: Where the lines of two frontages meet farther than this from the lot, there is no clear corner, in metres.
CLEAR_CORNER_M = 15.0


@dataclass(frozen=True)
class Ways:
    """Rights of way that take land: (w,) shapes, and the passage of each or -1; pairs (m,) of lot and way."""

    shape: Shapes
    passage: Ints
    lot: Ints
    way: Ints


def edges_after(edges: Edges, main: Shapes, changed: NDArray[np.bool_], ways: Ways) -> Edges:
    """
    Edges of lots after widening: unchanged lots keep theirs, others get new ones along their new boundary.

    `changed` (n,): lots that ceded land. A piece of the boundary is the old edge it lies on, or a frontage
    on the right of way that it follows, or of unknown kind.
    """
    if not changed.any():
        return edges
    kept = chosen(edges, ~changed[edges.lot])
    fresh = _fresh_edges(edges, main, changed.nonzero()[0], ways)
    every = [np.concatenate([getattr(kept, name), getattr(fresh, name)]) for name in EDGE_ARRAYS]
    order = np.argsort(every[0], kind="stable")
    return Edges(*(rows[order] for rows in every))


EDGE_ARRAYS = ("lot", "geometry", "kind", "passage", "width_m")


def _fresh_edges(edges: Edges, main: Shapes, lots: Ints, ways: Ways) -> Edges:
    points, owner = shapely.get_coordinates(shapely.get_exterior_ring(main[lots]), return_index=True)
    same = (owner[1:] == owner[:-1]) & (np.hypot(*np.diff(points, axis=0).T) > 1e-6)
    pairs = np.stack([points[:-1][same], points[1:][same]], axis=1)
    lot = lots[owner[:-1][same]]
    lines = shapely.linestrings(pairs)
    middle = shapely.points(pairs.mean(axis=1))
    edge = _nearest(middle, lot, edges.geometry, edges.lot, SAME_EDGE_M)
    way = _nearest(middle, lot, ways.shape[ways.way], ways.lot, ON_WAY_M)
    on_way = np.where(way >= 0, ways.passage[ways.way[way]] if len(ways.way) else -1, -1)
    is_old = edge >= 0
    kind = np.where(way >= 0, "passage", "unknown").astype(object)
    passage, width_m = on_way.astype(np.int64), np.full(len(lot), np.nan)
    kind[is_old] = edges.kind[edge[is_old]]
    passage[is_old] = edges.passage[edge[is_old]]
    width_m[is_old] = edges.width_m[edge[is_old]]
    return Edges(lot, lines, kind, passage, width_m)


def _nearest(points: Shapes, owner: Ints, others: Shapes, of: Ints, within_m: float) -> Ints:
    """For each point the nearest of the other shapes of the same lot, or -1 when none is near enough."""
    nearest = np.full(len(points), -1, dtype=np.int64)
    order = np.argsort(of, kind="stable")
    first = np.searchsorted(of[order], owner, side="left")
    count = np.searchsorted(of[order], owner, side="right") - first
    if count.max(initial=0) > MANY_EDGES:
        point, other = _near_ones(points, owner, others, of, within_m)
    else:
        point = np.repeat(np.arange(len(points)), count)
        within = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
        other = order[np.repeat(first, count) + within]
    gap = shapely.distance(points[point], others[other])
    near = gap <= within_m
    point, other, gap = point[near], other[near], gap[near]
    best = np.lexsort((gap, point))
    point, first_of = np.unique(point[best], return_index=True)
    nearest[point] = other[best][first_of]
    return nearest


def barred_lots(edges: Edges, passages: Passages, lots: int) -> NDArray[np.bool_]:
    """Lots (n,) that lie on streets, but on none from which they may be entered, such as expressways."""
    front = np.flatnonzero(edges.kind == "passage")
    at = edges.passage[front]
    open_ = at < 0
    open_[~open_] = passages.legal_access[at[~open_]]
    return flagged(edges.lot[front], lots) & ~flagged(edges.lot[front[open_]], lots)


def street_widths_m(edges: Edges, passages: Passages, some: Ints) -> tuple[Floats, Floats]:
    """
    Existing and planned width of the streets beyond some edges, NaN where not known.

    The recorded existing width stands before the one measured on the ground.
    """
    existing_m, planned_m = edges.width_m[some].copy(), np.full(len(some), np.nan)
    named = edges.passage[some] >= 0
    on = edges.passage[some][named]
    recorded_m = passages.existing_width_m[on]
    existing_m[named] = np.where(np.isnan(recorded_m), existing_m[named], recorded_m)
    planned_m[named] = passages.planned_width_m[on]
    return existing_m, planned_m


def _near_ones(points: Shapes, owner: Ints, others: Shapes, of: Ints, within_m: float) -> tuple[Ints, Ints]:
    """Points and the shapes of their own lot within reach, found through a tree."""
    point, other = shapely.STRtree(others).query(points, predicate="dwithin", distance=within_m)
    own = owner[point] == of[other]
    order = np.lexsort((other[own], point[own]))
    return point[own][order], other[own][order]


@dataclass(frozen=True)
class Chains:
    """Runs of consecutive edges of one kind on one passage, in ring order: lot, kind, passage, line; (c,)."""

    lot: Ints
    kind: NDArray[np.object_]
    passage: Ints
    line: Shapes


def chains(edges: Edges) -> Chains:
    """Join consecutive edges of the same kind and passage; the ring has no beginning."""
    if not len(edges):
        return Chains(edges.lot, edges.kind, edges.passage, edges.geometry)
    starts = np.ones(len(edges), dtype=bool)
    same = (edges.lot[1:] == edges.lot[:-1]) & (edges.passage[1:] == edges.passage[:-1])
    starts[1:] = ~(same & (edges.kind[1:] == edges.kind[:-1]))
    chain = np.cumsum(starts) - 1
    first_edge, last_edge = _ends_of_rings(edges.lot)
    wraps = (
        (edges.kind[first_edge] == edges.kind[last_edge])
        & (edges.passage[first_edge] == edges.passage[last_edge])
        & (chain[first_edge] != chain[last_edge])
    )
    joined, order = chain.copy(), np.arange(len(edges), dtype=float)
    for first, last in zip(first_edge[wraps], last_edge[wraps], strict=True):
        tail = (chain == chain[last]).nonzero()[0] if last - first > 500 else _run_back(chain, last)
        joined[tail] = chain[first]
        order[tail] = first - 1 + (np.arange(len(tail)) + 1) / (len(tail) + 1)
    ranked = np.lexsort((order, joined))
    _, number = np.unique(joined[ranked], return_inverse=True)
    points, owner = shapely.get_coordinates(edges.geometry[ranked], return_index=True)
    lines = shapely.linestrings(points, indices=number[owner])
    heads = ranked[np.searchsorted(number, np.arange(number.max() + 1))]
    return Chains(edges.lot[heads], edges.kind[heads], edges.passage[heads], lines)


def _run_back(chain: Ints, last: int) -> Ints:
    first = last
    while first > 0 and chain[first - 1] == chain[last]:
        first -= 1
    return np.arange(first, last + 1)


def _ends_of_rings(lot: Ints) -> tuple[Ints, Ints]:
    first = np.concatenate([[True], lot[1:] != lot[:-1]]).nonzero()[0]
    return first, np.concatenate([first[1:], [len(lot)]]) - 1


def straight_pieces(lines: Shapes) -> Shapes:
    """The longest straight piece of each line, in its direction; bends of a centimetre do not count."""
    points, owner = shapely.get_coordinates(shapely.simplify(lines, STRAIGHT_M), return_index=True)
    same = owner[1:] == owner[:-1]
    pairs = np.stack([points[:-1][same], points[1:][same]], axis=1)
    line = owner[:-1][same]
    length = np.hypot(*(pairs[:, 1] - pairs[:, 0]).T)
    order = np.lexsort((-length, line))
    _, first = np.unique(line[order], return_index=True)
    return shapely.linestrings(pairs[order][first])


@dataclass(frozen=True)
class FoundCorners:
    """Corners between two passages, and the lots (n,) on which two frontages meet without a clear corner."""

    corners: Corners
    passages: tuple[Ints, Ints]
    unclear: NDArray[np.bool_]


def corners_between(
    edges: Edges, lots: Shapes, passages: Passages, params: Mapping[str, Any]
) -> FoundCorners:
    """Convex corners where frontages on two passages follow each other, sized by a chamfer rule."""
    several = _on_several(edges, len(lots))
    if not several.any():
        return _no_corners(len(lots))
    found = chains(chosen(edges, several[edges.lot]))
    here, there, cut = _followers(found, passages)
    first, second = straight_pieces(found.line[here]), straight_pieces(found.line[there])
    lot = found.lot[here]
    convex = _turns_left(first, second) == _run_left_about(edges, len(lots))[lot]
    convex &= ~_straight_on(first, second)
    clear = convex & (_meeting_gap_m(first, second, lots[lot]) <= CLEAR_CORNER_M)
    unclear = np.zeros(len(lots), dtype=bool)
    # Frontages so far apart with a square between them make no corner at all.
    unclear[lot[convex & ~clear & ~cut]] = True
    one, two = found.passage[here][clear], found.passage[there][clear]
    sizes = [params["sizes"][_vehicular(passages, a, b)] for a, b in zip(one, two, strict=True)]
    size_rule = np.empty(len(sizes), dtype=object)
    size_rule[:] = sizes
    corners = Corners(
        lot=lot[clear],
        frontage_1=first[clear],
        frontage_2=second[clear],
        width_1_m=passages.planned_width_m[one],
        width_2_m=passages.planned_width_m[two],
        size_rule=size_rule,
        measure=np.full(len(sizes), params["measure"], dtype=object),
    )
    return FoundCorners(corners, (one, two), unclear)


def _no_corners(lots: int) -> FoundCorners:
    number, thing, measure = (np.zeros(0, dtype=kind) for kind in (np.int64, object, float))
    corners = Corners(number, thing, thing, measure, measure, thing, thing)
    return FoundCorners(corners, (number, number), np.zeros(lots, dtype=bool))


def _on_several(edges: Edges, lots: int) -> NDArray[np.bool_]:
    """Lots with frontages on more than one passage."""
    front = (edges.kind == "passage") & (edges.passage >= 0)
    low, high = np.full(lots, np.iinfo(np.int64).max), np.full(lots, -1)
    np.minimum.at(low, edges.lot[front], edges.passage[front])
    np.maximum.at(high, edges.lot[front], edges.passage[front])
    return high > low


def _followers(found: Chains, passages: Passages) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """
    Chains and the next frontage in the ring, where both are frontages on different known passages.

    Third: pairs between which the corner is cut already, so that open ground or a street that nobody knows
    lies beyond the piece between them.
    """
    nothing = np.array([], dtype=np.int64)
    if not len(found.lot):
        return nothing, nothing, np.array([], dtype=bool)
    first, last = _ends_of_rings(found.lot)
    here = np.arange(len(found.lot))
    following = here + 1
    following[last] = first
    street = (found.kind == "passage") & (found.passage >= 0)
    public = ((found.kind == "open") | (found.kind == "passage")) & ~street
    cut = street & public[following] & street[following[following]]
    there = np.where(cut, following[following], following)
    pair = street[here] & street[there] & (found.passage[here] != found.passage[there])
    # Pieces of one street between two junctions are different passages of the same name.
    name = passages.key[np.maximum(found.passage, 0)] if len(passages) else found.kind
    pair &= (name[here] != name[there]) | (name[here] == "")
    return here[pair], there[pair], cut[pair]


def _run_left_about(edges: Edges, lots: int) -> NDArray[np.bool_]:
    """
    Whether the edges of each lot (n,) run counter-clockwise about it.

    An overlay may turn the ring of a lot round that it takes nothing from, so the ring itself does not say.
    """
    ends = line_ends(edges.geometry).transpose(1, 0, 2)
    corner = np.zeros((lots, 2))
    corner[edges.lot[::-1]] = ends[0][::-1]
    start, end = (points - corner[edges.lot] for points in ends)
    twice_m2 = start[:, 0] * end[:, 1] - start[:, 1] * end[:, 0]
    return np.asarray(np.bincount(edges.lot, weights=twice_m2, minlength=lots) > 0)


def _vehicular(passages: Passages, one: int, two: int) -> str:
    count = int(passages.vehicular[one]) + int(passages.vehicular[two])
    return ("NOT_VEHICULAR", "ONE_NOT_VEHICULAR", "VEHICULAR")[count]


def _runs(lines: Shapes) -> Floats:
    points = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    return points[:, 1] - points[:, 0]


def _turns_left(first: Shapes, second: Shapes) -> NDArray[np.bool_]:
    one, two = _runs(first), _runs(second)
    return one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0] > 0


def _straight_on(first: Shapes, second: Shapes) -> NDArray[np.bool_]:
    """Where the second frontage goes on nearly as the first: one street goes over into another, no corner."""
    one, two = _runs(first), _runs(second)
    cosine = np.einsum("ij,ij->i", one, two) / (np.hypot(*one.T) * np.hypot(*two.T))
    return cosine > np.cos(np.radians(STRAIGHT_ON_DEG))


def _meeting_gap_m(first: Shapes, second: Shapes, lots: Shapes) -> Floats:
    """How far from the lot the lines of two frontages meet; infinite when they run parallel."""
    one, two = _runs(first), _runs(second)
    start = shapely.get_coordinates(shapely.get_point(first, 0)).reshape(-1, 2)
    gap = shapely.get_coordinates(shapely.get_point(second, 0)).reshape(-1, 2) - start
    cross = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        meeting = start + one * ((gap[:, 0] * two[:, 1] - gap[:, 1] * two[:, 0]) / cross)[:, None]
    distance = shapely.distance(shapely.points(np.nan_to_num(meeting, posinf=1e9, neginf=-1e9)), lots)
    return np.where(np.isfinite(meeting).all(axis=1), distance, np.inf)


def no_ways() -> Ways:
    """Nothing takes land."""
    nothing = np.array([], dtype=np.int64)
    return Ways(shapes(), nothing, nothing, nothing)
