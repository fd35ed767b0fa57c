"""The evaluation of a whole city, and of each lot in it."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from parcels.models import Parcel


class CityEvaluation(models.Model):
    """
    One evaluation of all lots for one day under one set of rules.

    `rule_set` is the hash of rules and layers (`gis_core.constraints.inputs`); the same day and rules
    evaluated again by the same engine take the place of what was there.
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
    borderline, `conflicts` the findings of which rules of one rank contradict each other.
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
    conflicts = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city_evaluation", "parcel"], name="one_evaluation_per_lot")
        ]
