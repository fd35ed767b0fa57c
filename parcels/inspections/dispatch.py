"""Plans a district's day on the street network: reads what is owed, decides the routes, keeps the draft."""

from datetime import date, datetime

from django.db import transaction

from gis_core.errors import NotFound
from layers.models import District
from layers.network.travel import network
from parcels.inspections.deciding import decide
from parcels.inspections.models import DayPlan
from parcels.inspections.owed import owe_visits
from parcels.inspections.plans import one_at_a_time, write_plan
from parcels.inspections.questions import read_day


def plan_district_day(district_code: str, day: date, *, now: datetime, by: int | None = None) -> DayPlan:
    """
    Compute a draft plan of a district's day and keep it; what is already done stays as it was.

    Raises
    ------
    BadInput
        When the day is over.
    NotFound
        When the city has no such district on that day.
    SourceFailed
        When no street network is loaded.
    """
    refuse_unknown_district(district_code, on=day)
    with transaction.atomic():
        one_at_a_time(district_code)
        owe_visits(district_code)
    question = read_day(district_code, day, now=now)
    return write_plan(decide(question, network(on=day)), now=now, by=by)


def refuse_unknown_district(code: str, *, on: date) -> None:
    """
    Let pass a district that the city has on a day.

    Raises
    ------
    NotFound
        When there is none of that code.
    """
    if not District.objects.in_force(on=on).filter(level=District.Level.DISTRICT, code=code).exists():
        raise NotFound(
            f"شهر منطقه‌ای با کد «{code}» ندارد.",
            f"The city has no district with the code {code}.",
            {"reason": "NO_SUCH_DISTRICT", "district": code},
        )
