"""Checks a proposed subdivision of a lot (تفکیک), and whether lots may become one (تجمیع)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.plane import PASSING_M, Floats, Shapes, moved, parts_by_size, shapes
from gis_core.constraints.slivers import inscribed_diameter_m

#: Borders this near to each other are one border, in metres.
SAME_BORDER_M = 1e-5


@dataclass(frozen=True)
class Subdivision:
    """Measures of a proposed subdivision, and the checks that it fails, in the order of the rule book."""

    parent_m2: float
    lot_m2: Floats
    lot_width_m: Floats
    lot_ratio: Floats
    gap_m2: float
    overlap_m2: float
    outside_m2: float
    access_m: Floats
    failed: tuple[str, ...]


def subdivide(
    parent: shapely.Geometry,
    lots: Shapes,
    roads: Shapes,
    passages: Shapes,
    rule: Mapping[str, Any],
    *,
    forced: bool = False,
) -> Subdivision:
    """
    Check lots and roads that are to tile a parent; a subdivision forced by a street need not be large.

    Source: rules.md section 17.
    """
    pieces = np.concatenate([lots, roads])
    together = shapely.union_all(pieces)
    sides = np.array([_sides_m(lot) for lot in lots])
    measured = Subdivision(
        parent_m2=parent.area,
        lot_m2=shapely.area(lots),
        lot_width_m=np.array([inscribed_diameter_m(lot) for lot in lots])
        if rule["width_measure"] == "INSCRIBED_CIRCLE"
        else sides[:, 0],
        lot_ratio=sides[:, 1] / sides[:, 0],
        gap_m2=shapely.difference(parent, together).area,
        overlap_m2=max(0.0, float(shapely.area(pieces).sum() - together.area)),
        outside_m2=shapely.difference(together, parent).area,
        access_m=shared_m(lots, shapely.union_all(np.concatenate([roads, passages]))),
        failed=(),
    )
    checks = _checks(measured, float(shapely.area(pieces).sum()), rule)
    exempt = SIZE_CHECKS if forced and rule.get("forced_subdivision_exempt") else ()
    failed = tuple(name for name, passed in checks.items() if not passed and name not in exempt)
    return Subdivision(**(vars(measured) | {"failed": failed}))


SIZE_CHECKS = ("PARENT_AREA", "LOT_AREA", "LOT_WIDTH", "LENGTH_TO_WIDTH")
#: What may force a subdivision (تفکیک قهری): a street that cuts the land, a court, or an inheritance.
GROUNDS = ("STREET", "COURT", "INHERITANCE")


def forcing_grounds(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """
    The grounds on which a rule spares a subdivision its sizes; a street alone unless it names them.

    Examples
    --------
    >>> forcing_grounds({"forced_subdivision_exempt": True})
    ('STREET',)
    >>> forcing_grounds({"forced_subdivision_exempt": False, "forced_grounds": ["COURT"]})
    ()
    """
    if not rule.get("forced_subdivision_exempt"):
        return ()
    return tuple(rule.get("forced_grounds", GROUNDS[:1]))


def _checks(found: Subdivision, sum_m2: float, rule: Mapping[str, Any]) -> dict[str, bool]:
    slack = PASSING_M
    topology_m2 = rule["topology_m2"] + slack
    permitted_m2 = rule["area_sum_share"] * found.parent_m2 + slack
    return {
        "PARENT_AREA": found.parent_m2 >= rule["parent_min_m2"] - slack,
        "LOT_AREA": bool((found.lot_m2 >= rule["lot_min_m2"] - slack).all()),
        "LOT_WIDTH": bool((found.lot_width_m >= rule["width_min_m"] - slack).all()),
        "LENGTH_TO_WIDTH": bool((found.lot_ratio <= rule["ratio_max"] + slack).all()),
        "NO_GAP": found.gap_m2 <= topology_m2,
        "NO_OVERLAP": found.overlap_m2 <= topology_m2,
        "INSIDE_PARENT": found.outside_m2 <= topology_m2,
        "ACCESS": bool((found.access_m >= rule["access_min_m"] - slack).all()),
        "AREA_SUM": abs(sum_m2 - found.parent_m2) <= permitted_m2,
    }


def article_101(rule: Mapping[str, Any]) -> tuple[float, float, float]:
    """
    Largest public share, largest share of passages, and what remains at least, in m² (Article 101).

    Examples
    --------
    >>> rule = {"land_m2": 2000, "applies_above_m2": 500, "public_percent": 25}
    >>> article_101(rule | {"passage_percent_of_remainder": 25})
    (500.0, 375.0, 1125.0)
    """
    land_m2 = float(rule["land_m2"])
    if land_m2 <= rule["applies_above_m2"]:
        return 0.0, 0.0, land_m2
    public_m2 = land_m2 * rule["public_percent"] / 100
    passages_m2 = (land_m2 - public_m2) * rule["passage_percent_of_remainder"] / 100
    return public_m2, passages_m2, land_m2 - public_m2 - passages_m2


@dataclass(frozen=True)
class Consolidation:
    """The union of lots, their common borders, and why they may not become one lot; no reason: they may."""

    union: shapely.Geometry
    shared_edge_m: float
    part_count: int
    reasons: tuple[str, ...]


def consolidate(
    lots: Shapes, owners: Sequence[str], passages: Shapes, min_shared_edge_m: float
) -> Consolidation:
    """
    Whether lots may be merged: one part, a shared edge for every lot, one owner, no passage between.

    Source: rules.md section 18.
    """
    union = shapely.union_all(lots)
    parts = len(parts_by_size(union))
    every = range(len(lots))
    shared = [shared_m(lots[[lot]], shapely.union_all(np.delete(lots, lot)))[0] for lot in every]
    pairs = [shared_m(lots[[one]], lots[other])[0] for one, other in combinations(every, 2)]
    reasons = {
        "NOT_ONE_PART": parts != 1,
        "SHARED_EDGE_TOO_SHORT": any(length <= min_shared_edge_m - PASSING_M for length in shared),
        "DIFFERENT_OWNERS": len(set(owners)) > 1,
        "PASSAGE_BETWEEN": _passage_between(lots, union, passages),
    }
    return Consolidation(
        union, float(sum(pairs)), parts, tuple(name for name, holds in reasons.items() if holds)
    )


def _sides_m(lot: shapely.Geometry) -> tuple[float, float]:
    """Short and long side of the smallest rectangle around a lot, measured near the origin."""
    near = moved(shapes(lot), -np.floor(np.array(lot.bounds[:2])))[0]
    points = shapely.get_coordinates(shapely.oriented_envelope(near))
    first, second = np.hypot(*np.diff(points[:3], axis=0).T)
    return float(min(first, second)), float(max(first, second))


def shared_m(lots: Shapes, other: shapely.Geometry) -> Floats:
    """How much of the border of each lot lies on another shape, in metres."""
    border = shapely.boundary(lots)
    return shapely.length(shapely.intersection(border, shapely.buffer(other, SAME_BORDER_M)))


def _passage_between(lots: Shapes, union: shapely.Geometry, passages: Shapes) -> bool:
    """Whether a passage crosses the ground between two lots that is none of theirs."""
    ways = shapes(*[shapely.shortest_line(one, other) for one, other in combinations(lots, 2)])
    # Of lots in a row the way from the first to the last runs over those between, perhaps along the street.
    between = shapely.difference(ways, shapely.buffer(union, SAME_BORDER_M))
    return any(shapely.intersects(passage, between).any() for passage in passages)
