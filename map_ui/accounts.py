"""Tells why a number is what it is: from its inputs, by formula and rule, to its value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from map_ui import reason_texts, wording

#: Findings that are taken away from the one they lead to.
LOSSES = frozenset({"widening_area_m2", "other_parts_area_m2", "chamfer_area_m2"})
_DECIMALS = {"m2": 2, "m": 2}
_COUNTS_OF_STOREYS = frozenset({"storeys", "may_request_storeys"})


def layer_names(document: Mapping[str, Any]) -> dict[str, str]:
    """Titles of the overlays of an evaluation document by their layer, in the language of the page."""
    return {
        overlay["layer"]: wording.in_language(overlay["name_fa"], overlay["name_en"]) or overlay["layer"]
        for overlay in document["overlays"]
    }


@dataclass(frozen=True)
class Quantity:
    """A value as it is read: the whole part loud, the decimals quiet, the unit as a word."""

    whole: str
    decimals: str = ""
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.whole}{self.decimals} {self.unit}".strip()


@dataclass(frozen=True)
class Account:
    """One finding with its proof, and the accounts of the findings it was computed from."""

    key: str
    name: str
    quantity: Quantity | None
    state: str
    sentence: str
    formula: str
    loss: bool
    geometry: str
    rule: Mapping[str, str]
    inputs: tuple["Account", ...]

    @property
    def in_words(self) -> str:
        """The value with its unit as it is asked about: «۴ طبقه», «۲۷۵٫۰۰ متر مربع»."""
        if self.key in _COUNTS_OF_STOREYS and self.quantity and not self.quantity.unit:
            return f"{self.quantity.whole} {wording.unit('storeys')}"
        return str(self.quantity or "")

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.quantity is not None


def quantity(value: Any, unit: str | None) -> Quantity | None:
    """
    A value with its unit, areas and lengths with two decimals; None stays None.

    A zone's code or an orientation is shown as it is.
    """
    if value is None or isinstance(value, list | tuple):
        return None
    if isinstance(value, bool):
        return Quantity(_("yes") if value else _("no"))
    if isinstance(value, Mapping):
        parts = [
            f"{key} {told}"
            for key, told in ((key, quantity(entry, None)) for key, entry in value.items())
            if told
        ]
        return Quantity(wording.listed(parts)) if parts else None
    if not isinstance(value, int | float):
        return Quantity(str(value))
    if unit in _DECIMALS:
        text = wording.number(value, _DECIMALS[unit])
        mark = "." if wording.language() == "en" else "٫"
        whole, _mark, decimals = text.partition(mark)
        return Quantity(whole, mark + decimals if decimals else "", wording.unit(unit))
    return Quantity(wording.number(value), "", wording.unit(unit))


def account(
    document: Mapping[str, Any], key: str, names: Mapping[str, str] | None = None, depth: int = 4
) -> Account:
    """
    The account of one finding of an evaluation document.

    Inputs are followed `depth` steps down; `names` gives layers their titles, by default those of the
    document. A finding that is missing from the document is told as not known.
    """
    names = layer_names(document) if names is None else names
    finding = document["findings"].get(key) or {"key": key, "value": None, "unit": None, "state": "unknown"}
    inputs = (
        [name for name in finding.get("inputs") or () if not _is_no_loss(document, name)] if depth else []
    )
    value = finding["value"]
    return Account(
        key=key,
        name=wording.finding_name(key),
        quantity=None if finding["state"] == "unknown" else quantity(value, finding["unit"]),
        state=finding["state"],
        sentence=_sentence(finding, names),
        formula=wording.formula(finding.get("formula") or ""),
        loss=key in LOSSES and bool(value),
        geometry=finding.get("geometry") or "",
        rule=citation(finding.get("rule")),
        inputs=tuple(account(document, name, names, depth - 1) for name in inputs if name != key),
    )


def _is_no_loss(document: Mapping[str, Any], key: str) -> bool:
    """Whether this is something that may be taken away, and nothing is."""
    return key in LOSSES and document["findings"].get(key, {}).get("value") == 0


def _sentence(finding: Mapping[str, Any], names: Mapping[str, str]) -> str:
    said = reason_texts.reason(finding.get("reason"), names)
    if finding["state"] == "computed" or (finding["state"] == "unknown" and said):
        return said
    state = wording.STATES.get(finding["state"], finding["state"])
    return f"{_(state)}: {said}" if said else _(state)


def citation(rule: Mapping[str, Any] | None) -> dict[str, str]:
    """Rows of the rule's citation: label and text, empty ones left out."""
    if not rule:
        return {}
    since, drawn = rule.get("valid_from"), rule.get("kind") == "CORRECTED_LINE"
    source = wording.in_language(rule.get("source_title_fa", ""), rule.get("source_title_en", ""))
    rows = {
        _("Sheet") if drawn else _("Rule"): rule.get("article") or rule["code"],
        _("Version"): f"{wording.number(rule.get('version', 1))} (\u2066{rule['code']}\u2069)",
        _("Source"): source or rule.get("source_code", ""),
        _("In force since"): wording.day(date.fromisoformat(since)) if since else "",
        _("Confidence"): _(wording.CONFIDENCE.get(rule.get("confidence", "C"), "")),
    }
    return {label: text for label, text in rows.items() if text}
