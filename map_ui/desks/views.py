"""The desks: what each role has to do, one case with its steps, and the overviews of who watches."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gis_core.access import allowed, require
from gis_core.errors import BadInput, Conflict, NotFound
from gis_core.models import AuditEntry, RoleGrant
from gis_core.persian import latin_digits
from map_ui.requests.story import told
from parcels.evaluation import issue
from parcels.service_requests import authority
from parcels.service_requests.applicants import reveal, shown
from parcels.service_requests.decisions import decide, recommend
from parcels.service_requests.intake import keep_paper
from parcels.service_requests.models import Document, Service, ServiceRequest, State
from parcels.service_requests.queries import counted, request_by_code, states_to_work_on, visible_to
from parcels.service_requests.uploads import checked_file
from parcels.service_requests.workflow import Actor, needs_proof, next_states

PAGE = 50
#: Steps that a page of their own takes: planning a day, reporting a visit.
ELSEWHERE = frozenset({State.INSPECTION_SCHEDULED, State.INSPECTED})
TAKES_PAPERS = frozenset({State.RETURNED, State.DOC_CHECK, State.INSPECTION_REQUESTED, State.MUNICIPAL_DESK})
OTHER_PAPER = "other"


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The cases of this desk; what is to be done first, filters in the address."""
    asked = request.GET
    rows = visible_to(request.scope)
    to_do = states_to_work_on(request.scope)
    state, typed = asked.get("state", ""), asked.get("q", "").strip()
    if state == "all":
        pass
    elif state in State.values:
        rows = rows.filter(state=state)
    elif to_do:
        rows = rows.filter(state__in=to_do)
    if asked.get("service"):
        rows = rows.filter(service__code=asked["service"])
    if asked.get("district"):
        rows = rows.filter(district_code=asked["district"])
    if typed:
        digits = "".join(letter for letter in latin_digits(typed) if letter.isdigit())
        by_key = Q(parcel__key__startswith=latin_digits(typed))
        rows = rows.filter(by_key | Q(tracking_code__startswith=digits)) if digits else rows.filter(by_key)
    page = Paginator(rows.order_by("submitted_at", "pk"), PAGE).get_page(asked.get("page"))
    kept = asked.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "states": [
            choice for choice in State.choices if choice[0] not in ("draft", "submitted", "instant_check")
        ],
        "services": Service.objects.filter(active=True),
        "asked": asked,
        "kept": kept.urlencode(),
        "may_file": allowed(request.scope, "file_on_behalf"),
        "now": timezone.now(),
    }
    return render(request, "desks/desk.html", context)


@require_safe
def case(request: HttpRequest, code: str) -> HttpResponse:
    """One case as this role sees it: facts, papers, story, and the steps that may be taken."""
    return render(request, "desks/case.html", _context(request, request_by_code(request.scope, code)))


@require_POST
def move_case(request: HttpRequest, code: str) -> HttpResponse:
    """Take a step with a case."""
    found = request_by_code(request.scope, code)
    require(request.scope, "work_on_request", found)
    to_state, note = request.POST.get("to", ""), request.POST.get("note", "").strip()
    if to_state not in State.values or to_state in ELSEWHERE:
        raise BadInput("گام را از فهرست انتخاب کنید.", "Choose the step from the list.")
    if to_state == State.RETURNED and not note:
        raise BadInput(
            "بنویسید متقاضی چه چیزی را باید کامل کند.",
            "Write what the applicant has to complete.",
            {"field": "note"},
        )
    _take_step(request, found, to_state, note)
    messages.success(request, _("The step was taken."))
    still_seen = visible_to(request.scope).filter(pk=found.pk).exists()
    return redirect("case", code) if still_seen else redirect("desk")


