"""Corrected lines are valid shapes and, once published, only closed."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "corrected_lines.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0002_corrected_lines"),
        ("gis_core", "0003_published_rows_are_only_closed"),
        ("layers", "0005_a_layer_may_hold_corrected_lines"),
    ]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
