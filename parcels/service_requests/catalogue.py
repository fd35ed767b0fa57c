"""Reads a city's services from its `services.toml` into the catalogue; the catalogue is rows, not code."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from gis_core.errors import BadInput, NotFound
from parcels.service_requests.models import Service

FIELDS = frozenset(field.name for field in Service._meta.get_fields() if field.concrete) - {"id"}
CONDITIONS = frozenset(
    {
        *("file", "certificates", "inspected_within_months", "no_open_violation", "no_stop_order"),
        *("debts_settled", "plan_unchanged", "no_agency_overlay", "owner"),
    }
)
NEEDED = frozenset({"code", "title_fa", "title_en", "decision", "output"})


def services_file() -> Path:
    """The services of the city that is served: `services.toml` beside its `city.toml`."""
    return settings.CITY.path.parent / "services.toml"


def service(code: str) -> Service:
    """
    The service of that code, if it is offered.

    Raises
    ------
    NotFound
        When the city offers none.
    """
    found = Service.objects.filter(code=code, active=True).first()
    if found is None:
        raise NotFound("خدمتی با این کد نیست.", "There is no service with this code.", {"service": code})
    return found


@transaction.atomic
def load_services(path: Path) -> list[Service]:
    """
    Make the catalogue equal to the file: new rows added, others changed, those missing from it put to rest.

    Raises
    ------
    BadInput
        When a service lacks something or has an entry that means nothing; the sentence names both.
    """
    with path.open("rb") as file:
        rows = tomllib.load(file)["service"]
    for row in rows:
        _check(row)
    kept = [
        Service.objects.update_or_create(code=row["code"], defaults={"active": True, **row})[0]
        for row in rows
    ]
    Service.objects.exclude(code__in=[row["code"] for row in rows]).update(active=False)
    return kept


def _check(row: dict[str, Any]) -> None:
    strange = sorted(row.keys() - FIELDS) + sorted(row.get("needed_records", {}).keys() - CONDITIONS)
    missing = sorted(NEEDED - row.keys())
    known = row.get("decision") in Service.Decision.values
    if missing or strange or not known:
        code = row.get("code", "?")
        raise BadInput(
            f"خدمت {code} در فایل درست نیست: کم {missing}، ناشناخته {strange}، تصمیم {row.get('decision')}.",
            f"Service {code} is not right in the file: missing {missing}, unknown {strange}, "
            f"decision {row.get('decision')}.",
            {"service": code, "missing": missing, "unknown": strange},
        )
