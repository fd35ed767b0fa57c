"""Services of the catalogue, the requests people file, and what was decided on them."""

import uuid

import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from parcels.models import IssuedEvaluation, Parcel


@pghistory.track()
class Service(models.Model):
    """A service as a row: what it asks for, what must be known for an instant answer, what comes out."""

    class Decision(models.TextChoices):
        INSTANT = "instant", _("answered on the spot")
        INSTANT_OR_VISIT = (
            "instant_or_visit",
            _("on the spot when the record allows, otherwise after a visit"),
        )
        VISIT = "visit", _("after a visit")
        DESK = "desk", _("decided at a desk")

    code = models.CharField(max_length=12, unique=True)
    title_fa = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    summary_fa = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    decision = models.CharField(max_length=20, choices=Decision.choices)
    public = models.BooleanField(default=False, help_text=_("Needs no applicant: it only shows."))
    needed_findings = models.JSONField(default=list)
    needed_overlays = models.JSONField(
        default=list, help_text=_("Layer keys that must be known; ['*'] means all.")
    )
    needed_records = models.JSONField(default=dict, help_text=_("Conditions on the property file."))
    documents = models.JSONField(default=list)
    visit = models.JSONField(default=dict, help_text=_("Minutes and skill of the visit, if one is needed."))
    answer_validity_days = models.PositiveIntegerField(null=True)
    output = models.CharField(max_length=40)
    fee_codes = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title_fa


class Applicant(models.Model):
    """Personal data of who applies: encrypted, masked by default; each reading is recorded."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    name_encrypted = models.BinaryField()
    national_code_encrypted = models.BinaryField()
    national_code_index = models.CharField(max_length=64, db_index=True)
    mobile_encrypted = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)


class State(models.TextChoices):
    """Where a request stands (services.md section 3)."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    INSTANT_CHECK = "instant_check", _("checked automatically")
    ANSWERED_INSTANT = "answered_instant", _("answered on the spot")
    DOC_CHECK = "doc_check", _("documents are checked")
    RETURNED = "returned", _("returned to the applicant")
    INSPECTION_REQUESTED = "inspection_requested", _("waits for a visit")
    INSPECTION_SCHEDULED = "inspection_scheduled", _("visit planned")
    INSPECTED = "inspected", _("visited")
    DETAILED_PLAN_CHECK = "detailed_plan_check", _("at the detailed-plan desk")
    MUNICIPAL_DESK = "municipal_desk", _("at the municipality's desk")
    FEES_DUE = "fees_due", _("fees due")
    PAID = "paid", _("paid")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")
    REFERRED_ART100 = "referred_art100", _("referred to the Article 100 commission")
    WAITING_AGENCY = "waiting_agency", _("waits for an agency")


class ServiceRequest(models.Model):
    """One request of one person for one service on one parcel version."""

    class Channel(models.TextChoices):
        ONLINE = "online", _("online")
        COUNTER = "counter", _("at a counter")

    client_uuid = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text=_("Made by the sender: once only.")
    )
    tracking_code = models.CharField(max_length=16, unique=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT)
    unit = models.CharField(max_length=20, blank=True)
    applicant = models.ForeignKey(Applicant, null=True, on_delete=models.PROTECT)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="filed"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.ONLINE)
    office_code = models.CharField(max_length=40, blank=True)
    district_code = models.CharField(max_length=20, blank=True, db_index=True)
    state = models.CharField(max_length=24, choices=State.choices, default=State.DRAFT, db_index=True)
    chosen_storeys = models.FloatField(null=True)
    wished_day = models.DateField(null=True)
    answers = models.JSONField(
        default=dict, help_text=_("What was typed in the form, without personal data.")
    )
    submitted_at = models.DateTimeField(null=True, db_index=True)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.tracking_code


class Document(models.Model):
    """An uploaded paper."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=40)
    original_name = models.CharField(max_length=200)
    file = models.FileField(upload_to="documents/%Y/%m/")
    media_type = models.CharField(max_length=60)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)


class Transition(models.Model):
    """A step of a request from one state to the next; never edited."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.CharField(max_length=24, choices=State.choices)
    to_state = models.CharField(max_length=24, choices=State.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, help_text=_("Empty: the system.")
    )
    role = models.CharField(max_length=30, blank=True)
    reasons = models.JSONField(default=list)
    note = models.TextField(blank=True)


@pghistory.track()
class Decision(models.Model):
    """What was decided: facts frozen with their evaluation, signed; a later one supersedes it."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", _("refused")
        INSPECTION = "inspection", _("needs a visit")
        RECOMMENDED = "recommended", _("recommended")

    code = models.CharField(
        max_length=20, unique=True, help_text=_("Readable code on paper, for verification.")
    )
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    instant = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    evaluation = models.ForeignKey(IssuedEvaluation, null=True, on_delete=models.PROTECT)
    facts = models.JSONField(default=dict)
    signature = models.TextField(blank=True)
    key_id = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    valid_until = models.DateField(null=True)
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
