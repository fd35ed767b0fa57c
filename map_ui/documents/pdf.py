"""Makes PDF files; nothing outside this package's own font can be fetched while it does."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydyf
from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

FONT_URL = "pelak:vazirmatn"
_FONT = Path("map_ui/static/built/vazirmatn.woff2")
# PDF/A-3 and tagged PDF exclude each other here; people who read with their ears come first.
# Both tell every step of every page, which nobody reads.
for _talker in ("fontTools", "weasyprint.progress"):
    logging.getLogger(_talker).setLevel(logging.WARNING)
_BDI = re.compile(r"<bdi[^>]*>")
_VARIANT = "pdf/ua-1"


class OnlyOurFont(URLFetcher):
    """Gives the page's font and `data:` addresses; whatever else a page asks for stops the paper."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url == FONT_URL:
            return URLFetcherResponse(
                url, (settings.BASE_DIR / _FONT).read_bytes(), {"Content-Type": "font/woff2"}
            )
        if not url.startswith("data:"):
            raise FatalURLFetchingError(f"A paper may not fetch {url}")
        return super().fetch(url, headers)


def with_isolates(html: str) -> str:
    """
    The same page with isolating marks inside each `<bdi>`: the PDF maker does not obey that element.

    Examples
    --------
    >>> with_isolates('<bdi dir="ltr">1-2</bdi>') == '<bdi dir="ltr">\\u20661-2\\u2069</bdi>'
    True
    """
    marked = _BDI.sub(lambda found: found.group() + ("\u2066" if "ltr" in found.group() else "\u2068"), html)
    return marked.replace("</bdi>", "\u2069</bdi>")


def pdf_of(template: str, context: dict[str, Any], attachments: Mapping[str, str] | None = None) -> bytes:
    """A4 pages of a template, with the facts and signature for programs inside: texts by file name."""
    page = with_isolates(render_to_string(template, context))
    html = HTML(string=page, base_url="pelak:paper", url_fetcher=OnlyOurFont())
    files = [
        Attachment(string=text, name=name, description="Facts and signature")
        for name, text in (attachments or {}).items()
    ]
    return html.write_pdf(
        pdf_variant=_VARIANT,
        font_config=FontConfiguration(),
        attachments=files,
        finisher=_turned_right if context.get("direction") == "rtl" else None,
    )


def _turned_right(_document: Document, pdf: pydyf.PDF) -> None:
    """Tell readers that its pages follow each other from right to left, as those of a Persian book."""
    pdf.catalog.setdefault("ViewerPreferences", pydyf.Dictionary())["Direction"] = "/R2L"
