"""Gathers what holds around parcels on a day, asks the engine, and keeps question and answer."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely
from django.db import connection

from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import Evaluation, as_document
from gis_core.constraints.inputs import ask
from gis_core.constraints.rules import RuleSet
from gis_core.signing import canonical
from parcels.inputs import Question, lots_in_force, read_inputs
from parcels.models import IssuedEvaluation, Parcel


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
        started = perf_counter()
        inputs = read_inputs(ids, Question(on, known_at))
        read = perf_counter()
        evaluations = ask(inputs)
        return Answered(evaluations, inputs.rules, Timing(read - started, perf_counter() - read, len(trips)))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile, in their order."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def evaluate_parcels(
    ids: Sequence[int] | None = None,
    *,
    on: date,
    known_at: datetime | None = None,
    batch: int = 2000,
) -> Iterator[Answered]:
    """
    Evaluate many parcel versions, or all lots in force on a day, in batches.

    The same functions and the same answers as for a click, in the order of the ids.
    """
    wanted = list(ids) if ids is not None else lots_in_force(Question(on, known_at))
    for first in range(0, len(wanted), batch):
        yield answer_for(wanted[first : first + batch], on=on, known_at=known_at)


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
