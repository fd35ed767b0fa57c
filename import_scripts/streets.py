"""Imports streets: centrelines with or without node numbers, links of a network, OpenStreetMap extracts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from gis_core.routing.noding import join_ends, parts
from import_scripts.editions import Edition, content_of, lineages, open_edition, row_hashes
from import_scripts.issues import SENTENCES, Doubts, FileRefused, Outcome
from import_scripts.load import copy_frame
from import_scripts.normalise import cells
from import_scripts.place import check_place, crs_of
from import_scripts.readers.osm import CarProfile, OsmStreet, read_streets
from import_scripts.recipe import FieldRule, Recipe
from import_scripts.task import Counts, Destination, Task
from layers.models import Layer, LayerVersion
from layers.network.models import StreetNode, StreetSegment, TurnRestriction

JOIN_TOLERANCE_M = 0.05
SHORTEST_M = 0.01

SENTENCES.update(
    {
        "NODE_PLACES_DIFFER": (
            "گرهٔ {node} در سرِ این معبر {distance} متر از جای دیگرش دور است.",
            "The node {node} at an end of this street lies {distance} m from its other places.",
        ),
        "ISLAND": (
            "این تکه به بقیهٔ شبکه راه ندارد: {segments} معبر، {length} متر، نزدیک {place}.",
            "This part is not joined to the rest: {segments} segments, {length} m, near {place}.",
        ),
        "NO_WIDTH": (
            "این عرض معبر نیست؛ نامعلوم ماند.",
            "This is no width of a street; it is left unknown.",
        ),
        "NO_LENGTH": ("این معبر طول ندارد و کنار گذاشته شد.", "The street has no length and was left out."),
        "BROKEN_LINE": (
            "این معبر {count} تکهٔ جدا دارد و یک خط نمی‌شود.",
            "The street has {count} separate parts that make no single line.",
        ),
    }
)

COLUMNS = (
    "code",
    "name_fa",
    "name_en",
    "from_node",
    "to_node",
    "direction",
    "street_class",
    "existing_width_m",
    "planned_width_m",
    "widening",
    "offset_left_m",
    "offset_right_m",
    "legal_access",
    "speed_kmh",
    "drivable",
    "walkable",
    "length_m",
    "geometry",
)


@dataclass(frozen=True)
class Streets:
    """
    Streets ready to be loaded: `frame` one row per segment (metric lines), `nodes` their places.

    The frame's index is the line in the file; `nodes` has `number` and `geometry`.
    """

    frame: pd.DataFrame
    nodes: pd.DataFrame


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Bring one file of streets in as an edition of its layer; the same file again changes nothing.

    Raises
    ------
    FileRefused
        When the file cannot be read, or a row is refused and the recipe says to stop.
    """
    task.progress("read", 0, 1)
    streets = read(task, doubts)
    task.progress("check", 0, 1)
    report_islands(streets, doubts)
    refused = sum(doubt.outcome is Outcome.REFUSED for doubt in doubts)
    if refused and task.recipe.refused_rows == "stop":
        raise FileRefused(
            fa=f"{refused} معبر پذیرفته نیست؛ هیچ چیز وارد نشد.",
            en=f"{refused} streets are refused; nothing was loaded.",
            details={"reason": "REFUSED_ROWS", "rows": refused},
        )
    return load(streets, task, destination, refused)


def read(task: Task, doubts: Doubts) -> Streets:
    """Read and normalise a file: metric lines, our classes and directions, node numbers."""
    is_osm = task.file.name.endswith((".osm.pbf", ".pbf"))
    frame = _osm_frame(task) if is_osm else _table_frame(task, doubts)
    frame = _single_lines(frame, doubts)
    length = shapely.length(frame["geometry"].to_numpy())
    for line in frame.index[~(length > SHORTEST_M)]:
        doubts.add("NO_LENGTH", line=line, value=frame.at[line, "code"])
    kept = frame.loc[length > SHORTEST_M].assign(length_m=length[length > SHORTEST_M])
    return _with_nodes(kept, task.recipe, doubts)


