"""Finds the tariffs in force on a day and what a square metre is officially worth at a parcel."""

from datetime import date, datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Subquery, Value, When

from parcels.fees.calculate import PriceList, TariffInForce
from parcels.fees.models import LandValue, Tariff
from parcels.models import Parcel


def price_list(parcel: Parcel, *, on: date, known_at: datetime | None = None) -> PriceList:
    """
    The tariffs in force on the day, with P and B where the parcel lies; one round trip.

    The value of the smallest place holds: that of an area round the parcel's inner point, else of
    its district, else of the city. Empty, without values, when no tariff is in force.
    """
    here = _values_at(parcel, on, known_at)
    rows = list(
        _in_force(on, known_at).annotate(
            land_rial_m2=Subquery(here.values("land_rial_m2")[:1]),
            building_rial_m2=Subquery(here.values("building_rial_m2")[:1]),
        )
    )
    if not rows:
        return PriceList()
    return PriceList(tuple(map(_value, rows)), rows[0].land_rial_m2, rows[0].building_rial_m2)


def tariffs_in_force(*, on: date, known_at: datetime | None = None) -> tuple[TariffInForce, ...]:
    """The tariffs in force on the day, by code."""
    return tuple(map(_value, _in_force(on, known_at)))


def _in_force(on: date, known_at: datetime | None) -> QuerySet[Tariff]:
    return Tariff.objects.in_force(on=on, known_at=known_at).select_related("source").order_by("code")


def _values_at(parcel: Parcel, on: date, known_at: datetime | None) -> QuerySet[LandValue]:
    point = parcel.geometry.point_on_surface
    of_district = Q(area__isnull=True, district_code=parcel.district_code) & ~Q(district_code="")
    narrowness = Case(
        When(area__isnull=False, then=Value(0)),
        When(of_district, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return (
        LandValue.objects.in_force(on=on, known_at=known_at)
        .filter(Q(area__intersects=point) | of_district | Q(area__isnull=True, district_code=""))
        .order_by(narrowness, "pk")
    )


def _value(row: Tariff) -> TariffInForce:
    source = row.source
    return TariffInForce(
        code=row.code,
        version=row.version,
        title_fa=row.title_fa,
        title_en=row.title_en,
        definition=row.definition,
        charged_at=row.charged_at,
        legal_status=row.legal_status,
        ruling=row.ruling,
        confidence=row.confidence,
        source=source.code if source else "",
        source_title_fa=source.title_fa if source else "",
        source_title_en=source.title_en if source else "",
        valid_until=row.valid.upper,
    )
