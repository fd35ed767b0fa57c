"""Jobs of the pages: what people left behind is deleted when their session has ended."""

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from map_ui.requests.drafts import sweep


@app.periodic(cron="17 3 * * *")
@app.task(name="sweep_left_forms", queueing_lock="sweep_left_forms")
def sweep_left_forms(timestamp: int) -> int:
    """Delete ended sessions and the papers of forms that were never sent; doing it again changes nothing."""
    call_command("clearsessions")
    return sweep(before=timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE))
