"""Reads what an evaluation needs from the database: lots, their edges, and what lies around them on a day."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
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
    Overlays,
    Passages,
    Surroundings,
    Zones,
)
from gis_core.errors import NotFound
from gis_core.prepared import prepared_cursor
from layers.terrain import ground_m, measured
from layers.zoning.queries import (
    AT_PLACE,
    STAMP_COLUMN,
    STREET_REACH,
    STREET_REACH_M,
    Place,
    ground_of,
    ground_selects,
    in_force,
    in_force_at_place,
    published,
    reach_of,
    standing_on,
)


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
    What holds around parcel versions, in their order; at most four round trips, whatever their number.

    Raises
    ------
    NotFound
        When one of them is not in force on the day as known at the instant.
    """
    return _inputs(_by_ids(list(ids), question), question)


def read_inputs_of_key(key: str, question: Question) -> Inputs:
    """
    What holds around the parcel of that key that is in force; one round trip less than finding it first.

    Raises
    ------
    NotFound
        When there is none on the day as known at the instant.
    """
    return _inputs(_by_key(key, question), question)


def _inputs(found: list[tuple[Any, ...]], question: Question) -> Inputs:
    """What holds around parcels that were found, in the order of their rows."""
    on, known_at = question.on, question.known_at
    lots = _lots(found)
    edges = [(position, edge) for position, row in enumerate(found) for edge in json.loads(row[6] or "[]")]
    streets = [edge.get("street") or "" for _, edge in edges]
    standing = standing_on(on, known_at=known_at, stamp=found[0][7] if found else "")
    rules, layers = standing.rules, standing.layers
    lots = replace(
        lots,
        rasters=measured(lots.geometry, rules, standing.rasters),
        ground_m=ground_m(lots.geometry, rules, standing.rasters),
    )
    place = Place(_hull(lots.geometry), on, known_at)
    zones, overlays, passages, corrected = _ground(place, reach_of(rules), standing.street_reach_m, layers)
    around = Surroundings(
        edges=_edges(edges, streets, passages),
        passages=passages,
        corrected=corrected,
        zones=zones,
        overlays=overlays,
        layers=_overlay_layers(layers),
    )
    origin = _origin(settings.CITY.bbox_lonlat, crs.metric_srid())
    return Inputs(lots, around, rules, on, question.instant, origin, _north_deg(lots, rules))


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


def _by_ids(ids: list[int], question: Question) -> list[tuple[Any, ...]]:
    """Rows of parcels in the order of the ids."""
    found = {row[0]: row for row in _parcels("p.id = any(%(wanted)s::bigint[])", ids, question)}
    missing = [number for number in ids if number not in found]
    if missing:
        raise NotFound(
            "در این تاریخ چنین قطعه‌ای نداریم.",
            "There is no such parcel on that day.",
            {"ids": missing[:10], "on": question.on.isoformat()},
        )
    return [found[number] for number in ids]


def _by_key(key: str, question: Question) -> list[tuple[Any, ...]]:
    """The row of the parcel of that key; of several versions in force the last."""
    found = _parcels("p.key = %(wanted)s::varchar", key, question)
    if not found:
        raise NotFound(
            "در این تاریخ قطعه‌ای با این کد نداریم.",
            "There is no parcel with this code on that day.",
            {"key": key, "on": question.on.isoformat()},
        )
    return found[:1]


def _parcels(condition: str, wanted: Any, question: Question) -> list[tuple[Any, ...]]:
    """Parcels in force with what they are evaluated by, their stored edges, and the stamp of rules."""
    with prepared_cursor() as cursor:
        cursor.execute(
            f"""
            select p.id, p.key, ST_AsBinary(p.geometry), p.deed_area_m2, p.positional_accuracy_m,
                   e.has_access, e.edges::text, {STAMP_COLUMN}
              from parcels_parcel p left join parcels_parceledges e on e.parcel_id = p.id
             where {condition} and {in_force("p")}
             order by p.version desc
            """,
            {"wanted": wanted, "on": question.on, "known_at": question.known_at},
        )
        return list(cursor.fetchall())


def _lots(rows: list[tuple[Any, ...]]) -> Lots:
    return Lots(
        id=np.array([row[0] for row in rows], dtype=np.int64),
        key=np.array([row[1] for row in rows], dtype=object),
        geometry=shapely.from_wkb(np.array([bytes(row[2]) for row in rows], dtype=object)),
        deed_area_m2=_numbers([row[3] for row in rows]),
        accuracy_m=_numbers([row[4] for row in rows]),
        has_access=_numbers([row[5] for row in rows]),
    )


def _edges(rows: list[tuple[int, dict[str, Any]]], streets: list[str], passages: Passages) -> Edges:
    if not rows:
        return Edges.none()
    number = {key: position for position, key in enumerate(passages.lineage)}
    points = [np.asarray(edge["line"], dtype=float)[:, :2] for _, edge in rows]
    which = np.repeat(np.arange(len(points)), [len(line) for line in points])
    return Edges(
        lot=np.array([lot for lot, _ in rows], dtype=np.int64),
        geometry=shapely.linestrings(np.concatenate(points), indices=which),
        kind=np.array([edge["kind"] for _, edge in rows], dtype=object),
        passage=np.array([number.get(street, -1) for street in streets], dtype=np.int64),
        width_m=_numbers([edge.get("measured_width_m") for _, edge in rows]),
    )


