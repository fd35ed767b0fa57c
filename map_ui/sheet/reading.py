"""Reads single values out of an evaluation document, and writes areas as the sheet does."""

import math
from collections.abc import Mapping
from typing import Any

from map_ui import wording

SMALL_M2 = 0.005


def value(document: Mapping[str, Any], key: str) -> Any:
    """The value of one finding; None when it is not known."""
    finding = document["findings"].get(key)
    return None if finding is None or finding["state"] == "unknown" else finding["value"]


def whole_area(area_m2: float) -> str:
    """Whole square metres, never more than there are; the exact figure stands among the numbers."""
    return wording.number(math.floor(round(area_m2, 2)))


def plain_area(area_m2: float) -> str:
    """An area in m², with as many decimals as it has, two at most."""
    return wording.number(round(area_m2, 2))
