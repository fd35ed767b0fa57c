"""Keeps who applies: sealed, found by a blind index, shown masked; an opened look is recorded."""

from dataclasses import dataclass

from django.conf import settings

from gis_core.errors import BadInput
from gis_core.identifiers import required
from gis_core.models import User
from gis_core.persian import normalise
from gis_core.personal_data import blind_index, masked, masked_name, record_reading, seal, unseal
from parcels.service_requests.models import Applicant, ServiceRequest

LONGEST_FREE_NUMBER = 20


@dataclass(frozen=True)
class Person:
    """A person as typed and checked: name, national code of ten digits, mobile number."""

    name: str
    national_code: str
    mobile: str


def person(name: str, national_code: str, mobile: str) -> Person:
    """
    A person from what was typed.

    Raises
    ------
    BadInput
        When the name is missing or a number is none; the sentence never repeats the number.
    """
    if len(normalise(name)) < 3:
        raise BadInput("نام و نام خانوادگی را بنویسید.", "Write the full name.", {"field": "name"})
    asked = settings.CITY.policies.get("person", {})
    return Person(
        " ".join(name.split()),
        _number(asked.get("national_code", "national_code"), national_code),
        _number(asked.get("mobile", "mobile"), mobile),
    )


def asks_national_code() -> bool:
    """Whether this city knows its people by a national code."""
    return bool(settings.CITY.policies.get("person", {}).get("national_code", "national_code"))


def _number(validator: str, text: str) -> str:
    """The number in its canonical form; a city that names no validator takes what was typed."""
    return required(validator, text) if validator else normalise(text)[:LONGEST_FREE_NUMBER]


def keep(who: Person, *, user_id: int | None = None) -> Applicant:
    """The row of this person; the same person applying again with the same data is the same row."""
    index = blind_index(who.national_code)
    for row in Applicant.objects.filter(national_code_index=index, user_id=user_id):
        if opened(row) == who:
            return row
    return Applicant.objects.create(
        user_id=user_id,
        name_encrypted=seal(who.name),
        national_code_encrypted=seal(who.national_code),
        national_code_index=index,
        mobile_encrypted=seal(who.mobile),
    )


def opened(row: Applicant) -> Person:
    """The person behind the row; for Pelak's own use. People look through `reveal`."""
    return Person(
        unseal(row.name_encrypted), unseal(row.national_code_encrypted), unseal(row.mobile_encrypted)
    )


def shown(row: Applicant) -> Person:
    """The person masked, as lists and case pages show them."""
    who = opened(row)
    code = masked(who.national_code) if who.national_code else ""
    return Person(masked_name(who.name), code, masked(who.mobile))


def reveal(request: ServiceRequest, *, by: User, reason: str) -> Person:
    """
    The applicant of a case in the open, after writing into the book who looked and why.

    Whether this person may is asked before (`reveal_applicant` in gis_core/access.py).

    Raises
    ------
    BadInput
        When no reason is given, or the case has no applicant.
    """
    if len(normalise(reason)) < 3:
        raise BadInput(
            "بنویسید چرا به این داده نیاز دارید؛ این خواندن ثبت می‌شود.",
            "Write why you need these data; this reading is recorded.",
            {"field": "reason"},
        )
    if request.applicant is None:
        raise BadInput("این درخواست متقاضی ندارد.", "This request has no applicant.")
    fields = ["name", "national_code", "mobile"]
    record_reading(by, "applicant", request.applicant_id, reason=reason, fields=fields)
    return opened(request.applicant)
