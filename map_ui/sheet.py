"""Turns an evaluation document into the parcel sheet: verdict, unknowns, numbers, choices, lists, costs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import wording
from map_ui.accounts import Account, Quantity, account
from parcels.fees.calculate import CostLine as EstimateLine
from parcels.fees.calculate import Estimate

_SMALL_M2 = 0.005
_ZONING = frozenset({"MULTI_ZONE", "NO_ZONE", "PARTLY_UNZONED", "OVERLAPPING_ZONES"})
#: Reasons that an overlay's own entry, or the root of what follows from it, already tells.
_TOLD_ELSEWHERE = frozenset({"", "INPUT_UNKNOWN", "OVERLAY_UNKNOWN", "OVERLAY_BORDERLINE", "AGENCY"})


@dataclass(frozen=True)
class Place:
    """Where the parcel is, in words, and the plan that is asked."""

    key: str
    key_label: str
    title: str
    district: str = ""
    plan: str = ""
    plan_since: date | None = None
    on: date | None = None
    is_today: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HeadNumber:
    """One of the four numbers: its name, value, the line that says what binds it, and its account."""

    name: str
    quantity: Quantity | None
    line: str
    account: Account


@dataclass(frozen=True)
class Listed:
    """One entry of a list: a mark, a name, a figure at the far edge, a sentence under it."""

    mark: str
    name: str
    figure: str = ""
    sentence: str = ""
    key: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Measured:
    """One of the areas set side by side: its name, its figure (empty: not known), what the figure means."""

    key: str
    name: str
    figure: str
    note: str = ""


@dataclass(frozen=True)
class CostLine:
    """One line of the cost, with its formula; without an amount, the sentence that says why."""

    title: str
    amount: str
    formula: str
    source: str
    sentence: str = ""


@dataclass(frozen=True)
class Cost:
    """What one choice would cost: an estimate with its last day; without a total, why there is none."""

    lines: tuple[CostLine, ...]
    apart: tuple[CostLine, ...]
    unknown: tuple[CostLine, ...]
    annulled: tuple[CostLine, ...]
    total: str
    toman: str
    short: str
    tariff_year: str
    valid_until: date
    assumed: str
    reason: str


@dataclass(frozen=True)
class ChoiceView:
    """One number of storeys and what it gives."""

    storeys: float
    value: str
    label: str
    discretionary: bool
    chosen: bool
    floor_area: str
    units: str
    parking: str
    parking_line: str
    parking_short: bool
    note: str
    cost: Cost | None


@dataclass(frozen=True)
class Sheet:
    """Everything the sheet says, in the language of the page, in the order in which it is read."""

    place: Place
    verdict: str
    verdict_short: str
    verdict_known: bool
    unknown_line: str
    numbers: tuple[HeadNumber, ...]
    areas: tuple[Measured, ...]
    choices: tuple[ChoiceView, ...]
    choice_note: str
    unknown: tuple[Listed, ...]
    concerns: tuple[Listed, ...]
    clear: tuple[Listed, ...]
    clear_line: str
    accounts: tuple[Account, ...]

    @property
    def chosen(self) -> ChoiceView | None:
        """The choice that is shown."""
        return next((choice for choice in self.choices if choice.chosen), None)


def sheet(
    document: Mapping[str, Any],
    place: Place,
    *,
    costs: Mapping[float, Cost] | None = None,
    storeys: float | None = None,
    doubts: Sequence[Mapping[str, Any]] = (),
) -> Sheet:
    """
    The sheet of one evaluation document (gis_core/constraints/README.md, "The document").

    `costs` gives the cost per number of storeys; `storeys` is the choice to show, the highest
    permitted one unless given. `doubts` are what the import of the lots noted on this one. What the
    document calls unknown is never left out.
    """
    names = _layer_names(document)
    unknown = _unknown(document, names)
    numbers = tuple(_numbers(document, names))
    clear = _clear(document)
    return Sheet(
        place=place,
        verdict=_verdict(document),
        verdict_short=_verdict_short(document, len(unknown)),
        verdict_known=_may_build(document),
        unknown_line=_unknown_line(unknown),
        numbers=numbers,
        areas=_areas(document),
        choices=_choices(document, costs or {}, storeys),
        choice_note=_choice_note(document),
        unknown=unknown,
        concerns=(*_concerns(document, names), *_doubts(doubts)),
        clear=clear,
        clear_line=_clear_line(clear),
        accounts=_accounts(document, numbers, names),
    )


def _value(document: Mapping[str, Any], key: str) -> Any:
    finding = document["findings"].get(key)
    return None if finding is None or finding["state"] == "unknown" else finding["value"]


def _may_build(document: Mapping[str, Any]) -> bool:
    return (
        document["parcel"]["status"] == "NORMAL"
        and _value(document, "reachable_floor_area_m2") is not None
        and _value(document, "storeys") is not None
    )


def _verdict(document: Mapping[str, Any]) -> str:
    status = document["parcel"]["status"]
    if status == "IN_PLAN":
        return _("This parcel lies in a planned street or public plan: no building permit is given for it.")
    if status == "NO_ACCESS":
        return _("No street reaches this parcel: a building permit needs an access first.")
    storeys, floor_m2 = _value(document, "storeys"), _value(document, "reachable_floor_area_m2")
    if storeys is not None and floor_m2 is not None:
        if not floor_m2 > _SMALL_M2:
            return _("Nothing can be built on this parcel.")
        return _("On this parcel up to %(storeys)s and %(area)s may be built.") % {
            "storeys": _kept(wording.storeys(storeys)),
            "area": _kept(f"{_whole_area(floor_m2)} {_('square metres')}"),
        }
    if storeys is not None:
        return _("Up to %(storeys)s; how much floor area we cannot say yet.") % {
            "storeys": _kept(wording.storeys(storeys))
        }
    if floor_m2 is not None:
        return _("Up to %(area)s; how many storeys we cannot say yet.") % {
            "area": _kept(f"{_whole_area(floor_m2)} {_('square metres')}")
        }
    return _("What may be built on this parcel we cannot say yet.")


def _verdict_short(document: Mapping[str, Any], unknown: int) -> str:
    storeys, floor_m2 = _value(document, "storeys"), _value(document, "reachable_floor_area_m2")
    gaps = (
        ngettext("%(count)s thing unknown", "%(count)s things unknown", unknown)
        % {"count": wording.number(unknown)}
        if unknown
        else _("nothing unknown")
    )
    if not _may_build(document):
        return gaps
    text = _("up to %(storeys)s and %(area)s m²") % {
        "storeys": wording.storeys(storeys),
        "area": _whole_area(floor_m2),
    }
    return _("%(text)s; %(gaps)s") % {"text": text, "gaps": gaps}


def _kept(text: str) -> str:
    """Number and unit never parted by the end of a line."""
    return text.replace(" ", "\u00a0")


def _whole_area(area_m2: float) -> str:
    """Whole square metres, never more than there are; the exact figure stands among the numbers."""
    return wording.number(math.floor(round(area_m2, 2)))


def _plain_area(area_m2: float) -> str:
    return wording.number(round(area_m2, 2))


def _layer_names(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        overlay["layer"]: wording.in_language(overlay["name_fa"], overlay["name_en"]) or overlay["layer"]
        for overlay in document["overlays"]
    }


def _unknown(document: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Listed, ...]:
    """What is not known, each root once; what only follows from another unknown is told in its sentence."""
    overlays = {
        entry["layer"]: entry for entry in document["overlays"] if entry["state"] in ("unknown", "borderline")
    }
    roots: list[Listed] = []
    by_reason: dict[tuple[str, str], list[str]] = {}
    followers: list[str] = []
    for key in document["unknown"]:
        if key in overlays:
            roots.append(_unknown_overlay(overlays[key], names))
            continue
        why = document["findings"].get(key, {}).get("reason") or {}
        if why.get("code") == "INPUT_UNKNOWN":
            followers.append(wording.finding_name(key))
        else:
            by_reason.setdefault((why.get("code", ""), wording.reason(why, names)), []).append(key)
    roots = [_unknown_findings(code, reason, keys) for (code, reason), keys in by_reason.items()] + roots
    if followers:
        sentence = _("Therefore also not known: %(names)s.") % {"names": wording.listed(followers)}
        roots.append(Listed("unknown", _("What follows from it"), "", sentence, "follows"))
    return tuple(roots)


def _unknown_findings(code: str, reason: str, keys: Sequence[str]) -> Listed:
    """One entry for all that is not known for the same reason."""
    named = [wording.finding_name(key) for key in keys]
    if len(keys) == 1:
        return Listed("unknown", named[0], "", reason, keys[0])
    open_ones = _("This leaves open: %(names)s.") % {"names": wording.listed(named)}
    rules, zoning = _("Building rules of this place"), _("Zoning")
    name = rules if code == "NO_RULE" else zoning if code in _ZONING else named[0]
    return Listed("unknown", name, "", f"{reason} {open_ones}", keys[0])


def _unknown_overlay(overlay: Mapping[str, Any], names: Mapping[str, str]) -> Listed:
    said = wording.reason(overlay.get("reason"), names) or (
        _(wording.REASONS["BORDERLINE"]) if overlay["state"] == "borderline" else ""
    )
    if overlay.get("agency"):
        asks = _("When you file a request we ask %(agency)s; until then no instant certificate is given.")
        said = f"{said} {asks % {'agency': wording.agency(overlay['agency'])}}"
    else:
        said = f"{said} {_('Until it is settled no instant certificate is given.')}"
    mark = "borderline" if overlay["state"] == "borderline" else "unknown"
    return Listed(
        mark, names[overlay["layer"]], "", said.strip(), overlay["layer"], f"unknown-{overlay['layer']}"
    )


def _unknown_line(unknown: Sequence[Listed]) -> str:
    roots = [entry for entry in unknown if entry.key != "follows"]
    if not roots:
        return ""
    return ngettext("One thing we do not know:", "%(count)s things we do not know:", len(roots)) % {
        "count": wording.number(len(roots))
    }


def _numbers(document: Mapping[str, Any], names: Mapping[str, str]) -> list[HeadNumber]:
    covered = "footprint_m2" if _value(document, "footprint_m2") is not None else "coverage_cap_m2"
    lines = {
        "reachable_floor_area_m2": _floor_area_line(document),
        covered: _coverage_line(document),
        "storeys": _storeys_line(document),
        "net_area_m2": _net_line(document),
    }
    heads = []
    for key, line in lines.items():
        told = account(document, key, names)
        name = _("Coverage") if key == covered else told.name
        heads.append(HeadNumber(name, told.quantity, line if told.known else told.sentence, told))
    return heads


def _floor_area_line(document: Mapping[str, Any]) -> str:
    cap, reach, storeys = (
        _value(document, key) for key in ("far_cap_m2", "reachable_floor_area_m2", "storeys")
    )
    percent = _value(document, "far_percent")
    if cap is None or reach is None:
        return ""
    if cap > reach + _SMALL_M2 and storeys is not None:
        return _("Density gives %(cap)s; limit: %(storeys)s") % {
            "cap": _plain_area(cap),
            "storeys": wording.storeys(storeys),
        }
    return (
        _("Density %(percent)s percent") % {"percent": wording.number(percent)} if percent is not None else ""
    )


def _coverage_line(document: Mapping[str, Any]) -> str:
    cap, footprint = _value(document, "coverage_cap_m2"), _value(document, "footprint_m2")
    percent = _value(document, "coverage_percent")
    if footprint is not None and cap is not None and footprint < cap - _SMALL_M2:
        return _("The envelope is smaller than the cap of %(cap)s") % {"cap": _plain_area(cap)}
    return (
        _("%(percent)s percent of the net parcel") % {"percent": wording.number(percent)}
        if percent is not None
        else ""
    )


def _storeys_line(document: Mapping[str, Any]) -> str:
    asked, width = _value(document, "may_request_storeys"), _value(document, "governing_width_m")
    storeys = _value(document, "storeys")
    if asked is not None and storeys is not None and asked > storeys:
        return _("a %(ordinal)s may be requested") % {"ordinal": wording.ordinal(int(asked))}
    return (
        _("passage %(width)s metres wide") % {"width": wording.number(width)}
        if width is not None
        else _("above the pilot")
    )


def _net_line(document: Mapping[str, Any]) -> str:
    widening, chamfer = (
        _value(document, "widening_area_m2") or 0.0,
        _value(document, "chamfer_area_m2") or 0.0,
    )
    if widening > _SMALL_M2 and chamfer > _SMALL_M2:
        return _("after widening and chamfer")
    if widening > _SMALL_M2:
        return _("after widening")
    return _("after the chamfer") if chamfer > _SMALL_M2 else _("nothing is ceded to the street")


def _areas(document: Mapping[str, Any]) -> tuple[Measured, ...]:
    """Deed, survey, their difference and the net parcel side by side, whichever of them are known."""
    return (
        Measured("deed_area_m2", _("Deed"), _area_figure(document, "deed_area_m2")),
        Measured("surveyed_area_m2", _("Survey"), _area_figure(document, "surveyed_area_m2")),
        _difference(document),
        Measured("net_area_m2", _("Net"), _area_figure(document, "net_area_m2")),
    )


def _area_figure(document: Mapping[str, Any], key: str) -> str:
    area_m2 = _value(document, key)
    return "" if area_m2 is None else wording.number(area_m2, 2)


def _difference(document: Mapping[str, Any]) -> Measured:
    """How far the deed is from the survey, the direction as a word rather than a sign."""
    name = _("Difference")
    apart_m2 = _value(document, "area_discrepancy_m2")
    if apart_m2 is None:
        return Measured("area_discrepancy_m2", name, "")
    if abs(apart_m2) < _SMALL_M2:
        return Measured("area_discrepancy_m2", name, wording.number(0, 2), _("they agree"))
    note = _("more in the deed") if apart_m2 > 0 else _("less in the deed")
    return Measured("area_discrepancy_m2", name, wording.number(abs(apart_m2), 2), note)


def _accounts(
    document: Mapping[str, Any], numbers: Sequence[HeadNumber], names: Mapping[str, str]
) -> tuple[Account, ...]:
    """Accounts of findings that a list points to and no head number opens."""
    shown = {head.account.key for head in numbers}
    wanted = [key for key in document["unknown"] if key in document["findings"] and key not in shown]
    return tuple(account(document, key, names) for key in wanted)


def _choices(
    document: Mapping[str, Any], costs: Mapping[float, Cost], storeys: float | None
) -> tuple[ChoiceView, ...]:
    offered = sorted(document["choices"], key=lambda choice: -choice["storeys"])
    counts = [choice["storeys"] for choice in offered]
    permitted = [choice["storeys"] for choice in offered if not choice["discretionary"]]
    chosen = storeys if storeys in counts else max(permitted, default=None)
    top = max((choice["floor_area_m2"] for choice in offered if not choice["discretionary"]), default=0.0)
    return tuple(_choice(choice, costs.get(choice["storeys"]), chosen, top) for choice in offered)


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
        bays = wording.number(need - capacity)
        parking = _("%(bays)s bays short") % {"bays": bays} if short else _("enough")
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
        floor_area=f"{_plain_area(choice['floor_area_m2'])} {_('square metres')}",
        units=_("height %(height)s metres") % {"height": wording.number(choice["height_m"])}
        if choice["height_m"]
        else "",
        parking=parking,
        parking_line=line,
        parking_short=short,
        note=note,
        cost=cost,
    )


def _on_request(count: int, gain_m2: float) -> str:
    """What a storey that must be asked for would really add."""
    ordinal = wording.ordinal(count)
    if not gain_m2 > _SMALL_M2:
        return _("The %(ordinal)s storey, if it is accepted, adds no floor area: density is used up.") % {
            "ordinal": ordinal
        }
    return _("If it is accepted, the %(ordinal)s storey adds only %(gain)s square metres.") % {
        "ordinal": ordinal,
        "gain": wording.number(gain_m2),
    }


def _choice_note(document: Mapping[str, Any]) -> str:
    asked = [choice["storeys"] for choice in document["choices"] if choice["discretionary"]]
    if not asked:
        return ""
    return _("%(ordinal)s: the deputy for urban planning decides") % {
        "ordinal": wording.ordinal(int(max(asked)))
    }


def _concerns(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Listed]:
    return [
        *_ceded(document),
        *_zones(document),
        *_applying_overlays(document, names),
        *_unsure(document, names),
        *_parking(document),
    ]


def _ceded(document: Mapping[str, Any]) -> list[Listed]:
    found = []
    widening, chamfer = _value(document, "widening_area_m2"), _value(document, "chamfer_area_m2")
    widened = [
        edge
        for edge in document["edges"]
        if edge["kind"] == "passage"
        and edge["planned_width_m"]
        and edge["width_m"]
        and edge["planned_width_m"] > edge["width_m"]
    ]
    if widening and widening > _SMALL_M2:
        sentence = wording.listed(
            [
                _("%(street)s from %(now)s to %(planned)s metres")
                % {
                    "street": edge["street"] or _("the street"),
                    "now": wording.number(edge["width_m"]),
                    "planned": wording.number(edge["planned_width_m"]),
                }
                for edge in widened
            ]
        )
        found.append(
            Listed(
                "loss",
                _("Widening of the street"),
                _minus(widening),
                sentence,
                "widening_area_m2",
                "why-net_area_m2",
            )
        )
    if chamfer and chamfer > _SMALL_M2:
        found.append(
            Listed("loss", _("Corner chamfer"), _minus(chamfer), "", "chamfer_area_m2", "why-net_area_m2")
        )
    return found


def _minus(area_m2: float) -> str:
    return _("%(area)s m² less") % {"area": wording.number(area_m2, 2)}


def _zones(document: Mapping[str, Any]) -> list[Listed]:
    found = []
    concerned = [zone for zone in document["zones"] if zone["class"] == "CONCERNED"]
    for zone in concerned:
        name = wording.in_language(zone["name_fa"], zone.get("name_en", ""))
        share = _("%(percent)s percent") % {"percent": wording.number(round(zone["share"] * 100, 1))}
        text = _("Zone %(code)s") % {"code": f"\u2068{zone['code']}\u2069"}
        found.append(Listed("zone", text, share if len(concerned) > 1 else "", name, "zone"))
    if document["zone_state"] not in ("ONE_ZONE", "MULTI_ZONE"):
        found.append(
            Listed("warning", _("Zoning"), "", wording.reason({"code": document["zone_state"]}), "zone")
        )
    return found


def _applying_overlays(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Listed]:
    found = []
    for overlay in document["overlays"]:
        if overlay["state"] != "applies":
            continue
        effect = _(wording.EFFECTS[overlay["effect"]]) if overlay["effect"] in wording.EFFECTS else ""
        if overlay.get("agency"):
            effect = f"{effect} ({wording.agency(overlay['agency'])})".strip()
        area = overlay.get("overlap_m2")
        figure = f"{wording.number(area, 2)} {_('m²')}" if area else ""
        mark = "loss" if overlay["effect"] == "NO_BUILD" else "condition"
        found.append(Listed(mark, names[overlay["layer"]], figure, effect, overlay["layer"]))
    return found


def _unsure(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Listed]:
    """Findings that an inspection or an agency has still to settle, the roots only."""
    found = []
    seen: set[str] = set()
    for key, finding in document["findings"].items():
        code = (finding.get("reason") or {}).get("code", "")
        if finding["state"] in ("needs_inspection", "conditional") and code not in _TOLD_ELSEWHERE | seen:
            seen.add(code)
            figure, sentence = "", wording.reason(finding["reason"], names)
            if key == "area_discrepancy_m2":
                figure = _apart(finding)
                sentence = (
                    _("No rule here says which difference is allowed.") if code == "NO_RULE" else sentence
                )
            found.append(Listed("condition", wording.finding_name(key), figure, sentence, key))
    return found


def _apart(finding: Mapping[str, Any]) -> str:
    if finding["value"] is None:
        return ""
    return f"{wording.number(abs(finding['value']), 2)} {_('m²')}"


def _doubts(doubts: Sequence[Mapping[str, Any]]) -> list[Listed]:
    """What the import noted on this lot: with which other lot it overlaps, and by how much."""
    sentence = _("The map shows this land in both lots; which of them it belongs to, the map cannot tell.")
    return [
        Listed(
            "warning",
            _("Overlap with lot %(key)s") % {"key": f"\u2066{wording.digits(doubt['with'])}\u2069"},
            f"{wording.number(doubt['area_m2'], 2)} {_('m²')}",
            sentence,
            "overlap",
        )
        for doubt in doubts
        if doubt["kind"] == "OVERLAP"
    ]


def _parking(document: Mapping[str, Any]) -> list[Listed]:
    need, capacity = _value(document, "parking_need"), _value(document, "parking_capacity")
    if need is None or capacity is None or need <= capacity:
        return []
    sentence = _("%(need)s bays are needed and %(capacity)s fit in the pilot.") % {
        "need": wording.number(need),
        "capacity": wording.number(capacity),
    }
    figure = _("%(bays)s bays") % {"bays": wording.number(need - capacity)}
    return [Listed("warning", _("Parking deficit"), figure, sentence, "parking_need")]


def _clear(document: Mapping[str, Any]) -> tuple[Listed, ...]:
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


def _clear_line(clear: Sequence[Listed]) -> str:
    if not clear:
        return ""
    count = ngettext("%(count)s thing", "%(count)s things", len(clear)) % {
        "count": wording.number(len(clear))
    }
    nearest = clear[0]
    if nearest.figure:
        values = {"count": count, "name": nearest.name, "distance": nearest.figure}
        return _("%(count)s; the nearest is %(name)s, %(distance)s") % values
    return _("%(count)s: %(names)s") % {
        "count": count,
        "names": wording.listed([entry.name for entry in clear[:3]]),
    }


def cost(found: Estimate) -> Cost:
    """An estimate (parcels/fees/calculate.py) as it is shown: largest line first, rial and toman."""
    total, toman = found.total_rial, found.total_toman
    return Cost(
        lines=tuple(map(_cost_line, found.lines)),
        apart=tuple(map(_cost_line, found.apart)),
        unknown=tuple(map(_cost_line, found.unknown)),
        annulled=tuple(map(_cost_line, found.annulled)),
        total="" if total is None else wording.number(total),
        toman="" if toman is None else wording.number(toman),
        short="" if toman is None else wording.millions(toman),
        tariff_year=wording.digits(str(found.tariff_year)),
        valid_until=found.valid_until,
        assumed=_assumed(found),
        reason=wording.cost_trouble(found.reason) if found.reason else "",
    )


def _cost_line(line: EstimateLine) -> CostLine:
    source = wording.in_language(line.source_title_fa, line.source_title_en)
    troubled = wording.cost_trouble(line.error) if line.error else wording.digits(line.ruling)
    return CostLine(
        title=wording.in_language(line.title_fa, line.title_en),
        amount="" if line.amount_rial is None else wording.number(line.amount_rial),
        formula=wording.formula(wording.in_language(line.formula_fa, line.formula_en)),
        source=_("%(source)s, version %(version)s")
        % {"source": source or line.code, "version": wording.number(line.tariff_version)},
        sentence=troubled,
    )


def _assumed(found: Estimate) -> str:
    """What the estimate takes for granted, in words; empty when somebody stated it all."""
    case = found.case
    parts = []
    if "units" in case.assumed and case.units is not None:
        parts.append(_("%(count)s dwellings") % {"count": wording.number(case.units)})
    if "gross_area_m2" in case.assumed and case.gross_area_m2 is not None:
        parts.append(_("%(area)s m² gross") % {"area": wording.number(case.gross_area_m2)})
    if "bays" in case.assumed and case.bays is not None:
        parts.append(_("%(count)s parking bays") % {"count": wording.number(case.bays)})
    return _("Assumed: %(parts)s.") % {"parts": wording.listed(parts)} if parts else ""
