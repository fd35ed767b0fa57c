"""Reads what the property file of a parcel said on a day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from parcels.models import Parcel
from parcels.records.models import PropertyFile


@dataclass(frozen=True)
class Paper:
    """A certificate or permit that was issued."""

    kind: str
    number: str
    issued_on: date
    valid_until: date | None


@dataclass(frozen=True)
class PropertyRecord:
    """
    What the municipality's record says of a parcel or unit on one day.

    `papers` are those valid that day, newest first; `debt_rial` is the unpaid sum.
    """

    file_no: str
    last_inspected_on: date | None
    stop_order: bool
    papers: tuple[Paper, ...] = ()
    open_violations: tuple[str, ...] = ()
    debt_rial: int = 0


def property_record(parcel: Parcel, unit: str = "", *, on: date) -> PropertyRecord | None:
    """The record of that unit, else of the whole parcel; None when there is none at all."""
    file = _file_of(parcel, unit, PropertyFile.objects.defer("owner_indexes"))
    return None if file is None else record_of(file, on=on)


def is_owner(parcel: Parcel, unit: str, national_code_index: str) -> bool:
    """
    Whether the file names this person, by the blind index of the national code, among the owners.

    False as well when there is no file or its owners are not known. The indexes never leave this function.
    """
    file = _file_of(parcel, unit, PropertyFile.objects.only("unit", "owner_indexes"))
    return file is not None and national_code_index in (file.owner_indexes or ())


def _file_of(parcel: Parcel, unit: str, files: QuerySet[PropertyFile]) -> PropertyFile | None:
    """The file of the unit, else of the whole parcel."""
    found = files.filter(parcel_lineage=parcel.lineage, unit__in=["", unit])
    return max(found, key=lambda row: row.unit == unit, default=None)


def record_of(file: PropertyFile, *, on: date) -> PropertyRecord:
    """A property file as it stood on a day."""
    papers = [
        Paper(row.kind, row.number, row.issued_on, row.valid_until)
        for row in file.certificates.all()
        if row.issued_on <= on and (row.valid_until is None or row.valid_until >= on)
    ]
    violations = [
        row.kind
        for row in file.violations.all()
        if row.opened_on <= on and (row.settled_on is None or row.settled_on > on)
    ]
    debts = [row.amount_rial for row in file.debts.all() if row.paid_on is None or row.paid_on > on]
    inspected = file.last_inspected_on
    return PropertyRecord(
        file_no=file.file_no,
        last_inspected_on=inspected if inspected and inspected <= on else None,
        stop_order=file.stop_order,
        papers=tuple(sorted(papers, key=lambda paper: paper.issued_on, reverse=True)),
        open_violations=tuple(violations),
        debt_rial=sum(debts),
    )
