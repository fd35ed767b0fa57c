"""Takes an uploaded paper only when its content is what it says: an image or a PDF, of a bearable size."""

import hashlib
import secrets
from dataclasses import dataclass
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

from gis_core.errors import BadInput

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
LONGEST_NAME = 120
IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}


@dataclass(frozen=True)
class Paper:
    """A paper that was checked: images are decoded and written anew, without what cameras add."""

    kind: str
    original_name: str
    stored_name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of what is stored."""
        return hashlib.sha256(self.content).hexdigest()


def checked(kind: str, name: str, content: bytes) -> Paper:
    """
    The paper as it is stored, judged by its content and never by its name.

    Raises
    ------
    BadInput
        When it is empty, too large, or neither a whole image nor a PDF.

    Examples
    --------
    >>> checked("deed", "scan.pdf", b"%PDF-1.7 ... %%EOF").media_type
    'application/pdf'
    """
    if not content:
        raise BadInput("این فایل خالی است.", "This file is empty.", {"kind": kind})
    if len(content) > LARGEST_BYTES:
        raise _too_large(kind, len(content))
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return _paper(kind, name, "application/pdf", ".pdf", content)
    media_type, suffix, clean = _image(kind, content)
    return _paper(kind, name, media_type, suffix, clean)


def checked_file(kind: str, sent: UploadedFile) -> Paper:
    """
    As `checked`, for a file as it was sent: one that is too large is not read at all.

    Raises
    ------
    BadInput
        As `checked`.
    """
    if (sent.size or 0) > LARGEST_BYTES:
        raise _too_large(kind, sent.size)
    return checked(kind, sent.name or "", sent.read())


def _too_large(kind: str, size_bytes: int) -> BadInput:
    return BadInput(
        "این فایل بزرگ‌تر از ۱۰ مگابایت است؛ کوچک‌تر اسکن کنید.",
        "This file is larger than 10 MB; scan it smaller.",
        {"kind": kind, "bytes": size_bytes},
    )


def _paper(kind: str, name: str, media_type: str, suffix: str, content: bytes) -> Paper:
    shown = "".join(letter for letter in name if letter.isprintable() and letter not in '\\/<>"')
    return Paper(kind, shown[-LONGEST_NAME:], secrets.token_hex(16) + suffix, media_type, content)


def _image(kind: str, content: bytes) -> tuple[str, str, bytes]:
    refused = BadInput(
        "این فایل نه تصویر سالم است و نه PDF؛ عکس یا اسکن بفرستید.",
        "This file is neither a whole image nor a PDF; send a photo or a scan.",
        {"kind": kind},
    )
    try:
        with Image.open(BytesIO(content), formats=tuple(IMAGES)) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise refused
            image.load()
            out = BytesIO()
            image.convert("RGB").save(out, image.format, quality=88)
            media_type, suffix = IMAGES[image.format or "JPEG"]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise refused from error
    return media_type, suffix, out.getvalue()
