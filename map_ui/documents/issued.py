"""Makes papers: of an issued decision from what was frozen with it, of an estimate from today's answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from gis_core.access import Scope, acting_as_system, allowed
from gis_core.errors import Forbidden, NotFound
from gis_core.persian import latin_digits, tidy
from gis_core.signing import Verdict, verify
from layers.models import Layer
from map_ui import wording
from map_ui.answers import place_of
from map_ui.around import surroundings
from map_ui.documents import statements
from map_ui.documents.paper import PARTS, Paper, paper
from map_ui.documents.paper_plan import for_paper
from map_ui.documents.qr import qr_svg_address
from map_ui.drawing.legend import legend
from map_ui.drawing.plan import plan
from map_ui.restricting import restricting
from map_ui.streets import called_near, in_reading_language
from parcels.evaluation import evaluate_document, frozen_file
from parcels.fees.calculate import PriceList, as_document, estimates
from parcels.fees.queries import price_list
from parcels.models import Parcel
from parcels.service_requests.models import Decision, Service
from parcels.writing_down import fingerprint

# Width in mm, width and height in px: the frontage sheet is its plan, a certificate only shows the place.
_PLAN_MM = {
    "corrected_line": (178.0, 640, 420),
    "no_violation_certificate": (104.0, 640, 350),
    "bank_answer": (104.0, 640, 350),
}
# Codes are three groups of four (parcels.service_requests.decisions.new_code); people leave the dashes out.
_CODE_LETTERS = 12
ON_PAPER = (Decision.Outcome.ANSWERED, Decision.Outcome.REFUSED)
_USUAL_PLAN_MM = (104.0, 640, 480)


@dataclass(frozen=True)
class Verified:
    """A decision with what its checks gave: signature, whether it still stands, whether its day is over."""

    decision: Decision
    signature: Verdict
    superseded: bool
    expired: bool

    @property
    def holds(self) -> bool:
        """Whether the paper may be relied on."""
        return self.signature == "HOLDS" and not self.superseded and not self.expired


def decision_of(code: str) -> Decision:
    """
    The issued decision of a readable code, however it is typed.

    Raises
    ------
    NotFound
        When no decision has that code.
    """
    typed = "".join(latin_digits(tidy(code)).upper().split())
    if "-" not in typed and len(typed) == _CODE_LETTERS:
        typed = "-".join(typed[first : first + 4] for first in range(0, _CODE_LETTERS, 4))
    with acting_as_system():  # a code opens its paper to whoever holds it; nothing personal is on it
        found = (
            Decision.objects.filter(code=typed)
            .select_related("evaluation__parcel", "request__service", "request__parcel")
            .first()
        )
    if found is None:
        raise NotFound("برگه‌ای با این کد صادر نشده است.", "No paper has this code.", {"code": typed[:20]})
    return found


def verified(decision: Decision, *, on: date) -> Verified:
    """
    Check the signature over the stored facts, the evaluation against its hash among them, and the day.

    A fact or an evaluation that was changed after the signature gives BROKEN.
    """
    signature = verify(decision.facts, decision.signature, decision.key_id)
    if signature == "HOLDS" and not _evaluation_is_whole(decision):
        signature = "BROKEN"
    return Verified(
        decision=decision,
        signature=signature,
        superseded=decision.superseded_by_id is not None,
        expired=decision.valid_until is not None and decision.valid_until < on,
    )


def _evaluation_is_whole(decision: Decision) -> bool:
    signed, kept = decision.facts.get("evaluation"), decision.evaluation
    if signed is None or kept is None:
        return signed is None and kept is None
    return signed["sha256"] == fingerprint(kept.inputs, kept.document)


def frozen_evaluation(decision: Decision, scope: Scope) -> dict[str, Any]:
    """
    The evaluation of a decision as `python -m gis_core.constraints.verify` reads it.

    Raises
    ------
    NotFound
        When the decision froze no evaluation, or one without its inputs.
    Forbidden
        When it rests on a layer whose geometry is never published, for all but an auditor.
    """
    if decision.evaluation is None:
        raise NotFound(
            "این تصمیم ارزیابی منجمدی ندارد.", "This decision froze no evaluation.", {"code": decision.code}
        )
    whole = frozen_file(decision.evaluation)
    overlays = whole["inputs"]["parts"]["around.overlays"]["layer"]["rows"]
    if Layer.objects.filter(key__in=set(overlays), sensitive=True).exists() and not allowed(scope, "audit"):
        raise Forbidden(
            "ورودی‌های این ارزیابی لایه‌ای دارد که شکل آن منتشر نمی‌شود؛ فقط حسابرس آن را می‌گیرد.",
            "The inputs of this evaluation hold a layer that is never published; only an auditor gets them.",
            {"code": decision.code},
        )
    return whole


def may_have_evaluation(decision: Decision, scope: Scope) -> bool:
    """Whether the frozen evaluation of a decision is there for this scope."""
    try:
        frozen_evaluation(decision, scope)
    except (NotFound, Forbidden):
        return False
    return True


def issued_paper(decision: Decision, *, with_plan: bool = True) -> Paper:
    """
    The paper of a decision, from its frozen evaluation and facts only.

    Raises
    ------
    NotFound
        When it is a step on the way (a visit is needed, a desk recommends), or froze no evaluation.
    """
    if decision.evaluation is None or decision.outcome not in ON_PAPER:
        raise NotFound("این تصمیم برگه‌ای ندارد.", "This decision has no paper.", {"code": decision.code})
    service = decision.request.service
    parcel = decision.evaluation.parcel
    on = decision.evaluation.on
    document = in_reading_language(decision.evaluation.document, called_near([parcel], on=on))
    url = settings.PUBLIC_URL + reverse("verify", args=[decision.code])
    return paper(
        document,
        place_of(parcel, on=on, today=on),
        output=service.output,
        service_title=wording.in_language(service.title_fa, service.title_en),
        plan=_plan(document, parcel, service.output, on) if with_plan else "",
        storeys=decision.request.chosen_storeys,
        estimates=_frozen_estimates(decision),
        statements=statements.of(decision.facts),
        code=decision.code,
        tracking_code=decision.request.tracking_code,
        decided_on=timezone.localtime(decision.decided_at).date(),
        valid_until=decision.valid_until,
        decided_by_system=decision.instant,
        verify_url=url,
        qr=qr_svg_address(url),
        official=settings.CITY.official,
        superseded=decision.superseded_by_id is not None,
        refused=decision.outcome == Decision.Outcome.REFUSED,
    )


def live_paper(parcel: Parcel, output: str, *, on: date, storeys: float | None = None) -> Paper:
    """An unsigned paper of a day's answer (estimate, frontage sheet); its QR code leads to the live one."""
    document = in_reading_language(evaluate_document(parcel, on=on), called_near([parcel], on=on))
    service = Service.objects.filter(output=output).first()
    asked = f"?on={on.isoformat()}" + (f"&storeys={storeys:g}" if storeys else "")
    url = settings.PUBLIC_URL + reverse("parcel", args=[parcel.key]) + asked
    return paper(
        document,
        place_of(parcel, on=on, today=on),
        output=output,
        service_title=wording.in_language(service.title_fa, service.title_en) if service else "",
        plan=_plan(document, parcel, output, on),
        storeys=storeys,
        estimates=_estimates(document, price_list(parcel, on=on), on),
        verify_url=url,
        qr=qr_svg_address(url),
        official=settings.CITY.official,
    )


