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
    masks = []
    for lot, share in zip(lots, rng.normal(0.6, 0.035, len(lots)), strict=True):
        masks.append(_northern(lot, float(np.clip(share, 0.5, 0.72)), rng.random() < 0.22))
    return shapely.intersection(lots, np.array(masks, dtype=object))


def _northern(lot: shapely.Polygon, share: float, well: bool) -> shapely.Polygon:
    corners = shapely.get_coordinates(shapely.oriented_envelope(lot))[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.maximum(np.hypot(sides[:, 0], sides[:, 1]), 1e-6)
    k = int(np.argmax(lengths))
    v = sides[k] / lengths[k]
    if v[1] < 0:
        v = -v
    u = np.array([v[1], -v[0]])
    points = corners @ np.array([u, v]).T
    (u0, v0), (u1, v1) = points.min(axis=0), points.max(axis=0)
    start = v1 - (v1 - v0) * share
    ring = np.array([[u0 - 1, start], [u1 + 1, start], [u1 + 1, v1 + 1], [u0 - 1, v1 + 1]])
    holes = []
    if well and u1 - u0 > 7 and (v1 - v0) * share > 9:
        x, y = u0 + (u1 - u0) * 0.62, start + (v1 - start) * 0.45
        holes = [np.array([[x, y], [x + 2.6, y], [x + 2.6, y + 3.4], [x, y + 3.4]]) @ np.array([u, v])]
    return shapely.Polygon(ring @ np.array([u, v]), holes)


def _single(shapes: np.ndarray) -> np.ndarray:
    found = np.full(len(shapes), None, dtype=object)
    for k, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        largest = max(parts, key=shapely.area, default=None)
        if largest is not None and largest.area > 12:
            rounded = shapely.set_precision(largest, 0.001)
            if rounded.geom_type == "Polygon" and not rounded.is_empty:
                found[k] = rounded
    return found
