"""Seals a JSON document so that a single altered value is not only noticed but named."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from gis_core.canonical import fingerprint

#: Sums run modulo this prime, so that the place of an altered value can be divided out of them.
PRIME = 2**61 - 1
#: A leaf that stands where no value is: an empty list or object.
EMPTY = "(empty)"


@dataclass(frozen=True)
class Seal:
    """
    What is remembered of a document: its hash, the number of its leaves, and two sums over their hashes.

    `plain` is the sum of h(i) and `weighted` that of i × h(i), i from 1 in the order of `leaves`: when one
    leaf alone was altered, the quotient of what the two sums changed by is its place.
    """

    sha256: str
    leaves: int
    plain: int
    weighted: int


def leaves(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """
    The values of a JSON document with their paths, keys in their alphabetical order.

    Examples
    --------
    >>> list(leaves({"b": [1, {"c": None}], "a": []}))
    [('a', '(empty)'), ('b[0]', 1), ('b[1].c', None)]
    """
    found: list[tuple[str, Any]] = []
    _gather(document, path, found)
    return iter(found)


def _gather(document: Any, path: str, found: list[tuple[str, Any]]) -> None:
    # Documents have thousands of leaves, so the plain types are asked first and nothing is yielded upwards.
    kind = type(document)
    if kind is dict and document:
        for key in sorted(document):
            _gather(document[key], f"{path}.{key}" if path else str(key), found)
    elif kind in (list, tuple) and document:
        for number, entry in enumerate(document):
            _gather(entry, f"{path}[{number}]", found)
    else:
        found.append((path, EMPTY if kind in (dict, list, tuple) else document))


def sealed(document: Any) -> dict[str, Any]:
    """
    The seal of a document as a JSON object.

    Examples
    --------
    >>> sealed({"a": 1})["leaves"]
    1
    """
    return dict(vars(_seal(document)))


def altered(document: Any, seal: Mapping[str, Any]) -> str | None:
    """
    Path of the leaf of a document that is not as it was sealed; None when all are, "" when it cannot be told.

    Several altered leaves, or added and removed ones, give "": the document as a whole is not the sealed one.

    Examples
    --------
    >>> kept = sealed({"lot": [[560012350, 3610047800], [560024350, 3610047800]]})
    >>> altered({"lot": [[560012350, 3610047800], [560024350, 3610047801]]}, kept)
    'lot[1][1]'
    """
    now = _seal(document)
    if now.sha256 == seal.get("sha256"):
        return None
    plain, weighted = seal.get("plain"), seal.get("weighted")
    if now.leaves != seal.get("leaves") or not isinstance(plain, int) or not isinstance(weighted, int):
        return ""
    change = (now.plain - plain) % PRIME
    if change == 0:
        return ""
    place = (now.weighted - weighted) * pow(change, -1, PRIME) % PRIME
    if not 1 <= place <= now.leaves:
        return ""
    return next(path for number, (path, _) in enumerate(leaves(document), start=1) if number == place)


def first_difference(stored: Any, computed: Any) -> tuple[str, Any, Any] | None:
    """
    Path of the first leaf in which two documents differ, with both values; None when they say the same.

    A leaf that only one of them has is `None` in the other.

    Examples
    --------
    >>> first_difference({"a": [1, 2]}, {"a": [1, 3]})
    ('a[1]', 2, 3)
    """
    kept, found = dict(leaves(stored)), dict(leaves(computed))
    for path in [*kept, *(path for path in found if path not in kept)]:
        if path not in kept or path not in found or _text(kept[path]) != _text(found[path]):
            return path, kept.get(path), found.get(path)
    return None


def _seal(document: Any) -> Seal:
    plain = weighted = count = 0
    for number, (path, value) in enumerate(leaves(document), start=1):
        told = hashlib.sha256(f"{path}={_text(value)}".encode()).digest()
        hashed = int.from_bytes(told[:8], "big") % PRIME
        plain, weighted, count = plain + hashed, weighted + number * hashed, number
    return Seal(fingerprint(document), count, plain % PRIME, weighted % PRIME)


def _text(value: Any) -> str:
    """A leaf as JSON writes it and as it is compared: a negative zero is a zero, as the database keeps it."""
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is str:
        return encode_basestring(value)
    if kind is float and isfinite(value):
        return repr(value + 0.0)
    return json.dumps(value, ensure_ascii=False)
