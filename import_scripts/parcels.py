"""Imports parcels: lots and street land, with key, areas and numbers; new versions follow old ones."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import shapely

from gis_core import identifiers
from gis_core.city import City
from gis_core.persian import normalise
from import_scripts import check, succession
from import_scripts.editions import content_of, lineages, open_edition, row_hashes
from import_scripts.extent import surveyed_extent
from import_scripts.features import wanted_rows
from import_scripts.first_load import indexed_at_the_end
from import_scripts.issues import Doubts
from import_scripts.joins import add_joined
from import_scripts.load import copy_frame, reserve_ids
from import_scripts.normalise import Field, fields_of, shapes_of
from import_scripts.readers import read
from import_scripts.task import Counts, Destination, Task
from layers.models import District, Layer
from parcels.models import Address, Identifier, Parcel

FIELDS = {
    "key": Field("code"),
    "kind": Field("code"),
    "district_code": Field("code"),
    "sub_district_code": Field("code"),
    "block_code": Field("code"),
    "lot_label": Field("code"),
    "deed_area_m2": Field("number"),
    "street_name": Field(),
    "street_number": Field("code"),
}
PLAIN_COLUMNS = (
    "key",
    "kind",
    "district_code",
    "sub_district_code",
    "block_code",
    "lot_label",
    "deed_area_m2",
)
SPLINTER_M2 = 1.0


@dataclass(frozen=True)
class Lots:
    """Parcels ready to be loaded: one simple polygon a row, the line of the file as index."""

    frame: pd.DataFrame
    shapes: np.ndarray
    read_rows: int


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Read, normalise, check and load one file of parcels.

    A lot whose content is unchanged stays as it is; a changed one closes its version and opens the next.

    Raises
    ------
    FileRefused
        When the file cannot be used, or a row is refused and the recipe says to stop.
    """
    lots = prepare(task, doubts)
    check.stop_if_refused(doubts, task.recipe.refused_rows)
    return load(lots, task, destination, doubts)


def prepare(task: Task, doubts: Doubts) -> Lots:
    """Read, normalise and check; every doubt is reported, nothing is written."""
    task.progress("read", 0, 1)
    recipe = task.recipe
    table = wanted_rows(
        read(task.file, layer=recipe.source_layer, encoding=recipe.encoding, doubts=doubts), task
    )
    known = FIELDS | {kind.kind: Field("code") for kind in task.city.identifiers}
    frame = fields_of(table, known, task, doubts)
    shapes = shapes_of(table, task, doubts)
    if "key" in frame:
        frame = add_joined(frame, frame["key"], known, task, doubts)
    task.progress("check", 0, 1)
    frame, shapes = check.sound_shapes(frame, shapes, 2, task.city, doubts)
    frame = _with_kinds(frame, task, doubts)
    _report_overlaps(frame, shapes, doubts)
    frame, shapes = _simple(frame, shapes, recipe.positional_accuracy_m or 0.0, doubts)
    frame, shapes = _without_repeats(frame, shapes, doubts)
    _report_keys(frame, doubts)
    _report_areas(frame, shapes, float(recipe.options.get("deed_tolerance", 0.05)), doubts)
    return Lots(frame, shapes, len(table))


