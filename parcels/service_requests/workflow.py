"""
Moves a request from state to state; the states and who may take each step stand in one table.

The states are those of the two routes of the counter offices (online and in person) with the
instant check before any employee. Whoever inspected, checked the documents or issued the answer
of a file does neither of the other two on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gis_core.access import Grant, Scope
from gis_core.errors import BadInput, Conflict, Forbidden
from gis_core.models import Role
from parcels.service_requests import authority
from parcels.service_requests.models import ServiceRequest, State, Transition

SYSTEM = "system"
FILER = "filer"
DOC = (Role.TECHNICAL_OFFICER,)
PLAN = (Role.DETAILED_PLAN_DESK,)
STAFF = (Role.MUNICIPAL_STAFF,)
DISPATCH = (Role.DISPATCHER,)
VISITS = (Role.INSPECTOR,)

S = State
STEPS: dict[tuple[State, State], tuple[str, ...]] = {
    # receiving: no employee in between
    (S.DRAFT, S.SUBMITTED): (SYSTEM, FILER),
    (S.SUBMITTED, S.INSTANT_CHECK): (SYSTEM,),
    (S.INSTANT_CHECK, S.ANSWERED_INSTANT): (SYSTEM,),
    (S.INSTANT_CHECK, S.DOC_CHECK): (SYSTEM,),
    (S.INSTANT_CHECK, S.INSPECTION_REQUESTED): (
        SYSTEM,
    ),  # papers already checked at the counter, or none needed
    (S.ANSWERED_INSTANT, S.CLOSED): (SYSTEM, *STAFF),
    # the office
    (S.DOC_CHECK, S.RETURNED): DOC,
    (S.DOC_CHECK, S.INSPECTION_REQUESTED): DOC,
    (S.DOC_CHECK, S.DETAILED_PLAN_CHECK): DOC,
    (S.RETURNED, S.DOC_CHECK): (FILER, *DOC),
    (S.RETURNED, S.CANCELLED): (FILER, SYSTEM, *DOC),
    # the visit
    (S.INSPECTION_REQUESTED, S.INSPECTION_SCHEDULED): (SYSTEM, *DISPATCH),
    (S.INSPECTION_SCHEDULED, S.INSPECTION_REQUESTED): (SYSTEM, *DISPATCH, *VISITS),
    (S.INSPECTION_SCHEDULED, S.INSPECTED): VISITS,
    (S.INSPECTED, S.DETAILED_PLAN_CHECK): (SYSTEM, *VISITS, *DOC),
    # the desks
    (S.DETAILED_PLAN_CHECK, S.INSPECTION_REQUESTED): PLAN,
    (S.DETAILED_PLAN_CHECK, S.MUNICIPAL_DESK): PLAN,
    (S.MUNICIPAL_DESK, S.DETAILED_PLAN_CHECK): STAFF,
    (S.MUNICIPAL_DESK, S.FEES_DUE): STAFF,
    (S.MUNICIPAL_DESK, S.ANSWERED): STAFF,
    (S.FEES_DUE, S.PAID): (SYSTEM, *STAFF),
    (S.PAID, S.ANSWERED): STAFF,
    (S.ANSWERED, S.CLOSED): (SYSTEM, *STAFF, Role.FOLLOW_UP_OFFICER),
    # from the desks to others and back
    (S.DOC_CHECK, S.WAITING_AGENCY): DOC,
    (S.DETAILED_PLAN_CHECK, S.WAITING_AGENCY): PLAN,
    (S.MUNICIPAL_DESK, S.WAITING_AGENCY): STAFF,
    (S.WAITING_AGENCY, S.MUNICIPAL_DESK): (Role.AGENCY, *STAFF),
    (S.INSPECTED, S.REFERRED_ART100): STAFF,
    (S.DETAILED_PLAN_CHECK, S.REFERRED_ART100): PLAN,
    (S.MUNICIPAL_DESK, S.REFERRED_ART100): STAFF,
    (S.REFERRED_ART100, S.MUNICIPAL_DESK): STAFF,
}
OPEN_TO_CANCEL = (
    S.DRAFT,
    S.SUBMITTED,
    S.DOC_CHECK,
    S.INSPECTION_REQUESTED,
    S.INSPECTION_SCHEDULED,
    S.DETAILED_PLAN_CHECK,
    S.MUNICIPAL_DESK,
    S.FEES_DUE,
    S.WAITING_AGENCY,
)
STEPS |= {(state, S.CANCELLED): (FILER, SYSTEM) for state in OPEN_TO_CANCEL}

FINAL = frozenset({S.CLOSED, S.CANCELLED})
ANSWERED = frozenset({S.ANSWERED_INSTANT, S.ANSWERED, S.CLOSED})
WAITS_FOR_VISIT = frozenset({S.INSPECTION_REQUESTED, S.INSPECTION_SCHEDULED})
WAITS_FOR_APPLICANT = frozenset({S.RETURNED, S.FEES_DUE})
WITH_VISIT = frozenset({S.INSPECTION_REQUESTED, S.INSPECTION_SCHEDULED, S.INSPECTED, S.DETAILED_PLAN_CHECK})

GOES_ON = frozenset({S.INSPECTION_REQUESTED, S.DETAILED_PLAN_CHECK, S.WAITING_AGENCY})
"""Where a case goes from the papers when they are in order."""

DUTIES: dict[str, frozenset[tuple[State, State]]] = {
    "documents": frozenset(step for step, who in STEPS.items() if step[0] == S.DOC_CHECK and who == DOC),
    "inspection": frozenset({(S.INSPECTION_SCHEDULED, S.INSPECTED)}),
    "issue": frozenset(
        {(S.MUNICIPAL_DESK, S.ANSWERED), (S.PAID, S.ANSWERED), (S.MUNICIPAL_DESK, S.FEES_DUE)}
    ),
}


@dataclass(frozen=True)
class Actor:
    """
    Who takes a step: a person with a scope, or (without) Pelak itself.

    Examples
    --------
    >>> Actor().system
    True
    """

    scope: Scope | None = None

    @property
    def system(self) -> bool:
        """Whether no person takes this step."""
        return self.scope is None

    @property
    def user_id(self) -> int | None:
        """The person's id; None for Pelak itself."""
        return self.scope.user_id if self.scope else None


