"""
Runs the benchmarks and prints them as ratios: `python -m tests.speed [--parcels N] [name ...]`.

Each module here that offers `ratios()` is one benchmark; it returns rows of name, size, `ours_ms`, and
where there is one a peer with `peer_ms` and their `ratio`. Times are of this machine, ratios travel.
"""

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path
from typing import Any


def benchmarks() -> list[str]:
    """Names of the benchmarks that are here."""
    here = Path(__file__).parent
    modules = sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))
    return [name for name in modules if "def ratios(" in (here / f"{name}.py").read_text("utf-8")]


def line(row: dict[str, Any]) -> str:
    """One measurement as a line of text."""
    parts = [f"{row['name']:<44} {row.get('size', ''):<26} {row['ours_ms']:>11.2f} ms"]
    if row.get("rate"):
        parts.append(f"{row['rate']:>18}")
    if row.get("peer"):
        parts.append(f"{row['peer_ms']:>11.2f} ms {row['peer']}, ratio {row['ratio']:.3f}")
    return "  ".join(parts)


def main(words: list[str]) -> int:
    """Run the benchmarks of these names, or all; the exit code is 1 when one of them could not run."""
    asked = _parser().parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.base")
    import django

    django.setup()
    from tests.speed.city import measured_city

    names = asked.names or benchmarks()
    unknown = sorted(set(names) - set(benchmarks()))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(benchmarks())}.")
        return 2
    busy = f"load {os.getloadavg()[0]:.1f}"
    print(f"{platform.machine()}, {os.cpu_count()} processors, {busy}, Python {platform.python_version()}")
    with measured_city(asked.parcels) as city:
        print(f"city: database {city}")
        return _all(names)


def _all(names: list[str]) -> int:
    failed = 0
    for name in names:
        print(f"\n{name}")
        try:
            for row in importlib.import_module(f"tests.speed.{name}").ratios():
                print(line(row), flush=True)
        except Exception as trouble:  # one benchmark that cannot run must not hide the others
            failed = 1
            print(f"could not run: {type(trouble).__name__}: {trouble}")
    return failed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./pelak bench", description="Measure, printed as ratios.")
    parser.add_argument("names", nargs="*", metavar="name", help="benchmarks to run (default: all)")
    parser.add_argument("--parcels", type=int, help="measure an invented city of so many parcels")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
