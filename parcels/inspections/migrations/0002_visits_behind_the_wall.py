"""Row-level security on visits, their reports and photos."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent.parent / "sql" / "second_wall_of_visits.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0001_initial"),
        ("service_requests", "0002_rows_are_seen_by_who_handles_them"),
    ]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
