"""The command `python -m import_scripts demo`: invents the city and writes it."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date


def main(words: Sequence[str]) -> int:
    """Make the demo city in this city's empty database; 0 when it went well, 2 when it was refused."""
    asked = _parser().parse_args(words)
    import django

    django.setup()
    from django.utils import timezone

    from import_scripts.demo_city.city import generate
    from import_scripts.demo_city.loading import load

    started = time.monotonic()
    city = generate(asked.parcels, asked.seed)
    invented = time.monotonic()
    try:
        loaded = load(city, on=asked.on or timezone.localdate())
    except ValueError as refused:
        print(refused, file=sys.stderr)
        return 2
    done = time.monotonic()
    print(
        f"An invented city, seed {asked.seed}: {loaded.rows['parcels']} parcels,"
        f" {invented - started:.0f} s to invent and {done - invented:.0f} s to write; {loaded.fingerprint[:16]}."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./pelak import demo", description="Make the invented demo city.")
    parser.add_argument("--parcels", type=int, default=20_000, help="about how many parcels")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same city")
    parser.add_argument("--on", type=date.fromisoformat, help="the day counted as today (default: today)")
    return parser