def pdf(told: Paper, decision: Decision | None = None) -> bytes:
    """A paper as PDF; an issued one carries its facts and signature as a file for programs."""
    # The PDF maker takes seconds to load; only who prints waits for it.
    from map_ui.documents.pdf import pdf_of

    attached = {} if decision is None else {f"{decision.code}.json": _machine_readable(decision)}
    return pdf_of("documents/paper.html", context_of({"paper": told}), attached)


def _machine_readable(decision: Decision) -> str:
    content = {"facts": decision.facts, "signature": decision.signature, "key_id": decision.key_id}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)


def context_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of a paper is given: its own values, language, direction, city, page counter."""
    language = wording.language()
    return {
        **values,
        "language": language,
        "direction": "rtl" if language == "fa" else "ltr",
        "city_name": wording.in_language(settings.CITY.name_fa, settings.CITY.name_en),
        "srid": settings.CITY.metric_srid,
        "counter": "persian" if language == "fa" else "decimal",
        "of": wording.in_language("از", "of"),
    }


def _plan(document: Mapping[str, Any], parcel: Parcel, output: str, on: date) -> str:
    lettered = "edges" in PARTS.get(output, ())
    return plan_of(document, parcel, _PLAN_MM.get(output, _USUAL_PLAN_MM), on, lettered=lettered)


def plan_of(
    document: Mapping[str, Any],
    parcel: Parcel,
    size: tuple[float, int, int],
    on: date,
    *,
    lettered: bool = False,
) -> str:
    """
    The plan of an answer for a paper, with its legend; empty where the lot could not be judged.

    `size`: width in mm, width and height of the drawing in px; `lettered`: with the letters of sides and
    the numbers of corners by which tables call them.
    """
    if "parcel" not in document["geometries"]:
        return ""
    width_mm, width, height = size
    around, holding = surroundings(parcel, on=on), restricting(parcel, document)
    drawn = plan(document, around, holding, width=width, height=height)
    entries = legend(document, around, holding, width=width, height=height)
    signs = render_to_string("documents/legend.html", {"entries": entries})
    return for_paper(drawn, width_mm, document if lettered else None) + signs


def _frozen_estimates(decision: Decision) -> dict[float, Mapping[str, Any]]:
    """
    The estimates of the decision: those kept among its facts, else by the tariffs as known when it was taken.

    What was known then is never forgotten, so both give the same amounts.
    """
    kept = decision.facts.get("estimates")
    if kept is not None:
        return {float(one["storeys"]): one for one in kept}
    evaluation = decision.evaluation
    prices = price_list(evaluation.parcel, on=evaluation.on, known_at=decision.decided_at)
    return _estimates(evaluation.document, prices, evaluation.on)


def _estimates(document: Mapping[str, Any], prices: PriceList, on: date) -> dict[float, Mapping[str, Any]]:
    policies = settings.CITY.policies.get("estimate", {})
    found = estimates(document, prices, policies, on=on, calendar=settings.CITY.calendar)
    return {count: as_document(one) for count, one in found.items()}
