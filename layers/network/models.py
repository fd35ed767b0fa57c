"""The road graph: street segments between nodes, with the widths that rules ask for."""

import uuid

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.fields import MetricLineField, MetricPointField
from gis_core.validity import Bitemporal, no_two_at_once
from layers.models import LayerVersion


class StreetNode(models.Model):
    """A junction or an end of a street."""

    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    number = models.BigIntegerField(help_text=_("Its number in the graph; segments point to it."))
    geometry = MetricPointField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer_version", "number"], name="one_node_number")]


class StreetSegment(Bitemporal):
    """A street (گذر) between two nodes: centreline, class, widths and directions of travel."""

    class StreetClass(models.TextChoices):
        EXPRESSWAY = "expressway", _("expressway")
        ARTERIAL = "arterial", _("arterial")
        COLLECTOR = "collector", _("collector")
        LOCAL = "local", _("local street")
        ALLEY = "alley", _("alley")
        CUL_DE_SAC = "cul_de_sac", _("cul-de-sac")
        FOOTWAY = "footway", _("footway")

    class Direction(models.IntegerChoices):
        BOTH = 0, _("both ways")
        ALONG = 1, _("along the line")
        AGAINST = -1, _("against the line")

    class Widening(models.TextChoices):
        SYMMETRIC = "SYMMETRIC", _("both sides alike")
        ONE_SIDED_LEFT = "ONE_SIDED_LEFT", _("left side")
        ONE_SIDED_RIGHT = "ONE_SIDED_RIGHT", _("right side")
        OFFSETS = "OFFSETS", _("given offsets")

    lineage = models.UUIDField(default=uuid.uuid4)
    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    code = models.CharField(max_length=60, blank=True)
    name_fa = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    street_class = models.CharField(max_length=16, choices=StreetClass.choices)
    existing_width_m = models.FloatField(null=True)
    planned_width_m = models.FloatField(null=True)
    widening = models.CharField(max_length=16, choices=Widening.choices, default=Widening.SYMMETRIC)
    offset_left_m = models.FloatField(null=True)
    offset_right_m = models.FloatField(null=True)
    legal_access = models.BooleanField(default=True)
    from_node = models.BigIntegerField()
    to_node = models.BigIntegerField()
    direction = models.SmallIntegerField(choices=Direction.choices, default=Direction.BOTH)
    drivable = models.BooleanField(default=True)
    walkable = models.BooleanField(default=True)
    length_m = models.FloatField()
    speed_kmh = models.FloatField(null=True)
    geometry = MetricLineField()

    class Meta:
        constraints = [no_two_at_once("one_street_version_at_once", "lineage")]
        indexes = [models.Index(fields=["from_node"]), models.Index(fields=["to_node"])]


class CorrectedLine(Bitemporal):
    """A line that a document draws as the border of a street to come (بر اصلاحی), on one side of a street."""

    lineage = models.UUIDField(default=uuid.uuid4)
    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    code = models.CharField(max_length=60)
    sheet = models.CharField(
        max_length=200, blank=True, help_text=_("Where in its document the line is drawn.")
    )
    street_lineage = models.UUIDField(help_text=_("The street segment whose one side it is."))
    geometry = MetricLineField()

    class Meta:
        constraints = [no_two_at_once("one_corrected_line_version_at_once", "lineage")]
        indexes = [models.Index(fields=["street_lineage"])]


class TurnRestriction(Bitemporal):
    """A turn from one segment into another that is forbidden."""

    layer_version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT)
    from_segment = models.UUIDField()
    via_node = models.BigIntegerField()
    to_segment = models.UUIDField()
