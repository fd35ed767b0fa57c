"""The property file: what the municipality's record says of a parcel or a unit on it."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from gis_core.models import ImportRun


class PropertyFile(models.Model):
    """
    That a file exists at all (services.md section 5: without one an inspection is needed).

    `owner_indexes` are blind indexes of the owners' national codes (gis_core/personal_data.py): they can
    be compared, not read. Null: the owners are not known. Only `parcels.records.queries.is_owner` looks.
    """

    parcel_lineage = models.UUIDField(db_index=True)
    unit = models.CharField(max_length=20, blank=True)
    file_no = models.CharField(max_length=40)
    last_inspected_on = models.DateField(null=True)
    stop_order = models.BooleanField(default=False)
    owner_indexes = ArrayField(models.CharField(max_length=64), null=True)
    import_run = models.ForeignKey(ImportRun, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel_lineage", "unit"], name="one_file_per_unit")]


class Certificate(models.Model):
    """A certificate or permit that was issued."""

    class Kind(models.TextChoices):
        COMPLETION = "completion", _("completion certificate")
        NO_VIOLATION = "no_violation", _("no-violation certificate")
        PERMIT = "permit", _("building permit")
        VISIT = "visit", _("valid visit report")

    file = models.ForeignKey(PropertyFile, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.CharField(max_length=40)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True)


class Violation(models.Model):
    """A building violation; open until it is settled."""

    file = models.ForeignKey(PropertyFile, on_delete=models.CASCADE, related_name="violations")
    kind = models.CharField(max_length=60)
    opened_on = models.DateField()
    settled_on = models.DateField(null=True)
    article_100_verdict = models.CharField(max_length=200, blank=True)


class Debt(models.Model):
    """A sum owed on a property."""

    file = models.ForeignKey(PropertyFile, on_delete=models.CASCADE, related_name="debts")
    fee_code = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    amount_rial = models.BigIntegerField()
    paid_on = models.DateField(null=True)
