"""Tariffs and land values by period: a fee is data, formula and tables included."""

import uuid

import pghistory
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.fields import MetricMultiPolygonField
from gis_core.models import Confidence, ImportRun, LegalStatus, Source
from gis_core.validity import Bitemporal, no_two_at_once


@pghistory.track()
class Tariff(Bitemporal):
    """One fee in one version: formula, tables, policies, legal status, source."""

    lineage = models.UUIDField(default=uuid.uuid4)
    code = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    title_fa = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    definition = models.JSONField(
        help_text=_("Inputs, expression, tables, rounding, policies (gis_core/formulas.py).")
    )
    resolution_no = models.CharField(max_length=80, blank=True)
    charged_at = models.CharField(max_length=40, blank=True)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.INDICATIVE)
    legal_status = models.CharField(max_length=12, choices=LegalStatus.choices, default=LegalStatus.IN_FORCE)
    ruling = models.CharField(max_length=200, blank=True)
    import_run = models.ForeignKey(ImportRun, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [no_two_at_once("one_tariff_version_at_once", "code")]


class LandValue(Bitemporal):
    """Official value of land (P) and of buildings (B), rial per m², in an area or all of the city."""

    lineage = models.UUIDField(default=uuid.uuid4)
    area = MetricMultiPolygonField(null=True)
    district_code = models.CharField(max_length=20, blank=True)
    land_rial_m2 = models.BigIntegerField()
    building_rial_m2 = models.BigIntegerField()
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.INDICATIVE)

    class Meta:
        constraints = [no_two_at_once("one_land_value_at_once", "lineage")]
