"""Looks lots up in the zones of the plan, and puts the zone into the table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import COMPUTED, UNKNOWN, Table
from gis_core.constraints.findings import Reason
from gis_core.constraints.land import Land
from gis_core.constraints.placed import Placed
from gis_core.constraints.plane import Ints, Shapes, or_none, present, shapes
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.side_by_side import PlansOfLots
from gis_core.constraints.soundness import whereabouts
from gis_core.constraints.values import Zones
from gis_core.constraints.zones import Overlaps, overlay_zones, tolerated

ONE_ZONE: Mapping[str, Any] = {"kind": "CONCERNED_BY_WIDTH"}


def zone_overlaps(
    land: Land, zones: Zones, drawn: Shapes, plans: PlansOfLots, rules: RuleSet, policy: Mapping[str, Any]
) -> Overlaps:
    """
    Zones that meet the net lots, by width against the accuracy of both.

    `drawn` (z,): the zones' shapes (`drawn_zones`).
    """
    zone, lot = shapely.STRtree(land.net).query(drawn, predicate="intersects")
    order = np.lexsort((zone, lot))
    rule = rules.pick("ZONE").rule
    one_zone = rule.params.get("one_zone", ONE_ZONE) if rule else ONE_ZONE
    zone_policy = {"measure": policy["measure"], "one_zone": one_zone}
    pairs, drawn, first, joined = _of_one_code(lot[order], zone[order], zones)
    of_pair_m = plans.of_pairs(*pairs, zones, joined)
    found = overlay_zones(
        land.net, pairs, drawn, plans.misfit_m, zone_policy, every_width=False, of_pair_m=of_pair_m
    )
    kind = tolerated(found) if one_zone["kind"] == "AREA_TOLERANCE" else found.kind
    return replace(found, zone=first[found.zone], kind=kind)


def unread_zones(net: Shapes, zones: Zones, broken: Ints) -> NDArray[np.bool_]:
    """Lots (n,) that may lie in one of the `broken` zones, whose shape cannot be read."""
    found = np.zeros(len(net), dtype=bool)
    for number in broken:
        found |= shapely.intersects(net, whereabouts(zones.geometry[number]))
    return found


def drawn_zones(zones: Zones, broken: Ints) -> Shapes:
    """The shapes of zones (z,), None of those that cannot be read (`broken`)."""
    drawn = zones.geometry
    if len(broken):
        drawn = drawn.copy()
        drawn[broken] = None
    shapely.prepare(drawn)
    return drawn


def _of_one_code(
    lot: Ints, zone: Ints, zones: Zones
) -> tuple[tuple[Ints, Ints], Shapes, Ints, tuple[tuple[int, ...], ...]]:
    """
    Pairs of lots and zones in which all polygons of one code that meet a lot are one zone.

    Where a zone is drawn in several polygons is a matter of the draughtsman. Given are the pairs, the shapes
    that they point to, for each of those the zone whose name it has, and which zones the last ones are of.
    """
    first = np.arange(len(zones.code))
    if not len(lot) or (lot[1:] != lot[:-1]).all():
        return (lot, zone), zones.geometry, first, ()
    if len(set(zones.code[zone])) == len(zone):
        return (lot, zone), zones.geometry, first, ()
    _, code = np.unique(zones.code.astype(str), return_inverse=True)
    _, group, count = np.unique(lot * (code.max() + 1) + code[zone], return_inverse=True, return_counts=True)
    several = count[group] > 1
    if not several.any():
        return (lot, zone), zones.geometry, first, ()
    members: dict[int, list[int]] = {}
    for pair in several.nonzero()[0].tolist():
        members.setdefault(int(group[pair]), []).append(int(zone[pair]))
    together = {
        tuple(same): number for number, same in enumerate(dict.fromkeys(map(tuple, members.values())))
    }
    drawn = np.concatenate(
        [zones.geometry, shapes(*[shapely.union_all(zones.geometry[list(same)]) for same in together])]
    )
    joined = zone.copy()
    for pair in several.nonzero()[0].tolist():
        joined[pair] = len(zones.code) + together[tuple(members[int(group[pair])])]
    kept = np.unique(np.column_stack([lot, joined]), axis=0)
    first = np.r_[first, [min(same) for same in together]].astype(np.int64)
    return (kept[:, 0], kept[:, 1]), drawn, first, tuple(together)


def zone_column(
    table: Table, placed: Placed, codes: NDArray[np.object_], at_the_end: NDArray[np.bool_]
) -> None:
    """
    Put the zone of each lot into the table, or why there is none.

    Of lots `at_the_end` (n,) of the plan's survey, within the accuracy, that is noted.
    """
    doubts = placed.unzoned.copy()
    # A zone without a name is none that a rule could speak of.
    doubts.add((placed.overlaps.state == "ONE_ZONE") & (placed.single == ""), UNKNOWN, Reason("NO_ZONE"))
    values = or_none(placed.single != "", placed.single)
    several = (placed.overlaps.state == "MULTI_ZONE") & (doubts.state != UNKNOWN)
    if placed.split == "DESK":
        doubts.add(several, UNKNOWN, Reason("MULTI_ZONE"))
    else:
        # Several zones are an answer where the city says how their limits combine.
        for lot in several.nonzero()[0]:
            mine = (placed.overlaps.lot == lot) & (placed.overlaps.kind == "CONCERNED")
            found = codes[placed.overlaps.zone[mine]]
            values[lot] = " + ".join(sorted({str(code) for code in found}))
    doubts.reason[at_the_end & (doubts.state == COMPUTED)] = Reason("AT_END_OF_SURVEY")
    # That another zone's rules hold is told beside the zone.
    for pair in present(placed.fell).nonzero()[0][::-1]:
        if doubts.state[placed.lot[pair]] == COMPUTED:
            doubts.reason[placed.lot[pair]] = placed.fell[pair]
    table.add("zone", values, doubts=doubts, geometry="net")
