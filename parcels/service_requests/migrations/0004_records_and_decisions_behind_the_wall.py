"""Row-level security on the property file and on decisions."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent.parent / "sql" / "second_wall_of_records.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("service_requests", "0003_every_change_leaves_a_trace"),
        ("records", "0001_initial"),
    ]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