#: Rows of streets and of their corrected lines come after those of zones and overlays (`ground_selects`).
_STREET, _LINE = 2, 3


def _ground(
    place: Place, reach_m: float, street_reach_m: float, layers: dict[str, Layer]
) -> tuple[Zones, Overlays, Passages, CorrectedLines]:
    """Zones, overlay features and streets of the place, or of the whole city; one round trip."""
    near = near_line = "true"
    if place.shape is not None:
        # The index finds what the widest street of the city may reach, each then has its own reach.
        near = f"""ST_DWithin(s.geometry, q.shape, %(street_reach_m)s::float8)
               and ST_Distance(s.geometry, q.shape) <= {STREET_REACH}"""
        near_line = f"ST_DWithin(c.geometry, q.shape, {STREET_REACH_M})"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"""
            {ground_selects(place)}
            union all
            select {_STREET}, s.lineage::text, s.street_class,
                   coalesce(nullif(s.name_fa, ''), nullif(s.name_en, ''), s.code), s.widening,
                   ST_AsBinary(s.geometry),
                   json_build_array(s.existing_width_m, s.planned_width_m, s.offset_left_m, s.offset_right_m,
                                    s.legal_access, s.drivable)::text, s.id
              from {AT_PLACE}, network_streetsegment s
              join layers_layerversion v on v.id = s.layer_version_id
             where {near} and {in_force_at_place("s")} and {published("v")}
            union all
            select {_LINE}, c.code, c.street_lineage::text, '', '', ST_AsBinary(c.geometry),
                   json_build_array(v.number, c.sheet, d.code, d.title_fa, d.title_en, d.confidence,
                                    lower(c.valid))::text, c.id
              from {AT_PLACE}, network_correctedline c
              join layers_layerversion v on v.id = c.layer_version_id
              left join gis_core_source d on d.id = v.source_id
             where {near_line} and {in_force_at_place("c")} and {published("v")}
            """,
            place.parameters(reach_m=reach_m, street_reach_m=street_reach_m),
        )
        # Zones and features in the order of their layers, streets in that of their rows.
        rows = sorted(
            cursor.fetchall(), key=lambda row: (row[0], "" if row[0] == _STREET else row[1], row[7])
        )
    passages = _passages([row for row in rows if row[0] == _STREET])
    return *ground_of(rows, layers), passages, _corrected([row for row in rows if row[0] == _LINE], passages)


def _passages(rows: list[tuple[Any, ...]]) -> Passages:
    told = [json.loads(row[6]) for row in rows]
    existing, planned, left, right, legal, drivable = zip(*told, strict=True) if told else [()] * 6
    count = len(rows)
    return Passages(
        key=_objects([row[3] for row in rows]),
        geometry=shapely.from_wkb(_objects([row[5] for row in rows])),
        form=np.full(count, "CENTRELINE", dtype=object),
        existing_width_m=_numbers(existing),
        planned_width_m=_numbers(planned),
        widening=_objects([row[4] for row in rows]),
        offset_left_m=_numbers(left),
        offset_right_m=_numbers(right),
        street_side=np.full(count, "", dtype=object),
        legal_access=np.array(legal, dtype=bool),
        vehicular=np.array(drivable, dtype=bool),
        lineage=_objects([row[1] for row in rows]),
        street_class=_objects([row[2] for row in rows]),
    )


def _corrected(rows: list[tuple[Any, ...]], passages: Passages) -> CorrectedLines:
    """Corrected lines of streets that are there; one whose street is not in force says nothing."""
    number = {key: position for position, key in enumerate(passages.lineage)}
    rows = [row for row in rows if row[2] in number]
    return CorrectedLines(
        passage=np.array([number[row[2]] for row in rows], dtype=np.int64),
        geometry=shapely.from_wkb(_objects([bytes(row[5]) for row in rows])),
        code=_objects([row[1] for row in rows]),
        told=_objects([_told_by(*json.loads(row[6])) for row in rows]),
    )


def _told_by(version: int, sheet: str, code: str | None, fa: str | None, en: str | None, *rest: Any) -> Any:
    """The edition, the sheet and the document that draw a line, as a rule is cited."""
    confidence, valid_from = rest
    return {
        "version": version,
        "article": sheet,
        "source_code": code or "",
        "source_title_fa": fa or "",
        "source_title_en": en or "",
        "confidence": confidence or "C",
        "valid_from": valid_from,
    }


def _overlay_layers(layers: dict[str, Layer]) -> dict[str, Layer]:
    return {key: layer for key, layer in layers.items() if layer.kind in ("overlay", "raster")}


def _hull(geometries: np.ndarray) -> bytes:
    """The ground that the lots stand on, as WKB: the one lot, or a box around all of them."""
    if len(geometries) == 1:
        return shapely.to_wkb(geometries[0])
    return shapely.to_wkb(shapely.box(*shapely.total_bounds(geometries)))


def _numbers(values: Sequence[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def _objects(values: Sequence[Any]) -> np.ndarray:
    return shapes(*values)
