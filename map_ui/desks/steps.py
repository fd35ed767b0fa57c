"""Puts the steps of a case into words: what taking one does, which is the usual one here and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from map_ui import wording
from parcels.inspections.models import VisitReport
from parcels.service_requests.models import Decision, ServiceRequest, State

S = State
#: What a step does, where the state it leads to does not say it: (from, to) or to; title and hint, fa and en.
WORDS: dict[State | tuple[State, State], tuple[str, str, str, str]] = {
    S.RETURNED: (
        "برگرداندن به متقاضی",
        "Return it to the applicant",
        "در یادداشت بنویسید چه کم است؛ متقاضی همان را می‌خواند.",
        "Write in the note what is missing; the applicant reads it.",
    ),
    S.DOC_CHECK: ("مدارک کامل شد؛ بررسی دوباره", "The papers are complete: check them again", "", ""),
    S.INSPECTION_REQUESTED: (
        "ارجاع برای بازدید",
        "Refer it for a visit",
        "به فهرست بازدیدهای منطقه می‌رود؛ برنامهٔ روز، کارشناس و ساعت را تعیین می‌کند.",
        "It joins the visits of the district; the plan of a day gives it an inspector and an hour.",
    ),
    S.DETAILED_PLAN_CHECK: (
        "فرستادن به کارتابل طرح تفصیلی",
        "Send it to the detailed-plan desk",
        "بی بازدید؛ وقتی مدارک و پروندهٔ ملک کافی است.",
        "Without a visit, when the papers and the property file are enough.",
    ),
    (S.MUNICIPAL_DESK, S.DETAILED_PLAN_CHECK): (
        "برگرداندن به کارتابل طرح تفصیلی",
        "Send it back to the detailed-plan desk",
        "در یادداشت بنویسید چه چیزی باید دوباره سنجیده شود.",
        "Write in the note what has to be checked again.",
    ),
    (S.DETAILED_PLAN_CHECK, S.MUNICIPAL_DESK): (
        "تأیید و فرستادن به شهرداری",
        "Accept it and send it to the municipality",
        "روز بازدید در پروندهٔ ملک ثبت می‌شود.",
        "The day of the visit is entered in the property file.",
    ),
    (S.WAITING_AGENCY, S.MUNICIPAL_DESK): (
        "فرستادن نظر دستگاه به شهرداری",
        "Send the agency's opinion to the municipality",
        "نظر و شمارهٔ نامه را در یادداشت بنویسید.",
        "Write the opinion and the number of the letter in the note.",
    ),
    (S.REFERRED_ART100, S.MUNICIPAL_DESK): (
        "رأی کمیسیون رسید؛ بازگشت به شهرداری",
        "The commission has ruled: back to the municipality",
        "رأی و شمارهٔ آن را در یادداشت بنویسید.",
        "Write the ruling and its number in the note.",
    ),
    S.WAITING_AGENCY: (
        "پرسیدن نظر دستگاه",
        "Ask an agency",
        "پرونده تا رسیدن نظر می‌ماند؛ نام دستگاه را در یادداشت بنویسید.",
        "The case waits for the opinion; name the agency in the note.",
    ),
    S.REFERRED_ART100: (
        "ارجاع به کمیسیون مادهٔ ۱۰۰",
        "Refer it to the Article 100 commission",
        "وقتی بازدید تخلف ساختمانی دیده است.",
        "When the visit has found a building violation.",
    ),
    S.FEES_DUE: (
        "اعلام عوارض به متقاضی",
        "Tell the applicant the fees",
        "پلاک قبض صادر نمی‌کند: مبلغ و شمارهٔ قبض شهرداری را در یادداشت بنویسید؛ متقاضی آن را می‌خواند.",
        "Pelak issues no bills: write the amount and the number of the municipality's bill in the note; "
        "the applicant reads it.",
    ),
    S.PAID: (
        "ثبت این که پرداخت شد",
        "Record that it was paid",
        "پلاک پرداخت را نمی‌بیند: شمارهٔ رسیدی را که دیده‌اید در یادداشت بنویسید.",
        "Pelak does not see payments: write the number of the receipt you have seen in the note.",
    ),
    S.ANSWERED: (
        "صدور پاسخ",
        "Issue the answer",
        "پاسخ با ضوابط امروز سنجیده و با کد راستی‌آزمایی صادر می‌شود.",
        "The answer is evaluated by today's rules and issued with a code to verify it.",
    ),
    S.CLOSED: (
        "بستن پرونده",
        "Close the case",
        "پاسخ به دست متقاضی رسیده است.",
        "The applicant has the answer.",
    ),
    S.CANCELLED: ("لغو درخواست", "Cancel the request", "", ""),
}
#: Steps that say nothing without their note; what the note must hold.
NOTES: dict[State, tuple[str, str]] = {
    S.RETURNED: ("بنویسید متقاضی چه چیزی را باید کامل کند.", "Write what the applicant has to complete."),
    S.FEES_DUE: ("مبلغ و شمارهٔ قبض را بنویسید.", "Write the amount and the number of the bill."),
    S.PAID: ("شمارهٔ رسید را بنویسید.", "Write the number of the receipt."),
}


@dataclass(frozen=True)
class Step:
    """One step as a desk reads it; `why` is filled for the usual one."""

    to_state: str
    title: str
    hint: str
    why: str = ""


def steps_of(
    request: ServiceRequest, states: Sequence[State], report: VisitReport | None, missing: Sequence[str]
) -> list[Step]:
    """
    The steps that may be taken, the usual one first and with its reason.

    `report`: the latest report of a visit, `missing`: names of required papers that are not there.
    """
    usual, why = usual_step(request, report, missing)
    rows = [_step(State(request.state), state, why if state == usual else "") for state in states]
    return sorted(rows, key=lambda step: not step.why)


def usual_step(
    request: ServiceRequest, report: VisitReport | None, missing: Sequence[str]
) -> tuple[State | None, str]:
    """The step that the facts of a case lead to, and the reason; (None, "") where a person has to weigh."""
    here = State(request.state)
    if here == S.DOC_CHECK and missing:
        names = wording.listed(list(missing))
        return S.RETURNED, wording.in_language(f"این مدرک نیست: {names}.", f"Missing: {names}.")
    if here == S.DOC_CHECK and _waits_for_visit(request):
        return S.INSPECTION_REQUESTED, wording.in_language(
            "مدارک هست و آنچه کم است با بازدید روشن می‌شود.",
            "The papers are there, and a visit settles what is not known.",
        )
    if here == S.DETAILED_PLAN_CHECK and report is not None:
        return _after_visit(report)
    if here == S.MUNICIPAL_DESK and request.decisions.filter(outcome=Decision.Outcome.RECOMMENDED).exists():
        return S.ANSWERED, wording.in_language(
            "کارتابل طرح تفصیلی گزارش را پذیرفته است.", "The detailed-plan desk has accepted the report."
        )
    return None, ""


def note_missing(to_state: str, note: str) -> tuple[str, str] | None:
    """What a step's note must hold, in both languages, when the step needs one and it is empty."""
    return NOTES.get(State(to_state)) if not note.strip() else None


