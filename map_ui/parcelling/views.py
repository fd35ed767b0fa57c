"""The pages "divide this lot" and "make lots one"; what is asked stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.constraints.findings import as_document
from gis_core.errors import BadInput, NotFound, Trouble
from map_ui import reason_texts, shapes, wording
from map_ui.accounts import citation, quantity
from map_ui.answers import place_of
from map_ui.around import surroundings
from map_ui.drawing.legend import ceded
from map_ui.drawing.plan import Cut, plan
from map_ui.drawing.view import HEIGHT_PX, WIDTH_PX, view_of
from map_ui.pages import asked_day
from map_ui.parcelling.asked import MOST_BYTES, Asked, document_of, ground_of, lines_of, parts_of, shapes_of
from map_ui.parcelling.forced import cut_off_line, grounds_of
from map_ui.parcelling.judging import Land, divided, land_of
from map_ui.parcelling.merging import Compared, chosen_lots, compared, merged, neighbours
from map_ui.parcelling.words import division_sheet, merging_lines
from map_ui.streets import addresses_of
from parcels import queries
from parcels.evaluation import evaluate_document
from parcels.models import Parcel

_PHONE = (350, 380)
_LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Choice:
    """A lot that may be joined: its key, what it is called, its area, and whether it is chosen."""

    key: str
    title: str
    area: str
    chosen: bool


@dataclass(frozen=True)
class Row:
    """One compared finding in words: apart, together, and the difference with its sign."""

    name: str
    unit: str
    apart: str
    together: str
    difference: str
    more: bool
    note: str


@dataclass(frozen=True)
class Drawn:
    """A plan of the page; for a pointer on it its middle, in metres from the corner, and px per metre."""

    picture: str
    east: str
    north: str
    scale: str
    css: str


@require_http_methods(["GET", "HEAD", "POST"])
def subdivision(request: HttpRequest, key: str) -> HttpResponse:
    """A lot divided evenly, by drawn lines or as shapes that were sent, each new lot judged."""
    on, today = asked_day(request), timezone.localdate()
    parcel = queries.parcel_by_key(key, on=on)
    held = land_of(parcel, on=on)
    origin = _corner(held)
    texts = {
        name: request.GET.get(name, "")[:_LONGEST_TEXT] for name in ("by", "parts", "how", "cuts", "forced")
    }
    asked, trouble = _asked(request, texts, origin)
    found = None if asked.nothing else divided(asked, held)
    told = None if found is None else division_sheet(found)
    context: dict[str, Any] = {
        "place": place_of(parcel, on=on, today=today),
        "on": on,
        "texts": texts | {"by": texts["by"] or "even"},
        "origin": origin,
        "lines": _without_each(texts, on if on != today else None),
        "trouble": "" if trouble is None else wording.in_language(trouble.fa, trouble.en),
        "where": "" if trouble is None else str(trouble.details.get("name", "lots")),
        "told": told,
        "grounds": grounds_of(held),
        "ground_asked": asked.forced,
        "cut_off": cut_off_line(held),
        "rule": {} if found is None or found.rule is None else citation(vars(found.rule)),
        "land": wording.number(round(float(held.land.area), 2)),
        "drawn": list(_drawn(parcel, held, found, origin, on=on)),
        "longest_file": wording.number(MOST_BYTES // 1_000_000),
        "ceded": ceded(held.document["geometries"]),
        "engine": held.document["engine"],
    }
    status = 400 if trouble else 200
    return render(request, "parcelling/subdivision.html", context, status=status)


def _asked(
    request: HttpRequest, texts: Mapping[str, str], origin: tuple[float, float]
) -> tuple[Asked, BadInput | None]:
    """What is asked for, or nothing and why it cannot be read."""
    try:
        if request.method == "POST":
            return replace(_sent(request), forced=ground_of(request.POST.get("forced", ""))), None
        forced = ground_of(texts["forced"])
        if texts["by"] == "lines" and texts["cuts"].strip():
            return Asked(lines=lines_of(texts["cuts"], origin), forced=forced), None
        if texts["by"] != "lines" and texts["parts"].strip():
            return Asked(parts=parts_of(texts["parts"]), how=texts["how"], forced=forced), None
    except BadInput as trouble:
        return Asked(), trouble
    return Asked(forced=forced), None


def _sent(request: HttpRequest) -> Asked:
    """Lots of a GeoJSON file, or of its text."""
    file = request.FILES.get("file")
    if file is not None and file.size > MOST_BYTES:
        document_of(" " * (MOST_BYTES + 1))
    text = file.read() if file is not None else request.POST.get("geojson", "")
    sent, reference = document_of(text)
    lots, roads = shapes_of(sent, reference)
    return Asked(lots=lots, roads=roads)


def _corner(held: Land) -> tuple[float, float]:
    """The whole metre south-west of the land, from which drawn lines are measured."""
    west, south = np.floor(held.land.bounds[:2])
    return float(west), float(south)


def _without_each(texts: Mapping[str, str], on: date | None) -> list[tuple[str, str]]:
    """Each drawn line, and the address of the page without it."""
    if texts["by"] != "lines":
        return []
    rows = [row.strip() for row in texts["cuts"].splitlines() if row.strip()]
    kept = [] if on is None else [("on", on.isoformat())]
    kept += [("forced", texts["forced"])] if texts["forced"] else []
    return [
        (
            row,
            "?" + urlencode([*kept, ("by", "lines"), ("cuts", "\n".join(rows[:place] + rows[place + 1 :]))]),
        )
        for place, row in enumerate(rows)
    ]


def _drawn(parcel: Parcel, held: Land, found: Any, origin: tuple[float, float], *, on: date) -> Any:
    """The plan for a desk and for a phone, with the new lots on it."""
    around = surroundings(parcel, on=on)
    cuts = []
    if found is not None:
        failing = {check.lot for check in found.checks if check.fails}
        cuts = [
            Cut(lot, wording.number(number + 1), number in failing) for number, lot in enumerate(found.lots)
        ]
    seen = {name: held.document["geometries"].get(name) for name in ("parcel", "ceded", "chamfer")}
    document = {**held.document, "geometries": {name: shape for name, shape in seen.items() if shape}}
    lot = shapes.geometries(document)["parcel"]
    for css, (width, height) in (("plan-wide", (WIDTH_PX, HEIGHT_PX)), ("plan-narrow", _PHONE)):
        view = view_of(lot, width, height, close=True)
        east, north = view.centre[0] - origin[0], view.centre[1] - origin[1]
        picture = plan(document, around, width=width, height=height, cuts=cuts, corner=origin)
        yield Drawn(picture, f"{east:.3f}", f"{north:.3f}", f"{view.px_per_m:.6f}", css)


@require_safe
def consolidation(request: HttpRequest, key: str) -> HttpResponse:
    """Lots that are to become one: whether they may, and what they have apart and together."""
    on, today = asked_day(request), timezone.localdate()
    parcel = queries.parcel_by_key(key, on=on)
    lots: list[Parcel] = [parcel]
    trouble: Trouble | None = None
    try:
        lots = chosen_lots(parcel, request.GET.getlist("with"), on=on)
    except (BadInput, NotFound) as wrong:
        trouble = wrong
    beside = neighbours(lots, on=on)
    context: dict[str, Any] = {
        "place": place_of(parcel, on=on, today=today),
        "on": on,
        "choices": _choices(lots, beside, on=on),
        "trouble": "" if trouble is None else wording.in_language(trouble.fa, trouble.en),
        "count": wording.number(len(lots)),
    }
    context |= _merged(parcel, lots, on=on)
    return render(request, "parcelling/consolidation.html", context, status=400 if trouble else 200)


def _choices(lots: list[Parcel], beside: list[Parcel], *, on: date) -> list[Choice]:
    """The chosen lots, and those that touch them."""
    every = [*lots[1:], *beside]
    titles = addresses_of(every, on=on)
    chosen = {lot.key for lot in lots}
    return [
        Choice(
            lot.key,
            titles.get(lot.pk, ""),
            wording.number(round(lot.surveyed_area_m2, 2)),
            lot.key in chosen,
        )
        for lot in every
    ]


def _merged(parcel: Parcel, lots: list[Parcel], *, on: date) -> dict[str, Any]:
    """What is said of the chosen lots, and how they are drawn; the one lot while nothing is chosen."""
    around = surroundings(parcel, on=on, joined=lots)
    if len(lots) == 1:
        document = evaluate_document(parcel, on=on)
        return {"plans": _plans(document, around, []), "told": None}
    found = merged(lots, on=on)
    judged = found.judgement.found
    reasons = judged.reasons if judged else ()
    named = [as_document(one) for one in found.separate]
    outlines = [
        Cut(shapes.geometries(one)["parcel"], wording.number(number), False)
        for number, one in enumerate(named, start=1)
        if "parcel" in shapes.geometries(one)
    ]
    document = named[0] if found.together is None else as_document(found.together)
    rule, reason = found.judgement.rule, found.judgement.reason
    limit = found.limit_m
    return {
        "plans": _plans(document, around, outlines),
        "told": {
            "state": "unknown" if judged is None else "fails" if reasons else "passes",
            "verdict": _verdict(judged is None, bool(reasons), len(lots)),
            "reason": ""
            if reason is None
            else reason_texts.reason({"code": reason.code, "args": dict(reason.args)}),
            "checks": () if judged is None else merging_lines(reasons, {"limit": limit}),
            "rows": [_row(one) for one in compared(found)],
            "rule": {} if rule is None else citation(vars(rule)),
            "engine": document["engine"],
        },
        "lots": [
            (wording.number(number), lot.key, _area(one))
            for number, (lot, one) in enumerate(zip(lots, named, strict=True), start=1)
        ],
    }


def _verdict(no_rule: bool, fails: bool, lots: int) -> str:
    count = {"count": wording.number(lots)}
    if no_rule:
        return _("We cannot say whether these lots may become one.")
    if fails:
        return _("These %(count)s lots may not become one.") % count
    return _("These %(count)s lots may become one, under one owner.") % count


def _area(document: Mapping[str, Any]) -> str:
    finding = document["findings"]["surveyed_area_m2"]
    return str(quantity(None if finding["state"] == "unknown" else finding["value"], "m2") or _("not known"))


def _plans(document: Mapping[str, Any], around: Any, cuts: list[Cut]) -> list[tuple[str, str]]:
    return [
        ("plan-wide", plan(document, around, cuts=cuts)),
        ("plan-narrow", plan(document, around, width=_PHONE[0], height=_PHONE[1], cuts=cuts)),
    ]


def _row(one: Compared) -> Row:
    more = one.difference
    sign = "" if more is None or abs(more) < 0.005 else "+" if more > 0 else "−"
    return Row(
        name=wording.finding_name(one.key),
        unit=wording.unit(one.unit),
        apart=_figure(one.apart),
        together=_figure(one.together),
        difference=_("not known") if more is None else f"{sign}{wording.number(round(abs(more), 2))}",
        more=more is not None and more >= 0.005,
        note="" if one.state in ("computed", "unknown") else _(wording.STATES[one.state]),
    )


def _figure(value: float | None) -> str:
    return _("not known") if value is None else wording.number(round(value, 2))
