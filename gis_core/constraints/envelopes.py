"""Finds which way lots look and where on them a building may stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.columns import CONDITIONAL, NEEDS_INSPECTION, UNKNOWN, Doubts, Table
from gis_core.constraints.depth import NO_LINE, depth_envelopes
from gis_core.constraints.findings import Reason
from gis_core.constraints.land import Land
from gis_core.constraints.loops.frontages import main_passages
from gis_core.constraints.orientation import (
    depth_azimuths_deg,
    frontage_azimuths_deg,
    lot_types,
    near_a_diagonal,
)
from gis_core.constraints.parting import inside, without
from gis_core.constraints.placed import Placed
from gis_core.constraints.plane import EMPTY, Floats, Ints, Shapes, flagged, line_ends
from gis_core.constraints.restrictions import Restrictions, doubt_layers
from gis_core.constraints.rules import Rule, RuleSet, contradiction
from gis_core.constraints.setbacks import set_back
from gis_core.constraints.values import Edges, Passages

#: Lots that fill their convex hull up to this are convex, in m².
DENT_M2 = 0.01
ENVELOPE_KINDS = ("DEPTH60", "SETBACK")


@dataclass(frozen=True)
class Standing:
    """
    Where a building may stand; arrays of (n,): shapes, the 60 % line, and the main frontage.

    `azimuth_deg` is that of the main frontage, `depth_deg` from the building to its yard where the envelope
    is measured along it, otherwise NaN.
    """

    buildable: Shapes
    envelope: Shapes
    line: Shapes
    azimuth_deg: Floats
    depth_deg: Floats
    front: Ints


def stand(
    table: Table,
    lots: Shapes,
    land: Land,
    edges: Edges,
    passages: Passages,
    placed: Placed,
    restrictions: Restrictions,
    rules: RuleSet,
    north_deg: Floats,
) -> Standing:
    """
    Orient the lots, draw their envelopes and take out what may not be built on; findings into the table.

    `edges` are those of the surveyed lots, `land.edges` those after widening; `north_deg` (n,) is the grid
    convergence, used where the rule asks for true north.
    """
    fronts = np.flatnonzero((edges.kind == "passage") & (edges.passage >= 0))
    front = main_frontages(edges, fronts, passages, table.lots)
    main = fronts[edges.passage[fronts] == front[edges.lot[fronts]]]
    azimuth_deg = _orient(table, lots, edges, main, rules, north_deg)
    building, doubts = _depth_directions(table, azimuth_deg, rules, north_deg)
    lot, taken = restrictions.no_build()
    buildable = without(land.net, lot, taken)
    _buildable_column(table, buildable, restrictions)
    drawn = _envelopes(table, lots, land, edges, front, placed, rules, (azimuth_deg, building, doubts))
    envelope = without(drawn.shape, lot, taken)
    known = drawn.doubts.state != UNKNOWN
    table.add(
        "envelope_area_m2",
        np.where(known, shapely.area(envelope), np.nan),
        unit="m2",
        doubts=drawn.doubts,
        inputs=("net_area_m2", "buildable_area_m2"),
        rule=drawn.rule,
        geometry="envelope",
    )
    envelope[~known] = EMPTY
    return Standing(buildable, envelope, drawn.line, azimuth_deg, drawn.depth_deg, front)


def main_frontages(edges: Edges, fronts: Ints, passages: Passages, lots: int) -> Ints:
    """The passage of each lot's main frontage, or -1; `fronts` are the edges that look on a known passage."""
    found: Ints = main_passages(
        edges.lot[fronts],
        edges.passage[fronts],
        shapely.length(edges.geometry[fronts]),
        np.fmax(passages.planned_width_m, passages.existing_width_m),
        passages.legal_access.astype(np.int8),
        lots,
    )
    return found


