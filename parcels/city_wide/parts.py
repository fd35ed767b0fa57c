"""
Keeps the work on a whole city in a folder: its parts, and which of them are snapped and evaluated.

    plan.json               the day, the instant, the engine, the lots of each part; in the end finished.json
    inputs/00001/           the inputs of a part (parcels/city_wide/snapshot.py)
    evaluations/00001.parquet   its rows (parcels/city_wide/results.py)

A file or folder appears whole or not at all, so work that was stopped or killed goes on where it was.
"""

import gc
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from gis_core.constraints import ENGINE_VERSION
from gis_core.constraints.inputs import ask
from parcels.city_wide import snapshot
from parcels.city_wide.results import rows_of

#: Lots in a part: small enough for a phone's memory, large enough for arrays to pay.
PART_LOTS = 2500


@dataclass(frozen=True)
class Plan:
    """What is to be evaluated; `parts` are the ids of the lots of each part, neighbours together."""

    on: date
    known_at: datetime
    engine_version: str
    srid: int
    parts: tuple[tuple[int, ...], ...]

    @property
    def lots(self) -> int:
        """How many lots there are in all."""
        return sum(map(len, self.parts))


def begin(
    folder: Path, ids: Sequence[int], *, on: date, known_at: datetime, srid: int, part_lots: int = PART_LOTS
) -> Plan:
    """A new plan in an emptied folder; the ids come with neighbours near each other."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inputs").mkdir(parents=True)
    (folder / "evaluations").mkdir()
    count = -(-len(ids) // part_lots)
    # Parts of one size: processes that work side by side come to the end together.
    bounds = [len(ids) * part // max(count, 1) for part in range(count + 1)]
    parts = tuple(tuple(ids[first:last]) for first, last in pairwise(bounds))
    plan = Plan(on, known_at, ENGINE_VERSION, srid, parts)
    told = {**vars(plan), "on": on.isoformat(), "known_at": known_at.isoformat()}
    making = folder / "plan.json.part"
    making.write_text(json.dumps(told), encoding="utf-8")
    making.rename(folder / "plan.json")
    return plan


def unfinished(folder: Path, *, on: date) -> Plan | None:
    """The plan that a folder holds, if it is of this day and this engine."""
    try:
        told = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if told["on"] != on.isoformat() or told["engine_version"] != ENGINE_VERSION:
        return None
    told |= {"on": on, "known_at": datetime.fromisoformat(told["known_at"])}
    return Plan(**{**told, "parts": tuple(map(tuple, told["parts"]))})


def finish(folder: Path) -> None:
    """The plan is carried out: the next start makes a new one. Inputs and rows stay until then."""
    (folder / "plan.json").rename(folder / "finished.json")


def inputs_of(folder: Path, part: int) -> Path:
    """Where the inputs of a part are kept."""
    return folder / "inputs" / f"{part:05d}"


def evaluations_of(folder: Path, part: int) -> Path:
    """Where the rows of a part are kept."""
    return folder / "evaluations" / f"{part:05d}.parquet"


def evaluate_part(folder: Path, part: int, srid: int) -> int:
    """
    Evaluate one part from its kept inputs, without any database, and say how many lots it had.

    The same function as for a click; parts know nothing of each other.
    """
    with _no_garbage_sought():
        rows = rows_of(ask(snapshot.read(inputs_of(folder, part))), srid=srid)
    target = evaluations_of(folder, part)
    making = target.with_suffix(".part")
    rows.to_parquet(making)
    making.rename(target)
    return len(rows)


@contextmanager
def _no_garbage_sought() -> Iterator[None]:
    """Millions of small values are made for a part, few thrown away before its end: one look is enough."""
    sought = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if sought:
            gc.enable()
            gc.collect()
