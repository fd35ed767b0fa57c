"""The page of the question "what if I build this?"; its inputs stand in the address, to be shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from gis_core.constraints.proposal import rule_of_lot
from map_ui import wording
from map_ui.accounts import layer_names
from map_ui.answers import place_of
from map_ui.around import surroundings
from map_ui.drawing.plan import plan
from map_ui.drawing.proposed import proposed_building
from map_ui.pages import asked_day
from map_ui.proposals.building import PART, TYPED, USE, Building, Typed, from_form
from map_ui.proposals.choices import offered
from map_ui.proposals.judging import Held, Judged, estimate_of, held_on, judged, mended
from map_ui.restricting import restricting
from map_ui.sheet.costs import cost
from map_ui.sheet.proposal import proposal_sheet
from map_ui.sheet.unknown import unknown_line, unknown_things
from parcels import queries
from parcels.fees.calculate import PriceList
from parcels.fees.queries import price_list
from parcels.models import Parcel

_PHONE = (350, 380)
_STATES_OF_USE = ("PERMITTED", "CONDITIONAL", "FORBIDDEN")


@dataclass(frozen=True)
class Input:
    """A field of the form: its name, label, unit, what was typed, and the trouble with it."""

    name: str
    label: str
    unit: str
    text: str
    trouble: str = ""


@dataclass(frozen=True)
class Use:
    """A use to choose: its name, what it is called, what the zone says of it, and whether it is chosen."""

    name: str
    label: str
    state: str
    chosen: bool


@require_safe
def page(request: HttpRequest, key: str) -> HttpResponse:
    """A building that a citizen thinks of, judged point by point, beside all that could be chosen."""
    on, today = asked_day(request), timezone.localdate()
    parcel = queries.parcel_by_key(key, on=on)
    held = held_on(parcel, on=on)
    kinds = _kinds_of_parts(held)
    parked = _uses_with_bays(held)
    typed = from_form(request.GET, tuple(request.GET.getlist("use")), kinds, parked)
    prices = price_list(parcel, on=on)
    asked = not typed.troubles and not typed.building.nothing
    unknown = unknown_things(held.document, layer_names(held.document))
    context: dict[str, Any] = {
        "place": place_of(parcel, on=on, today=today),
        "on": on,
        "inputs": {entry.name: entry for entry in _inputs(typed)},
        "parts": _inputs_of_parts(typed, kinds),
        "more": any(typed.texts[name] for name in ("height", "projection", *(PART + kind for kind in kinds))),
        "uses": _uses(held, typed.building),
        "use_areas": [_input(typed, USE + use, wording.use(use), wording.unit("m2")) for use in parked],
        "troubles": [trouble_text(trouble) for trouble in typed.troubles.values()],
        "choices": offered(held.document, prices, typed.building, on=on, keep_day=on != today),
        "unknown": [entry for entry in unknown if entry.key != "follows"],
        "unknown_line": unknown_line(unknown),
        "engine": held.evaluation.engine,
    }
    found = judged(typed.building, held) if asked else None
    if found is not None:
        context |= _answered(found, held, prices, on=on, keep_day=on != today)
    context |= _drawn(parcel, held, found, on=on)
    return render(request, "proposal/page.html", context, status=400 if typed.troubles else 200)


def trouble_text(trouble: Any) -> str:
    """The sentence of a trouble in the language and the digits of the page."""
    return wording.digits(wording.in_language(trouble.fa, trouble.en))


def address_of(building: Building, on: date | None = None) -> str:
    """The question of a building as it stands in the address of the page."""
    asked: list[tuple[str, str]] = [] if on is None else [("on", on.isoformat())]
    told = {
        "storeys": building.storeys,
        "width": building.width_m,
        "depth": building.depth_m,
        "area": building.area_m2,
        "units": building.units,
        "unit_area": building.unit_m2,
        "bays": building.bays,
        "height": building.height_m,
        "projection": building.projection_m,
        **{PART + part.kind: part.area_m2 for part in building.parts},
        **{USE + use: area_m2 for use, area_m2 in building.use_areas_m2},
    }
    asked += [
        (name, f"{value:.2f}".rstrip("0").rstrip(".")) for name, value in told.items() if value is not None
    ]
    return "?" + urlencode(asked + [("use", use) for use in building.uses])


def _answered(found: Judged, held: Held, prices: PriceList, *, on: date, keep_day: bool) -> dict[str, Any]:
    better = mended(found, held)
    priced = estimate_of(found, held, prices, on=on)
    return {
        "told": proposal_sheet(found.verdict, held.document),
        "better": None if better is None else better.building,
        "better_address": "" if better is None else address_of(better.building, on if keep_day else None),
        "better_words": "" if better is None else _in_words(better.building),
        "cost": None if priced is None else cost(priced),
        "assumed_unit": _assumed_unit(found),
    }


def _in_words(building: Building) -> str:
    """What a building is, in a few words."""
    parts = []
    if building.storeys is not None:
        parts.append(wording.storeys(building.storeys))
    if building.covered_m2 is not None:
        area = f"{wording.number(round(building.covered_m2, 2))} {wording.unit('m2')}"
        parts.append(_("footprint %(area)s") % {"area": area})
    if building.bays is not None:
        bays = ngettext("%(count)s parking bay", "%(count)s parking bays", building.bays)
        parts.append(bays % {"count": wording.number(building.bays)})
    for length_m, said in (
        (building.height_m, _("height %(metres)s metres")),
        (building.projection_m, _("projection %(metres)s metres")),
    ):
        parts += [] if length_m is None else [said % {"metres": wording.number(round(length_m, 2))}]
    areas = dict(building.use_areas_m2)
    for use in building.uses:
        of = f" {wording.number(round(areas[use], 2))} {wording.unit('m2')}" if use in areas else ""
        parts.append(wording.amid(wording.use(use)) + of)
    return wording.listed(parts)


def _assumed_unit(found: Judged) -> str:
    """The dwelling's size that nobody told and that the parking was judged on."""
    building = found.building
    if building.units is None or building.unit_m2 is not None or not found.proposal.units_m2:
        return ""
    return _("Each dwelling is taken as %(area)s m².") % {
        "area": wording.number(round(found.proposal.units_m2[0], 2))
    }


