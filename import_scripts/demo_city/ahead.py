"""Evaluates lots of the past year ahead, in processes beside the one in which the year is lived."""

import multiprocessing
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date, datetime, time
from types import TracebackType
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from gis_core.constraints.inputs import Inputs
from gis_core.errors import NotFound
from import_scripts.demo_city.beside import evaluated, packed
from parcels.evaluation import keep
from parcels.inputs import Question, read_inputs
from parcels.models import IssuedEvaluation, Parcel
from parcels.writing_down import WrittenDown, write_down

IN_HAND = 8
"""Evaluations that a process has before it: enough that it never waits, few enough to be held in memory."""


class Ahead:
    """
    Evaluations by what was known on the morning of a day: foreseen ones are made ahead, all are the same.

    What lies around a lot is read here, in the transaction of the year; what it comes to is computed in
    `processes` others, or here with fewer than two.
    """

    def __init__(self, foreseen: Iterable[tuple[Parcel, date]], processes: int) -> None:
        self._foreseen = deque(foreseen)
        self._begun: dict[tuple[int, date], Future[WrittenDown]] = {}
        self._most = processes * IN_HAND if processes > 1 else 0
        self._pool = _pool(processes) if processes > 1 else None

    def __enter__(self) -> Self:
        self._begin_foreseen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def issue(self, parcel: Parcel, *, on: date, code: UUID) -> IssuedEvaluation:
        """
        Keep the evaluation of a lot on a day under this code.

        Raises
        ------
        NotFound
            When this version of the lot is not in force on the day.
        """
        begun = self._begun.pop((parcel.pk, on), None)
        self._begun = {asked: found for asked, found in self._begun.items() if asked[1] >= on}
        self._begin_foreseen()
        # what failed beside us fails here again, in its own words
        made = _made_here(parcel, on) if begun is None or begun.exception() else begun.result()
        return keep(parcel, made, code=code)

    def soon(self, wanted: Iterable[Parcel], on: date) -> None:
        """Begin with what is asked for next."""
        for parcel in wanted:
            self._begin(parcel, on)

    def _begin_foreseen(self) -> None:
        while self._foreseen and len(self._begun) < self._most:
            self._begin(*self._foreseen.popleft())

    def _begin(self, parcel: Parcel, on: date) -> None:
        if self._pool is None or (parcel.pk, on) in self._begun:
            return
        try:
            sent = packed(_inputs(parcel, on), str(parcel.lineage), parcel.version)
        except NotFound:  # who asks for it is told
            return
        self._begun[parcel.pk, on] = self._pool.submit(evaluated, sent)


def _made_here(parcel: Parcel, on: date) -> WrittenDown:
    return write_down(_inputs(parcel, on), str(parcel.lineage), parcel.version)


def _inputs(parcel: Parcel, on: date) -> Inputs:
    """What lies around the lot, as known that morning."""
    morning = datetime.combine(on, time(), ZoneInfo(settings.CITY.time_zone))
    return read_inputs([parcel.pk], Question(on, morning))


def _pool(processes: int) -> ProcessPoolExecutor:
    # started anew they share no connection with us, and need none: evaluating is pure
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
