"""Makes the extract of a parcel: plan, areas and three lists, of today's answer or of an issued one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core import canonical
from gis_core.errors import NotFound
from layers.models import LayerVersion
from layers.zoning.queries import rules_on
from map_ui import wording
from map_ui.accounts import Account
from map_ui.answers import place_of
from map_ui.documents import issued
from map_ui.documents.paper import AREAS, accounts
from map_ui.documents.qr import qr_svg_address
from map_ui.documents.rows import Edition, ThreeLists
from map_ui.documents.three_lists import three_lists
from map_ui.sheet.parts import Place
from map_ui.sheet.verdict import verdict
from map_ui.streets import called_near, in_reading_language
from parcels.evaluation import evaluate_document
from parcels.models import Parcel
from parcels.service_requests.models import Decision
from parcels.writing_down import fingerprint

#: Width of the plan in mm, width and height of its drawing in px.
PLAN_MM = (104.0, 640, 440)
_HASH_LETTERS = 8


@dataclass(frozen=True)
class RestrictionExtract:
    """
    Everything an extract says, in the language of the page.

    `on` is the day it holds for, `known_at` the instant whose knowledge it stands on. `sha256` is the hash
    of what was frozen with an issued answer, or of the document of a live one. `code` is empty on a live
    one, which nobody has signed.
    """

    place: Place
    verdict: str
    plan: str
    areas: Sequence[Account]
    lists: ThreeLists
    on: date
    known_at: datetime
    engine: str
    sha256: str
    verify_url: str
    qr: str
    official: bool
    code: str = ""
    superseded: bool = False
    document: Mapping[str, Any] | None = None

    @property
    def hash_in_groups(self) -> str:
        """The hash in groups of eight figures, so that two can be compared by eye."""
        groups = range(0, len(self.sha256), _HASH_LETTERS)
        return " ".join(self.sha256[first : first + _HASH_LETTERS] for first in groups)


def live(parcel: Parcel, *, on: date) -> RestrictionExtract:
    """The extract of a day's answer, not signed; its QR code leads to the parcel's page on that day."""
    document = evaluate_document(parcel, on=on)
    url = f"{settings.PUBLIC_URL}{reverse('parcel', args=[parcel.key])}?on={on.isoformat()}"
    return _extract(document, parcel, sha256=canonical.fingerprint(document), verify_url=url)


def of_decision(decision: Decision) -> RestrictionExtract:
    """
    The extract of an issued decision, from what was frozen with it; its QR code leads to its verification.

    Raises
    ------
    NotFound
        When the decision froze no evaluation, or is a step on the way.
    """
    evaluation = decision.evaluation
    if evaluation is None or decision.outcome not in issued.ON_PAPER:
        raise NotFound("این تصمیم گزارشی ندارد.", "This decision has no extract.", {"code": decision.code})
    url = settings.PUBLIC_URL + reverse("verify", args=[decision.code])
    return _extract(
        evaluation.document,
        evaluation.parcel,
        sha256=fingerprint(evaluation.inputs, evaluation.document),
        verify_url=url,
        code=decision.code,
        superseded=decision.superseded_by_id is not None,
    )


def _extract(document: Mapping[str, Any], parcel: Parcel, **values: Any) -> RestrictionExtract:
    on, known_at = date.fromisoformat(document["on"]), datetime.fromisoformat(document["known_at"])
    rules = rules_on(on, known_at=known_at)
    told = in_reading_language(document, called_near([parcel], on=on))
    return RestrictionExtract(
        place=place_of(parcel, on=on, today=timezone.localdate()),
        verdict=verdict(told),
        plan=issued.plan_of(told, parcel, PLAN_MM, on),
        areas=accounts(told, AREAS),
        lists=three_lists(told, rules, editions_on(on, known_at)),
        on=on,
        known_at=known_at,
        engine=document["engine"],
        qr=qr_svg_address(values["verify_url"]),
        official=settings.CITY.official,
        document=document,
        **values,
    )


def editions_on(on: date, known_at: datetime) -> dict[str, Edition]:
    """The published edition of each layer on a day, as known at an instant, by the layer's key."""
    found = LayerVersion.objects.filter(
        status=LayerVersion.Status.IN_FORCE, valid__contains=on, known__contains=known_at
    ).select_related("layer", "source")
    return {
        version.layer.key: Edition(
            title=wording.in_language(version.layer.title_fa, version.layer.title_en),
            kind=version.layer.kind,
            number=version.number,
            since=version.valid.lower if version.valid else None,
            surveyed_on=version.surveyed_on,
            accuracy_m=version.positional_accuracy_m,
            source=wording.in_language(version.source.title_fa, version.source.title_en)
            if version.source
            else "",
        )
        for version in found
    }


def pdf(told: RestrictionExtract) -> bytes:
    """The extract as PDF, with the whole evaluation document inside as a file for programs."""
    # The PDF maker takes seconds to load; only who prints waits for it.
    from map_ui.documents.pdf import pdf_of

    attached = json.dumps({"sha256": told.sha256, "document": told.document}, ensure_ascii=False, indent=1)
    documents = list(enumerate(told.lists.documents, start=1))
    context = issued.context_of(
        {"extract": told, "title": _("Extract of restrictions"), "documents": documents}
    )
    return pdf_of("documents/extract.html", context, {"evaluation.json": attached})
