"""Cuts the corner between two passages (پخ)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.parting import without
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, shapes
from gis_core.constraints.values import Texts

#: Corners whose angle is this near to the end of the automatic range are still automatic, in degrees.
ANGLE_PASSING_DEG = 0.001


@dataclass(frozen=True)
class Corners:
    """
    Corners of lots after widening; every entry is an array of (k,).

    `lot`: position of the lot. `frontage_1`, `frontage_2`: straight lines; the corner is where they meet,
    also beyond their ends. `size_rule` a mapping each (`kind` SUM_OVER_TEN, FIXED with `value_m`,
    TWICE_TENTH_OF_NARROWER); `measure` BASE or LEG; widths are the planned ones in metres.
    """

    lot: Ints
    frontage_1: Shapes
    frontage_2: Shapes
    width_1_m: Floats
    width_2_m: Floats
    size_rule: Texts
    measure: Texts


@dataclass(frozen=True)
class Chamfers:
    """
    What was cut: per corner (k,) status, angle, dimension and legs; per lot (n,) net shape and area lost.

    Status: CUT, CLIPPED (a leg ends with its frontage), NO_AUTOMATIC_VALUE (angle), UNKNOWN (a width is).
    """

    status: Texts
    angle_deg: Floats
    dimension_m: Floats
    leg_1_m: Floats
    leg_2_m: Floats
    base_m: Floats
    triangles: Shapes
    net: Shapes
    lost_m2: Floats
    overlapping: np.ndarray


def cut_corners(lots: Shapes, corners: Corners, policy: Mapping[str, Any]) -> Chamfers:
    """
    Cut the corners of lots by one policy (`automatic_angle_deg`, `minimum_leg_m`, `clip`).

    An isosceles triangle is cut from the corner: its base is c long (BASE), or its legs are (LEG):
    leg = c / (2 sin(angle / 2)). Source: rules.md section 3.
    """
    corner, along_1, along_2, length_1_m, length_2_m = _spokes(corners)
    cosine = np.clip(np.einsum("ij,ij->i", along_1, along_2), -1.0, 1.0)
    angle = np.arccos(cosine)
    dimension_m = _dimensions_m(corners)
    leg_m = np.where(corners.measure == "BASE", dimension_m / (2 * np.sin(angle / 2)), dimension_m)
    leg_m = np.fmax(leg_m, policy.get("minimum_leg_m") or 0.0)
    leg_m[np.isnan(dimension_m)] = np.nan
    leg_1_m, leg_2_m = np.minimum(leg_m, length_1_m), np.minimum(leg_m, length_2_m)
    if policy["clip"] == "ISOSCELES":
        leg_1_m = leg_2_m = np.minimum(leg_1_m, leg_2_m)
    low, high = policy["automatic_angle_deg"]
    angle_deg = np.degrees(angle)
    automatic = (angle_deg >= low - ANGLE_PASSING_DEG) & (angle_deg <= high + ANGLE_PASSING_DEG)
    clipped = (leg_1_m < leg_m - 1e-9) | (leg_2_m < leg_m - 1e-9)
    cut = automatic & ~np.isnan(leg_m)
    triangles = _triangles(
        corner, corner + along_1 * leg_1_m[:, None], corner + along_2 * leg_2_m[:, None], cut
    )
    net = without(lots, corners.lot[cut], triangles[cut])
    base_m = np.sqrt(np.maximum(leg_1_m**2 + leg_2_m**2 - 2 * leg_1_m * leg_2_m * cosine, 0.0))
    return Chamfers(
        status=np.select(
            [~automatic, np.isnan(leg_m), clipped],
            ["NO_AUTOMATIC_VALUE", "UNKNOWN", "CLIPPED"],
            default="CUT",
        ).astype(object),
        angle_deg=angle_deg,
        dimension_m=np.where(automatic, dimension_m, np.nan),
        leg_1_m=np.where(automatic, leg_1_m, np.nan),
        leg_2_m=np.where(automatic, leg_2_m, np.nan),
        base_m=np.where(automatic, base_m, np.nan),
        triangles=triangles,
        net=net,
        lost_m2=shapely.area(lots) - shapely.area(net),
        overlapping=_overlapping(len(lots), corners.lot, triangles),
    )


def _spokes(corners: Corners) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Corner points, unit vectors along both frontages, and how far these reach from the corner."""
    first, last = _ends(corners.frontage_1)
    start, end = _ends(corners.frontage_2)
    run_1, run_2 = last - first, end - start
    cross = run_1[:, 0] * run_2[:, 1] - run_1[:, 1] * run_2[:, 0]
    gap = start - first
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (gap[:, 0] * run_2[:, 1] - gap[:, 1] * run_2[:, 0]) / cross
    corner = first + run_1 * at[:, None]
    along_1, length_1_m = _from_corner(corner, first, last)
    along_2, length_2_m = _from_corner(corner, start, end)
    return corner, along_1, along_2, length_1_m, length_2_m


def _from_corner(corner: Floats, first: Floats, last: Floats) -> tuple[Floats, Floats]:
    to_first, to_last = first - corner, last - corner
    longer = np.hypot(*to_first.T) > np.hypot(*to_last.T)
    reach = np.where(longer[:, None], to_first, to_last)
    length_m = np.hypot(*reach.T)
    return reach / np.where(length_m > 0, length_m, 1.0)[:, None], length_m


def _ends(lines: Shapes) -> tuple[Floats, Floats]:
    return (
        shapely.get_coordinates(shapely.get_point(lines, 0)).reshape(-1, 2),
        shapely.get_coordinates(shapely.get_point(lines, -1)).reshape(-1, 2),
    )


def _dimensions_m(corners: Corners) -> Floats:
    kinds = np.array([rule["kind"] for rule in corners.size_rule], dtype=object)
    fixed_m = np.array([rule.get("value_m", np.nan) for rule in corners.size_rule], dtype=float)
    widths = corners.width_1_m + corners.width_2_m
    narrower = np.minimum(corners.width_1_m, corners.width_2_m)
    return np.select(
        [kinds == "SUM_OVER_TEN", kinds == "FIXED", kinds == "TWICE_TENTH_OF_NARROWER"],
        [widths / 10, fixed_m, 2 * narrower / 10],
        default=np.nan,
    ).astype(float)


def _triangles(corner: Floats, foot_1: Floats, foot_2: Floats, cut: np.ndarray) -> Shapes:
    triangles = shapes(*[EMPTY] * len(corner))
    if cut.any():
        triangles[cut] = shapely.polygons(np.stack([corner, foot_1, foot_2], axis=1)[cut])
    return triangles


def _overlapping(lots: int, lot: Ints, triangles: Shapes) -> np.ndarray:
    """Lots on which two chamfers cut the same ground."""
    overlapping = np.zeros(lots, dtype=bool)
    for index in (np.bincount(lot, minlength=lots) > 1).nonzero()[0]:
        mine = triangles[lot == index]
        shared_m2 = shapely.area(mine).sum() - shapely.area(shapely.union_all(mine))
        overlapping[index] = shared_m2 > 1e-6
    return overlapping
