"""Opens an edition of a layer: unchanged content stays, other content follows and keeps what was known."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models
from django.db.models import Max

from gis_core.models import ImportRun, Source
from import_scripts.recipe import Recipe
from import_scripts.task import Destination, Task
from layers.models import Layer, LayerVersion

LINEAGES = uuid.UUID("0b8c9d3e-5a41-4f0e-8c36-0d1f5f2b7a60")
"""The space in which a thing of a city's layer has its name."""
Period = tuple[date | None, date | None]


@dataclass(frozen=True)
class Edition:
    """A published version of a layer that is being filled, and the periods of its rows."""

    version: LayerVersion
    valid: tuple[date, date | None]
    known: tuple[datetime, None]
    closed: int


def open_edition(
    task: Task,
    destination: Destination,
    *,
    kind: str,
    content: str,
    features: Iterable[type[models.Model]],
    extent: shapely.Geometry | None,
) -> Edition | None:
    """
    A new published version of the recipe's layer, or None when the one in force says the same already.

    Versions that would hold on the same days are closed in knowledge time, and stated again for the
    days that the new one leaves to them, with their features.
    """
    layer = _layer(task.recipe, kind)
    present = [version for version in _current(layer) if _overlap(_days(version), task.recipe.valid)]
    if any(_days(version) == task.recipe.valid and _content(version) == content for version in present):
        return None
    closed = sum(_give_way(version, task.recipe.valid, destination.now, features) for version in present)
    known_from = destination.now if present else (task.recipe.known_from or destination.now)
    version = LayerVersion.objects.create(
        layer=layer,
        number=_next_number(layer),
        title=task.recipe.title_en,
        status=LayerVersion.Status.IN_FORCE,
        valid=task.recipe.valid,
        known=(known_from, None),
        surveyed_on=task.recipe.surveyed_on,
        surveyed_extent=_stored(extent, task.city.metric_srid),
        positional_accuracy_m=task.recipe.positional_accuracy_m,
        source=source_of(task.recipe),
        import_run_id=destination.run_id,
        published_at=destination.now,
    )
    run = ImportRun.objects.get(pk=destination.run_id)
    run.recipe = {**run.recipe, "content": content}
    run.save(update_fields=["recipe"])
    return Edition(version, task.recipe.valid, (known_from, None), closed)


def source_of(recipe: Recipe) -> Source | None:
    """The document that the recipe names, brought up to date."""
    if recipe.document is None:
        return None
    values = asdict(recipe.document)
    return Source.objects.update_or_create(code=values.pop("code"), defaults=values)[0]


def content_of(row_hashes: Iterable[str], recipe: Recipe, extent: shapely.Geometry | None) -> str:
    """One hash over what an edition says, whatever the order of its rows."""
    digest = hashlib.blake2b(digest_size=16)
    for row in sorted(row_hashes):
        digest.update(row.encode())
    about = [recipe.positional_accuracy_m, str(recipe.surveyed_on), shapely.to_wkb(extent, hex=True)]
    digest.update(json.dumps(about).encode())
    return digest.hexdigest()


_as_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


def row_hashes(columns: Iterable[Iterable[Any]], shapes: np.ndarray) -> list[str]:
    """A hash of each row's values and shape; equal rows have equal hashes on every machine."""
    hashes = []
    for wkb, *values in zip(shapely.to_wkb(shapes, byte_order=1), *columns, strict=True):
        text = _as_text(values)
        hashes.append(hashlib.blake2b(text.encode() + wkb, digest_size=16).hexdigest())
    return hashes


def lineages(city_key: str, layer_key: str, names: Iterable[str]) -> list[uuid.UUID]:
    """The lineage of each named thing of a layer: the same name has the same one in every edition."""
    space = uuid.uuid5(LINEAGES, f"{city_key}/{layer_key}").bytes
    # as uuid.uuid5 does it, which takes twice as long
    hashed = (hashlib.sha1(space + name.encode(), usedforsecurity=False).digest() for name in names)
    return [uuid.UUID(bytes=digest[:16], version=5) for digest in hashed]


