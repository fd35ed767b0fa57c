"""Measures the evaluation of a whole city: snapshot apart, in one and two processes, at two sizes."""

import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from parcels.city_wide import parts
from parcels.city_wide.parts import Plan
from parcels.city_wide.run import carry_out

#: As many lots are measured at most, in the order of the city: neighbours beside each other.
MOST = 20_000


def rows(on: date) -> list[dict[str, Any]]:
    """From the snapshot: half of the lots in two processes, then all in two and in one, with their start."""
    from parcels.inputs import Question, lots_in_force

    ids = lots_in_force(Question(on))[:MOST]
    if len(ids) < 2:
        return []
    with tempfile.TemporaryDirectory() as folder:
        half = _Run(Path(folder) / "half", ids[: len(ids) // 2], on)
        whole = _Run(Path(folder) / "whole", ids, on)
        half_s, half_mb = half.carried_out(2)["evaluation"], _peak_mb()
        timed, whole_mb = whole.carried_out(2), _peak_mb()
        whole.forget_evaluations()
        used_s = time.process_time()
        alone_s = whole.carried_out(1)["evaluation"]
        used_s = time.process_time() - used_s
    size, two_s, peak = f"{len(ids)} lots", timed["evaluation"], "{} lots, largest process {:,.0f} MB".format
    return [
        _row("city-wide: snapshot of the inputs, 2 processes", size, timed["snapshot"], len(ids)),
        _row(f"city-wide: 1 process, {len(ids) / used_s:,.0f} lots/s of processor", size, alone_s, len(ids)),
        _row("city-wide: 2 processes", peak(len(ids) // 2, half_mb), half_s, len(ids) // 2),
        _row("city-wide: 2 processes", peak(len(ids), whole_mb), two_s, len(ids))
        | {"peer": "half as many lots", "peer_ms": half_s * 1000, "ratio": two_s / half_s},
    ]


class _Run:
    """A run of the city-wide evaluation over some lots, in a folder of its own."""

    def __init__(self, folder: Path, ids: list[int], on: date) -> None:
        from gis_core import crs

        self.folder = folder
        folder.mkdir()
        known_at = datetime.now(UTC)
        self.plan: Plan = parts.begin(folder, ids, on=on, known_at=known_at, srid=crs.metric_srid())

    def carried_out(self, processes: int) -> dict[str, float]:
        """Seconds of each step, by its name."""
        seen: dict[str, tuple[float, float]] = {}

        def note(doing: str, ready: int, lots: int) -> None:
            now = time.perf_counter()
            seen[doing] = (seen.get(doing, (now, now))[0], now)

        carry_out(self.folder, self.plan, processes=processes, progress=note)
        return {doing: last - first for doing, (first, last) in seen.items()}

    def forget_evaluations(self) -> None:
        """Take away what was evaluated; the snapshot stays."""
        for part in range(len(self.plan.parts)):
            parts.evaluations_of(self.folder, part).unlink()


def _row(name: str, size: str, seconds: float, lots: int) -> dict[str, Any]:
    return {"name": name, "size": size, "ours_ms": seconds * 1000, "rate": f"{lots / seconds:,.0f} lots/s"}


def _peak_mb() -> float:
    """The most memory that any process had which has ended since we began."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
