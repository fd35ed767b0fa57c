"""Evaluates lots: everything that may be built on each of them, in the order of the law, for many at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.choices import Permitted, choices, parking_need
from gis_core.constraints.columns import NEEDS_INSPECTION, UNKNOWN, Column, Doubts, Table, metres
from gis_core.constraints.density import density
from gis_core.constraints.envelopes import Standing, stand
from gis_core.constraints.findings import STATES, EdgeFinding, Evaluation, Finding, Reason, ZoneShare
from gis_core.constraints.land import Land, clear_land
from gis_core.constraints.lightwells import wells_needed
from gis_core.constraints.limits import Placed, governing_widths, percentages, place, rule_of_lots, storeys
from gis_core.constraints.parking import capacity
from gis_core.constraints.plane import Floats, Ints, moved, or_none, shapes
from gis_core.constraints.restrictions import Restrictions, restrict
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.slivers import threshold_width_m
from gis_core.constraints.values import Layer, Lots, Surroundings, chosen
from gis_core.constraints.zones import Overlaps, overlay_zones

#: How widths and accuracies are compared where no ACCURACY rule says otherwise; an unknown accuracy is none.
ACCURACY: Mapping[str, Any] = {
    "measure": "INSCRIBED_DIAMETER",
    "combine": "ROOT_SUM_SQUARES",
    "parcel_accuracy_m": 0.0,
    "layer_accuracy_m": 0.0,
}
ONE_ZONE: Mapping[str, Any] = {"kind": "CONCERNED_BY_WIDTH"}


@dataclass(frozen=True)
class Evaluations(Sequence[Evaluation]):
    """
    Evaluations of many lots: columns for all, and the whole evaluation of any one when it is asked for.

    `asked` are the lots as they came, `lots` those that could be judged, near `origin`; `row` (n,) finds the
    latter from the former, `refused` names the others with the reason.
    """

    asked: Lots
    lots: Lots
    around: Surroundings
    on: date
    known_at: datetime
    columns: Mapping[str, Column]
    row: Ints
    refused: Mapping[int, Reason]
    origin: Floats
    _land: Land
    _overlaps: Overlaps
    _placed: Placed
    _standing: Standing
    _restrictions: Restrictions
    _rules: Mapping[str, NDArray[np.object_]]

    def __len__(self) -> int:
        return len(self.row)

    def __iter__(self) -> Iterator[Evaluation]:
        return (self[lot] for lot in range(len(self)))

    def __getitem__(self, lot: int) -> Evaluation:  # type: ignore[override]
        """The evaluation of one lot."""
        if lot in self.refused:
            return self._refusal(lot)
        row = int(self.row[lot])
        findings = {key: column.finding(row) for key, column in self.columns.items()}
        findings |= self._wells_and_bays(row)
        return Evaluation(
            parcel_id=int(self.lots.id[row]),
            parcel_key=str(self.lots.key[row]),
            status=self._status(row),
            on=self.on,
            known_at=self.known_at,
            findings=findings,
            zones=self._zones(row),
            zone_state=str(self._overlaps.state[row]),
            unzoned_mm2=int(self._overlaps.uncovered_mm2[row]),
            overlays=self._restrictions.findings(row, self.around.overlays),
            edges=self._edges(row),
            choices=choices(self._permitted(row), self._rules["HEIGHT"][row], self._rules["PARK"][row]),
            geometries=self._geometries(row),
        )

    def _refusal(self, lot: int) -> Evaluation:
        reason = self.refused[lot]
        findings = {
            key: Finding(key, None, column.unit, "unknown", reason) for key, column in self.columns.items()
        }
        return Evaluation(
            parcel_id=int(self.asked.id[lot]),
            parcel_key=str(self.asked.key[lot]),
            status="NORMAL",
            on=self.on,
            known_at=self.known_at,
            findings=findings,
            zones=(),
            zone_state="NO_ZONE",
            unzoned_mm2=0,
            overlays=(),
            edges=(),
            choices=(),
            geometries={},
        )

    def _status(self, row: int) -> Any:
        if self._land.in_plan[row]:
            return "IN_PLAN"
        return "NO_ACCESS" if self.columns["access"].values[row] is False else "NORMAL"

    def _zones(self, row: int) -> tuple[ZoneShare, ...]:
        overlaps, zones = self._overlaps, self.around.zones
        first, last = np.searchsorted(overlaps.lot, [row, row + 1])
        order = first + np.argsort(-overlaps.share[first:last], kind="stable")
        return tuple(
            ZoneShare(
                code=str(zones.code[overlaps.zone[pair]]),
                name_fa=str(zones.name_fa[overlaps.zone[pair]]),
                name_en=str(zones.name_en[overlaps.zone[pair]]),
                share=float(overlaps.share[pair]),
                area_mm2=int(overlaps.area_mm2[pair]),
                kind=overlaps.kind[pair],
                width_m=float(overlaps.width_m[pair]),
            )
            for pair in order
        )

    def _edges(self, row: int) -> tuple[EdgeFinding, ...]:
        edges, passages = self.around.edges, self.around.passages
        first, last = np.searchsorted(edges.lot, [row, row + 1])
        back = moved(edges.geometry[first:last], self.origin)
        found = []
        for edge, line in zip(range(first, last), back, strict=True):
            passage = int(edges.passage[edge])
            existing = passages.existing_width_m[passage] if passage >= 0 else np.nan
            planned = passages.planned_width_m[passage] if passage >= 0 else np.nan
            width = edges.width_m[edge] if np.isnan(existing) else existing
            found.append(
                EdgeFinding(
                    kind=edges.kind[edge],
                    street=str(passages.key[passage]) if passage >= 0 else None,
                    width_m=_number(width),
                    planned_width_m=_number(planned),
                    length_m=float(edges.geometry[edge].length),
                    geometry=line,
                )
            )
        return tuple(found)

    def _geometries(self, row: int) -> dict[str, Any]:
        land, standing = self._land, self._standing
        named = {
            "parcel": self.lots.geometry[row],
            "ceded": shapely.difference(self.lots.geometry[row], land.after[row]),
            "chamfer": land.chamfers[row],
            "net": land.net[row],
            "buildable": standing.buildable[row],
            "envelope": standing.envelope[row],
            "line60": standing.line[row],
        }
        back = moved(shapes(*named.values()), self.origin)
        return dict(zip(named, back, strict=True))

    def _permitted(self, row: int) -> Permitted:
        asked = self.columns["may_request_storeys"].values[row]
        return Permitted(
            storeys=_known(self.columns["storeys"], row),
            may_request=None if asked is None else float(asked),
            footprint_m2=_known(self.columns["footprint_m2"], row),
            far_cap_m2=_known(self.columns["far_cap_m2"], row),
        )

    def _wells_and_bays(self, row: int) -> dict[str, Finding]:
        found = [_wells(self.columns, self._land, self._rules["LIGHTWELL"][row], row)]
        return {
            finding.key: finding for finding in [*found, *_bays(self.columns, self._rules["PARK"][row], row)]
        }


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
    refused = _refusals(lots)
    good = np.array([lot not in refused for lot in range(len(lots))], dtype=bool)
    row = np.cumsum(good) - 1
    near, origin_xy = _near_origin(_only(lots, around, good), origin)
    kept, surroundings = near
    north = np.zeros(len(kept)) if north_deg is None else np.asarray(north_deg, dtype=float)[good]
    table = Table(len(kept))
    land = clear_land(table, kept, surroundings, rules)
    _access(table, kept, surroundings)
    accuracy = rules.everywhere("ACCURACY")
    policy = {**ACCURACY, **(accuracy.params if accuracy else {})}
    accuracy_m = np.where(np.isnan(kept.accuracy_m), policy["parcel_accuracy_m"], kept.accuracy_m)
    restrictions = restrict(land.net, accuracy_m, surroundings, rules, policy, on)
    overlaps = _zone_overlaps(land, surroundings, accuracy_m, rules, policy)
    widths_m = governing_widths(table, surroundings.edges, surroundings.passages, rules)
    placed = place(overlaps, surroundings.zones.code, land.areas, widths_m, rules)
    _zone_column(table, placed, surroundings)
    percentages(table, placed, "FAR", "far", land.areas, rules, _shrunk_m2(restrictions))
    percentages(table, placed, "COV", "coverage", land.areas, rules)
    storeys(table, placed, widths_m, land.areas, restrictions, rules)
    standing = stand(
        table,
        kept.geometry,
        land,
        surroundings.edges,
        surroundings.passages,
        placed,
        restrictions,
        rules,
        north,
    )
    _setbacks_column(table, standing, placed, rules)
    _density_columns(table)
    return Evaluations(
        asked=lots,
        lots=kept,
        around=surroundings,
        on=on,
        known_at=known_at,
        columns=_in_order(table),
        row=row,
        refused=refused,
        origin=origin_xy,
        _land=land,
        _overlaps=overlaps,
        _placed=placed,
        _standing=standing,
        _restrictions=restrictions,
        _rules={kind: rule_of_lots(placed, kind, rules) for kind in ("HEIGHT", "PARK", "LIGHTWELL")},
    )


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
    "reachable_floor_area_m2",
    "unreachable_floor_area_m2",
)


def _in_order(table: Table) -> dict[str, Column]:
    return {key: table[key] for key in SHOWN}


def _refusals(lots: Lots) -> dict[int, Reason]:
    """Lots whose shape cannot be judged: missing, empty, not one polygon, not finite, crossing itself."""
    geometry = lots.geometry
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    one = shapely.get_type_id(geometry) == 3
    fine = one & finite & shapely.is_valid(geometry) & (shapely.area(geometry) > 0)
    found = {}
    for lot in np.flatnonzero(~fine):
        code = "NOT_ONE_POLYGON" if not one[lot] else "INVALID_SHAPE" if finite[lot] else "EMPTY_SHAPE"
        found[int(lot)] = Reason(code)
    return found


def _only(lots: Lots, around: Surroundings, good: NDArray[np.bool_]) -> tuple[Lots, Surroundings]:
    if good.all():
        return lots, around
    position = np.cumsum(good) - 1
    edges = chosen(around.edges, good[around.edges.lot])
    edges = replace(edges, lot=position[edges.lot])
    return chosen(lots, good), replace(around, edges=edges)


def _near_origin(
    given: tuple[Lots, Surroundings], origin: tuple[float, float] | None
) -> tuple[tuple[Lots, Surroundings], Floats]:
    """Everything moved near the origin, and what brings it back."""
    lots, around = given
    if origin is None:
        corner = shapely.bounds(lots.geometry[0])[:2] if len(lots) else np.zeros(2)
        step = np.rint(np.asarray(corner) / 1000.0) * 1000.0
    else:
        step = np.asarray(origin, dtype=float)
    layers = {key: _near_layer(layer, step) for key, layer in around.layers.items()}
    near = Surroundings(
        edges=replace(around.edges, geometry=moved(around.edges.geometry, -step)),
        passages=replace(around.passages, geometry=moved(around.passages.geometry, -step)),
        zones=replace(around.zones, geometry=moved(around.zones.geometry, -step)),
        overlays=replace(around.overlays, geometry=moved(around.overlays.geometry, -step)),
        layers=layers,
    )
    return (replace(lots, geometry=moved(lots.geometry, -step)), near), step


def _near_layer(layer: Layer, step: Floats) -> Layer:
    if layer.surveyed_extent is None:
        return layer
    return replace(layer, surveyed_extent=moved(shapes(layer.surveyed_extent), -step)[0])


def _access(table: Table, lots: Lots, around: Surroundings) -> None:
    """Whether a lot can be entered from a passage: as derived from the map, or by its edges."""
    edges = around.edges
    fronts, edged = np.zeros(len(lots), dtype=bool), np.zeros(len(lots), dtype=bool)
    fronts[edges.lot[edges.kind == "passage"]] = True
    edged[edges.lot[edges.kind != "unknown"]] = True
    said = np.where(
        np.isnan(lots.has_access), np.where(fronts, 1.0, np.where(edged, 0.0, np.nan)), lots.has_access
    )
    values = or_none(~np.isnan(said), said == 1.0)
    doubts = Doubts.none(len(lots)).add(np.isnan(said), UNKNOWN, Reason("ACCESS_UNKNOWN"))
    doubts.add(said == 0.0, NEEDS_INSPECTION, Reason("NO_ACCESS"))
    table.add("access", values, doubts=doubts)


def _zone_overlaps(
    land: Land, around: Surroundings, accuracy_m: Floats, rules: RuleSet, policy: Mapping[str, Any]
) -> Overlaps:
    zones, layer = around.zones, around.zones.layer
    layer_m = policy["layer_accuracy_m"] if layer is None or layer.accuracy_m is None else layer.accuracy_m
    threshold_m = threshold_width_m(policy, accuracy_m, np.full(len(accuracy_m), layer_m))
    shapely.prepare(zones.geometry)
    zone, lot = shapely.STRtree(land.net).query(zones.geometry, predicate="intersects")
    order = np.lexsort((zone, lot))
    rule = rules.everywhere("ZONE")
    one_zone = rule.params.get("one_zone", ONE_ZONE) if rule else ONE_ZONE
    zone_policy = {"measure": policy["measure"], "one_zone": one_zone}
    pairs = (lot[order], zone[order])
    return overlay_zones(land.net, pairs, zones.geometry, threshold_m, zone_policy, every_width=False)


def _zone_column(table: Table, placed: Placed, around: Surroundings) -> None:
    doubts = Doubts.none(placed.lots)
    for state in ("NO_ZONE", "PARTLY_UNZONED", "OVERLAPPING_ZONES", "MULTI_ZONE"):
        doubts.add(placed.overlaps.state == state, UNKNOWN, Reason(state))
    values = or_none(placed.single != "", placed.single)
    several = placed.overlaps.state == "MULTI_ZONE"
    if placed.split != "DESK" and several.any():
        # Several zones are an answer where the city says how their limits combine.
        doubts.state[several], doubts.reason[several] = 0, None
        for lot in np.flatnonzero(several):
            mine = (placed.overlaps.lot == lot) & (placed.overlaps.kind == "CONCERNED")
            codes = around.zones.code[placed.overlaps.zone[mine]]
            values[lot] = " + ".join(str(code) for code in dict.fromkeys(codes))
    table.add("zone", values, doubts=doubts, geometry="net")


def _shrunk_m2(restrictions: Restrictions) -> Floats:
    """Area that overlays take from the basis of the floor area ratio, where their rule says so."""
    shrunk = np.zeros(restrictions.lots)
    for judgement in restrictions.judgements:
        if judgement.params.get("far_basis_shrinks"):
            np.add.at(shrunk, judgement.lot, judgement.overlap_m2)
    return shrunk


def _setbacks_column(table: Table, standing: Standing, placed: Placed, rules: RuleSet) -> None:
    """The setbacks of the zone by kind of edge, where it has such a rule."""
    found = rule_of_lots(placed, "SETBACK", rules)
    values = np.full(table.lots, None, dtype=object)
    for lot, rule in enumerate(found):
        if rule is not None:
            values[lot] = {key: value for key, value in rule.params.items() if key.endswith("_m")}
    table.add("setbacks_m", values, rule=found)


def _density_columns(table: Table) -> None:
    cap, far = table["coverage_cap_m2"], table["far_cap_m2"]
    envelope, count = table["envelope_area_m2"], table["storeys"]
    found = density(
        _values(cap), _values(far), _values(count), np.where(envelope.known, _values(envelope), np.nan)
    )
    table.add(
        "footprint_m2",
        np.where(envelope.known, found.footprint_m2, np.nan),
        unit="m2",
        inputs=("coverage_cap_m2", "envelope_area_m2"),
        binding=found.footprint_binding,
        rule=cap.rule,
        formula=lambda lot: f"min({metres(cap.values[lot])}, {metres(envelope.values[lot])})",
        geometry="envelope",
    )
    inputs = ("far_cap_m2", "footprint_m2", "storeys")
    table.add(
        "reachable_floor_area_m2",
        found.reachable_m2,
        unit="m2",
        inputs=inputs,
        binding=found.floor_area_binding,
        formula=lambda lot: (
            f"min({metres(far.values[lot])}, {metres(found.footprint_m2[lot])} × {count.values[lot]:g})"
        ),
    )
    table.add(
        "unreachable_floor_area_m2",
        found.unreachable_m2,
        unit="m2",
        inputs=("far_cap_m2", "reachable_floor_area_m2"),
        formula=lambda lot: f"{metres(far.values[lot])} − {metres(found.reachable_m2[lot])}",
    )


def _values(column: Column) -> Floats:
    return np.where(column.known, column.values, np.nan).astype(float)


def _known(column: Column, row: int) -> float:
    return float(column.values[row]) if column.known[row] else np.nan


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _wells(columns: Mapping[str, Column], land: Land, rule: Rule | None, row: int) -> Finding:
    """Light wells that the lot's building needs, and whether they fit beside the footprint."""
    key, unit = "light_wells_m2", "m2"
    if rule is None:
        return Finding(key, None, unit, "unknown", Reason("NO_RULE", {"kind": "LIGHTWELL"}))
    count, footprint = columns["storeys"], columns["footprint_m2"]
    inputs = ("net_area_m2", "storeys", "envelope_area_m2", "footprint_m2")
    missing = [column.key for column in (count, footprint) if not column.known[row]]
    if missing:
        return Finding(
            key, None, unit, "unknown", Reason("INPUT_UNKNOWN", {"inputs": missing}), inputs=inputs
        )
    plot_m2 = float(land.areas.on_basis(rule.area_basis or "NET")[row])
    needs = wells_needed(plot_m2, float(count.values[row]), rule.params["serves"], rule.params)
    if needs is None:
        reason = Reason("ABOVE_VALID_STOREYS", {"storeys": rule.params["valid_up_to_storeys"]})
        return Finding(key, None, unit, "unknown", reason, rule=rule.reference, inputs=inputs)
    slack_m2 = float(columns["envelope_area_m2"].values[row] - footprint.values[row])
    total = sum(need.area_m2 for need in needs)
    value = {
        "wells": [vars(need) for need in needs],
        "total_m2": total,
        "slack_m2": slack_m2,
        "fit": slack_m2 >= total - 0.001,
    }
    return _passed_on(Finding(key, value, unit, rule=rule.reference, inputs=inputs), columns, row)


