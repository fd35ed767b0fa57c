"""Tells the findings of an evaluation as lines of an extract, in the words of the page."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from map_ui import reason_texts, wording
from map_ui.accounts import account, quantity
from map_ui.documents.rows import Document, code_in_line, kept_together
from map_ui.documents.subjects import LIES, PERMISSIONS, USES
from map_ui.sheet.reading import SMALL_M2, value


def plainly(document: Document, key: str) -> str:
    """The name of a finding and its value with the unit."""
    told = account(document, key, depth=0)
    return f"{told.name}: {kept_together(told.in_words)}"


def _difference(document: Document, key: str) -> str:
    apart = quantity(abs(document["findings"][key]["value"]), "m2")
    return f"{wording.finding_name(key)}: {kept_together(str(apart))}"


def _if_more_than_nothing(document: Document, key: str) -> str:
    return plainly(document, key) if (value(document, key) or 0) > SMALL_M2 else ""


def _zones(document: Document, key: str) -> str:
    concerned = [zone for zone in document["zones"] if zone["class"] == "CONCERNED"]
    named = [
        (zone["code"], wording.in_language(zone["name_fa"], zone.get("name_en", ""))) for zone in concerned
    ]
    listed = wording.listed([f"{code_in_line(code)} {name}".strip() for code, name in named])
    fell = [reason_texts.reason(zone.get("reason")) for zone in concerned]
    return " ".join([f"{listed}." if any(fell) else listed, *filter(None, fell)])


def _uses(document: Document, key: str) -> str:
    told = document["findings"][key]["value"]
    by_permission = {
        permission: [
            _(USES[use]) if use in USES else use for use, given in told.items() if given == permission
        ]
        for permission in PERMISSIONS
    }
    return " ".join(
        _(PERMISSIONS[permission]) % {"uses": wording.listed(uses)}
        for permission, uses in by_permission.items()
        if uses
    )


def _orientation(document: Document, key: str) -> str:
    told = document["findings"][key]["value"]
    return f"{wording.finding_name(key)}: {_(LIES[told]) if told in LIES else told}"


def _setbacks(document: Document, key: str) -> str:
    told = document["findings"][key]["value"]
    if not isinstance(told, Mapping):
        return plainly(document, key)
    sides = {
        "front_m": _("front"),
        "street_side_m": _("other streets"),
        "side_m": _("sides"),
        "rear_m": _("rear"),
        "open_m": _("open land"),
    }
    parts = [
        f"{sides.get(side, side)} {kept_together(str(quantity(far, 'm')))}" for side, far in told.items()
    ]
    return f"{wording.finding_name(key)}: {wording.listed(parts)}"


def _wells(document: Document, key: str) -> str:
    told = document["findings"][key]["value"]
    area_m2 = told["total_m2"] if isinstance(told, Mapping) else told
    return f"{wording.finding_name(key)}: {kept_together(str(quantity(area_m2, 'm2')))}"


def _subdivision(document: Document, key: str) -> str:
    if document["findings"][key]["value"]:
        return _("Large enough to be subdivided; the lots are judged when they are drawn.")
    return _("Too small to be subdivided.")


def _projection(document: Document, key: str) -> str:
    if not document["findings"][key]["value"]:
        return _("No projection over the street is permitted.")
    return plainly(document, key)


def _clear_height(document: Document, key: str) -> str:
    return plainly(document, key) if value(document, "projection_m") else ""


def _access(document: Document, key: str) -> str:
    return "" if document["findings"][key]["value"] else _("No edge of the parcel lies on a street.")


#: How a finding is told that is more than a name and a number; empty where there is nothing to tell.
SAID: Mapping[str, Callable[[Document, str], str]] = {
    "zone": _zones,
    "area_discrepancy_m2": _difference,
    "other_parts_area_m2": _if_more_than_nothing,
    "unreachable_floor_area_m2": _if_more_than_nothing,
    "light_excess_m": _if_more_than_nothing,
    "uses": _uses,
    "orientation": _orientation,
    "setbacks_m": _setbacks,
    "light_wells_m2": _wells,
    "may_subdivide": _subdivision,
    "projection_m": _projection,
    "projection_clearance_m": _clear_height,
    "access": _access,
}
