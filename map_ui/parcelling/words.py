"""Puts the checks of subdivision and consolidation into the words of the page's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from gis_core.constraints.dividing import Check, Divided
from map_ui import reason_texts, wording
from map_ui.parcelling.forced import proof_line, spared_line

NAMES = {
    "PARENT_AREA": gettext_noop("Area of the land that is divided"),
    "NO_GAP": gettext_noop("Land that belongs to no lot"),
    "NO_OVERLAP": gettext_noop("Land that belongs to two lots"),
    "INSIDE_PARENT": gettext_noop("Within the land"),
    "AREA_SUM": gettext_noop("Sum of the areas"),
    "LOT_AREA": gettext_noop("Area"),
    "LOT_WIDTH": gettext_noop("Width"),
    "LENGTH_TO_WIDTH": gettext_noop("Length to width"),
    "ACCESS": gettext_noop("Access"),
    "NOT_ONE_PART": gettext_noop("One piece of ground"),
    "SHARED_EDGE_TOO_SHORT": gettext_noop("Common border"),
    "PASSAGE_BETWEEN": gettext_noop("No passage between them"),
    "DIFFERENT_OWNERS": gettext_noop("One owner"),
}
FAILS = {
    "PARENT_AREA": gettext_noop(
        "%(measured)s m² after widening; land to be divided has at least %(limit)s: %(by)s m² are missing."
    ),
    "NO_GAP": gettext_noop("%(measured)s m² of the land belong to no lot and no road."),
    "NO_OVERLAP": gettext_noop("Lots or roads lie on each other over %(measured)s m²."),
    "INSIDE_PARENT": gettext_noop("%(measured)s m² lie outside what the street leaves of the land."),
    "AREA_SUM": gettext_noop("The areas together are %(measured)s m² off the area of the land."),
    "LOT_AREA": gettext_noop("%(by)s m² smaller than the least lot, %(limit)s m²."),
    "LOT_WIDTH": gettext_noop("%(by)s metres narrower than the least width, %(limit)s metres."),
    "LENGTH_TO_WIDTH": gettext_noop("%(measured)s times as long as wide; at most %(limit)s times."),
    "ACCESS": gettext_noop("%(measured)s metres on a street or road; at least %(limit)s metres are needed."),
}
MERGING = {
    "NOT_ONE_PART": (
        gettext_noop("Together they are one piece of ground."),
        gettext_noop("Together they are not one piece of ground."),
    ),
    "SHARED_EDGE_TOO_SHORT": (
        gettext_noop("Each shares more than %(limit)s metres of border with the others."),
        gettext_noop("One of them shares no more than %(limit)s metres of border with the others."),
    ),
    "PASSAGE_BETWEEN": (
        gettext_noop("No street lies between them."),
        gettext_noop("A street lies between them."),
    ),
}
OWNERS = gettext_noop("Whose they are is not asked here; lots become one only under one owner.")


@dataclass(frozen=True)
class Line:
    """One check in words: its code, name and sentence; `state` passes, fails or unknown."""

    code: str
    name: str
    sentence: str
    state: str


@dataclass(frozen=True)
class LotRow:
    """One proposed lot: its number, its measures as figures, what of it fails, and what was not asked."""

    number: str
    area: str
    frontage: str
    width: str
    access: str
    fails: tuple[Line, ...]
    spared: tuple[Line, ...]


@dataclass(frozen=True)
class DivisionSheet:
    """A judged subdivision in words: the verdict, what forces it, its checks of the whole, and its lots."""

    state: str
    verdict: str
    note: str
    whole: tuple[Line, ...]
    lots: tuple[LotRow, ...]
    shares: str
    spared: str
    proof: str


def name_of(code: str) -> str:
    """What a check is called."""
    return _(NAMES[code]) if code in NAMES else code


def sentence_of(check: Check) -> str:
    """By how much a check fails; empty where it passes."""
    if check.passes:
        return ""
    figures = {name: _figure(getattr(check, name)) for name in ("measured", "limit", "by")}
    return _(FAILS[check.code]) % figures


def division_sheet(found: Divided) -> DivisionSheet:
    """A judged subdivision as its page tells it."""
    return DivisionSheet(
        state=found.state,
        verdict=verdict_of(found),
        note=_note(found),
        whole=tuple(_line(check) for check in found.of_lot(None) if not check.passes),
        spared=spared_line(found),
        proof=proof_line(found),
        lots=tuple(_row(found, lot) for lot in range(len(found.lots))),
        shares=_shares_line(found),
    )


def verdict_of(found: Divided) -> str:
    """Whether the subdivision meets the rule, in one sentence."""
    if found.state == "unknown":
        return _("We cannot say whether this subdivision is permitted.")
    if found.state == "passes":
        count = len(found.lots)
        if found.spared:
            said = ngettext(
                "The lot meets what is asked of a forced subdivision.",
                "All %(count)s lots meet what is asked of a forced subdivision.",
                count,
            )
            return said % {"count": wording.number(count)}
        said = ngettext("The lot meets the rule.", "All %(count)s lots meet the rule.", count)
        return said % {"count": wording.number(count)}
    wrong = sorted({check.lot for check in found.checks if check.lot is not None and check.fails})
    lots = [wording.number(lot + 1) for lot in wrong]
    whole = [wording.amid(name_of(check.code)) for check in found.of_lot(None) if check.fails]
    if not lots:
        return _("This subdivision is not permitted: %(checks)s.") % {"checks": wording.listed(whole)}
    said = ngettext(
        "This subdivision is not permitted: lot %(lots)s fails.",
        "This subdivision is not permitted: lots %(lots)s fail.",
        len(lots),
    )
    return said % {"lots": wording.listed(lots)}


def _note(found: Divided) -> str:
    """What leaves the land that is divided unsure, or why nothing is judged."""
    reason = found.reason
    if reason is None:
        return ""
    said = reason_texts.reason({"code": reason.code, "args": dict(reason.args)})
    if not found.checks:
        return said
    return f"{wording.finding_name('widening_area_m2')}: {said}"


def _shares_line(found: Divided) -> str:
    """What the municipality may ask for of the land; empty where the rule asks for nothing of it."""
    if found.shares is None or found.shares.public_m2 + found.shares.passages_m2 == 0:
        return ""
    return _(
        "Of the land the municipality may ask for up to %(public_m2)s m² for public use and up to "
        "%(passages_m2)s m² for passages; at least %(remainder_m2)s m² remain."
    ) % {name: _figure(value) for name, value in vars(found.shares).items()}


def _line(check: Check) -> Line:
    state = "passes" if check.passes else "fails" if check.fails else "not_asked"
    return Line(check.code, name_of(check.code), sentence_of(check), state)


def _row(found: Divided, lot: int) -> LotRow:
    return LotRow(
        number=wording.number(lot + 1),
        area=_figure(found.area_m2[lot]),
        frontage=_figure(found.frontage_m[lot]),
        width=_figure(found.width_m[lot]),
        access=_figure(found.access_m[lot]),
        fails=tuple(_line(check) for check in found.of_lot(lot) if check.fails),
        spared=tuple(_line(check) for check in found.of_lot(lot) if not (check.passes or check.fails)),
    )


def merging_lines(reasons: Sequence[str], args: Mapping[str, float]) -> tuple[Line, ...]:
    """The checks of a consolidation; `reasons` are those that fail. Owners are not asked."""
    figures = {name: _figure(value) for name, value in args.items()}
    lines = []
    for code, (passes, fails) in MERGING.items():
        failed = code in reasons
        sentence = _(fails if failed else passes) % figures
        lines.append(Line(code, name_of(code), sentence, "fails" if failed else "passes"))
    owners = Line("DIFFERENT_OWNERS", name_of("DIFFERENT_OWNERS"), _(OWNERS), "unknown")
    return (*lines, owners)


def _figure(value: float) -> str:
    return "؟" if value != value else wording.number(round(float(value), 2))