def _bays(columns: Mapping[str, Column], rule: Rule | None, row: int) -> list[Finding]:
    """Parking that the reachable floor area needs, and what the footprint holds."""
    reachable, footprint, count = (
        columns[key] for key in ("reachable_floor_area_m2", "footprint_m2", "storeys")
    )
    keys = ("parking_need", "parking_capacity")
    if rule is None:
        return [Finding(key, None, "bays", "unknown", Reason("NO_RULE", {"kind": "PARK"})) for key in keys]
    if not (reachable.known[row] and count.known[row]):
        missing = Reason("INPUT_UNKNOWN", {"inputs": [reachable.key]})
        return [Finding(key, None, "bays", "unknown", missing, rule=rule.reference) for key in keys]
    need = parking_need(float(reachable.values[row]), float(count.values[row]), rule)
    holds = capacity(float(footprint.values[row]), rule.params["capacity_share"], rule.params["m2_per_bay"])
    found = (
        Finding(keys[0], need, "bays", rule=rule.reference, inputs=(reachable.key, count.key)),
        Finding(keys[1], holds, "bays", rule=rule.reference, inputs=(footprint.key,)),
    )
    return [_passed_on(finding, columns, row) for finding in found]


def _passed_on(finding: Finding, columns: Mapping[str, Column], row: int) -> Finding:
    """A finding that is no surer than the least sure of its inputs."""
    doubts = max((columns[key].doubts for key in finding.inputs), key=lambda doubt: doubt.state[row])
    return replace(finding, state=STATES[doubts.state[row]], reason=doubts.reason[row])
