"""
Decides whether a request is answered on the spot, and writes what was decided; nothing decided is edited.

`instant_verdict` is pure: the service's conditions, the evaluation and the property's record go in,
a verdict with reasons comes out. What is not known is a reason, never a pass.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from gis_core.signing import sign
from parcels.models import IssuedEvaluation
from parcels.records.queries import PropertyRecord, property_record
from parcels.service_requests.authority import NOT_VERIFIED
from parcels.service_requests.costs import frozen_estimates
from parcels.service_requests.models import Decision, Service, ServiceRequest, State
from parcels.service_requests.reasons import Reason
from parcels.service_requests.workflow import Actor, move

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
FINDING_NAMES: dict[str, tuple[str, str]] = {
    "zone": ("پهنه", "The zone"),
    "access": ("دسترسی به گذر", "Access to a passage"),
    "surveyed_area_m2": ("مساحت نقشه‌برداری", "The surveyed area"),
    "deed_area_m2": ("مساحت سند", "The deed's area"),
    "area_discrepancy_m2": ("اختلاف سند و نقشه", "The difference of deed and survey"),
    "widening_area_m2": ("تعریض", "The widening"),
    "chamfer_area_m2": ("پخ", "The corner chamfer"),
    "net_area_m2": ("مساحت خالص", "The net area"),
    "far_percent": ("تراکم", "The floor area ratio"),
    "coverage_percent": ("سطح اشغال", "The coverage"),
    "storeys": ("تعداد طبقه", "The number of storeys"),
    "envelope_area_m2": ("محدودهٔ ساخت", "The buildable envelope"),
    "setbacks_m": ("عقب‌نشینی‌ها", "The setbacks"),
}
NOT_SURE = {
    "unknown": "FINDING_UNKNOWN",
    "discretionary": "FINDING_DISCRETIONARY",
    "needs_inspection": "FINDING_NEEDS_INSPECTION",
}
DOUBTFUL = {"unknown": "OVERLAY_UNKNOWN", "borderline": "OVERLAY_BORDERLINE"}
NOT_OF_THE_FILE = frozenset({"owner", "no_agency_overlay"})
"""Conditions that ask something else than what the property file says of the property."""


@dataclass(frozen=True)
class Verdict:
    """Whether the answer can be given on the spot; if not, all reasons why not."""

    instant: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Needs:
    """What a service must know to answer on the spot; rows of the catalogue, read once."""

    decision: str
    findings: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    records: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, service: Service) -> "Needs":
        """The needs written in the service's row."""
        return cls(
            service.decision,
            tuple(service.needed_findings),
            tuple(service.needed_overlays),
            service.needed_records,
        )

    @property
    def owner(self) -> bool:
        """Whether the applicant's authority over the property must be verified."""
        return bool((self.records or {}).get("owner"))

    @property
    def file(self) -> bool:
        """Whether anything is asked of the property file itself."""
        return any(wanted for name, wanted in (self.records or {}).items() if name not in NOT_OF_THE_FILE)


def instant_verdict(
    needs: Needs,
    document: Mapping[str, Any] | None,
    record: PropertyRecord | None,
    *,
    on: date,
    plan_changed_on: date | None = None,
    is_lot: bool = True,
    authority: bool = False,
) -> Verdict:
    """
    Whether the service is answered on the spot on that day, with every reason against it.

    `document` is the evaluation (gis_core/constraints/README.md), None when there is none; `record`
    the property file, None when there is none; `plan_changed_on` the day since which the present
    plan holds on this parcel; `authority` whether the applicant owns the property or a person saw proof.
    """
    reasons = [*_reasons(needs, document, record, on=on, plan_changed_on=plan_changed_on, is_lot=is_lot)]
    if needs.owner and not authority:
        reasons.append(NOT_VERIFIED)
    return Verdict(not reasons, tuple(reasons))


def _reasons(
    needs: Needs,
    document: Mapping[str, Any] | None,
    record: PropertyRecord | None,
    *,
    on: date,
    plan_changed_on: date | None,
    is_lot: bool,
) -> Iterator[Reason]:
    if needs.decision == Service.Decision.VISIT:
        yield Reason("VISIT_ALWAYS")
    if needs.decision == Service.Decision.DESK:
        yield Reason("DESK_ALWAYS")
    if not is_lot:
        yield Reason("NOT_A_LOT")
    if needs.findings or needs.overlays:
        yield from _about_evaluation(needs, document)
    if needs.file:
        yield from _about_record(needs.records or {}, record, on=on, plan_changed_on=plan_changed_on)


