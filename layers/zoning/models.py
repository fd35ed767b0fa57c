"""Zones of the detailed plan, and the rules that hold in them."""

import uuid

import pghistory
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.fields import MetricPolygonField
from gis_core.models import Confidence, ImportRun, LegalStatus, Source
from gis_core.validity import Bitemporal, no_two_at_once
from layers.models import LayerVersion


class Zone(Bitemporal):
    """One polygon of the zoning plan (پهنه) in one version of it."""

    lineage = models.UUIDField(default=uuid.uuid4)
    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT, related_name="zones")
    code = models.CharField(max_length=40)
    name_fa = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    geometry = MetricPolygonField()

    class Meta:
        constraints = [no_two_at_once("one_zone_version_at_once", "lineage", "layer_version")]
        indexes = [models.Index(fields=["code"])]


@pghistory.track()
class Rule(Bitemporal):
    """
    One rule as a row: its kind, where it holds, its limits and policies, and the article it comes from.

    `params` follows the schema of its kind (gis_core/constraints/README.md).
    """

    lineage = models.UUIDField(default=uuid.uuid4)
    code = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    version = models.PositiveIntegerField(default=1)
    zone_code = models.CharField(max_length=40, blank=True, help_text=_("Empty: everywhere."))
    params = models.JSONField(default=dict)
    area_basis = models.CharField(max_length=24, blank=True)
    article = models.CharField(max_length=120, blank=True)
    text_fa = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    rank = models.PositiveSmallIntegerField(
        default=50, help_text=_("Lower stands above higher when two differ.")
    )
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.INDICATIVE)
    legal_status = models.CharField(max_length=12, choices=LegalStatus.choices, default=LegalStatus.IN_FORCE)
    import_run = models.ForeignKey(ImportRun, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [no_two_at_once("one_rule_version_at_once", "code", "zone_code")]
        indexes = [models.Index(fields=["kind", "zone_code"])]
