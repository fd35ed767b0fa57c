"""Puts a frozen answer into the words of a paper: what it is, what holds, from which rule, until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import pgettext

from gis_core.persian import DECIMAL
from map_ui import wording
from map_ui.accounts import Account, account
from map_ui.documents.paper_plan import net_corners, side_letter
from map_ui.sheet.compose import sheet
from map_ui.sheet.parts import Listed, Place, Sheet

# By what a service hands out (`Service.output`): its name, and the parts of the paper in reading order.
TITLES = {
    "estimate": "Estimate of density and cost",
    "corrected_line": "Frontage and level sheet (corrected line)",
    "bank_answer": "Answer to the bank's inquiry",
    "drawing_permission": "Permission to prepare drawings",
    "no_violation_certificate": "No-violation certificate",
    "visit_report": "Report of the permit inspection",
}
PARTS = {
    "estimate": ("verdict", "plan", "areas", "choices", "cost", "lists"),
    "corrected_line": ("plan", "areas", "edges", "corners", "lists"),
    "bank_answer": ("statements", "areas", "plan", "lists"),
    "drawing_permission": ("verdict", "plan", "areas", "limits", "edges", "lists", "cost"),
    "no_violation_certificate": ("statements", "areas", "plan", "lists"),
    "visit_report": ("statements", "areas", "plan"),
}
_REFUSAL = ("statements", "areas", "lists")
_EVERY_PART = ("statements", "verdict", "plan", "areas", "limits", "lists")
AREAS = ("deed_area_m2", "surveyed_area_m2", "widening_area_m2", "chamfer_area_m2", "net_area_m2")
LIMITS = (
    "far_percent", "far_cap_m2", "coverage_percent", "footprint_m2", "storeys", "may_request_storeys",
    "governing_width_m", "height_m", "reachable_floor_area_m2", "envelope_area_m2", "light_wells_m2",
    "parking_need", "parking_capacity",
)  # fmt: skip
EDGES = {
    "neighbour": "neighbour",
    "passage": "passage",
    "open": "open land",
    "unknown": "not known",
}
_MOST_CORNERS = 24


@dataclass(frozen=True)
class EdgeRow:
    """One side of the parcel: what lies there, how long it is, the passage now and planned, in metres."""

    number: str
    kind: str
    length: str
    width: str
    planned: str


@dataclass(frozen=True)
class ChoiceRow:
    """One number of storeys and what it gives and costs."""

    storeys: str
    floor_area: str
    parking: str
    total: str
    discretionary: bool
    chosen: bool


@dataclass(frozen=True)
class Statement:
    """One thing a certificate states: what was asked, what the record says, whether that is good."""

    label: str
    value: str
    good: bool | None = None


@dataclass(frozen=True)
class Paper:
    """Everything a printed paper says, in the language of the page."""

    output: str
    title: str
    service_title: str
    place: Place
    told: Sheet
    plan: str
    parts: Sequence[str]
    on: date
    known_at: str
    engine: str
    areas: Sequence[Account]
    limits: Sequence[Account]
    edges: Sequence[EdgeRow]
    corners: Sequence[tuple[str, str, str]]
    choices: Sequence[ChoiceRow]
    sources: Sequence[str]
    statements: Sequence[Statement] = ()
    estimate: Mapping[str, Any] | None = None
    code: str = ""
    tracking_code: str = ""
    decided_on: date | None = None
    valid_until: date | None = None
    decided_by_system: bool = False
    verify_url: str = ""
    qr: str = ""
    official: bool = False
    superseded: bool = False
    refused: bool = False

    @property
    def unknown(self) -> Sequence[Listed]:
        """What is not known: the first list on every paper."""
        return self.told.unknown


def paper(
    document: Mapping[str, Any],
    place: Place,
    *,
    output: str,
    service_title: str,
    plan: str = "",
    storeys: float | None = None,
    estimates: Mapping[float, Mapping[str, Any]] | None = None,
    **values: Any,
) -> Paper:
    """
    The paper of one evaluation document.

    `estimates` are those of `parcels.fees.calculate.as_document` by storeys; `values` are further
    fields of `Paper` (code, dates, QR, statements).
    """
    told = sheet(document, place, storeys=storeys)
    chosen = told.chosen.storeys if told.chosen else None
    estimates = estimates or {}
    return Paper(
        output=output,
        title=_title(output, service_title, values.get("refused", False)),
        service_title=service_title,
        place=place,
        told=told,
        plan=plan,
        parts=_REFUSAL if values.get("refused") else PARTS.get(output, _EVERY_PART),
        on=date.fromisoformat(document["on"]),
        known_at=document["known_at"][:16].replace("T", " "),
        engine=document["engine"],
        areas=accounts(document, AREAS),
        limits=accounts(document, LIMITS),
        edges=_edges(document),
        corners=_corners(document),
        choices=_choices(told, estimates),
        sources=_sources(document),
        estimate=estimates.get(chosen) if chosen is not None else None,
        **values,
    )


def _title(output: str, service_title: str, refused: bool) -> str:
    if refused:
        return _said("Refusal of the request")
    return _said(TITLES[output]) if output in TITLES else service_title


def accounts(document: Mapping[str, Any], keys: Sequence[str]) -> list[Account]:
    """The accounts of some findings as a table of a paper shows them; what does not apply is left out."""
    flat = {**document, "findings": {key: _flat(finding) for key, finding in document["findings"].items()}}
    found = [account(flat, key, depth=0) for key in keys if key in flat["findings"]]
    return [one for one in found if one.known or one.state == "unknown"]


def _flat(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """A finding with parts (light wells) as its total; a table of limits has no room for more."""
    value = finding["value"]
    return (
        {**finding, "value": value["total_m2"]}
        if isinstance(value, Mapping) and "total_m2" in value
        else finding
    )


def _edges(document: Mapping[str, Any]) -> list[EdgeRow]:
    rows = []
    for number, edge in enumerate(document["edges"]):
        rows.append(
            EdgeRow(
                number=side_letter(number),
                kind=_said(EDGES[edge["kind"]]),
                length=wording.number(edge["length_m"], 2),
                width=_metres(edge.get("width_m"), edge["kind"]),
                planned=_metres(edge.get("planned_width_m"), edge["kind"]),
            )
        )
    return rows


def _metres(value: float | None, kind: str) -> str:
    if kind != "passage":
        return ""
    return _said("not known") if value is None else wording.number(value, 2)


def _corners(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Corners of the net parcel: number, east and north in metres of the metric CRS."""
    points = net_corners(document)
    if len(points) > _MOST_CORNERS:
        return []
    return [
        (wording.number(number), _coordinate(east), _coordinate(north))
        for number, (east, north) in enumerate(points, start=1)
    ]


