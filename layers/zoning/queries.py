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


@dataclass(frozen=True)
class Place:
    """A place that is asked about: a shape as WKB in the metric CRS, or None for the whole city; and when."""

    shape: bytes | None
    on: date
    known_at: datetime | None = None

    def parameters(self, **more: Any) -> dict[str, Any]:
        """What the queries of this module are asked with."""
        from gis_core.crs import metric_srid

        return {
            "shape": self.shape,
            "srid": metric_srid(),
            "on": self.on,
            "known_at": self.known_at,
            **more,
        }


def in_force(table: str) -> str:
    """SQL: rows of a table (by its alias) in force on `%(on)s` as known at `%(known_at)s`."""
    return _IN_FORCE.format(t=table)


def in_force_at_place(table: str) -> str:
    """
    SQL: as `in_force`, of rows that are found by where they lie.

    Nearly all rows of a table are in force, which a statement planned for any day cannot know: it would read
    the whole index of days. As the truth of a condition it is looked at only on the rows of the place.
    """
    return f"({in_force(table)}) is true"


def published(table: str) -> str:
    """SQL: the layer version (alias) is published and in force; a draft holds nowhere."""
    return f"({table}.status = 'in_force' and {in_force(table)})"


#: SQL of the stamp of rules and layers, one column: any insert, update or delete changes the sum over where
#: their rows stand, so what was read under one stamp may be kept.
STAMP_COLUMN = """
    (select count(*) || '.' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0)
       from (select ctid, xmin from zoning_rule
             union all select ctid, xmin from gis_core_source
             union all select ctid, xmin from layers_layer
             union all select ctid, xmin from layers_layerversion) as rows)
"""


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


#: SQL of the shape that is asked about; taken once, not for every row.
AT_PLACE = "(select ST_GeomFromWKB(%(shape)s, %(srid)s) as shape offset 0) as q"


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
class Standing:
    """
    What holds in the whole city on a day: its rules, its layers and its rasters by their layer's key.

    `street_reach_m`: how far from its centreline the widest street of the city may take land.
    """

    rules: RuleSet
    layers: dict[str, Layer]
    rasters: dict[str, RasterEdition] = field(default_factory=dict)
    street_reach_m: float = STREET_REACH_M


def standing_on(on: date, *, known_at: datetime | None = None, stamp: str | None = None) -> Standing:
    """
    Rules in force and layers with a published version on a day, as known at an instant; one round trip.

    With a `stamp` (`STAMP_COLUMN`) what was read before under the same stamp is given again, without any.
    """
    if stamp is None:
        return _read_standing(on, known_at)
    return _kept_standing(settings.CITY.key, connection.settings_dict["NAME"], stamp, on, known_at)


@lru_cache(maxsize=32)
def _kept_standing(city: str, database: str, stamp: str, on: date, known_at: datetime | None) -> Standing:
    return _read_standing(on, known_at)


def _read_standing(on: date, known_at: datetime | None) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select
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
              (select max({STREET_REACH}) from network_streetsegment s)
            """,
            {"on": on, "known_at": known_at},
        )
        *told, reach_m = cursor.fetchone()
    rules, layers, rasters = (column or "[]" for column in told)
    return replace(_told(rules, layers, rasters), street_reach_m=reach_m or STREET_REACH_M)


@lru_cache(maxsize=32)
def _told(rules: str, layers: str, rasters: str) -> Standing:
    """What the rows in force come to; the same rows on another day are the same values, made once."""
    return Standing(
        RuleSet.of(_rule(*row) for row in json.loads(rules)),
        {row[0]: _layer(*row) for row in json.loads(layers)},
        {row[0]: _raster(*row) for row in json.loads(rasters)},
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


#: What the selects of `ground_selects` begin with, in the order in which rows are wanted.
ZONE, OVERLAY = 0, 1


def ground_selects(place: Place) -> str:
    """
    SQL of the zones over `q.shape` and of overlay features within `%(reach_m)s` of it, to be read together.

    Columns: ZONE or OVERLAY, layer, code, both names, shape, attributes, id. `reach_m`: how far outside the
    place a feature can still restrict it (`reach_of`).
    """
    near_zone = "true" if place.shape is None else "ST_Intersects(z.geometry, q.shape)"
    near_overlay = "true" if place.shape is None else "ST_DWithin(o.geometry, q.shape, %(reach_m)s::float8)"
    return f"""
        select {ZONE}, l.key, z.code, z.name_fa, z.name_en, ST_AsBinary(z.geometry), null::text, z.id
          from {AT_PLACE}, zoning_zone z
          join layers_layerversion v on v.id = z.layer_version_id
          join layers_layer l on l.id = v.layer_id
         where {near_zone} and {in_force_at_place("z")} and {published("v")}
        union all
        select {OVERLAY}, l.key, o.code, o.name_fa, o.name_en, ST_AsBinary(o.geometry), o.attributes::text,
               o.id
          from {AT_PLACE}, layers_overlayfeature o
          join layers_layerversion v on v.id = o.layer_version_id
          join layers_layer l on l.id = o.layer_id
         where {near_overlay} and {in_force_at_place("o")} and {published("v")}"""


def ground_of(rows: Sequence[tuple[Any, ...]], layers: dict[str, Layer]) -> tuple[Zones, Overlays]:
    """Zones and overlay features that the selects of `ground_selects` gave; other rows are passed over."""
    zoning = [row[1:] for row in rows if row[0] == ZONE]
    return _zones(zoning, layers), _overlays([row[1:] for row in rows if row[0] == OVERLAY])


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


def _zones(rows: Sequence[tuple[Any, ...]], layers: dict[str, Layer]) -> Zones:
    plans = {key: layer for key, layer in layers.items() if layer.kind == "zoning"}
    first, beside = next(iter(plans.values()), None), tuple(plans.values())[1:]
    at = {key: position for position, key in enumerate(plans)}
    return Zones(
        code=_texts([row[1] for row in rows]),
        name_fa=_texts([row[2] for row in rows]),
        name_en=_texts([row[3] for row in rows]),
        geometry=_shapes([row[4] for row in rows]),
        layer=first,
        beside=beside,
        plan=np.array([at[row[0]] for row in rows] if beside else [], dtype=np.int64),
    )


def _overlays(rows: Sequence[tuple[Any, ...]]) -> Overlays:
    return Overlays(
        layer=_texts([row[0] for row in rows]),
        code=_texts([row[1] for row in rows]),
        name_fa=_texts([row[2] for row in rows]),
        name_en=_texts([row[3] for row in rows]),
        geometry=_shapes([row[4] for row in rows]),
        attributes=_texts([json.loads(row[5]) for row in rows]),
    )


def _texts(values: Sequence[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _shapes(values: Sequence[Any]) -> np.ndarray:
    return shapely.from_wkb(_texts([bytes(value) for value in values]))
