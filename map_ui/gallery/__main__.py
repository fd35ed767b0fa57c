"""The command: `./pelak gallery FOLDER [--on DATE] [--lots N]` draws one lot of each kind."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path


def main(words: Sequence[str]) -> int:
    """Find the lots, write the pages, say where they are and which kinds are missing; 1 without any lot."""
    asked = _parser().parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.base")
    os.environ.setdefault("PELAK_ACTOR", "system")
    import django

    django.setup()
    from django.utils import timezone

    from map_ui.gallery.book import write
    from map_ui.gallery.finding import one_of_each
    from map_ui.gallery.kinds import KINDS

    on = asked.on or timezone.localdate()
    found = one_of_each(on, most=asked.lots)
    if not found:
        sys.stderr.write("No lot of this city shows any of the kinds; nothing was drawn.\n")
        return 1
    pages = write(asked.folder, found, on=on)
    for kind in KINDS:
        sys.stdout.write(f"{kind.key:<16} {found.get(kind.key, '-')}\n")
    sys.stdout.write("".join(f"{page}\n" for page in pages))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pelak gallery", description="Find and draw one evaluated lot of each kind."
    )
    parser.add_argument("folder", type=Path, help="where the pages are written")
    parser.add_argument("--on", type=date.fromisoformat, help="the day that is asked about (default: today)")
    parser.add_argument("--lots", type=int, default=5_000, help="look at so many lots at the most")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
