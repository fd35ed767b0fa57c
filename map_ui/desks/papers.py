"""Lists the papers of a case as the service asks for them: what is there, missing, or came besides."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from map_ui import wording
from parcels.service_requests.models import Document, ServiceRequest


@dataclass(frozen=True)
class PaperRow:
    """One kind of paper: its title, the files of that kind, whether it is required."""

    title: str
    files: tuple[Document, ...]
    required: bool

    @property
    def missing(self) -> bool:
        """Whether a required paper is not there."""
        return self.required and not self.files


def paper_rows(request: ServiceRequest) -> list[PaperRow]:
    """The papers in the order in which the service asks for them, others after them; one query."""
    given = list(request.documents.order_by("kind", "pk"))
    asked = request.service.documents
    rows = [
        PaperRow(
            wording.in_language(row["title_fa"], row["title_en"]),
            tuple(paper for paper in given if paper.kind == row["kind"]),
            bool(row["required"]),
        )
        for row in asked
    ]
    known = {row["kind"] for row in asked}
    others = tuple(paper for paper in given if paper.kind not in known)
    return [*rows, PaperRow(_("another paper"), others, False)] if others else rows


def missing(rows: Sequence[PaperRow]) -> list[str]:
    """Titles of required papers that are not there."""
    return [row.title for row in rows if row.missing]
