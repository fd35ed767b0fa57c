"""A published row may be closed, never edited or deleted: the trigger function that the layers use."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "published_rows.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0002_people_sources_and_audit")]
    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
