"""Settings of the tests: the app's role on a database of its own, quick password hashes."""

import os

os.environ.setdefault("PELAK_ACTOR", "system")

from gis_core.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
