"""Footprints and storeys of the houses: courtyards in the core, the northern 60 % elsewhere."""

import numpy as np
import shapely


def footprints(
    lots: np.ndarray, fabrics: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """
    A footprint for each lot (None where nothing is built) and its storeys.

    Parameters
    ----------
    lots
        (n,) polygons.

    Returns
    -------
    tuple
        (n,) polygons or None, and (n,) storeys.
    """
    shapes = np.full(len(lots), None, dtype=object)
    built = rng.random(len(lots)) > 0.045
    core = (fabrics == "core") & built
    rows = (fabrics != "core") & built
    shapes[core] = _courtyard(lots[core], rng)
    shapes[rows] = _row_houses(lots[rows], rng)
    usual = np.where(fabrics == "core", 1.4, np.where(fabrics == "old", 2.2, 3.4))
    storeys = np.clip(np.round(rng.normal(usual, 0.9)), 1, 6)
    return _single(shapes), storeys


def _courtyard(lots: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The lot about its yard: a rectangle in its middle, turned with it."""
    if len(lots) == 0:
        return lots
    frames = shapely.oriented_envelope(lots)
    middle = shapely.get_coordinates(shapely.point_on_surface(lots))
    yards = []
    for frame, centre, share in zip(frames, middle, rng.uniform(0.36, 0.5, len(lots)), strict=True):
        corners = shapely.get_coordinates(frame)
        yards.append(shapely.Polygon((corners - corners[:4].mean(axis=0)) * share + centre))
    inner = shapely.buffer(lots, -2.4, join_style="mitre")
    return shapely.difference(lots, shapely.intersection(np.array(yards, dtype=object), inner))


def _row_houses(lots: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The northern part of the lot over its full width, now and then with a light well."""
    if len(lots) == 0:
        return lots
    share = np.clip(rng.normal(0.6, 0.035, len(lots)), 0.5, 0.72)
    return shapely.intersection(lots, _northern(lots, share, rng.random(len(lots)) < 0.22))


def _northern(lots: np.ndarray, share: np.ndarray, well: np.ndarray) -> np.ndarray:
    """What of each lot's surrounding rectangle lies in its northern share, with a hole for a well."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(lots)).reshape(-1, 5, 2)[:, :4]
    sides = np.roll(corners, -1, axis=1) - corners
    lengths = np.maximum(np.hypot(sides[..., 0], sides[..., 1]), 1e-6)
    longest = np.arange(len(lots)), np.argmax(lengths, axis=1)
    v = sides[longest] / lengths[longest][:, None]
    v = np.where(v[:, 1:] < 0, -v, v)
    axes = np.stack([np.column_stack([v[:, 1], -v[:, 0]]), v], axis=1)
    points = corners @ axes.transpose(0, 2, 1)
    (u0, v0), (u1, v1) = points.min(axis=1).T, points.max(axis=1).T
    start = v1 - (v1 - v0) * share
    outlines = shapely.linearrings(_rectangles(u0 - 1, start, u1 + 1, v1 + 1) @ axes)
    masks = shapely.polygons(outlines)
    deep = np.flatnonzero(well & (u1 - u0 > 7) & ((v1 - v0) * share > 9))
    x, y = u0 + (u1 - u0) * 0.62, start + (v1 - start) * 0.45
    wells = shapely.linearrings((_rectangles(x, y, x + 2.6, y + 3.4) @ axes)[deep])
    masks[deep] = shapely.polygons(outlines[deep], wells[:, None])
    return masks


def _rectangles(west: np.ndarray, south: np.ndarray, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Corners (n, 4, 2) of rectangles."""
    xs, ys = np.stack([west, east, east, west], axis=1), np.stack([south, south, north, north], axis=1)
    return np.stack([xs, ys], axis=-1)


def _single(shapes: np.ndarray) -> np.ndarray:
    """The largest part of each shape, in whole millimetres; None where it is no house."""
    found = np.full(len(shapes), None, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas = shapely.area(parts)
    ranked = np.lexsort((-areas, owner))
    largest = ranked[np.unique(owner[ranked], return_index=True)[1]]
    largest = largest[areas[largest] > 12]
    rounded = shapely.set_precision(parts[largest], 0.001)
    houses = (shapely.get_type_id(rounded) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(rounded)
    found[owner[largest][houses]] = rounded[houses]
    return found
