"""Asks the proposal page of the reference lot, and reads what it says."""

import re

from django.http import HttpResponse
from django.test import Client

KEY = "3-2-45-17-0-0-0"
ADDRESS = f"/parcels/{KEY}/proposal/"


def asked(language: str = "fa", **told: str) -> HttpResponse:
    """The page of a language for a building."""
    return Client(headers={"accept-language": language}).get(ADDRESS, told)


def html_of(response: HttpResponse) -> str:
    """The page as it was sent."""
    return response.content.decode()


def text_of(response: HttpResponse) -> str:
    """The words of the page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html_of(response)))


def state_of(response: HttpResponse) -> str:
    """Whether the building passes, fails, is unknown or left to a person; empty: nothing was asked."""
    return re.search(r'data-state="(\w*)"', html_of(response))[1]
