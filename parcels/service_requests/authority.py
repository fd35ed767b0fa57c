"""
Asks whether an applicant may act for a property: as its owner on record, or because a person saw the papers.

What is not known is not verified. A power of attorney is never on record, so a person looks at it.
"""

from gis_core.models import Contact
from gis_core.personal_data import blind_index
from parcels.models import Parcel
from parcels.records.queries import is_owner
from parcels.service_requests.applicants import Person
from parcels.service_requests.models import ServiceRequest
from parcels.service_requests.reasons import Reason

NOT_VERIFIED = Reason("AUTHORITY_NOT_VERIFIED")
VERIFIED = Reason("AUTHORITY_VERIFIED")


def owns(person: Person | None, parcel: Parcel, unit: str = "") -> bool:
    """Whether the property's file names this person as an owner; False where the owners are not known."""
    return person is not None and is_owner(parcel, unit, blind_index(person.national_code))


def speaks_as(user_id: int | None, person: Person | None) -> bool:
    """
    Whether this account may speak as this person: not when it was opened under another national code.

    An account without a national code may speak as whom it names.
    """
    own = Contact.objects.filter(user_id=user_id).values_list("national_code_index", flat=True).first()
    return not own or (person is not None and own == blind_index(person.national_code))


def in_doubt(request: ServiceRequest) -> bool:
    """Whether the applicant's authority was not verified on the spot and nobody has accepted it since."""
    first = request.decisions.order_by("decided_at", "pk").values_list("reasons", flat=True).first()
    if first is None or not _says(first, NOT_VERIFIED):
        return False
    return not request.transitions.filter(reasons__contains=[{"code": VERIFIED.code}]).exists()


def accepted(reasons: list[dict]) -> bool:
    """Whether these reasons of a step say that the one who takes it has seen proof of authority."""
    return _says(reasons, VERIFIED)


def _says(rows: list[dict], reason: Reason) -> bool:
    return any(row.get("code") == reason.code for row in rows)
