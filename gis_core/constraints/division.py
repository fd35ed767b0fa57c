"""Says whether a lot may be divided at all, and judges drawn subdivisions and consolidations by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_core.constraints.areas import Areas
from gis_core.constraints.columns import Doubts, Table, metres
from gis_core.constraints.findings import Reason, RuleReference
from gis_core.constraints.frontages import edges_after, no_ways
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.parcelling import Consolidation, Subdivision, consolidate, subdivide
from gis_core.constraints.plane import PASSING_M, Ints, Shapes, flagged, moved, shapes
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.values import Edges, Lots, Surroundings, chosen


@dataclass(frozen=True)
class Judgement:
    """What the rules say of a drawn subdivision or consolidation; without a rule only the `reason`."""

    found: Subdivision | Consolidation | None
    reason: Reason | None = None
    rule: RuleReference | None = None


def subdivision_column(table: Table, areas: Areas, found: LotRules) -> None:
    """
    Whether each lot is large enough to be divided, into the table.

    `found`: the SUBDIV rule of each lot. No: the lot after widening is smaller than the rule asks of a
    parent, or holds no two lots of the smallest size. Source: rules.md section 17.
    """
    doubts = found.doubt(Doubts.none(table.lots))
    area_m2, needed_m2 = areas.net_before_chamfer_m2, np.full(table.lots, np.nan)
    binding = np.full(table.lots, None, dtype=object)
    for rule, here in found.each():
        parent_m2, two_lots_m2 = float(rule.params["parent_min_m2"]), 2 * float(rule.params["lot_min_m2"])
        needed_m2[here] = max(parent_m2, two_lots_m2)
        binding[here] = shapes(("PARENT_AREA" if parent_m2 >= two_lots_m2 else "LOT_AREA",))
    large = area_m2 >= needed_m2 - PASSING_M
    table.add(
        "may_subdivide",
        large.astype(object),
        doubts=doubts,
        inputs=("widening_area_m2",),
        rule=found.rule,
        binding=binding,
        formula=lambda lot: f"{metres(area_m2[lot])} {'≥' if large[lot] else '<'} {metres(needed_m2[lot])}",
    )


def judge_subdivision(
    parent: shapely.Geometry,
    lots: Shapes,
    roads: Shapes,
    passages: Shapes,
    rules: RuleSet,
    zone_code: str = "",
    *,
    forced: bool = False,
) -> Judgement:
    """A drawn subdivision (تفکیک) under the rule of its zone; all shapes in one metric CRS."""
    picked = rules.pick("SUBDIV", zone_code)
    rule = picked.rule
    if rule is None:
        return Judgement(None, picked.why_none("SUBDIV", zone_code))
    step = -np.floor(np.array(parent.bounds[:2]))
    near = [moved(drawn, step) for drawn in (shapes(parent), lots, roads, passages)]
    found = subdivide(near[0][0], near[1], near[2], near[3], rule.params, forced=forced)
    return Judgement(found, rule=rule.reference)


def judge_consolidation(lots: Shapes, owners: Sequence[str], passages: Shapes, rules: RuleSet) -> Judgement:
    """Whether lots may become one (تجمیع) under the city's rule; all shapes in one metric CRS."""
    picked = rules.pick("MERGE")
    rule = picked.rule
    if rule is None:
        return Judgement(None, picked.why_none("MERGE"))
    step = np.floor(np.array(shapely.bounds(lots[0])[:2]))
    found = consolidate(
        moved(lots, -step), owners, moved(passages, -step), float(rule.params["min_shared_edge_m"])
    )
    back = replace(found, union=moved(shapes(found.union), step)[0])
    return Judgement(back, rule=rule.reference)


def as_one_lot(lots: Lots, around: Surroundings, which: Ints) -> tuple[Lots, Surroundings]:
    """
    Some lots as the one that they would become, with the edges that stay; ready to be evaluated anew.

    The deed areas add up (not known when one is not), the accuracy is that of the least exact one; the
    common borders vanish. Source: rules.md section 18.
    """
    mine = chosen(lots, which)
    step = np.floor(np.array(shapely.bounds(mine.geometry[0])[:2]))
    union = shapely.union_all(moved(mine.geometry, -step))
    one = replace(
        chosen(mine, np.array([0])),
        geometry=moved(shapes(union), step),
        deed_area_m2=np.array([mine.deed_area_m2.sum()]),
        accuracy_m=np.array([mine.accuracy_m.max()]),
        has_access=np.array([np.nan]),
    )
    kept = chosen(around.edges, flagged(which, len(lots))[around.edges.lot])
    edges = Edges(
        np.zeros(len(kept), dtype=np.int64),
        moved(kept.geometry, -step),
        kept.kind,
        kept.passage,
        kept.width_m,
    )
    along = edges_after(edges, shapes(union), np.array([True]), no_ways())
    return one, replace(around, edges=replace(along, geometry=moved(along.geometry, step)))
