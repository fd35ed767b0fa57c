"""Imports counter offices: where they are, their services, hours and capacity."""

from datetime import time
from typing import Any

import pandas as pd

from import_scripts import features
from import_scripts.issues import Doubts
from import_scripts.normalise import Field
from import_scripts.task import Counts, Destination, Task
from layers.models import Layer
from layers.offices.models import Office, OpeningHours


def _with_services(rows: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Every office offers the services of its row, or those that the recipe gives to all."""
    for_all = list(task.recipe.options.get("service_codes", []))
    given = (
        rows["service_codes"] if "service_codes" in rows else pd.Series([None] * len(rows), index=rows.index)
    )
    return rows.assign(service_codes=[_listed(value) or for_all for value in given])


def _listed(value: Any) -> list[str]:
    return [part.strip() for part in str(value or "").replace("،", ",").split(",") if part.strip()]


KIND = features.FeatureKind(
    model=Office,
    layer_kind=Layer.Kind.OFFICES,
    fields={
        "code": Field("code", required=True),
        "name_fa": Field(),
        "name_en": Field(),
        "address": Field(),
        "district_code": Field("code"),
        "phone": Field("code"),
        "daily_capacity": Field("number"),
        "service_codes": Field("code"),
    },
    dimension=0,
    one_part=True,
    key="code",
    finish=_with_services,
)


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """Bring one file of offices in; the recipe's `[[options.hours]]` are the hours of all of them."""
    counts = features.bring_in(KIND, task, destination, doubts)
    if counts.loaded:
        _set_hours(task)
    return counts


def _set_hours(task: Task) -> None:
    codes = Office.objects.filter(layer_version__layer__key=task.recipe.layer_key, known__upper_inf=True)
    for code in codes.values_list("code", flat=True).distinct():
        OpeningHours.objects.filter(office_code=code).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(
                office_code=code,
                weekday=weekday,
                opens=_hour(hours["opens"]),
                closes=_hour(hours["closes"]),
                valid=task.recipe.valid,
            )
            for hours in task.recipe.options.get("hours", [])
            for weekday in hours["weekdays"]
        )


def _hour(given: time | str) -> time:
    return given if isinstance(given, time) else time.fromisoformat(given)
