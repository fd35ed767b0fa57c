"""Finds what holds over a place on a day: zones, overlay features, their layers, and the rules in force."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from gis_core.constraints.exactness import NEAR_M
from gis_core.constraints.rules import Rule as RuleValue
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.values import Layer, Overlays, Zones
from gis_core.constraints.widening import MITRE_LIMIT

#: Added to the reach of buffers whose offset a feature itself carries (half a canal, a pylon's arm): m.
CARRIED_OFFSET_M = 30.0

#: A row is known at an instant, or as known now when none is asked for.
_IN_FORCE = """(
    {t}.valid @> %(on)s::date
    and case when %(known_at)s::timestamptz is null then upper_inf({t}.known)
             else {t}.known @> %(known_at)s::timestamptz end)"""


def in_force(table: str) -> str:
    """SQL: rows of a table (by its alias) in force on `%(on)s` as known at `%(known_at)s`."""
    return _IN_FORCE.format(t=table)


def in_force_at_place(table: str) -> str:
    """
    SQL: rows (alias) of a published layer version, as `in_force`, that are found by where they lie.

    Nearly all rows of a table are in force, which a statement planned for any day cannot know: it would read
    the whole index of days. As the truth of a condition it is looked at only on the rows of the place.
    `q.versions`: ids of the layer versions that are published (`Standing.versions`).
    """
    return f"({table}.layer_version_id = any(q.versions) and {in_force(table)}) is true"


def published(table: str) -> str:
    """SQL: the layer version (alias) is published and in force; a draft holds nowhere."""
    return f"({table}.status = 'in_force' and {in_force(table)})"


#: SQL of the stamp of rules and layers, one column: any insert, update or delete changes the sum over where
#: the rows of a table stand, so what was read under one stamp may be kept.
STAMP_COLUMN = "concat_ws('.', {})".format(
    ", ".join(
        f"(select sum(hash_record(row(ctid, xmin))) from {table})"
        for table in ("zoning_rule", "gis_core_source", "layers_layer", "layers_layerversion")
    )
)


#: How far from a lot its streets are looked for at least: half of a wide street, and a pavement: m.
STREET_REACH_M = 60.0
#: SQL: how far from its centreline a street (`s`) may take land, in metres: its widths to either side, and as
#: many of them at the tip of a sharp bend as the engine draws (`widening.MITRE_LIMIT`).
STREET_REACH = f"""
    greatest({STREET_REACH_M}, {MITRE_LIMIT} * greatest(
        coalesce(s.existing_width_m, 0) / 2
          + case when s.widening like 'ONE_SIDED%%'
                 then greatest(coalesce(s.planned_width_m, 0) - coalesce(s.existing_width_m, 0), 0)
                 else 0 end,
        coalesce(s.planned_width_m, 0) / 2, coalesce(s.offset_left_m, 0), coalesce(s.offset_right_m, 0)))
"""


@dataclass(frozen=True)
class RasterEdition:
    """One edition of a raster layer: its file, and what was said of it."""

    layer: str
    path: Path
    srid: int
    nodata: float | None
    surveyed_on: date | None
    accuracy_m: float | None
    sha256: str
    version: int


@dataclass(frozen=True)
class Edition:
    """A published version of a layer: its layer's key, its number, and the source it was made from."""

    layer: str
    number: int
    source_code: str
    source_title_fa: str
    source_title_en: str
    confidence: str


@dataclass(frozen=True)
class Standing:
    """
    What holds in the whole city on a day: its rules, its layers and its rasters by their layer's key.

    `versions`: the published versions of all layers by their id. `street_reach_m`: how far from its
    centreline the widest street of the city may take land. `stamp`: what was read holds as long as
    `STAMP_COLUMN` is this.
    """

    rules: RuleSet
    layers: dict[str, Layer]
    rasters: dict[str, RasterEdition] = field(default_factory=dict)
    versions: dict[int, Edition] = field(default_factory=dict)
    street_reach_m: float = STREET_REACH_M
    stamp: str = ""


def kept_standing(on: date, *, known_at: datetime | None = None) -> Standing | None:
    """What `standing_on` read last of that day; it holds only while its stamp is that of the database."""
    kept = _kept(settings.CITY.key, connection.settings_dict["NAME"], on, known_at)
    return kept[0] if kept else None


