"""A database knows which city it holds, from its first migration on."""

from django.conf import settings
from django.db import migrations


def remember_the_city(apps, schema_editor) -> None:
    city = settings.CITY
    apps.get_model("gis_core", "CityRecord").objects.create(
        key=city.key,
        metric_srid=city.metric_srid,
        description={"name_fa": city.name_fa, "name_en": city.name_en, "parcel_key": city.parcel_key},
    )


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0003_published_rows_are_only_closed")]
    operations = [migrations.RunPython(remember_the_city, migrations.RunPython.noop)]
