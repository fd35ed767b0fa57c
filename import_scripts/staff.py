"""Imports a city's own people: accounts with their roles, inspectors with skills, and their shifts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from gis_core.city import City
from gis_core.models import Role, RoleGrant, User
from import_scripts import check
from import_scripts.features import wanted_rows
from import_scripts.first_passwords import FirstPasswords
from import_scripts.issues import SENTENCES, Doubts, Outcome
from import_scripts.normalise import Field, fields_of
from import_scripts.readers import read
from import_scripts.rota import Hours, week_of
from import_scripts.task import Counts, Destination, Task
from layers.models import District
from layers.offices.models import Office
from parcels.inspections.models import Inspector, Shift

FIELDS = {
    "username": Field("code", required=True),
    "name_fa": Field(),
    "name_en": Field(),
    "role": Field("code", required=True),
    "districts": Field("code"),
    "offices": Field("code"),
    "agency": Field("code"),
    "valid_from": Field("date"),
    "valid_to": Field("date"),
    "inspector_code": Field("code"),
    "skills": Field("code"),
    "starts_at": Field("code"),
    "hours": Field("code"),
    "break_starts": Field("code"),
    "break_minutes": Field("number"),
}
SHIFT_DAYS_AHEAD = 60
"""For how many days shifts are made where the recipe does not say."""

SENTENCES.update(
    {
        "NO_SUCH_ROLE": (
            "چنین نقشی نیست؛ نقش‌ها: {known}.",
            "There is no such role; there are {known}.",
        ),
        "NO_SUCH_PLACE": ("چنین {what} در شهر نیست.", "The city has no such {what_en}."),
        "NAMED_TWICE": (
            "این نام کاربری با همین نقش در سطر {other} هم هست.",
            "Row {other} gives this username the same role.",
        ),
        "USERNAME_TAKEN": (
            "این نام کاربری از آنِ کسی است که نقشی در شهر ندارد؛ نقش به حساب دیگری داده نمی‌شود.",
            "The username belongs to somebody without a role in the city; no other person is given one.",
        ),
        "STARTS_NOWHERE": (
            "معلوم نیست روز این کارشناس از کدام دفتر آغاز می‌شود.",
            "It is not said at which office this inspector's day starts.",
        ),
        "HOURS_UNREADABLE": (
            "ساعت کار خوانده نشد ({why})؛ مانند «1-5 09:00-17:00».",
            "The working hours cannot be read ({why}); write them as 1-5 09:00-17:00.",
        ),
        "NO_HOURS": (
            "این کارشناس ساعت کاری ندارد؛ بازدیدی به او داده نمی‌شود.",
            "This inspector has no working hours; no visit is planned for them.",
        ),
        "FIRST_PASSWORDS": (
            "{count} گذرواژهٔ نخستین در {path} نوشته شد؛ فقط صاحب آن پرونده آن را می‌خواند و جای دیگری نیست.",
            "{count} first passwords were written to {path}; only its owner can read it, and they are kept"
            " nowhere else.",
        ),
        "NEW_ACCOUNTS": ("{count} حساب تازه ساخته می‌شود.", "{count} new accounts will be made."),
    }
)


@dataclass(frozen=True)
class Duty:
    """What makes a person an inspector: a code, skills, the office of the start, hours by ISO weekday."""

    code: str
    skills: tuple[str, ...]
    start: Any
    week: Mapping[int, Hours]


@dataclass(frozen=True)
class Person:
    """One row: who it is, the role with its districts, offices or agency, and its period."""

    line: int
    username: str
    full_name: str
    role: str
    districts: tuple[str, ...]
    offices: tuple[str, ...]
    agency: str
    valid: tuple[date, date | None]
    duty: Duty | None


def bring_in(task: Task, destination: Destination, doubts: Doubts) -> Counts:
    """
    Bring the people of a city in: a row is a person in one role.

    A new account gets a first password, written to a file that only its owner can read. Who is known
    already keeps password and shifts; a role that changed ends today and goes on as the row says.

    Raises
    ------
    FileRefused
        When the file cannot be used, or a row is refused and the recipe says to stop.
    """
    table = wanted_rows(
        read(task.file, layer=task.recipe.source_layer, encoding=task.recipe.encoding, doubts=doubts), task
    )
    frame = fields_of(table, FIELDS, task, doubts)
    frame = frame[check.required_values(frame, ["username", "role"], doubts)]
    people = [person for person in _people(frame, task, doubts) if person is not None]
    check.stop_if_refused(doubts, task.recipe.refused_rows)
    on = destination.now.astimezone(ZoneInfo(task.city.time_zone)).date()
    passwords = FirstPasswords(task.city.key, destination.now, kept=not task.dry_run)
    loaded = sum(_put(person, task, on, passwords) for person in people)
    if passwords.count and passwords.kept:
        path = passwords.write()
        doubts.add("FIRST_PASSWORDS", value=path, count=passwords.count, path=path)
    elif passwords.count:
        doubts.add("NEW_ACCOUNTS", value=passwords.count, count=passwords.count)
    refused = len(doubts.refused_lines())
    return Counts(read=len(table), loaded=loaded, unchanged=len(people) - loaded, refused=refused)


def _people(frame: pd.DataFrame, task: Task, doubts: Doubts) -> Iterator[Person | None]:
    """Each row as a person, or None where it is refused; the reason is among the doubts."""
    known = _Known()
    seen: dict[tuple[str, str], int] = {}
    for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
        said = {name: value for name, value in row.items() if not pd.isna(value)}
        before = len(doubts.refused_lines())
        key = (said["username"], said["role"])
        if key in seen:
            _refuse(doubts, "NAMED_TWICE", line, "username", said["username"], other=seen[key])
        seen.setdefault(key, line)
        person = _person(line, said, known, task, doubts)
        yield person if len(doubts.refused_lines()) == before else None


class _Known:
    """The places and people that rows may name, read once."""

    def __init__(self) -> None:
        now = {"known__upper_inf": True}
        self.districts = set(District.objects.filter(**now).values_list("code", flat=True))
        self.offices = dict(Office.objects.filter(**now).order_by("valid").values_list("code", "geometry"))
        # every role but the citizen's makes an account one of the city's own
        own = RoleGrant.objects.exclude(role=Role.CITIZEN).values_list("user__username", flat=True)
        others = User.objects.exclude(username__in=own).values_list("username", flat=True)
        self.strangers = set(others)


def _person(line: int, said: Mapping[str, Any], known: _Known, task: Task, doubts: Doubts) -> Person:
    districts, offices = _listed(said.get("districts")), _listed(said.get("offices"))
    starts_at = said.get("starts_at")
    if said["role"] not in Role.values or said["role"] == Role.CITIZEN:
        roles = ", ".join(role for role in Role.values if role != Role.CITIZEN)
        _refuse(doubts, "NO_SUCH_ROLE", line, "role", said["role"], known=roles)
    if said["username"] in known.strangers:
        _refuse(doubts, "USERNAME_TAKEN", line, "username", said["username"])
    for code in (code for code in districts if code not in known.districts):
        words = {"what": "منطقه‌ای", "what_en": "district"}
        _refuse(doubts, "NO_SUCH_PLACE", line, "districts", code, **words)
    for code in [*offices, *([starts_at] if starts_at else [])]:
        if code not in known.offices:
            _refuse(doubts, "NO_SUCH_PLACE", line, "offices", code, what="دفتری", what_en="office")
    is_inspector = said["role"] == Role.INSPECTOR
    first, last = task.recipe.valid
    return Person(
        line=line,
        username=said["username"],
        full_name=_full_name(said, task.city),
        role=said["role"],
        districts=districts,
        offices=offices,
        agency=said.get("agency", ""),
        valid=(said.get("valid_from", first), said.get("valid_to", last)),
        duty=_duty(line, said, known, doubts) if is_inspector else None,
    )


def _duty(line: int, said: Mapping[str, Any], known: _Known, doubts: Doubts) -> Duty:
    if not said.get("starts_at"):
        _refuse(doubts, "STARTS_NOWHERE", line, "starts_at", "")
    week: Mapping[int, Hours] = {}
    try:
        minutes = int(said.get("break_minutes") or 0)
        week = week_of(said.get("hours", ""), said.get("break_starts", ""), minutes)
    except ValueError as wrong:
        _refuse(doubts, "HOURS_UNREADABLE", line, "hours", said.get("hours", ""), why=wrong)
    if not week:
        doubts.add("NO_HOURS", line=line, field="hours", value=said["username"])
    code = said.get("inspector_code", said["username"][:20])
    return Duty(code, _listed(said.get("skills")), known.offices.get(said.get("starts_at", "")), week)


def _full_name(said: Mapping[str, Any], city: City) -> str:
    """The name in the city's first language that the row has."""
    names = [said.get(f"name_{language}", "") for language in city.languages]
    return next(filter(None, names), said["username"])


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value or "").replace("،", ",").split(",") if part.strip())


