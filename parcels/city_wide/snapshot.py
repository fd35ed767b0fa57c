"""
Keeps the inputs of lots as GeoParquet and reads them back, to the bit: one folder, one independent part.

A part holds `lots`, `edges`, `passages`, `corrected` lines, `zones` and `overlays` as GeoParquet, and
`rules.json` with rules, layers, the day and the instant. Nothing here asks the database, so a part can be
judged on any machine.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from gis_core.constraints.inputs import Inputs, layer_from, layer_row, rule_rows, rules_from
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.values import (
    CorrectedLines,
    Edges,
    Layer,
    Lots,
    Overlays,
    Passages,
    Surroundings,
    Zones,
)

Held = TypeVar("Held", Lots, Edges, Passages, CorrectedLines, Zones, Overlays)
#: Columns of a value that are mappings, kept as JSON text.
MAPPINGS = ("attributes", "rasters", "told")


def write(inputs: Inputs, folder: Path, *, srid: int) -> None:
    """
    Keep the inputs in a folder that appears whole or not at all.

    `srid`: the metric CRS of the shapes, which goes into the files.
    """
    making = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    around = inputs.around
    lots = _frame(inputs.lots, srid)
    if inputs.north_deg is not None:
        lots["north_deg"] = inputs.north_deg
    lots.to_parquet(making / "lots.parquet")
    for name in ("edges", "passages", "corrected", "zones", "overlays"):
        _frame(getattr(around, name), srid).to_parquet(making / f"{name}.parquet")
    (making / "rules.json").write_text(json.dumps(_standing(inputs), ensure_ascii=False), encoding="utf-8")
    making.rename(folder)


def read(folder: Path) -> Inputs:
    """The inputs that a folder keeps."""
    told = _standing_in((folder / "rules.json").read_text(encoding="utf-8"))
    lots = pq.read_table(folder / "lots.parquet")
    zones = _values(Zones, folder / "zones.parquet")
    if told.plans:
        zones = replace(zones, layer=told.plans[0], beside=told.plans[1:])
    return Inputs(
        lots=_from_table(Lots, lots),
        around=Surroundings(
            edges=_values(Edges, folder / "edges.parquet"),
            passages=_values(Passages, folder / "passages.parquet"),
            corrected=_values(CorrectedLines, folder / "corrected.parquet"),
            zones=zones,
            overlays=_values(Overlays, folder / "overlays.parquet"),
            layers=dict(told.layers),
        ),
        rules=told.rules,
        on=told.on,
        known_at=told.known_at,
        origin=told.origin,
        north_deg=_column(lots, "north_deg") if "north_deg" in lots.column_names else None,
    )


@dataclass(frozen=True)
class _Standing:
    """What holds for all lots of a city on a day."""

    on: date
    known_at: datetime
    origin: tuple[float, float]
    rules: RuleSet
    layers: Mapping[str, Layer]
    plans: tuple[Layer, ...]


@lru_cache(maxsize=1)
def _standing_in(text: str) -> _Standing:
    # The parts of a city are told the same; as the same objects, what the engine keeps of them is kept once.
    told = json.loads(text)
    on = date.fromisoformat(told["on"])
    return _Standing(
        on=on,
        known_at=datetime.fromisoformat(told["known_at"]),
        origin=(told["origin"][0], told["origin"][1]),
        rules=rules_from(told["rules"], on),
        layers={row["key"]: layer_from(row) for row in told["layers"]},
        plans=tuple(layer_from(row) for row in told["plans"]),
    )


def _standing(inputs: Inputs) -> dict[str, Any]:
    around = inputs.around
    return {
        "on": inputs.on.isoformat(),
        "known_at": inputs.known_at.isoformat(),
        "origin": list(inputs.origin),
        "rules": rule_rows(inputs.rules),
        "layers": [layer_row(layer) for layer in around.layers.values()],
        "plans": [layer_row(plan) for plan in around.zones.plans],
    }


def _frame(values: Any, srid: int) -> gpd.GeoDataFrame:
    columns = {entry.name: getattr(values, entry.name) for entry in fields(values)}
    # What is no array is told in rules.json; an array left at its empty default is not told at all.
    columns = {
        name: rows
        for name, rows in columns.items()
        if isinstance(rows, np.ndarray) and len(rows) == len(columns["geometry"])
    }
    for name in MAPPINGS:
        if name in columns:
            columns[name] = np.array([json.dumps(row, ensure_ascii=False) for row in columns[name]], object)
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=srid)


def _values(kind: type[Held], path: Path) -> Held:
    return _from_table(kind, pq.read_table(path))


def _from_table(kind: type[Held], table: pa.Table) -> Held:
    names = [entry.name for entry in fields(kind) if entry.name in table.column_names]
    return kind(**{name: _column(table, name) for name in names})


def _column(table: pa.Table, name: str) -> np.ndarray:
    # Asking Arrow itself takes a tenth of the time of a GeoDataFrame, whose CRS nobody asks for here.
    column = table.column(name)
    rows = np.array(column.to_numpy())
    if name == "geometry":
        return np.asarray(shapely.from_wkb(rows))
    if name in MAPPINGS:
        rows[:] = [json.loads(text) for text in rows]
    return rows
