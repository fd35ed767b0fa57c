"""The command: `./pelak evaluate-city [--on DATE] [--processes N] [--out FILE.parquet] [--fresh]`."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path


def main(words: Sequence[str]) -> int:
    """Evaluate all lots, load the rows, and say what came out."""
    asked = _parser().parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.base")
    os.environ.setdefault("PELAK_ACTOR", "system")
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from gis_core.errors import Trouble
    from parcels.city_wide import load, parts, run

    on = asked.on or timezone.localdate()
    folder = settings.VAR / "city_wide" / settings.CITY.key
    try:
        plan = None if asked.fresh else parts.unfinished(folder, on=on)
        plan = plan or run.planned(folder, on, asked.part_lots)
        if not plan.lots:
            print(f"No lot is in force on {on}.", file=sys.stderr)
            return 1
        bar = Bar(sys.stderr.isatty())
        run.carry_out(folder, plan, processes=asked.processes, progress=bar)
        city = load.load(folder, plan, bar)
        if asked.out:
            load.write_geoparquet(folder, plan, asked.out)
        parts.finish(folder)
    except Trouble as trouble:
        print(f"\n{trouble.fa}\n{trouble}", file=sys.stderr)
        return 1
    print(f"{plan.lots:,} lots on {on}, rules {city.rule_set[:12]}, engine {city.engine_version}.")
    return 0


class Bar:
    """Says how far the work is: over one line in a terminal, a line each second elsewhere."""

    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal
        self.said, self.began = 0.0, time.monotonic()

    def __call__(self, doing: str, ready: int, lots: int) -> None:
        """Say it, not more often than once a second, and always at the end."""
        now = time.monotonic()
        if ready < lots and now - self.said < 1.0:
            return
        self.said = now
        share = ready / lots if lots else 1.0
        text = (
            f"{doing:<10} {'#' * round(30 * share):<30} {ready:,} of {lots:,} lots, {now - self.began:.0f} s"
        )
        print(text, file=sys.stderr, end="\r" if self.terminal and ready < lots else "\n", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pelak evaluate-city", description="Evaluate every lot of a city."
    )
    parser.add_argument("--on", type=date.fromisoformat, help="the day that is asked about (default: today)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="write the rows to this GeoParquet file, too")
    parser.add_argument("--part-lots", type=int, default=4000, help="lots that are evaluated together")
    parser.add_argument("--fresh", action="store_true", help="begin anew, whatever an earlier start has done")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