def _orient(
    table: Table, lots: Shapes, edges: Edges, main: Ints, rules: RuleSet, north_deg: Floats
) -> Floats:
    """Which way lots look with the edges of their main frontage, into the table."""
    picked = rules.pick("ORIENT")
    rule = picked.rule
    azimuth_deg = frontage_azimuths_deg(lots, edges.lot[main], edges.geometry[main])
    doubts = Doubts.none(table.lots)
    used = azimuth_deg
    if rule is None:
        doubts.add(np.ones(table.lots, dtype=bool), UNKNOWN, picked.why_none("ORIENT"))
    else:
        used = (azimuth_deg + (north_deg if rule.params["north"] == "TRUE" else 0.0)) % 360
        ask = near_a_diagonal(used, rule.params["ask_within_deg"])
        doubts.add(ask, NEEDS_INSPECTION, Reason("ORIENTATION_ASK"))
    doubts.add(np.isnan(azimuth_deg), UNKNOWN, Reason("NO_FRONTAGE"))
    types = lot_types(used)
    table.add(
        "orientation",
        types,
        doubts=doubts,
        rule=rule,
        formula=lambda lot: f"{used[lot]:.1f}°",
    )
    return azimuth_deg


def _depth_directions(
    table: Table, azimuth_deg: Floats, rules: RuleSet, north_deg: Floats
) -> tuple[Floats, Doubts]:
    """Azimuth on the grid from the building to the yard, and where a desk decides it."""
    rule = rules.pick("ORIENT").rule
    doubts = Doubts.none(table.lots)
    if rule is None:
        return np.full(table.lots, np.nan), doubts
    # Which end looks north is told by the north that the rule names.
    turn = north_deg if rule.params["north"] == "TRUE" else 0.0
    types, sides = table["orientation"].values, rule.params["building_side"]
    building = (depth_azimuths_deg((azimuth_deg + turn) % 360, types, sides) - turn) % 360
    desk = np.isnan(building) & ~np.isnan(azimuth_deg)
    return building, doubts.add(desk, UNKNOWN, Reason("DESK_DECIDES", {"subject": "building_side"}))


def _buildable_column(table: Table, buildable: Shapes, restrictions: Restrictions) -> None:
    doubts = Doubts.none(table.lots)
    unsure = restrictions.unsure(("NO_BUILD",))
    for state, code in (("unknown", "OVERLAY_UNKNOWN"), ("borderline", "OVERLAY_BORDERLINE")):
        doubt_layers(doubts, unsure[state], code)
    for agency, where in restrictions.agencies("CONDITIONAL"):
        doubts.add(where, CONDITIONAL, Reason("AGENCY", {"agencies": [agency]}))
    for rows in (*restrictions.unsure(("CONDITIONAL",)).values(), restrictions.without_rule()):
        doubt_layers(doubts, rows, "OVERLAY_UNKNOWN")
    table.add(
        "buildable_area_m2",
        shapely.area(buildable),
        unit="m2",
        doubts=doubts,
        inputs=("net_area_m2",),
        geometry="buildable",
    )


@dataclass
class _Drawn:
    """
    Envelopes before overlays take from them, and the lines at 60 %; arrays of (n,).

    `depth_deg` as in `Standing`; `cut`: lots of which a rule has taken something already.
    """

    shape: Shapes
    line: Shapes
    doubts: Doubts
    rule: NDArray[np.object_]
    depth_deg: Floats
    cut: NDArray[np.bool_]


def _envelopes(
    table: Table,
    lots: Shapes,
    land: Land,
    edges: Edges,
    front: Ints,
    placed: Placed,
    rules: RuleSet,
    looks: tuple[Floats, Floats, Doubts],
) -> _Drawn:
    """Envelopes by the rules of the zones; of several rules what all of them leave."""
    azimuth_deg, building, directions = looks
    none, nowhere = np.full(table.lots, None, dtype=object), np.full(table.lots, np.nan)
    lines, uncut = np.full(table.lots, NO_LINE, dtype=object), np.zeros(table.lots, dtype=bool)
    drawn = _Drawn(land.net.copy(), lines, placed.doubts.copy(), none, nowhere, uncut)
    for rule, where in _by_rule(placed, rules, drawn.doubts).values():
        some = np.flatnonzero(where & (placed.doubts.state < UNKNOWN) & ~land.in_plan)
        drawn.rule[some], drawn.depth_deg[some] = rule, np.nan
        if rule.kind == "DEPTH60":
            drawn.depth_deg[some] = building[some]
            _doubt_directions(drawn.doubts, some, building, directions, table["orientation"].doubts)
            _draw_band(drawn, rule, lots, land, edges, some[~np.isnan(building[some])])
        else:
            metres, untold = _setbacks_m(rule.params, land.edges, front, azimuth_deg)
            _keep_back(drawn, rule, land, some, metres, untold)
    drawn.doubts.add(land.in_plan, UNKNOWN, Reason("IN_PLAN"))
    return drawn


