"""Gathers what holds around parcels on a day, asks the engine, and keeps question and answer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import Evaluation, as_document
from gis_core.constraints.frozen import FORMAT, Frozen, as_file
from gis_core.constraints.inputs import ask
from gis_core.constraints.rules import RuleSet
from gis_core.errors import NotFound
from parcels.inputs import Question, lots_in_force, read_inputs, read_inputs_of_key
from parcels.models import IssuedEvaluation, Parcel
from parcels.writing_down import WrittenDown, write_down


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


def document_of_key(key: str, *, on: date, known_at: datetime | None = None) -> dict[str, Any]:
    """
    The evaluation of the parcel of that key as a document; at most three round trips.

    Raises
    ------
    NotFound
        When there is none on the day.
    """
    return as_document(ask(read_inputs_of_key(key, Question(on, known_at)))[0])


def evaluate_parcel(parcel: Parcel, *, on: date, known_at: datetime | None = None) -> Evaluation:
    """The evaluation of one version of a parcel on a day; at most three round trips."""
    return answer_for([parcel.pk], on=on, known_at=known_at).evaluations[0]


def answer_for(ids: Sequence[int], *, on: date, known_at: datetime | None = None) -> Answered:
    """
    Evaluate parcel versions by id, in their order; at most three round trips, whatever their number.

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
    inputs = read_inputs([parcel.pk], Question(on, known_at))
    return keep(parcel, write_down(inputs, str(parcel.lineage), parcel.version), code=code)


def keep(parcel: Parcel, written: WrittenDown, *, code: UUID | None = None) -> IssuedEvaluation:
    """Keep an evaluation of the parcel that was written down."""
    return IssuedEvaluation.objects.create(
        code=code or uuid4(),
        parcel=parcel,
        on=written.on,
        known_at=written.known_at,
        engine_version=ENGINE_VERSION,
        inputs=written.inputs,
        document=written.document,
        sha256=written.sha256,
    )


def frozen_file(issued: IssuedEvaluation) -> dict[str, Any]:
    """
    An issued evaluation as the file that `python -m gis_core.constraints.verify` computes again.

    Raises
    ------
    NotFound
        When it was issued before all inputs were kept with the answer.
    """
    if issued.inputs.get("format") != FORMAT:
        raise NotFound(
            "این ارزیابی پیش از آن صادر شده که همهٔ ورودی‌ها با پاسخ نگه داشته شود؛ از نو محاسبه نمی‌شود.",
            "It was issued before all inputs were kept with the answer, and cannot be computed again.",
            {"code": str(issued.code)},
        )
    return as_file(Frozen(issued.inputs, issued.document))
