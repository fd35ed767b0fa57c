"""Judges a proposed building against an evaluation: what passes, what fails, by how much, what would pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import shapely

from gis_core.constraints.counting import BuiltPart, counted_area
from gis_core.constraints.findings import Evaluation, Finding, Reason
from gis_core.constraints.parking import bays
from gis_core.constraints.plane import DUST_M2
from gis_core.constraints.rules import Rule, RuleSet

State = Literal["passes", "fails", "discretionary", "unknown"]
#: Lengths and areas that differ by less than the grid of the engine are equal: m, m².
EQUAL_WITHIN = 0.0005


@dataclass(frozen=True)
class Proposal:
    """
    A building that somebody wants to put up; what is left out is not judged.

    `units_m2`: useful area of each dwelling. `parts`: what the building is made of, for the counted floor
    area. `footprint`: a polygon in the metric CRS, or only its area. `other_uses`: area and need of other
    uses, as in the PARK rule. Areas m², heights m above the passage.
    """

    storeys: float | None = None
    uses: tuple[str, ...] = ()
    units_m2: tuple[float, ...] = ()
    parts: tuple[BuiltPart, ...] = ()
    footprint: shapely.Polygon | None = None
    footprint_m2: float | None = None
    height_m: float | None = None
    bays: int | None = None
    other_uses: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Judgement:
    """
    One point of a proposal: as proposed, the limit, and by how much it is passed.

    `remedy` says what would make it pass; `reason` why it cannot be judged. `finding`: the finding of the
    evaluation that gives the limit, whose trace is the proof.
    """

    key: str
    state: State
    proposed: Any
    limit: Any = None
    excess: float | None = None
    unit: str | None = None
    finding: str | None = None
    remedy: Reason | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Verdict:
    """All points of a proposal; it passes only when every one of them does."""

    judgements: tuple[Judgement, ...] = field(default=())

    @property
    def state(self) -> State:
        """The worst state among the points: a failure, then what is unknown, then what may be asked for."""
        found = {judgement.state for judgement in self.judgements}
        order: tuple[State, ...] = ("fails", "unknown", "discretionary", "passes")
        return next((state for state in order if state in found), "unknown")


def judge(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> Verdict:
    """
    Hold a proposal against what may be built on a lot; nothing unknown ever passes.

    `rules` are those of the evaluation; they tell how floor area and parking are counted.
    Source: rules.md sections 5 to 7, 15, 16, 19.
    """
    points = [_storeys, _floor_area, _coverage, _inside_envelope, _height, _uses, _parking]
    found = [judgement for point in points for judgement in point(proposal, evaluation, rules)]
    return Verdict(tuple(found))


def _storeys(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    if proposal.storeys is None:
        return []
    judged = _at_most("storeys", proposal.storeys, evaluation.findings["storeys"], "REDUCE_STOREYS_TO", "")
    asked = evaluation.findings["may_request_storeys"].value
    if judged.state == "fails" and asked is not None and proposal.storeys <= asked + EQUAL_WITHIN:
        return [Judgement(**{**vars(judged), "state": "discretionary", "remedy": Reason("ASK_FOR_STOREYS")})]
    return [judged]


def _floor_area(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    if not proposal.parts:
        return []
    key, rule = "floor_area_m2", _rule_of(evaluation, rules, "COUNT")
    if rule is None:
        return [_undecided(key, None, Reason("NO_RULE", {"kind": "COUNT"}))]
    counted = counted_area(proposal.parts, rule.params)
    if counted.area_m2 is None:
        return [_undecided(key, None, Reason("KIND_NOT_TOLD", {"kinds": list(counted.unknown_kinds)}))]
    limit = evaluation.findings["far_cap_m2"]
    return [_at_most(key, counted.area_m2, limit, "REDUCE_FLOOR_AREA_TO", "m2")]


def _coverage(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    area_m2 = proposal.footprint_m2 if proposal.footprint is None else float(proposal.footprint.area)
    if area_m2 is None:
        return []
    limit = evaluation.findings["coverage_cap_m2"]
    return [_at_most("footprint_m2", area_m2, limit, "REDUCE_FOOTPRINT_TO", "m2")]


def _inside_envelope(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    """A drawn footprint lies within the envelope, all of it; the part outside is measured, never dropped."""
    if proposal.footprint is None:
        return []
    key, limit = "footprint_outside_m2", evaluation.findings["envelope_area_m2"]
    if not shapely.is_valid(proposal.footprint):
        return [_undecided(key, None, Reason("INVALID_SHAPE"))]
    if limit.state == "unknown":
        return [_undecided(key, None, limit.reason or Reason("INPUT_UNKNOWN"))]
    outside = shapely.difference(proposal.footprint, evaluation.geometries["envelope"])
    # Along a shared border an overlay leaves dust a rounding wide; a strip of a millimetre is no dust.
    area_m2 = float(outside.area) if outside.area > DUST_M2 else 0.0
    state: State = "fails" if area_m2 else _as_sure_as(limit)
    remedy = Reason("STAY_INSIDE_ENVELOPE", {"outside_m2": area_m2}) if area_m2 else None
    return [Judgement(key, state, area_m2, 0.0, area_m2, "m2", limit.key, remedy, limit.reason)]


def _height(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    if proposal.height_m is None:
        return []
    return [_at_most("height_m", proposal.height_m, evaluation.findings["height_m"], "REDUCE_HEIGHT_TO", "m")]


def _uses(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    finding = evaluation.findings.get("uses")
    cells = (finding.value if finding is not None else None) or {}
    states: dict[str, State] = {
        "PERMITTED": "passes",
        "CONDITIONAL": "discretionary",
        "FORBIDDEN": "fails",
    }
    found = []
    for use in proposal.uses:
        cell = cells.get(use, "UNKNOWN")
        state = states.get(cell, "unknown")
        remedy = Reason("CHOOSE_ANOTHER_USE", {"use": use}) if state == "fails" else None
        reason = Reason("USE_NOT_TOLD", {"use": use}) if state == "unknown" else None
        found.append(Judgement("use", state, use, cell, finding="uses", remedy=remedy, reason=reason))
    return found


def _parking(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    if proposal.bays is None:
        return []
    if not proposal.units_m2 and not proposal.other_uses:
        return [_undecided("bays", proposal.bays, Reason("UNITS_NOT_TOLD"))]
    rule = _rule_of(evaluation, rules, "PARK")
    if rule is None:
        return [_undecided("bays", proposal.bays, Reason("NO_RULE", {"kind": "PARK"}))]
    need = bays(proposal.units_m2, rule.params, proposal.other_uses).required
    if need is None:
        return [_undecided("bays", proposal.bays, Reason("UNIT_IN_NO_BAND"))]
    missing = max(0, need - proposal.bays)
    remedy = Reason("ADD_BAYS", {"bays": missing}) if missing else None
    state: State = "fails" if missing else "passes"
    return [Judgement("bays", state, proposal.bays, need, float(missing), "bays", "parking_need", remedy)]


def _at_most(key: str, proposed: float, limit: Finding, remedy: str, unit: str) -> Judgement:
    if limit.state == "unknown" or limit.value is None:
        return _undecided(key, proposed, limit.reason or Reason("INPUT_UNKNOWN", {"inputs": [limit.key]}))
    allowed = float(limit.value)
    excess = max(0.0, proposed - allowed)
    if excess <= EQUAL_WITHIN:
        return Judgement(key, _as_sure_as(limit), proposed, allowed, 0.0, unit, limit.key, None, limit.reason)
    return Judgement(
        key, "fails", proposed, allowed, excess, unit, limit.key, Reason(remedy, {"limit": allowed})
    )


def _as_sure_as(limit: Finding) -> State:
    """Within the limit: it passes as surely as the limit is known."""
    return "passes" if limit.state == "computed" else "discretionary"


def _undecided(key: str, proposed: Any, reason: Reason) -> Judgement:
    return Judgement(key, "unknown", proposed, reason=reason)


def _rule_of(evaluation: Evaluation, rules: RuleSet, kind: str) -> Rule | None:
    """The rule of a kind for the lot's zone; over several zones only one that holds everywhere."""
    zones = {zone.code for zone in evaluation.zones if zone.kind == "CONCERNED"}
    return rules.pick(kind, zones.pop() if len(zones) == 1 else "").rule
