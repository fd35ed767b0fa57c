"""Says which family of colours a zone has: housing, commerce, services; as planners know them."""

from collections.abc import Mapping

from django.conf import settings

#: First letters of a zone's code to the family whose colour it has; a city may name its own in `policies`.
ZONE_FAMILIES = {"R": "R", "M": "M", "S": "S", "C": "C", "I": "I", "G": "G"}


def families() -> Mapping[str, str]:
    """The city's families by the first letters of its zones' codes."""
    return settings.CITY.policies.get("zone_families", ZONE_FAMILIES)


def family_of(code: str) -> str:
    """The family of the longest beginning of a code that has one, else `other`."""
    known = families()
    prefix = max((name for name in known if code.startswith(name)), key=len, default="")
    return known.get(prefix, "other")
