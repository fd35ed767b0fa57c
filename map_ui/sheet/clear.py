"""What does not concern this parcel, the nearest miss first."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import wording
from map_ui.sheet.parts import Listed


def clear_things(document: Mapping[str, Any]) -> tuple[Listed, ...]:
    """Overlays that do not concern the parcel, the nearest first, each with its distance."""
    free = [overlay for overlay in document["overlays"] if overlay["state"] == "does_not_apply"]
    free.sort(
        key=lambda overlay: overlay["distance_m"] if overlay["distance_m"] is not None else float("inf")
    )
    found = []
    for overlay in free:
        distance = overlay["distance_m"]
        far = (
            _("%(distance)s metres away") % {"distance": wording.number(round(distance))}
            if distance is not None
            else ""
        )
        name = wording.in_language(overlay["name_fa"], overlay["name_en"]) or overlay["layer"]
        found.append(Listed("clear", name, far, "", overlay["layer"]))
    return tuple(found)


def clear_line(clear: Sequence[Listed]) -> str:
    """One line for all of them, with the nearest miss."""
    if not clear:
        return ""
    count = ngettext("%(count)s thing", "%(count)s things", len(clear)) % {
        "count": wording.number(len(clear))
    }
    nearest = clear[0]
    if nearest.figure:
        values = {"count": count, "name": wording.amid(nearest.name), "distance": nearest.figure}
        return _("%(count)s; the nearest is %(name)s, %(distance)s") % values
    return _("%(count)s: %(names)s") % {
        "count": count,
        "names": wording.listed([wording.amid(entry.name) for entry in clear[:3]]),
    }
