"""The published cases of the Jalali calendar, exactly."""

from datetime import date, datetime

import pytest

from gis_core.jalali import days_inclusive, is_leap, local, read_iso, to_jalali, weekday
from tests.gis_core.vectors import cases, expected


@pytest.mark.parametrize("case", cases("calendar.json", "CALENDAR"))
def test_the_calendar_gives_the_published_days(case):
    asked = case["inputs"]
    days = [read_iso(text) for text in asked["jalali"]]
    assert [day and day.isoformat() for day in days] == expected(case, "gregorian")
    assert [day and weekday(day, "en").upper() for day in days] == expected(case, "weekday")
    assert [str(to_jalali(date.fromisoformat(day))) for day in asked["gregorian"]] == expected(case, "jalali")
    assert [year for year in asked["years"] if is_leap(int(year))] == expected(case, "leap_years")
    assert [_in_tehran(text) for text in asked["instants_utc"]] == expected(case, "tehran_local")
    spans = [days_inclusive(read_iso(first), read_iso(last)) for first, last in asked["spans"]]
    assert spans == expected(case, "days_inclusive")


def _in_tehran(instant_utc: str) -> str:
    day, there = local(datetime.fromisoformat(instant_utc), "Asia/Tehran")
    return f"{day}T{there:%H:%M:%S}{there.isoformat()[-6:]}"
