"""Runs the evaluation of a whole city: plan, snapshot, evaluation in processes, and where it stands."""

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from gis_core.errors import SourceFailed
from parcels.city_wide import parts, snapshot
from parcels.city_wide.parts import Plan

#: Called with what is being done, how many lots are done, and how many there are.
Progress = Callable[[str, int, int], None]
#: So often a pool is made anew after a process died before we give up.
MOST_DEATHS = 5


def planned(folder: Path, on: date, part_lots: int = parts.PART_LOTS) -> Plan:
    """A new plan for all lots in force on a day, as known now."""
    from gis_core import crs
    from parcels.inputs import Question, lots_in_force

    known_at = datetime.now(UTC)
    ids = lots_in_force(Question(on, known_at))
    srid = crs.metric_srid()
    return parts.begin(folder, ids, on=on, known_at=known_at, srid=srid, part_lots=part_lots)


def carry_out(folder: Path, plan: Plan, *, processes: int, progress: Progress) -> None:
    """
    Snap and evaluate what of the plan is not done yet.

    One process or many give the same rows. A process that dies is replaced, and its part done again.
    """
    sizes = [len(ids) for ids in plan.parts]
    for doing, work, start, done in (
        ("snapshot", _snap, _with_database, parts.inputs_of),
        ("evaluation", _judge, _without_database, parts.evaluations_of),
    ):
        left = [part for part in range(len(sizes)) if not done(folder, part).exists()]
        ready = plan.lots - sum(sizes[part] for part in left)
        progress(doing, ready, plan.lots)
        tasks = [Task(folder, part, plan.parts[part], plan.on, plan.known_at, plan.srid) for part in left]
        for part in _in_processes(work, start, tasks, processes):
            ready += sizes[part]
            progress(doing, ready, plan.lots)


@dataclass(frozen=True)
class Task:
    """One part of the work, with no more of the plan than it needs."""

    folder: Path
    part: int
    ids: tuple[int, ...]
    on: date
    known_at: datetime
    srid: int


def _snap(task: Task) -> int:
    """Keep the inputs of one part; needs the database, where rows are only closed: all parts see one city."""
    from parcels.inputs import Question, read_inputs

    inputs = read_inputs(task.ids, Question(task.on, task.known_at))
    snapshot.write(inputs, parts.inputs_of(task.folder, task.part), srid=task.srid)
    return task.part


def _judge(task: Task) -> int:
    parts.evaluate_part(task.folder, task.part, task.srid)
    return task.part


def _in_processes(
    work: Callable[[Task], int], start: Callable[[], None], tasks: Sequence[Task], processes: int
) -> Iterator[int]:
    """Do the tasks, in this process or in several that start in their way; give each part when it is done."""
    if processes == 1:
        yield from map(work, tasks)
        return
    left = {task.part: task for task in tasks}
    deaths = 0
    while left:
        try:
            for part in _from_pool(work, list(left.values()), _pool(processes, start)):
                del left[part]
                yield part
        except BrokenProcessPool:
            deaths += 1
            if deaths >= MOST_DEATHS:
                raise _too_many_deaths(sorted(left)) from None


def _from_pool(
    work: Callable[[Task], int], tasks: Sequence[Task], pool: ProcessPoolExecutor
) -> Iterator[int]:
    try:
        running: list[Future[int]] = [pool.submit(work, task) for task in tasks]
        for future in as_completed(running):
            yield future.result()
    finally:
        # After a trouble nobody waits for work that was not begun.
        pool.shutdown(cancel_futures=True)


def _pool(processes: int, start: Callable[[], None]) -> ProcessPoolExecutor:
    # Children that are started anew share no connection and no lock with us.
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=start)


def _with_database() -> None:
    import django

    django.setup()


def _without_database() -> None:
    """Evaluating needs files alone: no Django, and what is loaded now is not looked through for garbage."""
    gc.collect()
    gc.freeze()


def _too_many_deaths(left: Sequence[int]) -> SourceFailed:
    return SourceFailed(
        "پردازه‌های محاسبه پیاپی از کار افتادند؛ آنچه انجام شده محفوظ است و با اجرای دوباره ادامه می‌یابد.",
        "Processes died one after another; what is done is kept, and the next start goes on from there.",
        {"parts_left": list(left)[:20]},
    )