def report_islands(streets: Streets, doubts: Doubts) -> None:
    """One doubt for each part of the network that is not joined to its largest one."""
    if streets.frame.empty:
        return
    numbers = streets.nodes["number"].to_numpy()
    start = np.searchsorted(numbers, streets.frame["from_node"].to_numpy())
    end = np.searchsorted(numbers, streets.frame["to_node"].to_numpy())
    label = parts(len(numbers), start, end).label[start]
    for island in range(1, int(label.max()) + 1):
        rows = streets.frame[label == island]
        place = rows["geometry"].iloc[0].coords[0]
        doubts.add(
            "ISLAND",
            line=rows.index[0],
            field="geometry",
            value=rows["code"].iloc[0],
            segments=len(rows),
            length=round(float(rows["length_m"].sum())),
            place=f"{place[0]:.0f}, {place[1]:.0f}",
        )


def load(streets: Streets, task: Task, destination: Destination, refused: int) -> Counts:
    """Write an edition of the layer, unless the one in force says the same already."""
    frame, count = streets.frame, len(streets.frame)
    said = [frame[name] for name in COLUMNS if name not in ("geometry", "length_m")]
    content = content_of(row_hashes(said, frame["geometry"].to_numpy()), task.recipe, None)
    edition = open_edition(
        task,
        destination,
        kind=Layer.Kind.STREETS,
        content=content,
        features=(StreetSegment, TurnRestriction),
        extent=None,
    )
    if edition is None:
        return Counts(read=count + refused, unchanged=count, refused=refused)
    _carry_nodes_on(edition, destination)
    _copy(streets, edition, task, destination)
    return Counts(read=count + refused, loaded=count, closed=edition.closed, refused=refused)


def _osm_frame(task: Task) -> pd.DataFrame:
    options = task.recipe.options
    on_foot_only = frozenset(options["foot"]["only"])
    streets = read_streets(task.file, CarProfile.from_recipe(options["car"]), also=on_foot_only)
    ends = np.array([street.lonlat[0] for street in streets]).reshape(-1, 2)
    check_place(shapely.points(ends), CRS.from_epsg(4326), task.city)
    convert = Transformer.from_crs(4326, task.city.metric_srid, always_xy=True)
    return pd.DataFrame(
        [_osm_row(street, options, convert) for street in streets], columns=COLUMNS
    ).set_index(pd.RangeIndex(1, len(streets) + 1))


def _osm_row(street: OsmStreet, options: Mapping[str, Any], convert: Transformer) -> tuple:
    forward, backward = street.forward_kmh, street.backward_kmh
    direction = 0 if forward and backward else (-1 if backward else (1 if forward else 0))
    line = shapely.LineString(np.column_stack(convert.transform(*street.lonlat.T)))
    return (
        f"{street.way_id}-{street.part}",
        street.name,
        "",
        street.from_node,
        street.to_node,
        direction,
        options["classes"][street.highway],
        None,
        None,
        StreetSegment.Widening.SYMMETRIC,
        None,
        None,
        True,
        forward or backward,
        bool(forward or backward),
        street.highway not in options["foot"]["closed"],
        None,
        line,
    )


def _table_frame(task: Task, doubts: Doubts) -> pd.DataFrame:
    """A vector file's rows under our names."""
    recipe = task.recipe
    try:
        raw = pyogrio.read_dataframe(task.file, layer=recipe.source_layer, encoding=recipe.encoding)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as unreadable:
        raise FileRefused(
            fa=f"پروندهٔ {task.file.name} خوانده نشد: {unreadable}",
            en=f"{task.file.name} cannot be read: {unreadable}",
            details={"reason": "UNREADABLE"},
        ) from unreadable
    shapes = raw.geometry.to_numpy()
    crs = crs_of(raw.crs, shapes, task)
    check_place(shapes, crs, task.city)
    raw = raw.set_crs(crs, allow_override=True).to_crs(task.city.metric_srid)
    raw = raw.set_index(pd.RangeIndex(1, len(raw) + 1))
    frame = pd.DataFrame(index=raw.index)
    for name in COLUMNS[:-2]:
        frame[name] = _column(name, recipe.fields.get(name), raw, doubts)
    _check_widening(frame, doubts)
    frame["length_m"] = np.nan
    frame["geometry"] = shapely.force_2d(raw.geometry.to_numpy())
    return frame


