"""Slows down who tries out codes: after some that are none, the address they come from has to wait."""

from ipaddress import ip_address

from django.core.cache import cache
from django.http import HttpRequest

from gis_core.errors import Trouble

MISSES = 20
PAUSE_S = 600


class TooManyGuesses(Trouble):
    """So many codes from one address were none that the next ones are not looked at."""

    code = "TOO_MANY"
    status = 429


def refuse_guesser(request: HttpRequest) -> None:
    """
    Let pass or refuse, before a code is looked up.

    Raises
    ------
    TooManyGuesses
        When `MISSES` codes of this address were none within `PAUSE_S` seconds.
    """
    if cache.get(_key(request), 0) >= MISSES:
        raise TooManyGuesses(
            "کدهای نادرست زیادی از این نشانی آمده است؛ ده دقیقهٔ دیگر دوباره بیازمایید.",
            "Too many wrong codes came from this address; try again in ten minutes.",
        )


def count_miss(request: HttpRequest) -> None:
    """A code from this address was none."""
    key = _key(request)
    cache.add(key, 0, PAUSE_S)
    try:
        cache.incr(key)
    except ValueError:  # it ran out in between
        cache.set(key, 1, PAUSE_S)


def _key(request: HttpRequest) -> str:
    return f"guesses:{sender(request)}"


def sender(request: HttpRequest) -> str:
    """The address a request came from; behind a proxy of our own network, the one the proxy saw."""
    peer = request.META.get("REMOTE_ADDR", "")
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return told if told and ip_address(peer).is_private else peer
    except ValueError:
        return told or peer
