"""Reads what an evaluation needs from the database: lots, their edges, and what lies around them on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import shapely
from django.conf import settings
from django.db import connection

from gis_core import crs
from gis_core.constraints.inputs import Inputs
from gis_core.constraints.orientation import convergence_deg
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.values import (
    CorrectedLines,
    Edges,
    Layer,
    Lots,
    Passages,
    Surroundings,
)
from gis_core.errors import NotFound
from gis_core.prepared import prepared_cursor
from layers.terrain import ground_m, measured
from layers.zoning.queries import (
    GROUND_SELECTS,
    STAMP_COLUMN,
    STREET_REACH,
    STREET_REACH_M,
    Edition,
    Standing,
    ground_of,
    in_force,
    in_force_at_place,
    kept_standing,
    reach_of,
    standing_on,
)

#: A row of the statement: what it is, layer version, three texts, shape, what else is told of it, id.
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """The day and the knowledge that are asked about."""

    on: date
    known_at: datetime | None = None

    @property
    def instant(self) -> datetime:
        """The instant whose knowledge is used: the one asked about, or now."""
        return self.known_at or datetime.now(UTC)


def read_inputs(ids: Sequence[int], question: Question) -> Inputs:
    """
    What holds around parcel versions, in their order; at most three round trips, whatever their number.

    Raises
    ------
    NotFound
        When one of them is not in force on the day as known at the instant.
    """
    standing, found = _find(_BY_IDS, list(ids), question)
    lots = {row[7]: row for row in found.lots}
    missing = [number for number in ids if number not in lots]
    if missing:
        raise NotFound(
            "در این تاریخ چنین قطعه‌ای نداریم.",
            "There is no such parcel on that day.",
            {"ids": missing[:10], "on": question.on.isoformat()},
        )
    return _inputs([lots[number] for number in ids], found, standing, question)


def read_inputs_of_key(key: str, question: Question) -> Inputs:
    """
    What holds around the parcel of that key that is in force, of several versions around the last.

    Raises
    ------
    NotFound
        When there is none on the day as known at the instant.
    """
    standing, found = _find(_BY_KEY, key, question)
    if not found.lots:
        raise NotFound(
            "در این تاریخ قطعه‌ای با این کد نداریم.",
            "There is no parcel with this code on that day.",
            {"key": key, "on": question.on.isoformat()},
        )
    return _inputs(found.lots, found, standing, question)


def _find(statement: str, wanted: Any, question: Question) -> tuple[Standing, "_Found"]:
    """
    Rules and layers of the day, and the parcels with what lies around them.

    What was read of rules and layers before serves as long as it still holds, as the stamp that comes with
    the parcels tells: then this is one round trip, else up to three.
    """
    standing = kept_standing(question.on, known_at=question.known_at)
    found = None if standing is None else _ask(statement, wanted, question, standing)
    if standing is None or found is None or found.stamp != standing.stamp:
        standing = standing_on(question.on, known_at=question.known_at)
        found = _ask(statement, wanted, question, standing)
    return standing, found


def _inputs(rows: list[Row], found: "_Found", standing: Standing, question: Question) -> Inputs:
    """What holds around parcels, in the order of their rows."""
    rules = standing.rules
    told = [orjson.loads(row[6]) for row in rows]
    geometry = shapely.from_wkb(_objects([row[5] for row in rows]))
    passages = _passages(found.streets)
    zones, overlays = ground_of(found.zones, found.overlays, standing)
    lots = _lots(rows, told, geometry, standing)
    around = Surroundings(
        edges=_edges([edges or [] for *_, edges in told], passages),
        passages=passages,
        corrected=_corrected(found.lines, passages, standing.versions),
        zones=zones,
        overlays=overlays,
        layers=_overlay_layers(standing.layers),
    )
    origin = _origin(settings.CITY.bbox_lonlat, crs.metric_srid())
    return Inputs(lots, around, rules, question.on, question.instant, origin, _north_deg(lots, rules))


def lots_in_force(question: Question) -> list[int]:
    """Ids of all lots in force on the day, neighbours near each other (along PostGIS' Hilbert curve)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select p.id from parcels_parcel p
                 where p.kind = 'lot' and {in_force("p")} order by ST_Centroid(p.geometry), p.id""",
            {"on": question.on, "known_at": question.known_at},
        )
        return [row[0] for row in cursor.fetchall()]


def _north_deg(lots: Lots, rules: RuleSet) -> np.ndarray | None:
    rule = rules.pick("ORIENT").rule
    if rule is None or rule.params["north"] != "TRUE":
        return None
    return convergence_deg(shapely.get_coordinates(shapely.centroid(lots.geometry)), crs.metric_srid())


@lru_cache(maxsize=8)
def _origin(bbox_lonlat: tuple[float, float, float, float], srid: int) -> tuple[float, float]:
    """A round point in the middle of the city, near which everything is computed."""
    west, south, east, north = bbox_lonlat
    x, y = crs.transformer(crs.LONLAT, srid).transform((west + east) / 2, (south + north) / 2)
    return round(x / 1000.0) * 1000.0, round(y / 1000.0) * 1000.0


#: What each row of the statement begins with, after those of zones and overlays (`GROUND_SELECTS`).
_STREET, _LINE, _LOT, _STAMP = 2, 3, 4, 5


def _statement(wanted: str) -> str:
    """
    SQL of parcels with zones, overlays, streets and corrected lines around them, and of the stamp of rules.

    The place of several parcels is the box around all of them. The index finds the streets that the widest
    one of the city may reach, each then has its own reach. Two things keep it quick: it begins with `select`,
    so nobody writes the history of changes into its text, and blanks are left out, because the driver takes
    texts up to 4,096 characters apart once and longer ones every time.
    """
    return " ".join(
        f"""
        select * from (
        with lot as materialized (
            select p.id, p.key, p.geometry,
                   json_build_array(p.deed_area_m2, p.positional_accuracy_m, e.has_access,
                                    e.edges)::text as told
              from parcels_parcel p left join parcels_parceledges e on e.parcel_id = p.id
             where {in_force("p")} and {wanted}
        ), place as materialized (
            select case when (select count(*) from lot) = 1 then geometry
                        else (select ST_Envelope(ST_Collect(geometry)) from lot) end as shape
              from lot limit 1
        ), q as materialized (
            select shape, ST_Expand(shape, %(reach_m)s::float8) as near,
                   ST_Expand(shape, %(street_reach_m)s::float8) as streets,
                   %(versions)s::bigint[] as versions
              from place
        )
        {GROUND_SELECTS}
        union all
        select {_STREET}, null::bigint, s.lineage::text, s.street_class,
               coalesce(nullif(s.name_fa, ''), nullif(s.name_en, ''), s.code), ST_AsBinary(s.geometry),
               json_build_array(s.existing_width_m, s.planned_width_m, s.offset_left_m, s.offset_right_m,
                                s.legal_access, s.drivable, s.widening)::text, s.id
          from q, network_streetsegment s
         where s.geometry && q.streets and {in_force_at_place("s")}
           and ST_Distance(s.geometry, q.shape) <= {STREET_REACH}
        union all
        select {_LINE}, c.layer_version_id, c.code, c.street_lineage::text, c.sheet,
               ST_AsBinary(c.geometry), lower(c.valid)::text, c.id
          from q, network_correctedline c
         where c.geometry && q.streets and ST_DWithin(c.geometry, q.shape, {STREET_REACH_M})
           and {in_force_at_place("c")}
        union all
        select {_LOT}, null, key, '', '', ST_AsBinary(geometry), told, id from lot
        union all
        select {_STAMP}, null, {STAMP_COLUMN}, '', '', null, null, null
        ) as rows""".split()
    )


_BY_IDS = _statement("p.id = any(%(wanted)s::bigint[])")
_BY_KEY = _statement("p.key = %(wanted)s::varchar order by p.version desc limit 1")


@dataclass(frozen=True)
class _Found:
    """Rows of parcels and of what lies around them, and the stamp of rules they were read under."""

    zones: list[Row]
    overlays: list[Row]
    streets: list[Row]
    lines: list[Row]
    lots: list[Row]
    stamp: str


def _ask(statement: str, wanted: Any, question: Question, standing: Standing) -> _Found:
    """What a statement finds with rules and layers of the day given; one round trip."""
    values = {
        "wanted": wanted,
        "on": question.on,
        "known_at": question.known_at,
        "reach_m": reach_of(standing.rules),
        "street_reach_m": standing.street_reach_m,
        "versions": list(standing.versions),
    }
    parts: list[list[Row]] = [[] for _ in range(_STAMP + 1)]
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        for row in cursor.fetchall():
            parts[row[0]].append(row)
    zones, overlays, streets, lines, lots, [stamp] = parts
    return _Found(zones, overlays, streets, lines, lots, stamp[2])


def _lots(rows: list[Row], told: list[Any], geometry: np.ndarray, standing: Standing) -> Lots:
    deed_area_m2, accuracy_m, has_access, _ = zip(*told, strict=True) if told else [()] * 4
    return Lots(
        id=np.array([row[7] for row in rows], dtype=np.int64),
        key=_objects([row[2] for row in rows]),
        geometry=geometry,
        deed_area_m2=_numbers(deed_area_m2),
        accuracy_m=_numbers(accuracy_m),
        has_access=_numbers(has_access),
        rasters=measured(geometry, standing.rules, standing.rasters),
        ground_m=ground_m(geometry, standing.rules, standing.rasters),
    )


def _edges(edges_of_lots: list[list[dict[str, Any]]], passages: Passages) -> Edges:
    edges = [edge for some in edges_of_lots for edge in some]
    if not edges:
        return Edges.none()
    number = {key: position for position, key in enumerate(passages.lineage)}
    points = [np.asarray(edge["line"], dtype=float)[:, :2] for edge in edges]
    which = np.repeat(np.arange(len(points)), [len(line) for line in points])
    return Edges(
        lot=np.repeat(np.arange(len(edges_of_lots)), [len(some) for some in edges_of_lots]),
        geometry=shapely.linestrings(np.concatenate(points), indices=which),
        kind=_objects([edge["kind"] for edge in edges]),
        passage=np.array([number.get(edge.get("street") or "", -1) for edge in edges], dtype=np.int64),
        width_m=_numbers([edge.get("measured_width_m") for edge in edges]),
    )


def _passages(rows: list[Row]) -> Passages:
    """Streets in the order of their rows in the database."""
    rows = sorted(rows, key=lambda row: row[7])
    told = [orjson.loads(row[6]) for row in rows]
    existing, planned, left, right, legal, drivable, widening = zip(*told, strict=True) if told else [()] * 7
    count = len(rows)
    return Passages(
        key=_objects([row[4] for row in rows]),
        geometry=shapely.from_wkb(_objects([row[5] for row in rows])),
        form=np.full(count, "CENTRELINE", dtype=object),
        existing_width_m=_numbers(existing),
        planned_width_m=_numbers(planned),
        widening=_objects(widening),
        offset_left_m=_numbers(left),
        offset_right_m=_numbers(right),
        street_side=np.full(count, "", dtype=object),
        legal_access=np.array(legal, dtype=bool),
        vehicular=np.array(drivable, dtype=bool),
        lineage=_objects([row[2] for row in rows]),
        street_class=_objects([row[3] for row in rows]),
    )


def _corrected(rows: list[Row], passages: Passages, versions: dict[int, Edition]) -> CorrectedLines:
    """Corrected lines of streets that are there; one whose street is not in force says nothing."""
    number = {key: position for position, key in enumerate(passages.lineage)}
    rows = sorted((row for row in rows if row[3] in number), key=lambda row: (row[2], row[7]))
    return CorrectedLines(
        passage=np.array([number[row[3]] for row in rows], dtype=np.int64),
        geometry=shapely.from_wkb(_objects([row[5] for row in rows])),
        code=_objects([row[2] for row in rows]),
        told=_objects([_told_by(versions[row[1]], sheet=row[4], valid_from=row[6]) for row in rows]),
    )


def _told_by(edition: Edition, *, sheet: str, valid_from: str | None) -> dict[str, Any]:
    """The edition, the sheet and the document that draw a line, as a rule is cited."""
    return {
        "version": edition.number,
        "article": sheet,
        "source_code": edition.source_code,
        "source_title_fa": edition.source_title_fa,
        "source_title_en": edition.source_title_en,
        "confidence": edition.confidence,
        "valid_from": valid_from,
    }


def _overlay_layers(layers: dict[str, Layer]) -> dict[str, Layer]:
    return {key: layer for key, layer in layers.items() if layer.kind in ("overlay", "raster")}


def _numbers(values: Sequence[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def _objects(values: Sequence[Any]) -> np.ndarray:
    return shapes(*values)
