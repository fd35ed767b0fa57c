"""Gives one invented person of each role a password, so that a newcomer can look through everyone's eyes."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from gis_core.models import Role, RoleGrant


class Command(BaseCommand):
    """Writes role, name and new password of one person per role to `secrets/demo_accounts_<city>.json`."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Choose, set and write; refused where the city is a real one."""
        if settings.CITY.official:
            raise CommandError("A real city has no demo accounts.")
        today = timezone.localdate()
        accounts: list[dict[str, str]] = []
        with transaction.atomic():
            home = home_of_the_inspector(today)
            for role in Role:
                taken = [known["username"] for known in accounts]
                accounts.append(account_of(role, on=today, besides=taken, home=home))
            write(settings.VAR / "secrets" / f"demo_accounts_{settings.CITY.key}.json", accounts)


@dataclass(frozen=True)
class Home:
    """A district and its offices."""

    district: str
    offices: frozenset[str]

    def holds(self, grant: RoleGrant) -> bool:
        """Whether a grant reaches this district, or one of its offices where it is for offices."""
        if grant.office_codes:
            return bool(self.offices.intersection(grant.office_codes))
        return not grant.district_codes or self.district in grant.district_codes


def home_of_the_inspector(on: date) -> Home:
    """The district of the first inspector by name: one case is walked from hand to hand within it."""
    grants = RoleGrant.objects.filter(role=Role.INSPECTOR, valid__contains=on).order_by("user__username")
    named = [code for grant in grants[:1] for code in grant.district_codes]
    district = named[0] if named else ""
    offices = apps.get_model("offices", "Office").objects.filter(district_code=district)
    return Home(district, frozenset(offices.values_list("code", flat=True)))


def account_of(role: Role, *, on: date, besides: list[str], home: Home) -> dict[str, str]:
    """
    The first person by name who has the role on that day, at home if there is one, with a new password.

    `besides` are people who stand for another role already; where nobody is left one is made.
    """
    grants = RoleGrant.objects.filter(role=role, valid__contains=on).exclude(user__username__in=besides)
    by_name = list(grants.select_related("user").order_by("user__username"))
    grant = next(filter(home.holds, by_name), by_name[0] if by_name else None)
    user = grant.user if grant else _newcomer(role, on)
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save(update_fields=["password"])
    return {"role": role.value, "title": str(role.label), "username": user.username, "password": password}


def write(path: Path, accounts: list[dict[str, str]]) -> None:
    """Write the accounts so that only their owner can read them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)


def _newcomer(role: Role, on: date) -> Any:
    name = f"demo-{role.value.replace('_', '-')}"
    user, _made = get_user_model().objects.get_or_create(
        username=name, defaults={"full_name": str(role.label)}
    )
    RoleGrant.objects.create(user=user, role=role, valid=(on, None))
    return user
