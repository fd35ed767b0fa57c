"""Counter offices (دفتر پیشخوان): where they are, what they do, when they are open."""

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.utils.translation import gettext_lazy as _

from gis_core.fields import MetricPointField
from gis_core.validity import Bitemporal, no_two_at_once
from layers.models import LayerVersion


class Office(Bitemporal):
    """A contracted office; any office serves any district."""

    lineage = models.UUIDField(default=uuid.uuid4)
    layer_version = models.ForeignKey(LayerVersion, null=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    name_fa = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    address = models.CharField(max_length=255, blank=True)
    district_code = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    daily_capacity = models.PositiveIntegerField(null=True)
    service_codes = ArrayField(models.CharField(max_length=12), default=list)
    geometry = MetricPointField()

    class Meta:
        constraints = [no_two_at_once("one_office_version_at_once", "lineage")]
        indexes = [models.Index(fields=["code"])]

    def __str__(self) -> str:
        return self.name_fa or self.name_en or self.code


class OpeningHours(models.Model):
    """When an office is open on one weekday, for a period."""

    office_code = models.CharField(max_length=40, db_index=True)
    weekday = models.PositiveSmallIntegerField(help_text=_("ISO: Monday 1 to Sunday 7."))
    opens = models.TimeField()
    closes = models.TimeField()
    valid = DateRangeField()


class ClosedDay(models.Model):
    """A day on which the city's offices (or one of them) are closed though the calendar says open."""

    day = models.DateField()
    office_code = models.CharField(max_length=40, blank=True, help_text=_("Empty: all offices."))
    reason_fa = models.CharField(max_length=160)
    reason_en = models.CharField(max_length=160)
