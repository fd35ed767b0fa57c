"""Lets roles that need a second step of signing in hold only after it, in this session, by this person."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from gis_core.access import Scope, scope_of

SHOWN = "second_factor_of"
SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def scope_asking(request: HttpRequest) -> Scope:
    """The scope of whoever asks; roles that wait for a second step are left out of it."""
    held = scope_of(request.user, on=timezone.localdate())
    waiting = held.roles & settings.CITY.second_factor_roles
    if not waiting or request.session.get(SHOWN) == held.user_id:
        return held
    request.roles_waiting = waiting
    return held.without(waiting)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether a role of this person waits for a second step."""
    bool(request.scope.user_id)  # the scope is asked for when it is first needed
    return bool(getattr(request, "roles_waiting", ()))


@receiver(signals.authenticator_used)
def remember(request: HttpRequest, user: Any, **_more: Any) -> None:
    """The person has just shown, or just set up, what only they have (or a recovery code kept for it)."""
    request.session[SHOWN] = user.pk


@receiver(signals.authenticator_removed)
def forget(request: HttpRequest, user: Any, **_more: Any) -> None:
    """Without any second step left, the roles wait again."""
    if not Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exists():
        request.session.pop(SHOWN, None)
