"""Reads an inspector's report from a form: figures as people type them, photos that really are pictures."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

from gis_core import crs
from gis_core.errors import BadInput
from gis_core.persian import latin_digits
from parcels.inspections.models import Photo, VisitReport
from parcels.inspections.reports import Finding

MOST_PHOTOS = 6
MOST_BYTES = 12 * 1024 * 1024
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


def read_finding(values: Mapping[str, str], *, now: datetime) -> Finding:
    """
    The report in a form; empty fields are not known, not zero.

    Raises
    ------
    BadInput
        When a figure cannot be read; the sentence names the field.
    """
    return Finding(
        client_uuid=_uuid(values.get("client_uuid", "")),
        outcome=values.get("outcome", ""),
        reported_at=now,
        measured_area_m2=_figure(values, "measured_area_m2", "مساحت", "area"),
        storeys_seen=_figure(values, "storeys_seen", "تعداد طبقات", "number of storeys"),
        note=values.get("note", "").strip()[:4000],
        position=_position(values),
    )


def checked_photos(files: Sequence[UploadedFile]) -> list[tuple[str, bytes]]:
    """
    The pictures of a report as (suffix, bytes), turned upright and without what the camera wrote into them.

    Raises
    ------
    BadInput
        When there are too many, one is too large, or one is no picture.
    """
    given = [file for file in files if file.size]
    if len(given) > MOST_PHOTOS:
        raise BadInput(
            f"بیش از {MOST_PHOTOS} عکس در یک گزارش نمی‌گنجد.",
            f"A report takes at most {MOST_PHOTOS} photos.",
            {"field": "photos", "most": MOST_PHOTOS},
        )
    return [_checked(file) for file in given]


def keep_photos(report: VisitReport, photos: Sequence[tuple[str, bytes]]) -> None:
    """Keep checked pictures with a report."""
    for number, (suffix, content) in enumerate(photos, start=1):
        photo = Photo(report=report, sha256=hashlib.sha256(content).hexdigest())
        photo.file.save(f"visit-{report.visit_id}-{number}.{suffix}", ContentFile(content))


def _checked(file: UploadedFile) -> tuple[str, bytes]:
    if file.size > MOST_BYTES:
        raise BadInput(
            "این عکس بزرگ‌تر از ۱۲ مگابایت است.",
            "This photo is larger than 12 MB.",
            {"field": "photos", "bytes": file.size},
        )
    try:
        with Image.open(file) as picture:
            kind = picture.format or ""
            if kind not in SUFFIXES:
                raise UnidentifiedImageError(kind)
            plain = BytesIO()
            picture.copy().save(plain, format=kind)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError) as unreadable:
        raise BadInput(
            "این پرونده عکس نیست یا خراب است؛ عکس JPEG یا PNG بفرستید.",
            "This file is no picture, or a broken one; send a JPEG or PNG.",
            {"field": "photos"},
        ) from unreadable
    return SUFFIXES[kind], plain.getvalue()


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as unreadable:
        raise BadInput(
            "شناسهٔ این گزارش خوانده نشد؛ صفحه را دوباره باز کنید.",
            "The number of this report cannot be read; open the page again.",
            {"field": "client_uuid"},
        ) from unreadable


def _figure(values: Mapping[str, str], name: str, fa: str, en: str) -> float | None:
    typed = latin_digits(values.get(name, "")).strip().replace("٫", ".").replace(",", ".")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError as unreadable:
        raise BadInput(
            f"{fa} را با رقم بنویسید.", f"Write the {en} in figures.", {"field": name}
        ) from unreadable


def _position(values: Mapping[str, str]) -> tuple[float, float] | None:
    """Where the phone says it is; a position that cannot be read is none, not a reason to lose a report."""
    try:
        lon, lat = float(values.get("lon", "")), float(values.get("lat", ""))
    except ValueError:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    x, y = crs.to_metric(lon, lat)
    return float(x), float(y)
