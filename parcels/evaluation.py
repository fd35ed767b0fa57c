"""Gathers what holds around parcels on a day, asks the engine, and keeps question and answer."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from gis_core import crs
from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.evaluate import Evaluations, evaluate
from gis_core.constraints.findings import Evaluation, as_document
from gis_core.constraints.orientation import convergence_deg
from gis_core.constraints.plane import shapes
from gis_core.constraints.rules import RuleSet
from gis_core.constraints.values import Edges, Layer, Lots, Passages, Surroundings
from gis_core.errors import NotFound
from gis_core.signing import canonical
from layers.zoning.queries import (
    STAMP_COLUMN,
    Place,
    ground_rules,
    in_force,
    published,
    reach_of,
    standing_on,
)
from parcels.models import IssuedEvaluation, Parcel

#: How far from a lot its streets are looked for: half of the widest that is planned, and a pavement: m.
STREET_REACH_M = 60.0


@dataclass(frozen=True)
class Timing:
    """Where the time of an answer went, in seconds; and how often the database was asked."""

    database_s: float
    computing_s: float
    round_trips: int


@dataclass(frozen=True)
class Answered:
    """Evaluations of parcels, the rules they rest on, and where the time went."""

    evaluations: Evaluations
    rules: RuleSet
    timing: Timing


def evaluate_document(parcel: Parcel, *, on: date, known_at: datetime | None = None) -> dict[str, Any]:
    """
    The evaluation of one version of a parcel as a document (gis_core/constraints/README.md).

    Raises
    ------
    NotFound
        When this version is not in force on the day.
    """
    return as_document(evaluate_parcel(parcel, on=on, known_at=known_at))


def evaluate_parcel(parcel: Parcel, *, on: date, known_at: datetime | None = None) -> Evaluation:
    """The evaluation of one version of a parcel on a day; at most four round trips."""
    return answer_for([parcel.pk], on=on, known_at=known_at).evaluations[0]


def answer_for(ids: Sequence[int], *, on: date, known_at: datetime | None = None) -> Answered:
    """
    Evaluate parcel versions by id, in their order; at most four round trips, whatever their number.

    Raises
    ------
    NotFound
        When one of them is not in force on the day as known at the instant.
    """
    with counted() as trips:
        return _answer(list(ids), _Question(on, known_at), trips)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile, in their order."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def _answer(ids: list[int], question: "_Question", trips: list[str]) -> Answered:
    started = perf_counter()
    on, known_at = question.on, question.known_at
    lots, edges, streets, stamp = _parcels(ids, question)
    standing = standing_on(on, known_at=known_at, stamp=stamp)
    rules, layers = standing.rules, standing.layers
    place = Place(_hull(lots.geometry), on, known_at)
    zones, overlays = ground_rules(place, reach_m=reach_of(rules), layers=layers)
    passages = _passages(place)
    read = perf_counter()
    around = Surroundings(
        edges=_edges(edges, streets, passages),
        passages=passages,
        zones=zones,
        overlays=overlays,
        layers=_overlay_layers(layers),
    )
    evaluations = _ask(lots, around, rules, question)
    done = perf_counter()
    return Answered(evaluations, rules, Timing(read - started, done - read, len(trips)))


@dataclass
class City:
    """Everything that holds in the whole city on a day, read once for many parcels."""

    rules: RuleSet
    passages: Passages
    around: Surroundings
    question: "_Question"


def evaluate_parcels(
    ids: Sequence[int] | None = None,
    *,
    on: date,
    known_at: datetime | None = None,
    batch: int = 2000,
) -> Iterator[Answered]:
    """
    Evaluate many parcel versions, or all lots in force on a day, in batches.

    The same functions and the same answers as for a click; streets, zones and overlays are read once.
    """
    question = _Question(on, known_at)
    wanted = list(ids) if ids is not None else _all_lots(question)
    city = _city(question)
    for first in range(0, len(wanted), batch):
        started = perf_counter()
        lots, edges, streets, _ = _parcels(wanted[first : first + batch], question)
        read = perf_counter()
        around = Surroundings(
            edges=_edges(edges, streets, city.passages),
            passages=city.passages,
            zones=city.around.zones,
            overlays=city.around.overlays,
            layers=city.around.layers,
        )
        evaluations = _ask(lots, around, city.rules, question)
        timing = Timing(read - started, perf_counter() - read, 1)
        yield Answered(evaluations, city.rules, timing)


def issue(
    parcel: Parcel, *, on: date, known_at: datetime | None = None, code: UUID | None = None
) -> IssuedEvaluation:
    """
    Evaluate a parcel and keep question, inputs and answer as they were: what was said stays said.

    `code` names the evaluation (a new one unless said).
    """
    answered = answer_for([parcel.pk], on=on, known_at=known_at)
    document = as_document(answered.evaluations[0])
    inputs = _frozen_inputs(answered, parcel)
    return IssuedEvaluation.objects.create(
        code=code or uuid4(),
        parcel=parcel,
        on=on,
        known_at=answered.evaluations.known_at,
        engine_version=ENGINE_VERSION,
        inputs=inputs,
        document=document,
        sha256=fingerprint(inputs, document),
    )


def fingerprint(inputs: Any, document: Any) -> str:
    """Hash of an issued evaluation; the same when read back from the database."""
    return hashlib.sha256(canonical([inputs, document])).hexdigest()


@dataclass
class _Question:
    """The day and the knowledge that are asked about."""

    on: date
    known_at: datetime | None

    @property
    def instant(self) -> datetime:
        return self.known_at or datetime.now(UTC)


def _ask(lots: Lots, around: Surroundings, rules: RuleSet, question: _Question) -> Evaluations:
    rule = rules.everywhere("ORIENT")
    north = None
    if rule is not None and rule.params["north"] == "TRUE":
        centres = shapely.get_coordinates(shapely.centroid(lots.geometry))
        north = convergence_deg(centres, crs.metric_srid())
    return evaluate(
        lots,
        around,
        rules,
        on=question.on,
        known_at=question.instant,
        origin=_origin(settings.CITY.bbox_lonlat, crs.metric_srid()),
        north_deg=north,
    )


@lru_cache(maxsize=8)
def _origin(bbox_lonlat: tuple[float, float, float, float], srid: int) -> tuple[float, float]:
    """A round point in the middle of the city, near which everything is computed."""
    west, south, east, north = bbox_lonlat
    x, y = crs.transformer(crs.LONLAT, srid).transform((west + east) / 2, (south + north) / 2)
    return round(x / 1000.0) * 1000.0, round(y / 1000.0) * 1000.0


def _parcels(
    ids: list[int], question: _Question
) -> tuple[Lots, list[tuple[int, dict[str, Any]]], list[str], str]:
    """Lots in the order of the ids, their stored edges with the lot's position, their streets, the stamp."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select p.id, p.key, ST_AsBinary(p.geometry), p.deed_area_m2, p.positional_accuracy_m,
                   e.has_access, e.edges::text, {STAMP_COLUMN}
              from parcels_parcel p left join parcels_parceledges e on e.parcel_id = p.id
             where p.id = any(%(ids)s) and {in_force("p")}
            """,
            {"ids": ids, "on": question.on, "known_at": question.known_at},
        )
        rows = {row[0]: row for row in cursor.fetchall()}
    missing = [number for number in ids if number not in rows]
    if missing:
        raise NotFound(
            "در این تاریخ چنین قطعه‌ای نداریم.",
            "There is no such parcel on that day.",
            {"ids": missing[:10], "on": question.on.isoformat()},
        )
    ordered = [rows[number] for number in ids]
    edges = [(position, edge) for position, row in enumerate(ordered) for edge in json.loads(row[6] or "[]")]
    streets = [edge.get("street") or "" for _, edge in edges]
    return _lots(ordered), edges, streets, ordered[0][7] if ordered else ""


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


def _passages(place: Place) -> Passages:
    """Streets of the place, or of the whole city; one round trip."""
    near = "true" if place.shape is None else "ST_DWithin(s.geometry, q.shape, %(reach_m)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with q as (select ST_GeomFromWKB(%(shape)s, %(srid)s) as shape)
            select s.lineage::text, coalesce(nullif(s.name_fa, ''), nullif(s.name_en, ''), s.code),
                   ST_AsBinary(s.geometry), s.existing_width_m, s.planned_width_m, s.widening,
                   s.offset_left_m, s.offset_right_m, s.legal_access, s.drivable
              from q, network_streetsegment s join layers_layerversion v on v.id = s.layer_version_id
             where {near} and {in_force("s")} and {published("v")}
             order by s.id
            """,
            place.parameters(reach_m=STREET_REACH_M),
        )
        rows = cursor.fetchall()
    count = len(rows)
    return Passages(
        key=_objects([row[1] for row in rows]),
        geometry=shapely.from_wkb(_objects([bytes(row[2]) for row in rows])),
        form=np.full(count, "CENTRELINE", dtype=object),
        existing_width_m=_numbers([row[3] for row in rows]),
        planned_width_m=_numbers([row[4] for row in rows]),
        widening=_objects([row[5] for row in rows]),
        offset_left_m=_numbers([row[6] for row in rows]),
        offset_right_m=_numbers([row[7] for row in rows]),
        street_side=np.full(count, "", dtype=object),
        legal_access=np.array([row[8] for row in rows], dtype=bool),
        vehicular=np.array([row[9] for row in rows], dtype=bool),
        lineage=_objects([row[0] for row in rows]),
    )


