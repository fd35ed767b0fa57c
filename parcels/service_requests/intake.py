"""
Receives a request: once however often it is sent, decided on the spot where the record allows it.

`receive` is the whole way from a submission to a request with a tracking code. The clock is an
argument, so that past cases run through the same workflow.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from gis_core.access import acting_as_system
from gis_core.errors import BadInput, Conflict, Trouble
from layers.zoning.models import Zone
from parcels.evaluation import issue
from parcels.models import IssuedEvaluation, Parcel
from parcels.queries import parcel_by_key
from parcels.records.queries import PropertyRecord, property_record
from parcels.service_requests import applicants, authority, catalogue
from parcels.service_requests.applicants import Person
from parcels.service_requests.decisions import Needs, Verdict, instant_verdict, write_decision
from parcels.service_requests.front_office import office_for
from parcels.service_requests.models import (
    Decision,
    Document,
    Service,
    ServiceRequest,
    State,
    Transition,
)
from parcels.service_requests.uploads import Paper
from parcels.service_requests.workflow import STEPS, SYSTEM

Issuer = Callable[..., IssuedEvaluation]


@dataclass(frozen=True)
class Submission:
    """
    What was sent: made by the sender's `client_uuid`, so that a second sending is the same request.

    `person` None only for public services. `papers` were checked (uploads.py). `channel` COUNTER:
    an officer filed it and has seen the papers, also those of ownership or authority.
    """

    client_uuid: UUID
    service_code: str
    parcel_key: str
    filed_by_id: int | None = None
    person: Person | None = None
    unit: str = ""
    channel: str = ServiceRequest.Channel.ONLINE
    office_code: str = ""
    chosen_storeys: float | None = None
    wished_day: date | None = None
    papers: Sequence[Paper] = ()
    answers: dict[str, Any] = field(default_factory=dict)


def receive(
    submission: Submission,
    *,
    on: date,
    at: datetime | None = None,
    chance: Random | None = None,
    issued: Issuer = issue,
) -> ServiceRequest:
    """
    Take in a submission and decide it on the spot, or say why not and what comes next; all or nothing.

    `at` is the instant (now unless said), `chance` makes the codes (secret unless said), `issued`
    evaluates a parcel and keeps the answer.

    Raises
    ------
    BadInput
        When a paper or the applicant is missing, or the wished day is past.
    NotFound
        When there is no such service or parcel.
    Conflict
        When the client's number was used by somebody else.
    """
    at = at or timezone.now()
    with acting_as_system():
        known = _known(submission)
        if known is not None:
            return known
        service = catalogue.service(submission.service_code)
        parcel = parcel_by_key(submission.parcel_key, on=on)
        refuse_incomplete(service, submission, on=on)
        try:
            with transaction.atomic():
                return _settle(submission, service, parcel, on=on, at=at, chance=chance, issued=issued)
        except IntegrityError as error:
            known = _known(submission)
            if known is None:
                raise error
            return known


def refuse_incomplete(service: Service, submission: Submission, *, on: date) -> None:
    """
    Whether everything the service asks for was sent.

    Raises
    ------
    BadInput
        Naming what is missing.
    """
    if not service.public and submission.person is None:
        raise BadInput(
            "برای این خدمت نام، کد ملی و شمارهٔ همراه لازم است.",
            "This service needs a name, a national code and a mobile number.",
            {"field": "person"},
        )
    sent = {paper.kind for paper in submission.papers}
    for wanted in service.documents:
        if wanted["required"] and wanted["kind"] not in sent:
            raise BadInput(
                f"«{wanted['title_fa']}» را پیوست کنید.",
                f"Attach: {wanted['title_en']}.",
                {"field": wanted["kind"]},
            )
    if submission.wished_day is not None and submission.wished_day < on:
        raise BadInput("روزی که خواسته‌اید گذشته است.", "The day you wish is past.", {"field": "wished_day"})


def keep_paper(request: ServiceRequest, paper: Paper) -> Document:
    """Put a checked paper into the file of a request."""
    return Document.objects.create(
        request=request,
        kind=paper.kind,
        original_name=paper.original_name,
        file=ContentFile(paper.content, name=paper.stored_name),
        media_type=paper.media_type,
        size_bytes=len(paper.content),
        sha256=paper.sha256,
    )


def new_tracking_code(chance: Random | None = None) -> str:
    """
    Twelve digits in threes of four; the last is a check digit, so that a slip of the finger is noticed.

    Examples
    --------
    >>> is_tracking_code(new_tracking_code(Random(5)))
    True
    """
    source = chance or secrets.SystemRandom()
    digits = str(source.randrange(10**10, 10**11))
    return digits + _check_digit(digits)


def is_tracking_code(text: str) -> bool:
    """
    Whether these are twelve digits with the right last one.

    Examples
    --------
    >>> is_tracking_code("123456789012")
    False
    """
    return len(text) == 12 and text.isascii() and text.isdigit() and _check_digit(text[:11]) == text[11]


def _check_digit(digits: str) -> str:
    """Luhn's."""
    total = 0
    for position, letter in enumerate(reversed(digits)):
        value = int(letter) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _known(submission: Submission) -> ServiceRequest | None:
    found = (
        ServiceRequest.objects.filter(client_uuid=submission.client_uuid)
        .select_related("service", "parcel")
        .first()
    )
    if found is not None and found.filed_by_id != submission.filed_by_id:
        raise Conflict(
            "این فرم پیش‌تر فرستاده شده است؛ فرم تازه‌ای باز کنید.",
            "This form was sent before; open a new one.",
        )
    return found


