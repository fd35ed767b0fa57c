"""Says of each layer under each of its rules whether it concerns a parcel, and which map and law say so."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from map_ui import reason_texts, wording
from map_ui.accounts import quantity
from map_ui.documents.rows import Document, Edition, Row, Standing, kept_together, laws_of, map_line
from map_ui.documents.subjects import EFFECTS, OF_LAYERS
from map_ui.sheet.reading import SMALL_M2


def rows_of_layers(document: Document, editions: Mapping[str, Edition]) -> list[Row]:
    """A row for each layer under each of its rules, whatever number of its features is told."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for overlay in document["overlays"]:
        groups.setdefault((overlay["layer"], (overlay.get("rule") or {}).get("code", "")), []).append(overlay)
    layers = [layer for layer, _rule in groups]
    names = {layer: _layer_title(layer, told, editions) for (layer, _rule), told in groups.items()}
    return [
        _row(layer, code, told, names, editions.get(layer), layers.count(layer) > 1)
        for (layer, code), told in groups.items()
    ]


def _row(
    layer: str,
    code: str,
    told: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    edition: Edition | None,
    has_others: bool,
) -> Row:
    states = {overlay["state"] for overlay in told}
    standing: Standing = (
        "concerns" if "applies" in states else "clear" if states == {"does_not_apply"} else "unknown"
    )
    order = ("applies", "borderline", "unknown", "does_not_apply")
    ordered = sorted(told, key=lambda overlay: order.index(overlay["state"]))
    lines = dict.fromkeys(line for overlay in ordered for line in _overlay_lines(overlay, names, standing))
    return Row(
        key=f"{layer}/{code}" if code else layer,
        title=names[layer],
        standing=standing,
        lines=tuple(lines),
        note=_(EFFECTS[told[0]["effect"]]) if has_others and told[0]["effect"] in EFFECTS else "",
        laws=laws_of([overlay["rule"] for overlay in told if overlay.get("rule")]),
        map=map_line(edition),
        map_source=edition.source if edition else "",
    )


def _overlay_lines(overlay: Mapping[str, Any], names: Mapping[str, str], standing: Standing) -> list[str]:
    if overlay["state"] == "does_not_apply":
        far = overlay.get("distance_m")
        return [
            _("%(distance)s metres away") % {"distance": wording.number(round(far))}
            if far
            else _("The survey reaches this parcel and shows nothing of it here.")
        ]
    why = reason_texts.reason(overlay.get("reason"), names)
    if overlay["state"] == "borderline" and not why:
        why = _(reason_texts.REASONS["BORDERLINE"])
    if overlay["state"] == "applies":
        # What a layer that no rule names means nobody has said; that it means nothing neither.
        kind = "UNTOLD" if overlay["effect"] == "INFO" and not overlay.get("rule") else overlay["effect"]
        effect = _(wording.EFFECTS[kind]) if kind in wording.EFFECTS else ""
        return [" ".join(filter(None, (_feature(overlay, names), effect, why, _agency(overlay))))]
    if standing == "concerns":
        return [_("Not known of another part of it: %(why)s") % {"why": why}]
    return [" ".join(filter(None, (_feature(overlay, names), why, _agency(overlay))))]


def _feature(overlay: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What is there and how much of the parcel it holds: «خط ۶۳ کیلوولت، ۱۲٫۳۰ متر مربع، تا ۱۵ متر:»."""
    name = wording.in_language(overlay["name_fa"], overlay["name_en"])
    parts = [wording.name(name)] if name and name != names.get(overlay["layer"]) else []
    if overlay.get("overlap_m2") and overlay["overlap_m2"] > SMALL_M2:
        parts.append(kept_together(str(quantity(overlay["overlap_m2"], "m2"))))
    if overlay.get("max_height_m") is not None:
        parts.append(
            _("up to %(height)s metres high") % {"height": wording.number(overlay["max_height_m"], 2)}
        )
    return f"{_(', ').join(parts)}:" if parts else ""


def _agency(overlay: Mapping[str, Any]) -> str:
    if not overlay.get("agency"):
        return ""
    return _("To be asked: %(agency)s.") % {"agency": wording.agency(overlay["agency"])}


def _layer_title(layer: str, told: Sequence[Mapping[str, Any]], editions: Mapping[str, Edition]) -> str:
    if layer in editions:
        return editions[layer].title
    return wording.in_language(told[0]["name_fa"], told[0]["name_en"]) or layer


def kinds_without_layer(document: Document) -> list[Row]:
    """
    A kind of rule by which no layer was judged is not known: no rule or no map is loaded.

    A buffer that limits the height tells of height surfaces as well as a rule of their own.
    """
    ruled = [overlay for overlay in document["overlays"] if overlay.get("rule")]
    judged = {overlay["rule"]["kind"] for overlay in ruled}
    if any(overlay["effect"] == "HEIGHT_LIMIT" for overlay in ruled):
        judged.add("HEIGHT_SURFACE")
    return [
        Row(kind, _(title), "unknown", (_("The city has loaded no map and no rule of this kind."),))
        for kind, title in OF_LAYERS.items()
        if kind not in judged
    ]
