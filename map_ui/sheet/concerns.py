"""What concerns this parcel: land ceded, zones, overlays, doubts, a parking deficit."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import reason_texts, wording
from map_ui.sheet.parts import Listed
from map_ui.sheet.reading import SMALL_M2, value

#: Reasons that an overlay's own entry, or the root of what follows from it, already tells.
_TOLD_ELSEWHERE = frozenset({"", "INPUT_UNKNOWN", "OVERLAY_UNKNOWN", "OVERLAY_BORDERLINE", "AGENCY"})


def concerns(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Listed]:
    """All that concerns the parcel, what is lost first."""
    return [
        *_ceded(document),
        *_zones(document),
        *_applying_overlays(document, names),
        *_unsure(document, names),
        *_parking(document),
    ]


def _ceded(document: Mapping[str, Any]) -> list[Listed]:
    found = []
    widening, chamfer = value(document, "widening_area_m2"), value(document, "chamfer_area_m2")
    widened = [
        edge
        for edge in document["edges"]
        if edge["kind"] == "passage"
        and edge["planned_width_m"]
        and edge["width_m"]
        and edge["planned_width_m"] > edge["width_m"]
    ]
    if widening and widening > SMALL_M2:
        sentence = wording.listed(
            list(
                dict.fromkeys(  # a street may stand on several sides of the lot
                    _("%(street)s from %(now)s to %(planned)s metres")
                    % {
                        "street": edge["street"] or _("the street"),
                        "now": wording.number(edge["width_m"]),
                        "planned": wording.number(edge["planned_width_m"]),
                    }
                    for edge in widened
                )
            )
        )
        sentence = wording.listed([part for part in (sentence, _by_lines(document)) if part])
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
    if chamfer and chamfer > SMALL_M2:
        found.append(
            Listed("loss", _("Corner chamfer"), _minus(chamfer), "", "chamfer_area_m2", "why-net_area_m2")
        )
    return found


def _by_lines(document: Mapping[str, Any]) -> str:
    """The corrected lines that say what is ceded, each with its document; empty where widths say it."""
    told = []
    for finding in document["findings"].values():
        rule = finding.get("rule")
        if rule and rule["kind"] == "CORRECTED_LINE":
            source = wording.in_language(rule["source_title_fa"], rule["source_title_en"])
            named = {"line": f"\u2066{finding['value']}\u2069", "source": source or rule["source_code"]}
            told.append(_("corrected line %(line)s: %(source)s") % named)
    return wording.listed(told)


def _minus(area_m2: float) -> str:
    return _("%(area)s m² less") % {"area": wording.number(area_m2, 2)}


#: Reasons of an unknown zone that say nothing against the map that shows the zones.
_OF_SEVERAL_ZONES = frozenset({"MULTI_ZONE", "OVERLAPPING_ZONES", "PARTLY_UNZONED", "IN_PLAN", "NO_ZONE"})


def _zones(document: Mapping[str, Any]) -> list[Listed]:
    found = []
    concerned = [zone for zone in document["zones"] if zone["class"] == "CONCERNED"]
    # The map shows zones, but it cannot be relied on here; several zones are told by their own line.
    finding = document["findings"].get("zone", {})
    why = finding.get("reason") if finding.get("state") == "unknown" else None
    unsure = reason_texts.reason(why) if why and why["code"] not in _OF_SEVERAL_ZONES else ""
    for zone in concerned:
        name = wording.in_language(zone["name_fa"], zone.get("name_en", ""))
        fell = reason_texts.reason(zone.get("reason")) or unsure
        share = _("%(percent)s percent") % {"percent": wording.number(round(zone["share"] * 100, 1))}
        text = _("Zone %(code)s") % {"code": f"\u2068{zone['code']}\u2069"}
        alone = len(concerned) == 1
        told = " · ".join(part for part in (name, fell, *([] if alone else _limits(zone))) if part)
        mark, figure = "warning" if unsure else "zone", "" if alone else share
        found.append(Listed(mark, text, figure, told, "zone", zone=zone["code"]))
    if document["zone_state"] not in ("ONE_ZONE", "MULTI_ZONE") and document["parcel"]["status"] != "IN_PLAN":
        found.append(
            Listed("warning", _("Zoning"), "", reason_texts.reason({"code": document["zone_state"]}), "zone")
        )
    return found


def _limits(zone: Mapping[str, Any]) -> list[str]:
    """What each zone of a split parcel permits by itself; a limit that is not known is named, too."""
    found = []
    for key in ("far_percent", "coverage_percent", "storeys"):
        limit = zone["limits"].get(key)
        if limit is None:
            figure = _(wording.STATES["unknown"])
        elif key == "storeys":
            figure = wording.number(limit)
        else:
            figure = _("%(percent)s percent") % {"percent": wording.number(limit)}
        found.append(f"{_(wording.FINDINGS[key])}: {figure}")
    return found


def _applying_overlays(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Listed]:
    found = []
    for overlay in document["overlays"]:
        if overlay["state"] != "applies":
            continue
        # A layer that no rule names forbids nothing that we know of, which is not the same as nothing.
        kind = "UNTOLD" if overlay["effect"] == "INFO" and not overlay.get("rule") else overlay["effect"]
        effect = _(wording.EFFECTS[kind]) if kind in wording.EFFECTS else ""
        if overlay.get("max_height_m") is not None:
            highest = _("The building may be %(height)s metres high at most.")
            effect = highest % {"height": wording.number(round(overlay["max_height_m"], 2))}
        if overlay.get("agency"):
            effect = f"{effect} ({wording.agency(overlay['agency'])})".strip()
        effect = f"{effect} {reason_texts.reason(overlay.get('reason'), names)}".strip()
        area = overlay.get("overlap_m2")
        figure = f"{wording.number(area, 2)} {_('m²')}" if area else ""
        mark = "loss" if overlay["effect"] == "NO_BUILD" else "condition"
        name = wording.in_language(overlay["name_fa"], overlay["name_en"]) or names[overlay["layer"]]
        found.append(Listed(mark, wording.name(name), figure, effect, overlay["layer"]))
    return found


def _unsure(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Listed]:
    """Findings that an inspection or an agency has still to settle, the roots only."""
    found = []
    seen: set[str] = set()
    for key, finding in document["findings"].items():
        code = (finding.get("reason") or {}).get("code", "")
        if finding["state"] in ("needs_inspection", "conditional") and code not in _TOLD_ELSEWHERE | seen:
            seen.add(code)
            figure, sentence = "", reason_texts.reason(finding["reason"], names)
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


def doubts_of_import(doubts: Sequence[Mapping[str, Any]]) -> list[Listed]:
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
    need, capacity = value(document, "parking_need"), value(document, "parking_capacity")
    if need is None or capacity is None or need <= capacity:
        return []
    sentence = ngettext(
        "%(need)s bay is needed and %(capacity)s fit in the pilot.",
        "%(need)s bays are needed and %(capacity)s fit in the pilot.",
        int(need),
    ) % {"need": wording.number(need), "capacity": wording.number(capacity)}
    short = int(need - capacity)
    figure = ngettext("%(bays)s bay", "%(bays)s bays", short) % {"bays": wording.number(short)}
    return [Listed("warning", _("Parking deficit"), figure, sentence, "parking_need")]
