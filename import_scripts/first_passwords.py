"""Gives new accounts their first passwords, in a file that only its owner can read and nowhere else."""

import csv
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from gis_core.models import User


@dataclass
class FirstPasswords:
    """The first passwords of one import; not `kept` (a dry run): none is made, they are only counted."""

    city_key: str
    now: datetime
    kept: bool = True
    _rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many were given."""
        return len(self._rows)

    def give(self, user: User, full_name: str, role: str) -> None:
        """Set a new password on an account that is not saved yet; the table keeps its hash alone."""
        password = secrets.token_urlsafe(12) if self.kept else ""
        if self.kept:
            user.set_password(password)
        else:
            user.set_unusable_password()
        self._rows.append((user.username, full_name, role, password))

    def write(self) -> Path:
        """
        Write them before the accounts are committed, under their name once they are: none is ever lost.

        Raises
        ------
        OSError
            When the file cannot be written; the import is then taken back.
        """
        folder = Path(settings.VAR) / "secrets"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"staff_{self.city_key}_{self.now:%Y%m%d-%H%M%S-%f}.csv"
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("username", "name", "role", "first_password"))
            writer.writerows(self._rows)
        transaction.on_commit(lambda: os.replace(draft, path))
        return path
