"""Districts, ground cover and overlays are valid shapes and, once published, only closed."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "published_rows.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("layers", "0001_initial"), ("gis_core", "0003_published_rows_are_only_closed")]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