def _inputs(typed: Typed) -> list[Input]:
    labels = {
        "storeys": (_("Storeys above the pilot"), ""),
        "width": (_("Width along the street"), _("metres")),
        "depth": (_("Depth into the lot"), _("metres")),
        "area": (_("or its area"), wording.unit("m2")),
        "units": (_("Dwellings"), ""),
        "unit_area": (_("Area of each"), wording.unit("m2")),
        "bays": (_("Parking bays"), ""),
        "height": (_("Height above the street"), _("metres")),
        "projection": (_("Projection over the street"), _("metres")),
    }
    return [_input(typed, name, *labels[name]) for name in TYPED]


def _input(typed: Typed, name: str, label: str, unit: str) -> Input:
    trouble = trouble_text(typed.troubles[name]) if name in typed.troubles else ""
    return Input(name, label, unit, wording.formula(typed.texts[name]), trouble)


def _kinds_of_parts(held: Held) -> tuple[str, ...]:
    """The kinds of parts that the rule on counted floor area knows on this lot; none without a rule."""
    rule = rule_of_lot(held.evaluation, held.rules, "COUNT").rule
    named = list(wording.PARTS)
    kinds = [] if rule is None else sorted(rule.params["kinds"])
    return tuple(sorted(kinds, key=lambda kind: named.index(kind) if kind in named else len(named)))


def _uses_with_bays(held: Held) -> tuple[str, ...]:
    """The uses whose need of bays the parking rule tells by their area."""
    rule = rule_of_lot(held.evaluation, held.rules, "PARK").rule
    return () if rule is None else tuple(rule.params.get("uses", {}))


def _inputs_of_parts(typed: Typed, kinds: tuple[str, ...]) -> list[Input]:
    return [_input(typed, PART + kind, wording.part(kind), wording.unit("m2")) for kind in kinds]


def _uses(held: Held, building: Building) -> list[Use]:
    """The uses that the city's matrix names, permitted ones first, with what the zone says of each."""
    cells: Mapping[str, str] = held.document["findings"]["uses"]["value"] or {}
    words = {
        "PERMITTED": _("permitted"),
        "CONDITIONAL": _("conditional"),
        "FORBIDDEN": _("forbidden"),
    }
    order = {state: number for number, state in enumerate(_STATES_OF_USE)}
    names = sorted(cells, key=lambda name: order.get(cells[name], len(order)))
    return [
        Use(name, wording.use(name), words.get(cells[name], _("not known")), name in building.uses)
        for name in names
    ]


def _drawn(parcel: Parcel, held: Held, found: Judged | None, *, on: date) -> dict[str, Any]:
    around, holding = surroundings(parcel, on=on), restricting(parcel, held.document)
    footprint = found.proposal.footprint if found else None
    storeys = found.building.storeys if found else None
    document = held.document
    return {
        "plan": plan(document, around, holding, proposed=footprint),
        "plan_narrow": plan(document, around, holding, width=_PHONE[0], height=_PHONE[1], proposed=footprint),
        "raised": proposed_building(document, around, footprint, storeys),
        "drawn": footprint is not None,
        "by_area": found is not None and footprint is None and found.building.area_m2 is not None,
        "outside": found is not None
        and any(point.key == "footprint_outside_m2" and point.excess for point in found.verdict.judgements),
        "city": settings.CITY,
    }
