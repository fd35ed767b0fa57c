"""What is drawn as an area, line or point: layers, their versions, districts, ground cover and overlays."""

import uuid

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.utils.translation import gettext_lazy as _

from gis_core.fields import (
    MetricGeometryField,
    MetricMultiPolygonField,
    MetricPolygonField,
)
from gis_core.models import ImportRun, Source, User
from gis_core.validity import Bitemporal, known_from_now, no_two_at_once


class Layer(models.Model):
    """A kind of thing the city keeps a map of: its zoning, its qanats, its flood zones."""

    class Kind(models.TextChoices):
        DISTRICTS = "districts", _("districts")
        GROUND = "ground", _("ground cover")
        ZONING = "zoning", _("zoning")
        OVERLAY = "overlay", _("overlay")
        STREETS = "streets", _("streets")
        PARCELS = "parcels", _("parcels")
        OFFICES = "offices", _("offices")
        RASTER = "raster", _("raster")
        CORRECTED_LINES = "corrected_lines", _("corrected lines")

    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title_fa = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    sensitive = models.BooleanField(default=False, help_text=_("Its geometry is never published."))
    stale_after_days = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title_fa


@pghistory.track()
class LayerVersion(models.Model):
    """One edition of a layer. Once published it is never edited; a correction is the next version."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        IN_FORCE = "in_force", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    valid = DateRangeField(null=True)
    known = DateTimeRangeField(default=known_from_now)
    surveyed_on = models.DateField(null=True, blank=True)
    surveyed_extent = MetricMultiPolygonField(
        null=True, help_text=_("Empty: nobody said how far the survey reaches.")
    )
    positional_accuracy_m = models.FloatField(null=True)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT)
    import_run = models.ForeignKey(ImportRun, null=True, on_delete=models.PROTECT)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="one_version_number_per_layer"),
            no_two_at_once(
                "one_published_version_of_a_layer_at_once", "layer", condition=models.Q(status="in_force")
            ),
        ]


class District(Bitemporal):
    """A municipal district (منطقه), sub-district (ناحیه) or neighbourhood (محله)."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("district")
        SUB_DISTRICT = "sub_district", _("sub-district")
        NEIGHBOURHOOD = "neighbourhood", _("neighbourhood")

    lineage = models.UUIDField(default=uuid.uuid4)
    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    level = models.CharField(max_length=16, choices=Level.choices, default=Level.DISTRICT)
    code = models.CharField(max_length=20)
    parent_code = models.CharField(max_length=20, blank=True)
    name_fa = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    geometry = MetricMultiPolygonField()

    class Meta:
        constraints = [no_two_at_once("one_district_version_at_once", "lineage")]
        indexes = [models.Index(fields=["level", "code"])]


class GroundCover(Bitemporal):
    """What lies between the lots: street surface, water, park, open land."""

    class Kind(models.TextChoices):
        PASSAGE = "passage", _("street surface")
        WATER = "water", _("water")
        PARK = "park", _("park")
        OPEN_LAND = "open_land", _("open land")

    lineage = models.UUIDField(default=uuid.uuid4)
    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name_fa = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    street_lineage = models.UUIDField(null=True, blank=True, help_text=_("The street whose surface this is."))
    geometry = MetricPolygonField()

    class Meta:
        constraints = [no_two_at_once("one_ground_cover_version_at_once", "lineage")]
        indexes = [models.Index(fields=["kind"])]


class OverlayFeature(Bitemporal):
    """What restricts the land under or near it: a heritage core, a well, a power line, a flood zone."""

    lineage = models.UUIDField(default=uuid.uuid4)
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT)
    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    code = models.CharField(max_length=60, blank=True)
    name_fa = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    attributes = models.JSONField(
        default=dict, help_text=_("Voltage, discharge, height: what a buffer rule looks up.")
    )
    geometry = MetricGeometryField()

    class Meta:
        constraints = [no_two_at_once("one_overlay_feature_version_at_once", "lineage")]
        indexes = [models.Index(fields=["layer"])]


class Raster(models.Model):
    """A grid of heights, depths or classes, kept as a file with its CRS, extent, date and source checked."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT)
    path = models.CharField(max_length=255)
    srid = models.PositiveIntegerField()
    nodata = models.FloatField(null=True)
    extent = MetricPolygonField()
    surveyed_on = models.DateField(null=True)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64)
