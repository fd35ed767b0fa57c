"""Checks shapes and keys: repairs what has one repair, refuses what has not, and reports every doubt."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from gis_core.city import City
from import_scripts.issues import Doubts, FileRefused, Outcome
from import_scripts.place import outside

TOUCH_M2 = 1e-6
"""Overlaps up to this area are rounding of the file's coordinates, not two owners of one ground."""
GIANT_VERTICES = 500
"""A shape with more vertices (a city's street land in one piece) is compared piece by piece."""
PLAIN_CORNERS = 12
"""Of two shapes with so few corners it is first looked whether an edge parts them."""
REPAIR_SHARE = 0.01
"""A repair that changes the area by more than this share is not certain to be what was meant."""


@dataclass(frozen=True)
class Overlaps:
    """Pairs of shapes that cover one ground: their numbers, common area (m²) and its greatest width (m)."""

    first: np.ndarray
    second: np.ndarray
    area_m2: np.ndarray
    width_m: np.ndarray

    def __len__(self) -> int:
        return len(self.first)


def sound_shapes(
    frame: pd.DataFrame, shapes: np.ndarray, dimension: int, city: City, doubts: Doubts
) -> tuple[pd.DataFrame, np.ndarray]:
    """
    Rows whose shapes are there, of the wanted dimension (0 points, 1 lines, 2 areas), valid and in the city.

    The index of `frame` holds the lines for the report. Returned shapes are valid.
    """
    lines = frame.index.to_numpy()
    kept = np.ones(len(shapes), dtype=bool)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    _refuse(doubts, "EMPTY_SHAPE", lines, empty)
    kept &= ~empty
    wrong = kept & (shapely.get_dimensions(shapes) != dimension)
    for row in np.flatnonzero(wrong):
        wanted = ("point", "line", "polygon")[dimension]
        doubts.add(
            "WRONG_SHAPE",
            line=lines[row],
            field="geometry",
            outcome=Outcome.REFUSED,
            found=shapes[row].geom_type,
            wanted=wanted,
        )
    kept &= ~wrong
    shapes = shapes.copy()
    for row in np.flatnonzero(kept & ~shapely.is_valid(shapes)):
        repaired = _repaired(shapes[row], lines[row], doubts)
        kept[row] &= repaired is not None
        shapes[row] = repaired
    away = kept & outside(shapes, city)
    for row in np.flatnonzero(away):
        x, y = shapely.get_coordinates(shapes[row])[0]
        place = f"{x:.0f}, {y:.0f}"
        doubts.add(
            "OUTSIDE_CITY",
            line=lines[row],
            field="geometry",
            value=place,
            outcome=Outcome.REFUSED,
            place=place,
        )
    kept &= ~away
    return frame[kept], shapes[kept]


def required_values(frame: pd.DataFrame, names: list[str], doubts: Doubts) -> pd.Series:
    """Which rows have all of the named values; the others are refused."""
    kept = pd.Series(True, index=frame.index)
    for name in names:
        missing = frame[name].isna() if name in frame else pd.Series(True, index=frame.index)
        for line in frame.index[missing & kept]:
            doubts.add("MISSING_VALUE", line=line, field=name, outcome=Outcome.REFUSED)
        kept &= ~missing
    return kept


