"""What the production server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.base")
application = get_wsgi_application()

from gis_core.startup import (  # noqa: E402  (Django must be set up first)
    refuse_unfit_database,
    refuse_unknown_roles,
    settle_memory,
)

refuse_unknown_roles()
refuse_unfit_database()
settle_memory()