def _open(
    submission: Submission,
    service: Service,
    parcel: Parcel,
    state: State,
    *,
    at: datetime,
    chance: Random | None,
) -> ServiceRequest:
    who = submission.person
    online = submission.channel == ServiceRequest.Channel.ONLINE
    request = ServiceRequest.objects.create(
        client_uuid=submission.client_uuid,
        tracking_code=new_tracking_code(chance),
        service=service,
        parcel=parcel,
        unit=submission.unit,
        applicant=applicants.keep(who, user_id=submission.filed_by_id if online else None) if who else None,
        filed_by_id=submission.filed_by_id,
        channel=submission.channel,
        office_code=submission.office_code,
        district_code=parcel.district_code,
        state=state,
        chosen_storeys=submission.chosen_storeys,
        wished_day=submission.wished_day,
        answers=submission.answers,
        submitted_at=at,
    )
    for paper in submission.papers:
        keep_paper(request, paper)
    return request


def _settle(
    submission: Submission,
    service: Service,
    parcel: Parcel,
    *,
    on: date,
    at: datetime,
    chance: Random | None,
    issued: Issuer,
) -> ServiceRequest:
    record = property_record(parcel, submission.unit, on=on)
    evaluation = _evaluation(parcel, on, issued)
    verdict = _verdict(submission, service, parcel, evaluation, record, on)
    state = _next_state(service, submission.channel, verdict)
    if not verdict.instant and not submission.office_code:
        office = office_for(parcel.district_code, service.code, on=on)
        submission = replace(submission, office_code=office)
    request = _open(submission, service, parcel, state, at=at, chance=chance)
    _write_steps(request, (State.SUBMITTED, State.INSTANT_CHECK, state), at=at, verdict=verdict)
    write_decision(
        request,
        Decision.Outcome.ANSWERED if verdict.instant else Decision.Outcome.INSPECTION,
        at=at,
        on=on,
        reasons=verdict.reasons,
        evaluation=evaluation,
        record=record,
        instant=verdict.instant,
        first=True,
        chance=chance,
    )
    return request


def _evaluation(parcel: Parcel, on: date, issued: Issuer) -> IssuedEvaluation | None:
    """The kept evaluation; None when it cannot be made now: then nothing is answered on the spot."""
    try:
        return issued(parcel, on=on)
    except Trouble:
        return None


def _verdict(
    submission: Submission,
    service: Service,
    parcel: Parcel,
    evaluation: IssuedEvaluation | None,
    record: PropertyRecord | None,
    on: date,
) -> Verdict:
    needs = Needs.of(service)
    return instant_verdict(
        needs,
        evaluation.document if evaluation else None,
        record,
        on=on,
        plan_changed_on=_plan_changed_on(parcel, needs, record, on),
        is_lot=parcel.kind == Parcel.Kind.LOT,
        authority=needs.owner and _may_act(submission, parcel),
    )


def _may_act(submission: Submission, parcel: Parcel) -> bool:
    """The officer at the counter saw the papers; everybody else must be an owner on record and ask as one."""
    if submission.channel == ServiceRequest.Channel.COUNTER:
        return True
    who = submission.person
    return authority.speaks_as(submission.filed_by_id, who) and authority.owns(who, parcel, submission.unit)


def _plan_changed_on(parcel: Parcel, needs: Needs, record: PropertyRecord | None, on: date) -> date | None:
    """Since when another zone holds than on the day of the newest certificate; None when the same does."""
    if not (needs.records or {}).get("plan_unchanged") or record is None or not record.papers:
        return None
    then = record.papers[0].issued_on
    inner = parcel.geometry.point_on_surface
    rows = Zone.objects.filter(
        Q(valid__contains=then) | Q(valid__contains=on),
        geometry__intersects=inner,
        known__upper_inf=True,
        layer_version__status="in_force",
    ).only("code", "valid")
    before = {row.code for row in rows if _holds(row, then)}
    now = [row for row in rows if _holds(row, on)]
    if not before or before == {row.code for row in now}:
        return None
    return max((row.valid.lower for row in now if row.valid.lower), default=on)


def _holds(row: Zone, day: date) -> bool:
    lower, upper = row.valid.lower, row.valid.upper
    return (lower is None or lower <= day) and (upper is None or day < upper)


def _next_state(service: Service, channel: str, verdict: Verdict) -> State:
    """Answered; or the visit, when no papers are to be checked first; or the office."""
    if verdict.instant:
        return State.ANSWERED_INSTANT
    if authority.NOT_VERIFIED in verdict.reasons:
        return State.DOC_CHECK
    at_counter = channel == ServiceRequest.Channel.COUNTER
    visits = service.decision != Service.Decision.DESK and bool(service.visit)
    if visits and (at_counter or not service.documents):
        return State.INSPECTION_REQUESTED
    return State.DOC_CHECK


def _write_steps(request: ServiceRequest, states: Sequence[State], *, at: datetime, verdict: Verdict) -> None:
    """The steps of Pelak itself that led here: one row each, one write."""
    here, rows = State.DRAFT, []
    for there in states:
        if SYSTEM not in STEPS[(here, there)]:
            raise ValueError(f"{here} to {there} is no step of the system.")
        reasons = [reason.as_row() for reason in verdict.reasons] if there == states[-1] else []
        rows.append(
            Transition(request=request, from_state=here, to_state=there, at=at, role=SYSTEM, reasons=reasons)
        )
        here = there
    Transition.objects.bulk_create(rows)
