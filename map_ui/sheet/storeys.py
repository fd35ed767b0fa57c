"""The numbers of storeys to choose from, and what each of them gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import wording
from map_ui.sheet.light import light_note
from map_ui.sheet.parts import ChoiceView, Cost
from map_ui.sheet.reading import SMALL_M2, plain_area


def choices(
    document: Mapping[str, Any], costs: Mapping[float, Cost], storeys: float | None
) -> tuple[ChoiceView, ...]:
    """Every number of storeys on offer, highest first; chosen is that asked for, or the highest allowed."""
    offered = sorted(document["choices"], key=lambda choice: -choice["storeys"])
    counts = [choice["storeys"] for choice in offered]
    permitted = [choice["storeys"] for choice in offered if not choice["discretionary"]]
    chosen = storeys if storeys in counts else max(permitted, default=None)
    top = max((choice["floor_area_m2"] for choice in offered if not choice["discretionary"]), default=0.0)
    return tuple(
        replace(
            _choice(choice, costs.get(choice["storeys"]), chosen, top), light=light_note(document, choice)
        )
        for choice in offered
    )


def _choice(choice: Mapping[str, Any], cost: Cost | None, chosen: float | None, top_m2: float) -> ChoiceView:
    need, capacity = choice["parking_need"], choice["parking_capacity"]
    short = need is not None and capacity is not None and need > capacity
    count = choice["storeys"]
    label = (
        _("%(count)s, on request") % {"count": wording.number(count)}
        if choice["discretionary"]
        else wording.storeys(count)
    )
    if need is None or capacity is None:
        parking, line = _("not known"), ""
    else:
        parking = _short_of(need - capacity) if short else _("enough")
        line = _("needs %(need)s, pilot %(capacity)s") % {
            "need": wording.number(need),
            "capacity": wording.number(capacity),
        }
    gain = choice["floor_area_m2"] - top_m2
    note = _on_request(int(count), round(max(gain, 0.0), 2)) if choice["discretionary"] else ""
    return ChoiceView(
        storeys=count,
        value=f"{count:g}",
        label=label,
        discretionary=choice["discretionary"],
        chosen=count == chosen,
        floor_area=f"{plain_area(choice['floor_area_m2'])} {wording.unit('m2')}",
        units=_("height %(height)s metres") % {"height": wording.number(choice["height_m"])}
        if choice["height_m"]
        else "",
        parking=parking,
        parking_line=line,
        parking_short=short,
        note=note,
        cost=cost,
        floor_area_figure=plain_area(choice["floor_area_m2"]),
        footprint=plain_area(choice["footprint_m2"]),
        height=wording.number(choice["height_m"]) if choice["height_m"] else "",
    )


def _short_of(bays: int) -> str:
    return ngettext("%(bays)s bay short", "%(bays)s bays short", bays) % {"bays": wording.number(bays)}


def _on_request(count: int, gain_m2: float) -> str:
    """What a storey that must be asked for would really add."""
    ordinal = wording.ordinal(count)
    if not gain_m2 > SMALL_M2:
        return _("The %(ordinal)s storey, if it is accepted, adds no floor area: density is used up.") % {
            "ordinal": ordinal
        }
    return _("If it is accepted, the %(ordinal)s storey adds only %(gain)s square metres.") % {
        "ordinal": ordinal,
        "gain": wording.number(gain_m2),
    }


def choice_note(document: Mapping[str, Any]) -> str:
    """Who decides about the storeys that must be asked for; empty when there are none."""
    asked = [choice["storeys"] for choice in document["choices"] if choice["discretionary"]]
    if not asked:
        return ""
    return _("%(ordinal)s: the deputy for urban planning decides") % {
        "ordinal": wording.ordinal(int(max(asked)))
    }
