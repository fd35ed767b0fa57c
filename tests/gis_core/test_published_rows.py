"""Nothing published is overwritten: the database itself refuses."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DatabaseError

from gis_core.startup import UnfitDatabase, refuse_unfit_database
from layers.models import Layer, LayerVersion
from layers.zoning.models import Zone
from parcels.models import Parcel
from tests.builders import LONG_AGO, corner_plot, published_layer, rule, zoned

pytestmark = pytest.mark.django_db


def refused(action) -> None:
    with pytest.raises(DatabaseError, match="PUBLISHED_ROW"), transaction.atomic():
        action()


def test_a_published_zone_cannot_be_edited():
    zone = zoned("R121")
    refused(lambda: Zone.objects.filter(pk=zone.pk).update(code="R122"))


def test_a_published_zone_cannot_be_deleted():
    zone = zoned("R121")
    refused(lambda: Zone.objects.filter(pk=zone.pk).delete())


def test_a_published_zone_can_be_closed_on_a_day_but_not_reopened():
    zone = zoned("R121")
    closed = DateRange(LONG_AGO, date(2026, 3, 1))
    Zone.objects.filter(pk=zone.pk).update(valid=closed)
    refused(lambda: Zone.objects.filter(pk=zone.pk).update(valid=DateRange(LONG_AGO, None)))


def test_a_zone_of_a_draft_may_still_be_moved():
    draft = published_layer("zoning", Layer.Kind.ZONING)
    LayerVersion.objects.filter(pk=draft.pk).update(status=LayerVersion.Status.DRAFT)
    zone = zoned("R121", version=draft)
    Zone.objects.filter(pk=zone.pk).update(code="M112")
    zone.refresh_from_db()
    assert zone.code == "M112"


def test_the_area_in_the_deed_of_a_known_parcel_version_stays_as_it_was_known():
    parcel = corner_plot()
    refused(lambda: Parcel.objects.filter(pk=parcel.pk).update(deed_area_m2=310.0))


def test_two_rules_of_one_name_on_one_day_are_refused():
    rule("far", "FAR", {"percent": 240}, zone_code="R121")
    with pytest.raises(IntegrityError, match="one_rule_version_at_once"), transaction.atomic():
        rule("far", "FAR", {"percent": 300}, zone_code="R121")


def test_a_correction_known_later_stands_beside_what_was_known_before():
    first = rule("far", "FAR", {"percent": 240}, zone_code="R121")
    corrected_at = datetime(2026, 5, 1, tzinfo=UTC)
    type(first).objects.filter(pk=first.pk).update(known=(first.known[0], corrected_at))
    second = rule("far2", "FAR", {"percent": 250}, zone_code="R121")
    known_then = type(first).objects.in_force(on=date(2026, 1, 1), known_at=datetime(2026, 4, 1, tzinfo=UTC))
    known_now = type(first).objects.in_force(on=date(2026, 1, 1))
    assert first in known_then
    assert list(known_now) == [second]


def test_the_tests_themselves_work_with_the_role_that_serves():
    refuse_unfit_database()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("pelak_app",)


def test_another_citys_database_is_refused(settings):
    from dataclasses import replace

    settings.CITY = replace(settings.CITY, key="elsewhere")
    with pytest.raises(UnfitDatabase, match="elsewhere"):
        refuse_unfit_database()
