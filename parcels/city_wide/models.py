"""The evaluation of a whole city, of each lot in it, and of its blocks and districts."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from gis_core.fields import MetricGeometryField
from parcels.models import Parcel


class CityEvaluation(models.Model):
    """
    One evaluation of all lots for one day under one set of rules.

    `rule_set` is the hash of rules, layers, their editions and the content of rasters
    (`parcels.city_wide.load`); the same day and rules evaluated again by the same engine take the place of
    what was there.
    """

    on = models.DateField()
    known_at = models.DateTimeField()
    rule_set = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=20)
    lots = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["on", "rule_set", "engine_version"], name="one_city_evaluation_per_rules"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.rule_set[:12]}"


class LotEvaluation(models.Model):
    """
    What may be built on one lot, as numbers to count and to colour maps with; areas m², heights m.

    Null is not known, never nothing. `unknown` holds the findings and layers that are not known or
    borderline, `unknown_reasons` why the floor area is not known, `conflicts` the findings of which rules of
    one rank contradict each other, `conflict_rules` those rules.
    """

    city_evaluation = models.ForeignKey(CityEvaluation, on_delete=models.CASCADE, related_name="of_lots")
    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=12)
    zone_state = models.CharField(max_length=20)
    zone = models.CharField(max_length=200, null=True)
    net_area_m2 = models.FloatField(null=True)
    far_percent = models.FloatField(null=True)
    far_cap_m2 = models.FloatField(null=True)
    coverage_percent = models.FloatField(null=True)
    footprint_m2 = models.FloatField(null=True)
    storeys = models.FloatField(null=True)
    height_m = models.FloatField(null=True)
    reachable_floor_area_m2 = models.FloatField(null=True)
    unknown = ArrayField(models.CharField(max_length=60), default=list)
    unknown_reasons = ArrayField(models.CharField(max_length=60), default=list)
    conflicts = ArrayField(models.CharField(max_length=60), default=list)
    conflict_rules = ArrayField(models.CharField(max_length=100), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city_evaluation", "parcel"], name="one_evaluation_per_lot")
        ]


class AreaEvaluation(models.Model):
    """
    What the lots of one block, one district or the whole city come to together, for maps and their tables.

    `unknown_lots`: those whose floor area is not known. The percentages are means of the lots of which they
    are known, weighted by net area (by the surveyed one where that is not known); `floor_area_m2` is the sum
    of what may be reached on them. `unknown_reasons` and `conflict_rules` count lots by code;
    of the city they are the sums of its districts, and not written again. `geometry` is
    the ground of a block; a district has its own.
    """

    class Level(models.TextChoices):
        DISTRICT = "district"
        BLOCK = "block"
        CITY = "city"

    city_evaluation = models.ForeignKey(CityEvaluation, on_delete=models.CASCADE, related_name="of_areas")
    level = models.CharField(max_length=10, choices=Level.choices)
    code = models.CharField(max_length=60, blank=True)
    district_code = models.CharField(max_length=20, blank=True)
    lots = models.PositiveIntegerField()
    unknown_lots = models.PositiveIntegerField()
    conflict_lots = models.PositiveIntegerField()
    far_unknown_lots = models.PositiveIntegerField()
    far_percent = models.FloatField(null=True)
    reachable_percent = models.FloatField(null=True)
    floor_area_m2 = models.FloatField(null=True)
    unknown_reasons = models.JSONField(default=dict)
    conflict_rules = models.JSONField(default=dict)
    geometry = MetricGeometryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city_evaluation", "level", "district_code", "code"], name="one_area_per_evaluation"
            )
        ]
