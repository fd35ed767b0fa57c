"""The command `python -m import_scripts demo`: invents the city and writes it."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import date

MOST_CASES = 600
"""Past cases at most, unless more are asked for: each runs the whole evaluation and the whole workflow."""


def main(words: Sequence[str]) -> int:
    """Make the demo city in this city's empty database; 0 when it went well, 2 when it was refused."""
    asked = _parser().parse_args(words)
    import django

    django.setup()
    from django.utils import timezone

    from import_scripts.demo_city.city import generate
    from import_scripts.demo_city.loading import load
    from import_scripts.demo_city.past import live_through

    today = asked.on or timezone.localdate()
    started = time.monotonic()
    city = generate(asked.parcels, asked.seed)
    invented = time.monotonic()
    try:
        loaded = load(city, on=today)
    except ValueError as refused:
        print(refused, file=sys.stderr)
        return 2
    done = time.monotonic()
    print(
        f"An invented city, seed {asked.seed}: {loaded.rows['parcels']} parcels,"
        f" {invented - started:.0f} s to invent, {done - invented:.0f} s to write; {loaded.fingerprint[:12]}."
    )
    cases = min(MOST_CASES, asked.parcels // 10) if asked.cases is None else asked.cases
    if cases == 0:
        return 0
    past = live_through(cases, on=today, seed=asked.seed, processes=os.cpu_count() or 1)
    print(
        f"{past.filed} past cases in {time.monotonic() - done:.0f} s, {past.open} of them still open;"
        f" of {past.usual} usual requests {past.instant} were answered at once"
        f" ({100 * past.instant / max(1, past.usual):.0f} %)."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./pelak import demo", description="Make the invented demo city.")
    parser.add_argument("--parcels", type=int, default=20_000, help="about how many parcels")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same city")
    parser.add_argument(
        "--cases", type=int, help="past cases (default: one for 10 parcels, 600 at most; 0: none, no backlog)"
    )
    parser.add_argument("--on", type=date.fromisoformat, help="the day counted as today (default: today)")
    return parser
