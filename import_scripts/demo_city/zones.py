"""The zoning plan of the invented city: polygons with codes in the manner of a Tehran-like plan."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from import_scripts.demo_city.mains import EAST, NORTH, SOUTH, WEST, Mains
from import_scripts.demo_city.mesh import CORE, OLD, PLANNED, RURAL
from import_scripts.demo_city.tiling import GRID_M, Faces

NAMES = {
    "R111": "مسکونی عام، تراکم کم، دو طبقه",
    "R112": "مسکونی عام، تراکم کم، سه طبقه",
    "R121": "مسکونی عام، تراکم متوسط، چهار طبقه",
    "R122": "مسکونی عام، تراکم متوسط، پنج طبقه",
    "R131": "مسکونی عام، تراکم زیاد، شش طبقه",
    "R211": "مسکونی ارزشمند تاریخی",
    "R221": "مجتمع‌ها و شهرک‌های مسکونی",
    "S121": "راستهٔ تجاری‌ـ‌خدماتی منطقه‌ای",
    "S211": "گسترهٔ بازار",
    "S221": "خدمات عمومی",
    "S311": "کار و کارگاه",
    "M112": "محور مختلط با غلبهٔ مسکونی",
    "M114": "محور فرهنگی‌ـ‌گردشگری",
    "M115": "محور خدمات محلی",
    "G111": "بوستان عمومی",
    "G211": "باغ و زمین باز",
    "G311": "حریم مسیل و رود",
}
NAMES_EN = {
    "R111": "Housing, low density, two storeys",
    "R112": "Housing, low density, three storeys",
    "R121": "Housing, medium density, four storeys",
    "R122": "Housing, medium density, five storeys",
    "R131": "Housing, high density, six storeys",
    "R211": "Historic housing",
    "R221": "Housing estates",
    "S121": "District shopping street",
    "S211": "Bazaar",
    "S221": "Public services",
    "S311": "Workshops",
    "M112": "Mixed axis, mostly housing",
    "M114": "Culture and tourism axis",
    "M115": "Local services axis",
    "G111": "Public park",
    "G211": "Gardens and open land",
    "G311": "River protection",
}
USE_CODES = {
    "park": "G111",
    "open_land": "G211",
    "school": "S221",
    "mosque": "S221",
    "clinic": "S221",
    "workshop": "S311",
    "complex": "R221",
}
EARLIER = {
    "R121": "R112",
    "R122": "R121",
    "R131": "R122",
    "M112": "R122",
    "M115": "R121",
    "S121": "M115",
}
"""What a zone was in the plan before, where the plan in force changed it: mostly less dense housing."""
CHANGED_SHARE = 0.35
STRIP_DEPTH_M = 17.5
SLIVER_M = 0.12
"""Where a zone's border was drawn beside the lots' line: less than the accuracy of either."""


@dataclass(frozen=True)
class Strip:
    """A commercial or mixed strip along a main street, and its code."""

    shape: shapely.Geometry
    code: str


def zone_polygons(
    mains: Mains, cell: tuple[int, int], faces: Faces, rng: np.random.Generator
) -> list[tuple[shapely.Polygon, str]]:
    """
    Zone polygons of a cell, tiling it without its main streets.

    Most strips follow lot lines; some are drawn at a fixed depth and cut lots in two; some miss the lots'
    line by less than the accuracy.
    """
    fabric = mains.mesh.fabric(*cell)
    outline = shapely.Polygon(faces.ring)
    if fabric == RURAL:
        return [(outline, "G211")]
    base = "R121" if (faces.uses == "given").any() else _base(fabric, cell, mains)
    special = _special(faces)
    strips = _strips(mains, cell, faces, fabric, outline, rng)
    lines = [outline.boundary, *(shapely.boundary(shape) for shape, _ in special)]
    lines += [shapely.boundary(strip.shape) for strip in strips]
    noded = shapely.union_all(lines, grid_size=GRID_M)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inner = shapely.point_on_surface(parts)
    codes = np.full(len(parts), base, dtype=object)
    for shape, code in [*reversed([(s.shape, s.code) for s in strips]), *special]:
        shapely.prepare(shape)
        codes[shapely.contains(shape, inner)] = code
    inside = shapely.contains(outline, inner)
    return _dissolved(parts[inside], codes[inside])


def earlier_plan(zones: pd.DataFrame, changed_at: shapely.Point, seed: int) -> pd.DataFrame:
    """
    The zones of the plan before: the same ground, with other codes in a third of those that may change.

    The zone at `changed_at` is among them, so that there is a known place at which the day matters.
    """
    rng = np.random.default_rng([seed, 32])
    changed = rng.random(len(zones)) < CHANGED_SHARE
    changed |= shapely.contains(zones["geometry"].to_numpy(), changed_at)
    codes = [
        EARLIER.get(code, code) if other else code for code, other in zip(zones["code"], changed, strict=True)
    ]
    names = {"name_fa": [NAMES[code] for code in codes], "name_en": [NAMES_EN[code] for code in codes]}
    return zones.assign(code=codes, **names)


def _base(fabric: str, cell: tuple[int, int], mains: Mains) -> str:
    i, j = cell
    choice = np.random.default_rng([mains.mesh.seed, 31, i, j]).random()
    if fabric == CORE:
        return "R211"
    if fabric == OLD:
        return "R112" if choice < 0.4 else "R121" if choice < 0.9 else "R111"
    if fabric == PLANNED:
        return "R121" if choice < 0.42 else "R122" if choice < 0.78 else "R131" if choice < 0.9 else "R112"
    return "G211"


def _special(faces: Faces) -> list[tuple[shapely.Geometry, str]]:
    found = []
    for block in sorted({int(b) for b in faces.blocks if b >= 0}):
        rows = np.flatnonzero(faces.blocks == block)
        use = faces.uses[rows[0]]
        if use in USE_CODES:
            found.append((shapely.coverage_union_all(faces.shapes[rows]), USE_CODES[use]))
    return found


def _strips(mains, cell, faces, fabric, outline, rng) -> list[Strip]:
    strips = []
    lots = faces.shapes[(faces.kinds == "lot") & np.isin(faces.uses, ["lots", "given"])]
    for side in (SOUTH, EAST, NORTH, WEST):
        host = mains.host(*cell, side)
        if host is None or len(lots) == 0 or rng.random() > (0.5 if fabric == CORE else 0.72):
            continue
        code = _strip_code(host.width_m / mains.scale(), fabric, host.name, rng)
        near = shapely.distance(lots, host.shape) < host.width_m / 2 + 0.6
        if not near.any():
            continue
        manner = rng.random()
        if manner < 0.14:
            shape = shapely.buffer(host.shape, host.width_m / 2 + STRIP_DEPTH_M, cap_style="flat")
            shape = shapely.intersection(shape, outline)
        else:
            shape = shapely.coverage_union_all(lots[near])
            if manner < 0.26:
                shape = shapely.intersection(shapely.buffer(shape, SLIVER_M, join_style="mitre"), outline)
        strips.append(Strip(shape, code))
    return strips


def _strip_code(width_m: float, fabric: str, name: str, rng: np.random.Generator) -> str:
    if "بازار" in name:
        return "S211"
    if fabric == CORE:
        return "M114"
    if width_m >= 28:
        return "M112" if rng.random() < 0.6 else "S121"
    return "M115"


def _dissolved(parts: np.ndarray, codes: np.ndarray) -> list[tuple[shapely.Polygon, str]]:
    found = []
    for code in sorted(set(codes)):
        union = shapely.coverage_union_all(parts[codes == code])
        found += [(part, code) for part in shapely.get_parts(union) if part.geom_type == "Polygon"]
    return found
