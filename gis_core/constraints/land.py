"""Gets from the surveyed lot to the net lot: widening, corners, and areas in whole mm² that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints import chamfer, widening
from gis_core.constraints.areas import Areas, permitted_discrepancy_m2, within_tolerance
from gis_core.constraints.columns import CONDITIONAL, NEEDS_INSPECTION, UNKNOWN, Doubts, Table, metres
from gis_core.constraints.corrected_lines import Spoken, doubt_lines, spoken, with_lines
from gis_core.constraints.findings import Reason
from gis_core.constraints.frontages import Ways, barred_lots, corners_between, edges_after, no_ways
from gis_core.constraints.parting import outside
from gis_core.constraints.plane import (
    EMPTY,
    Floats,
    Ints,
    Shapes,
    blanks,
    cleaned,
    flagged,
    or_none,
    present,
    shapes,
    whole_mm2,
)
from gis_core.constraints.rules import Picked, Rule, RuleSet
from gis_core.constraints.silence import Silence
from gis_core.constraints.soundness import readable, unreadable, whereabouts
from gis_core.constraints.values import Edges, Lots, Passages, Surroundings, chosen


@dataclass(frozen=True)
class Land:
    """
    What is left of the lots; arrays of (n,).

    `after` all parts after widening, `main` the largest, `net` that less its chamfers. `edges` are those
    of `main`; `said` is what corrected lines say of the lots; `taken` the lots (m,) and what rights of way
    took from them. Where widening or chamfer is unknown the shapes are an upper bound and the table says so.
    """

    after: Shapes
    main: Shapes
    net: Shapes
    edges: Edges
    in_plan: NDArray[np.bool_]
    areas: Areas
    net_mm2: Ints
    said: Spoken
    taken: tuple[Ints, Shapes]

    def ceded(self, lot: int, whole: shapely.Geometry) -> shapely.Geometry:
        """What widening takes from one lot, `whole` before it, as one shape."""
        owner, gone = self.taken
        pieces = gone[owner == lot]
        pieces = pieces[~shapely.is_empty(pieces)]
        if not len(pieces):
            return EMPTY
        # Streets that meet take one piece of ground together.
        return cleaned(pieces if len(pieces) == 1 else outside(shapes(whole), self.after[[lot]]))[0]

    def chamfer(self, lot: int) -> shapely.Geometry:
        """What corners take from one lot, as one shape."""
        if self.main[lot].area <= self.net[lot].area:
            return EMPTY
        return cleaned(outside(self.main[[lot]], self.net[[lot]]))[0]


def clear_land(table: Table, lots: Lots, around: Surroundings, rules: RuleSet, on: date) -> Land:
    """Widen, cut corners and measure; puts the areas into the table."""
    picked = rules.pick("WIDEN")
    rule = picked.rule
    drawn = readable(around.passages.geometry)
    said = spoken(around.edges, around.passages, around.corrected, len(lots))
    ways = _ways(lots, around, rules, rule, drawn)
    if rule is not None:
        ways = with_lines(ways, said, around.edges, around.passages, around.corrected)
    widened = _widened(lots, ways, rule)
    edges = edges_after(around.edges, widened.main, widened.ceded_m2 > 1e-9, ways)
    net, corner_doubts, cut_rule = _corners_cut(widened.main, edges, around, rules)
    surveyed, after, main, net_mm2 = (
        whole_mm2(shapely.area(shape)) for shape in (lots.geometry, widened.after, widened.main, net)
    )
    mm2_per_m2 = 1e6
    ceding = _widening_doubts(lots, around, picked, drawn, said)
    _doubt_plans(ceding, lots, around, rules, on)
    _area_columns(table, lots, surveyed / mm2_per_m2, rules)
    table.add(
        "widening_area_m2",
        (surveyed - after) / mm2_per_m2,
        unit="m2",
        doubts=ceding,
        rule=rule,
        inputs=("surveyed_area_m2",),
        formula=lambda lot: f"{metres(surveyed[lot] / mm2_per_m2)} − {metres(after[lot] / mm2_per_m2)}",
        geometry="ceded",
    )
    table.add(
        "other_parts_area_m2", (after - main) / mm2_per_m2, unit="m2", inputs=("widening_area_m2",), rule=rule
    )
    table.add(
        "chamfer_area_m2",
        (main - net_mm2) / mm2_per_m2,
        unit="m2",
        doubts=corner_doubts,
        rule=cut_rule,
        inputs=("widening_area_m2",),
        formula=lambda lot: f"{metres(main[lot] / mm2_per_m2)} − {metres(net_mm2[lot] / mm2_per_m2)}",
        geometry="chamfer",
    )
    _net_column(table, net_mm2 / mm2_per_m2, widened.in_plan)
    basis = Areas(lots.deed_area_m2, surveyed / mm2_per_m2, main / mm2_per_m2, net_mm2 / mm2_per_m2)
    return Land(
        widened.after,
        widened.main,
        net,
        edges,
        widened.in_plan,
        basis,
        net_mm2,
        said,
        (ways.lot, widened.gone),
    )


def _ways(
    lots: Lots, around: Surroundings, rules: RuleSet, rule: Rule | None, readable_line: NDArray[np.bool_]
) -> Ways:
    """
    Rights of way that take land from these lots: of streets to be widened, and of planned streets.

    `readable_line` (p,): passages whose line can be read; of others nobody knows where they run.
    """
    if rule is None:
        return no_ways()
    passages, takes = around.passages, readable_line.copy()
    if rule.params.get("passages", "WIDENED_ONLY") == "WIDENED_ONLY":
        grows = ~(passages.planned_width_m <= passages.existing_width_m + 1e-9)
        # Given offsets may move a street that grows no wider.
        takes &= grows | (passages.form != "CENTRELINE") | (passages.widening == "OFFSETS")
    # A street that takes nothing need not be drawn.
    way = blanks(len(passages))
    if takes.any():
        way[takes] = widening.rights_of_way(chosen(passages, takes), rule.params)
    takes = np.array([shape is not None for shape in way], dtype=bool)
    lines = (takes & (passages.form == "CORRECTED_LINE")).nonzero()[0]
    areas = (takes & (passages.form != "CORRECTED_LINE")).nonzero()[0]
    planned = _planned_streets(around, rules)
    shape = np.concatenate([way[areas], planned, way[lines]])
    if not len(shape):
        return no_ways()
    passage = np.concatenate([areas, np.full(len(planned), -1), lines]).astype(np.int64)
    drawn = np.arange(len(areas) + len(planned))
    tree = shapely.STRtree(lots.geometry)
    reached, lot = tree.query(shape[drawn], predicate="intersects") if len(drawn) else (drawn, drawn)
    line_lot, line_way = _beside(around.edges, passage, len(drawn))
    lot, reached = np.concatenate([lot, line_lot]), np.concatenate([reached, line_way])
    order = np.lexsort((reached, lot))
    return Ways(shape, passage, lot[order].astype(np.int64), reached[order].astype(np.int64))


def _beside(edges: Edges, passage: Ints, first: int) -> tuple[Ints, Ints]:
    """Pairs of lots and corrected lines: such a line speaks only for lots that front on its passage."""
    pairs = [
        (lot, way)
        for way in range(first, len(passage))
        for lot in np.unique(edges.lot[edges.passage == passage[way]])
    ]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _planned_streets(around: Surroundings, rules: RuleSet) -> Shapes:
    layers = {rule.params["layer"] for rule in rules.of_kind("PLANNED_STREET")}
    overlays = around.overlays
    if not any(len(overlays.of_layer(layer)) for layer in layers):
        return shapes()
    drawn = overlays.geometry[np.array([layer in layers for layer in overlays.layer], dtype=bool)]
    return drawn[readable(drawn)]


def _doubt_plans(doubts: Doubts, lots: Lots, around: Surroundings, rules: RuleSet, on: date) -> None:
    """
    Doubt what lots cede where a layer of planned streets does not tell: a street may lie there all the same.

    One whose shape cannot be read leaves the area unknown where it may lie; a layer that is missing, stale or
    not surveyed here leaves it an upper bound of what remains.
    """
    drawn_over = around.overlays
    silences = Silence(lots.geometry, on)
    for layer in sorted({rule.params["layer"] for rule in rules.of_kind("PLANNED_STREET")}):
        drawn = drawn_over.geometry[drawn_over.of_layer(layer)]
        for number in unreadable(drawn, lots.geometry):
            near = shapely.intersects(lots.geometry, whereabouts(drawn[number]))
            doubts.add(near, UNKNOWN, Reason("INVALID_FEATURE", {"layers": [layer]}))
        silent = present(silences.of(around.layers.get(layer)))
        doubts.add(silent, CONDITIONAL, Reason("OVERLAY_UNKNOWN", {"layers": [layer]}))


def _widened(lots: Lots, ways: Ways, rule: Rule | None) -> widening.Widened:
    policy = rule.params if rule else {"consumed_below_share": 0.0, "minimum_usable_m2": 0.0}
    return widening.widen(lots.geometry, ways.lot, ways.shape[ways.way], policy)


def _widening_doubts(
    lots: Lots, around: Surroundings, picked: Picked, readable_line: NDArray[np.bool_], said: Spoken
) -> Doubts:
    doubts, rule = Doubts.none(len(lots)), picked.rule
    if rule is None:
        return doubts.add(np.ones(len(lots), dtype=bool), UNKNOWN, picked.why_none("WIDEN"))
    edges, passages = around.edges, around.passages
    street = edges.kind == "passage"
    named = street & (edges.passage >= 0)
    untold = street & (edges.passage < 0)
    if len(passages):
        left, right = widening.half_widths_m(passages, never_narrow=rule.params["never_narrow"])
        silent = (passages.form == "CENTRELINE") & np.isnan(left + right)
        untold[named] |= silent[edges.passage[named]]
        untold &= ~said.edge
    doubt_lines(doubts, said, around.corrected)
    where = np.zeros(len(lots), dtype=bool)
    where[edges.lot[untold]] = True

    def streets(lot: int) -> Reason:
        return Reason("WIDTH_UNKNOWN", {"streets": _names(edges, passages, untold, lot)})

    doubts.add_each(where, UNKNOWN, streets)
    blank = named.copy()
    blank[named] = ~readable_line[edges.passage[named]]
    doubts.add_each(
        flagged(edges.lot[blank], len(lots)),
        UNKNOWN,
        lambda lot: Reason("STREET_NOT_DRAWN", {"streets": _names(edges, passages, blank, lot)}),
    )
    beyond = np.zeros(len(lots), dtype=bool)
    beyond[edges.lot[edges.kind == "unknown"]] = True
    # Edges follow outer rings: what lies in the hole of a lot nobody has said.
    holed = shapely.get_num_interior_rings(lots.geometry) > 0
    edgeless = ~flagged(edges.lot, len(lots))
    return doubts.add(beyond | edgeless | holed, NEEDS_INSPECTION, Reason("EDGE_UNKNOWN"))


def _names(edges: Edges, passages: Passages, some: NDArray[np.bool_], lot: int) -> list[str]:
    """Names of the streets beyond some edges (e,) of a lot."""
    mine = edges.passage[some & (edges.lot == lot)]
    return sorted({str(passages.key[passage]) for passage in mine if passage >= 0})


def _corners_cut(
    main: Shapes, edges: Edges, around: Surroundings, rules: RuleSet
) -> tuple[Shapes, Doubts, Rule | None]:
    """Net lots, doubts, and the rule."""
    lots, picked = len(main), rules.pick("CHAMFER")
    rule = picked.rule
    doubts = Doubts.none(lots)
    params: Mapping[str, Any] = rule.params if rule else ANY_CORNER
    found = corners_between(edges, main, around.passages, params)
    at_corner = np.zeros(lots, dtype=bool)
    at_corner[found.corners.lot] = True
    if rule is None:
        doubts.add(at_corner | found.unclear, UNKNOWN, picked.why_none("CHAMFER"))
        return main, doubts, None
    doubts.add(found.unclear, NEEDS_INSPECTION, Reason("CORNER_NOT_CLEAR"))
    if not at_corner.any():
        return main, doubts, rule
    cut = chamfer.cut_corners(main, found.corners, rule.params)
    for number in (cut.status == "NO_AUTOMATIC_VALUE").nonzero()[0]:
        lot = np.arange(lots) == found.corners.lot[number]
        angle_deg = round(float(cut.angle_deg[number]), 2)
        doubts.add(lot, UNKNOWN, Reason("CORNER_NOT_AUTOMATIC", {"angle_deg": angle_deg}))
    unknown = flagged(found.corners.lot[cut.status == "UNKNOWN"], lots)
    doubts.add(unknown, UNKNOWN, Reason("WIDTH_UNKNOWN", {"streets": []}))
    clipped = flagged(found.corners.lot[cut.status == "CLIPPED"], lots)
    doubts.add(clipped | cut.overlapping, NEEDS_INSPECTION, Reason("CHAMFER_CLIPPED"))
    return cut.net, doubts, rule


#: Enough to find out whether a lot has corners at all, where no rule says how to cut them.
ANY_CORNER = {
    "sizes": {name: {"kind": "FIXED"} for name in ("VEHICULAR", "ONE_NOT_VEHICULAR", "NOT_VEHICULAR")},
    "measure": "LEG",
}


def _area_columns(table: Table, lots: Lots, surveyed_m2: Floats, rules: RuleSet) -> None:
    no_deed = np.isnan(lots.deed_area_m2)
    table.add(
        "deed_area_m2",
        lots.deed_area_m2,
        unit="m2",
        doubts=Doubts.none(len(lots)).add(no_deed, UNKNOWN, Reason("NO_DEED_AREA")),
    )
    grid = rules.pick("GRID_TO_GROUND")
    contradicting = np.full(len(lots), bool(grid.conflict))
    table.add(
        "surveyed_area_m2",
        surveyed_m2,
        unit="m2",
        doubts=Doubts.none(len(lots)).add(contradicting, UNKNOWN, grid.why_none("GRID_TO_GROUND")),
        rule=grid.rule if grid.rule and grid.rule.params["apply"] else None,
        geometry="parcel",
    )
    picked = rules.pick("DEED_TOLERANCE")
    rule = picked.rule
    difference_m2 = lots.deed_area_m2 - surveyed_m2
    doubts = Doubts.none(len(lots))
    if rule is None:
        doubts.add(~no_deed, NEEDS_INSPECTION, picked.why_none("DEED_TOLERANCE"))
    else:
        permitted = permitted_discrepancy_m2(lots.deed_area_m2, rule.params)
        apart = ~no_deed & ~within_tolerance(lots.deed_area_m2, surveyed_m2, rule.params)
        # A border that is out by so much all around changes the area by what is accepted.
        settled_by_m = permitted / shapely.length(lots.geometry)
        doubts.add_each(
            apart,
            NEEDS_INSPECTION,
            lambda lot: Reason(
                "DEED_AND_SURVEY_DIFFER",
                {
                    "difference_m2": float(difference_m2[lot]),
                    "permitted_m2": float(permitted[lot]),
                    "accuracy_m": float(settled_by_m[lot]),
                },
            ),
        )
    table.add(
        "area_discrepancy_m2",
        difference_m2,
        unit="m2",
        doubts=doubts,
        rule=rule,
        inputs=("deed_area_m2", "surveyed_area_m2"),
        formula=lambda lot: f"{metres(lots.deed_area_m2[lot])} − {metres(surveyed_m2[lot])}",
    )


def _net_column(table: Table, net_m2: Floats, in_plan: NDArray[np.bool_]) -> None:
    names = ("surveyed_area_m2", "widening_area_m2", "other_parts_area_m2", "chamfer_area_m2")

    def formula(lot: int) -> str:
        parts = [metres(table[name].values[lot]) for name in names if name != "other_parts_area_m2"]
        other = table["other_parts_area_m2"].values[lot]
        return " − ".join(parts + ([metres(other)] if other else []))

    table.add(
        "net_area_m2",
        net_m2,
        unit="m2",
        doubts=Doubts.none(len(net_m2)).add(in_plan, UNKNOWN, Reason("IN_PLAN")),
        inputs=names,
        formula=formula,
        geometry="net",
    )


def access_column(table: Table, lots: Lots, edges: Edges, passages: Passages) -> None:
    """
    Whether a lot can be entered from a passage: as derived from the map, or by its edges.

    A lot that lies only on streets from which nobody may enter has none, whatever the map shows.
    """
    fronts, edged = np.zeros(len(lots), dtype=bool), np.zeros(len(lots), dtype=bool)
    fronts[edges.lot[edges.kind == "passage"]] = True
    edged[edges.lot[edges.kind != "unknown"]] = True
    said = np.where(
        np.isnan(lots.has_access), np.where(fronts, 1.0, np.where(edged, 0.0, np.nan)), lots.has_access
    )
    barred = barred_lots(edges, passages, len(lots))
    said[barred] = 0.0
    values = or_none(~np.isnan(said), said == 1.0)
    doubts = Doubts.none(len(lots)).add(np.isnan(said), UNKNOWN, Reason("ACCESS_UNKNOWN"))
    doubts.add(barred, NEEDS_INSPECTION, Reason("NO_LEGAL_ACCESS"))
    doubts.add(said == 0.0, NEEDS_INSPECTION, Reason("NO_ACCESS"))
    table.add("access", values, doubts=doubts)
