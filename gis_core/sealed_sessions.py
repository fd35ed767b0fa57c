"""Keeps sessions sealed in the database: while somebody signs in they hold a number and a code."""

from typing import Any

from django.core.signing import JSONSerializer

from gis_core.personal_data import seal, unseal


class SealedSerializer:
    """
    JSON under the keys of personal data.

    Examples
    --------
    >>> sealed = SealedSerializer().dumps({"phone": "09131234567"})
    >>> b"09131234567" in sealed, SealedSerializer().loads(sealed)
    (False, {'phone': '09131234567'})
    """

    def dumps(self, values: Any) -> bytes:
        """The sealed bytes of what a session holds."""
        return seal(JSONSerializer().dumps(values).decode("latin-1"))

    def loads(self, sealed: bytes) -> Any:
        """
        What a session held.

        Raises
        ------
        cryptography.fernet.InvalidToken
            When it was sealed under another key; Django then begins a new session.
        """
        return JSONSerializer().loads(unseal(sealed).encode("latin-1"))
