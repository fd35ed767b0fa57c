"""The command: `./pelak import KIND FILE --recipe RECIPE [--dry-run] [--report out.csv]`."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(words: Sequence[str]) -> int:
    """Run one import, all of a city's, or make the demo city; the exit code says whether it went well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.owner")
    if words and words[0] == "demo":
        return _demo(words[1:])
    if words and words[0] == "city":
        _choose_city(words[1:])
    import django

    django.setup()
    from import_scripts.runner import KINDS

    asked = _parser(tuple(KINDS)).parse_args(words)
    if asked.kind == "city":
        return _whole_city(asked)
    if asked.kind == "frontages":
        return _frontages()
    return _one_file(asked.kind, asked.file, asked.recipe, asked)


def _parser(kinds: tuple[str, ...]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./pelak import", description="Bring a city's files in.")
    kind = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for name in kinds:
        one = kind.add_parser(name, help=f"bring {name} in")
        one.add_argument("file", type=Path, help="the file to read")
        one.add_argument("--recipe", type=Path, required=True, help="how to read it (TOML)")
        one.add_argument("--crs", help="the file's CRS, when neither file nor recipe says it: EPSG:32639")
        _reporting(one)
    city = kind.add_parser("city", help="bring in all files that a city's description names, in its order")
    city.add_argument("city", type=Path, help="its city.toml")
    city.add_argument("--data", type=Path, help="folder of its files (default: PELAK_REAL_DATA)")
    _reporting(city)
    kind.add_parser("frontages", help="derive the edges of all parcels anew")
    kind.add_parser("demo", help="make the invented demo city")
    return parser


def _reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    parser.add_argument("--report", type=Path, help="write every doubtful row to this CSV file")


def _one_file(kind: str, file: Path, recipe: Path, asked: argparse.Namespace) -> int:
    from import_scripts.issues import FileRefused, write_report
    from import_scripts.runner import import_file

    answers = {"crs": asked.crs} if getattr(asked, "crs", None) else {}
    started = time.monotonic()
    try:
        outcome = import_file(kind, file, recipe, dry_run=asked.dry_run, answers=answers, progress=_bar())
    except FileRefused as refused:
        _refuse(refused)
        return 2
    if asked.report:
        write_report(outcome.doubts, asked.report)
    _summary(outcome, dry_run=asked.dry_run, seconds=time.monotonic() - started)
    if outcome.trouble is not None:
        _refuse(outcome.trouble)
        return 2
    return 0


def _summary(outcome, *, dry_run: bool, seconds: float) -> None:
    counts = outcome.counts
    print(
        f"{'Dry run, nothing changed: ' if dry_run else ''}{counts.read} rows read, {counts.loaded} loaded,"
        f" {counts.unchanged} unchanged, {counts.closed} closed, {counts.refused} refused; {seconds:.1f} s."
    )
    if outcome.edges:
        print(f"Edges of {outcome.edges} parcels derived.")
    for kind, number in outcome.doubts.counts().items():
        first = next(doubt for doubt in outcome.doubts if doubt.kind == kind)
        where = f"row {first.line}" if first.line is not None else first.field
        print(f"  {number:6} {kind}, first {where} ({first.value}): {first.en}")


def _refuse(refused) -> None:
    print(
        f"{refused.fa}\n{refused.en}\n[{refused.code} {refused.details.get('reason', '')}]", file=sys.stderr
    )


def _whole_city(asked: argparse.Namespace) -> int:
    from gis_core.city import read_city

    city = read_city(asked.city)
    data = asked.data or Path(os.environ.get("PELAK_REAL_DATA", ROOT.parent / "shared" / "data"))
    for entry in city.imports:
        print(f"{entry['kind']} from {entry['file']} by {entry['recipe']}")
        report = asked.report and asked.report.with_stem(f"{asked.report.stem}_{Path(entry['recipe']).stem}")
        one = argparse.Namespace(**{**vars(asked), "crs": None, "report": report})
        code = _one_file(entry["kind"], city.file_of(entry, data), city.path.parent / entry["recipe"], one)
        if code:
            return code
    return 0


def _choose_city(words: Sequence[str]) -> None:
    """The city must be known before Django starts, because the SRID of its tables comes from it."""
    named = [word for word in words if not word.startswith("-")]
    if named:
        os.environ.setdefault("PELAK_CITY", str(Path(named[0]).resolve()))


def _frontages() -> int:
    from django.db import connection, transaction

    from import_scripts.edges import store_edges

    with transaction.atomic():
        print(f"Edges of {store_edges(connection, progress=_bar())} parcels written.")
    return 0


def _demo(words: Sequence[str]) -> int:
    from import_scripts.demo_city.command import main as make_demo_city

    return make_demo_city(list(words))


def _bar():
    """A progress line on a terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return lambda step, done, total: None

    def show(step: str, done: int, total: int) -> None:
        share = done / total if total else 1.0
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{step:10} [{'#' * int(30 * share):30}] {done:,}/{total:,}{end}")
        sys.stderr.flush()

    return show


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
