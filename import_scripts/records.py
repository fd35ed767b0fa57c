"""Imports the property file: that there is one, whose it is, its certificates, violations and debts."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db import models

from import_scripts import check, owners
from import_scripts.features import wanted_rows
from import_scripts.issues import Doubts, FileRefused, Outcome
from import_scripts.load import copy_frame
from import_scripts.normalise import Field, fields_of
from import_scripts.readers import read
from import_scripts.task import Counts, Destination, Task
from parcels.models import Parcel
from parcels.records.models import Certificate, Debt, PropertyFile, Violation


@dataclass(frozen=True)
class RecordKind:
    """One table of the property file and its fields besides the parcel's key and the unit."""

    model: type[models.Model]
    fields: Mapping[str, Field]


_OF_WHOM = {"key": Field("code", required=True), "unit": Field("code")}
KINDS = {
    "files": RecordKind(
        PropertyFile,
        {
            "file_no": Field("code", required=True),
            "last_inspected_on": Field("date"),
            "stop_order": Field("yes_no"),
            "owner": Field("code"),
        },
    ),
    "certificates": RecordKind(
        Certificate,
        {
            "kind": Field("code", required=True),
            "number": Field("code", required=True),
            "issued_on": Field("date", required=True),
            "valid_until": Field("date"),
        },
    ),
    "violations": RecordKind(
        Violation,
        {
            "kind": Field(required=True),
            "opened_on": Field("date", required=True),
            "settled_on": Field("date"),
            "article_100_verdict": Field(),
        },
    ),
    "debts": RecordKind(
        Debt,
        {
            "fee_code": Field("code", required=True),
            "year": Field("number", required=True),
            "amount_rial": Field("number", required=True),
            "paid_on": Field("date"),
        },
    ),
}


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Bring one table of property records in; rows that are on record already stay as they are.

    The recipe's option `table` says which it is: files (default), certificates, violations, debts. A file's
    field `owner` holds national codes and is kept as blind indexes (owners.py); it follows the newest table,
    because who sold a property must not be answered as its owner.

    Raises
    ------
    FileRefused
        When the file cannot be used, or a row is refused and the recipe says to stop.
    """
    kind = _kind(task)
    task.progress("read", 0, 1)
    recipe = task.recipe
    table = read(task.file, layer=recipe.source_layer, encoding=recipe.encoding, doubts=doubts)
    fields = _OF_WHOM | dict(kind.fields)
    frame = fields_of(wanted_rows(table, task), fields, task, doubts)
    required = [name for name, field in fields.items() if field.required]
    frame = frame[check.required_values(frame, required, doubts)]
    if "owner" in frame:
        indexes = owners.owner_indexes(frame["owner"], task, doubts)
        frame = frame.drop(columns="owner").assign(owner_indexes=indexes)
    frame = frame.drop_duplicates() if recipe.options.get("repeats_are_one") else _once(frame, doubts)
    rows = _placed(frame, task, doubts) if kind.model is PropertyFile else _filed(frame, task, doubts)
    check.stop_if_refused(doubts, recipe.refused_rows)
    known = _on_record(kind.model, rows)
    fresh = rows[~known]
    constants = {"import_run": destination.run_id} if kind.model is PropertyFile else {}
    copy_frame(destination.connection, kind.model, _typed(fresh, kind.model), constants=constants)
    loaded = len(fresh) + (_new_owners(rows[known]) if "owner_indexes" in rows else 0)
    refused = len(doubts.refused_lines())
    return Counts(read=len(table), loaded=loaded, unchanged=len(rows) - loaded, refused=refused)


def _kind(task: Task) -> RecordKind:
    name = task.recipe.options.get("table", "files")
    if name not in KINDS:
        raise FileRefused(
            fa=f"جدول «{name}» شناخته نیست؛ شناخته‌ها: {', '.join(KINDS)}",
            en=f"There is no table “{name}” of records; there are {', '.join(KINDS)}.",
            details={"reason": "BAD_RECIPE"},
        )
    return KINDS[name]


def _once(frame: pd.DataFrame, doubts: Doubts) -> pd.DataFrame:
    repeated = frame.duplicated()
    first = frame[~repeated].reset_index().set_index(list(frame.columns))["line"] if repeated.any() else None
    for line in frame.index[repeated]:
        other = first.loc[tuple(frame.loc[line])]
        doubts.add("DUPLICATE_ROW", line=line, value=frame.at[line, "key"], other=other)
    return frame[~repeated]


def _placed(frame: pd.DataFrame, task: Task, doubts: Doubts) -> pd.DataFrame:
    """Files with the lineage of their parcel instead of its key; a key without a parcel is refused."""
    lineage = _lineages()
    found = frame["key"].map(lineage)
    for line in frame.index[found.isna()]:
        key = frame.at[line, "key"]
        doubts.add("NO_MATCH", line=line, field="key", value=key, where="parcels", outcome=Outcome.REFUSED)
    rows = frame[found.notna()].drop(columns="key").assign(parcel_lineage=found[found.notna()])
    rows["unit"] = rows["unit"].fillna("") if "unit" in rows else ""
    if "owner_indexes" in rows:
        rows = owners.joined(rows)
        rows["owner_indexes"] = [owners.as_list(indexes) for indexes in rows["owner_indexes"]]
    rows["stop_order"] = rows["stop_order"].fillna(False).astype(bool) if "stop_order" in rows else False
    return rows


def _new_owners(rows: pd.DataFrame) -> int:
    """Give files on record the owners that the table names now; how many had others."""
    files = {
        (str(file.parcel_lineage), file.unit): file
        for file in PropertyFile.objects.only("parcel_lineage", "unit", "owner_indexes")
    }
    changed = []
    for row in rows.itertuples(index=False):
        file = files[str(row.parcel_lineage), row.unit]
        if file.owner_indexes != row.owner_indexes:
            file.owner_indexes = row.owner_indexes
            changed.append(file)
    PropertyFile.objects.bulk_update(changed, ["owner_indexes"], batch_size=1000)
    return len(changed)


def _filed(frame: pd.DataFrame, task: Task, doubts: Doubts) -> pd.DataFrame:
    """Records with the number of their property file instead of key and unit."""
    rows = PropertyFile.objects.values_list("parcel_lineage", "unit", "pk")
    files = {(lineage, unit): number for lineage, unit, number in rows}
    lineage = frame["key"].map(_lineages())
    unit = frame["unit"].fillna("") if "unit" in frame else pd.Series("", index=frame.index)
    found = pd.Series(
        [files.get(owner) for owner in zip(lineage, unit, strict=True)], index=frame.index, dtype=object
    )
    for line in frame.index[found.isna()]:
        key = frame.at[line, "key"]
        doubts.add("NO_MATCH", line=line, field="key", value=key, where="files", outcome=Outcome.REFUSED)
    there = found.notna()
    return (
        frame[there].drop(columns=["key", "unit"], errors="ignore").assign(file_id=found[there].astype(int))
    )


def _lineages() -> dict[str, uuid.UUID]:
    lots = Parcel.objects.filter(known__upper_inf=True, kind=Parcel.Kind.LOT).order_by("-surveyed_area_m2")
    found: dict[str, uuid.UUID] = {}
    for key, lineage in lots.values_list("key", "lineage"):
        found.setdefault(key, lineage)
    return found


def _on_record(model: type[models.Model], rows: pd.DataFrame) -> pd.Series:
    """Which rows are on record: a file by its parcel and unit, other records by all they say."""
    names = ["parcel_lineage", "unit"] if model is PropertyFile else list(rows.columns)
    known = {tuple(map(_plain, row)) for row in model.objects.values_list(*names)}
    listed = [tuple(map(_plain, row)) in known for row in rows[names].itertuples(index=False)]
    return pd.Series(listed, index=rows.index, dtype=bool)


def _plain(value: Any) -> str:
    if value is None or value != value or value == "":
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _typed(rows: pd.DataFrame, model: type[models.Model]) -> pd.DataFrame:
    rows = rows.copy()
    for field in model._meta.concrete_fields:
        if field.name in rows and isinstance(field, models.CharField | models.TextField):
            rows[field.name] = rows[field.name].fillna("")
    return rows
