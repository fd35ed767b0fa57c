"""Opens a draft of a layer, says what it changes, and publishes it on a day; nothing published is edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from gis_core.errors import BadInput, Conflict, Forbidden, NotFound
from gis_core.models import User
from layers.models import Layer, LayerVersion
from layers.zoning.models import Zone

Status = LayerVersion.Status


@dataclass(frozen=True)
class ZoneChange:
    """What a draft does to one zone, by its lineage: added, removed, moved (shape) or renamed (code)."""

    kind: str
    lineage: str
    code_before: str | None
    code_after: str | None
    area_before_m2: float
    area_after_m2: float


def version_in_force(layer_key: str, *, on: date, known_at: datetime | None = None) -> LayerVersion | None:
    """The published version of a layer on a day, as known at an instant (default now), or None."""
    versions = LayerVersion.objects.filter(layer__key=layer_key, status=Status.IN_FORCE, valid__contains=on)
    known = {"known__upper_inf": True} if known_at is None else {"known__contains": known_at}
    return versions.filter(**known).select_related("layer", "source").first()


@transaction.atomic
def open_draft(layer_key: str, *, title: str, by: User, on: date) -> LayerVersion:
    """
    Begin a draft as a copy of the version in force on the day.

    Raises
    ------
    NotFound
        When the layer has no version in force on that day to begin from.
    """
    base = version_in_force(layer_key, on=on)
    if base is None:
        raise NotFound(
            f"لایهٔ {layer_key} در این روز نسخهٔ نافذی ندارد؛ نخست آن را وارد کنید.",
            f"The layer {layer_key} has no version in force on {on}; import one first.",
        )
    draft = _next_version(base, title=title or f"{base.title}", status=Status.DRAFT, created_by=by)
    _copy_zones(base, draft, valid=(on, None), known=(timezone.now(), None))
    return draft


def change_zone(draft: LayerVersion, zone: Zone, **values) -> Zone:
    """
    Change the code, names or shape of one zone of a draft.

    Raises
    ------
    Conflict
        When the version is no draft any more.
    """
    _must_be(draft, Status.DRAFT)
    for name, value in values.items():
        setattr(zone, name, value)
    zone.save(update_fields=list(values))
    return zone


def changes(draft: LayerVersion) -> list[ZoneChange]:
    """What a draft changes against its base, by lineage; shapes are compared exactly."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE WHEN b.id IS NULL THEN 'added' WHEN a.id IS NULL THEN 'removed'
                        WHEN NOT ST_OrderingEquals(a.geometry, b.geometry) THEN 'moved' ELSE 'renamed' END,
                   coalesce(a.lineage, b.lineage)::text, b.code, a.code,
                   coalesce(ST_Area(b.geometry), 0), coalesce(ST_Area(a.geometry), 0)
            FROM (SELECT * FROM zoning_zone WHERE layer_version_id = %s) a
            FULL JOIN (SELECT * FROM zoning_zone WHERE layer_version_id = %s) b USING (lineage)
            WHERE a.id IS NULL OR b.id IS NULL OR a.code <> b.code
               OR NOT ST_OrderingEquals(a.geometry, b.geometry)
            ORDER BY 2
            """,
            [draft.pk, draft.base_id],
        )
        return [ZoneChange(*row) for row in cursor.fetchall()]


def submit(draft: LayerVersion) -> None:
    """Hand a draft over for approval; it can no longer be edited."""
    _must_be(draft, Status.DRAFT)
    if not changes(draft):
        raise BadInput("این پیش‌نویس چیزی را تغییر نداده است.", "This draft changes nothing.")
    draft.status = Status.IN_REVIEW
    draft.save(update_fields=["status"])


def send_back(draft: LayerVersion) -> None:
    """Return a draft from approval to its author."""
    _must_be(draft, Status.IN_REVIEW)
    draft.status = Status.DRAFT
    draft.save(update_fields=["status"])


@transaction.atomic
def publish(draft: LayerVersion, *, from_day: date, by: User, at: datetime | None = None) -> LayerVersion:
    """
    Put an approved draft in force from a day on, in one transaction.

    Every published version that would hold on or after that day is closed in knowledge time at `at`
    and, where it holds before that day, stated again with its shorter validity: so the question
    "what would we have answered on day D, as known at K" keeps its answer for every earlier K.

    Raises
    ------
    Forbidden
        When the same person drafted and approves.
    Conflict
        When the draft is not in review, or its base is no longer the version it would follow.
    BadInput
        When the day lies in the past.
    """
    at = at or timezone.now()
    draft = LayerVersion.objects.select_for_update().get(pk=draft.pk)
    list(Layer.objects.select_for_update().filter(pk=draft.layer_id))
    _must_be(draft, Status.IN_REVIEW)
    if draft.created_by_id == by.pk:
        raise Forbidden(
            "پیش‌نویس را نفر دومی باید تأیید کند.",
            "A second person must approve a draft; you drafted this one.",
        )
    if from_day < timezone.localdate(at):
        raise BadInput("روز اجرا نمی‌تواند گذشته باشد.", "A plan cannot come into force on a day in the past.")
    following = list(_holding_from(draft.layer_id, from_day))
    if draft.base_id not in {version.pk for version in following}:
        raise Conflict(
            "طرح پایهٔ این پیش‌نویس دیگر نافذ نیست؛ پیش‌نویس تازه‌ای باز کنید.",
            "The version this draft began from is no longer in force; open a new draft.",
        )
    for version in following:
        _give_way(version, from_day, at)
    Zone.objects.filter(layer_version=draft).update(valid=(from_day, None), known=(at, None))
    draft.valid, draft.known, draft.published_at = (from_day, None), (at, None), at
    draft.status, draft.approved_by = Status.IN_FORCE, by
    draft.save()
    draft.refresh_from_db()
    return draft


def _holding_from(layer_id: int, day: date) -> Iterable[LayerVersion]:
    return LayerVersion.objects.filter(
        layer_id=layer_id, status=Status.IN_FORCE, known__upper_inf=True, valid__overlap=(day, None)
    )


def _give_way(version: LayerVersion, from_day: date, at: datetime) -> None:
    """Close a version in knowledge time, and state again the days on which it still holds."""
    known_until = (version.known.lower, at)
    LayerVersion.objects.filter(pk=version.pk).update(known=known_until)
    Zone.objects.filter(layer_version=version, known__upper_inf=True).update(known=known_until)
    if version.valid.lower is not None and version.valid.lower >= from_day:
        return
    still = (version.valid.lower, from_day)
    author = version.created_by
    again = _next_version(version, title=version.title, status=Status.DRAFT, created_by=author)
    _copy_zones(version, again, valid=still, known=(at, None))
    again.valid, again.known, again.published_at = still, (at, None), at
    again.status, again.approved_by = Status.IN_FORCE, version.approved_by
    again.save()


def _next_version(base: LayerVersion, **values) -> LayerVersion:
    newest = LayerVersion.objects.filter(layer_id=base.layer_id).aggregate(newest=Max("number"))["newest"]
    return LayerVersion.objects.create(
        layer_id=base.layer_id,
        number=newest + 1,
        base=base,
        surveyed_on=base.surveyed_on,
        surveyed_extent=base.surveyed_extent,
        positional_accuracy_m=base.positional_accuracy_m,
        source=base.source,
        **values,
    )


def _copy_zones(base: LayerVersion, into: LayerVersion, *, valid: tuple, known: tuple) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO zoning_zone
                (lineage, layer_version_id, code, name_fa, name_en, geometry, valid, known)
            SELECT lineage, %s, code, name_fa, name_en, geometry, daterange(%s, %s), tstzrange(%s, %s)
            FROM zoning_zone WHERE layer_version_id = %s
            """,
            [into.pk, *valid, *known, base.pk],
        )


def _must_be(version: LayerVersion, status: str) -> None:
    if version.status != status:
        raise Conflict(
            "وضعیت این نسخه در این میان تغییر کرده است.",
            f"This version is {version.status}, not {status}, meanwhile.",
        )
