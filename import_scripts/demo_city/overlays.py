"""What restricts land in the invented city: heritage, qanats, water, power lines, a fault."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from import_scripts.demo_city import reference as ref
from import_scripts.demo_city.city import ORIGIN, DemoCity
from import_scripts.demo_city.layout import along
from import_scripts.demo_city.mesh import CORE


@dataclass(frozen=True)
class Overlay:
    """A layer with its features; `extent` is how far its survey reaches, `accuracy_m` how exactly."""

    key: str
    title_fa: str
    title_en: str
    accuracy_m: float
    extent: shapely.Polygon
    features: pd.DataFrame


def overlays(city: DemoCity) -> list[Overlay]:
    """All overlay layers of the city, in a fixed order."""
    whole = shapely.box(*shapely.total_bounds(city.districts["geometry"].to_numpy())).buffer(50)
    rng = np.random.default_rng([city.seed, 21])
    layers = [
        _heritage(city, whole),
        _qanats(city, whole, rng),
        Overlay("river-bed", "بستر رود", "River bed", 0.5, whole, _river(city)),
        Overlay("canals", "مادی‌ها", "Madi canals", 0.2, whole, _canals(city)),
        Overlay("power-lines", "خطوط هوایی برق", "Overhead power lines", 0.3, whole, _power(city)),
        Overlay("faults", "پهنهٔ گسل", "Fault zone", 5.0, whole, _fault(city)),
        Overlay("airport", "سطوح محدودیت فرودگاه", "Airport height surfaces", 1.0, whole, _airport(city)),
        Overlay("planned-streets", "گذرهای طرح", "Planned streets", 0.1, whole, _planned(city)),
    ]
    return [replace(layer, features=_clear_of_reference(city, layer.features)) for layer in layers]


def _clear_of_reference(city: DemoCity, features: pd.DataFrame) -> pd.DataFrame:
    """Features keep 60 m away from the reference lot, whose published answer knows no restriction."""
    lots = city.parcels
    clearing = shapely.buffer(lots.loc[lots["key"] == ref.KEY, "geometry"].iloc[0], 60.0, quad_segs=4)
    shapes = features["geometry"].to_numpy()
    shapes = np.where(shapely.intersects(shapes, clearing), shapely.difference(shapes, clearing), shapes)
    kept = features.assign(geometry=shapes)[~shapely.is_empty(shapes)]
    return kept.reset_index(drop=True)


def _frame(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["code", "name_fa", "name_en", "attributes", "geometry"])


def _line(city: DemoCity, *stops: tuple[float, float]) -> shapely.LineString:
    """A line through places given in mesh parameters."""
    parts = [along(city.mesh, np.array(a), np.array(b), 12) for a, b in pairwise(stops)]
    return shapely.LineString(np.round(np.vstack(parts) + ORIGIN, 3))


def _heritage(city: DemoCity, whole: shapely.Polygon) -> Overlay:
    core = [c for c in _cells(city) if city.mesh.fabric(*c) == CORE]
    s, t = city.mesh.centre
    rings = [shapely.Polygon(_square(city, i, j)) for i, j in core]
    middle = min(range(len(core)), key=lambda k: abs(core[k][0] + 0.5 - s) + abs(core[k][1] + 0.5 - t))
    zone = shapely.union_all(rings)
    inner = shapely.buffer(rings[middle].centroid, city.mesh.pitch_m * 0.32, quad_segs=6)
    second = shapely.difference(shapely.buffer(zone, -city.mesh.pitch_m * 0.12), inner)
    rows = [("H-1", "عرصهٔ بافت کهن", "Heritage core", {"category": "core"}, _clean(inner))]
    rows += [
        (
            f"H-{k}",
            "حریم بافت کهن",
            "Heritage buffer",
            {"category": "buffer", "max_height_m": 7.5},
            _clean(part),
        )
        for k, part in enumerate(shapely.get_parts(second), start=2)
    ]
    return Overlay("heritage", "میراث فرهنگی", "Cultural heritage", 0.3, whole, _frame(rows))


def _qanats(city: DemoCity, whole: shapely.Polygon, rng: np.random.Generator) -> Overlay:
    """Wells in two lines; the survey ends in the east and leaves a gap in the north."""
    n = city.mesh.lines
    rows = []
    for number, (start, end) in enumerate(
        [((1.6, n - 1.2), (n * 0.55, n * 0.35)), ((n * 0.5, n - 1.5), (n * 0.62, 1.4))]
    ):
        line = _line(city, start, end)
        for k, at in enumerate(np.arange(15, line.length, 38.0)):
            point = line.interpolate(at)
            place = shapely.Point(
                round(point.x + rng.uniform(-3, 3), 3), round(point.y + rng.uniform(-3, 3), 3)
            )
            name = f"چاه {k + 1} قنات {'باغ‌نو' if number == 0 else 'چهارسوق'}"
            rows.append((f"Q{number + 1}-{k + 1}", name, f"Well {k + 1}, qanat {number + 1}", {}, place))
    steps = [
        (0.9, 1.0),
        (0.9, 0.84),
        (0.77, 0.8),
        (0.78, 0.63),
        (0.9, 0.6),
        (0.9, 0.42),
        (0.74, 0.38),
        (0.74, 0.2),
    ]
    edge = _line(city, *((a * n, b * n) for a, b in [*steps, (0.91, 0.19), (0.9, 0.0)]))
    west = whole.bounds[0], whole.bounds[1], whole.bounds[3]
    ring = [
        *edge.coords,
        (edge.coords[-1][0], west[1]),
        (west[0], west[1]),
        (west[0], west[2]),
        (edge.coords[0][0], west[2]),
    ]
    gap = _line(city, (n * 0.55, n * 0.62), (n * 0.55, n * 0.62 + 0.01)).centroid.buffer(
        city.mesh.pitch_m * 0.56
    )
    extent = _clean(shapely.difference(shapely.Polygon(ring), gap))
    return Overlay("qanats", "چاه‌های قنات", "Qanat wells", 1.5, extent, _frame(rows))


def _river(city: DemoCity) -> pd.DataFrame:
    bed = shapely.union_all(city.river)
    parts = shapely.get_parts(bed)
    return _frame(
        [(f"B{k + 1}", "بستر رود مینو", "Bed of the Minu river", {}, part) for k, part in enumerate(parts)]
    )


def _canals(city: DemoCity) -> pd.DataFrame:
    rows = []
    for k, line in enumerate(city.madis):
        attributes = {"discharge_m3_s": 1.2 if k % 2 else 2.6, "outside_width_m": 4.5}
        rows.append((f"M{k + 1}", "مادی باغ‌نو", "Madi", attributes, line))
    return _frame(rows)


def _power(city: DemoCity) -> pd.DataFrame:
    n = city.mesh.lines
    column = city.parcels.loc[city.parcels["key"] == ref.KEY, "cell_i"].iloc[0]
    east = 0.2 if column > n / 2 else 0.78
    lines = [
        ("63", 63, 3.5, _line(city, (0.4, n * 0.78), (n * 0.45, n * 0.81), (n - 0.4, n * 0.71))),
        (
            "132",
            132,
            4.6,
            _line(city, (n * east, 0.4), (n * (east + 0.03), n * 0.45), (n * (east - 0.04), n - 0.4)),
        ),
        ("20", 20, 0.9, _line(city, (0.6, n * 0.2), (n * 0.5, n * 0.17), (n - 0.6, n * 0.24))),
    ]
    return _frame(
        [
            (
                f"P{code}",
                f"خط {code} کیلوولت",
                f"{code} kV line",
                {"voltage_kv": kv, "conductor_offset_m": off},
                line,
            )
            for code, kv, off, line in lines
        ]
    )


def _fault(city: DemoCity) -> pd.DataFrame:
    n = city.mesh.lines
    line = _line(city, (n * 0.6, 0.1), (n * 0.8, n * 0.3), (n - 0.1, n * 0.42))
    return _frame([("F1", "گسل جنوب شرقی", "South-eastern fault", {}, _clean(shapely.buffer(line, 35)))])


def _airport(city: DemoCity) -> pd.DataFrame:
    """Surfaces over the south-west: 45 m above the aerodrome, and lower near the runway."""
    centre = _line(city, (0.1, 0.2), (0.5, 0.5)).interpolate(0)
    reach = city.mesh.pitch_m
    low, high = shapely.buffer(centre, reach * 1.7), shapely.buffer(centre, reach * 3.2)
    rows = [
        ("A1", "سطح تقرب", "Approach surface", {"max_height_m": 18.0}, _clean(low)),
        (
            "A2",
            "سطح افقی داخلی",
            "Inner horizontal surface",
            {"max_height_m": 45.0},
            _clean(shapely.difference(high, low)),
        ),
    ]
    return _frame(rows)


def _planned(city: DemoCity) -> pd.DataFrame:
    """Streets that the plan drives through the old fabric: they consume lots and split others."""
    mesh = city.mesh
    s, t = mesh.centre
    reach = mesh.cells * 0.3
    ways = [
        (16.0, (s - reach, t + 0.36), (s + reach, t + 0.44)),
        (14.0, (s - 0.42, t - reach * 0.8), (s - 0.3, t + reach)),
        (12.0, (s + 0.4, t - reach * 0.7), (s + 0.33, t + reach)),
        (10.0, (s - reach, t - 0.4), (s + reach, t - 0.27)),
        (8.0, (s - reach, t + 1.2), (s + reach, t + 1.31)),
        (8.0, (s - reach, t - 0.72), (s + reach, t - 0.66)),
    ]
    rows = []
    for k, (width, start, end) in enumerate(ways):
        shape = shapely.buffer(_line(city, start, end), width / 2, cap_style="flat", join_style="mitre")
        name = f"گذر {int(width)} متری طرح"
        rows.append((f"T{k + 1}", name, f"Planned {int(width)} m street", {"width_m": width}, _clean(shape)))
    return _frame(rows)


def _cells(city: DemoCity) -> list[tuple[int, int]]:
    span = range(1, city.mesh.cells + 1)
    return [(i, j) for i in span for j in span]


def _square(city: DemoCity, i: int, j: int) -> np.ndarray:
    corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
    parts = [along(city.mesh, np.array(a, float), np.array(b, float)) for a, b in pairwise(corners)]
    return np.vstack(parts) + ORIGIN


def _clean(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(shape, 0.001)
