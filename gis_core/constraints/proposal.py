"""Judges a proposed building against an evaluation: what passes, what fails, by how much, what would pass."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import shapely

from gis_core.constraints.counting import BuiltPart, counted_area
from gis_core.constraints.findings import Evaluation, Finding, Reason
from gis_core.constraints.parking import bays, capacity
from gis_core.constraints.rules import Picked, RuleSet
from gis_core.constraints.storeys import height_m

State = Literal["passes", "fails", "discretionary", "unknown"]
#: Lengths and areas that differ by less than the grid of the engine are equal: m, m².
EQUAL_WITHIN = 0.0005
#: Shapes are told to the millimetre: what lies outside by less than this is rounding, not building: m.
_ROUNDED_WITHIN_M = 0.0008


@dataclass(frozen=True)
class Proposal:
    """
    A building that somebody wants to put up; what is left out is not judged.

    `units_m2`: useful area of each dwelling. `parts`: what the building is made of, for the counted floor
    area; without them every storey counts in full. `footprint`: a polygon in the metric CRS, or only its
    area. `use_areas_m2`: the area of each use beside dwellings, whose need of bays the PARK rule tells;
    `other_uses`: area and need of such uses, told with the building. `projection_m`: how far it reaches
    over the passage. Areas m², heights m above the passage.
    """

    storeys: float | None = None
    uses: tuple[str, ...] = ()
    units_m2: tuple[float, ...] = ()
    parts: tuple[BuiltPart, ...] = ()
    footprint: shapely.Polygon | None = None
    footprint_m2: float | None = None
    height_m: float | None = None
    projection_m: float | None = None
    bays: int | None = None
    other_uses: tuple[Mapping[str, Any], ...] = ()
    use_areas_m2: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        sizes = (self.storeys, self.footprint_m2, self.height_m, self.bays, *self.units_m2)
        wrong = [size for size in sizes if size is not None and not 0 <= size < math.inf]
        areas = [part.area_m2 for part in self.parts] + [area for _, area in self.use_areas_m2]
        wrong += [area for area in areas if not 0 <= area < math.inf]
        if wrong:
            raise ValueError(
                f"Expected sizes of a building that are finite and not negative, got {wrong[0]}."
            )

    @property
    def covered_m2(self) -> float | None:
        """Area of the footprint in m², drawn or told; None without one."""
        return self.footprint_m2 if self.footprint is None else float(self.footprint.area)


@dataclass(frozen=True)
class Judgement:
    """
    One point of a proposal: as proposed, the limit, and by how much it is passed.

    `remedy` says what would make it pass; `reason` why it cannot be judged, or what it was judged on.
    `finding`: the finding of the evaluation that gives the limit, whose trace is the proof.
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
    points = [
        _permit,
        _storeys,
        _coverage,
        _inside_envelope,
        _floor_area,
        _height,
        _projection,
        _light,
        _uses,
        _parking,
    ]
    found = [judgement for point in points for judgement in point(proposal, evaluation, rules)]
    return Verdict(tuple(found))


