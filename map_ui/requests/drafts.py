"""Keeps what was typed into the form, in the session: across errors, back and forth, and signing in."""

import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from gis_core.errors import NotFound
from gis_core.personal_data import seal, unseal
from parcels.service_requests.applicants import Person, person
from parcels.service_requests.uploads import Paper

KEY = "request_drafts"
FILED = "requests_filed"
FOLDER = "drafts"
MOST = 5


@dataclass
class Draft:
    """A form under way; `uuid` is the number under which it is filed, once however often it is sent."""

    uuid: UUID
    service: str
    parcel: str
    values: dict[str, Any]

    @property
    def typed_person(self) -> dict[str, str]:
        """Name, national code and mobile as typed; they lie sealed in the session."""
        sealed = self.values.get("person")
        if not sealed:
            return {}
        name, code, mobile = unseal(base64.b64decode(sealed)).split("\n")
        return {"name": name, "national_code": code, "mobile": mobile}

    @property
    def person(self) -> Person | None:
        """The person, checked; None when not yet typed."""
        typed = self.typed_person
        return person(**typed) if typed else None

    @property
    def wished_day(self) -> date | None:
        """The day wished for a visit."""
        text = self.values.get("wished_day")
        return date.fromisoformat(text) if text else None

    def take_person(self, name: str, national_code: str, mobile: str) -> None:
        """Keep what was typed, sealed, right or wrong."""
        text = "\n".join(" ".join(part.split()) for part in (name, national_code, mobile))
        self.values["person"] = base64.b64encode(seal(text)).decode()

    def take_paper(self, paper: Paper) -> None:
        """Keep a checked paper beside the session until the form is sent."""
        path = default_storage.save(f"{FOLDER}/{paper.stored_name}", ContentFile(paper.content))
        self.values.setdefault("papers", {})[paper.kind] = {
            "path": path,
            "name": paper.original_name,
            "stored": paper.stored_name,
            "type": paper.media_type,
        }

    def papers(self) -> list[Paper]:
        """The papers as kept."""
        kept = []
        for kind, row in self.values.get("papers", {}).items():
            try:
                with default_storage.open(row["path"]) as file:
                    kept.append(Paper(kind, row["name"], row["stored"], row["type"], file.read()))
            except FileNotFoundError as sent:
                raise _closed() from sent
        return kept


def begin(session: SessionBase, service: str, parcel: str, **values: Any) -> Draft:
    """A new draft; the oldest one goes when there are too many."""
    drafts = session.setdefault(KEY, {})
    while len(drafts) >= MOST:
        drop(session, UUID(next(iter(drafts))))
    draft = Draft(uuid4(), service, parcel, {key: value for key, value in values.items() if value})
    save(session, draft)
    return draft


def load(session: SessionBase, uuid: UUID) -> Draft:
    """
    A draft of this session.

    Raises
    ------
    NotFound
        When it was sent, dropped, or is another session's.
    """
    row = session.get(KEY, {}).get(str(uuid))
    if row is None:
        raise _closed()
    return Draft(uuid, row["service"], row["parcel"], row["values"])


def save(session: SessionBase, draft: Draft) -> None:
    """Write the draft into the session."""
    session.setdefault(KEY, {})[str(draft.uuid)] = {
        "service": draft.service,
        "parcel": draft.parcel,
        "values": draft.values,
    }
    session.modified = True


def sweep(*, before: datetime) -> int:
    """Delete papers of forms that were left before that instant; how many. Their sessions have ended."""
    if not default_storage.exists(FOLDER):
        return 0
    _folders, names = default_storage.listdir(FOLDER)
    old = [name for name in names if default_storage.get_modified_time(f"{FOLDER}/{name}") < before]
    for name in old:
        default_storage.delete(f"{FOLDER}/{name}")
    return len(old)


def filed_as(session: SessionBase, uuid: UUID) -> str:
    """The tracking code under which this form was filed; empty while it is not."""
    return session.get(FILED, {}).get(str(uuid), "")


def _closed() -> NotFound:
    return NotFound(
        "این فرم دیگر باز نیست: یا فرستاده شده یا نشست شما تمام شده است. از نو آغاز کنید.",
        "This form is no longer open: it was sent, or your session ended. Begin again.",
    )


def drop(session: SessionBase, uuid: UUID, *, filed_as: str = "") -> None:
    """Forget a draft and its papers; remember as which request it was filed."""
    if filed_as:
        session.setdefault(FILED, {})[str(uuid)] = filed_as
    row = session.get(KEY, {}).pop(str(uuid), None)
    session.modified = True
    for paper in (row or {}).get("values", {}).get("papers", {}).values():
        default_storage.delete(paper["path"])
