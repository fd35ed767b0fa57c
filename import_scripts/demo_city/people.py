"""The people of the invented city: roles, 22 inspectors with skills, and their shifts."""

from datetime import date, time, timedelta

import numpy as np
import pandas as pd

from gis_core.models import Role
from import_scripts.demo_city import names as pools
from import_scripts.demo_city.city import DemoCity

INSPECTORS = 22
BY_DISTRICT = (Role.MUNICIPAL_STAFF, Role.DISPATCHER)
BY_CITY = (Role.SUPERVISOR, Role.PLANNER, Role.PLAN_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.CITIZEN)
BY_OFFICE = (Role.TECHNICAL_OFFICER, Role.FOLLOW_UP_OFFICER, Role.OFFICE_MANAGER, Role.DETAILED_PLAN_DESK)
SKILLS = ("building", "survey", "structure")


def people(city: DemoCity, offices: pd.DataFrame) -> pd.DataFrame:
    """Everyone with a role: username, full name, role, districts, offices and agency."""
    rng = np.random.default_rng([city.seed, 51])
    rows: list[tuple] = []

    def add(role: str, number: int, districts=(), office=(), agency: str = "") -> None:
        name = f"{rng.choice(pools.GIVEN)} {rng.choice(pools.SURNAMES)}"
        username = f"{role.replace('_', '-')}-{number}"
        rows.append((username, name, str(role), list(districts), list(office), agency))

    districts = [str(d) for d in sorted(city.parcels["district"].unique())]
    reference = "3"
    for role in BY_CITY:
        add(role.value, 1)
    add(Role.AGENCY.value, 1, agency="regional-water")
    add(Role.AGENCY.value, 2, agency="heritage")
    for role in BY_DISTRICT:
        for number, district in enumerate([reference, *(d for d in districts if d != reference)], start=1):
            add(role.value, number, [district])
    first = offices.sort_values("district_code", key=lambda codes: codes != reference, kind="stable")
    for role in BY_OFFICE:
        for number, code in enumerate(first["code"], start=1):
            add(role.value, number, office=[code])
    for number in range(1, INSPECTORS + 1):
        add(Role.INSPECTOR.value, number, _beat(number, districts, reference))
    return pd.DataFrame(
        rows, columns=["username", "full_name", "role", "district_codes", "office_codes", "agency"]
    )


def inspectors(city: DemoCity, staff: pd.DataFrame, offices: pd.DataFrame) -> pd.DataFrame:
    """The 22 inspectors: code, districts, skills, and the office from which their day starts."""
    rng = np.random.default_rng([city.seed, 52])
    own = staff[staff["role"] == Role.INSPECTOR.value]
    rows = []
    for number, (username, districts) in enumerate(
        zip(own["username"], own["district_codes"], strict=True), 1
    ):
        near = offices[offices["district_code"] == districts[0]]
        start = (near if len(near) else offices).iloc[0]["geometry"]
        skills = ["building", *(skill for skill in SKILLS[1:] if number % 2 or rng.random() < 0.4)]
        rows.append((username, f"K{number:02d}", districts, skills, start))
    return pd.DataFrame(rows, columns=["username", "code", "district_codes", "skills", "geometry"])


def shifts(codes: pd.Series, weekend: frozenset[int], *, first: date, days: int) -> pd.DataFrame:
    """A shift for each inspector on each working day; every fifth is away on a day now and then."""
    rows = []
    for number, code in enumerate(codes):
        for step in range(days):
            day = first + timedelta(days=step)
            away = (number * 7 + day.toordinal()) % 29 == 0
            if day.isoweekday() in weekend or away:
                continue
            ends = time(12, 30) if day.isoweekday() == 4 else time(14, 30)
            rows.append((code, day, time(7, 30), ends, time(10, 30), 15))
    return pd.DataFrame(rows, columns=["code", "day", "starts", "ends", "break_starts", "break_minutes"])


def _beat(number: int, districts: list[str], reference: str) -> list[str]:
    """Four inspectors for district 3, the others spread so that every district has at least one."""
    if number <= 4:
        return [reference, districts[number]] if districts[number] != reference else [reference]
    first = districts[(number - 5) % len(districts)]
    second = districts[(number - 4) % len(districts)]
    return [first, second]
