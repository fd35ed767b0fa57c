"""People and their roles, legal sources, runs of imports, and the book of who read or changed what."""

import pghistory
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _


class CityRecord(models.Model):
    """Which city this database holds; a process that serves another one refuses to start."""

    key = models.CharField(max_length=40, unique=True)
    metric_srid = models.PositiveIntegerField()
    description = models.JSONField(help_text=_("The city's description as it was at the first migration."))


class User(AbstractUser):
    """A person who signs in. Names only: phone and national code are personal data kept apart."""

    full_name = models.CharField(_("name"), max_length=120, blank=True)

    def __str__(self) -> str:
        return self.full_name or self.username


class Contact(models.Model):
    """
    Numbers of a person who signs in: sealed, found by a blind index.

    A mobile number belongs to the one account that has proved it by a code; until then it is only a claim.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="contact")
    mobile_encrypted = models.BinaryField()
    mobile_index = models.CharField(max_length=64, db_index=True)
    mobile_proved = models.BooleanField(default=False)
    national_code_encrypted = models.BinaryField(null=True)
    national_code_index = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mobile_index"],
                condition=models.Q(mobile_proved=True),
                name="one_account_for_a_proved_mobile",
            )
        ]


class Role(models.TextChoices):
    """What a person may be here (services.md, section 2)."""

    CITIZEN = "citizen", _("Citizen")
    OFFICE_MANAGER = "office_manager", _("Office manager")
    TECHNICAL_OFFICER = "technical_officer", _("Technical officer")
    FOLLOW_UP_OFFICER = "follow_up_officer", _("Follow-up officer")
    INSPECTOR = "inspector", _("Inspector")
    DETAILED_PLAN_DESK = "detailed_plan_desk", _("Detailed-plan desk")
    MUNICIPAL_STAFF = "municipal_staff", _("Municipal staff")
    DISPATCHER = "dispatcher", _("Dispatcher")
    SUPERVISOR = "supervisor", _("Supervisor")
    PLANNER = "planner", _("Planner")
    PLAN_APPROVER = "plan_approver", _("Plan approver")
    AGENCY = "agency", _("Agency")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


@pghistory.track()
class RoleGrant(models.Model):
    """A role of a person, over districts and offices, for a period; an empty list means all of the city."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30, choices=Role.choices)
    district_codes = models.JSONField(default=list, blank=True)
    office_codes = models.JSONField(default=list, blank=True)
    agency = models.CharField(max_length=60, blank=True)
    valid = DateRangeField()

    class Meta:
        indexes = [models.Index(fields=["user", "role"])]


class Confidence(models.TextChoices):
    """How sure we are of a number that reaches a citizen (sources.md)."""

    SOURCED = "A", _("from a source")
    KNOWN = "B", _("general knowledge, to be verified")
    INDICATIVE = "C", _("indicative only, a sample")


class LegalStatus(models.TextChoices):
    """Whether a rule or tariff holds."""

    IN_FORCE = "in_force", _("in force")
    PRE_EFFECT = "pre_effect", _("not yet in force")
    SUSPENDED = "suspended", _("suspended")
    ANNULLED = "annulled", _("annulled")


class Source(models.Model):
    """A document that layers, rules and tariffs stand on."""

    code = models.SlugField(max_length=80, unique=True)
    title_fa = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    document_no = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    url = models.URLField(blank=True)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.INDICATIVE)

    def __str__(self) -> str:
        return self.title_fa


class ImportRun(models.Model):
    """One run of an import: what was read, what came of it."""

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    recipe = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_loaded = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_closed = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    doubts = models.JSONField(default=dict, help_text=_("Number of doubtful rows by kind."))


class AuditEntry(models.Model):
    """Who read personal data, or changed a computed value, when and why. Never edited."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]
