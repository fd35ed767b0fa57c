"""Makes rules of a table of zones whose columns state their values: each rule once for each zone."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from import_scripts import check
from import_scripts.features import wanted_rows
from import_scripts.issues import SENTENCES, Doubts, FileRefused, Outcome
from import_scripts.normalise import Field, column, fields_of
from import_scripts.readers import read
from import_scripts.recipe import FieldRule, field_rule
from import_scripts.task import Task

SENTENCES.update(
    {
        "ZONE_VALUES_DIFFER": (
            "سطرهای پهنهٔ «{zone}» برای «{name}» مقدارهای گوناگون دارند: {values}."
            " کد پهنه باید آن‌ها را از هم جدا کند.",
            "The rows of zone “{zone}” differ in “{name}”: {values}."
            " The code of a zone must tell them apart.",
        ),
        "ZONE_VALUE_MISSING": (
            "برای پهنهٔ «{zone}» مقدار «{name}» نیامده است؛ ضابطهٔ {rule} ساخته نشد و معلوم نیست.",
            "Zone “{zone}” has no “{name}”: no rule {rule} is made, and what it would say is not known.",
        ),
    }
)


def definitions_of_zones(task: Task, doubts: Doubts) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """
    The rules that a table of zones states, in the form of a rule file, and the row each one stands on.

    The recipe's field `zone_code` names the zone of a row; each of its `options.rules` is a rule whose
    parameters are values, or columns (`{ column = "far", unit = "share" }`). A zone of several rows says the
    same in all of them, or is refused; where it says nothing there is no rule.

    Raises
    ------
    FileRefused
        When the table has not the columns that the recipe names, or the recipe names no zone or no rule.
    """
    table = wanted_rows(
        read(task.file, layer=task.recipe.source_layer, encoding=task.recipe.encoding, doubts=doubts), task
    )
    zones = fields_of(table, {"zone_code": Field("code", required=True)}, task, doubts)
    patterns = task.recipe.options.get("rules")
    if "zone_code" not in zones or not patterns:
        raise FileRefused(
            fa="دستور ورود باید بگوید کد پهنه (zone_code) کدام ستون است و ضابطه‌ها (options.rules) کدام‌اند.",
            en="The recipe must say which column is the zone_code, and the options.rules to make.",
            details={"reason": "BAD_RECIPE"},
        )
    zones = zones[check.required_values(zones, ["zone_code"], doubts)]
    entries: list[dict[str, Any]] = []
    lines: list[int] = []
    for pattern in patterns:
        named = _columns(pattern["params"])
        values = {
            name: column(table.frame, name, rule, Field("number"), doubts) for name, rule in named.items()
        }
        for zone, rows in zones.groupby("zone_code", sort=True):
            line = int(rows.index[0])
            stated = dict(_stated(str(zone), rows.index, values, pattern, doubts))
            if len(stated) == len(named):
                entries.append(_entry(pattern, str(zone), stated, task))
                lines.append(line)
    return {"source": _sources(task), "rule": entries}, {"rule": lines}


def _columns(params: Mapping[str, Any]) -> dict[str, FieldRule]:
    return {
        name: field_rule(said)
        for name, said in params.items()
        if isinstance(said, Mapping) and {"column", "columns"} & set(said)
    }


def _stated(
    zone: str, rows: pd.Index, values: Mapping[str, pd.Series], pattern: Mapping[str, Any], doubts: Doubts
) -> Iterator[tuple[str, Any]]:
    """What the rows of a zone say for each parameter; a doubt where they say nothing, or not the same."""
    for name, column_of in values.items():
        told = column_of[rows]
        different = list(told.drop_duplicates())
        if len(different) > 1:
            line = int(told.index[told.ne(told.iloc[0])][0])
            shown = ", ".join("—" if pd.isna(value) else f"{value:g}" for value in different)
            words = {"zone": zone, "name": name, "values": shown}
            doubts.add(
                "ZONE_VALUES_DIFFER", line=line, field=name, value=zone, outcome=Outcome.REFUSED, **words
            )
        elif pd.isna(different[0]):
            words = {"zone": zone, "name": name, "rule": pattern["code"]}
            doubts.add("ZONE_VALUE_MISSING", line=int(rows[0]), field=name, value=zone, **words)
        else:
            yield name, _plain(different[0])


def _plain(value: Any) -> Any:
    """A number as it was meant: 80 and not 80.0, 0.7 of one as 70 and not a hair beside it."""
    if not isinstance(value, float):
        return value
    rounded = round(value, 9)
    return int(rounded) if rounded.is_integer() else rounded


def _entry(pattern: Mapping[str, Any], zone: str, stated: Mapping[str, Any], task: Task) -> dict[str, Any]:
    first, end = task.recipe.valid
    about: dict[str, Any] = {"valid_from": first} | ({"valid_to": end} if end else {})
    if task.recipe.document:
        about |= {"source": task.recipe.document.code, "confidence": task.recipe.document.confidence}
    own = {"code": f"{pattern['code']}-{zone}", "zone_code": zone, "params": {**pattern["params"], **stated}}
    return about | dict(pattern) | own


def _sources(task: Task) -> list[dict[str, Any]]:
    if task.recipe.document is None:
        return []
    return [{name: value for name, value in asdict(task.recipe.document).items() if value is not None}]
