"""The desks: what each role has to do, one case with its papers and visits, and the steps taken with it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gis_core.access import allowed, require
from gis_core.errors import BadInput, Conflict, NotFound
from gis_core.models import AuditEntry
from map_ui import wording
from map_ui.desks.found import found_at
from map_ui.desks.papers import missing, paper_rows
from map_ui.desks.queue import PASSING, queue
from map_ui.desks.steps import note_missing, steps_of
from map_ui.requests.story import told
from parcels.evaluation import issue
from parcels.inspections.accepted import hand_on
from parcels.inspections.models import Photo
from parcels.service_requests import authority
from parcels.service_requests.applicants import reveal, shown
from parcels.service_requests.decisions import decide
from parcels.service_requests.intake import keep_paper
from parcels.service_requests.models import Document, Service, ServiceRequest, State
from parcels.service_requests.queries import request_by_code, states_to_work_on, visible_to
from parcels.service_requests.uploads import checked_file
from parcels.service_requests.workflow import Actor, needs_proof, next_states

PAGE = 50
#: Steps that a page of their own takes: planning a day, reporting a visit.
ELSEWHERE = frozenset({State.INSPECTION_SCHEDULED, State.INSPECTED})
TAKES_PAPERS = frozenset({State.RETURNED, State.DOC_CHECK, State.INSPECTION_REQUESTED, State.MUNICIPAL_DESK})
OTHER_PAPER = "other"


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The cases of this desk, the one that waits longest first; filters in the address."""
    asked = request.GET
    page = Paginator(queue(request.scope, asked.dict()), PAGE).get_page(asked.get("page"))
    kept = asked.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "states": [choice for choice in State.choices if choice[0] not in PASSING],
        "services": Service.objects.filter(active=True),
        "asked": asked,
        "filtered": any(asked.get(name) for name in ("state", "service", "district", "q")),
        "works": bool(states_to_work_on(request.scope)),
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
    try:
        wanted = note_missing(to_state, note)
        if wanted:
            raise BadInput(*wanted, {"field": "note"})
        _take_step(request, found, to_state, note)
    except BadInput as trouble:
        found.refresh_from_db()
        context = _context(request, found) | {"trouble": trouble, "typed": request.POST}
        return render(request, "desks/case.html", context, status=trouble.status)
    messages.success(request, _step_taken(found))
    still_mine = visible_to(request.scope).filter(pk=found.pk).exists() and (
        found.filed_by_id == request.scope.user_id or next_states(found, Actor(request.scope))
    )
    return redirect("case", code) if still_mine else redirect("desk")


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
    return _kept_apart(response)


@require_safe
def photo(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A picture taken on a visit, for the desks that check its report; looking is written down."""
    found = request_by_code(request.scope, code)
    require(request.scope, "read_documents", found)
    picture = Photo.objects.filter(report__visit__request=found, pk=pk).first()
    if picture is None:
        raise NotFound("این عکس در پرونده نیست.", "This photo is not in the file.")
    AuditEntry.objects.create(
        user=request.user, action="read_photo", subject_kind="photo", subject_id=str(picture.pk)
    )
    return _kept_apart(FileResponse(picture.file.open("rb")))


def _kept_apart(response: FileResponse) -> FileResponse:
    """What somebody uploaded is no page of ours: it runs nothing and stays in no cache."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store"
    return response


def _context(request: HttpRequest, found: ServiceRequest) -> dict[str, Any]:
    actor = Actor(request.scope)
    may_read = allowed(request.scope, "read_documents", found)
    may_reveal = found.applicant_id is not None and allowed(request.scope, "reveal_applicant", found)
    own = found.filed_by_id == request.scope.user_id
    states = [state for state in next_states(found, actor) if state not in ELSEWHERE]
    rows = paper_rows(found) if may_read else []
    visits = found_at(found) if may_read and not own else []
    report = visits[0].report if visits else None
    return {
        "case": found,
        "story": told(found, with_notes=True, to_staff=not own),
        "steps": steps_of(
            found, [state for state in states if state != State.CANCELLED], report, missing(rows)
        ),
        "may_cancel": State.CANCELLED in states,
        "asks_proof": any(needs_proof(found, state) for state in states),
        "papers": rows,
        "visits": visits,
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
        hand_on(found, to_state, by=by, at=now, note=note, reasons=seen)


def _step_taken(found: ServiceRequest) -> str:
    """«پروندهٔ ۷۹۴۹ … اکنون: در انتظار بازدید.»"""
    state = State(found.state).label
    return _("Case %(code)s is now: %(state)s.") % {
        "code": wording.digits(found.tracking_code),
        "state": state,
    }
