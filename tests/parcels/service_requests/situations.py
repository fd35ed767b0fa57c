"""Situations of a counter: a zoned corner lot with its rules, its property file, people and submissions."""

import uuid
from datetime import date
from typing import Any

from gis_core.city import DEMO_CITY
from gis_core.models import RoleGrant, User
from gis_core.personal_data import blind_index
from parcels.models import Parcel
from parcels.records.models import Certificate, Debt, PropertyFile
from parcels.service_requests.applicants import Person
from parcels.service_requests.catalogue import load_services
from parcels.service_requests.intake import Submission
from tests.builders import corner_plot, rule, zoned

TODAY = date(2026, 11, 21)
NEGAR = Person("نگار صالحی", "0499370899", "09131234567")
ALI = Person("علی رضایی", "0010350829", "09121111111")


def catalogue() -> None:
    """The services of the sample city."""
    load_services(DEMO_CITY.parent / "services.toml")


def lot_in_a_zone() -> Parcel:
    """The reference lot, zoned, in a city that has loaded no rules of density."""
    catalogue()
    parcel = corner_plot()
    zoned()
    return parcel


def tolerance() -> None:
    """The rule by which a deed's area may differ from the survey."""
    rule("DEED-TOLERANCE", "DEED_TOLERANCE", {"relative_share": 0.02, "absolute_m2": 5, "combine": "LARGER"})


def property_file(parcel: Parcel, **values: Any) -> PropertyFile:
    """A clean file of Negar's: visited and certified in spring, nothing open, nothing owed."""
    values.setdefault("owner_indexes", owned_by(NEGAR))
    file = PropertyFile.objects.create(
        parcel_lineage=parcel.lineage,
        file_no="1-1204",
        last_inspected_on=values.pop("last_inspected_on", date(2026, 5, 1)),
        **values,
    )
    Certificate.objects.create(file=file, kind="completion", number="77", issued_on=date(2026, 5, 10))
    return file


def owned_by(*people: Person) -> list[str]:
    """The owners of a file, as it keeps them."""
    return [blind_index(who.national_code) for who in people]


def owes(file: PropertyFile, amount_rial: int) -> Debt:
    """An unpaid sum."""
    return Debt.objects.create(file=file, fee_code="F-01", year=1404, amount_rial=amount_rial)


def someone(
    role: str, name: str = "", districts: tuple[str, ...] = (), offices: tuple[str, ...] = ()
) -> User:
    """A person with one role."""
    user = User.objects.create_user(
        username=name or f"{role}-{uuid.uuid4().hex[:6]}", password="a long password"
    )
    RoleGrant.objects.create(
        user=user,
        role=role,
        district_codes=list(districts),
        office_codes=list(offices),
        valid=(date(2020, 1, 1), None),
    )
    return user


def submission(parcel: Parcel, service: str = "CT-04", **values: Any) -> Submission:
    """A citizen's submission."""
    values.setdefault("client_uuid", uuid.uuid4())
    values.setdefault("person", NEGAR)
    return Submission(service_code=service, parcel_key=parcel.key, **values)
