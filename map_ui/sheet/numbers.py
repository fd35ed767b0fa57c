"""The four numbers with the line that says what binds them, the areas side by side, the accounts behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from map_ui import reason_texts, wording
from map_ui.accounts import Account, account
from map_ui.sheet.parts import HeadNumber, Measured
from map_ui.sheet.reading import SMALL_M2, plain_area, value


def head_numbers(document: Mapping[str, Any], names: Mapping[str, str]) -> list[HeadNumber]:
    """Floor area, coverage, storeys and net area, each with its account."""
    covered = "footprint_m2" if value(document, "footprint_m2") is not None else "coverage_cap_m2"
    lines = {
        "reachable_floor_area_m2": _floor_area_line(document),
        covered: _coverage_line(document),
        "storeys": _storeys_line(document),
        "net_area_m2": _net_line(document),
    }
    in_plan = reason_texts.reason({"code": "IN_PLAN"}) if document["parcel"]["status"] == "IN_PLAN" else ""
    heads = []
    for key, line in lines.items():
        told = account(document, key, names)
        name = _("Coverage") if key == covered else told.name
        said = line if told.known else in_plan or told.sentence
        heads.append(HeadNumber(name, told.quantity, said, told))
    return heads


def _floor_area_line(document: Mapping[str, Any]) -> str:
    cap, reach, storeys = (
        value(document, key) for key in ("far_cap_m2", "reachable_floor_area_m2", "storeys")
    )
    percent = value(document, "far_percent")
    if cap is None or reach is None:
        return ""
    if cap > reach + SMALL_M2 and storeys is not None:
        return _("Density gives %(cap)s; limit: %(storeys)s") % {
            "cap": plain_area(cap),
            "storeys": wording.storeys(storeys),
        }
    return (
        _("Density %(percent)s percent") % {"percent": wording.number(percent)} if percent is not None else ""
    )


def _coverage_line(document: Mapping[str, Any]) -> str:
    cap, footprint = value(document, "coverage_cap_m2"), value(document, "footprint_m2")
    percent = value(document, "coverage_percent")
    if footprint is not None and cap is not None and footprint < cap - SMALL_M2:
        return _("The envelope is smaller than the cap of %(cap)s") % {"cap": plain_area(cap)}
    return (
        _("%(percent)s percent of the net parcel") % {"percent": wording.number(percent)}
        if percent is not None
        else ""
    )


def _storeys_line(document: Mapping[str, Any]) -> str:
    asked, width = value(document, "may_request_storeys"), value(document, "governing_width_m")
    storeys = value(document, "storeys")
    if asked is not None and storeys is not None and asked > storeys:
        return _("a %(ordinal)s may be requested") % {"ordinal": wording.ordinal(int(asked))}
    return (
        _("passage %(width)s metres wide") % {"width": wording.number(width)}
        if width is not None
        else _("above the pilot")
    )


def _net_line(document: Mapping[str, Any]) -> str:
    widening, chamfer = (
        value(document, "widening_area_m2") or 0.0,
        value(document, "chamfer_area_m2") or 0.0,
    )
    if widening > SMALL_M2 and chamfer > SMALL_M2:
        return _("after widening and chamfer")
    if widening > SMALL_M2:
        return _("after widening")
    return _("after the chamfer") if chamfer > SMALL_M2 else _("nothing is ceded to the street")


def areas(document: Mapping[str, Any]) -> tuple[Measured, ...]:
    """Deed, survey, their difference and the net parcel side by side, whichever of them are known."""
    return (
        Measured("deed_area_m2", _("Deed"), _area_figure(document, "deed_area_m2")),
        Measured("surveyed_area_m2", _("Survey"), _area_figure(document, "surveyed_area_m2")),
        _difference(document),
        Measured("net_area_m2", _("Net"), _area_figure(document, "net_area_m2")),
    )


def _area_figure(document: Mapping[str, Any], key: str) -> str:
    area_m2 = value(document, key)
    return "" if area_m2 is None else wording.number(area_m2, 2)


def _difference(document: Mapping[str, Any]) -> Measured:
    """How far the deed is from the survey, the direction as a word rather than a sign."""
    name = _("Difference")
    apart_m2 = value(document, "area_discrepancy_m2")
    if apart_m2 is None:
        return Measured("area_discrepancy_m2", name, "")
    if abs(apart_m2) < SMALL_M2:
        return Measured("area_discrepancy_m2", name, wording.number(0, 2), _("they agree"))
    note = _("more in the deed") if apart_m2 > 0 else _("less in the deed")
    return Measured("area_discrepancy_m2", name, wording.number(abs(apart_m2), 2), note)


def accounts_apart(
    document: Mapping[str, Any], numbers: Sequence[HeadNumber], names: Mapping[str, str]
) -> tuple[Account, ...]:
    """Accounts of findings that a list points to and no head number opens."""
    shown = {head.account.key for head in numbers}
    wanted = [key for key in document["unknown"] if key in document["findings"] and key not in shown]
    return tuple(account(document, key, names) for key in wanted)
