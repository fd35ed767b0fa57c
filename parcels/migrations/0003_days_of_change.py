"""Parcels and buildings are indexed by the days on which they begin and cease to hold."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gis_core', '0007_numbers_of_people_who_sign_in'),
        ('parcels', '0002_published_rows_are_only_closed'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='building',
            index=models.Index(models.F('valid__startswith'), name='building_begins'),
        ),
        migrations.AddIndex(
            model_name='building',
            index=models.Index(models.F('valid__endswith'), condition=models.Q(('valid__endswith__isnull', False)), name='building_ends'),
        ),
        migrations.AddIndex(
            model_name='parcel',
            index=models.Index(models.F('valid__startswith'), name='parcel_begins'),
        ),
        migrations.AddIndex(
            model_name='parcel',
            index=models.Index(models.F('valid__endswith'), condition=models.Q(('valid__endswith__isnull', False)), name='parcel_ends'),
        ),
    ]