@lru_cache(maxsize=32)
def _kept(city: str, database: str, on: date, known_at: datetime | None) -> list[Standing]:
    """The place of what is kept for a day: empty, or the one that was read last."""
    return []


def standing_on(on: date, *, known_at: datetime | None = None) -> Standing:
    """Rules in force and layers with a published version on a day, as known at an instant; one round trip."""
    standing = _read_standing(on, known_at)
    _kept(settings.CITY.key, connection.settings_dict["NAME"], on, known_at)[:] = [standing]
    return standing


def _read_standing(on: date, known_at: datetime | None) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select
              {STAMP_COLUMN},
              (select json_agg(json_build_array(
                        r.code, r.kind, r.params, r.zone_code, r.area_basis, r.rank, r.version, r.article,
                        coalesce(s.code, ''), coalesce(s.title_fa, ''), coalesce(s.title_en, ''),
                        r.confidence, r.legal_status, lower(r.valid), upper(r.valid)))::text
                 from zoning_rule r left join gis_core_source s on s.id = r.source_id
                where {in_force("r")}),
              (select json_agg(json_build_array(
                        l.key, l.title_fa, l.title_en, encode(ST_AsBinary(v.surveyed_extent), 'hex'),
                        v.positional_accuracy_m, v.surveyed_on, l.stale_after_days, l.kind)
                      order by l.key)::text
                 from layers_layerversion v join layers_layer l on l.id = v.layer_id
                where l.kind in ('overlay', 'zoning', 'raster') and {published("v")}),
              (select json_agg(json_build_array(
                        l.key, r.path, r.srid, r.nodata, r.surveyed_on, v.positional_accuracy_m, r.sha256,
                        v.number)
                      order by l.key, r.id)::text
                 from layers_layerversion v
                 join layers_layer l on l.id = v.layer_id
                 join gis_core_importrun i on i.id = v.import_run_id
                 join layers_raster r on r.layer_id = l.id and r.sha256 = i.file_sha256
                where l.kind = 'raster' and {published("v")}),
              (select json_agg(json_build_array(
                        v.id, l.key, v.number, coalesce(s.code, ''), coalesce(s.title_fa, ''),
                        coalesce(s.title_en, ''), coalesce(nullif(s.confidence, ''), 'C')))::text
                 from layers_layerversion v
                 join layers_layer l on l.id = v.layer_id
                 left join gis_core_source s on s.id = v.source_id
                where {published("v")}),
              (select max({STREET_REACH}) from network_streetsegment s)
            """,
            {"on": on, "known_at": known_at},
        )
        stamp, *told, reach_m = cursor.fetchone()
    standing = _told(*(column or "[]" for column in told))
    return replace(standing, street_reach_m=reach_m or STREET_REACH_M, stamp=stamp)


@lru_cache(maxsize=32)
def _told(rules: str, layers: str, rasters: str, versions: str) -> Standing:
    """What the rows in force come to; the same rows on another day are the same values, made once."""
    return Standing(
        RuleSet.of(_rule(*row) for row in json.loads(rules)),
        {row[0]: _layer(*row) for row in json.loads(layers)},
        {row[0]: _raster(*row) for row in json.loads(rasters)},
        {row[0]: Edition(*row[1:]) for row in json.loads(versions)},
    )


def rules_on(on: date, *, known_at: datetime | None = None) -> RuleSet:
    """The rules in force on a day as known at an instant."""
    return standing_on(on, known_at=known_at).rules


def _rule(*row: Any) -> RuleValue:
    *told, first, last = row
    return RuleValue(*told, valid_from=_day(first), valid_to=_day(last))


def _layer(key: str, fa: str, en: str, extent: str | None, accuracy_m: float | None, *rest: Any) -> Layer:
    surveyed_on, stale_after_days, kind = rest
    shape = None if extent is None else shapely.from_wkb(extent)
    return Layer(key, fa, en, shape, accuracy_m, _day(surveyed_on), stale_after_days, kind)


def _raster(
    key: str, path: str, srid: int, nodata: float | None, surveyed_on: str | None, *rest: Any
) -> RasterEdition:
    return RasterEdition(key, Path(settings.MEDIA_ROOT) / path, srid, nodata, _day(surveyed_on), *rest)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


#: What the selects of `GROUND_SELECTS` begin with, in the order in which rows are wanted.
ZONE, OVERLAY = 0, 1

#: SQL of the zones over a place and of overlay features near it, to be read together with others. The table
#: `q` of one row says where: `shape`, `near` (the box as far around it as a feature can restrict it:
#: %(reach_m)s, `reach_of`) and `versions`. A zone counts from a millimetre on: distances are found in a fifth
#: of the time, and a zone that only comes near concerns nobody. Columns: ZONE or OVERLAY, layer version,
#: code, both names, shape, attributes, id.
GROUND_SELECTS = f"""
    select {ZONE}, z.layer_version_id, z.code, z.name_fa, z.name_en, ST_AsBinary(z.geometry), null::text, z.id
      from q, zoning_zone z
     where z.geometry && q.shape and ST_DWithin(z.geometry, q.shape, 0.001) and {in_force_at_place("z")}
    union all
    select {OVERLAY}, o.layer_version_id, o.code, o.name_fa, o.name_en, ST_AsBinary(o.geometry),
           o.attributes::text, o.id
      from q, layers_overlayfeature o
     where o.geometry && q.near and ST_DWithin(o.geometry, q.shape, %(reach_m)s::float8)
       and {in_force_at_place("o")}"""


def ground_of(
    zones: Sequence[tuple[Any, ...]], overlays: Sequence[tuple[Any, ...]], standing: Standing
) -> tuple[Zones, Overlays]:
    """Zones and overlay features from the rows that the selects of `GROUND_SELECTS` gave of each."""
    layer_of = {version: edition.layer for version, edition in standing.versions.items()}

    def in_order(row: tuple[Any, ...]) -> tuple[str, int]:
        return layer_of[row[1]], row[7]

    zones, overlays = sorted(zones, key=in_order), sorted(overlays, key=in_order)
    return (
        _zones(zones, [layer_of[row[1]] for row in zones], standing.layers),
        _overlays(overlays, [layer_of[row[1]] for row in overlays]),
    )


def reach_of(rules: RuleSet) -> float:
    """How far the buffers of a rule set can reach, in metres."""
    reaches = [50.0]
    for rule in rules.of_kind("BUFFER"):
        rows = rule.params.get("table", {}).get("rows", [])
        fixed = rule.params.get("distance_m") or 0.0
        reaches.append(max([fixed, *(row["distance_m"] or 0.0 for row in rows)]) + CARRIED_OFFSET_M)
    for rule in rules.of_kind("HEIGHT_SURFACE"):
        cone_m = rule.params["conical_height_m"] / rule.params["conical_slope"]
        reaches.append(rule.params["inner_radius_m"] + cone_m)
    # Without a word on how exact maps are, a feature that ends near a lot may reach it.
    return max(reaches) + (0.0 if rules.pick("ACCURACY").rule else NEAR_M)


def _zones(rows: Sequence[tuple[Any, ...]], keys: Sequence[str], layers: dict[str, Layer]) -> Zones:
    plans = {key: layer for key, layer in layers.items() if layer.kind == "zoning"}
    first, beside = next(iter(plans.values()), None), tuple(plans.values())[1:]
    at = {key: position for position, key in enumerate(plans)}
    return Zones(
        code=_texts([row[2] for row in rows]),
        name_fa=_texts([row[3] for row in rows]),
        name_en=_texts([row[4] for row in rows]),
        geometry=_shapes([row[5] for row in rows]),
        layer=first,
        beside=beside,
        plan=np.array([at[key] for key in keys] if beside else [], dtype=np.int64),
    )


def _overlays(rows: Sequence[tuple[Any, ...]], layers: Sequence[str]) -> Overlays:
    return Overlays(
        layer=_texts(layers),
        code=_texts([row[2] for row in rows]),
        name_fa=_texts([row[3] for row in rows]),
        name_en=_texts([row[4] for row in rows]),
        geometry=_shapes([row[5] for row in rows]),
        attributes=_texts([json.loads(row[6]) for row in rows]),
    )


def _texts(values: Sequence[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _shapes(values: Sequence[Any]) -> np.ndarray:
    return shapely.from_wkb(_texts([bytes(value) for value in values]))
