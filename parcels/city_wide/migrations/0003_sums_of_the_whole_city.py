"""The whole city of each evaluation gets a row of sums, so that no page adds a million lots up."""

from django.db import migrations, models

_SUMS_OF_THE_WHOLE = """
WITH lots AS (
    SELECT e.*, coalesce(e.net_area_m2, p.surveyed_area_m2) AS weight_m2
      FROM city_wide_lotevaluation e JOIN parcels_parcel p ON p.id = e.parcel_id)
INSERT INTO city_wide_areaevaluation
       (city_evaluation_id, level, code, district_code, lots, unknown_lots, conflict_lots, far_unknown_lots,
        far_percent, reachable_percent, floor_area_m2, unknown_reasons, conflict_rules)
SELECT city_evaluation_id, 'city', '', '', count(*),
       count(*) FILTER (WHERE reachable_floor_area_m2 IS NULL),
       count(*) FILTER (WHERE conflicts <> '{}'),
       count(*) FILTER (WHERE far_percent IS NULL),
       sum(far_percent * weight_m2) / nullif(sum(weight_m2) FILTER (WHERE far_percent IS NOT NULL), 0),
       100 * sum(reachable_floor_area_m2)
           / nullif(sum(weight_m2) FILTER (WHERE reachable_floor_area_m2 IS NOT NULL), 0),
       sum(reachable_floor_area_m2), '{}', '{}'
  FROM lots GROUP BY city_evaluation_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ("city_wide", "0002_blocks_districts_and_reasons"),
    ]

    operations = [
        migrations.AlterField(
            model_name="areaevaluation",
            name="level",
            field=models.CharField(
                choices=[("district", "District"), ("block", "Block"), ("city", "City")], max_length=10
            ),
        ),
        migrations.RunSQL(
            _SUMS_OF_THE_WHOLE, "DELETE FROM city_wide_areaevaluation WHERE level = 'city'"
        ),
    ]
