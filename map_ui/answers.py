"""Asks for the evaluation of a parcel and prepares what its sheet shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import shapely
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from shapely.geometry import mapping

from gis_core import crs
from layers import catalog
from layers.models import District, Layer
from map_ui import shapes, wording
from map_ui.accounts import account
from map_ui.around import surroundings
from map_ui.drawing.axonometry import axonometry
from map_ui.drawing.dimensions import dimension_text
from map_ui.drawing.held import overlay_role
from map_ui.drawing.legend import Entry, legend
from map_ui.drawing.plan import plan
from map_ui.drawing.rows import Row
from map_ui.drawing.surroundings import Restricting
from map_ui.restricting import restricting
from map_ui.sheet.compose import sheet
from map_ui.sheet.costs import cost
from map_ui.sheet.parts import Cost, Place, Sheet
from map_ui.streets import addresses_of, in_reading_language
from parcels import queries
from parcels.evaluation import evaluate_document
from parcels.fees.calculate import estimates
from parcels.fees.queries import price_list
from parcels.models import Parcel
from parcels.service_requests.models import Service

#: Size of the plan on a phone, px: a wide one made smaller could not be read.
_PHONE = (380, 420)


@dataclass(frozen=True)
class Step:
    """Something to do next: where, what, and one fact about it."""

    url: str
    title: str
    fact: str = ""


@dataclass(frozen=True)
class Answer:
    """
    One parcel's answer, ready for the page: sheet, drawings with their legend, shapes for the map.

    `shown`: roles of the shapes of the plan that lead to a number of the page, and it to them.
    """

    parcel: Parcel
    document: Mapping[str, Any]
    sheet: Sheet
    plan: str
    plan_narrow: str
    shown: tuple[str, ...]
    legend: tuple[Entry, ...]
    axonometry: str
    shapes: Mapping[str, Any]
    main_action: Step | None
    next_steps: tuple[Step, ...]


def answer(
    key: str,
    *,
    on: date,
    today: date,
    storeys: float | None = None,
    with_plan: bool = False,
    linked: bool = False,
) -> Answer:
    """
    The answer of a parcel on a day; `linked`: shapes of the plan and numbers of the page lead to each other.

    Raises
    ------
    NotFound
        When there is no such parcel on that day.
    """
    parcel = queries.parcel_by_key(key, on=on)
    around = surroundings(parcel, on=on)
    document = in_reading_language(evaluate_document(parcel, on=on), around.street_names)
    holding = restricting(parcel, document) if with_plan else Restricting()
    told = sheet(
        document,
        place_of(parcel, on=on, today=today),
        costs=_costs(parcel, document, on=on),
        storeys=storeys,
        doubts=parcel.attributes.get("doubts", ()),
    )
    chosen = told.chosen.storeys if told.chosen else None
    side = "left" if wording.language() == "en" else "right"
    rows = _rows(told, document, holding) if linked else {}
    return Answer(
        parcel=parcel,
        document=document,
        sheet=told,
        plan=plan(document, around, holding, rows=rows) if with_plan else "",
        plan_narrow=plan(document, around, holding, width=_PHONE[0], height=_PHONE[1], rows=rows)
        if with_plan
        else "",
        shown=tuple(sorted(rows)),
        legend=legend(document, around, holding) if with_plan else (),
        axonometry=axonometry(document, around, chosen=chosen, stops_at=side),
        shapes=map_shapes(document),
        main_action=_main_action(parcel, told),
        next_steps=tuple(_next_steps(parcel, told)),
    )


def _rows(told: Sheet, document: Mapping[str, Any], holding: Restricting) -> dict[str, Row]:
    """The page's row of each drawn shape: where its measure stands, and the measure in words."""
    places = {head.account.key: f"number-{head.account.key}" for head in told.numbers}
    places |= {area.key: f"row-{area.key}" for area in told.areas if area.key not in places}
    listed = {entry.key: (f"row-{entry.key}", entry.name) for entry in reversed(told.concerns)}
    listed = {entry.key: (f"unknown-{entry.key}", entry.name) for entry in told.unknown} | listed
    places |= {key: place for key, (place, _name) in listed.items() if key not in places}
    rows = {}
    for role, keys in shapes.TOLD_BY.items():
        place = next((places[key] for key in keys if key in places), None)
        measured = account(document, _MEASURED.get(role, keys[0]))
        if place is not None and measured.known:
            rows[role] = Row(place, f"{measured.name} {measured.in_words}")
    for one in holding.restrictions:
        if one.layer in listed:
            rows[overlay_role(one.layer)] = Row(*listed[one.layer])
    return {role: replace(rows[role], mark=number) for number, role in enumerate(sorted(rows), start=1)}


