"""The parcel (قطعه) with its edges, numbers, addresses and buildings, each with its period."""

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.utils.translation import gettext_lazy as _

from gis_core.fields import MetricPointField, MetricPolygonField
from gis_core.models import ImportRun
from gis_core.validity import Bitemporal, days_of_change, no_two_at_once


class Parcel(Bitemporal):
    """
    A piece of land as surveyed, in one version.

    `key` is the city's canonical key of it (renovation code, map-lot ...). Areas are m² in the
    metric CRS: the deed's as written, the surveyed one of the polygon.
    """

    class Kind(models.TextChoices):
        LOT = "lot", _("lot")
        ROAD = "road", _("street land")
        OTHER = "other", _("not a lot")

    lineage = models.UUIDField(default=uuid.uuid4)
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.LOT)
    district_code = models.CharField(max_length=20, blank=True)
    sub_district_code = models.CharField(max_length=20, blank=True)
    block_code = models.CharField(max_length=40, blank=True)
    lot_label = models.CharField(max_length=20, blank=True, help_text=_("The house number shown on the map."))
    deed_area_m2 = models.FloatField(null=True)
    surveyed_area_m2 = models.FloatField()
    positional_accuracy_m = models.FloatField(null=True)
    attributes = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=40, blank=True)
    import_run = models.ForeignKey(ImportRun, null=True, on_delete=models.PROTECT)
    geometry = MetricPolygonField()

    class Meta:
        constraints = [no_two_at_once("one_parcel_version_at_once", "lineage")]
        indexes = [
            models.Index(fields=["key"]),
            models.Index(fields=["block_code"]),
            *days_of_change("parcel"),
        ]

    def __str__(self) -> str:
        return self.key


class ParcelEdges(models.Model):
    """
    What lies beyond each edge of a parcel, derived from the map (import_scripts/frontages.py).

    `edges` is a list in the order of the outer ring: {"kind": neighbour|passage|open|unknown,
    "line": [[x, y], ...] in the metric CRS, "length_m", "street": lineage or null,
    "measured_width_m": number or null, "attribute_width_m": number or null}.
    """

    parcel = models.OneToOneField(Parcel, on_delete=models.CASCADE, primary_key=True, related_name="edges")
    edges = models.JSONField(default=list)
    has_access = models.BooleanField(null=True, help_text=_("Empty: not known."))


class Identifier(models.Model):
    """A number by which a parcel is known; one parcel may have several, one number several parcels."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=80)
    search_key = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["search_key"]), models.Index(fields=["kind", "value"])]


class Address(models.Model):
    """An address of a parcel and the point of its door."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="addresses")
    street_name = models.CharField(max_length=160)
    number = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=255)
    search_key = models.CharField(max_length=255)
    geometry = MetricPointField(null=True)

    class Meta:
        indexes = [GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="address_search_trigrams")]


class Building(Bitemporal):
    """A building's footprint and storeys as surveyed; drawn, and shown as a neighbour's volume."""

    lineage = models.UUIDField(default=uuid.uuid4)
    parcel_lineage = models.UUIDField(null=True, db_index=True)
    storeys = models.FloatField(null=True)
    height_m = models.FloatField(null=True)
    geometry = MetricPolygonField()

    class Meta:
        indexes = days_of_change("building")


class IssuedEvaluation(models.Model):
    """An evaluation that was issued: the question, the inputs and the answer, frozen."""

    code = models.UUIDField(default=uuid.uuid4, unique=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT)
    on = models.DateField()
    known_at = models.DateTimeField()
    engine_version = models.CharField(max_length=20)
    inputs = models.JSONField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
