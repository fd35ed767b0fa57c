"""Pages of who watches and runs the city's Pelak: overview, book of readings, administration."""

from datetime import timedelta

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gis_core.models import AuditEntry, Role, RoleGrant
from parcels.service_requests.models import Service, State
from parcels.service_requests.queries import counted, visible_to

PAGE = 50


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What was filed and answered in the last year, by service and by state; for supervisors."""
    until = timezone.localdate()
    days = 30 if request.GET.get("period") == "month" else 365
    since = until - timedelta(days=days)
    services, states = counted(visible_to(request.scope), since=since, until=until)
    filed = sum(row.filed for row in services)
    context = {
        "services": services,
        "states": [(State(state).label, count) for state, count in states.most_common()],
        "most": max(states.values(), default=1),
        "filed": filed,
        "instant": sum(row.instant for row in services),
        "since": since,
        "until": until,
        "days": days,
    }
    context["instant_percent"] = 100 * context["instant"] / filed if filed else None
    return render(request, "desks/overview.html", context)


@require_safe
def audit_book(request: HttpRequest) -> HttpResponse:
    """Who read personal data and why; for auditors, without the data themselves."""
    rows = AuditEntry.objects.select_related("user").order_by("-at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "desks/audit.html", {"page": page, "kept": _without_page(request)})


@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """The city, its services and who has which role; for administrators."""
    asked = request.GET
    rows = RoleGrant.objects.filter(valid__contains=timezone.localdate()).select_related("user")
    if asked.get("role"):
        rows = rows.filter(role=asked["role"])
    typed = asked.get("q", "").strip()
    if typed:
        rows = rows.filter(Q(user__full_name__icontains=typed) | Q(user__username__icontains=typed))
    page = Paginator(rows.order_by("role", "user__username", "pk"), PAGE).get_page(asked.get("page"))
    context = {
        "city": settings.CITY,
        "services": Service.objects.all(),
        "page": page,
        "roles": Role.choices,
        "asked": asked,
        "kept": _without_page(request),
    }
    return render(request, "desks/administration.html", context)


def _without_page(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()
