"""Text is searched by one key in Python and in the database: the function made from gis_core/persian.py."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "normalise.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0005_every_change_leaves_a_trace")]
    operations = [migrations.RunSQL(SQL, reverse_sql="DROP FUNCTION pelak_normalise(text)")]
