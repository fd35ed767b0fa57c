"""Puts what a decision states of the property's record, or why it refuses, into the lines of a paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import pgettext

from map_ui import wording
from map_ui.documents.paper import Statement
from parcels.records.models import Certificate


def of(facts: Mapping[str, Any]) -> list[Statement]:
    """
    The statements of a decision's frozen facts (`parcels.service_requests.decisions.facts_of`).

    First the reasons, when there are any; then the record: file, certificates, visits, violations,
    stop order, debts. A record that does not exist is said so; facts without one say nothing.
    """
    refused = [
        Statement(_said("Reason"), wording.in_language(reason["fa"], reason["en"]), False)
        for reason in facts.get("reasons") or ()
    ]
    if "record" not in facts:
        return refused
    if facts["record"] is None:
        return [*refused, Statement(_said("Property file"), _said("does not exist"), False)]
    return [*refused, *_of_record(facts["record"])]


def _of_record(record: Mapping[str, Any]) -> list[Statement]:
    count = len(record["open_violations"])
    debt_rial = record["debt_rial"]
    found = [Statement(_said("Property file"), wording.digits(record["file_no"]), True)]
    found += [_certificate(paper) for paper in record["papers"][:2]]
    if record["last_inspected_on"]:
        found.append(Statement(_said("Last inspection"), _day(record["last_inspected_on"])))
    found += [
        Statement(
            _said("Open building violation"),
            _said("none on record") if not count else wording.number(count),
            not count,
        ),
        Statement(
            _said("Stop order"),
            _said("on record") if record["stop_order"] else _said("none on record"),
            not record["stop_order"],
        ),
        Statement(
            _said("Renovation levy and other debts"),
            _said("settled") if not debt_rial else f"{wording.number(debt_rial)} {_said('rial')}",
            not debt_rial,
        ),
    ]
    return found


def _certificate(paper: Mapping[str, Any]) -> Statement:
    kind = (
        Certificate.Kind(paper["kind"]).label if paper["kind"] in Certificate.Kind.values else paper["kind"]
    )
    told = f"\u2068{wording.digits(paper['number'])}\u2069، {_day(paper['issued_on'])}"
    return Statement(str(kind), told if wording.language() == "fa" else told.replace("،", ","), True)


def _day(iso: str) -> str:
    return wording.day(date.fromisoformat(iso))


def _said(text: str) -> str:
    return pgettext("paper", text)
