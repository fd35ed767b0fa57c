"""Asks for each request who may have it, lets it run as that person, and turns troubles into pages."""

import logging

from allauth.core.exceptions import RateLimited
from allauth.core.internal.ratelimit import respond_429
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.functional import SimpleLazyObject

from gis_core.access import OPEN_ACTIONS, acting_as, allowed, require
from gis_core.errors import Forbidden, Trouble
from map_ui.api.errors import not_storable
from map_ui.endpoints import ENDPOINTS
from map_ui.people.second_factor import lacks_second_factor, scope_asking

log = logging.getLogger(__name__)
OWN_MATTERS = (settings.STATIC_URL,)


class AccessMiddleware:
    """The one gate before all pages, tiles and API resources; `request.scope` is who asks."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = SimpleLazyObject(lambda: scope_asking(request))
        try:
            action = action_of(resolve(request.path_info))
        except Resolver404:
            return self.get_response(request)
        if action in OPEN_ACTIONS:
            return self.get_response(request)
        if not allowed(request.scope, action):
            return _refused(request, action)
        with acting_as(request.scope):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "keeps_nothing", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a trouble a person can be told about; the API has its own (map_ui/api/errors.py)."""
        if isinstance(exception, RateLimited):
            return respond_429(request)
        if isinstance(exception, DataError):
            exception = not_storable(exception, request)
        if not isinstance(exception, Trouble):
            return None
        return trouble_page(request, exception)


def action_of(match: ResolverMatch) -> str:
    """
    The action of an endpoint; of one that nobody entered in the table, none that anybody may do.

    Examples
    --------
    >>> ENDPOINTS["account_login"]
    'sign_in'
    """
    action = ENDPOINTS.get(match.view_name)
    if action is None:
        log.error(
            "Endpoint %s has no line in map_ui/endpoints.py and is refused to everyone.", match.view_name
        )
        return "unlisted"
    return action


def trouble_page(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """One clear sentence in the page's language, and the machine code."""
    if trouble.our_fault:
        log.error("%s", trouble, exc_info=trouble)
    if request.path_info.startswith("/api/"):
        return JsonResponse(as_answer(trouble), status=trouble.status)
    return render(request, "trouble.html", {"trouble": trouble}, status=trouble.status)


def as_answer(trouble: Trouble) -> dict:
    """What programs are told of a trouble."""
    return {
        "code": trouble.code,
        "message_fa": trouble.fa,
        "message_en": trouble.en,
        "details": trouble.details,
    }


def _refused(request: HttpRequest, action: str) -> HttpResponse:
    if request.scope.anonymous:
        if request.path_info.startswith("/api/"):
            return trouble_page(request, NotSignedIn("نخست وارد شوید.", "Sign in first."))
        return redirect_to_login(request.get_full_path())
    if lacks_second_factor(request):
        return _second_step_first(request)
    try:
        require(request.scope, action)
    except Forbidden as refusal:
        return trouble_page(request, refusal)
    raise AssertionError(f"Refused, yet allowed: {action}")


def _second_step_first(request: HttpRequest) -> HttpResponse:
    if not request.path_info.startswith("/api/"):
        return redirect("mfa_index")
    return trouble_page(
        request,
        SecondStepNeeded(
            "نقش شما تا گام دوم ورود را برپا نکنید کار نمی‌کند؛ در صفحهٔ «حساب شما» برپا کنید.",
            "Your role waits until you have set up a second step of signing in, on the page of your account.",
        ),
    )


class SecondStepNeeded(Trouble):
    """The role holds only after a second step of signing in."""

    code = "SECOND_STEP_NEEDED"
    status = 403


class NotSignedIn(Trouble):
    """Nobody has signed in, and somebody must have."""

    code = "NOT_SIGNED_IN"
    status = 401
