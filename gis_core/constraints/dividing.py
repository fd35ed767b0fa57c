"""Judges the lots into which an evaluated lot is to be divided (تفکیک), each by each check of the rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import FindingState, Reason, RuleReference
from gis_core.constraints.parcelling import (
    SIZE_CHECKS,
    Subdivision,
    article_101,
    forcing_grounds,
    shared_m,
    subdivide,
)
from gis_core.constraints.plane import PASSING_M, Floats, Shapes, moved, shapes

#: Corners nearer to the border of the land, or to a corner of another lot, than this lie on it: m.
SNAP_M = 0.03
#: What fails of land that is an upper bound may not fail of the land itself.
_OF_THE_BOUND = frozenset({"NO_GAP", "AREA_SUM", "ACCESS"})


@dataclass(frozen=True)
class Check:
    """
    One check of a drawn subdivision: of one lot, by its position, or of the whole (None).

    `measured` against `limit`, which it must reach (`at_least`) or not exceed; `by`: how much it fails by,
    nothing where it passes. `exempt`: it does not count here.
    """

    code: str
    lot: int | None
    measured: float
    limit: float
    unit: str
    at_least: bool
    exempt: bool = False

    @property
    def by(self) -> float:
        """How much is missing or too much."""
        apart = self.limit - self.measured if self.at_least else self.measured - self.limit
        return 0.0 if apart <= PASSING_M else float(apart)

    @property
    def passes(self) -> bool:
        """Whether nothing is missing or too much."""
        return self.by == 0.0

    @property
    def fails(self) -> bool:
        """Whether something is missing or too much that counts here."""
        return not self.passes and not self.exempt


@dataclass(frozen=True)
class Shares:
    """What may be asked of land for the public and for passages at most, what remains at least: m²."""

    public_m2: float
    passages_m2: float
    remainder_m2: float


@dataclass(frozen=True)
class Divided:
    """
    A drawn subdivision, judged: checks of the whole first, then lot by lot.

    `state`: `unknown` where there is no rule (then `reason` says why and there are no checks), or where
    nothing surely fails and the land after widening is not known. `land_state`: how sure the land is that
    is divided. `shares`: what may be asked for of it, where the rule says so. `ground`: what is said to
    force it; `spared`: the rule then asks for no sizes. `street_cuts`: widening leaves more than one piece.
    """

    state: Literal["passes", "fails", "unknown"]
    lots: Shapes
    roads: Shapes
    area_m2: Floats
    width_m: Floats
    frontage_m: Floats
    access_m: Floats
    checks: tuple[Check, ...]
    land_m2: float
    land_state: FindingState
    reason: Reason | None = None
    rule: RuleReference | None = None
    shares: Shares | None = None
    ground: str = ""
    spared: bool = False
    street_cuts: bool = False

    def of_lot(self, lot: int | None) -> tuple[Check, ...]:
        """The checks of one lot, or of the whole."""
        return tuple(check for check in self.checks if check.lot == lot)


def land_to_divide(evaluations: Evaluations, lot: int) -> shapely.Geometry | None:
    """What a street leaves of a lot, its largest part, which may be divided; None of a refused lot."""
    if lot in evaluations.refused:
        return None
    main = evaluations.steps.land.main[[int(evaluations.row[lot])]]
    return evaluations.frame.back(main)[0]


def grounds_here(evaluations: Evaluations, lot: int) -> tuple[str, ...]:
    """What may force a subdivision of an evaluated lot; nothing where no rule holds or it spares nobody."""
    rule = evaluations.steps.rules["SUBDIV"].rule[int(evaluations.row[lot])]
    return () if rule is None else forcing_grounds(rule.params)


def divide(evaluations: Evaluations, lot: int, lots: Shapes, roads: Shapes, ground: str = "") -> Divided:
    """
    Judge drawn lots and roads, in the metric CRS, that are to make up one evaluated lot.

    `ground`: what is said to force the subdivision, one of GROUNDS; empty: nothing does. Corners of the
    lots are laid onto the border of the land where they are nearer than SNAP_M. Source: rules.md 17.
    """
    row = int(evaluations.row[lot])
    frame, land = evaluations.frame, evaluations.steps.land
    parent = land.main[row]
    near = frame.near(np.concatenate([lots, roads]))
    near = _snapped(near, parent)
    mine, ways = near[: len(lots)], near[len(lots) :]
    fronts = land.edges.geometry[(land.edges.lot == row) & (land.edges.kind == "passage")]
    found = evaluations.steps.rules["SUBDIV"]
    rule = found.rule[row]
    ceded = evaluations.columns["widening_area_m2"].finding(row)
    frontage_m = shared_m(mine, shapely.union_all(fronts))
    told: dict[str, Any] = {
        "lots": frame.back(mine),
        "roads": frame.back(ways),
        "area_m2": shapely.area(mine),
        "frontage_m": frontage_m,
        "land_m2": float(parent.area),
        "land_state": ceded.state,
        "ground": ground,
        "street_cuts": bool(shapely.get_num_geometries(land.after[row]) > 1),
    }
    if rule is None:
        nothing = np.full(len(lots), np.nan)
        why = found.why_none(row)
        return Divided("unknown", width_m=nothing, access_m=frontage_m, checks=(), reason=why, **told)
    step = -np.floor(np.array(parent.bounds[:2]))
    spared = ground in forcing_grounds(rule.params)
    judged = subdivide(
        moved(shapes(parent), step)[0], moved(mine, step), moved(ways, step), moved(fronts, step), rule.params
    )
    checks = checks_of(judged, float(shapely.area(near).sum()), rule.params, forced=spared)
    unsure = ceded.reason if ceded.state == "unknown" else None
    state: Literal["passes", "fails", "unknown"] = "unknown" if unsure is not None else "passes"
    failing = {check.code for check in checks if check.fails}
    if failing - (_OF_THE_BOUND if unsure is not None else frozenset()):
        state = "fails"
    return Divided(
        state,
        width_m=judged.lot_width_m,
        access_m=judged.access_m,
        checks=checks,
        reason=ceded.reason,
        rule=rule.reference,
        shares=_shares(told["land_m2"], rule.params),
        spared=spared,
        **told,
    )


def _shares(land_m2: float, rule: Mapping[str, Any]) -> Shares | None:
    """What the rule lets the municipality ask for of land that is divided; None where it does not say."""
    if "public_percent" not in rule:
        return None
    return Shares(*article_101({**rule, "land_m2": land_m2}))


def checks_of(
    found: Subdivision, sum_m2: float, rule: Mapping[str, Any], *, forced: bool = False
) -> tuple[Check, ...]:
    """Every check of a measured subdivision with its measure and limit: of the whole, then lot by lot."""
    exempt = SIZE_CHECKS if forced and rule.get("forced_subdivision_exempt") else ()
    topology_m2, parent_m2 = float(rule["topology_m2"]), found.parent_m2
    checks = [
        Check(
            "PARENT_AREA", None, parent_m2, float(rule["parent_min_m2"]), "m2", True, "PARENT_AREA" in exempt
        ),
        Check("NO_GAP", None, found.gap_m2, topology_m2, "m2", False),
        Check("NO_OVERLAP", None, found.overlap_m2, topology_m2, "m2", False),
        Check("INSIDE_PARENT", None, found.outside_m2, topology_m2, "m2", False),
        Check("AREA_SUM", None, abs(sum_m2 - parent_m2), rule["area_sum_share"] * parent_m2, "m2", False),
    ]
    each: tuple[tuple[str, Floats, str, str, bool], ...] = (
        ("LOT_AREA", found.lot_m2, "lot_min_m2", "m2", True),
        ("LOT_WIDTH", found.lot_width_m, "width_min_m", "m", True),
        ("LENGTH_TO_WIDTH", found.lot_ratio, "ratio_max", "", False),
        ("ACCESS", found.access_m, "access_min_m", "m", True),
    )
    for lot in range(len(found.lot_m2)):
        for code, values, limit, unit, at_least in each:
            measured, asked = float(values[lot]), float(rule[limit])
            checks.append(Check(code, lot, measured, asked, unit, at_least, code in exempt))
    return tuple(checks)


def _snapped(drawn: Shapes, parent: shapely.Geometry) -> Shapes:
    """Drawn shapes with their corners on the border of the land, or on each other, where they all but are."""
    corners, border = shapely.get_coordinates(parent), shapely.boundary(parent)
    fixed, found = corners, []
    for shape in drawn:
        points = shapely.get_coordinates(shape)
        there = shapely.points(points)
        on_border = (
            shapely.line_interpolate_point(border, shapely.line_locate_point(border, there))
            if (border.geom_type == "LineString")
            else there
        )
        near = shapely.distance(there, on_border) <= SNAP_M
        points = np.where(near[:, None], shapely.get_coordinates(on_border), points)
        apart = np.hypot(*(points[:, None, :] - fixed[None, :, :]).transpose(2, 0, 1))
        nearest = apart.argmin(axis=1)
        close = apart[np.arange(len(points)), nearest] <= SNAP_M
        points[close] = fixed[nearest[close]]
        fixed = np.concatenate([fixed, points])
        moved_there = shapely.set_coordinates(shapes(shape), points)[0]
        found.append(moved_there if moved_there.is_valid and moved_there.area > 0 else shape)
    return shapes(*found)
