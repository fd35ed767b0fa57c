"""Holds evaluations of many lots: columns for all, and the whole evaluation of any one on demand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from typing import Any

import numpy as np
import shapely

from gis_core.constraints.choices import Permitted, choices
from gis_core.constraints.columns import Column
from gis_core.constraints.corrected_lines import line_findings
from gis_core.constraints.envelopes import Standing
from gis_core.constraints.findings import EdgeFinding, Evaluation, Finding, Reason, ZoneShare
from gis_core.constraints.intake import Frame
from gis_core.constraints.land import Land
from gis_core.constraints.lot_rules import LotRules
from gis_core.constraints.placed import Placed
from gis_core.constraints.plane import EMPTY, Ints, Shapes, shapes
from gis_core.constraints.restrictions import Restrictions
from gis_core.constraints.rules import Rule
from gis_core.constraints.values import Lots, Surroundings
from gis_core.constraints.wells_and_bays import bays, wells
from gis_core.constraints.zones import slivers_join

#: Findings that are made when one lot is asked for, with their units.
ON_DEMAND = {"light_wells_m2": "m2", "parking_need": "bays", "parking_capacity": "bays"}


@dataclass(frozen=True)
class Steps:
    """What the steps found: land, zones and limits, where a building stands, overlays, rules by kind."""

    land: Land
    placed: Placed
    standing: Standing
    restrictions: Restrictions
    rules: Mapping[str, LotRules]


@dataclass(frozen=True)
class Evaluations(Sequence[Evaluation]):
    """
    Evaluations of many lots: columns for all, and the whole evaluation of any one when it is asked for.

    `asked` are the lots as they came, `lots` those that could be judged, in `frame`; `row` (n,) finds the
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
    frame: Frame
    steps: Steps

    def __len__(self) -> int:
        return len(self.row)

    def __iter__(self) -> Iterator[Evaluation]:
        return (self[lot] for lot in range(len(self)))

    def __getitem__(self, lot: int) -> Evaluation:  # type: ignore[override]
        """The evaluation of one lot."""
        if lot in self.refused:
            return self._refusal(lot)
        row = int(self.row[lot])
        edges, geometries = self._drawn(row)
        findings = {key: column.finding(row) for key, column in self.columns.items()}
        findings |= self._wells_and_bays(row)
        self._tell_lines(findings, row)
        return Evaluation(
            parcel_id=int(self.lots.id[row]),
            parcel_key=str(self.lots.key[row]),
            status=self._status(row),
            on=self.on,
            known_at=self.known_at,
            findings=findings,
            zones=self._zones(row),
            zone_state=str(self.steps.placed.overlaps.state[row]),
            unzoned_mm2=int(self.steps.placed.overlaps.uncovered_mm2[row]),
            overlays=self.steps.restrictions.findings(row, self.around.overlays),
            edges=edges,
            choices=choices(self._permitted(row), self._rule("HEIGHT", row), self._rule("PARK", row)),
            geometries=geometries,
        )

    def _tell_lines(self, findings: dict[str, Finding], row: int) -> None:
        """Add the corrected lines that say what the lot cedes, as inputs of that."""
        lines = line_findings(self.steps.land.said, self.around.corrected, row)
        if lines:
            findings |= {line.key: line for line in lines}
            ceded = findings["widening_area_m2"]
            inputs = (*ceded.inputs, *(line.key for line in lines))
            findings[ceded.key] = replace(ceded, inputs=inputs)

    def _refusal(self, lot: int) -> Evaluation:
        reason = self.refused[lot]
        units = {key: column.unit for key, column in self.columns.items()} | ON_DEMAND
        findings = {key: Finding(key, None, unit, "unknown", reason) for key, unit in units.items()}
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
        if self.steps.land.in_plan[row]:
            return "IN_PLAN"
        return "NO_ACCESS" if self.columns["access"].values[row] is False else "NORMAL"

    def _zones(self, row: int) -> tuple[ZoneShare, ...]:
        overlaps, zones = self.steps.placed.overlaps, self.around.zones
        first, last = np.searchsorted(overlaps.lot, [row, row + 1])
        order = first + np.argsort(-overlaps.share[first:last], kind="stable")
        joins = slivers_join(overlaps, int(first), int(last))
        counted = overlaps.area_mm2[first:last].copy()
        slivers = (joins >= 0).nonzero()[0]
        np.add.at(counted, joins[slivers], counted[slivers])
        counted[slivers] = 0
        concerned = first + (overlaps.kind[first:last] == "CONCERNED").nonzero()[0]
        placed = self.steps.placed
        limits = dict(zip(concerned, placed.limits_from(row, len(concerned)), strict=True))
        at = dict(zip(concerned, count(int(np.searchsorted(placed.lot, row))), strict=False))
        return tuple(
            ZoneShare(
                code=str(zones.code[overlaps.zone[pair]]),
                name_fa=str(zones.name_fa[overlaps.zone[pair]]),
                name_en=str(zones.name_en[overlaps.zone[pair]]),
                share=float(overlaps.share[pair]),
                area_mm2=int(overlaps.area_mm2[pair]),
                kind=overlaps.kind[pair],
                width_m=float(overlaps.width_m[pair]),
                joins=str(zones.code[overlaps.zone[first + joins[pair - first]]])
                if joins[pair - first] >= 0
                else "",
                counted_mm2=int(counted[pair - first]),
                limits=limits.get(pair, {}),
                ruled_by=placed.ruled_by(at[pair]) if pair in at else "",
                reason=placed.why_fell(at[pair]) if pair in at else None,
            )
            for pair in order
        )

    def _drawn(self, row: int) -> tuple[tuple[EdgeFinding, ...], dict[str, Any]]:
        """Edges and shapes of a lot, back on the map."""
        first, last = np.searchsorted(self.around.edges.lot, [row, row + 1]).tolist()
        named = self._geometries(row)
        back = self.frame.back(shapes(*self.around.edges.geometry[first:last], *named.values()))
        count = last - first
        return self._edges(range(first, last), back[:count]), dict(zip(named, back[count:], strict=True))

    def _edges(self, mine: range, lines: Shapes) -> tuple[EdgeFinding, ...]:
        """Edges of a lot by their positions, with their lines on the map."""
        edges, passages = self.around.edges, self.around.passages
        lengths_m = shapely.length(edges.geometry[mine.start : mine.stop]).tolist()
        found = []
        for edge, line, length_m in zip(mine, lines, lengths_m, strict=True):
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
                    length_m=length_m,
                    geometry=line,
                    measured_width_m=_number(edges.width_m[edge]),
                )
            )
        return tuple(found)

    def _geometries(self, row: int) -> dict[str, shapely.Geometry]:
        """Shapes of a lot by their names, near the origin."""
        land, standing = self.steps.land, self.steps.standing
        # Of what is only an upper bound no line is drawn that somebody might build to.
        known = self.columns["envelope_area_m2"].known[row]
        return {
            "parcel": self.lots.geometry[row],
            "ceded": land.ceded(row, self.lots.geometry[row]),
            "chamfer": land.chamfer(row),
            "net": land.net[row],
            "buildable": standing.buildable[row],
            "envelope": standing.envelope[row] if known else EMPTY,
            "line60": standing.line[row] if known else EMPTY,
        }

    def _permitted(self, row: int) -> Permitted:
        asked = self.columns["may_request_storeys"].values[row]
        return Permitted(
            storeys=self._known("storeys", row),
            may_request=None if asked is None else float(asked),
            footprint_m2=self._known("footprint_m2", row),
            far_cap_m2=self._known("far_cap_m2", row),
        )

    def _known(self, key: str, row: int) -> float:
        column = self.columns[key]
        return float(column.values[row]) if column.known[row] else np.nan

    def _rule(self, kind: str, row: int) -> Rule | None:
        found: Rule | None = self.steps.rules[kind].rule[row]
        return found

    def _wells_and_bays(self, row: int) -> dict[str, Finding]:
        found = [
            wells(self.columns, self.steps.land, self.steps.rules["LIGHTWELL"], row),
            *bays(self.columns, self.steps.rules["PARK"], row),
        ]
        return {finding.key: finding for finding in found}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