#: Widths of streets, and from which on a number is one: an offset may be nothing, a street may not.
WIDTHS: Mapping[str, float] = {
    "existing_width_m": 0.01,
    "planned_width_m": 0.01,
    "offset_left_m": 0.0,
    "offset_right_m": 0.0,
}


def _check_widening(frame: pd.DataFrame, doubts: Doubts) -> None:
    """Widths that are none, and kinds of widening that nobody knows, are doubted and left unknown."""
    for name, least in WIDTHS.items():
        told = frame[name].dropna()
        number = pd.to_numeric(told, errors="coerce")
        wrong = ~(number.ge(least) & np.isfinite(number))
        for line, value in told[wrong].items():
            doubts.add("NO_WIDTH", line=line, field=name, value=_text(value))
        frame[name] = number[~wrong].reindex(frame.index).astype(float)
    words = set(StreetSegment.Widening.values)
    strange = ~frame["widening"].isin(words)
    for line, value in frame.loc[strange, "widening"].items():
        known = ", ".join(sorted(words))
        doubts.add("UNKNOWN_WORD", line=line, field="widening", value=_text(value), known=known)
    frame.loc[strange, "widening"] = ""


_DEFAULTS: dict[str, Any] = {
    "name_fa": "",
    "name_en": "",
    "direction": 0,
    "street_class": "local",
    "widening": StreetSegment.Widening.SYMMETRIC,
    "legal_access": True,
    "drivable": True,
    "walkable": True,
}


def _column(name: str, rule: FieldRule | None, raw: pd.DataFrame, doubts: Doubts) -> Any:
    """The values of one of our columns: the file's, translated by the recipe's words, or the default."""
    if rule is None or not rule.names:
        given = None if rule is None else rule.value
        if given is None and name == "code":
            return [str(line) for line in raw.index]
        return _DEFAULTS.get(name) if given is None else given
    values = cells(raw, rule)
    if not rule.words:
        if name in ("code", "name_fa", "name_en"):
            return [_text(value) for value in values]
        return values
    known = {str(word): ours for word, ours in rule.words.items()}
    found = []
    for line, value in values.items():
        word = _text(value)
        if word not in known:
            kind = "UNKNOWN_WORD" if word else "MISSING_VALUE"
            if rule.otherwise is None or name == "direction":
                doubts.add(kind, line=line, field=name, value=word, known=", ".join(known))
        found.append(known.get(word, rule.otherwise if rule.otherwise is not None else _DEFAULTS.get(name)))
    return found


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _single_lines(frame: pd.DataFrame, doubts: Doubts) -> pd.DataFrame:
    """Every shape one line; what is no line, or several that do not meet, is refused."""
    merged = shapely.line_merge(frame["geometry"].to_numpy())
    single = shapely.get_type_id(merged) == shapely.GeometryType.LINESTRING
    empty = shapely.is_empty(merged) | shapely.is_missing(merged)
    for line, shape in zip(frame.index[~single | empty], merged[~single | empty], strict=True):
        if shape is None or shape.is_empty:
            doubts.add("EMPTY_SHAPE", line=line, field="geometry", outcome=Outcome.REFUSED)
        else:
            doubts.add(
                "BROKEN_LINE",
                line=line,
                field="geometry",
                outcome=Outcome.REFUSED,
                count=shapely.get_num_geometries(shape),
            )
    return frame.assign(geometry=merged)[single & ~empty]


def _with_nodes(frame: pd.DataFrame, recipe: Recipe, doubts: Doubts) -> Streets:
    """
    Nodes by the file's numbers where the ends lie together; every other end goes by its place.

    A number that stands at two places far apart would carry traffic from one to the other.
    """
    lines = frame["geometry"].to_numpy()
    place = np.concatenate(
        [shapely.get_coordinates(shapely.get_point(lines, end)).reshape(-1, 2) for end in (0, -1)]
    )
    tolerance_m = float(recipe.options.get("join_tolerance_m", JOIN_TOLERANCE_M))
    given = np.concatenate([_numbers(frame["from_node"]), _numbers(frame["to_node"])])
    sure = _sure_ends(given, place, tolerance_m)
    if not np.isnan(given).all():
        _report_moved_nodes(frame, given, place, sure, doubts)
    number, nodes = _numbered(given, place, sure, tolerance_m)
    count = len(frame)
    return Streets(frame.assign(from_node=number[:count], to_node=number[count:]), nodes)


