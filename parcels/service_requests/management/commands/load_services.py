"""Loads the city's catalogue of services from a TOML file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from parcels.service_requests.catalogue import load_services, services_file


class Command(BaseCommand):
    """`load_services [FILE]`; without FILE the one beside the city's description."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One file."""
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load and say how many."""
        kept = load_services(options["file"] or services_file())
        self.stdout.write(f"{len(kept)} services: {', '.join(row.code for row in kept)}")
