"""Zones are valid shapes; zones and rules, once published, are only closed."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "published_rows.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("zoning", "0001_initial"), ("layers", "0002_published_rows_are_only_closed")]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
