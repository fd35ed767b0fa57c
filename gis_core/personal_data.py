"""Keeps personal data: encrypted, found by a blind index, masked when shown, each reading recorded."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from gis_core.models import AuditEntry, User

SHOWN_DIGITS = 3


@lru_cache(maxsize=1)
def _ring() -> MultiFernet:
    """The first key seals, all of them open. A new one is put in front; old ones stay until re-sealed."""
    return MultiFernet([Fernet(_derived(key, "seal")) for key in settings.PERSONAL_DATA_KEYS])


def _derived(key: str, purpose: str) -> bytes:
    digest = hmac.new(key.encode(), f"pelak:{purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)


def seal(text: str) -> bytes:
    """The text encrypted and signed (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _ring().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """
    The text that was sealed.

    Raises
    ------
    cryptography.fernet.InvalidToken
        When it was sealed under a key that is no longer in the ring, or was changed.

    Examples
    --------
    >>> unseal(seal("0499370899"))
    '0499370899'
    """
    return _ring().decrypt(bytes(sealed)).decode()


def blind_index(text: str) -> str:
    """
    A keyed digest by which equal values are found without opening them; the last key of the ring makes it.

    Examples
    --------
    >>> blind_index("0499370899") == blind_index("0499370899") != blind_index("0499370898")
    True
    """
    key = _derived(settings.PERSONAL_DATA_KEYS[-1], "index")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def masked(text: str) -> str:
    """
    The text with only its last digits to be seen.

    Examples
    --------
    >>> masked("09131234567")
    '••••••••567'
    """
    return (
        "•" * max(0, len(text) - SHOWN_DIGITS) + text[-SHOWN_DIGITS:] if len(text) > SHOWN_DIGITS else "•••"
    )


def masked_name(name: str) -> str:
    """
    A name with the first letter of each word.

    Examples
    --------
    >>> masked_name("نگار صالحی")
    'ن… ص…'
    """
    return " ".join(f"{word[0]}…" for word in name.split())


def record_reading(
    user: User, subject_kind: str, subject_id: object, *, reason: str, fields: list[str]
) -> AuditEntry:
    """Write into the book that this person read these fields of that subject, and why."""
    return AuditEntry.objects.create(
        user=user,
        action="read_personal_data",
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        reason=reason,
        details={"fields": fields},
    )
