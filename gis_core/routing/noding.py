"""From lines to a network: which ends meet, which parts hang together, which stand alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Parts:
    """
    The parts of a network that hang together.

    ``label`` (n,) part of each node, 0 the largest; ``sizes`` nodes in each part, largest first.
    """

    label: NDArray[np.int64]
    sizes: NDArray[np.int64]


def parts(node_count: int, edge_from: ArrayLike, edge_to: ArrayLike, *, one_way: bool = False) -> Parts:
    """
    Parts of a network; with ``one_way`` only nodes that reach each other both ways share a part.

    Examples
    --------
    >>> parts(4, [0, 1], [1, 2]).sizes.tolist()
    [3, 1]
    >>> parts(3, [0, 1], [1, 2], one_way=True).sizes.tolist()
    [1, 1, 1]
    """
    start, end = np.asarray(edge_from, dtype=np.int64), np.asarray(edge_to, dtype=np.int64)
    matrix = coo_array((np.ones(len(start)), (start, end)), shape=(node_count, node_count))
    _, raw = connected_components(matrix.tocsr(), directed=one_way, connection="strong")
    found, first, count = np.unique(raw, return_index=True, return_counts=True)
    order = np.lexsort((first, -count))
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    return Parts(label=rank[raw], sizes=count[order])


@dataclass(frozen=True)
class Joined:
    """Ends of lines gathered into nodes: their places, and for each line its first and last node."""

    node_xy: NDArray[np.float64]
    line_from: NDArray[np.int64]
    line_to: NDArray[np.int64]


def join_ends(first_xy: ArrayLike, last_xy: ArrayLike, *, tolerance_m: float) -> Joined:
    """
    Gather ends that lie within a tolerance of each other into one node.

    Chains of near ends become one node; its place is the first end met. Lines that cross without sharing an
    end stay unjoined: whether a crossing is a bridge is not for a program to guess.

    Examples
    --------
    >>> joined = join_ends([(0, 0), (10, 0)], [(10, 0.02), (20, 0)], tolerance_m=0.05)
    >>> joined.line_from.tolist(), joined.line_to.tolist()
    ([0, 1], [1, 2])
    >>> len(joined.node_xy)
    3
    """
    first = np.asarray(first_xy, dtype=float).reshape(-1, 2)
    last = np.asarray(last_xy, dtype=float).reshape(-1, 2)
    ends = np.concatenate([first, last])
    if not len(ends):
        return Joined(np.empty((0, 2)), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    pairs = cKDTree(ends).query_pairs(tolerance_m, output_type="ndarray")
    linked = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ends), len(ends)))
    _, label = connected_components(linked.tocsr(), directed=False)
    _, where = np.unique(label, return_index=True)
    rank = np.empty(len(where), dtype=np.int64)
    rank[np.argsort(where, kind="stable")] = np.arange(len(where))
    label = rank[label]
    return Joined(ends[np.sort(where)], label[: len(first)], label[len(first) :])


@dataclass(frozen=True)
class Piece:
    """A stretch of a way between two junctions: positions of its first and last vertex."""

    first: int
    last: int


def cut_at_junctions(vertices: Sequence[int], junctions: set[int]) -> list[Piece]:
    """
    Cut a way, given by the ids of its vertices, where it passes a junction.

    Examples
    --------
    >>> cut_at_junctions([1, 2, 3, 4], {1, 3, 4})
    [Piece(first=0, last=2), Piece(first=2, last=3)]
    """
    cuts = [place for place, vertex in enumerate(vertices) if vertex in junctions]
    inner = [0, *(place for place in cuts if 0 < place < len(vertices) - 1), len(vertices) - 1]
    return [Piece(first, last) for first, last in pairwise(inner) if last > first]
