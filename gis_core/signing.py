"""Signs what was decided (Ed25519) and tells whether a signature holds; the key is made at first use."""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gis_core.canonical import canonical

Verdict = Literal["HOLDS", "BROKEN", "UNKNOWN_KEY", "UNSIGNED"]
KEY_FILE = "signing.pem"
PUBLIC_KEYS = "signing_public"


@dataclass(frozen=True)
class Signature:
    """A signature in base64 and the name of the key that made it."""

    value: str
    key_id: str


def sign(facts: Mapping[str, Any], folder: Path | None = None) -> Signature:
    """
    Sign facts (a JSON object) with this installation's key, making the key on first use.

    Raises
    ------
    ValueError
        When the facts are not plain JSON (NaN, dates, decimals).
    """
    key = _private_key(folder or _folder())
    return Signature(base64.b64encode(key.sign(canonical(facts))).decode("ascii"), key_id(key.public_key()))


def verify(facts: Mapping[str, Any], value: str, made_by: str, folder: Path | None = None) -> Verdict:
    """
    Whether a signature holds for these facts.

    BROKEN: the facts or the signature were changed. UNKNOWN_KEY: no key of that name was ever ours.
    """
    if not value:
        return "UNSIGNED"
    public = _public_key(made_by, folder or _folder())
    if public is None:
        return "UNKNOWN_KEY"
    try:
        public.verify(base64.b64decode(value, validate=True), canonical(facts))
    except (InvalidSignature, binascii.Error):
        return "BROKEN"
    return "HOLDS"


def public_key_text(folder: Path | None = None) -> str:
    """The present public key in PEM, for whoever checks papers without this service."""
    return _public_pem(_private_key(folder or _folder()).public_key()).decode("ascii")


def key_id(public: Ed25519PublicKey) -> str:
    """Name of a key: the beginning of the hash of its public half."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _folder() -> Path:
    from django.conf import settings  # read late: key_id() is also used by offline checkers

    return settings.VAR / "secrets"


def _private_key(folder: Path) -> Ed25519PrivateKey:
    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key.")
    _remember(key.public_key(), folder)
    return key


def _make_key(path: Path) -> None:
    """Write a new key that only its owner may read; whoever comes second keeps the first one's key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    half = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink()


def _remember(public: Ed25519PublicKey, folder: Path) -> None:
    """Keep every public key that was ever used, so that old papers stay checkable after a new key."""
    path = folder / PUBLIC_KEYS / f"{key_id(public)}.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(_public_pem(public))


def _public_key(name: str, folder: Path) -> Ed25519PublicKey | None:
    path = folder / PUBLIC_KEYS / f"{name}.pem"
    if not name.isalnum() or not path.exists():
        return None
    key = serialization.load_pem_public_key(path.read_bytes())
    return key if isinstance(key, Ed25519PublicKey) else None


def _public_pem(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
