"""Evaluates lots: everything that may be built on each of them, in the order of the law, for many at once."""

from datetime import date, datetime

import numpy as np

from gis_core.constraints.columns import Column, Table
from gis_core.constraints.division import subdivision_column
from gis_core.constraints.envelopes import setbacks_column, stand
from gis_core.constraints.evaluations import Evaluations, Steps
from gis_core.constraints.exactness import Exactness
from gis_core.constraints.findings import Reason
from gis_core.constraints.floor_areas import floor_area_columns
from gis_core.constraints.ground import judge_ground
from gis_core.constraints.intake import Intake, ground_m, take_in
from gis_core.constraints.land import access_column, clear_land
from gis_core.constraints.light_planes import excess_column, light_columns, light_limits
from gis_core.constraints.overlay_zones import cut
from gis_core.constraints.overlook import overlook_column
from gis_core.constraints.percentages import percentages
from gis_core.constraints.placed import place, rule_of_lots, unzoned_lots
from gis_core.constraints.plan import hang_on_accuracy
from gis_core.constraints.plane import Floats
from gis_core.constraints.projections import projection_columns
from gis_core.constraints.restricting import restrict
from gis_core.constraints.rules import Picked, RuleSet
from gis_core.constraints.side_by_side import plans_of_lots
from gis_core.constraints.silence import Silence
from gis_core.constraints.soundness import unreadable
from gis_core.constraints.storey_limits import governing_widths, storeys
from gis_core.constraints.uses import use_column
from gis_core.constraints.values import Lots, Surroundings
from gis_core.constraints.widths import tolerance_m
from gis_core.constraints.zoned import drawn_zones, unread_zones, zone_column, zone_overlaps

#: Kinds of which a lot has one rule: of its zone, or of the whole city.
LOT_KINDS = ("HEIGHT", "PARK", "LIGHTWELL", "LIGHT", "CANTILEVER", "OVERLOOK", "SUBDIV")


def evaluate(
    lots: Lots,
    around: Surroundings,
    rules: RuleSet,
    *,
    on: date,
    known_at: datetime,
    origin: tuple[float, float] | None = None,
    north_deg: Floats | None = None,
) -> Evaluations:
    """
    Evaluate lots on a day: widening, corners, net area, overlays, zones, storeys, envelope, density.

    Parameters
    ----------
    lots, around
        What goes in, all in one metric CRS; nothing in it is changed.
    rules
        The rules that hold on the day (`RuleSet.on_day`).
    on, known_at
        The day that is asked about, and the instant whose knowledge is used; they go into the answer.
    origin
        A point near which is computed; the same point gives the same answer to the bit for one lot as for
        a million. By default a round point near the first lot.
    north_deg
        (n,) grid convergence, for cities whose rules ask for true north; otherwise not needed.

    Source: rules.md section 0.3.
    """
    taken = take_in(lots, around, origin, ground_m(rules))
    north = np.zeros(len(taken.lots)) if north_deg is None else np.asarray(north_deg, dtype=float)[taken.good]
    table, steps = _judge(taken, rules, on, north)
    return Evaluations(
        asked=lots,
        lots=taken.lots,
        around=taken.around,
        on=on,
        known_at=known_at,
        columns=_in_order(table),
        row=taken.row,
        refused=taken.refused,
        frame=taken.frame,
        steps=steps,
    )


def _judge(taken: Intake, rules: RuleSet, on: date, north_deg: Floats) -> tuple[Table, Steps]:
    """The steps of the law in their order; each finds its inputs in what came before."""
    lots, around = taken.lots, taken.around
    table, accuracy = Table(len(lots)), rules.pick("ACCURACY")
    exact, unclear = Exactness.of(lots, accuracy), _contradiction(accuracy, "ACCURACY")
    land = clear_land(table, lots, around, rules, on)
    access_column(table, lots, around.edges, around.passages)
    silence = Silence(land.net, on)
    restrictions = restrict(land.net, exact, around, rules, silence, lots.ground_m)
    if unclear is not None:
        restrictions.leave_open(unclear)
    restrictions.judgements += judge_ground(lots, land.net, around, rules, silence)
    broken = unreadable(around.zones.geometry, land.net)
    drawn = drawn_zones(around.zones, broken)
    plans = plans_of_lots(around.zones, drawn, land.net, exact)
    overlaps = zone_overlaps(land, around.zones, drawn, plans, rules, exact.policy)
    plan = plans.doubts(land.net, exact, silence)
    vague = plans.vague(exact) & hang_on_accuracy(overlaps)
    apart_m = np.zeros(len(lots)) if unclear else tolerance_m(exact.policy, exact.accuracy_m)
    widths_m = governing_widths(table, around.edges, around.passages, rules, apart_m)
    unclear = unclear or _contradiction(rules.pick("ZONE"), "ZONE")
    unread = unread_zones(land.net, around.zones, broken)
    unzoned = unzoned_lots(overlaps, plan.untold, unread, unclear, vague)
    parts = cut(overlaps, restrictions, exact)
    placed = place(overlaps, parts, around.zones.code, land.areas, widths_m, rules, unzoned)
    zone_column(table, placed, around.zones.code, plan.at_its_end)
    percentages(
        table, placed, "FAR", "far", land.areas, rules, restrictions, widths_m, restrictions.shrunk_m2()
    )
    percentages(table, placed, "COV", "coverage", land.areas, rules, restrictions, widths_m)
    standing = stand(
        table, lots.geometry, land, around.edges, around.passages, placed, restrictions, rules, north_deg
    )
    setbacks_column(table, placed, rules)
    kinds = {kind: rule_of_lots(placed, kind, rules) for kind in LOT_KINDS}
    planes = light_columns(table, standing, land, around.passages, kinds["LIGHT"])
    under = light_limits(planes, kinds["LIGHT"], kinds["HEIGHT"], table["light_height_m"].known)
    storeys(table, placed, widths_m, land.areas, restrictions, rules, kinds["HEIGHT"], under)
    excess_column(table, planes, kinds["LIGHT"])
    floor_area_columns(table)
    projection_columns(table, standing, land.edges, around.passages, kinds["CANTILEVER"])
    use_column(table, placed, around.zones.code, rules)
    overlook_column(table, kinds["OVERLOOK"])
    subdivision_column(table, land.areas, kinds["SUBDIV"])
    return table, Steps(land, placed, standing, restrictions, kinds)


def _contradiction(picked: Picked, kind: str) -> Reason | None:
    return picked.why_none(kind) if picked.conflict else None


#: The order in which findings are shown.
SHOWN = (
    "deed_area_m2",
    "surveyed_area_m2",
    "area_discrepancy_m2",
    "widening_area_m2",
    "other_parts_area_m2",
    "chamfer_area_m2",
    "net_area_m2",
    "access",
    "zone",
    "orientation",
    "buildable_area_m2",
    "envelope_area_m2",
    "setbacks_m",
    "coverage_percent",
    "coverage_cap_m2",
    "footprint_m2",
    "far_percent",
    "far_cap_m2",
    "governing_width_m",
    "storeys",
    "may_request_storeys",
    "height_m",
    "light_height_m",
    "light_excess_m",
    "projection_m",
    "projection_clearance_m",
    "reachable_floor_area_m2",
    "unreachable_floor_area_m2",
    "uses",
    "overlook",
    "may_subdivide",
)


def _in_order(table: Table) -> dict[str, Column]:
    return {key: table[key] for key in SHOWN}
