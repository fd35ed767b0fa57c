"""Tags of the desks: how long a case has waited, shares without decimals."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis_core.templatetags.persian import percent
from map_ui import wording

register = template.Library()


@register.filter
def waited(since: datetime | None, now: datetime) -> str:
    """«امروز», «۳ روز»: the days that lie between."""
    if since is None:
        return ""
    days = (timezone.localdate(now) - timezone.localdate(since)).days
    if days < 1:
        return _("today")
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": wording.number(days)}


@register.filter
def whole_percent(share: float | None) -> str:
    """A share in whole percent; a dash where there is none."""
    return percent(None if share is None else round(share))