def overlaps(shapes: np.ndarray) -> Overlaps:
    """
    Every pair of areas with a common ground larger than rounding.

    Shapes that fit their neighbours vertex by vertex are passed over at once; only the others are
    compared pair by pair.

    Examples
    --------
    >>> two = np.array([shapely.box(0, 0, 10, 10), shapely.box(9.5, 0, 20, 10), shapely.box(20, 0, 30, 10)])
    >>> found = overlaps(two)
    >>> float(found.area_m2[0]), round(float(found.width_m[0]), 2)
    (5.0, 0.5)
    """
    giant = shapely.get_num_coordinates(shapes) > GIANT_VERTICES
    small = np.flatnonzero(~giant)
    askew = small[_unfitting(shapes[small])]
    first, second = shapely.STRtree(shapes[small]).query(shapes[askew], predicate="intersects")
    pieces, owner = _cut_up(shapes, np.flatnonzero(giant))
    piece, other = shapely.STRtree(shapes).query(pieces, predicate="intersects")
    first = np.concatenate([askew[first], owner[piece]])
    second = np.concatenate([small[second], other])
    ground = np.concatenate([shapes[first[: len(first) - len(piece)]], pieces[piece]])
    return _common_ground(ground, shapes, first, second)


def _unfitting(shapes: np.ndarray) -> np.ndarray:
    """
    Which areas do not fit their neighbours vertex by vertex; the western and eastern half at the same time.

    What reaches over the middle is looked at in both: two neighbours are together in at least one.
    """
    bounds = shapely.bounds(shapes)
    middle = np.nanmedian(bounds[:, 0]) if len(shapes) else 0.0
    halves = [np.flatnonzero(bounds[:, 0] <= middle), np.flatnonzero(bounds[:, 2] >= middle)]
    unfitting = np.zeros(len(shapes), dtype=bool)
    with ThreadPoolExecutor(2) as both:
        found = both.map(lambda half: shapely.coverage_invalid_edges(shapes[half]), halves)
        for half, edges in zip(halves, found, strict=True):
            unfitting[half[~shapely.is_empty(edges)]] = True
    return unfitting


def _common_ground(ground: np.ndarray, shapes: np.ndarray, first: np.ndarray, second: np.ndarray) -> Overlaps:
    """Overlaps of pairs, each once; `ground` is the first shape of a pair, or the piece of it looked at."""
    # of two askew shapes, or two giants, each meets the other: once is enough
    seen = pd.Series(np.minimum(first, second)), pd.Series(np.maximum(first, second))
    leader = pd.DataFrame({"low": seen[0], "high": seen[1], "first": first})
    one_way = (leader.groupby(["low", "high"])["first"].transform("first") == leader["first"]).to_numpy()
    kept = np.flatnonzero(one_way & (first != second))
    kept = kept[~_parted(ground[kept], shapes[second[kept]])]
    ground, first, second = ground[kept], first[kept], second[kept]
    common = _by_two(shapely.intersection, ground, shapes[second])
    found = pd.DataFrame({"first": np.minimum(first, second), "second": np.maximum(first, second)})
    found["area"], found["width"] = shapely.area(common), 0.0
    real = (found["area"] > TOUCH_M2 / 10).to_numpy()
    found.loc[real, "width"] = width_m(common[real])
    pairs = found[real].groupby(["first", "second"], as_index=False).agg({"area": "sum", "width": "max"})
    pairs = pairs[pairs["area"] > TOUCH_M2].sort_values("area", ascending=False, kind="stable")
    return Overlaps(*(pairs[name].to_numpy() for name in ("first", "second", "area", "width")))


