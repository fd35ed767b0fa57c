"""Writes the engine's values as plain JSON and reads them back, to the last bit."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from gis_core.constraints import rules, values
from gis_core.constraints.plane import shapes

#: Values that may stand in a document, by name: those the engine takes in.
KNOWN = {
    kind.__name__: kind
    for module in (values, rules)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
}
#: Coordinates are written as whole millimetres where that is what they are.
MM_PER_M = 1000.0
_SIMPLE = {"Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}
_COLUMNS = {"f": "floats", "i": "ints", "b": "flags"}
_TYPES = {"floats": float, "ints": np.int64, "flags": bool}


def written(value: Any) -> Any:
    """
    A value as plain JSON that says of itself what it is.

    Columns are `{"floats" | "ints" | "flags" | "rows" | "shapes": [...]}` (NaN is null), dataclasses carry
    their name under `of`, days and instants their ISO form, shapes whole millimetres (`mm`) where their
    coordinates are such, metres (`m`) otherwise; anything else that JSON holds is `plain`.

    Raises
    ------
    ValueError
        When it holds something that the engine does not take in.

    Examples
    --------
    >>> written(np.array([1.5, np.nan]))
    {'floats': [1.5, None]}
    >>> written(shapely.Point(560012.35, 3610047.8))
    {'shape': {'type': 'Point', 'mm': [560012350, 3610047800]}}
    """
    if is_dataclass(value) and type(value).__name__ in KNOWN:
        held = {entry.name: getattr(value, entry.name) for entry in fields(value) if entry.compare}
        return {"of": type(value).__name__, **{name: written(each) for name, each in held.items()}}
    if isinstance(value, np.ndarray):
        return _column(value)
    if isinstance(value, shapely.Geometry):
        return {"shape": _shape(value)}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple) and all(is_dataclass(each) for each in value):
        return {"list": [written(each) for each in value]}
    if isinstance(value, Mapping) and any(is_dataclass(each) for each in value.values()):
        return {"each": {key: written(each) for key, each in value.items()}}
    if value is None or isinstance(value, bool | int | float | str):
        return _scalar(value)
    return {"plain": _plain(value)}


def read(document: Any) -> Any:
    """
    The value that such a document tells.

    Raises
    ------
    ValueError, KeyError, TypeError
        When it tells none.

    Examples
    --------
    >>> read(written(shapely.Point(560012.35, 3610047.8)))
    <POINT (560012.35 3610047.8)>
    """
    if not isinstance(document, Mapping):
        return document
    if "of" in document:
        kind = KNOWN[document["of"]]
        return kind(**{name: read(each) for name, each in document.items() if name != "of"})
    ((tag, held),) = document.items()
    if tag in _TYPES:
        rows = [math.nan if each is None else each for each in held] if tag == "floats" else held
        return np.array(rows, dtype=_TYPES[tag])
    readers = {
        "rows": lambda: shapes(*held),
        "shapes": lambda: shapes(*[None if each is None else _geometry(each) for each in held]),
        "shape": lambda: _geometry(held),
        "instant": lambda: datetime.fromisoformat(held),
        "day": lambda: date.fromisoformat(held),
        "list": lambda: tuple(read(each) for each in held),
        "each": lambda: {key: read(each) for key, each in held.items()},
        "plain": lambda: held,
    }
    return readers[tag]()


def _column(array: np.ndarray) -> dict[str, Any]:
    if array.ndim != 1:
        raise ValueError("a column has one dimension")
    if array.dtype.kind in _COLUMNS:
        return {_COLUMNS[array.dtype.kind]: [_scalar(each, nan=None) for each in array.tolist()]}
    if any(isinstance(each, shapely.Geometry) for each in array):
        return {"shapes": [None if each is None else _shape(each) for each in array]}
    return {"rows": [_plain(each) for each in array]}


def _scalar(value: Any, **instead: Any) -> Any:
    if isinstance(value, float):
        if math.isnan(value) and instead:
            return instead["nan"]
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be written down")
        return value + 0.0
    return value


def _plain(value: Any) -> Any:
    """What JSON holds by itself; a tuple becomes a list."""
    if value is None or type(value) in (str, bool, int):
        return value
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=_number))
    except TypeError as wrong:
        raise ValueError(f"{type(value).__name__} cannot be written down") from wrong


def _number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no plain value")


def _shape(shape: shapely.Geometry) -> dict[str, Any]:
    points = shapely.get_coordinates(shape)
    simple = shape.geom_type in _SIMPLE and not shape.is_empty and not shape.has_z
    if not simple or not np.isfinite(points).all():
        return {"type": shape.geom_type, "wkb": shapely.to_wkb(shape, hex=True, byte_order=1)}
    whole = np.rint(points * MM_PER_M)
    if (whole / MM_PER_M == points).all():
        return {"type": shape.geom_type, "mm": _nested(shapely.set_coordinates(shapes(shape), whole)[0], int)}
    return {"type": shape.geom_type, "m": _nested(shape, float)}


def _nested(shape: shapely.Geometry, number: type) -> Any:
    """Coordinates as nested lists, as GeoJSON nests them; a point's are one pair."""

    def lists(entry: Any) -> Any:
        return (
            [lists(each) for each in entry] if isinstance(entry, list | tuple) else number(entry) + number(0)
        )

    return lists(shapely.geometry.mapping(shape)["coordinates"])


def _geometry(document: Mapping[str, Any]) -> shapely.Geometry:
    if "wkb" in document:
        return shapely.from_wkb(document["wkb"])
    scale = MM_PER_M if "mm" in document else 1.0

    def metres(entry: Any) -> Any:
        return [metres(each) for each in entry] if isinstance(entry, list) else entry / scale

    nested = metres(document["mm"] if "mm" in document else document["m"])
    return shapely.geometry.shape({"type": document["type"], "coordinates": nested})
