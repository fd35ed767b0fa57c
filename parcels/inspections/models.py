"""Inspectors, their shifts, the visits they owe and the plan of a day."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from gis_core.fields import MetricPointField
from parcels.service_requests.models import ServiceRequest


class Inspector(models.Model):
    """A person who visits (کارشناس بازدید), with districts, skills and the place the day starts from."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inspector")
    code = models.CharField(max_length=20, unique=True)
    district_codes = ArrayField(models.CharField(max_length=20), default=list)
    skills = ArrayField(models.CharField(max_length=40), default=list)
    start = MetricPointField()
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.user)


class Shift(models.Model):
    """The working hours of an inspector on one day."""

    inspector = models.ForeignKey(Inspector, on_delete=models.CASCADE, related_name="shifts")
    day = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()
    break_starts = models.TimeField(null=True)
    break_minutes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspector", "day"], name="one_shift_a_day")]


class DayPlan(models.Model):
    """The plan of one district's day; a new computation is a new plan."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent to the inspectors")
        REPLACED = "replaced", _("replaced")

    district_code = models.CharField(max_length=20)
    day = models.DateField()
    number = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    computed_at = models.DateTimeField()
    computed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    solver = models.CharField(max_length=40)
    routes = models.JSONField(
        default=list, help_text=_("Per inspector: stops with times, metres, seconds, line.")
    )
    unplanned = models.JSONField(default=list, help_text=_("Visits left out, each with a checked reason."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district_code", "day", "number"], name="one_plan_number")
        ]


class Visit(models.Model):
    """A visit to a parcel that a request needs (بازدید)."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("requested")
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        MISSED = "missed", _("could not be done")
        CANCELLED = "cancelled", _("cancelled")

    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="visits")
    district_code = models.CharField(max_length=20, db_index=True)
    wished_day = models.DateField(null=True)
    day = models.DateField(null=True, db_index=True)
    window_starts = models.TimeField(null=True)
    window_ends = models.TimeField(null=True)
    minutes = models.PositiveSmallIntegerField(default=20)
    skill = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    plan = models.ForeignKey(DayPlan, null=True, on_delete=models.SET_NULL, related_name="visits")
    inspector = models.ForeignKey(Inspector, null=True, on_delete=models.PROTECT, related_name="visits")
    position = models.PositiveSmallIntegerField(null=True)
    arrives_at = models.DateTimeField(null=True)
    place = MetricPointField()


class VisitReport(models.Model):
    """What the inspector found; sent once however often it arrives."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("as recorded")
        DIFFERS = "differs", _("differs from the record")
        VIOLATION = "violation", _("violation found")
        NO_ENTRY = "no_entry", _("could not enter")

    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="reports")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    measured_area_m2 = models.FloatField(null=True)
    storeys_seen = models.FloatField(null=True)
    note = models.TextField(blank=True)
    position = MetricPointField(null=True)
    reported_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)


class Photo(models.Model):
    """A picture taken on a visit."""

    report = models.ForeignKey(VisitReport, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="photos/%Y/%m/")
    sha256 = models.CharField(max_length=64)