def _about_evaluation(needs: Needs, document: Mapping[str, Any] | None) -> Iterator[Reason]:
    if document is None:
        yield Reason("NOT_EVALUATED")
        return
    for key in needs.findings:
        finding = document["findings"].get(key)
        code = NOT_SURE.get(finding["state"] if finding else "unknown")
        if code:
            fa, en = FINDING_NAMES.get(key, (key, key))
            yield Reason(code, {"key": key, "name_fa": fa, "name_en": en})
    yield from _about_overlays(needs, document["overlays"])


def _about_overlays(needs: Needs, overlays: Sequence[Mapping[str, Any]]) -> Iterator[Reason]:
    everything = "*" in needs.overlays
    agencies = bool((needs.records or {}).get("no_agency_overlay"))
    for missing in set(needs.overlays) - {"*"} - {row["layer"] for row in overlays}:
        yield Reason("OVERLAY_UNKNOWN", {"key": missing, "name_fa": missing, "name_en": missing})
    for row in overlays:
        if not everything and row["layer"] not in needs.overlays:
            continue
        names = {
            "key": row["layer"],
            "name_fa": row.get("name_fa") or row["layer"],
            "name_en": row.get("name_en") or row["layer"],
        }
        if row["state"] in DOUBTFUL:
            yield Reason(DOUBTFUL[row["state"]], names)
        elif agencies and row["state"] == "applies" and row.get("effect") == "CONDITIONAL":
            yield Reason("OVERLAY_NEEDS_AGENCY", names | {"agency": row.get("agency", "")})


def _about_record(
    asked: Mapping[str, Any], record: PropertyRecord | None, *, on: date, plan_changed_on: date | None
) -> Iterator[Reason]:
    if record is None:
        yield Reason("NO_RECORD")
        return
    kinds = asked.get("certificates", ())
    papers = [paper for paper in record.papers if paper.kind in kinds]
    if kinds and not papers:
        yield Reason("NO_CERTIFICATE")
    yield from _about_visit(asked.get("inspected_within_months"), record.last_inspected_on, on)
    if asked.get("no_open_violation") and record.open_violations:
        yield Reason("OPEN_VIOLATION", {"count": len(record.open_violations)})
    if asked.get("no_stop_order") and record.stop_order:
        yield Reason("STOP_ORDER")
    if asked.get("debts_settled") and record.debt_rial > 0:
        yield Reason("DEBT_DUE", {"amount_rial": record.debt_rial})
    if asked.get("plan_unchanged") and papers and plan_changed_on and plan_changed_on > papers[0].issued_on:
        yield Reason("PLAN_CHANGED", {"since": plan_changed_on.isoformat()})


def _about_visit(within_months: int | None, last: date | None, on: date) -> Iterator[Reason]:
    if within_months is None:
        return
    if last is None:
        yield Reason("NEVER_INSPECTED")
    elif last < months_before(on, within_months):
        yield Reason("INSPECTION_TOO_OLD", {"months": within_months, "last": last.isoformat()})