def _choices(told: Sheet, estimates: Mapping[float, Mapping[str, Any]]) -> list[ChoiceRow]:
    rows = []
    for choice in told.choices:
        estimate = estimates.get(choice.storeys)
        total = estimate["total_rial"] if estimate else None
        rows.append(
            ChoiceRow(
                storeys=choice.label,
                floor_area=choice.floor_area,
                parking=choice.parking,
                total=_said("not known") if total is None else wording.number(total),
                discretionary=choice.discretionary,
                chosen=choice.chosen,
            )
        )
    return rows


def _sources(document: Mapping[str, Any]) -> list[str]:
    """The documents and articles that the answer rests on, each once."""
    rules = [finding["rule"] for finding in document["findings"].values() if finding.get("rule")]
    rules += [overlay["rule"] for overlay in document["overlays"] if overlay.get("rule")]
    found = {}
    for rule in rules:
        title = wording.in_language(rule.get("source_title_fa", ""), rule.get("source_title_en", ""))
        found.setdefault(title or rule.get("source_code", ""), set()).add(rule.get("article") or rule["code"])
    return [f"{title}: {wording.listed(sorted(articles))}" for title, articles in sorted(found.items())]


def _coordinate(metres: float) -> str:
    mark = DECIMAL if wording.language() == "fa" else "."
    return wording.digits(f"{metres:.2f}".replace(".", mark))


def _said(text: str) -> str:
    return pgettext("paper", text)
