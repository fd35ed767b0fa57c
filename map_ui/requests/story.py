"""Tells the story of a request: its steps in the page's words, why, and what comes next; nothing personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from layers.offices.models import Office
from map_ui import wording
from map_ui.dispatch import words
from parcels.inspections.models import Visit
from parcels.inspections.promises import promised_window
from parcels.service_requests import authority
from parcels.service_requests.models import Decision, ServiceRequest, State, Transition
from parcels.service_requests.reasons import sentence, way_out

QUIET = frozenset({State.SUBMITTED, State.INSTANT_CHECK})
#: Who has the next move, in the applicant's words.
NEXT: dict[str, tuple[str, str]] = {
    State.DOC_CHECK: (
        "مسئول فنی دفتر مدارک را می‌بیند.",
        "The office's technical officer looks at the papers.",
    ),
    State.RETURNED: ("نوبت شماست: مدارک را کامل کنید.", "It is your turn: complete the papers."),
    State.INSPECTION_REQUESTED: (
        "برای بازدید نوبت می‌گیرد؛ روز و ساعت را همین‌جا می‌بینید.",
        "It waits for a visit; you will see its day and hour here.",
    ),
    State.INSPECTION_SCHEDULED: (
        "کارشناس در روز و ساعت گفته‌شده می‌آید.",
        "The inspector comes on the day and hour given.",
    ),
    State.INSPECTED: ("گزارش بازدید بررسی می‌شود.", "The report of the visit is checked."),
    State.DETAILED_PLAN_CHECK: (
        "کارتابل طرح تفصیلی دفتر گزارش را با طرح می‌سنجد.",
        "The office's detailed-plan desk checks the report against the plan.",
    ),
    State.MUNICIPAL_DESK: ("کارشناس شهرداری پاسخ را می‌نویسد.", "The municipality writes the answer."),
    State.FEES_DUE: (
        "نوبت شماست: عوارض را به شهرداری بپردازید و رسید را به دفتر بدهید. پلاک قبض و پرداخت ندارد؛ "
        "مبلغ و شمارهٔ قبض در یادداشت پرونده است.",
        "It is your turn: pay the fees to the municipality and show the receipt at the office. Pelak has no "
        "bills and takes no payments; the amount and the number of the bill are in the note to the case.",
    ),
    State.PAID: (
        "شهرداری رسید پرداخت را دیده است؛ پاسخ صادر می‌شود.",
        "The municipality has seen the receipt; the answer is being issued.",
    ),
    State.WAITING_AGENCY: ("دستگاه دیگری باید نظر بدهد.", "Another agency has to give its opinion."),
    State.REFERRED_ART100: ("در کمیسیون مادهٔ ۱۰۰ است.", "It is before the Article 100 commission."),
}
#: The same to those who work on the case, where the applicant is spoken to above.
NEXT_TO_STAFF: dict[str, tuple[str, str]] = {
    State.RETURNED: (
        "متقاضی باید مدارک را کامل کند.",
        "The applicant has to complete the papers.",
    ),
    State.FEES_DUE: (
        "متقاضی باید عوارض را بپردازد و رسید را بیاورد؛ پلاک خودش قبض و پرداخت ندارد.",
        "The applicant has to pay the fees and bring the receipt; Pelak has no bills and takes no payments.",
    ),
}
#: The same to whoever knows the code alone: what was written to the applicant is not on that page.
NEXT_WITHOUT_NOTES: dict[str, tuple[str, str]] = {
    State.RETURNED: (
        "نوبت شماست: مدارک را کامل کنید. دفتر پیشخوان می‌گوید چه کم است.",
        "It is your turn: complete the papers. The counter office tells you what is missing.",
    ),
    State.FEES_DUE: (
        "نوبت شماست: عوارض را به شهرداری بپردازید و رسید را به دفتر بدهید. پلاک قبض و پرداخت ندارد؛ "
        "مبلغ و شمارهٔ قبض را دفتر پیشخوان به شما می‌گوید.",
        "It is your turn: pay the fees to the municipality and show the receipt at the office. Pelak has no "
        "bills and takes no payments; the counter office tells you the amount and the number of the bill.",
    ),
}
VISIT_AHEAD = frozenset({State.DOC_CHECK, State.RETURNED, State.INSPECTION_REQUESTED})


@dataclass(frozen=True)
class Why:
    """One reason and the way out of it, in the page's language."""

    text: str
    way_out: str = ""


@dataclass(frozen=True)
class Chapter:
    """One step: what it was, when."""

    title: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Story:
    """What a page shows of a request."""

    title: str
    answered: bool
    instant: bool
    refused: bool
    whys: Sequence[Why]
    next: str
    chapters: Sequence[Chapter]
    decision: Decision | None
    paper_code: str
    visit: Visit | None = None
    visit_hours: str = ""
    visit_ahead: bool = False
    office: str = ""


def told(request: ServiceRequest, *, with_notes: bool = False, to_staff: bool = False) -> Story:
    """The story of a request from its transitions and its latest decision; four queries at most."""
    decision = request.decisions.filter(superseded_by=None).order_by("-decided_at", "-pk").first()
    steps = request.transitions.order_by("at", "pk")
    shown = [step for step in steps if step.to_state not in QUIET]
    final = decision is not None and decision.outcome in (Decision.Outcome.ANSWERED, Decision.Outcome.REFUSED)
    reasons = decision.reasons if decision and not (final and decision.instant) else ()
    visit = _promised_visit(request)
    words_of_next = NEXT | (NEXT_TO_STAFF if to_staff else {} if with_notes else NEXT_WITHOUT_NOTES)
    fa, en = words_of_next.get(State(request.state), ("", ""))
    return Story(
        title=str(State(request.state).label),
        answered=final,
        instant=final and decision.instant,
        refused=final and decision.outcome == Decision.Outcome.REFUSED,
        whys=[why(reason) for reason in reasons],
        next=wording.in_language(fa, en),
        chapters=[
            Chapter(str(State(step.to_state).label), step.at, _note(step) if with_notes else "")
            for step in shown
        ],
        decision=decision,
        paper_code=decision.code if final and decision.evaluation_id else "",
        visit=visit,
        visit_hours=_hours(visit),
        visit_ahead=request.state in VISIT_AHEAD,
        office=_office(request.office_code),
    )


def _note(step: Transition) -> str:
    """What was written with a step, and that proof of authority was accepted with it."""
    proof = why(authority.VERIFIED.as_row()).text if authority.accepted(step.reasons) else ""
    return " ".join(filter(None, (proof, step.note)))


def _office(code: str) -> str:
    """The name of the office that works on the case."""
    office = Office.objects.in_force(on=timezone.localdate()).filter(code=code).first() if code else None
    return wording.digits(wording.in_language(office.name_fa, office.name_en)) if office else ""


def _hours(visit: Visit | None) -> str:
    """«۸ تا ۱۰»: when the inspector comes; empty while no hour is promised."""
    window = promised_window(visit) if visit is not None else None
    return words.hour_span(*window) if window else ""


def _promised_visit(request: ServiceRequest) -> Visit | None:
    if request.state != State.INSPECTION_SCHEDULED:
        return None
    return Visit.objects.filter(request=request, status=Visit.Status.PLANNED).order_by("day").first()


def why(reason: Mapping[str, Any]) -> Why:
    """A stored reason in the page's words, with what settles it."""
    fa, en = reason.get("fa"), reason.get("en")
    if not fa or not en:
        fa, en = sentence(reason["code"], reason.get("args", {}))
    return Why(wording.digits(wording.in_language(fa, en)), wording.in_language(*way_out(reason["code"])))