def _refuse(doubts: Doubts, kind: str, line: int, field: str, value: Any, **words: Any) -> None:
    doubts.add(kind, line=line, field=field, value=value, outcome=Outcome.REFUSED, **words)


def _put(person: Person, task: Task, on: date, passwords: FirstPasswords) -> bool:
    """Bring one person into the tables; whether anything changed."""
    user = User.objects.filter(username=person.username).first()
    changed = user is None or user.full_name != person.full_name
    if user is None:
        user = User(username=person.username)
        passwords.give(user, person.full_name, person.role)
    if changed:
        user.full_name = person.full_name
        user.save()
    changed |= _grant(user, person, on)
    if person.duty is not None:
        changed |= _on_duty(user, person, person.duty, task, on)
    return bool(changed)


def _grant(user: User, person: Person, on: date) -> bool:
    """Let the role stand as the row says; whether it did not. One that changed ends the day before."""
    first, last = person.valid
    scope = {
        "district_codes": list(person.districts),
        "office_codes": list(person.offices),
        "agency": person.agency,
    }
    held = [
        grant
        for grant in RoleGrant.objects.filter(user=user, role=person.role)
        if grant.valid.upper is None or grant.valid.upper > max(on, first)
    ]
    if len(held) == 1 and held[0].valid.upper == last and _says(held[0], scope):
        return False
    for grant in held:
        if grant.valid.lower < on:
            RoleGrant.objects.filter(pk=grant.pk).update(valid=(grant.valid.lower, on))
        else:
            grant.delete()
    since = max(first, on) if held else first
    if last is None or since < last:
        RoleGrant.objects.create(user=user, role=person.role, valid=(since, last), **scope)
    return True