def _doubt_directions(
    doubts: Doubts, some: Ints, building: Floats, directions: Doubts, orientation: Doubts
) -> None:
    """Add what is doubtful of some lots whose depth is measured from the building to the yard."""
    here = flagged(some, len(building))
    lost = here & np.isnan(building)
    if lost.any():
        desk = Reason("DESK_DECIDES", {"subject": "building_side"})
        doubts.add(lost & (directions.state == UNKNOWN), UNKNOWN, desk)
        doubts.add(lost, UNKNOWN, Reason("INPUT_UNKNOWN", {"inputs": ["orientation"]}))
    asked = here & ~lost & (orientation.state == NEEDS_INSPECTION)
    doubts.add(asked, NEEDS_INSPECTION, Reason("ORIENTATION_ASK"))


def _by_rule(placed: Placed, rules: RuleSet, doubts: Doubts) -> dict[int, tuple[Rule, NDArray[np.bool_]]]:
    """Envelope rules and the lots on which they hold; a zone without one leaves the envelope unknown."""
    found: dict[int, tuple[Rule, NDArray[np.bool_]]] = {}
    for code, pairs in placed.by_code.items():
        lots = placed.lot[pairs]
        where = flagged(lots, placed.lots)
        picked = [rules.each_rank(kind, code) for kind in ENVELOPE_KINDS]
        for holding, conflict in picked:
            if conflict:
                doubts.add(where, UNKNOWN, contradiction(conflict))
            for rule in holding:
                found.setdefault(id(rule), (rule, np.zeros(placed.lots, dtype=bool)))[1][lots] = True
        if not any(holding or conflict for holding, conflict in picked):
            doubts.add(where, UNKNOWN, Reason("NO_RULE", {"kind": "DEPTH60", "zone": code}))
    return found


def _draw_band(drawn: _Drawn, rule: Rule, lots: Shapes, land: Land, edges: Edges, some: Ints) -> None:
    """Leave of some lots the band of their depth, along which it is measured."""
    if not len(some):
        return
    measured = {"NET": land.net, "NET_BEFORE_CHAMFER": land.main, "EXISTING": lots}
    # What lies beyond an edge of unknown kind may be a neighbour: it keeps its light.
    beside = ((edges.kind == "neighbour") | (edges.kind == "unknown")) & flagged(some, len(lots))[edges.lot]
    position = np.full(len(lots), -1, dtype=np.int64)
    position[some] = np.arange(len(some))
    found = depth_envelopes(
        land.net[some],
        measured[rule.params.get("depth_measured_on", "NET_BEFORE_CHAMFER")][some],
        drawn.depth_deg[some],
        (position[edges.lot[beside]], edges.geometry[beside]),
        {"retreat": "ACROSS_DISTANCE", **rule.params},
        basic=False,
    )
    band, again = found.envelope, drawn.cut[some]
    # The band lies in the net lot already; only what another rule left of it must be cut again.
    if again.any():
        band[again] = inside(drawn.shape[some[again]], band[again])
    drawn.shape[some], drawn.line[some], drawn.cut[some] = band, found.line, True


def _keep_back(
    drawn: _Drawn, rule: Rule, land: Land, some: Ints, metres: Floats, untold: NDArray[np.bool_]
) -> None:
    """Keep the envelopes of some lots back from their edges, which are (e,) as `metres` and `untold` are."""
    lots = len(drawn.shape)
    here = flagged(some, lots)[land.edges.lot]
    kept = _set_back(rule.params["join"], land, some, here, metres)
    drawn.shape[some], drawn.cut[some] = inside(drawn.shape[some], kept), True
    drawn.doubts.add(flagged(land.edges.lot[here & untold], lots), UNKNOWN, Reason("EDGE_UNKNOWN"))


