"""Says of each subject (`subjects.py`) whether it concerns a parcel, and what proves that it does not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from gis_core.constraints.rules import Rule, RuleSet
from layers.models import Layer
from map_ui import reason_texts, wording
from map_ui.accounts import account, layer_names, quantity
from map_ui.documents.rows import (
    Document,
    Edition,
    Row,
    Standing,
    kept_together,
    laws_of,
    map_line,
)
from map_ui.documents.sayings import SAID, plainly
from map_ui.documents.subjects import SUBJECTS, Subject
from map_ui.sheet.reading import SMALL_M2, value


def rows_of_subjects(document: Document, rules: RuleSet, editions: Mapping[str, Edition]) -> list[Row]:
    """A row for each subject, in the order in which an extract tells them."""
    return [_row(subject, document, rules, editions) for subject in SUBJECTS]


def _row(subject: Subject, document: Document, rules: RuleSet, editions: Mapping[str, Edition]) -> Row:
    own = [rule for kind in subject.kinds for rule in _holding(document, rules, kind)]
    cited = [document["findings"][key].get("rule") for key in _told(subject, document)]
    standing, lines = _judged(subject, document, own)
    edition = _edition(subject, rules, editions)
    return Row(
        key=subject.key,
        title=_(subject.title),
        standing=standing,
        lines=lines,
        laws=laws_of([*filter(None, cited), *(vars(rule.reference) for rule in _uncited(subject, own))]),
        map=map_line(edition, named=subject.key != "zoning"),
        map_source=edition.source if edition else "",
    )


def _holding(document: Document, rules: RuleSet, kind: str) -> list[Rule]:
    """Rules of a kind that hold where the parcel lies: those of its zones, otherwise those of everywhere."""
    concerned = [zone for zone in document["zones"] if zone["class"] == "CONCERNED"]
    # A parcel too small for its zone has the limits of another one, but the uses and sizes of its own.
    ruled = "code" if kind in _OF_THE_ZONE_ITSELF else "ruled_by"
    codes = [zone.get(ruled) or zone["code"] for zone in concerned]
    found = {rule.code: rule for code in codes or [""] for rule in _in_zone(rules, kind, code)}
    return list(found.values())


def _in_zone(rules: RuleSet, kind: str, code: str) -> list[Rule]:
    together = rules.together(kind, code)
    own = [rule for rule in together if rule.zone_code]
    return own or together


#: Kinds that ask in which zone a parcel lies, not whose limits hold on it.
_OF_THE_ZONE_ITSELF = frozenset({"USE", "MIN_LOT"})
#: Of these the findings already cite the one rule that gave the value.
_CITED = frozenset({"FAR", "COV", "STOREY", "DEPTH60", "SETBACK", "USE", "SUBDIV"})


def _uncited(subject: Subject, own: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in own if rule.kind not in _CITED or not subject.findings]


def _judged(subject: Subject, document: Document, own: Sequence[Rule]) -> tuple[Standing, tuple[str, ...]]:
    if not subject.findings:
        return _BY_RULES[subject.key](document, own)
    known = tuple(_known_lines(subject, document))
    unknown = tuple(_unknown_lines(subject, document))
    if unknown:
        return "unknown", (*unknown, *known)
    proof = _PROOFS.get(subject.key, _nothing_given)(document)
    if proof:
        return "clear", (proof,)
    return ("concerns", known) if known else ("unknown", (reason_texts.reason({"code": "NO_VALUE"}),))


def _told(subject: Subject, document: Document) -> list[str]:
    """The findings of a subject that a document has, with the corrected lines on which the first rests."""
    keys = [key for key in subject.findings if key in document["findings"]]
    rests_on = document["findings"][keys[0]].get("inputs") or () if keys else ()
    return keys + [key for key in rests_on if key.startswith("corrected_line")]


def _known_lines(subject: Subject, document: Document) -> Iterable[str]:
    """A line for each finding that is known, with what makes it less than sure."""
    title = f"{_(subject.title)}: "
    for key in _told(subject, document):
        finding = document["findings"][key]
        if finding["state"] == "unknown" or finding["value"] is None:
            continue
        said = SAID.get(key, plainly)(document, key)
        if not said:
            continue
        if key == subject.findings[0]:
            said = said.removeprefix(title)  # it stands at the head of the line
        told_already = finding["state"] == "computed" or _code_of(finding) == "NO_RULE"
        doubt = "" if told_already else account(document, key, depth=0).sentence
        yield f"{said} ({_bare(doubt)})" if doubt else said


def _unknown_lines(subject: Subject, document: Document) -> Iterable[str]:
    """Why parts of a subject are not known: one line for each reason, naming what it leaves open."""
    open_ones, layers = dict[str, list[str]](), layer_names(document)
    for key in subject.findings:
        finding = document["findings"].get(key)
        if finding is None:
            why = _("This version of the engine did not ask for it.")
        elif finding["state"] == "unknown":
            why = reason_texts.reason(finding.get("reason"), layers) or _("we do not know")
        elif _code_of(finding) == "NO_RULE":
            why = reason_texts.reason(finding["reason"], layers)
        else:
            continue
        open_ones.setdefault(why, []).append(wording.finding_name(key))
    for why, names in open_ones.items():
        yield f"{wording.listed(names)}: {why}".removeprefix(f"{_(subject.title)}: ")


def _code_of(finding: Mapping[str, Any]) -> str:
    return (finding.get("reason") or {}).get("code", "")


def _nothing_given(document: Document) -> str:
    return ""


def _no_widening(document: Document) -> str:
    ceded = (value(document, "widening_area_m2") or 0) + (value(document, "other_parts_area_m2") or 0)
    return "" if ceded > SMALL_M2 else _("No street takes land of this parcel.")


def _no_chamfer(document: Document) -> str:
    return "" if (value(document, "chamfer_area_m2") or 0) > SMALL_M2 else _("No corner of it is cut off.")


def _has_access(document: Document) -> str:
    return _("The parcel lies on a street.") if value(document, "access") else ""


def _areas_agree(document: Document) -> str:
    finding = document["findings"]["area_discrepancy_m2"]
    if finding["state"] != "computed" or finding["value"] is None:
        return ""
    return _("Deed and survey differ by %(area)s, which is accepted.") % {
        "area": kept_together(str(quantity(abs(finding["value"]), "m2")))
    }


def _no_light_plane(document: Document) -> str:
    held = value(document, "light_height_m") is not None or (value(document, "light_excess_m") or 0) > 0
    return "" if held else _("No light plane lies over where the building stands.")


def _no_projection(document: Document) -> str:
    return "" if value(document, "projection_m") is not None else _("No street lies before the building.")


#: What proves that a subject does not concern the parcel; without such a proof it does.
_PROOFS: Mapping[str, Callable[[Document], str]] = {
    "widening": _no_widening,
    "chamfer": _no_chamfer,
    "access": _has_access,
    "land": _areas_agree,
    "light": _no_light_plane,
    "projections": _no_projection,
}


def _by_rule(document: Document, own: Sequence[Rule], said: str) -> tuple[Standing, tuple[str, ...]]:
    return ("concerns", (said,)) if own else ("unknown", (reason_texts.reason({"code": "NO_RULE"}),))


def _least_lot(document: Document, own: Sequence[Rule]) -> tuple[Standing, tuple[str, ...]]:
    if value(document, "zone") is None:
        return "unknown", (_("It follows from the zone, which we do not know."),)
    asked = {"LOT_TOO_SMALL": "min_area_m2", "PASSAGE_TOO_NARROW": "min_passage_m"}
    lines = [
        reason_texts.reason({"code": code, "args": {param: rule.params[param]}})
        for rule in own
        for code, param in asked.items()
        if rule.params.get(param) is not None
    ]
    return _by_rule(document, own, " ".join(dict.fromkeys(lines)))


def _consolidation(document: Document, own: Sequence[Rule]) -> tuple[Standing, tuple[str, ...]]:
    return _by_rule(document, own, _("Judged when lots are proposed to be taken as one."))


def _conflicts(document: Document, own: Sequence[Rule]) -> tuple[Standing, tuple[str, ...]]:
    found = {
        key: finding["reason"]
        for key, finding in document["findings"].items()
        if _code_of(finding) == "RULES_CONFLICT"
    }
    if found:
        by_sentence: dict[str, list[str]] = {}
        for key, why in found.items():
            by_sentence.setdefault(reason_texts.reason(why), []).append(wording.finding_name(key))
        return "unknown", tuple(f"{wording.listed(named)}: {said}" for said, named in by_sentence.items())
    if value(document, "zone") is None:
        return "unknown", (_("Rules can be compared only when the zone is known."),)
    return "clear", (_("No two rules of one rank contradict each other here."),)


_BY_RULES: Mapping[str, Callable[[Document, Sequence[Rule]], tuple[Standing, tuple[str, ...]]]] = {
    "least_lot": _least_lot,
    "consolidation": _consolidation,
    "conflicts": _conflicts,
}


def _edition(subject: Subject, rules: RuleSet, editions: Mapping[str, Edition]) -> Edition | None:
    """The edition of the map that a subject rests on: the plan for zones, planned streets for widening."""
    if subject.key == "zoning":
        return next((one for one in editions.values() if one.kind == Layer.Kind.ZONING), None)
    planned = rules.of_kind("PLANNED_STREET") if subject.key == "widening" else []
    return next(
        (editions[rule.params["layer"]] for rule in planned if rule.params["layer"] in editions), None
    )


def _bare(sentence: str) -> str:
    return sentence.rstrip(".")
