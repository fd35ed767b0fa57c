"""Cuts a block into lots: rows along a spine, or an organic tangle; gives the cutting lines only."""

import math

import numpy as np
import shapely

LOT_WIDTH_M = {"planned": (9.5, 13.0), "old": (7.5, 15.0), "core": (6.0, 12.0)}


def row_cuts(block: shapely.Polygon, fabric: str, rng: np.random.Generator) -> list[np.ndarray]:
    """
    Lines that cut a long block into one, two or three rows of lots across its long side.

    A few columns are left through from street to street, a few take a corner of the lot behind (L-shaped),
    and some lots are as wide as two. Lines are (2, 2) arrays, not yet clipped to the block.
    """
    frame = _frame(block)
    if frame is None:
        return []
    origin, u, v, length, depth = frame
    at = np.linspace(length * 0.06, length * 0.94, max(3, int(length / 14)))
    low, high = _chords(block, origin, u, v, at, depth)
    if low is None:
        return []
    low, high = _smoothed(at, low, fabric), _smoothed(at, high, fabric)
    mean_depth = float(np.mean(high - low))
    rows = 1 if mean_depth < 27 else 2 if mean_depth < 74 else 3
    narrow, wide = LOT_WIDTH_M[fabric]
    usual = rng.uniform(narrow + 0.5, wide - 0.5)
    spread = 0.0 if fabric == "planned" else 0.22
    shares = _row_borders(rows, fabric, rng)

    def border(share: float, x: np.ndarray) -> np.ndarray:
        y = low + (high - low) * share
        ends = np.array([at[0] - 40, *at, at[-1] + 40])
        step = (y[1] - y[0]) / (at[1] - at[0]), (y[-1] - y[-2]) / (at[-1] - at[-2])
        return np.interp(x, ends, np.array([y[0] - 40 * step[0], *y, y[-1] + 40 * step[1]]))

    lines: list[np.ndarray] = []
    common = _cut_positions(length, usual, spread, rng)
    previous: np.ndarray | None = None
    for row in range(rows):
        same = fabric == "planned" or row == 0
        cuts = common if same else _cut_positions(length, usual * rng.uniform(0.9, 1.1), spread, rng)
        lines += _column_lines(cuts, row, shares, border, rng, spread)
        if row > 0:
            lines += _spine(
                shares[row], common if previous is None else previous, border, length, shares, rng
            )
        previous = cuts
    to_metres = np.array([u, v])
    return [origin + line @ to_metres for line in lines]


def organic_pieces(block: shapely.Polygon, rng: np.random.Generator) -> list[shapely.Polygon]:
    """The lots of an old quarter: the block halved across its longer side, again and again."""
    pieces, waiting = [], [(block, 0)]
    while waiting:
        piece, depth = waiting.pop()
        wanted = float(np.exp(rng.normal(5.05, 0.5)))
        if piece.area < wanted * 1.45 or depth > 9:
            pieces.append(piece)
            continue
        parts = _halve(piece, rng)
        if len(parts) < 2:
            pieces.append(piece)
            continue
        waiting += [(part, depth + 1) for part in parts]
    return pieces


def _halve(piece: shapely.Polygon, rng: np.random.Generator) -> list[shapely.Polygon]:
    frame = _frame(piece)
    if frame is None:
        return []
    origin, u, v, length, depth = frame
    x = length * rng.uniform(0.36, 0.64)
    lean = rng.normal(0, 0.07) * depth
    low, high = np.array([x - lean, -depth]), np.array([x + lean, 2 * depth])
    far = np.array([-length, 2 * depth]), np.array([-length, -depth])
    side = shapely.Polygon(origin + np.array([low, high, *far]) @ np.array([u, v]))
    both = [shapely.intersection(piece, side), shapely.difference(piece, side)]
    return [part for one in both for part in _polygons(one) if part.area > 12]