def months_before(day: date, months: int) -> date:
    """
    The day so many months earlier; the last of the month where that day does not exist.

    Examples
    --------
    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def facts_of(
    request: ServiceRequest,
    outcome: str,
    *,
    instant: bool,
    reasons: Sequence[Reason],
    evaluation: IssuedEvaluation | None,
    record: PropertyRecord | None,
    at: datetime,
    valid_until: date | None,
) -> dict[str, Any]:
    """
    What a decision states, as plain JSON to be signed; never personal data.

    The property's record stands in it only where the service asks for it: a public answer must not
    tell everybody what the owner owes.
    """
    service = request.service
    findings = evaluation.document["findings"] if evaluation else {}
    return {
        "service": {"code": service.code, "title_fa": service.title_fa, "title_en": service.title_en},
        "tracking_code": request.tracking_code,
        "parcel": {"key": request.parcel.key, "version": request.parcel.version, "unit": request.unit},
        "outcome": outcome,
        "instant": instant,
        "reasons": [reason.as_row() for reason in reasons],
        "decided_at": at.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
        "chosen_storeys": request.chosen_storeys,
        "evaluation": {"code": str(evaluation.code), "sha256": evaluation.sha256} if evaluation else None,
        "findings": {key: findings[key]["value"] for key in service.needed_findings if key in findings},
        **({"record": _record_facts(record)} if Needs.of(service).file else {}),
    }


def _record_facts(record: PropertyRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "file_no": record.file_no,
        "last_inspected_on": record.last_inspected_on.isoformat() if record.last_inspected_on else None,
        "papers": [
            {"kind": paper.kind, "number": paper.number, "issued_on": paper.issued_on.isoformat()}
            for paper in record.papers
        ],
        "open_violations": list(record.open_violations),
        "stop_order": record.stop_order,
        "debt_rial": record.debt_rial,
    }


def write_decision(
    request: ServiceRequest,
    outcome: str,
    *,
    at: datetime,
    on: date,
    by_id: int | None = None,
    reasons: Sequence[Reason] = (),
    evaluation: IssuedEvaluation | None = None,
    record: PropertyRecord | None = None,
    instant: bool = False,
    first: bool = False,
    chance: Random | None = None,
) -> Decision:
    """Keep a decision with the facts it stands on, signed; unless `first`, it supersedes earlier ones."""
    days = request.service.answer_validity_days
    final = outcome == Decision.Outcome.ANSWERED
    valid_until = on + timedelta(days=days) if days and final else None
    facts = facts_of(
        request,
        outcome,
        instant=instant,
        reasons=reasons,
        evaluation=evaluation,
        record=record,
        at=at,
        valid_until=valid_until,
    )
    facts["estimates"] = frozen_estimates(request.service, evaluation, at=at)
    signature = sign(facts)
    decision = Decision.objects.create(
        code=new_code(chance),
        request=request,
        outcome=outcome,
        instant=instant,
        reasons=facts["reasons"],
        evaluation=evaluation,
        facts=facts,
        signature=signature.value,
        key_id=signature.key_id,
        decided_at=at,
        decided_by_id=by_id,
        valid_until=valid_until,
    )
    if not first:
        earlier = Decision.objects.filter(request=request, superseded_by=None).exclude(pk=decision.pk)
        earlier.update(superseded_by=decision)
    return decision


def new_code(chance: Random | None = None) -> str:
    """
    A code for paper in letters that are not mistaken for each other.

    Examples
    --------
    >>> new_code(Random(1))
    '6MXV-T4A5-HTGH'
    """
    source = chance or secrets.SystemRandom()
    letters = [source.choice(CODE_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[first : first + 4]) for first in (0, 4, 8))


@transaction.atomic
def recommend(
    request: ServiceRequest,
    to_state: str,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    reasons: Sequence[Reason] = (),
    chance: Random | None = None,
) -> ServiceRequest:
    """
    A desk hands a case on with its opinion as a row of its own; the step and its rights are the workflow's.

    `authority.VERIFIED` among the reasons says that whoever takes the step saw the applicant's proof of
    ownership or authority; a case in which that is in doubt does not go on from the papers without it.

    Raises
    ------
    BadInput, Conflict, Forbidden
        As `workflow.move`.
    """
    rows = [reason.as_row() for reason in reasons]
    move(request, to_state, by=by, at=at, reasons=rows, note=note)
    if to_state in (State.MUNICIPAL_DESK, State.REFERRED_ART100):
        write_decision(
            request,
            Decision.Outcome.RECOMMENDED,
            at=at,
            on=at.date(),
            by_id=by.user_id,
            reasons=reasons,
            chance=chance,
        )
    return request


@transaction.atomic
def decide(
    request: ServiceRequest,
    *,
    by: Actor,
    at: datetime,
    on: date,
    evaluation: IssuedEvaluation | None,
    granted: bool = True,
    note: str = "",
    chance: Random | None = None,
) -> Decision:
    """
    Issue the answer of a case at the municipality's desk: granted or refused, signed, with today's facts.

    Raises
    ------
    Conflict, Forbidden
        As `workflow.move`; above all when the same person inspected or checked the documents.
    """
    move(request, State.ANSWERED, by=by, at=at, note=note)
    return write_decision(
        request,
        Decision.Outcome.ANSWERED if granted else Decision.Outcome.REFUSED,
        at=at,
        on=on,
        by_id=by.user_id,
        evaluation=evaluation,
        record=property_record(request.parcel, request.unit, on=on),
        chance=chance,
    )
