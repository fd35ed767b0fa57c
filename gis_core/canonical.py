"""Writes JSON in the one way in which it is signed and hashed."""

import hashlib
import json
from typing import Any


def canonical(facts: Any) -> bytes:
    """
    The one way in which facts are written before they are signed or hashed: sorted keys, no spaces, UTF-8.

    A negative zero is written as zero, because the database keeps it so.

    Raises
    ------
    ValueError
        When the facts are not plain JSON (NaN, dates, decimals).

    Examples
    --------
    >>> canonical({"b": -0.0, "a": "پلاک"}).decode()
    '{"a":"پلاک","b":0.0}'
    """
    try:
        text = json.dumps(facts, allow_nan=False)
        # Most facts hold no negative zero, and are then read back at once and not number by number.
        plain = json.loads(text, parse_float=_without_sign_of_zero if "-0.0" in text else None)
    except TypeError as wrong:
        raise ValueError(f"Only plain JSON can be signed: {wrong}") from wrong
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _without_sign_of_zero(text: str) -> float:
    return float(text) + 0.0


def fingerprint(facts: Any) -> str:
    """
    SHA-256 of facts in their canonical writing, in hexadecimal figures.

    Examples
    --------
    >>> fingerprint({"a": 1})[:8] == fingerprint(json.loads('{ "a": 1 }'))[:8]
    True
    """
    return hashlib.sha256(canonical(facts)).hexdigest()
