"""Finds gaps, overlaps and slivers in the zones of a draft before they are published."""

from dataclasses import dataclass

import numpy as np
import shapely

from layers.models import LayerVersion
from layers.zoning.models import Zone

#: Shapes meeting nearer than this are one border on the 1 mm grid of stored geometry.
GRID_M = 0.001


@dataclass(frozen=True)
class DraftFinding:
    """
    Something a planner must mend (`blocking`) or should look at.

    `width_m` is the diameter of the largest inscribed circle of the piece; `shape` lies in the metric CRS.
    """

    kind: str
    blocking: bool
    codes: tuple[str, ...]
    area_m2: float
    width_m: float
    shape: shapely.Geometry


def findings(draft: LayerVersion) -> list[DraftFinding]:
    """What is wrong with the zones of a draft, the widest first."""
    rows = list(Zone.objects.filter(layer_version=draft).values_list("code", "geometry"))
    before = list(Zone.objects.filter(layer_version_id=draft.base_id).values_list("geometry", flat=True))
    shapes = _shapely([geometry for _, geometry in rows])
    codes = [code for code, _ in rows]
    accuracy_m = draft.positional_accuracy_m or 0.0
    found = overlaps(codes, shapes, accuracy_m) + gaps(codes, shapes, _shapely(before), accuracy_m)
    return sorted(found, key=lambda finding: -finding.width_m)


def overlaps(codes: list[str], shapes: np.ndarray, accuracy_m: float) -> list[DraftFinding]:
    """
    Where two zones cover one ground; wider than the layer's accuracy it must be mended.

    Examples
    --------
    >>> two = np.array([shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)])
    >>> [(found.codes, found.area_m2, found.blocking) for found in overlaps(["R", "M"], two, 0.1)]
    [(('R', 'M'), 10.0, True)]
    """
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    common = shapely.intersection(shapes[first], shapes[second])
    return [
        finding
        for one, other, piece in zip(first, second, common, strict=True)
        for finding in _pieces("overlap", (codes[one], codes[other]), piece, accuracy_m)
    ]


def gaps(codes: list[str], shapes: np.ndarray, before: np.ndarray, accuracy_m: float) -> list[DraftFinding]:
    """Ground that the base version zoned and this one leaves without a zone."""
    if not len(before):
        return []
    lost = shapely.difference(
        shapely.union_all(before, grid_size=GRID_M), shapely.union_all(shapes, grid_size=GRID_M)
    )
    found = []
    for piece in shapely.get_parts(lost):
        around = tuple(
            code
            for code, touches in zip(codes, shapely.dwithin(shapes, piece, 2 * GRID_M), strict=True)
            if touches
        )
        found += _pieces("gap", around, piece, accuracy_m)
    return found


def _pieces(
    kind: str, codes: tuple[str, ...], shape: shapely.Geometry, accuracy_m: float
) -> list[DraftFinding]:
    found = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or shapely.area(part) <= 0:
            continue
        width_m = 2 * shapely.length(shapely.maximum_inscribed_circle(part, tolerance=GRID_M / 10))
        if width_m > GRID_M:
            area_m2 = float(shapely.area(part))
            found.append(DraftFinding(kind, bool(width_m > accuracy_m), codes, area_m2, float(width_m), part))
    return found


def _shapely(geometries: list) -> np.ndarray:
    return shapely.from_wkb([bytes(geometry.wkb) for geometry in geometries])
