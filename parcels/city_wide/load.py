"""Loads the rows of an evaluated city into its tables in one transaction, and writes them as one file."""

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from gis_core.canonical import canonical
from layers.models import LayerVersion
from layers.terrain import rasters_in_force
from parcels.city_wide import areas, parts
from parcels.city_wide.lines import lines_of
from parcels.city_wide.models import CityEvaluation, LotEvaluation
from parcels.city_wide.parts import Plan
from parcels.city_wide.run import Progress

_VALUES = tuple(
    str(field.column)
    for field in LotEvaluation._meta.concrete_fields
    if field.name not in ("id", "city_evaluation", "parcel")
)


def load(folder: Path, plan: Plan, progress: Progress = lambda *_: None) -> CityEvaluation:
    """Put every row into the tables, or none; what the same rules gave before for the day is replaced."""
    rule_set = rule_set_of(folder, plan)
    with transaction.atomic():
        held = {"on": plan.on, "rule_set": rule_set, "engine_version": plan.engine_version}
        CityEvaluation.objects.filter(**held).delete()
        city = CityEvaluation.objects.create(**held, known_at=plan.known_at, lots=plan.lots)
        _copy(folder, plan, city, progress)
        areas.sum_up(city, progress)
    return city


def _copy(folder: Path, plan: Plan, city: CityEvaluation, progress: Progress) -> None:
    """The rows of all parts into the table of lots, part by part."""
    columns, ready = ("parcel_id", *_VALUES), 0
    told = ", ".join(("city_evaluation_id", *columns))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {LotEvaluation._meta.db_table} ({told}) from stdin") as copy,
    ):
        for part, ids in enumerate(plan.parts):
            copy.write(lines_of(parts.evaluations_of(folder, part), columns, str(city.pk)))
            ready += len(ids)
            progress("loading", ready, plan.lots)


def rule_set_of(folder: Path, plan: Plan) -> str:
    """The hash of the rules, layers, editions and rasters that all parts were evaluated under."""
    told = json.loads((parts.inputs_of(folder, 0) / "rules.json").read_text(encoding="utf-8"))
    stood = [told["rules"], told["layers"], told["plans"], _content(plan.on, plan.known_at)]
    return hashlib.sha256(canonical(stood)).hexdigest()


def _content(on: date, known_at: datetime) -> dict[str, Any]:
    """What the layers held on a day as known at an instant: editions, and the hash of rasters."""
    editions = LayerVersion.objects.filter(
        status=LayerVersion.Status.IN_FORCE, valid__contains=on, known__contains=known_at
    )
    rasters = rasters_in_force(on=on, known_at=known_at)
    return {
        "editions": dict(editions.values_list("layer__key", "number")),
        "rasters": {key: [raster.sha256, raster.srid, raster.nodata] for key, raster in rasters.items()},
    }


def write_geoparquet(folder: Path, plan: Plan, target: Path) -> None:
    """All rows as one GeoParquet file, part by part, so that the memory needed stays that of one part."""
    making = target.with_suffix(".part")
    with pq.ParquetWriter(making, _schema(parts.evaluations_of(folder, 0))) as writer:
        for part in range(len(plan.parts)):
            writer.write_table(pq.read_table(parts.evaluations_of(folder, part)).cast(writer.schema))
    making.rename(target)


def _schema(part: Path) -> pa.Schema:
    """The columns of a part; one that happens to hold no word there is a column of words all the same."""
    schema = pq.read_schema(part)
    fields = [column.with_type(_of_words(column.type)) for column in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _of_words(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind) and pa.types.is_null(kind.value_type):
        return pa.list_(pa.string())
    return pa.string() if pa.types.is_null(kind) else kind
