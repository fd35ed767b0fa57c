"""Settings under which migrations and imports run: the same, as the role that owns the tables."""

import os

from gis_core.settings.base import *  # noqa: F403
from gis_core.settings.base import CITY, database

DATABASES = {"default": database(os.environ.get("DATABASE_OWNER_URL"), CITY.database_name)}
