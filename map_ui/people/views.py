"""The way in and out: signing in, opening an account, signing out."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gis_core.access import scope_of
from gis_core.models import Role, RoleGrant

TRIES = 8
PAUSE = timedelta(minutes=15)
#: Where each role begins its day.
DOORS = (
    (Role.INSPECTOR, "inspector"),
    (Role.DISPATCHER, "dispatch"),
    (Role.PLANNER, "plans"),
    (Role.PLAN_APPROVER, "plans"),
    (Role.SUPERVISOR, "overview"),
    (Role.AUDITOR, "audit-book"),
    (Role.ADMINISTRATOR, "administration"),
    (Role.TECHNICAL_OFFICER, "desk"),
    (Role.FOLLOW_UP_OFFICER, "desk"),
    (Role.OFFICE_MANAGER, "desk"),
    (Role.DETAILED_PLAN_DESK, "desk"),
    (Role.MUNICIPAL_STAFF, "desk"),
    (Role.AGENCY, "desk"),
)


class SignUpForm(BaseUserCreationForm):
    """A citizen's account: a name to sign in with, a name to be called by, a password."""

    full_name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)

    class Meta:
        model = get_user_model()
        fields = ("full_name", "username")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; after too many wrong tries the name has to wait."""
    form = AuthenticationForm(request, request.POST or None)
    waiting = False
    if request.method == "POST":
        key = f"sign-in:{request.META.get('REMOTE_ADDR')}:{request.POST.get('username', '')[:150].lower()}"
        tries = cache.get_or_set(key, 0, PAUSE.total_seconds())
        waiting = tries >= TRIES
        if not waiting and form.is_valid():
            cache.delete(key)
            login(request, form.get_user())
            return redirect(_after(request))
        if not waiting:
            cache.incr(key)
    status = 429 if waiting else (400 if request.method == "POST" else 200)
    context = {"form": form, "next": request.GET.get("next", ""), "waiting": waiting}
    return render(request, "people/sign_in.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Open a citizen's account and sign in."""
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save(commit=False)
            user.full_name = form.cleaned_data["full_name"]
            user.save()
            RoleGrant.objects.create(user=user, role=Role.CITIZEN, valid=(timezone.localdate(), None))
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect(_after(request))
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "next": request.GET.get("next", "")}
    return render(request, "people/sign_up.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Asks once, then signs out; a link alone signs nobody out."""
    if request.method == "POST":
        logout(request)
        return redirect("home")
    scope = request.scope
    roles = [(Role(grant.role).label, grant) for grant in scope.grants]
    return render(request, "people/sign_out.html", {"roles": roles, "title": _("Your account")})


def _after(request: HttpRequest) -> str:
    """Where the person wanted to go, when that is one of our pages; else where the role begins."""
    wanted = request.GET.get("next", "")
    hosts = {request.get_host()}
    if wanted and url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure()):
        return wanted
    roles = scope_of(request.user, on=timezone.localdate()).roles
    return reverse(next((door for role, door in DOORS if role in roles), "requests-mine"))