def _set_back(join: str, land: Land, some: Ints, here: NDArray[np.bool_], metres: Floats) -> Shapes:
    """
    Some net lots less their setbacks; `here` (e,) and `metres` (e,) are of edges.

    The infinite line of an edge means something on convex lots only.
    """
    shape, position = land.net[some], np.zeros(len(land.net), dtype=np.int64)
    position[some] = np.arange(len(some))
    dented = shapely.area(shapely.convex_hull(shape)) - shapely.area(shape) > DENT_M2
    edge = np.flatnonzero(here & (metres > 0))
    lot = position[land.edges.lot[edge]]
    for name, group in (("DISTANCE", dented), (join, ~dented)):
        mine = group[lot]
        shape = set_back(shape, lot[mine], land.edges.geometry[edge[mine]], metres[edge[mine]], name)
    return shape


def _setbacks_m(
    params: Mapping[str, Any], edges: Edges, front: Ints, azimuth_deg: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Setback of each edge by what lies beyond it, and edges of which the rule cannot tell."""
    points = line_ends(edges.geometry)
    run = points[:, 1] - points[:, 0]
    along = np.degrees(np.arctan2(run[:, 0], run[:, 1])) % 180
    # An edge that runs as the frontage does, and is none, is the rear; the others are sides.
    askew = np.abs((along - (azimuth_deg[edges.lot] + 90) % 180 + 90) % 180 - 90)
    rear = askew < 45
    street = edges.kind == "passage"
    main = street & (edges.passage >= 0) & (edges.passage == front[edges.lot])
    largest = max(float(value) for key, value in params.items() if key.endswith("_m"))
    metres = np.select(
        [main, street, edges.kind == "neighbour", edges.kind == "open"],
        [
            float(params["front_m"]),
            float(params.get("street_side_m", params["front_m"])),
            np.where(rear, float(params["rear_m"]), float(params["side_m"])),
            float(params.get("open_m", params["side_m"])),
        ],
        default=largest,
    ).astype(float)
    same = float(params["rear_m"]) == float(params["side_m"])
    untold = (edges.kind == "unknown") & (largest > 0)
    untold |= (edges.kind == "neighbour") & np.isnan(askew) & (not same)
    return metres, untold


def setbacks_column(table: Table, placed: Placed, rules: RuleSet) -> None:
    """
    The setbacks by kind of edge, as the envelope keeps them: of several zones or ranks the larger ones.

    Empty where the zone's envelope is a depth band; unknown where it has no rule at all.
    """
    values, named = (np.full(table.lots, None, dtype=object) for _ in range(2))
    doubts = placed.doubts.copy()
    for code, pairs in placed.by_code.items():
        lots = placed.lot[pairs]
        here = flagged(lots, table.lots)
        holding, conflict = rules.each_rank("SETBACK", code)
        deep, of_depth = rules.each_rank("DEPTH60", code)
        if conflict or (of_depth and not holding):
            doubts.add(here, UNKNOWN, contradiction(conflict or of_depth))
        elif not holding and not deep:
            doubts.add(here, UNKNOWN, Reason("NO_RULE", {"kind": "SETBACK", "zone": code}))
        for rule in holding:
            told = _told_m(rule.params)
            for lot in lots:
                together = told if values[lot] is None else _larger_m(values[lot], told)
                if together != values[lot]:
                    values[lot], named[lot] = together, rule
    table.add("setbacks_m", values, doubts=doubts, rule=named)


def _told_m(params: Mapping[str, Any]) -> dict[str, float]:
    return {key: value for key, value in params.items() if key.endswith("_m")}


def _larger_m(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Of each kind of edge the larger setback; what a rule leaves out is as at its front or side."""
    usual = {"street_side_m": "front_m", "open_m": "side_m"}

    def of(told: Mapping[str, float], key: str) -> float:
        return told[key] if key in told else told[usual[key]]

    return {key: max(of(one, key), of(other, key)) for key in {**one, **other}}