def _overlay_layers(layers: dict[str, Layer]) -> dict[str, Layer]:
    return {key: layer for key, layer in layers.items() if layer.kind == "overlay"}


def _city(question: _Question) -> City:
    standing = standing_on(question.on, known_at=question.known_at)
    rules, layers = standing.rules, standing.layers
    place = Place(None, question.on, question.known_at)
    zones, overlays = ground_rules(place, reach_m=0.0, layers=layers)
    passages = _passages(place)
    around = Surroundings(zones=zones, overlays=overlays, layers=_overlay_layers(layers))
    return City(rules, passages, around, question)


def _all_lots(question: _Question) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select p.id from parcels_parcel p where p.kind = 'lot' and {in_force('p')} order by p.id",
            {"on": question.on, "known_at": question.known_at},
        )
        return [row[0] for row in cursor.fetchall()]


def _hull(geometries: np.ndarray) -> bytes:
    """The ground that the lots stand on, as WKB: the one lot, or a box around all of them."""
    if len(geometries) == 1:
        return shapely.to_wkb(geometries[0])
    return shapely.to_wkb(shapely.box(*shapely.total_bounds(geometries)))


def _frozen_inputs(answered: Answered, parcel: Parcel) -> dict[str, Any]:
    """What the answer rests on: shapes as WKB, streets, zones, overlays and rules by code and version."""
    found = answered.evaluations
    around = found.around

    def wkb(geometries: np.ndarray) -> list[str]:
        return [shapely.to_wkb(shape, hex=True) for shape in geometries]

    return {
        "parcel": {"id": parcel.pk, "lineage": str(parcel.lineage), "version": parcel.version},
        "origin": list(found.origin),
        "lot": wkb(found.lots.geometry),
        "edges": [
            {"kind": kind, "passage": int(passage), "line": line}
            for kind, passage, line in zip(
                around.edges.kind, around.edges.passage, wkb(around.edges.geometry), strict=True
            )
        ],
        "passages": [
            {
                "lineage": lineage,
                "line": line,
                "existing_width_m": _none(wide),
                "planned_width_m": _none(planned),
            }
            for lineage, line, wide, planned in zip(
                around.passages.lineage,
                wkb(around.passages.geometry),
                around.passages.existing_width_m,
                around.passages.planned_width_m,
                strict=True,
            )
        ],
        "zones": dict(zip(map(str, around.zones.code), wkb(around.zones.geometry), strict=True)),
        "overlays": [
            {"layer": layer, "code": code, "shape": shape}
            for layer, code, shape in zip(
                around.overlays.layer, around.overlays.code, wkb(around.overlays.geometry), strict=True
            )
        ],
        "rules": [{"code": r.code, "zone": r.zone_code, "version": r.version} for r in answered.rules.rules],
    }


def _none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _numbers(values: Sequence[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def _objects(values: Sequence[Any]) -> np.ndarray:
    return shapes(*values)
