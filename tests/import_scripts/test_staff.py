"""A city's own people out of a table: accounts, roles, inspectors, shifts; and no password anywhere else."""

import csv
import stat
from datetime import date, time, timedelta
from pathlib import Path

import pandas as pd
import pytest
import shapely
from django.contrib.auth.hashers import check_password
from django.utils import timezone

from gis_core.models import RoleGrant, User
from import_scripts.issues import Outcome
from import_scripts.rota import Hours, week_of
from import_scripts.runner import import_file
from layers.models import District, Layer
from layers.offices.models import Office
from parcels.inspections.models import Inspector, Shift
from tests.builders import ORIGIN, geos, published_layer, whole_city

pytestmark = [pytest.mark.usefixtures("as_owner"), pytest.mark.django_db]
RECIPE = """
kind = "staff"
layer_key = "staff"
title_fa = "کارکنان"
title_en = "Staff"
{more}
[period]
valid_from = 2024-03-20
[fields]
username = "username"
name_fa = "name"
role = "role"
districts = "districts"
offices = "offices"
skills = "skills"
starts_at = "starts_at"
hours = "hours"
valid_to = "until"
[options]
shift_days_ahead = 14
"""
COLUMNS = ("username", "name", "role", "districts", "offices", "skills", "starts_at", "hours", "until")
INSPECTOR = {
    "username": "k-rezaei",
    "name": "كريم رضايي",
    "role": "inspector",
    "districts": "۳، 5",
    "skills": "building، survey",
    "starts_at": "۱۲",
    "hours": "6,7,1-3 07:30-14:30; 4 07:30-12:30",
}
CLERK = {"username": "clerk-1", "name": "سارا امینی", "role": "municipal_staff", "districts": "3"}


@pytest.fixture(autouse=True)
def town(settings, tmp_path):
    """Districts 3 and 5, an office, and a folder of its own for secrets."""
    settings.VAR = tmp_path / "var"
    districts = published_layer("districts", Layer.Kind.DISTRICTS)
    offices = published_layer("offices", Layer.Kind.OFFICES)
    for code in ("3", "5"):
        District.objects.create(
            code=code, geometry=geos(whole_city()), layer_version=districts, valid=districts.valid
        )
    place = geos(shapely.Point(*ORIGIN))
    Office.objects.create(code="12", geometry=place, layer_version=offices, valid=offices.valid)


