"""Which tariffs and land values hold on a day at a place, from the database."""

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from parcels.fees.models import LandValue, Tariff
from parcels.fees.queries import price_list, tariffs_in_force
from tests.builders import ORIGIN, geos, plot

pytestmark = pytest.mark.django_db

NOWRUZ_1404, NOWRUZ_1405 = date(2025, 3, 21), date(2026, 3, 21)
LONG_KNOWN = (datetime(2020, 1, 1, tzinfo=UTC), None)
FLAT = {"expression": "flat", "inputs": {"flat": {"unit": "rial"}}}


def square(side_m: float = 20.0) -> shapely.Polygon:
    x, y = ORIGIN
    return shapely.box(x, y, x + side_m, y + side_m)


def tariff(code: str, valid, version: int = 1, **values) -> Tariff:
    values.setdefault("known", LONG_KNOWN)
    return Tariff.objects.create(
        code=code, version=version, title_fa=code, title_en=code, definition=FLAT, valid=valid, **values
    )


def land_value(land_rial_m2: int, valid=(NOWRUZ_1404, None), **values) -> LandValue:
    return LandValue.objects.create(
        land_rial_m2=land_rial_m2, building_rial_m2=3_000_000, valid=valid, known=LONG_KNOWN, **values
    )


def test_last_years_tariff_answers_for_last_year():
    tariff("F-03", (NOWRUZ_1404, NOWRUZ_1405))
    tariff("F-03", (NOWRUZ_1405, None), version=2)
    assert [one.version for one in tariffs_in_force(on=NOWRUZ_1405 - timedelta(days=1))] == [1]
    assert [one.version for one in tariffs_in_force(on=NOWRUZ_1405)] == [2]
    assert tariffs_in_force(on=NOWRUZ_1404 - timedelta(days=1)) == ()


def test_two_versions_of_a_tariff_on_one_day_are_refused():
    tariff("F-03", (NOWRUZ_1404, None))
    with pytest.raises(IntegrityError), transaction.atomic():
        tariff("F-03", (NOWRUZ_1405, None), version=2)


def test_what_we_did_not_know_yet_did_not_price():
    learnt = datetime(2025, 6, 1, tzinfo=UTC)
    tariff("F-03", (NOWRUZ_1404, None), known=(learnt, None))
    assert tariffs_in_force(on=NOWRUZ_1405, known_at=learnt - timedelta(days=1)) == ()
    assert len(tariffs_in_force(on=NOWRUZ_1405, known_at=learnt)) == 1


def test_the_value_of_the_smallest_place_holds():
    lot = plot(square(), "3-2-45-17-0-0-0", district_code="3")
    tariff("F-03", (NOWRUZ_1404, None))
    land_value(1_000_000)
    assert price_list(lot, on=NOWRUZ_1405).land_rial_m2 == 1_000_000
    land_value(1_200_000, district_code="3")
    land_value(9_000_000, district_code="4")
    assert price_list(lot, on=NOWRUZ_1405).land_rial_m2 == 1_200_000
    land_value(1_500_000, area=MultiPolygon(geos(square()), srid=geos(square()).srid))
    assert price_list(lot, on=NOWRUZ_1405).land_rial_m2 == 1_500_000


def test_the_prices_of_a_parcel_take_one_round_trip():
    lot = plot(square(), "3-2-45-17-0-0-0", district_code="3")
    tariff("F-03", (NOWRUZ_1404, None))
    tariff("F-05", (NOWRUZ_1404, None))
    land_value(1_000_000)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        prices = price_list(lot, on=NOWRUZ_1405)
    assert len(prices.tariffs) == 2
    assert len(asked) == 1


def test_a_city_without_tariffs_has_no_prices():
    assert price_list(plot(square(), "138-22"), on=NOWRUZ_1405).tariffs == ()
