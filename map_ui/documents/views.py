"""Pages of papers: an issued answer as PDF, its verification, an estimate and a frontage sheet to print."""

from typing import Any

from django.conf import settings
from django.utils.translation import pgettext

from map_ui import wording
from map_ui.documents.paper import Paper
from map_ui.documents.pdf import pdf_of


def rendered(paper: Paper) -> bytes:
    """The paper as a PDF file in the language of the page."""
    return pdf_of("documents/paper.html", _context(paper))


def _context(paper: Paper) -> dict[str, Any]:
    language = wording.language()
    return {
        "paper": paper,
        "language": language,
        "direction": "rtl" if language == "fa" else "ltr",
        "city_name": wording.in_language(settings.CITY.name_fa, settings.CITY.name_en),
        "srid": settings.CITY.metric_srid,
        "counter": "persian" if language == "fa" else "decimal",
        "of": pgettext("paper", "of"),
    }