def _parted(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """
    Which pairs a line along an edge of the first parts, but for a strip without area worth the name.

    All that two shapes have in common lies in the strip by which they reach over such a line: its width
    by the first one's greatest length is more than the common area. It is a fifth of the work of the
    intersection, which the other pairs still need.
    """
    parted = np.zeros(len(first), dtype=bool)
    corners = np.maximum(shapely.get_num_coordinates(first), shapely.get_num_coordinates(second))
    plain = np.flatnonzero(corners <= PLAIN_CORNERS)
    for few in np.array_split(plain, len(plain) // 50_000 + 1):
        low, high = np.split(shapely.bounds(first[few]), 2, axis=1)
        length = np.hypot(*(high - low).T)
        parted[few] = _least_strip_m(_corners(first[few]), _corners(second[few])) * length < TOUCH_M2 / 10
    return parted


def _least_strip_m(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """By how much two sets of corners (n, k, 2) reach over each other at the first one's edges, the least."""
    ways = np.diff(first, axis=1)
    least = np.full(len(first), np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        across = (
            np.stack([ways[..., 1], -ways[..., 0]], axis=-1) / np.hypot(*np.moveaxis(ways, 2, 0))[..., None]
        )
        for edge in range(ways.shape[1]):
            from_line = [
                ((each - first[:, edge : edge + 1]) @ across[:, edge, :, None])[..., 0]
                for each in (first, second)
            ]
            (here, beyond), (there, before) = ((each.max(axis=1), each.min(axis=1)) for each in from_line)
            least = np.fmin(least, np.fmin(here - before, there - beyond))
    return least


def _corners(shapes: np.ndarray) -> np.ndarray:
    """The corners of shapes as one array (n, k, 2); those of fewer corners repeat their last one."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    count = np.bincount(owner, minlength=len(shapes))
    place = np.minimum(np.arange(count.max(initial=1)), count[:, None] - 1)
    return points[place + (np.cumsum(count) - count)[:, None]]


def _by_two(work: Callable[..., np.ndarray], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What the work makes of two equally long arrays; their halves are done at the same time."""
    half = len(first) // 2
    with ThreadPoolExecutor(2) as both:
        parts = both.map(work, (first[:half], first[half:]), (second[:half], second[half:]))
    return np.concatenate(list(parts))


def _cut_up(shapes: np.ndarray, giants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shapes of very many vertices as pieces of a grid, which are quick to compare, and whose they are."""
    pieces, owners = [np.zeros(0, dtype=object)], [np.zeros(0, dtype=int)]
    for row in giants:
        side = int(np.ceil(np.sqrt(shapely.get_num_coordinates(shapes[row]) / 50)))
        west, south, east, north = shapely.bounds(shapes[row])
        xs, ys = np.linspace(west, east, side + 1), np.linspace(south, north, side + 1)
        cells = shapely.box(
            *np.broadcast_arrays(xs[:-1, None], ys[None, :-1], xs[1:, None], ys[None, 1:])
        ).ravel()
        cut = shapely.intersection(cells[shapely.intersects(cells, shapes[row])], shapes[row])
        cut = cut[shapely.area(cut) > 0]
        pieces.append(cut)
        owners.append(np.full(len(cut), row))
    return np.concatenate(pieces), np.concatenate(owners)


def gaps(shapes: np.ndarray, narrower_than_m: float | None = None) -> np.ndarray:
    """
    Holes between areas that should fit together, largest first; all, or only those that narrow.

    Examples
    --------
    >>> rows = [shapely.box(0, 0, 10, 4), shapely.box(0, 6, 10, 10)]
    >>> ring = [*rows, shapely.box(0, 4, 4, 6), shapely.box(5, 4, 10, 6)]
    >>> shapely.area(gaps(np.array(ring)))
    array([2.])
    """
    whole = shapely.get_parts(shapely.union_all(shapes))
    rings, owner = shapely.get_rings(whole, return_index=True)
    inner = np.concatenate([[False], owner[1:] == owner[:-1]]) if len(rings) else np.zeros(0, dtype=bool)
    holes = shapely.polygons(rings[inner]) if inner.any() else np.zeros(0, dtype=object)
    holes = holes[shapely.area(holes) > 0] if len(holes) else holes
    if narrower_than_m is not None and len(holes):
        holes = holes[width_m(holes) < narrower_than_m]
    return holes[np.argsort(-shapely.area(holes), kind="stable")] if len(holes) else holes


def width_m(shapes: np.ndarray) -> np.ndarray:
    """Greatest width of areas: diameter of the largest circle that fits in (m); 0 for what has no area."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    solid = shapely.area(parts) > 0
    parts, owner = parts[solid], owner[solid]
    widths = np.zeros(len(shapes))
    if len(parts):
        fine_m = np.clip(0.02 * shapely.area(parts) / shapely.length(parts), 1e-6, 0.1)
        circles = shapely.maximum_inscribed_circle(parts, tolerance=fine_m)
        np.maximum.at(widths, owner, 2 * shapely.length(circles))
    return widths


def report_overlaps(found: Overlaps, names: np.ndarray, lines: np.ndarray, doubts: Doubts) -> None:
    """One doubt for each pair, on the row of the second shape."""
    rows = zip(found.first, found.second, found.area_m2, found.width_m, strict=True)
    for first, second, area, width in rows:
        doubts.add(
            "OVERLAP",
            line=lines[second],
            field="geometry",
            value=names[second],
            other=names[first],
            other_line=lines[first],
            area=f"{area:.2f}" if area >= 0.01 else f"{area:.6f}",
            width=f"{width:.2f}",
        )


def report_gaps(holes: np.ndarray, doubts: Doubts) -> None:
    """One doubt for each hole, with a place inside it."""
    for hole in holes:
        x, y = shapely.get_coordinates(shapely.point_on_surface(hole))[0]
        area = shapely.area(hole)
        shown = f"{area:.2f}" if area >= 0.01 else f"{area:.6f}"
        place = f"{x:.2f}, {y:.2f}"
        doubts.add("GAP", field="geometry", value=place, area=shown, place=place)


def stop_if_refused(doubts: Doubts, refused_rows: str) -> None:
    """
    Refuse the whole file when a row was refused and the recipe does not say that such rows may be left out.

    Raises
    ------
    FileRefused
        With the first refused row's reason.
    """
    refused = [doubt for doubt in doubts if doubt.outcome is Outcome.REFUSED]
    if refused and refused_rows == "stop":
        first = refused[0]
        raise FileRefused(
            fa=f"{len(refused)} سطر پذیرفته نیست، از جمله سطر {first.line}: {first.fa} هیچ سطری وارد نشد."
            " آن‌ها را درست کنید، یا در دستور ورود refused_rows را leave_out بگذارید.",
            en=f"{len(refused)} rows are refused, among them row {first.line}: {first.en} Nothing was loaded."
            ' Correct them, or write refused_rows = "leave_out" in the recipe.',
            details={"reason": "REFUSED_ROWS", "lines": sorted(doubts.refused_lines())},
        )


def _refuse(doubts: Doubts, kind: str, lines: np.ndarray, which: np.ndarray) -> None:
    for row in np.flatnonzero(which):
        doubts.add(kind, line=lines[row], field="geometry", outcome=Outcome.REFUSED)


def _repaired(shape: shapely.Geometry, line: int, doubts: Doubts) -> shapely.Geometry | None:
    """The shape made valid, if that leaves its area as it was; otherwise None, and the row is refused."""
    why = shapely.is_valid_reason(shape)
    before = shapely.area(shape)
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    after = shapely.area(mended)
    same_kind = shapely.get_dimensions(mended) == shapely.get_dimensions(shape)
    if (
        same_kind
        and after > 0
        and abs(after - before) <= REPAIR_SHARE * before
        and _same_parts(shape, mended)
    ):
        doubts.add(
            "SELF_CROSSING",
            line=line,
            field="geometry",
            outcome=Outcome.REPAIRED,
            why=why,
            before=f"{before:.2f}",
            after=f"{after:.2f}",
        )
        return mended
    doubts.add("SELF_CROSSING_UNCLEAR", line=line, field="geometry", outcome=Outcome.REFUSED, why=why)
    return None


def _same_parts(before: shapely.Geometry, after: shapely.Geometry) -> bool:
    """Whether the repair left as many parts of a size as there were."""
    areas = shapely.area(shapely.get_parts(after))
    real = (areas > REPAIR_SHARE * areas.sum()).sum()
    return bool(real <= shapely.get_num_geometries(before))
