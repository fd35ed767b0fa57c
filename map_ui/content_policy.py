"""Tells browsers where a page may take its parts from, in a header that is put together once."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ContentPolicyMiddleware(CSPMiddleware):
    """The policy of the settings for all answers; a page that asks for its own gets it (`csp_update`)."""

    def __init__(self, get_response):
        super().__init__(get_response)
        self.policy = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header; what asks for a policy of its own is left to the package."""
        own = hasattr(request, "_csp_nonce") or any(name.startswith("_csp_") for name in vars(response))
        if own or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response
