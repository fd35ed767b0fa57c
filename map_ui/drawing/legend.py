"""The legend of a plan: a sign and a word for everything that is drawn on it, and for nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from map_ui import shapes, wording
from map_ui.drawing import held
from map_ui.drawing.surroundings import Restricting, Restriction, Surroundings
from map_ui.drawing.view import HEIGHT_PX, WIDTH_PX, View, view_of

_AREA = 2
_EFFECTS = {
    "NO_BUILD": gettext_noop("nothing may be built"),
    "CONDITIONAL": gettext_noop("its agency decides"),
    "HEIGHT_LIMIT": gettext_noop("height is limited"),
}


@dataclass(frozen=True)
class Entry:
    """One entry: the class of its sign (`sign-…`) and what it means."""

    sign: str
    text: str


def legend(
    document: Mapping[str, Any],
    around: Surroundings,
    restricting: Restricting,
    *,
    width: int = WIDTH_PX,
    height: int = HEIGHT_PX,
) -> tuple[Entry, ...]:
    """What is drawn on the plan of a document of that size, in the order in which it is read."""
    drawn = shapes.geometries(document)
    if "parcel" not in drawn:
        return ()
    view = view_of(drawn["parcel"], width, height, shapes.dimensions(document))
    has_ways = not shapely.is_empty(held.way_lines(restricting, around, view))
    cedes = ceded(drawn)
    entries: list[Entry | None] = [
        Entry("parcel", _("Parcel")),
        cedes,
        Entry("planned", _("Border of the planned street")) if has_ways else None,
        Entry("net", _("Net parcel")) if cedes and "net" in drawn else None,
        Entry("other-parts", _("Part that the street cuts off"))
        if held.other_parts(drawn) is not None
        else None,
        Entry("envelope", _("Envelope")) if "envelope" in drawn else None,
        Entry("line60", _("60 % of the length")) if "line60" in drawn else None,
        Entry("zone-border", _("Border of zones")) if restricting.zones else None,
    ]
    entries += _held(restricting, drawn["parcel"], view)
    if restricting.unsurveyed:
        layers = wording.listed([wording.amid(name) for name, _extent in restricting.unsurveyed])
        entries.append(Entry("unsurveyed", _("Not surveyed: %(layers)s") % {"layers": layers}))
    return tuple(entry for entry in entries if entry is not None)


def ceded(drawn: Mapping[str, Any]) -> Entry | None:
    """The entry of what streets take, by the names of the shapes that are drawn, if they take any."""
    if "ceded" in drawn and "chamfer" in drawn:
        return Entry("ceded", _("Ceded for widening and chamfer"))
    if "ceded" in drawn:
        return Entry("ceded", _("Ceded for widening"))
    return Entry("ceded", _("Corner chamfer")) if "chamfer" in drawn else None


def _held(restricting: Restricting, parcel: Any, view: View) -> list[Entry]:
    """What restricts, each sign with the same words once; a feature of its own where it is drawn."""
    entries: dict[Entry, None] = {}
    for one in restricting.restrictions:
        name = wording.name(one.name)
        entries[Entry(held.sign_on(one, parcel), _ground_text(one, name, parcel))] = None
        in_sight = shapely.intersects(one.drawn, view.frame)
        if in_sight and shapely.get_dimensions(one.drawn) < _AREA:
            entries[Entry("feature" if shapely.get_dimensions(one.drawn) else "feature-point", name)] = None
    return list(entries)


def _ground_text(one: Restriction, name: str, parcel: Any) -> str:
    if one.effect not in _EFFECTS:
        return name
    if not held.holds(one, parcel):
        return _("%(name)s: border of its ground") % {"name": name}
    return _("%(name)s: %(effect)s") % {"name": name, "effect": _(_EFFECTS[one.effect])}
