"""Keeps the numbers of people who sign in, and answers whose a mobile number is."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gis_core.errors import BadInput
from gis_core.identifiers import required
from gis_core.models import Contact, Role, RoleGrant, User
from gis_core.persian import latin_digits
from gis_core.personal_data import blind_index, seal, unseal

FREE_NUMBER_DIGITS = range(7, 16)
UNPROVED_FOR = timedelta(days=1)


def mobile_number(text: str) -> str:
    """
    A typed mobile number in its canonical form, by the validator the city names; without one, its digits.

    Raises
    ------
    BadInput
        When it is none; the sentence never repeats it.

    Examples
    --------
    >>> mobile_number("۰۹۱۳ ۱۲۳ ۴۵۶۷")
    '09131234567'
    """
    validator = _validator("mobile")
    if validator:
        return required(validator, text)
    digits = "".join(letter for letter in latin_digits(text) if letter.isdigit())
    if len(digits) not in FREE_NUMBER_DIGITS:
        raise BadInput("این شمارهٔ تلفن نیست.", "This is not a telephone number.", {"identifier": "mobile"})
    return digits


def national_code(text: str) -> str:
    """A typed national code in its canonical form; raises `BadInput` as `mobile_number` does."""
    return required(_validator("national_code"), text)


def asks_national_code() -> bool:
    """Whether this city knows its people by a national code."""
    return bool(_validator("national_code"))


def _validator(kind: str) -> str:
    return settings.CITY.policies.get("person", {}).get(kind, kind)


def claim_mobile(user: User, number: str) -> None:
    """Keep a number the person says is theirs; it finds nobody until a code has proved it."""
    _keep_mobile(user, number, proved=False)


@transaction.atomic
def prove_mobile(user: User, number: str) -> None:
    """
    The person has typed the code sent to this number: it is theirs, and nobody else's claim any longer.

    Who has no role yet is a citizen from today on.
    """
    Contact.objects.filter(mobile_index=blind_index(number), mobile_proved=False).exclude(user=user).delete()
    _keep_mobile(user, number, proved=True)
    if not user.grants.exists():
        RoleGrant.objects.create(user=user, role=Role.CITIZEN, valid=(timezone.localdate(), None))


def _keep_mobile(user: User, number: str, *, proved: bool) -> None:
    kept = {
        "mobile_encrypted": seal(number),
        "mobile_index": blind_index(number),
        "mobile_proved": proved,
    }
    Contact.objects.update_or_create(user=user, defaults=kept)


def keep_national_code(user: User, code: str) -> None:
    """Keep the national code beside the mobile number the person has claimed."""
    Contact.objects.filter(user=user).update(
        national_code_encrypted=seal(code), national_code_index=blind_index(code)
    )


def mobile_of(user: User) -> tuple[str, bool] | None:
    """The person's mobile number and whether it is proved; None when there is none."""
    row = Contact.objects.filter(user=user).first()
    return (unseal(row.mobile_encrypted), row.mobile_proved) if row else None


def holder_of(number: str) -> User | None:
    """The person who has proved this number."""
    found = Contact.objects.filter(mobile_index=blind_index(number), mobile_proved=True)
    row = found.select_related("user").first()
    return row.user if row else None


def forget_unproved() -> None:
    """Delete accounts whose number nobody proved within a day and in which nobody ever was."""
    User.objects.filter(
        contact__mobile_proved=False,
        last_login=None,
        grants=None,
        date_joined__lt=timezone.now() - UNPROVED_FOR,
    ).delete()