def _permit(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    """On a lot that gets no permit nothing passes; told only there, and where nobody knows of an access."""
    if proposal == Proposal():
        return []
    if evaluation.status != "NORMAL":
        return [Judgement("permit", "fails", None, finding="access", reason=Reason(evaluation.status))]
    access = evaluation.findings["access"]
    unknown = access.state == "unknown"
    return [_undecided("permit", None, access.reason or Reason("ACCESS_UNKNOWN"))] if unknown else []


def _storeys(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    if proposal.storeys is None:
        return []
    judged = _at_most("storeys", proposal.storeys, evaluation.findings["storeys"], "REDUCE_STOREYS_TO", "")
    asked = evaluation.findings["may_request_storeys"].value
    if judged.state == "fails" and asked is not None and proposal.storeys <= asked + EQUAL_WITHIN:
        return [replace(judged, state="discretionary", remedy=Reason("ASK_FOR_STOREYS"))]
    return [judged]


def _coverage(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    """A drawn footprint is held to the coverage; of a mere area also the envelope must have room for it."""
    if proposal.covered_m2 is None:
        return []
    limit = evaluation.findings["footprint_m2" if proposal.footprint is None else "coverage_cap_m2"]
    return [_at_most("footprint_m2", proposal.covered_m2, limit, "REDUCE_FOOTPRINT_TO", "m2")]


def _inside_envelope(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    """A drawn footprint lies within the envelope, all of it; the part outside is measured, never dropped."""
    if proposal.footprint is None:
        return []
    key, limit = "footprint_outside_m2", evaluation.findings["envelope_area_m2"]
    if not shapely.is_valid(proposal.footprint) or not proposal.footprint.area > 0:
        return [_undecided(key, None, Reason("INVALID_FOOTPRINT"))]
    if limit.state == "unknown":
        return [_undecided(key, None, limit.reason or Reason("INPUT_UNKNOWN", {"inputs": [limit.key]}))]
    area_m2 = outside_m2(proposal.footprint, evaluation.geometries["envelope"])
    state: State = "fails" if area_m2 else _as_sure_as(limit)
    remedy = Reason("STAY_INSIDE_ENVELOPE", {"outside_m2": area_m2}) if area_m2 else None
    return [Judgement(key, state, area_m2, 0.0, area_m2, "m2", limit.key, remedy, limit.reason)]


def outside_m2(footprint: shapely.Polygon, envelope: Any) -> float:
    """
    Area of a footprint outside an envelope, in m²; strips thinner than the millimetre told are none.

    Examples
    --------
    >>> outside_m2(shapely.box(0, 0, 10, 10), shapely.box(0, 0, 10, 9.9995))
    0.0
    """
    outside = shapely.difference(footprint, envelope)
    thick = shapely.buffer(outside, -_ROUNDED_WITHIN_M / 2, join_style="mitre")
    return 0.0 if shapely.is_empty(thick) else float(outside.area)


def _floor_area(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    key, limit = "floor_area_m2", evaluation.findings["far_cap_m2"]
    if not proposal.parts:
        return _whole_storeys(proposal, key, limit)
    picked = rule_of_lot(evaluation, rules, "COUNT")
    rule = picked.rule
    if rule is None:
        return [_undecided(key, None, picked.why_none("COUNT"))]
    counted = counted_area(proposal.parts, rule.params)
    if counted.area_m2 is None:
        return [_undecided(key, None, Reason("KIND_NOT_TOLD", {"kinds": list(counted.unknown_kinds)}))]
    return [_at_most(key, counted.area_m2, limit, "REDUCE_FLOOR_AREA_TO", "m2")]


def _whole_storeys(proposal: Proposal, key: str, limit: Finding) -> list[Judgement]:
    """While nobody says what a building is made of, each storey counts in full: never less than the law's."""
    if proposal.covered_m2 is None or proposal.storeys is None:
        return []
    judged = _at_most(key, proposal.covered_m2 * proposal.storeys, limit, "REDUCE_FLOOR_AREA_TO", "m2")
    return [judged if judged.reason else replace(judged, reason=Reason("COUNTED_IN_FULL"))]


def _height(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    if proposal.height_m is None:
        return []
    return [_at_most("height_m", proposal.height_m, evaluation.findings["height_m"], "REDUCE_HEIGHT_TO", "m")]


def _projection(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    """How far it reaches over the passage; what must stay free below it is told where it may."""
    if proposal.projection_m is None:
        return []
    findings = evaluation.findings
    judged = _at_most(
        "projection_m", proposal.projection_m, findings["projection_m"], "REDUCE_PROJECTION_TO", "m"
    )
    free_m = findings["projection_clearance_m"].value
    if judged.state != "passes" or not proposal.projection_m or free_m is None:
        return [judged]
    return [replace(judged, reason=Reason("FREE_UNDER_PROJECTION", {"clearance_m": free_m}))]


def _light(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> list[Judgement]:
    """The height under the light planes; where the rule leaves it to a person, above them is to be asked."""
    finding = evaluation.findings["light_height_m"]
    if proposal.height_m is None and proposal.storeys is None:
        return []
    high = _height_of(proposal, evaluation, rules)
    if finding.state == "unknown" or high is None:
        missing = rule_of_lot(evaluation, rules, "HEIGHT").why_none("HEIGHT")
        return [
            _undecided("light_m", high, (finding.reason if finding.state == "unknown" else None) or missing)
        ]
    if finding.value is None:
        return [Judgement("light_m", "passes", high, None, 0.0, "m", finding.key)]
    judged = _at_most("light_m", high, finding, "REDUCE_HEIGHT_TO", "m")
    rule = rule_of_lot(evaluation, rules, "LIGHT").rule
    if judged.state == "fails" and rule is not None and rule.params["effect"] == "ASK":
        asked = Reason("LIGHT_EXCEEDED", {"light_height_m": judged.limit})
        return [replace(judged, state="discretionary", reason=asked)]
    return [judged]


def _height_of(proposal: Proposal, evaluation: Evaluation, rules: RuleSet) -> float | None:
    rule = rule_of_lot(evaluation, rules, "HEIGHT").rule
    if proposal.height_m is not None or rule is None or proposal.storeys is None:
        return proposal.height_m
    return float(height_m(proposal.storeys, rule.params))


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
    if not proposal.units_m2 and not proposal.other_uses and not proposal.use_areas_m2:
        return [_undecided("bays", proposal.bays, Reason("UNITS_NOT_TOLD"))]
    picked = rule_of_lot(evaluation, rules, "PARK")
    rule = picked.rule
    if rule is None:
        return [_undecided("bays", proposal.bays, picked.why_none("PARK"))]
    needs = rule.params.get("uses", {})
    told = [{**needs[use], "area_m2": area_m2} for use, area_m2 in proposal.use_areas_m2 if use in needs]
    need = bays(proposal.units_m2, rule.params, (*proposal.other_uses, *told)).required
    if need is None:
        return [_undecided("bays", proposal.bays, Reason("UNIT_IN_NO_BAND"))]
    missing = max(0, need - proposal.bays)
    if missing:
        remedy = Reason("ADD_BAYS", {"bays": missing})
        return [
            Judgement("bays", "fails", proposal.bays, need, float(missing), "bays", "parking_need", remedy)
        ]
    without = [use for use, _ in proposal.use_areas_m2 if use not in needs]
    if without:
        return [_undecided("bays", proposal.bays, Reason("NO_BAYS_OF_USE", {"uses": without}))]
    if _uses_untold(proposal):
        return [_undecided("bays", proposal.bays, Reason("OTHER_USES_NOT_TOLD", {"bays": need}))]
    remark = _beyond_the_roof(proposal, rule.params)
    return [Judgement("bays", "passes", proposal.bays, need, 0.0, "bays", "parking_need", None, remark)]


def _uses_untold(proposal: Proposal) -> bool:
    """Whether a use needs bays that nobody counted: dwellings are one use, the others tell their areas."""
    dwellings, told = 1 if proposal.units_m2 else 0, {use for use, _ in proposal.use_areas_m2}
    return len(set(proposal.uses) - told) > dwellings + len(proposal.other_uses)


def _beyond_the_roof(proposal: Proposal, rule: Mapping[str, Any]) -> Reason | None:
    """More bays than roughly fit under the footprint: the plan must show where the others are."""
    if proposal.covered_m2 is None or proposal.bays is None:
        return None
    fit = capacity(proposal.covered_m2, rule["capacity_share"], rule["m2_per_bay"])
    return Reason("BAYS_BEYOND_ROOF", {"bays": fit}) if proposal.bays > fit else None


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


def rule_of_lot(evaluation: Evaluation, rules: RuleSet, kind: str) -> Picked:
    """
    The rule of a kind on the lot, as its evaluation found it: of the zone whose rules hold there.

    Of several zones one that is the same in all; where nobody can say whose rules hold, in every zone.
    """
    zones = {zone.ruled_by for zone in evaluation.zones if zone.kind == "CONCERNED"}
    return rules.of_zones(kind, zones) if zones and all(zones) else rules.of_any_zone(kind)
