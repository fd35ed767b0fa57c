"""Gives one invented person of each role a password, so that a newcomer can look through everyone's eyes."""

import json
import os
import secrets
from datetime import date
from pathlib import Path
from typing import Any

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
            for role in Role:
                accounts.append(account_of(role, on=today, besides=[known["username"] for known in accounts]))
            write(settings.VAR / "secrets" / f"demo_accounts_{settings.CITY.key}.json", accounts)


def account_of(role: Role, *, on: date, besides: list[str]) -> dict[str, str]:
    """
    The first person by name who has the role on that day, with a new password.

    `besides` are people who stand for another role already; where nobody is left one is made.
    """
    grants = RoleGrant.objects.filter(role=role, valid__contains=on).exclude(user__username__in=besides)
    grant = grants.select_related("user").order_by("user__username").first()
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
