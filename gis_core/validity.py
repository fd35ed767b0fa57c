"""Knows periods: in force on a day, known at an instant; and the columns that hold them."""

from datetime import date, datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BitemporalQuerySet(models.QuerySet):
    """Rows that have two times: when they hold, and when we knew them."""

    def in_force(self, *, on: date, known_at: datetime | None = None) -> "BitemporalQuerySet":
        """Rows valid on the day, as known at the instant (default: as known now)."""
        known = Q(known__upper_inf=True) if known_at is None else Q(known__contains=known_at)
        return self.filter(known, valid__contains=on)


def known_from_now() -> tuple[datetime, None]:
    """The knowledge period that begins now and has no end."""
    return (timezone.now(), None)


class Bitemporal(models.Model):
    """A row of legal weight: valid over days `[from, to)`, known over instants `[from, to)`."""

    valid = DateRangeField(
        _("in force"), help_text=_("First day, and the first day on which it no longer holds.")
    )
    known = DateTimeRangeField(_("known"), default=known_from_now)

    objects = BitemporalQuerySet.as_manager()

    class Meta:
        abstract = True


def no_two_at_once(name: str, *columns: str, condition: Q | None = None) -> ExclusionConstraint:
    """The constraint that refuses two rows of one thing on one day in one state of knowledge."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((F(column), RangeOperators.EQUAL) for column in columns),
            (F("valid"), RangeOperators.OVERLAPS),
            (F("known"), RangeOperators.OVERLAPS),
        ],
        condition=condition,
    )


def days_of_change(name: str) -> list[models.Index]:
    """The indexes by which the last day on which rows of a large table begin or cease to hold is found."""
    return [
        models.Index(F("valid__startswith"), name=f"{name}_begins"),
        models.Index(F("valid__endswith"), name=f"{name}_ends", condition=Q(valid__endswith__isnull=False)),
    ]
