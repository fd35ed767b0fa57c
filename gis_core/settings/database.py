"""Reads database addresses and secrets from the environment, or what `./pelak` made under `var/`."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str | None, name: str) -> dict[str, Any]:
    """
    Django's settings of one database.

    `url` is `postgresql://user:password@host:port/name?host=/socket/folder`; without it the local
    socket and the city's database name are used.

    Examples
    --------
    >>> database("postgresql://pelak_app@/pelak_demo?host=/run/pelak&port=55432", "x")["HOST"]
    '/run/pelak'
    """
    parts = urlsplit(url or "")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")) or name,
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # Who row-level security takes this process for until a request says who asks (access.py).
            "options": f"-c app.actor={os.environ.get('PELAK_ACTOR', 'nobody')}",
            **{key: value for key, value in query.items() if key not in ("host", "port")},
        },
    }


def secret(name: str, var: Path) -> str:
    """
    The secret of that name: from the environment, else from `var/secrets/`, made there once if absent.

    The file is readable by its owner only.
    """
    given = os.environ.get(name)
    if given:
        return given
    path = var / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
