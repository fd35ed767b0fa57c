"""The citizen's pages: services, the form of one question a page, tracking by code, one's own requests."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gis_core.access import acting_as, allowed
from gis_core.errors import BadInput, NotFound, Trouble
from gis_core.persian import latin_digits
from gis_core.working_days import add_working_days
from layers.offices.models import Office
from map_ui import wording
from map_ui.guessing import count_miss, refuse_guesser
from map_ui.requests import drafts
from map_ui.requests.drafts import Draft
from map_ui.requests.story import told
from parcels import queries as parcel_queries
from parcels.service_requests import catalogue
from parcels.service_requests.applicants import asks_national_code
from parcels.service_requests.front_office import counter_of
from parcels.service_requests.intake import Submission, is_tracking_code, receive
from parcels.service_requests.models import Service, ServiceRequest
from parcels.service_requests.queries import no_such_request, visible_to
from parcels.service_requests.uploads import checked_file

DAYS_OFFERED = 6


@dataclass(frozen=True)
class Question:
    """One page of the form."""

    key: str
    kind: str
    title_fa: str
    title_en: str
    required: bool = True

    @property
    def title(self) -> str:
        """The question in the page's language."""
        return wording.in_language(self.title_fa, self.title_en)


PERSON = Question("person", "person", "درخواست به نام کیست؟", "Who is asking?")
DAY = Question(
    "day", "day", "اگر بازدید لازم شد، کدام روز؟", "If a visit is needed, on which day?", required=False
)
VISIT_DAY = Question(
    "day", "day", "کدام روز برای بازدید بیاییم؟", "On which day shall we come and look?", required=False
)
PARCEL = Question("parcel", "parcel", "برای کدام قطعه؟", "For which parcel?")


