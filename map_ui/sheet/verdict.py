"""The sentence that is read first: what may be built here, or why that cannot be said."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import wording
from map_ui.sheet.reading import SMALL_M2, value, whole_area


def verdict(document: Mapping[str, Any]) -> str:
    """The sentence itself; it never promises a number that is not known."""
    status = document["parcel"]["status"]
    if status == "IN_PLAN":
        return _("This parcel lies in a planned street or public plan: no building permit is given for it.")
    if status == "NO_ACCESS":
        return _("This parcel cannot be entered from a street: a building permit needs an access first.")
    storeys, floor_m2 = value(document, "storeys"), value(document, "reachable_floor_area_m2")
    if storeys is not None and floor_m2 is not None:
        if not floor_m2 > SMALL_M2:
            return _("Nothing can be built on this parcel.")
        return _("On this parcel up to %(storeys)s and %(area)s may be built.") % {
            "storeys": _kept(wording.storeys(storeys)),
            "area": _square_metres(floor_m2),
        }
    return _what_is_known(document)


def _what_is_known(document: Mapping[str, Any]) -> str:
    """Where storeys or floor area are missing: exactly which, and what is known all the same."""
    storeys, floor_m2 = value(document, "storeys"), value(document, "reachable_floor_area_m2")
    covered_m2, dense_m2 = value(document, "footprint_m2"), value(document, "far_cap_m2")
    if covered_m2 is None:
        covered_m2 = value(document, "coverage_cap_m2")
    known, missing = [], []
    if storeys is None:
        missing.append(wording.amid(wording.finding_name("storeys")))
    else:
        known.append(_("up to %(storeys)s") % {"storeys": _kept(wording.storeys(storeys))})
    if covered_m2 is None:
        missing.append(wording.amid(wording.finding_name("footprint_m2")))
    else:
        known.append(_("coverage up to %(area)s") % {"area": _square_metres(covered_m2)})
    if floor_m2 is not None:
        known.append(_("floor area up to %(area)s") % {"area": _square_metres(floor_m2)})
    else:
        missing.append(wording.amid(wording.finding_name("reachable_floor_area_m2")))
        if dense_m2 is not None:
            known.append(_("density for %(area)s at most") % {"area": _square_metres(dense_m2)})
    if not known:
        return _("What may be built on this parcel we cannot say yet.")
    return _("We know: %(known)s. We cannot say yet: %(missing)s.") % {
        "known": wording.listed(known),
        "missing": wording.listed(missing),
    }


def _square_metres(area_m2: float) -> str:
    return _kept(f"{whole_area(area_m2)} {_('square metres')}")


def verdict_short(document: Mapping[str, Any], unknown: int) -> str:
    """The verdict in a few words, for the folded head of the sheet."""
    storeys, floor_m2 = value(document, "storeys"), value(document, "reachable_floor_area_m2")
    gaps = (
        ngettext("%(count)s thing unknown", "%(count)s things unknown", unknown)
        % {"count": wording.number(unknown)}
        if unknown
        else _("nothing unknown")
    )
    if not may_build(document):
        return gaps
    text = _("up to %(storeys)s and %(area)s m²") % {
        "storeys": wording.storeys(storeys),
        "area": whole_area(floor_m2),
    }
    return _("%(text)s; %(gaps)s") % {"text": text, "gaps": gaps}


def may_build(document: Mapping[str, Any]) -> bool:
    """Whether both storeys and floor area of a lot that gets a permit are known."""
    return (
        document["parcel"]["status"] == "NORMAL"
        and value(document, "reachable_floor_area_m2") is not None
        and value(document, "storeys") is not None
    )


def _kept(text: str) -> str:
    """Number and unit never parted by the end of a line."""
    return text.replace(" ", "\u00a0")