@require_POST
def reveal_applicant(request: HttpRequest, code: str) -> HttpResponse:
    """Show the applicant's data once, after writing down who looked and why."""
    found = request_by_code(request.scope, code)
    require(request.scope, "reveal_applicant", found)
    person = reveal(found, by=request.user, reason=request.POST.get("reason", ""))
    response = render(request, "desks/case.html", _context(request, found) | {"opened": person})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def add_paper(request: HttpRequest, code: str) -> HttpResponse:
    """A paper that was missing, from the one who filed the case or at the counter."""
    found = request_by_code(request.scope, code)
    require(request.scope, "work_on_request", found)
    if found.state not in TAKES_PAPERS:
        raise Conflict("این پرونده اکنون مدرک نمی‌گیرد.", "This case takes no papers now.")
    kind, file = request.POST.get("kind", ""), request.FILES.get("file")
    if file is None or kind not in {row["kind"] for row in found.service.documents} | {OTHER_PAPER}:
        raise BadInput("نوع مدرک و فایل آن را انتخاب کنید.", "Choose the kind of paper and its file.")
    keep_paper(found, checked_file(kind, file))
    messages.success(request, _("The paper was added."))
    return redirect("case", code)


@require_safe
def document(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """An uploaded paper, as a file to be saved and never as a page."""
    found = request_by_code(request.scope, code)
    require(request.scope, "read_documents", found)
    paper = Document.objects.filter(request=found, pk=pk).first()
    if paper is None:
        raise NotFound("این مدرک در پرونده نیست.", "This paper is not in the file.")
    AuditEntry.objects.create(
        user=request.user, action="read_document", subject_kind="document", subject_id=str(paper.pk)
    )
    response = FileResponse(
        paper.file.open("rb"),
        as_attachment=True,
        filename=paper.original_name or f"{paper.kind}",
        content_type=paper.media_type,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What was filed and answered in the last year, by service and by state; for supervisors."""
    until = timezone.localdate()
    days = 30 if request.GET.get("period") == "month" else 365
    since = until - timedelta(days=days)
    services, states = counted(visible_to(request.scope), since=since, until=until)
    filed = sum(row.filed for row in services)
    context = {
        "services": services,
        "states": [(State(state).label, count) for state, count in states.most_common()],
        "most": max(states.values(), default=1),
        "filed": filed,
        "instant": sum(row.instant for row in services),
        "since": since,
        "until": until,
        "days": days,
    }
    context["instant_percent"] = 100 * context["instant"] / filed if filed else None
    return render(request, "desks/overview.html", context)


@require_safe
def audit_book(request: HttpRequest) -> HttpResponse:
    """Who read personal data and why; for auditors, without the data themselves."""
    rows = AuditEntry.objects.select_related("user").order_by("-at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "desks/audit.html", {"page": page})


@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """The city, its services and who has which role; for administrators."""
    grants = RoleGrant.objects.filter(valid__contains=timezone.localdate()).select_related("user")
    context = {
        "city": settings.CITY,
        "services": Service.objects.all(),
        "grants": grants.order_by("role", "user__username")[:300],
    }
    return render(request, "desks/administration.html", context)


def _context(request: HttpRequest, found: ServiceRequest) -> dict[str, Any]:
    actor = Actor(request.scope)
    may_read = allowed(request.scope, "read_documents", found)
    may_reveal = found.applicant_id is not None and allowed(request.scope, "reveal_applicant", found)
    own = found.filed_by_id == request.scope.user_id
    steps = [state for state in next_states(found, actor) if state not in ELSEWHERE]
    return {
        "case": found,
        "story": told(found, with_notes=True),
        "steps": steps,
        "asks_proof": any(needs_proof(found, state) for state in steps),
        "papers": found.documents.order_by("kind", "pk") if may_read else [],
        "person": shown(found.applicant) if found.applicant and (may_reveal or own) else None,
        "may_reveal": may_reveal,
        "may_add": found.state in TAKES_PAPERS
        and may_read
        and allowed(request.scope, "work_on_request", found),
    }


def _take_step(request: HttpRequest, found: ServiceRequest, to_state: str, note: str) -> None:
    by, now, today = Actor(request.scope), timezone.now(), timezone.localdate()
    if to_state == State.ANSWERED:
        evaluation = issue(found.parcel, on=today)
        granted = request.POST.get("granted", "1") == "1"
        decide(found, by=by, at=now, on=today, evaluation=evaluation, granted=granted, note=note)
    else:
        seen = [authority.VERIFIED] if request.POST.get("authority") == "1" else []
        seen = seen if needs_proof(found, to_state) else []
        recommend(found, to_state, by=by, at=now, note=note, reasons=seen)
