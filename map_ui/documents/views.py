"""Pages of papers: verification of an issued one, its PDF, and the sheets anybody may print."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from gis_core.errors import BadInput
from map_ui.documents import issued, restriction_extract
from map_ui.documents.extract import extract
from map_ui.pages import asked_day
from map_ui.restricting import corrected_lines
from map_ui.streets import called_near, in_reading_language
from parcels import queries
from parcels.evaluation import evaluate_document


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What was issued under a code, and whether it still holds; nobody's personal data are on it."""
    decision = issued.decision_of(code)
    checked = issued.verified(decision, on=timezone.localdate())
    told = issued.issued_paper(decision, with_plan=False)
    shown = {
        "checked": checked,
        "paper": told,
        "decision": decision,
        "recomputable": issued.may_have_evaluation(decision, request.scope),
    }
    response = render(request, "documents/verify.html", shown)
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def verify_typed(request: HttpRequest) -> HttpResponse:
    """Where a person types the code of a paper; with `?code=` the answer itself."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "documents/ask.html")
    return redirect("verify", issued.decision_of(typed).code)


@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The issued paper as PDF."""
    decision = issued.decision_of(code)
    return _file(issued.pdf(issued.issued_paper(decision), decision), f"{decision.code}.pdf")


@require_safe
def issued_extract(request: HttpRequest, code: str) -> HttpResponse:
    """The extract of an issued answer: plan, areas, three lists, as they were frozen."""
    told = restriction_extract.of_decision(issued.decision_of(code))
    return _file(restriction_extract.pdf(told), f"extract-{told.code}.pdf")


@require_safe
def live_extract(request: HttpRequest, key: str) -> HttpResponse:
    """The extract of a parcel's answer on a day: plan, areas, three lists; not signed."""
    on = asked_day(request)
    told = restriction_extract.live(queries.parcel_by_key(key, on=on), on=on)
    return _file(restriction_extract.pdf(told), f"extract-{key}-{on.isoformat()}.pdf")


@require_safe
def evaluation(request: HttpRequest, code: str) -> HttpResponse:
    """The frozen evaluation of an issued paper with all its inputs, for whoever computes it again."""
    found = issued.frozen_evaluation(issued.decision_of(code), request.scope)
    content = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return _file(content, f"evaluation-{code}.json", "application/json", "attachment")


@require_safe
def estimate(request: HttpRequest, key: str) -> HttpResponse:
    """Density and cost of a parcel to print (IQ-11): an estimate, not signed."""
    return _live(request, key, "estimate")


@require_safe
def frontage(request: HttpRequest, key: str) -> HttpResponse:
    """The frontage sheet of a parcel to look at (IQ-04); the signed one is issued on request."""
    return _live(request, key, "corrected_line")


@require_safe
def drawing(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The shapes of a parcel's answer for drawing programs: lot, widening line, net lot, envelope."""
    # The writers of files take a second to load; only who draws waits for them.
    from map_ui.documents import extract_files

    on = asked_day(request)
    parcel = queries.parcel_by_key(key, on=on)
    document = in_reading_language(evaluate_document(parcel, on=on), called_near([parcel], on=on))
    drawn = extract(
        document,
        srid=settings.CITY.metric_srid,
        official=settings.CITY.official,
        corrected=corrected_lines(parcel, document),
    )
    content_type, write = {
        "dxf": ("image/vnd.dxf", extract_files.as_dxf),
        "gpkg": ("application/geopackage+sqlite3", extract_files.as_geopackage),
    }[form]
    return _file(write(drawn), f"parcel-{key}-{on.isoformat()}.{form}", content_type, "attachment")


def _live(request: HttpRequest, key: str, output: str) -> HttpResponse:
    on = asked_day(request)
    parcel = queries.parcel_by_key(key, on=on)
    told = issued.live_paper(parcel, output, on=on, storeys=_storeys(request))
    return _file(issued.pdf(told), f"{output}-{key}.pdf")


def _storeys(request: HttpRequest) -> float | None:
    typed = request.GET.get("storeys", "")
    try:
        value = float(typed) if typed else None
    except ValueError:
        value = -1.0
    if value is not None and not 0 < value < 200:
        raise BadInput(
            "شمار طبقه‌ها عدد نیست.", "The number of storeys is not a number.", {"storeys": typed[:20]}
        )
    return value


def _file(
    content: bytes, name: str, content_type: str = "application/pdf", shown: str = "inline"
) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'{shown}; filename="{name}"'
    patch_cache_control(response, private=True, no_cache=True)
    return response