PELAK = Actor()


def acting_in(role: str, user_id: int) -> Actor:
    """A person in one role over the whole city: for simulated cases and tests."""
    return Actor(Scope(user_id, (Grant(role),)))


def role_for(request: ServiceRequest, to_state: str, actor: Actor) -> str | None:
    """The role in which the actor may take this step; None when there is no such step or no such right."""
    step = (State(request.state), State(to_state))
    who = STEPS.get(step, ())
    if actor.system:
        return SYSTEM if SYSTEM in who else None
    for grant in actor.scope.grants:
        if grant.role in who and grant.covers(request):
            return grant.role
    if FILER in who and request.filed_by_id is not None and request.filed_by_id == actor.user_id:
        return FILER
    return None


def next_states(request: ServiceRequest, actor: Actor) -> list[State]:
    """The states to which the actor may bring the request, in the order of the table."""
    here = State(request.state)
    return [
        to_state
        for (from_state, to_state) in STEPS
        if from_state == here
        and role_for(request, to_state, actor)
        and not _earlier_duty(request, to_state, actor)
    ]


@transaction.atomic
def move(
    request: ServiceRequest,
    to_state: str,
    *,
    by: Actor,
    at: datetime,
    reasons: Sequence[dict[str, Any]] = (),
    note: str = "",
) -> ServiceRequest:
    """
    Take one step with a request and write it down; the row is locked meanwhile.

    Raises
    ------
    Conflict
        When the table has no such step from where the request stands by now.
    Forbidden
        When the actor's role may not take it, or the same person did another duty on this file.
    BadInput
        When it would go on from the papers although nobody has said to have seen the proof of authority.
    """
    locked = ServiceRequest.objects.select_for_update().get(pk=request.pk)
    _refuse_wrong_step(locked, to_state, by)
    if needs_proof(locked, to_state) and not authority.accepted(list(reasons)):
        raise BadInput(
            "معلوم نیست که متقاضی مالک این ملک است؛ تا مدرک مالکیت یا وکالت را نبینید و نپذیرید "
            "پرونده پیش نمی‌رود.",
            "The applicant is not known to own this property: the case goes on only when you have seen and "
            "accepted proof of ownership or authority.",
            {"field": "authority"},
        )
    role = role_for(locked, to_state, by)
    Transition.objects.create(
        request=locked,
        from_state=locked.state,
        to_state=to_state,
        at=at,
        by_id=by.user_id,
        role=role,
        reasons=list(reasons),
        note=note,
    )
    request.state = to_state
    request.closed_at = at if to_state in FINAL else None
    request.save(update_fields=["state", "closed_at"])
    return request


def needs_proof(request: ServiceRequest, to_state: str) -> bool:
    """Whether this step asks for proof of the applicant's authority first."""
    return request.state == State.DOC_CHECK and to_state in GOES_ON and authority.in_doubt(request)


def _refuse_wrong_step(request: ServiceRequest, to_state: str, by: Actor) -> None:
    if (State(request.state), State(to_state)) not in STEPS:
        raise Conflict(
            "این درخواست دیگر در آن مرحله نیست و این گام از این‌جا ممکن نیست؛ صفحه را تازه کنید.",
            f"This request is {request.state} by now and cannot become {to_state}; reload the page.",
            {"from": request.state, "to": str(to_state)},
        )
    if role_for(request, to_state, by) is None:
        raise Forbidden(
            "این گام با نقش شما یا در محدودهٔ شما نیست.",
            "This step is not for your role, or not in your area.",
            {"from": request.state, "to": str(to_state)},
        )
    duty = _earlier_duty(request, to_state, by)
    if duty:
        raise Forbidden(
            "بازدید، بررسی مدارک و صدور پاسخِ یک پرونده کار سه نفر است؛ "
            "شما پیش‌تر یکی از آن‌ها را انجام داده‌اید.",
            "Visiting, checking documents and issuing the answer of one file are the work of three people; "
            "you have already done one of them.",
            {"duty": duty},
        )


def _earlier_duty(request: ServiceRequest, to_state: str, by: Actor) -> str | None:
    """The other duty that this person has done on this file, if the step is a duty too."""
    step = (State(request.state), State(to_state))
    duty = next((name for name, steps in DUTIES.items() if step in steps), None)
    if duty is None or by.user_id is None:
        return None
    done = Transition.objects.filter(request=request, by_id=by.user_id).values_list("from_state", "to_state")
    past = {(State(a), State(b)) for a, b in done}
    return next((name for name, steps in DUTIES.items() if name != duty and steps & past), None)