@pytest.fixture
def bring(tmp_path, django_capture_on_commit_callbacks):
    """Imports rows of staff as the command does."""

    def run(*rows: dict[str, str], more: str = "", dry_run: bool = False):
        file, recipe = tmp_path / "staff.csv", tmp_path / "staff.toml"
        with file.open("w", encoding="utf-8", newline="") as table:
            writer = csv.DictWriter(table, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        recipe.write_text(RECIPE.format(more=more), encoding="utf-8")
        with django_capture_on_commit_callbacks(execute=not dry_run):
            return import_file("staff", file, recipe, dry_run=dry_run)

    return run


def secrets_in(folder: Path) -> list[Path]:
    return sorted((folder / "var").rglob("staff_*")) if (folder / "var").exists() else []


def test_an_inspector_arrives_with_role_districts_skills_start_and_shifts(bring):
    outcome = bring(INSPECTOR, CLERK)
    assert (outcome.counts.read, outcome.counts.loaded) == (2, 2)
    inspector = Inspector.objects.get()
    assert inspector.user.full_name == "کریم رضایی"
    assert (inspector.code, inspector.active) == ("k-rezaei", True)
    assert (inspector.district_codes, inspector.skills) == (["3", "5"], ["building", "survey"])
    assert inspector.start.coords == pytest.approx(ORIGIN)
    grant = RoleGrant.objects.get(user=inspector.user)
    assert (grant.role, grant.district_codes, grant.valid.lower) == (
        "inspector",
        ["3", "5"],
        date(2024, 3, 20),
    )
    hours = {shift.day.isoweekday(): (shift.starts, shift.ends) for shift in Shift.objects.all()}
    assert set(hours) == {6, 7, 1, 2, 3, 4}
    assert hours[4] == (time(7, 30), time(12, 30))
    days = Shift.objects.order_by("day").values_list("day", flat=True)
    assert timezone.localdate() <= days.first() <= days.last() < timezone.localdate() + timedelta(days=14)


def test_first_passwords_are_in_a_file_of_their_owner_and_only_there(bring, tmp_path):
    outcome = bring(INSPECTOR, CLERK)
    (file,) = secrets_in(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    given = {row["username"]: row["first_password"] for row in csv.DictReader(file.open(encoding="utf-8"))}
    assert set(given) == {"k-rezaei", "clerk-1"}
    for username, password in given.items():
        user = User.objects.get(username=username)
        assert check_password(password, user.password)
        assert password not in user.password
    told = next(doubt for doubt in outcome.doubts if doubt.kind == "FIRST_PASSWORDS")
    assert told.value == str(file)
    assert not any(password in told.fa + told.en for password in given.values())


def test_the_same_people_again_change_nothing_and_keep_their_passwords(bring, tmp_path):
    bring(INSPECTOR, CLERK)
    before = [list(model.objects.order_by("id").values()) for model in (User, RoleGrant, Inspector, Shift)]
    again = bring(INSPECTOR, CLERK)
    assert (again.counts.loaded, again.counts.unchanged) == (0, 2)
    after = [list(model.objects.order_by("id").values()) for model in (User, RoleGrant, Inspector, Shift)]
    assert after == before
    assert len(secrets_in(tmp_path)) == 1


def test_a_dry_run_says_how_many_accounts_and_leaves_no_secret(bring, tmp_path):
    outcome = bring(INSPECTOR, CLERK, dry_run=True)
    assert [doubt.value for doubt in outcome.doubts if doubt.kind == "NEW_ACCOUNTS"] == ["2"]
    assert not User.objects.filter(username="clerk-1").exists()
    assert secrets_in(tmp_path) == []


def test_a_role_that_changes_ends_today_and_goes_on_as_the_row_says(bring):
    bring(CLERK)
    bring(CLERK | {"districts": "5"})
    today = timezone.localdate()
    grants = RoleGrant.objects.filter(user__username="clerk-1").order_by("valid")
    assert [(row.district_codes, row.valid.lower, row.valid.upper) for row in grants] == [
        (["3"], date(2024, 3, 20), today),
        (["5"], today, None),
    ]


def test_who_leaves_has_no_role_and_no_shift_after_that_day(bring):
    leaves = timezone.localdate() + timedelta(days=3)
    bring(INSPECTOR | {"until": leaves.isoformat()})
    assert RoleGrant.objects.get().valid.upper == leaves
    assert Shift.objects.filter(day__gte=leaves).count() == 0
    bring(INSPECTOR | {"until": "2026-01-01"})
    assert Inspector.objects.get().active is False
    assert not RoleGrant.objects.filter(valid__contains=timezone.localdate()).exists()


def test_a_day_changed_by_hand_stays_as_it_is(bring):
    bring(INSPECTOR)
    shift = Shift.objects.order_by("day").last()
    Shift.objects.filter(pk=shift.pk).update(starts=time(10, 0))
    bring(INSPECTOR | {"hours": "1-7 08:00-16:00"})
    assert Shift.objects.get(pk=shift.pk).starts == time(10, 0)
    added = Shift.objects.exclude(starts__in=(time(7, 30), time(10, 0)))
    assert {one.day.isoweekday() for one in added} == {5}  # the day without hours before


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"role": "king"}, "NO_SUCH_ROLE", "role"),
        ({"role": "citizen"}, "NO_SUCH_ROLE", "role"),
        ({"districts": "3, 17"}, "NO_SUCH_PLACE", "districts"),
        ({"starts_at": "99"}, "NO_SUCH_PLACE", "offices"),
        ({"starts_at": ""}, "STARTS_NOWHERE", "starts_at"),
        ({"hours": "Mon-Fri 9-17"}, "HOURS_UNREADABLE", "hours"),
        ({"hours": "1-5 17:00-09:00"}, "HOURS_UNREADABLE", "hours"),
        ({"username": ""}, "MISSING_VALUE", "username"),
        ({"username": "a-citizen"}, "USERNAME_TAKEN", "username"),
    ],
)
def test_a_row_that_cannot_stand_is_named_and_stops_the_file(bring, tmp_path, change, kind, field):
    User.objects.create(username="a-citizen")
    outcome = bring(CLERK, INSPECTOR | change)
    (doubt,) = [one for one in outcome.doubts if one.outcome is Outcome.REFUSED]
    assert (doubt.kind, doubt.line, doubt.field) == (kind, 3, field)
    assert outcome.trouble.details["reason"] == "REFUSED_ROWS"
    assert not User.objects.filter(username="clerk-1").exists()
    assert secrets_in(tmp_path) == []


def test_a_refused_row_may_be_left_out(bring):
    outcome = bring(CLERK, INSPECTOR | {"role": "king"}, more='refused_rows = "leave_out"')
    assert (outcome.counts.loaded, outcome.counts.refused) == (1, 1)
    assert User.objects.filter(username="clerk-1").exists()


def test_one_person_may_have_two_roles_but_not_one_role_twice(bring):
    outcome = bring(CLERK, CLERK | {"role": "dispatcher"})
    assert outcome.counts.loaded == 2
    assert RoleGrant.objects.filter(user__username="clerk-1").count() == 2
    twice = bring(CLERK, CLERK)
    assert [doubt.kind for doubt in twice.doubts] == ["NAMED_TWICE"]


def test_a_workbook_says_the_same_as_a_table(bring, tmp_path):
    bring(CLERK, dry_run=True)
    book = tmp_path / "staff.xlsx"
    pd.DataFrame([CLERK], columns=COLUMNS).to_excel(book, index=False)
    assert import_file("staff", book, tmp_path / "staff.toml").counts.loaded == 1


def test_hours_of_a_week_are_read_as_written_and_a_break_falls_inside_them():
    week = week_of("1,3 09:00–17:00; 5 09:00-12:00", "12:30", 30)
    assert week[1] == week[3] == Hours(time(9), time(17), time(12, 30), 30)
    assert week[5] == Hours(time(9), time(12))
    assert week_of("") == {}


@pytest.mark.parametrize(
    "text", ["8 09:00-17:00", "5-1 09:00-17:00", "1 09:00-17:00; 1 08:00-09:00", "1 9-17"]
)
def test_hours_that_nobody_can_mean_are_refused(text):
    with pytest.raises(ValueError, match=r"\d"):
        week_of(text)
