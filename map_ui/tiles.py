"""
Vector tiles from PostGIS: one query a tile, addresses that carry the version, nothing personal.

The tile's box is transformed into the metric CRS, never the indexed column. An address names the
day of the last change and a stamp of the tables' state, so what it gives never changes and may be
kept for ever; asked with an outdated stamp, the present state is given and must not be kept.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from layers import catalog
from parcels.city_wide.models import CityEvaluation

_VERSION = re.compile(r"^(\d{4})(\d{2})(\d{2})-([0-9a-f]{10})$")
_EXTENT, _MARGIN = 4096, 96
_STAMP_SECONDS = 5.0

_TABLES = {
    "districts": "layers_district",
    "district_names": "layers_district",
    "ground": "layers_groundcover",
    "streets": "network_streetsegment",
    "street_names": "network_streetsegment",
    "planned_lines": "network_streetsegment",
    "blocks": "parcels_parcel",
    "parcels": "parcels_parcel",
    "numbers": "parcels_parcel",
    "buildings": "parcels_building",
    "corrected_lines": "network_correctedline",
    "zones": "zoning_zone",
    "zone_codes": "zoning_zone",
    "overlays": "layers_overlayfeature",
    "offices": "offices_office",
}

_HOLDS = "{0}.valid @> %(on)s::date AND upper_inf({0}.known) AND {0}.geometry && box.metric"
_PUBLISHED = (
    "JOIN layers_layerversion v ON v.id = {0}.layer_version_id AND v.status = 'in_force'"
    " AND upper_inf(v.known) AND (v.valid IS NULL OR v.valid @> %(on)s::date)"
)

#: What each layer selects: attributes, geometry (metric), tables, condition.
_SELECTS: Mapping[str, tuple[str, str, str, str]] = {
    "districts": (
        "d.id, d.code, d.name_fa, d.name_en, d.level",
        "ST_SimplifyPreserveTopology(d.geometry, %(pixel_m)s)",
        "layers_district d",
        _HOLDS.format("d"),
    ),
    "district_names": (
        "d.id, d.name_fa, d.name_en, d.level",
        "ST_PointOnSurface(d.geometry)",
        "layers_district d",
        _HOLDS.format("d") + " AND d.level = 'district'",
    ),
    "ground": (
        "g.id, g.kind, g.name_fa, g.name_en",
        "CASE WHEN %(z)s < 14 THEN ST_Simplify(g.geometry, %(pixel_m)s) ELSE g.geometry END",
        "layers_groundcover g",
        _HOLDS.format("g") + " AND (g.kind <> 'passage' OR %(z)s >= 14)",
    ),
    "streets": (
        "s.id, s.street_class, round(s.existing_width_m::numeric, 1)::float AS width_m",
        "s.geometry",
        "network_streetsegment s",
        _HOLDS.format("s") + " AND s.street_class = ANY(%(classes)s)",
    ),
    # the segments of one street are one line, so that its name stands once and not at every crossing
    "street_names": (
        "min(s.id) AS id, s.street_class, s.name_fa, s.name_en",
        "ST_LineMerge(ST_Collect(s.geometry))",
        "network_streetsegment s",
        _HOLDS.format("s") + " AND s.street_class = ANY(%(classes)s) AND (s.name_fa <> '' OR s.name_en <> '')"
        " GROUP BY s.name_fa, s.name_en, s.street_class, box.web",
    ),
    "planned_lines": (
        "s.id, s.planned_width_m",
        "ST_Collect(ST_OffsetCurve(inner_part.line, s.planned_width_m / 2),"
        " ST_OffsetCurve(inner_part.line, -s.planned_width_m / 2))",
        # short of the crossings, where lines of two streets would cross each other
        "network_streetsegment s CROSS JOIN LATERAL"
        " (SELECT least(0.4, s.planned_width_m / 2 / nullif(s.length_m, 0)) AS share) inset"
        " CROSS JOIN LATERAL"
        " (SELECT ST_LineSubstring(s.geometry, inset.share, 1 - inset.share) AS line) inner_part",
        _HOLDS.format("s") + " AND s.planned_width_m > s.existing_width_m AND s.widening = 'SYMMETRIC'",
    ),
    "blocks": (
        "min(p.id) AS id, p.block_code",
        # on a grid of 5 cm: at metric coordinates an exact union of neighbours may fail
        "ST_SimplifyPreserveTopology(ST_UnaryUnion(ST_Collect(p.geometry), 0.05), %(pixel_m)s)",
        "parcels_parcel p",
        # a city with street surfaces shows its blocks by them, and needs no dear union of lots
        _HOLDS.format("p") + " AND p.kind = 'lot' AND p.block_code <> ''"
        " AND NOT EXISTS (SELECT 1 FROM layers_groundcover WHERE kind = 'passage')"
        " GROUP BY p.block_code, box.web",
    ),
    "parcels": ("p.id, p.key", "p.geometry", "parcels_parcel p", _HOLDS.format("p") + " AND p.kind = 'lot'"),
    "numbers": (
        "p.id, p.lot_label",
        "ST_PointOnSurface(p.geometry)",
        "parcels_parcel p",
        _HOLDS.format("p") + " AND p.kind = 'lot' AND p.lot_label <> ''",
    ),
    "buildings": ("b.id, b.storeys", "b.geometry", "parcels_building b", _HOLDS.format("b")),
    "corrected_lines": (
        "c.id, c.code, c.sheet",
        "c.geometry",
        "network_correctedline c " + _PUBLISHED.format("c"),
        _HOLDS.format("c"),
    ),
    "zones": (
        "z.id, z.code, z.name_fa, z.name_en",
        "CASE WHEN %(z)s < 14 THEN ST_SimplifyPreserveTopology(z.geometry, %(pixel_m)s) ELSE z.geometry END",
        "zoning_zone z " + _PUBLISHED.format("z"),
        _HOLDS.format("z"),
    ),
    "zone_codes": (
        "z.id, z.code",
        "ST_PointOnSurface(z.geometry)",
        "zoning_zone z " + _PUBLISHED.format("z"),
        _HOLDS.format("z"),
    ),
    # a sensitive layer's geometry never leaves the database
    "overlays": (
        "o.id, l.key AS layer_key, o.name_fa, o.name_en",
        "o.geometry",
        "layers_overlayfeature o JOIN layers_layer l ON l.id = o.layer_id AND NOT l.sensitive "
        + _PUBLISHED.format("o"),
        _HOLDS.format("o"),
    ),
    "offices": ("f.id, f.code, f.name_fa, f.name_en", "f.geometry", "offices_office f", _HOLDS.format("f")),
    # of one evaluation of the whole city, which never changes
    "city_blocks": (
        "a.id, a.code, a.lots, a.unknown_lots, a.conflict_lots, a.far_percent, a.reachable_percent,"
        " 100.0 * a.unknown_lots / a.lots::float AS unknown_percent,"
        " 100.0 * a.conflict_lots / a.lots::float AS conflict_percent,"
        " 100.0 * a.far_unknown_lots / a.lots::float AS far_unknown_percent",
        # a block of less than three pixels is its box: 50,000 blocks of a million lots may be in one tile
        "CASE WHEN ST_XMax(a.geometry) - ST_XMin(a.geometry) < 6 * %(pixel_m)s"
        " AND ST_YMax(a.geometry) - ST_YMin(a.geometry) < 6 * %(pixel_m)s THEN ST_Envelope(a.geometry)"
        " ELSE ST_Simplify(a.geometry, %(pixel_m)s, true) END",
        "city_wide_areaevaluation a",
        "a.city_evaluation_id = %(run)s AND a.level = 'block' AND a.geometry && box.metric",
    ),
    "city_lots": (
        "e.parcel_id AS id, p.key, e.far_percent,"
        " 100 * e.reachable_floor_area_m2 / nullif(e.net_area_m2, 0) AS reachable_percent,"
        " e.reachable_floor_area_m2 AS floor_area_m2, e.reachable_floor_area_m2 IS NULL AS unknown,"
        " e.unknown_reasons[1] AS reason, array_to_string(e.conflict_rules, ' · ') AS rules",
        "p.geometry",
        # first the lots of the box, then their rows: a run that was just loaded is not in the statistics
        # yet, and all its rows would be read for each tile
        "parcels_parcel p CROSS JOIN LATERAL (SELECT * FROM city_wide_lotevaluation"
        " WHERE city_evaluation_id = %(run)s AND parcel_id = p.id OFFSET 0) e",
        "p.geometry && box.metric",
    ),
}

_CLASSES = (
    (0, ("expressway", "arterial")),
    (12, ("collector",)),
    (12, ("local", "alley", "cul_de_sac")),
    (14, ("footway",)),
)


@dataclass(frozen=True)
class Version:
    """State of a tile set: the day of its last change up to the day asked, and a stamp of its tables."""

    on: date
    stamp: str

    def __str__(self) -> str:
        return f"{self.on:%Y%m%d}-{self.stamp}"


_known: dict[tuple[Any, ...], tuple[float, Any]] = {}


def version_of(tiles: catalog.TileSet, *, on: date) -> Version:
    """The version of a tile set on a day; remembered for a few seconds."""
    tables = tuple(sorted({_TABLES[layer.key] for layer in tiles.layers}))
    stamp = remembered(("stamp", tables), _STAMP_SECONDS, lambda: _stamp(tables))
    # several sets are made of one table, and what is dear to ask of it is asked once
    days = [
        remembered(("changed", table, on, stamp), 86_400.0, partial(_last_change, table, on))
        for table in (*tables, "layers_layerversion")
    ]
    changed = max((day for day in days if day is not None), default=None)
    return Version(changed or on, stamp)


def tile_sql(tiles: catalog.TileSet, z: int) -> str:
    """The query of one tile of a set: its layers' tiles one after the other, which again is a tile."""
    parts = [_layer_sql(layer.key) for layer in tiles.layers if layer.zooms[0] <= z <= layer.zooms[1]]
    box = (
        "WITH box AS MATERIALIZED (SELECT web, ST_Transform("
        "ST_Expand(web, (ST_XMax(web) - ST_XMin(web)) * %(margin)s), %(metric)s) AS metric"
        " FROM (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS web) tile) "
    )
    return box + "SELECT " + " || ".join(f"({part})" for part in parts) if parts else ""