def remainders(old: Period, new: Period) -> list[Period]:
    """
    The days of `old` that `new` leaves to it.

    Examples
    --------
    >>> remainders((date(2014, 1, 1), None), (date(2020, 1, 1), date(2021, 1, 1)))[0][1]
    datetime.date(2020, 1, 1)
    """
    rests: list[Period] = []
    if new[0] is not None and (old[0] is None or old[0] < new[0]):
        rests.append((old[0], new[0]))
    if new[1] is not None and (old[1] is None or new[1] < old[1]):
        rests.append((new[1], old[1]))
    return rests


def _layer(recipe: Recipe, kind: str) -> Layer:
    titles = {"title_fa": recipe.title_fa, "title_en": recipe.title_en}
    flags = {
        name: recipe.options[name] for name in ("sensitive", "stale_after_days") if name in recipe.options
    }
    return Layer.objects.get_or_create(key=recipe.layer_key, defaults={"kind": kind, **titles, **flags})[0]


def _current(layer: Layer) -> Iterable[LayerVersion]:
    published = LayerVersion.objects.filter(layer=layer, status=LayerVersion.Status.IN_FORCE)
    return published.filter(known__upper_inf=True).select_related("import_run")


def _days(version: LayerVersion) -> Period:
    return (version.valid.lower, version.valid.upper)


def _overlap(one: Period, other: Period) -> bool:
    ends_before = one[1] is not None and other[0] is not None and one[1] <= other[0]
    begins_after = other[1] is not None and one[0] is not None and other[1] <= one[0]
    return not (ends_before or begins_after)


def _content(version: LayerVersion) -> str | None:
    return version.import_run.recipe.get("content") if version.import_run else None


def _next_number(layer: Layer) -> int:
    return (layer.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1


def _give_way(
    version: LayerVersion, valid: Period, now: datetime, features: Iterable[type[models.Model]]
) -> int:
    closed = 0
    LayerVersion.objects.filter(pk=version.pk).update(known=(version.known.lower, now))
    rests = [
        LayerVersion.objects.create(
            layer=version.layer,
            number=_next_number(version.layer),
            title=version.title,
            status=version.status,
            base=version,
            valid=rest,
            known=(now, None),
            surveyed_on=version.surveyed_on,
            surveyed_extent=version.surveyed_extent,
            positional_accuracy_m=version.positional_accuracy_m,
            source=version.source,
            import_run=version.import_run,
            created_by=version.created_by,
            approved_by=version.approved_by,
            published_at=now,
        )
        for rest in remainders(_days(version), valid)
    ]
    for model in features:
        rows = model.objects.filter(layer_version=version, known__upper_inf=True)
        row = rows.first()
        if row is None:
            continue
        closed += rows.update(known=(row.known.lower, now))
        for rest in rests:
            _state_again(model, version, rest)
    return closed


def _state_again(model: type[models.Model], version: LayerVersion, rest: LayerVersion) -> None:
    """Copy the features of a version into the one that carries it on."""
    own = {"id", "layer_version_id", "valid", "known"}
    columns = [field.column for field in model._meta.concrete_fields if field.column not in own]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} (layer_version_id, valid, known, {names})"
            f" SELECT %s, daterange(%s, %s), tstzrange(%s, NULL), {names}"
            f" FROM {model._meta.db_table} WHERE layer_version_id = %s",
            [rest.pk, *rest.valid, rest.known[0], version.pk],
        )


def _stored(extent: shapely.Geometry | None, srid: int) -> GEOSGeometry | None:
    if extent is None:
        return None
    return GEOSGeometry(memoryview(shapely.to_wkb(as_multipolygon(extent))), srid=srid)


def as_multipolygon(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The areas of a shape as one multipolygon."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
