"""Imports the features of a drawn layer (districts, zones, overlays, offices) as one edition of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from django.db import models

from import_scripts import check
from import_scripts.editions import content_of, lineages, open_edition, row_hashes
from import_scripts.extent import surveyed_extent
from import_scripts.issues import Doubts, FileRefused
from import_scripts.joins import add_joined
from import_scripts.load import copy_frame
from import_scripts.normalise import Field, fields_of, shapes_of
from import_scripts.readers import read
from import_scripts.task import Counts, Destination, Table, Task


@dataclass(frozen=True)
class FeatureKind:
    """
    What a kind of layer holds.

    `dimension`: 0 points, 1 lines, 2 areas, None any. `tiles`: whether its areas should fit together
    without gaps and overlaps. `one_part`: its column holds single polygons. `key`: the field that names
    a feature for good; without one its values and shape do. `check`: what else it asks of its rows.
    """

    model: type[models.Model]
    layer_kind: str
    fields: Mapping[str, Field]
    dimension: int | None = 2
    tiles: bool = False
    one_part: bool = False
    key: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    finish: Callable[[pd.DataFrame, Task], pd.DataFrame] | None = None
    check: Callable[[pd.DataFrame, np.ndarray, Task, Doubts], tuple[pd.DataFrame, np.ndarray]] | None = None


def bring_in(kind: FeatureKind, task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Read, normalise, check and load one file as an edition of its layer.

    Raises
    ------
    FileRefused
        When the file cannot be used, or a row is refused and the recipe says to stop.
    """
    task.progress("read", 0, 1)
    table = wanted_rows(
        read(task.file, layer=task.recipe.source_layer, encoding=task.recipe.encoding, doubts=doubts), task
    )
    frame = fields_of(table, kind.fields, task, doubts)
    shapes = shapes_of(table, task, doubts)
    if "code" in frame:
        frame = add_joined(frame, frame["code"], kind.fields, task, doubts)
    task.progress("check", 0, 1)
    frame, shapes = _checked(kind, frame, shapes, task, doubts)
    check.stop_if_refused(doubts, task.recipe.refused_rows)
    return _load(kind, frame, shapes, task, destination, read_rows=len(table), doubts=doubts)


def wanted_rows(table: Table, task: Task) -> Table:
    """The rows whose columns have one of the values that the recipe's `where` lists ("*": any value)."""
    frame = table.frame
    for name, values in task.recipe.where.items():
        if name not in frame.columns:
            raise FileRefused(
                fa=f"پرونده ستون «{name}» ندارد.",
                en=f"The file has no column “{name}”.",
                details={"reason": "NO_COLUMN", "column": name},
            )
        there = frame[name].notna() & (frame[name].astype(str).str.strip() != "")
        frame = frame[there if values == "*" else frame[name].astype(str).isin(map(str, values))]
    return Table(frame, table.crs)


def _checked(
    kind: FeatureKind, frame: pd.DataFrame, shapes: np.ndarray, task: Task, doubts: Doubts
) -> tuple[pd.DataFrame, np.ndarray]:
    if kind.dimension is None:
        areas = shapely.get_dimensions(shapes)
        common = int(np.bincount(areas[areas >= 0]).argmax()) if (areas >= 0).any() else 2
    else:
        common = kind.dimension
    frame, shapes = check.sound_shapes(frame, shapes, common, task.city, doubts)
    required = [name for name, one in kind.fields.items() if one.required]
    kept = check.required_values(frame, required, doubts).to_numpy()
    frame, shapes = frame[kept], shapes[kept]
    frame, shapes = _without_repeats(frame, shapes, doubts)
    if kind.tiles and len(shapes):
        names = frame[kind.key].to_numpy() if kind.key else frame.iloc[:, 0].to_numpy()
        check.report_overlaps(check.overlaps(shapes), names, frame.index.to_numpy(), doubts)
        check.report_gaps(check.gaps(shapes), doubts)
    return kind.check(frame, shapes, task, doubts) if kind.check else (frame, shapes)


def _without_repeats(
    frame: pd.DataFrame, shapes: np.ndarray, doubts: Doubts
) -> tuple[pd.DataFrame, np.ndarray]:
    """Each feature once; a row that repeats another in all its values and its shape is left out and told."""
    hashes = pd.Series(row_hashes((frame[name] for name in frame.columns), shapes), index=frame.index)
    repeated = hashes.duplicated()
    first = dict(zip(hashes[~repeated], hashes.index[~repeated], strict=True))
    for line in hashes.index[repeated]:
        doubts.add("DUPLICATE_ROW", line=line, value=line, other=first[hashes[line]])
    return frame[~repeated], shapes[~repeated.to_numpy()]


def _load(
    kind: FeatureKind,
    frame: pd.DataFrame,
    shapes: np.ndarray,
    task: Task,
    destination: Destination,
    *,
    read_rows: int,
    doubts: Doubts,
) -> Counts:
    refused = len(doubts.refused_lines())
    extent = surveyed_extent(task, shapes)
    hashes = row_hashes((frame[name] for name in frame.columns), shapes)
    edition = open_edition(
        task,
        destination,
        kind=kind.layer_kind,
        content=content_of(hashes, task.recipe, extent),
        features=[kind.model],
        extent=extent,
    )
    if edition is None:
        return Counts(read=read_rows, unchanged=len(frame), refused=refused)
    rows = _rows(kind, frame, shapes, hashes, task)
    same = {
        **kind.defaults,
        "layer_version": edition.version.pk,
        "valid": edition.valid,
        "known": edition.known,
    }
    if any(one.name == "layer" for one in kind.model._meta.concrete_fields):
        same["layer"] = edition.version.layer_id
    loaded = copy_frame(
        destination.connection,
        kind.model,
        rows,
        constants={name: value for name, value in same.items() if name not in rows},
        progress=lambda done, total: task.progress("load", done, total),
    )
    return Counts(read=read_rows, loaded=loaded, closed=edition.closed, refused=refused)


def _rows(
    kind: FeatureKind, frame: pd.DataFrame, shapes: np.ndarray, hashes: list[str], task: Task
) -> pd.DataFrame:
    """The model's columns: texts empty rather than missing, one row per part where the column holds one."""
    named = frame[kind.key].astype(str).tolist() if kind.key else hashes
    rows = frame.assign(name_for_good=named, geometry=shapes)
    if kind.one_part:
        part, owner = shapely.get_parts(shapes, return_index=True)
        number = np.arange(len(owner)) - np.searchsorted(owner, owner)
        rows = rows.iloc[owner].assign(geometry=part)
        rows["name_for_good"] = [
            name if place == 0 else f"{name}#{place}"
            for name, place in zip(rows["name_for_good"], number, strict=True)
        ]
    if kind.finish is not None:
        rows = kind.finish(rows, task)
    rows["lineage"] = lineages(task.city.key, task.recipe.layer_key, _told_apart(rows.pop("name_for_good")))
    texts = [
        one.name
        for one in kind.model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField) and one.name in rows
    ]
    for name in texts:
        rows[name] = rows[name].fillna("")
    return rows


def _told_apart(names: pd.Series) -> list[str]:
    """Names that stand several times get a number in the order of the file."""
    place = names.groupby(names).cumcount()
    return [name if number == 0 else f"{name}~{number}" for name, number in zip(names, place, strict=True)]
