"""What is not known, each root once, and what only follows from another unknown."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from map_ui import reason_texts, wording
from map_ui.sheet.parts import Listed

#: Reasons that are about the zoning plan where they are told of a finding.
_ZONING = frozenset(
    {"MULTI_ZONE", "NO_ZONE", "PARTLY_UNZONED", "OVERLAPPING_ZONES", "ACCURACY_UNKNOWN"}
    | {"STALE_LAYER", "MISSING_LAYER", "OUTSIDE_SURVEYED_EXTENT"}
)


def unknown_things(document: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Listed, ...]:
    """What is not known, each root once; what only follows from another unknown is told in its sentence."""
    overlays = {
        entry["layer"]: entry for entry in document["overlays"] if entry["state"] in ("unknown", "borderline")
    }
    roots: list[Listed] = []
    by_reason: dict[tuple[str, str], list[str]] = {}
    followers: list[str] = []
    without_rule: dict[str, Mapping[str, Any]] = {}
    in_plan = document["parcel"]["status"] == "IN_PLAN"
    for key in document["unknown"]:
        if key in overlays and (overlays[key].get("reason") or {}).get("code") == "IN_PLAN":
            followers.append(names[key])
            continue
        if key in overlays:
            roots.append(_unknown_overlay(overlays[key], names))
            continue
        why = document["findings"].get(key, {}).get("reason") or {}
        if why.get("code") == "INPUT_UNKNOWN" or (in_plan and why.get("code") != "IN_PLAN"):
            followers.append(wording.finding_name(key))
        elif why.get("code") == "NO_RULE":
            without_rule[key] = why.get("args") or {}
        else:
            by_reason.setdefault((why.get("code", ""), reason_texts.reason(why, names)), []).append(key)
    told = [_unknown_findings(code, reason, keys) for (code, reason), keys in by_reason.items()]
    roots = _without_rule(without_rule) + told + roots
    if followers:
        sentence = _("Therefore also not known: %(names)s.") % {
            "names": wording.listed([wording.amid(name) for name in followers])
        }
        roots.append(Listed("unknown", _("What follows from it"), "", sentence, "follows"))
    return tuple(roots)


def _without_rule(asked: Mapping[str, Mapping[str, Any]]) -> list[Listed]:
    """One entry for each zone without rules, naming what they would be about; `asked`: by finding."""
    zones = [args["zone"] for args in asked.values() if args.get("zone")]
    by_zone: dict[str, list[str]] = {}
    for key, args in asked.items():
        # What no rule tells in any zone, none tells in this one.
        by_zone.setdefault(args.get("zone") or (zones[0] if zones else ""), []).append(key)
    found = []
    for zone, keys in by_zone.items():
        kinds = list(dict.fromkeys(asked[key].get("kind") for key in keys))
        named = [kind for kind in kinds if kind in reason_texts.RULE_KINDS]
        general = reason_texts.reason({"code": "NO_RULE"})
        said = reason_texts.no_rule(named, zone) if named and len(named) == len(kinds) else general
        found.append(_unknown_findings("NO_RULE", said, keys))
    return found


def _unknown_findings(code: str, reason: str, keys: Sequence[str]) -> Listed:
    """One entry for all that is not known for the same reason."""
    named = [wording.finding_name(key) for key in keys]
    if len(keys) == 1:
        return Listed("unknown", named[0], "", reason, keys[0])
    open_ones = _("This leaves open: %(names)s.") % {
        "names": wording.listed([wording.amid(name) for name in named])
    }
    rules, zoning = _("Building rules of this place"), _("Zoning")
    heads = {"NO_RULE": rules, "IN_PLAN": _("Numbers of a building")} | dict.fromkeys(_ZONING, zoning)
    name = heads.get(code, named[0])
    return Listed("unknown", name, "", f"{reason} {open_ones}", keys[0])


def _unknown_overlay(overlay: Mapping[str, Any], names: Mapping[str, str]) -> Listed:
    said = reason_texts.reason(overlay.get("reason"), names) or (
        _(reason_texts.REASONS["BORDERLINE"]) if overlay["state"] == "borderline" else ""
    )
    if overlay.get("agency"):
        asks = _("When you file a request we ask %(agency)s; until then no instant certificate is given.")
        said = f"{said} {asks % {'agency': wording.agency(overlay['agency'])}}"
    else:
        said = f"{said} {_('Until it is settled no instant certificate is given.')}"
    mark = "borderline" if overlay["state"] == "borderline" else "unknown"
    return Listed(
        mark,
        wording.name(names[overlay["layer"]]),
        "",
        said.strip(),
        overlay["layer"],
        f"unknown-{overlay['layer']}",
    )


def unknown_line(unknown: Sequence[Listed]) -> str:
    """The line under the verdict that counts what is not known; empty when nothing is."""
    roots = [entry for entry in unknown if entry.key != "follows"]
    if not roots:
        return ""
    return ngettext("One thing we do not know:", "%(count)s things we do not know:", len(roots)) % {
        "count": wording.number(len(roots))
    }