def map_shapes(document: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's shapes and dimensions as GeoJSON in degrees, each with its `role`, for the map."""
    features = []
    for role, shape in shapes.geometries(document).items():
        finding = document["findings"].get(_MEASURED.get(role, "")) if role != "parcel" else None
        text = f"{_named(role)} {wording.number(finding['value'], 2)} {_('m²')}" if _is_known(finding) else ""
        features.append(_feature(role, shape, {"text": _in_reading_order(text)}))
    for dimension in shapes.dimensions(document):
        line = shapely.LineString([dimension.start, dimension.end])
        text = _in_reading_order(dimension_text(dimension))
        features.append(_feature("dimension", line, {"kind": dimension.kind, "text": text}))
    return {"type": "FeatureCollection", "features": features}


#: The finding that says how large a shape is; the shape's own coordinates are rounded.
_MEASURED = {
    "parcel": "surveyed_area_m2",
    "widths": "governing_width_m",
    "ceded": "widening_area_m2",
    "chamfer": "chamfer_area_m2",
    "net": "net_area_m2",
    "envelope": "envelope_area_m2",
}


def _named(role: str) -> str:
    return {"ceded": _("Widening:"), "chamfer": _("Chamfer:")}.get(role, "")


def _is_known(finding: Mapping[str, Any] | None) -> bool:
    return finding is not None and finding["state"] != "unknown" and finding["value"] is not None


def _in_reading_order(text: str) -> str:
    """A text for the map's canvas, which would lay Persian out from the left."""
    return f"\u2067{text.strip()}\u2069" if text and wording.language() == "fa" else text.strip()


#: The usual service of a parcel's page: the planning brief (services.md, PB-09).
MAIN_SERVICE = "PB-09"


def _main_action(parcel: Parcel, told: Sheet) -> Step | None:
    """The usual service; of a lot that no permit is given for, what can be asked for at all."""
    if told.without_permit:
        services = _address("services", parcel=parcel.key)
        return Step(services, _("What can be asked for here")) if services else None
    if not Service.objects.filter(code=MAIN_SERVICE, active=True).exists():
        return None
    url = _address("request-new", parcel=parcel.key, service=MAIN_SERVICE)
    return Step(url, _("Request a planning brief")) if url else None


def _next_steps(parcel: Parcel, told: Sheet) -> list[Step]:
    """What else can be done; nothing is built, divided or joined where no permit is given."""
    services = _address("services", parcel=parcel.key)
    offices = _address("offices", parcel=parcel.key)
    what_if = reverse("proposal", args=[parcel.key])
    extract = reverse("parcel-extract", args=[parcel.key])
    to_build = (
        Step(what_if, _("What if I build something else?"), _("Your own numbers, judged point by point")),
        Step(
            reverse("subdivision", args=[parcel.key]),
            _("Divide this lot"),
            _("evenly, by drawn lines or from a file; each new lot judged"),
        ),
        Step(
            reverse("consolidation", args=[parcel.key]),
            _("Join it with neighbours"),
            _("what lots have together that they have not apart"),
        ),
    )
    steps = (
        *(() if told.without_permit else to_build),
        Step(services, _("Other services for this parcel"), _("What can be asked for, and what it needs")),
        Step(offices, _("Nearest office"), _("by travel time, with its hours")),
        Step(extract, _("Extract of restrictions"), _("three lists with articles and sources, on A4")),
    )
    return [step for step in steps if step.url]


def _address(name: str, **asked: str) -> str:
    """Address of a page with its question; empty where the page is not installed."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(asked)}" if asked else url


def _feature(role: str, shape: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    there = crs.transform(shape, crs.metric_srid(), crs.LONLAT)
    rounded = shapely.transform(there, lambda points: points.round(8))
    return {"type": "Feature", "properties": {"role": role, **properties}, "geometry": mapping(rounded)}


def place_of(parcel: Parcel, *, on: date, today: date) -> Place:
    """Where a parcel is, in words, and the plan in force there on a day."""
    kind = settings.CITY.identifier(settings.CITY.parcel_key)
    editions = catalog.provenance(on=on).get(Layer.Kind.ZONING, ())
    in_force = editions[0] if editions else None
    since = in_force.valid.lower if in_force and in_force.valid else None
    title = addresses_of([parcel], on=on).get(parcel.pk) or _("Parcel %(key)s") % {
        "key": f"\u2066{parcel.key}\u2069"
    }
    return Place(
        key=parcel.key,
        key_label=wording.in_language(kind.label_fa, kind.label_en),
        title=title,
        district=_district(parcel, on=on),
        plan=wording.in_language(in_force.layer.title_fa, in_force.layer.title_en) if in_force else "",
        plan_since=since,
        on=on,
        is_today=on == today,
    )


def _district(parcel: Parcel, *, on: date) -> str:
    codes = {"district": parcel.district_code, "sub_district": parcel.sub_district_code}
    rows = District.objects.in_force(on=on).filter(
        level__in=codes, code__in=[code for code in codes.values() if code]
    )
    names = {
        row.level: wording.in_language(row.name_fa, row.name_en)
        for row in rows
        if codes[row.level] == row.code
    }
    return _(", ").join(wording.name(names[level]) for level in codes if level in names)


def _costs(parcel: Parcel, document: Mapping[str, Any], *, on: date) -> dict[float, Cost]:
    if not document["choices"]:
        return {}
    found = estimates(
        document,
        price_list(parcel, on=on),
        settings.CITY.policies.get("estimate", {}),
        on=on,
        calendar=settings.CITY.calendar,
    )
    return {storeys: cost(estimate) for storeys, estimate in found.items()}
