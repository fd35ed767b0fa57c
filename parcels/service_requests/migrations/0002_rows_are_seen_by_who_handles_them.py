"""Row-level security on requests and personal data; books that are only added to."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent.parent / "sql" / "second_wall.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("service_requests", "0001_initial"),
        ("gis_core", "0002_people_sources_and_audit"),
    ]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