def questions(service: Service) -> list[Question]:
    """The pages of a service's form, in order; what the address already says is not asked."""
    asked = [] if service.public else [PERSON]
    asked += [
        Question(f"paper-{row['kind']}", "paper", row["title_fa"], row["title_en"], row["required"])
        for row in service.documents
    ]
    if not service.visit:
        return asked
    return [*asked, VISIT_DAY if service.decision == Service.Decision.VISIT else DAY]


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """What can be asked for, each with what it needs; for a parcel when one is named."""
    rows = Service.objects.filter(active=True)
    return render(
        request, "requests/services.html", {"services": rows, "parcel": request.GET.get("parcel", "")}
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a form: asks for the parcel if none is named, for signing in if the service needs a person."""
    asked = request.POST if request.method == "POST" else request.GET
    if not asked.get("service"):
        parcel_key = asked.get("parcel", "").strip()
        return redirect(
            f"{reverse('services')}?{urlencode({'parcel': parcel_key})}" if parcel_key else "services"
        )
    service = catalogue.service(asked["service"])
    if not service.public and not allowed(request.scope, "file_request"):
        return redirect_to_login(request.get_full_path())
    context = {"service": service, "question": PARCEL, "typed": asked.get("parcel", "").strip()}
    if not context["typed"]:
        return render(request, "requests/parcel.html", context)
    try:
        parcel = _parcel(context["typed"])
    except Trouble as trouble:
        return render(request, "requests/parcel.html", context | {"trouble": trouble}, status=trouble.status)
    draft = drafts.begin(
        request.session,
        service.code,
        parcel.key,
        storeys=_storeys(asked.get("storeys", "")),
        office=asked.get("office", "")[:40],
    )
    return redirect(_next_page(draft, service, after=None))


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """One question: shows what was typed, takes the answer, goes on; an error loses nothing."""
    draft = drafts.load(request.session, uuid)
    service = catalogue.service(draft.service)
    question = next((one for one in questions(service) if one.key == key), None)
    if question is None:
        raise NotFound("این فرم چنین پرسشی ندارد.", "This form has no such question.")
    trouble = None
    if request.method == "POST":
        try:
            _take(request, draft, question)
        except Trouble as found:
            trouble = found
        drafts.save(request.session, draft)
        if trouble is None:
            check = reverse("request-check", args=[draft.uuid])
            return redirect(check if request.GET.get("change") else _next_page(draft, service, after=key))
    context = _context(draft, service) | {
        "question": question,
        "trouble": trouble,
        "number": [one.key for one in questions(service)].index(key) + 1,
    }
    return render(
        request, f"requests/{question.kind}.html", context, status=trouble.status if trouble else 200
    )


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Check your answers; sending it twice files it once."""
    code = drafts.filed_as(request.session, uuid)
    if code:
        return redirect(f"{reverse('request-tracked', args=[code])}?sent=1")
    draft = drafts.load(request.session, uuid)
    service = catalogue.service(draft.service)
    missing = _first_missing(draft, service)
    if missing:
        return redirect("request-step", draft.uuid, missing)
    trouble = None
    if request.method == "POST":
        try:
            filed = receive(_submission(request, draft), on=timezone.localdate())
        except BadInput as found:
            trouble = found
        else:
            drafts.drop(request.session, uuid, filed_as=filed.tracking_code)
            return redirect(f"{reverse('request-tracked', args=[filed.tracking_code])}?sent=1")
    return render(request, "requests/check.html", _context(draft, service) | {"trouble": trouble})


@require_safe
def track(request: HttpRequest) -> HttpResponse:
    """Asks for a tracking code and leads to its page."""
    typed = request.GET.get("code", "").strip()
    code = "".join(letter for letter in latin_digits(typed) if letter.isdigit())
    if not typed:
        return render(request, "requests/track.html", {})
    if not is_tracking_code(code):
        return render(request, "requests/track.html", {"typed": typed, "misread": True}, status=400)
    return redirect("request-tracked", code)


@require_safe
def tracked(request: HttpRequest, code: str) -> HttpResponse:
    """Where a request stands, to whoever knows its code; nothing personal is shown."""
    refuse_guesser(request)
    with acting_as(request.scope, tracking_code=code):
        rows = ServiceRequest.objects.filter(tracking_code=code).select_related("service", "parcel")
        found = rows.first()
        if found is None or not is_tracking_code(code):
            count_miss(request)
            raise no_such_request()
        mine = not request.scope.anonymous and allowed(request.scope, "see_request", found)
        context = {"case": found, "story": told(found, with_notes=mine), "mine": mine}
        context |= {"sent": "sent" in request.GET, "at_counter": allowed(request.scope, "file_on_behalf")}
        return render(request, "requests/tracked.html", context)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """One's own requests, the newest first."""
    rows = visible_to(request.scope).filter(filed_by_id=request.scope.user_id).order_by("-submitted_at")
    return render(request, "requests/mine.html", {"cases": rows[:100]})


@require_POST
def abandon(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Forget a form and the papers uploaded with it."""
    drafts.drop(request.session, uuid)
    return redirect("services")


def _take(request: HttpRequest, draft: Draft, question: Question) -> None:
    sent = request.POST
    if question.kind == "person":
        draft.take_person(sent.get("name", ""), sent.get("national_code", ""), sent.get("mobile", ""))
        draft.person  # noqa: B018 - what was typed is kept, then judged
    elif question.kind == "paper":
        _take_paper(request, draft, question)
    else:
        draft.values["wished_day"] = _offered(sent.get("day", ""))


def _take_paper(request: HttpRequest, draft: Draft, question: Question) -> None:
    kind = question.key.removeprefix("paper-")
    file = request.FILES.get("file")
    if file is not None:
        draft.take_paper(checked_file(kind, file))
    elif question.required and kind not in draft.values.get("papers", {}):
        raise BadInput(
            "هنوز فایلی انتخاب نکرده‌اید.", "You have not chosen a file yet.", {"field": question.key}
        )


def _offered(text: str) -> str:
    if not text:
        return ""
    if text not in {day.isoformat() for day in days_offered(timezone.localdate())}:
        raise BadInput("یکی از روزهای فهرست را انتخاب کنید.", "Choose one of the days in the list.")
    return text


def days_offered(today: date) -> list[date]:
    """The next working days on which a visit can be wished for."""
    return [add_working_days(today, ahead, settings.CITY) for ahead in range(2, 2 + DAYS_OFFERED)]


def _context(draft: Draft, service: Service) -> dict[str, Any]:
    asked = questions(service)
    return {
        "draft": draft,
        "service": service,
        "questions": asked,
        "count": len(asked),
        "typed": draft.typed_person,
        "asks_national_code": asks_national_code(),
        "papers": draft.values.get("papers", {}),
        "kept_paper": {f"paper-{kind}": row["name"] for kind, row in draft.values.get("papers", {}).items()},
        "days": days_offered(timezone.localdate()),
        "wished": draft.wished_day,
    }


def _next_page(draft: Draft, service: Service, *, after: str | None) -> str:
    keys = [question.key for question in questions(service)]
    position = keys.index(after) + 1 if after else 0
    if position < len(keys):
        return reverse("request-step", args=[draft.uuid, keys[position]])
    return reverse("request-check", args=[draft.uuid])


def _first_missing(draft: Draft, service: Service) -> str | None:
    """The first question that must be answered and is not, or not rightly."""
    for question in questions(service):
        if question.kind == "person":
            try:
                known = draft.person is not None
            except Trouble:
                known = False
            if not known:
                return question.key
        papers = draft.values.get("papers", {})
        if (
            question.kind == "paper"
            and question.required
            and question.key.removeprefix("paper-") not in papers
        ):
            return question.key
    return None


def _submission(request: HttpRequest, draft: Draft) -> Submission:
    counter = counter_of(request.scope)
    chosen = draft.values.get("office", "")
    known = Office.objects.in_force(on=timezone.localdate()).filter(code=chosen).exists() if chosen else False
    return Submission(
        client_uuid=draft.uuid,
        service_code=draft.service,
        parcel_key=draft.parcel,
        filed_by_id=request.scope.user_id,
        person=draft.person,
        channel=ServiceRequest.Channel.ONLINE if counter is None else ServiceRequest.Channel.COUNTER,
        office_code=counter or (chosen if known else ""),
        chosen_storeys=draft.values.get("storeys"),
        wished_day=draft.wished_day,
        papers=draft.papers(),
    )


def _parcel(typed: str) -> Any:
    today = timezone.localdate()
    try:
        return parcel_queries.parcel_by_key(typed, on=today)
    except NotFound:
        found = parcel_queries.search(typed, on=today)
        if len(found) == 1:
            return found[0].parcel
        raise


def _storeys(text: str) -> float | None:
    try:
        value = float(latin_digits(text)) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 < value < 200 else None