def _says(grant: RoleGrant, scope: Mapping[str, Any]) -> bool:
    return all(getattr(grant, name) == value for name, value in scope.items())


def _on_duty(user: User, person: Person, duty: Duty, task: Task, on: date) -> bool:
    """The inspector and the shifts of the coming days; whether anything is new. Known days stay."""
    values = {
        "code": duty.code,
        "district_codes": list(person.districts),
        "skills": list(duty.skills),
        "active": person.valid[1] is None or person.valid[1] > on,
    }
    inspector = Inspector.objects.filter(user=user).first() or Inspector(user=user)
    changed = inspector.pk is None or any(getattr(inspector, name) != value for name, value in values.items())
    changed |= inspector.start is None or not inspector.start.equals_exact(duty.start, 0.001)
    if changed:
        inspector.start = duty.start
        for name, value in values.items():
            setattr(inspector, name, value)
        inspector.save()
    return _shifts(inspector, person.valid, duty, task, on) or changed


def _shifts(inspector: Inspector, valid: tuple[date, date | None], duty: Duty, task: Task, on: date) -> bool:
    ahead = int(task.recipe.options.get("shift_days_ahead", SHIFT_DAYS_AHEAD))
    known = set(Shift.objects.filter(inspector=inspector, day__gte=on).values_list("day", flat=True))
    first, last = valid
    days = [on + timedelta(days=step) for step in range(ahead)]
    fresh = [
        Shift(inspector=inspector, day=day, **duty.week[day.isoweekday()].as_columns())
        for day in days
        if day not in known
        and first <= day
        and (last is None or day < last)
        and day.isoweekday() in duty.week
        and day not in task.city.holidays
    ]
    Shift.objects.bulk_create(fresh)
    return bool(fresh)