def attributes_of(key: str) -> list[str]:
    """Names of the attributes that a layer's tiles carry."""
    parts = re.split(r", (?![^(]*\))", _SELECTS[key][0])
    return [part.split(" AS ")[-1].split(".")[-1].strip() for part in parts]


def tile_parameters(z: int, x: int, y: int, on: date) -> dict[str, Any]:
    """The values of a tile's query."""
    classes = [name for least, names in _CLASSES if z >= least for name in names]
    return {
        "z": z,
        "x": x,
        "y": y,
        "on": on,
        "metric": settings.CITY.metric_srid,
        "web_srid": settings.CITY.web_srid,
        "margin": _MARGIN / _EXTENT,
        "classes": classes,
        # about half a px of a 512 px tile at the equator; nearer the poles a px is less ground
        "pixel_m": 40_075_017 / 2**z / 512 / 2,
    }


@require_safe
def tile(request: HttpRequest, layer: str, version: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile as application/vnd.mapbox-vector-tile; empty where nothing is."""
    asked = _VERSION.match(version)
    try:
        tiles = catalog.tile_set(layer)
        on = date(*(int(part) for part in asked.groups()[:3])) if asked else None
    except (KeyError, ValueError):
        on = None
    if on is None or not (z <= catalog.DEEPEST_ZOOM and x < 2**z and y < 2**z):
        return HttpResponseNotFound()
    present = version_of(tiles, on=on).stamp == version[-10:]
    tag = f'"{version}/{layer}/{z}/{x}/{y}"'
    if present and request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    response = HttpResponse(read_tile(tiles, z, x, y, on), content_type="application/vnd.mapbox-vector-tile")
    if present:
        response["ETag"] = tag
        response["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response["Cache-Control"] = "no-store"
    return response


def read_tile(tiles: catalog.TileSet, z: int, x: int, y: int, on: date, **more: Any) -> bytes:
    """The bytes of one tile; `more` are values that the layers of this set ask for besides (`run`)."""
    sql = tile_sql(tiles, z)
    if not sql:
        return b""
    with connection.cursor() as cursor:
        cursor.execute(sql, tile_parameters(z, x, y, on) | more)
        (content,) = cursor.fetchone()
    return bytes(content or b"")


@require_safe
def city_tile(request: HttpRequest, run: int, z: int, x: int, y: int) -> HttpResponse:
    """One tile of an evaluation of the whole city; its rows never change, so its reader may keep it."""
    city = CityEvaluation.objects.filter(pk=run).first()
    if city is None or not (z <= catalog.DEEPEST_ZOOM and x < 2**z and y < 2**z):
        return HttpResponseNotFound()
    tag = f'"city-{run}/{z}/{x}/{y}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    content = read_tile(catalog.CITY_RESULT, z, x, y, city.on, run=run)
    response = HttpResponse(content, content_type="application/vnd.mapbox-vector-tile")
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@require_safe
def catalogue(request: HttpRequest) -> JsonResponse:
    """What the map shows on a day: tile addresses with their versions, titles, zooms, legends, sources."""
    on = parse_date(request.GET.get("on", "")) or timezone.localdate()
    return JsonResponse(
        {"on": on.isoformat(), "sets": described_sets(on=on)},
        json_dumps_params={"ensure_ascii": False},
    )


def described_sets(*, on: date, only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The tile sets of a day as the catalogue tells them, all of them or `only` some."""
    sources = catalog.provenance(on=on)
    wanted = [entry for entry in catalog.CATALOG if only is None or entry.key in only]
    return [_described(entry, on, sources) for entry in wanted]


def _described(tiles: catalog.TileSet, on: date, sources: Mapping[str, Any]) -> dict[str, Any]:
    version = str(version_of(tiles, on=on))
    address = reverse("tile", args=[tiles.key, version, 0, 0, 0]).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")
    kinds = dict.fromkeys(layer.kind for layer in tiles.layers)
    return {
        "key": tiles.key,
        "title_fa": tiles.title_fa,
        "title_en": tiles.title_en,
        "tiles": address,
        "version": version,
        "minzoom": min(layer.zooms[0] for layer in tiles.layers),
        "maxzoom": catalog.DEEPEST_ZOOM,
        "switchable": tiles.switchable,
        "on_at_first": tiles.on_at_first,
        "layers": [
            {
                "id": layer.key,
                "title_fa": layer.title_fa,
                "title_en": layer.title_en,
                "minzoom": layer.zooms[0],
            }
            | {"maxzoom": layer.zooms[1], "fields": list(layer.attributes)}
            for layer in tiles.layers
        ],
        "legend": [{"sign": e.sign, "title_fa": e.title_fa, "title_en": e.title_en} for e in tiles.legend],
        "sources": [
            {
                "title_fa": edition.source.title_fa if edition.source else edition.layer.title_fa,
                "title_en": edition.source.title_en if edition.source else edition.layer.title_en,
                "surveyed_on": edition.surveyed_on.isoformat() if edition.surveyed_on else None,
            }
            for kind in kinds
            for edition in sources.get(kind, ())
        ],
    }


def _layer_sql(key: str) -> str:
    attributes, geometry, tables, condition = _SELECTS[key]
    return (
        f"SELECT coalesce(ST_AsMVT(t, '{key}', {_EXTENT}, 'geom', 'id'), ''::bytea)"
        f" FROM (SELECT {attributes},"
        f" ST_AsMVTGeom(ST_Transform({geometry}, %(web_srid)s), box.web, {_EXTENT}, {_MARGIN}, true) AS geom"
        f" FROM box CROSS JOIN {tables} WHERE {condition}) t WHERE geom IS NOT NULL"
    )


def _stamp(tables: tuple[str, ...]) -> str:
    """Changes whenever something is imported, published or added to one of the tables."""
    state = [_one(f"SELECT coalesce(max(id), 0) FROM {table}") for table in tables]
    state.append(_one("SELECT coalesce(max(id), 0) FROM gis_core_importrun WHERE finished_at IS NOT NULL"))
    state.append(
        _one("SELECT count(*)::text || coalesce(max(published_at)::text, '') FROM layers_layerversion")
    )
    return hashlib.sha256(repr(state).encode()).hexdigest()[:10]


def _last_change(table: str, on: date) -> date | None:
    """The last day up to a day on which rows of a table begin or cease to hold; a large table has indexes."""
    return _one(
        f"SELECT greatest((SELECT max(lower(valid)) FROM {table} WHERE lower(valid) <= %(on)s),"
        f" (SELECT max(upper(valid)) FROM {table} WHERE upper(valid) <= %(on)s))",
        {"on": on},
    )


def _one(sql: str, values: Mapping[str, Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def forget() -> None:
    """Asks for all versions anew; for tests, which change tables faster than people do."""
    _known.clear()


def remembered(key: tuple[Any, ...], seconds: float, read: Any) -> Any:
    """What `read` gives, kept for some seconds in this process, apart for each database."""
    now = monotonic()
    found = _known.get((connection.settings_dict["NAME"], *key))
    if found and now - found[0] < seconds:
        return found[1]
    if len(_known) > 500:
        _known.clear()
    value = read()
    _known[(connection.settings_dict["NAME"], *key)] = (now, value)
    return value
