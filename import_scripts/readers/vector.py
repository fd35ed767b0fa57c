"""Reads files of shapes through pyogrio: GeoPackage, Shapefile (also old ones without .cpg), GeoJSON."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio

from import_scripts.issues import Doubts, FileRefused
from import_scripts.task import Table

OLD_IRANIAN = "windows-1256"
_CURVED = ("Curve", "Compound", "Circular", "MultiSurface")


def read_shapes(
    path: Path, *, layer: str | None = None, encoding: str | None = None, doubts: Doubts
) -> Table:
    """
    The features of a layer with their shapes as published; the index numbers them from 1.

    Raises
    ------
    FileRefused
        When there is no such layer, the file is broken, or a Shapefile does not say how its letters
        are written; the sentence shows what they would say in windows-1256.
    """
    _check_layer(path, layer)
    if encoding is None and path.suffix.lower() == ".shp":
        _encoding_is_said(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            info = pyogrio.read_info(path, layer=layer)
            frame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.GeometryError, UnicodeDecodeError) as wrong:
        raise _unreadable(path, wrong) from wrong
    if "geometry" not in frame.columns:
        return Table(frame.set_index(pd.RangeIndex(1, len(frame) + 1, name="line")))
    if any(word in str(info["geometry_type"]) for word in _CURVED):
        doubts.add("CURVES_FLATTENED", field="geometry", value=info["geometry_type"])
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
    return Table(frame, frame.crs)


def _check_layer(path: Path, layer: str | None) -> None:
    try:
        layers = [str(name) for name in np.atleast_2d(pyogrio.list_layers(path))[:, 0]]
    except pyogrio.errors.DataSourceError as wrong:
        raise _unreadable(path, wrong) from wrong
    if layer is not None and layer not in layers:
        raise FileRefused(
            fa=f"{path.name} لایه‌ای به نام «{layer}» ندارد؛ این‌ها را دارد: {'، '.join(layers)}",
            en=f"{path.name} has no layer “{layer}”; it has {', '.join(layers)}.",
            details={"reason": "NO_LAYER", "layers": layers},
        )
    if layer is None and len(layers) > 1:
        raise FileRefused(
            fa=f"{path.name} چند لایه دارد؛ یکی را در دستور ورود بنویسید: {'، '.join(layers)}",
            en=f"{path.name} has several layers; name one in the recipe: {', '.join(layers)}.",
            details={"reason": "SEVERAL_LAYERS", "layers": layers},
        )


def _encoding_is_said(path: Path) -> None:
    """Refuse to guess the letters of a Shapefile without .cpg, unless they are plain ASCII."""
    table = path.with_suffix(".dbf")
    if path.with_suffix(".cpg").exists() or not table.exists():
        return
    content = table.read_bytes()
    header = int.from_bytes(content[8:10], "little")
    letters = content[header:]
    if all(byte < 0x80 for byte in set(letters)):
        return
    first = next(word for word in letters.split() if any(byte >= 0x80 for byte in word))
    shown = first.decode(OLD_IRANIAN, errors="replace")
    raise FileRefused(
        fa=f"{path.name} نمی‌گوید متن‌هایش با چه نویسه‌ای است (.cpg ندارد). با {OLD_IRANIAN} نخستین واژه"
        f' «{shown}» می‌شود؛ اگر درست است encoding = "{OLD_IRANIAN}" را در دستور ورود بنویسید.',
        en=f"{path.name} does not say how its letters are written (no .cpg). In {OLD_IRANIAN} its first word"
        f' reads “{shown}”; if that is right, write encoding = "{OLD_IRANIAN}" in the recipe.',
        details={"reason": "UNKNOWN_ENCODING", "reading": shown},
    )


def _unreadable(path: Path, wrong: Exception) -> FileRefused:
    return FileRefused(
        fa=f"پروندهٔ {path.name} خوانده نشد: {wrong}",
        en=f"{path.name} cannot be read: {wrong}",
        details={"reason": "UNREADABLE_FILE"},
    )
