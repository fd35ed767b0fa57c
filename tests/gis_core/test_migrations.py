"""The tables are what the models say, and the same for every city."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = [
    *("gis_core", "layers", "zoning", "network", "offices"),
    *("parcels", "records", "fees", "service_requests", "inspections"),
]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", *OURS, check=True, dry_run=True, stdout=StringIO())


def test_no_migration_names_a_coordinate_system_because_each_city_has_its_own():
    migrations = [
        path
        for room in ("gis_core", "layers", "parcels")
        for path in (ROOT / room).glob("**/migrations/0*.py")
    ]
    assert len(migrations) > 10
    assert [path.name for path in migrations if re.search(r"[ (]srid=", path.read_text())] == []