def _after_visit(report: VisitReport) -> tuple[State | None, str]:
    if report.outcome == VisitReport.Outcome.VIOLATION:
        return S.REFERRED_ART100, wording.in_language("بازدید تخلف دیده است.", "The visit found a violation.")
    if report.outcome == VisitReport.Outcome.NO_ENTRY:
        return S.INSPECTION_REQUESTED, wording.in_language(
            "کارشناس نتوانسته است وارد شود.", "The inspector could not enter."
        )
    if report.outcome == VisitReport.Outcome.DIFFERS:
        return None, ""
    return S.MUNICIPAL_DESK, wording.in_language(
        "بازدید با پرونده می‌خواند.", "The visit agrees with the record."
    )


def _waits_for_visit(request: ServiceRequest) -> bool:
    latest = request.decisions.order_by("-decided_at", "-pk").first()
    return (
        bool(request.service.visit) and latest is not None and latest.outcome == Decision.Outcome.INSPECTION
    )


def _step(here: State, to_state: State, why: str) -> Step:
    fa, en, hint_fa, hint_en = WORDS.get((here, to_state)) or WORDS.get(to_state) or ("", "", "", "")
    title = wording.in_language(fa, en) or str(to_state.label)
    return Step(str(to_state), title, wording.in_language(hint_fa, hint_en), why)
