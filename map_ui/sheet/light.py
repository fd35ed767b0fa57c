"""What light planes (سایه‌اندازی) mean for each number of storeys, read off an evaluation document."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from map_ui import reason_texts
from map_ui.sheet.reading import value

_PASSING_M = 0.001


def light_reason(document: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any] | None:
    """
    Why the neighbours' light matters to a choice: it rises above a plane, or more storeys would.

    A reason in the form of the document's; None where light does not matter, or no LIGHT rule is in force.
    """
    height_m = value(document, "light_height_m")
    if height_m is not None and choice["height_m"] is not None and choice["height_m"] > height_m + _PASSING_M:
        return {"code": "LIGHT_EXCEEDED", "args": {"light_height_m": height_m}}
    limit = document["findings"].get("storeys") or {}
    if (limit.get("rule") or {}).get("kind") == "LIGHT" and choice["storeys"] == limit["value"]:
        return {"code": "LIGHT_LIMITS", "args": {"light_height_m": height_m}}
    return None


def light_note(document: Mapping[str, Any], choice: Mapping[str, Any]) -> str:
    """The sentence of that reason; empty without one."""
    found = light_reason(document, choice)
    if found is None:
        return ""
    said = reason_texts.reason(found)
    return f"{said} {_('The municipality is asked.')}" if found["code"] == "LIGHT_EXCEEDED" else said
