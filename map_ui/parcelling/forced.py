"""Tells of a forced subdivision (تفکیک قهری): what may force it, who may ask for it, what proves it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gis_core.constraints.dividing import Divided, grounds_here
from gis_core.constraints.parcelling import GROUNDS
from map_ui import wording
from map_ui.parcelling.judging import Land

_NAMES = {
    "STREET": gettext_noop("A street cuts the land"),
    "COURT": gettext_noop("A court has ordered the division"),
    "INHERITANCE": gettext_noop("Heirs divide what they inherited"),
}
_AS_SAID = {
    "STREET": gettext_noop("as you say that a street cuts the land"),
    "COURT": gettext_noop("as you say that a court has ordered the division"),
    "INHERITANCE": gettext_noop("as you say that heirs divide what they inherited"),
}
_WHO = {
    "STREET": gettext_noop("The owner may ask."),
    "COURT": gettext_noop("Whoever the judgment names may ask, or their lawyer."),
    "INHERITANCE": gettext_noop("Any of the heirs may ask, or their lawyer."),
}
_PROOF = {
    "STREET": gettext_noop("the municipality’s record of the street’s line, and the deed"),
    "COURT": gettext_noop("the final judgment, or the registry’s decision of partition, and the deed"),
    "INHERITANCE": gettext_noop("the certificate of inheritance, and the deed"),
}


@dataclass(frozen=True)
class Ground:
    """Something that may force a subdivision, in words."""

    code: str
    name: str
    who: str
    proof: str


def ground_of(code: str) -> Ground:
    """A ground in words."""
    return Ground(code, _(_NAMES[code]), _(_WHO[code]), _(_PROOF[code]))


def grounds_of(held: Land) -> list[Ground]:
    """What may force a subdivision of this land under its rule, as the page offers it."""
    here = grounds_here(held.evaluations, 0)
    return [ground_of(code) for code in GROUNDS if code in here]


def spared_line(found: Divided) -> str:
    """Whether sizes were asked of a subdivision that is said to be forced; empty where nothing forces it."""
    if not found.ground:
        return ""
    said = {"said": _(_AS_SAID[found.ground])}
    if found.spared:
        return _("A forced subdivision: sizes were not asked, %(said)s.") % said
    if found.rule is None:
        return ""
    return _("The rule here asks for sizes all the same; they were asked.")


def proof_line(found: Divided) -> str:
    """What must be shown for a forced subdivision to count; empty where none counts."""
    if not found.spared:
        return ""
    ground = ground_of(found.ground)
    said = _("It counts only with: %(proof)s. %(who)s") % {"proof": ground.proof, "who": ground.who}
    if found.ground != "STREET" or found.street_cuts:
        return said
    none_known = _("The streets that we know of leave the land in one piece, so the papers must show it.")
    return f"{said} {none_known}"


def cut_off_line(held: Land) -> str:
    """What a street of the plan cuts off beside the part that is divided; empty where it cuts nothing off."""
    finding: dict[str, Any] = held.document["findings"]["other_parts_area_m2"]
    if not finding["value"] or "STREET" not in grounds_here(held.evaluations, 0):
        return ""
    return _(
        "A street of the plan cuts %(area)s m² more off. That is a forced subdivision: no size is asked of "
        "the pieces as the street leaves them."
    ) % {"area": wording.number(round(finding["value"], 2))}
