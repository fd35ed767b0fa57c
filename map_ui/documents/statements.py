"""Puts what the property file says into the sentences of a certificate."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import pgettext

from map_ui import wording
from map_ui.documents.paper import Statement

# By the key of the fact; the words for what it says when it is good and when it is not.
_YES_NO = {
    "record_exists": ("Property file", "exists", "does not exist", True),
    "open_violation": ("Open building violation", "on record", "none on record", False),
    "article_100": ("Open Article 100 case", "on record", "none on record", False),
    "stop_order": ("Stop order", "on record", "none on record", False),
    "debts_settled": ("Renovation levy and other debts", "settled", "not settled", True),
    "area_within_tolerance": ("Deed and survey", "agree", "differ", True),
}


def of(facts: Mapping[str, Any]) -> list[Statement]:
    """
    The statements among a decision's facts.

    `facts["record"]` maps the keys above to true or false (null: not known), may hold
    `last_certificate` {kind, number, issued_on} and `last_inspected_on`; `facts["statements"]` is a
    list of ready `{label_fa, label_en, value_fa, value_en, good}`.
    """
    record = facts.get("record") or {}
    found = [_yes_no(key, record[key]) for key in _YES_NO if key in record]
    certificate = record.get("last_certificate")
    if certificate:
        told = f"{certificate.get('kind_title') or certificate['kind']} {certificate['number']}"
        found.append(
            Statement(_said("Last certificate"), f"{wording.digits(told)} {_day(certificate['issued_on'])}")
        )
    if record.get("last_inspected_on"):
        found.append(Statement(_said("Last inspection"), _day(record["last_inspected_on"])))
    for line in facts.get("statements") or ():
        label = wording.in_language(line["label_fa"], line["label_en"])
        found.append(
            Statement(label, wording.in_language(line["value_fa"], line["value_en"]), line.get("good"))
        )
    return found


def _yes_no(key: str, value: bool | None) -> Statement:
    label, yes, no, good = _YES_NO[key]
    if value is None:
        return Statement(_said(label), _said("not known"))
    return Statement(_said(label), _said(yes if value else no), value is good)


def _day(iso: str) -> str:
    return wording.day(date.fromisoformat(iso))


def _said(text: str) -> str:
    return pgettext("paper", text)