def _smoothed(at: np.ndarray, y: np.ndarray, fabric: str) -> np.ndarray:
    """A straight or gently bent line through the middle part of a block's side, its skewed ends left out."""
    middle = slice(len(at) // 5, len(at) - len(at) // 5)
    degree = 2 if fabric == "planned" and len(at[middle]) > 4 else 1
    if len(at[middle]) < 2:
        return y
    fit = np.polynomial.Polynomial.fit(at[middle], y[middle], degree)
    return fit(at)


def _row_borders(rows: int, fabric: str, rng: np.random.Generator) -> list[float]:
    shift = 0.0 if fabric == "planned" else rng.uniform(-0.06, 0.06)
    inner = {1: [], 2: [0.5 + shift], 3: [0.36 + shift, 0.66 + shift]}[rows]
    return [0.0, *inner, 1.0]


def _cut_positions(length: float, usual: float, spread: float, rng: np.random.Generator) -> np.ndarray:
    count = max(1, round(length / usual))
    widths = np.ones(count) + (rng.uniform(-spread, spread, count) if spread else 0)
    if count > 4:
        widths[rng.random(count) < 0.05] *= 1.8
    edges = np.concatenate([[0], np.cumsum(widths)]) / widths.sum() * length
    return edges[1:-1]


def _column_lines(cuts, row, shares, border, rng, spread) -> list[np.ndarray]:
    start, end = shares[row], shares[row + 1]
    slope = np.clip(border(0.5, cuts + 1) - border(0.5, cuts), -0.2, 0.2)
    y0, y1, middle = border(start, cuts), border(end, cuts), border(0.5, cuts)
    lean = rng.normal(0, 0.35, len(cuts)) if spread else np.zeros(len(cuts))
    margin_low, margin_high = (25.0 if start == 0 else 0.0), (25.0 if end == 1 else 0.0)
    from_x = cuts - slope * (y0 - margin_low - middle)
    to_x = cuts - slope * (y1 + margin_high - middle) + lean
    return [
        np.array([[a, b - margin_low], [c, d + margin_high]])
        for a, b, c, d in zip(from_x, y0, to_x, y1, strict=True)
    ]


def _spine(share, cuts, border, length, shares, rng) -> list[np.ndarray]:
    """The line between two rows, piece by piece; some pieces left out so that lots join across it."""
    marks = np.concatenate([[-15.0], cuts, [length + 15.0]])
    y = border(share, marks)
    lines = []
    for k in range(len(marks) - 1):
        a, b = np.array([marks[k], y[k]]), np.array([marks[k + 1], y[k + 1]])
        kind = rng.random()
        inner = 0 < k < len(marks) - 2
        if inner and kind < 0.013:
            continue
        if inner and kind < 0.040:
            middle = (a + b) / 2
            top = np.array([middle[0], border(shares[shares.index(share) + 1], middle[:1])[0]])
            lines += [
                np.array([a, middle]),
                np.array([middle, top + np.array([0.0, 25.0 if shares[-2] == share else 0.0])]),
            ]
            continue
        lines.append(np.array([a, b]))
    return lines


def _frame(block: shapely.Polygon):
    """Origin, unit vectors along and across, length and depth of the smallest rectangle about a block."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(block))
    if len(corners) < 5:
        return None
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if lengths.min() < 2:
        return None
    k = int(np.argmax(lengths))
    u = sides[k] / lengths[k]
    if u[0] < 0:
        u = -u
    v = np.array([-u[1], u[0]])
    local = corners[:4] @ np.array([u, v]).T
    origin = local.min(axis=0) @ np.array([u, v])
    return origin, u, v, float(lengths[k]), float(lengths[1 - k])


def _chords(block, origin, u, v, at, depth):
    starts = origin + at[:, None] * u - v
    ends = starts + (depth + 2) * v
    lines = shapely.linestrings(np.stack([starts, ends], axis=1))
    inside = shapely.intersection(lines, block)
    coordinates, index = shapely.get_coordinates(inside, return_index=True)
    if len(np.unique(index)) < len(at):
        return None, None
    y = (coordinates - origin) @ v
    low = np.full(len(at), math.inf)
    high = np.full(len(at), -math.inf)
    np.minimum.at(low, index, y)
    np.maximum.at(high, index, y)
    return low, high


def _polygons(shape) -> list[shapely.Polygon]:
    parts = shapely.get_parts(shape)
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
