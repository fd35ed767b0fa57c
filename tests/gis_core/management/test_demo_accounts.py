"""A newcomer gets one account for each role, and no other person's."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import shapely
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from gis_core.models import Role, RoleGrant
from layers.offices.models import Office
from tests.builders import ORIGIN, geos


@pytest.fixture
def accounts(db, settings, tmp_path):
    settings.VAR = tmp_path
    parisa = get_user_model().objects.create(username="parisa")
    for role in (Role.PLANNER, Role.PLAN_APPROVER):
        RoleGrant.objects.create(user=parisa, role=role, valid=(date(2020, 1, 1), None))
    left = get_user_model().objects.create(username="left")
    RoleGrant.objects.create(user=left, role=Role.AUDITOR, valid=(date(2020, 1, 1), date(2021, 1, 1)))
    call_command("demo_accounts")
    return {
        row["role"]: row for row in json.loads((tmp_path / "secrets" / "demo_accounts_demo.json").read_text())
    }


def test_every_role_has_one_person_who_can_sign_in(accounts):
    assert set(accounts) == set(Role.values)
    assert len({row["username"] for row in accounts.values()}) == len(Role)
    for role, row in accounts.items():
        user = authenticate(username=row["username"], password=row["password"])
        assert user.grants.filter(role=role).exists()


def test_people_of_the_city_come_before_new_ones_and_former_ones_do_not_count(accounts):
    assert accounts["planner"]["username"] == "parisa"
    assert accounts["plan_approver"]["username"] != "parisa"
    assert accounts["auditor"]["username"] != "left"


def test_a_case_can_be_walked_through_the_accounts_of_one_district(db, settings, tmp_path):
    settings.VAR = tmp_path
    for code, district in (("D1", "1"), ("D3", "3")):
        Office.objects.create(
            code=code,
            district_code=district,
            geometry=geos(shapely.Point(ORIGIN)),
            valid=(date(2020, 1, 1), None),
            known=(datetime(2020, 1, 1, tzinfo=UTC), None),
        )
    for name, role, districts, offices in (
        ("inspector", Role.INSPECTOR, ["3"], []),
        ("dispatcher-1", Role.DISPATCHER, ["1"], []),
        ("dispatcher-3", Role.DISPATCHER, ["3", "4"], []),
        ("officer-1", Role.TECHNICAL_OFFICER, [], ["D1"]),
        ("officer-3", Role.TECHNICAL_OFFICER, [], ["D3"]),
    ):
        user = get_user_model().objects.create(username=name)
        RoleGrant.objects.create(
            user=user,
            role=role,
            district_codes=districts,
            office_codes=offices,
            valid=(date(2020, 1, 1), None),
        )
    call_command("demo_accounts")
    rows = json.loads((tmp_path / "secrets" / "demo_accounts_demo.json").read_text())
    chosen = {row["role"]: row["username"] for row in rows}
    assert (chosen["dispatcher"], chosen["technical_officer"]) == ("dispatcher-3", "officer-3")


def test_the_passwords_are_for_their_owner_only(accounts, tmp_path):
    assert (tmp_path / "secrets" / "demo_accounts_demo.json").stat().st_mode & 0o777 == 0o600


def test_a_real_city_has_none(db, settings, tmp_path):
    settings.CITY = replace(settings.CITY, official=True)
    settings.VAR = tmp_path
    with pytest.raises(CommandError, match="real city"):
        call_command("demo_accounts")
