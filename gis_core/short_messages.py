"""
Hands short messages to whoever carries them to phones.

`SMS_CARRIER` names the carrier: `console` and `file` carry nothing and let the operator read along; a
city's own gateway is a function `(number, text)` named by its dotted path. A carrier that fails raises.
"""

import json
import logging
import os
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from gis_core.personal_data import masked

Carrier = Callable[[str, str], None]
log = logging.getLogger(__name__)


def send(number: str, text: str) -> None:
    """Send `text` to the mobile `number` (canonical, as its validator writes it)."""
    carrier()(number, text)


def carrier() -> Carrier:
    """The carrier that the settings name."""
    ours = {"file": to_file, "console": to_console}
    return ours.get(settings.SMS_CARRIER) or import_string(settings.SMS_CARRIER)


def stays_here() -> bool:
    """Whether no message leaves this machine."""
    return settings.SMS_CARRIER in ("file", "console")


def to_file(number: str, text: str) -> None:
    """Add a line to the file `SMS_FILE`, readable by its owner only, with the number masked."""
    row = {"at": timezone.now().isoformat(), "to": masked(number), "text": text}
    line = json.dumps(row, ensure_ascii=False) + "\n"
    with os.fdopen(os.open(settings.SMS_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
        file.write(line.encode())


def to_console(number: str, text: str) -> None:
    """Write it to the log, with the number masked."""
    log.info("Short message to %s: %s", masked(number), text)