def _numbers(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _sure_ends(given: np.ndarray, place: np.ndarray, tolerance_m: float) -> np.ndarray:
    """Ends whose number is where most ends of that number are (componentwise median)."""
    if np.isnan(given).all():
        return np.zeros(len(given), dtype=bool)
    ends = pd.DataFrame({"number": given, "x": place[:, 0], "y": place[:, 1]})
    middle = ends.groupby("number")[["x", "y"]].transform("median").to_numpy()
    away = np.hypot(*(place - middle).T)
    return ~np.isnan(given) & (away <= tolerance_m)


def _report_moved_nodes(
    frame: pd.DataFrame, given: np.ndarray, place: np.ndarray, sure: np.ndarray, doubts: Doubts
) -> None:
    ends = pd.DataFrame({"number": given, "x": place[:, 0], "y": place[:, 1]})
    middle = ends.groupby("number")[["x", "y"]].transform("median").to_numpy()
    count = len(frame)
    for end in np.flatnonzero(~sure).tolist():
        field = "from_node" if end < count else "to_node"
        line = int(frame.index[end % count])
        if np.isnan(given[end]):
            doubts.add("MISSING_VALUE", line=line, field=field)
            continue
        distance = round(float(np.hypot(*(place[end] - middle[end]))), 1)
        node = int(given[end])
        doubts.add("NODE_PLACES_DIFFER", line=line, field=field, value=node, node=node, distance=distance)


def _numbered(
    given: np.ndarray, place: np.ndarray, sure: np.ndarray, tolerance_m: float
) -> tuple[np.ndarray, pd.DataFrame]:
    """A node number for every end, and the nodes' places; ends that are not sure join what lies near."""
    known, where = np.unique(given[sure], return_index=True)
    known_xy = place[sure][where]
    number = np.where(sure, given, 0).astype(np.int64)
    unsure = np.flatnonzero(~sure)
    new_xy = np.empty((0, 2))
    highest = int(known.max()) if len(known) else 0
    if len(unsure):
        near = np.full(len(unsure), -1)
        if len(known):
            distance, nearest = cKDTree(known_xy).query(place[unsure])
            near = np.where(distance <= tolerance_m, nearest, -1)
        number[unsure[near >= 0]] = known[near[near >= 0]].astype(np.int64)
        alone = unsure[near < 0]
        half = np.empty((0, 2))
        joined = join_ends(place[alone], half, tolerance_m=tolerance_m)
        number[alone] = highest + 1 + joined.line_from
        new_xy = joined.node_xy
    numbers = np.concatenate([known.astype(np.int64), highest + 1 + np.arange(len(new_xy))])
    places = shapely.points(np.concatenate([known_xy, new_xy]))
    return number, pd.DataFrame({"number": numbers, "geometry": places})


def _carry_nodes_on(edition: Edition, destination: Destination) -> None:
    """Nodes of earlier editions that were stated again for other days go with their streets."""
    carried = LayerVersion.objects.filter(
        layer=edition.version.layer, published_at=destination.now, base__isnull=False
    ).exclude(pk=edition.version.pk)
    for version in carried:
        nodes = StreetNode.objects.filter(layer_version=version.base_id)
        StreetNode.objects.bulk_create(
            StreetNode(layer_version=version, number=node.number, geometry=node.geometry) for node in nodes
        )


def _copy(streets: Streets, edition: Edition, task: Task, destination: Destination) -> None:
    same = {"layer_version": edition.version.pk}
    copy_frame(destination.connection, StreetNode, streets.nodes, constants=same)
    names = streets.frame["code"].astype(str)
    frame = streets.frame.assign(lineage=lineages(task.city.key, task.recipe.layer_key, names))
    copy_frame(
        destination.connection,
        StreetSegment,
        frame,
        constants={**same, "valid": edition.valid, "known": edition.known},
        progress=lambda done, total: task.progress("load", done, total),
    )