def load(lots: Lots, task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """Write what is new or changed, and close what it replaces."""
    refused = len(doubts.refused_lines())
    rows = _rows(lots, task)
    extent = surveyed_extent(task, lots.shapes)
    if _one_lot_a_key(rows["key"]) and succession.nothing_recorded(destination):
        hashes = _copy_first(rows, lots.frame, task, destination)
        _open_edition(hashes, extent, task, destination)
        return Counts(read=lots.read_rows, loaded=len(rows), refused=refused)
    rows = _named(rows, lots.frame, task)
    _open_edition(rows["content_hash"], extent, task, destination)
    plan = succession.compare(rows, task.recipe.valid, destination)
    succession.report_absent(plan, task.recipe.absent_rows, doubts)
    closed = succession.close(plan, task.recipe, destination)
    fresh = rows[plan.is_new].assign(version=plan.version[plan.is_new])
    if len(fresh):
        _copy(fresh, lots.frame[plan.is_new], task, destination)
    return Counts(
        read=lots.read_rows,
        loaded=len(fresh),
        unchanged=int((~plan.is_new).sum()),
        closed=closed,
        refused=refused,
    )


def _open_edition(
    hashes: Iterable[str], extent: shapely.Geometry | None, task: Task, destination: Destination
) -> None:
    content = content_of(hashes, task.recipe, extent)
    open_edition(task, destination, kind=Layer.Kind.PARCELS, content=content, features=[], extent=extent)


def _with_kinds(frame: pd.DataFrame, task: Task, doubts: Doubts) -> pd.DataFrame:
    """Say which rows are lots: those whose key the city's validator and the recipe's pattern accept."""
    frame = frame.copy()
    if "key" not in frame:
        frame["key"] = None
    said = frame["kind"] if "kind" in frame else pd.Series(None, index=frame.index, dtype=object)
    named = frame["key"].map(task.recipe.options.get("not_lots", {}))
    frame["kind"] = said.fillna(named).fillna(Parcel.Kind.LOT.value)
    for line in frame.index[frame["kind"] != Parcel.Kind.LOT.value]:
        doubts.add(
            "NOT_A_LOT", line=line, field="key", value=frame.at[line, "key"], found=frame.at[line, "kind"]
        )
    pattern = task.recipe.options.get("lot_key_pattern", ".+")
    validator = task.city.identifier(task.city.parcel_key).validator
    canonical = frame["key"].map(lambda key: _canonical(key, validator, pattern), na_action="ignore")
    lots = frame["kind"] == Parcel.Kind.LOT.value
    for line in frame.index[lots & canonical.isna()]:
        key = frame.at[line, "key"]
        doubts.add("KEY_MALFORMED", line=line, field="key", value=key or "", wanted=validator)
    frame.loc[lots & canonical.isna(), "kind"] = Parcel.Kind.OTHER.value
    frame["key"] = canonical.where(canonical.notna(), frame["key"]).fillna("")
    return frame


def _canonical(key: str, validator: str, pattern: str) -> str | None:
    reading = identifiers.read(validator, key)
    if not reading.is_readable or reading.canonical is None:
        return None
    return reading.canonical if re.fullmatch(pattern, reading.canonical) else None


def _simple(
    frame: pd.DataFrame, shapes: np.ndarray, accuracy_m: float, doubts: Doubts
) -> tuple[pd.DataFrame, np.ndarray]:
    """One polygon a row: real parts become rows of their own, splinters are left out, both are told."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    several = np.bincount(owner, minlength=len(shapes)) > 1
    kept = np.ones(len(parts), dtype=bool)
    rows = np.flatnonzero(several[owner])
    if len(rows):
        largest = np.zeros(len(shapes))
        areas = shapely.area(parts)
        np.maximum.at(largest, owner, areas)
        narrow = (check.width_m(parts[rows]) < max(accuracy_m, 0.05)) | (areas[rows] < SPLINTER_M2)
        kept[rows[narrow & (areas[rows] < largest[owner[rows]])]] = False
    for row in np.flatnonzero(~kept):
        line, area = frame.index[owner[row]], f"{shapely.area(parts[row]):.2f}"
        doubts.add("SPLINTER_LEFT_OUT", line=line, field="geometry", value=area, area=area)
    parts, owner = parts[kept], owner[kept]
    left = np.bincount(owner, minlength=len(shapes))
    for row in np.flatnonzero(left > 1):
        key = frame["key"].iloc[row]
        doubts.add("MANY_PARTS", line=frame.index[row], field="geometry", value=key, count=int(left[row]))
    frame = frame.iloc[owner].copy()
    if "deed_area_m2" in frame:  # a deed speaks of the whole lot, not of one of its parts
        frame.loc[left[owner] > 1, "deed_area_m2"] = np.nan
    return frame, parts


def _without_repeats(
    frame: pd.DataFrame, shapes: np.ndarray, doubts: Doubts
) -> tuple[pd.DataFrame, np.ndarray]:
    suspects = frame["key"].duplicated(keep=False).to_numpy()
    repeated = np.zeros(len(frame), dtype=bool)
    written = np.full(len(frame), b"", dtype=object)
    written[suspects] = shapely.to_wkb(shapely.normalize(shapes[suspects]))
    known = pd.DataFrame({"key": frame["key"], "shape": written})
    repeated[suspects] = known[suspects].duplicated().to_numpy()
    if repeated.any():
        first = known[~repeated].reset_index().set_index(["key", "shape"])["line"]
        for row in np.flatnonzero(repeated):
            other = first[(known["key"].iloc[row], known["shape"].iloc[row])]
            key = known["key"].iloc[row]
            doubts.add("DUPLICATE_ROW", line=frame.index[row], field="key", value=key, other=other)
    return frame[~repeated], shapes[~repeated]


def _report_keys(frame: pd.DataFrame, doubts: Doubts) -> None:
    lots = frame[frame["kind"] == Parcel.Kind.LOT.value]
    lines = lots["key"][~lots.index.duplicated()]
    lines = lines[lines.duplicated(keep=False)]
    count = lines.map(lines.value_counts())
    for line in lines.index:
        doubts.add("DUPLICATE_KEY", line=line, field="key", value=lines[line], count=int(count[line]))


def _report_overlaps(frame: pd.DataFrame, shapes: np.ndarray, doubts: Doubts) -> None:
    """Report pairs that cover one ground, and mark both rows, so that the answer on them can say so."""
    found = check.overlaps(shapes)
    check.report_overlaps(found, frame["key"].to_numpy(), frame.index.to_numpy(), doubts)
    marks: list[list[dict]] = [[] for _ in range(len(frame))]
    keys = frame["key"].tolist()
    for first, second, area in zip(found.first, found.second, found.area_m2.tolist(), strict=True):
        marks[first].append({"kind": "OVERLAP", "with": keys[second], "area_m2": round(area, 6)})
        marks[second].append({"kind": "OVERLAP", "with": keys[first], "area_m2": round(area, 6)})
    nothing: dict = {}
    frame["attributes"] = [{"doubts": mark} if mark else nothing for mark in marks]


def _report_areas(frame: pd.DataFrame, shapes: np.ndarray, tolerance: float, doubts: Doubts) -> None:
    if "deed_area_m2" not in frame:
        return
    deed, surveyed = frame["deed_area_m2"].to_numpy(float), shapely.area(shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(surveyed - deed) / deed
        for row in np.flatnonzero(deed <= 0):
            value = deed[row]
            doubts.add(
                "UNREADABLE_VALUE", line=frame.index[row], field="deed_area_m2", value=value, wanted="an area"
            )
    for row in np.flatnonzero((deed > 0) & (apart > tolerance) & (frame["kind"] == Parcel.Kind.LOT.value)):
        doubts.add(
            "AREA_DIFFERS",
            line=frame.index[row],
            field="deed_area_m2",
            value=frame["key"].iloc[row],
            deed=f"{deed[row]:.1f}",
            surveyed=f"{surveyed[row]:.1f}",
            percent=f"{100 * apart[row]:.1f}",
        )
    frame["deed_area_m2"] = np.where(deed > 0, deed, np.nan)


def _rows(lots: Lots, task: Task) -> pd.DataFrame:
    """The parcels as rows of their table, without periods."""
    frame, shapes = lots.frame, lots.shapes
    rows = pd.DataFrame(
        {name: frame.get(name, "") for name in PLAIN_COLUMNS if name != "deed_area_m2"},
        index=frame.index,
    ).fillna("")
    rows["deed_area_m2"] = frame.get("deed_area_m2", pd.Series(np.nan, index=frame.index)).astype(float)
    if "districts" in task.recipe.options:
        found = _districts_of(shapes, task.recipe.options["districts"])
        rows["district_code"] = np.where(rows["district_code"] == "", found, rows["district_code"])
    rows["positional_accuracy_m"] = task.recipe.positional_accuracy_m
    rows["attributes"] = frame["attributes"].to_numpy()
    rows["surveyed_area_m2"] = shapely.area(shapes)
    rows["geometry"] = shapes
    return rows


def _named(rows: pd.DataFrame, fields: pd.DataFrame, task: Task) -> pd.DataFrame:
    """The rows with the hash of what each says and the lineage of what it is called."""
    extra = [
        name for name in (*_number_kinds(task.city, fields), "street_name", "street_number") if name in fields
    ]
    values = [rows[name].tolist() for name in (*PLAIN_COLUMNS, "positional_accuracy_m", "attributes")]
    values += [fields[name].tolist() for name in extra]
    hashes = pd.Series(row_hashes(values, rows["geometry"].to_numpy()), index=rows.index, dtype=object)
    names = _names(rows["key"], rows["surveyed_area_m2"], hashes)
    found = lineages(task.city.key, "parcels", names)
    return rows.assign(content_hash=hashes, lineage=pd.Series(found, index=rows.index, dtype=object))


def _one_lot_a_key(keys: pd.Series) -> bool:
    """Whether what a parcel is called hangs on no other one."""
    return not keys[keys != ""].duplicated().any()


def _names(keys: pd.Series, areas: pd.Series, hashes: pd.Series) -> list[str]:
    """What a parcel is called for good: its key (of several with one, the larger first), else its shape."""
    if _one_lot_a_key(keys):
        return [key or own for key, own in zip(keys, hashes, strict=True)]
    order = pd.DataFrame({"key": keys.to_numpy(), "area": -areas.to_numpy(), "hash": hashes.to_numpy()})
    ranked = order.sort_values(["key", "area", "hash"], kind="stable")
    place = ranked.groupby("key").cumcount().sort_index().to_numpy()
    return [
        (key if number == 0 else f"{key}#{number}") if key else own
        for key, number, own in zip(keys, place, hashes, strict=True)
    ]


def _districts_of(shapes: np.ndarray, layer_key: str) -> np.ndarray:
    """Code of the district (of that layer, as known now) in which each shape's inner point lies, or empty."""
    found = District.objects.filter(layer_version__layer__key=layer_key, known__upper_inf=True)
    codes, outlines = [], []
    for code, outline in found.values_list("code", "geometry"):
        codes.append(code)
        outlines.append(shapely.from_wkb(bytes(outline.wkb)))
    answer = np.full(len(shapes), "", dtype=object)
    if codes:
        tree = shapely.STRtree(outlines)
        point, district = tree.query(shapely.point_on_surface(shapes), predicate="intersects")
        answer[point] = np.array(codes, dtype=object)[district]
    return answer


def _number_kinds(city: City, frame: pd.DataFrame) -> list[str]:
    return [kind.kind for kind in city.identifiers if kind.kind in frame and kind.kind != city.parcel_key]


def _copy(rows: pd.DataFrame, fields: pd.DataFrame, task: Task, destination: Destination) -> None:
    known_from = task.recipe.known_from if (rows["version"] == 1).all() else None
    _copy_all(rows, fields, task, destination, known_from=known_from)


def _copy_first(rows: pd.DataFrame, fields: pd.DataFrame, task: Task, destination: Destination) -> list[str]:
    """Write parcels where there are none; each part is named while the database writes the one before it."""
    hashes: list[str] = []

    def named(part: pd.DataFrame) -> pd.DataFrame:
        whole = _named(part, fields.iloc[len(hashes) : len(hashes) + len(part)], task)
        hashes.extend(whole["content_hash"])
        return whole

    rows = rows.assign(version=1)
    _copy_all(rows, fields, task, destination, known_from=task.recipe.known_from, finish=named)
    return hashes


def _copy_all(
    rows: pd.DataFrame,
    fields: pd.DataFrame,
    task: Task,
    destination: Destination,
    *,
    known_from: datetime | None,
    finish: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> None:
    with indexed_at_the_end(destination.connection, (Parcel, Identifier, Address), len(rows)):
        ids = reserve_ids(destination.connection, Parcel, len(rows))
        copy_frame(
            destination.connection,
            Parcel,
            rows.assign(id=ids),
            constants={
                "import_run": destination.run_id,
                "valid": task.recipe.valid,
                "known": (known_from or destination.now, None),
            },
            progress=lambda done, total: task.progress("load", done, total),
            finish=finish,
        )
        fields = fields.assign(parcel_id=ids)
        _copy_numbers(rows.assign(parcel_id=ids), fields, task, destination)
        if "street_name" in fields:
            _copy_addresses(rows.assign(parcel_id=ids), fields, destination)


def _copy_numbers(rows: pd.DataFrame, fields: pd.DataFrame, task: Task, destination: Destination) -> None:
    city = task.city
    lots = rows[(rows["kind"] == Parcel.Kind.LOT.value) & (rows["key"] != "")]
    numbers = [pd.DataFrame({"parcel_id": lots["parcel_id"], "value": lots["key"], "kind": city.parcel_key})]
    for kind in _number_kinds(city, fields):
        there = fields[fields[kind].notna()]
        numbers.append(pd.DataFrame({"parcel_id": there["parcel_id"], "value": there[kind], "kind": kind}))
    every = pd.concat(numbers)
    every["search_key"] = every["value"].map(normalise)
    copy_frame(destination.connection, Identifier, every)


def _copy_addresses(rows: pd.DataFrame, fields: pd.DataFrame, destination: Destination) -> None:
    there = fields["street_name"].notna().to_numpy()
    number = fields["street_number"] if "street_number" in fields else pd.Series("", index=fields.index)
    addresses = pd.DataFrame(
        {
            "parcel_id": rows["parcel_id"],
            "street_name": fields["street_name"],
            "number": number.fillna(""),
            "geometry": shapely.point_on_surface(rows["geometry"].to_numpy()),
        }
    )[there]
    addresses["text"] = (addresses["number"] + " " + addresses["street_name"]).str.strip()
    addresses["search_key"] = addresses["text"].map(normalise)
    copy_frame(destination.connection, Address, addresses)
