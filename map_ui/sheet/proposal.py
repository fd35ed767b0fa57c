"""Puts a judged proposal into words: the verdict, and each point with what would make it pass."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis_core.constraints.findings import Reason
from gis_core.constraints.proposal import Judgement, Verdict
from map_ui import reason_texts, wording
from map_ui.accounts import layer_names

_MARKS = {"passes": "clear", "fails": "fails", "discretionary": "condition", "unknown": "unknown"}
_NOTHING_M2 = 0.005


@dataclass(frozen=True)
class Point:
    """One point of a proposal as it is read: its mark, name, what is proposed, and what there is to say."""

    key: str
    state: str
    mark: str
    name: str
    figure: str
    sentence: str
    finding: str


@dataclass(frozen=True)
class ProposalSheet:
    """The verdict on a proposal in one sentence, and its points, what fails first."""

    state: str
    verdict: str
    points: tuple[Point, ...]


def proposal_sheet(verdict: Verdict, document: Mapping[str, Any]) -> ProposalSheet:
    """What a judged proposal reads like; `document` is the evaluation it was held against."""
    names = layer_names(document)
    points = [_point(judgement, names) for judgement in verdict.judgements]
    order = ("fails", "unknown", "discretionary", "passes")
    told = sorted(points, key=lambda point: order.index(point.state))
    return ProposalSheet(verdict.state, _verdict(verdict.state, told), tuple(told))


def point_in_words(judgement: Judgement, document: Mapping[str, Any]) -> Point:
    """One judged point in the language of the page."""
    return _point(judgement, layer_names(document))


def _verdict(state: str, points: Sequence[Point]) -> str:
    names = {
        other: [wording.amid(point.name) for point in points if point.state == other] for other in _MARKS
    }
    if state == "fails":
        count = len(names["fails"])
        return ngettext(
            "This building is not permitted: %(names)s fails.",
            "This building is not permitted: %(names)s fail.",
            count,
        ) % {"names": wording.listed(names["fails"])}
    if state == "unknown":
        return (
            _("We cannot say yet whether this building is permitted: %(names)s.")
            % {"names": wording.listed(names["unknown"])}
            if points
            else _("Say what you would build, and we say whether it is permitted.")
        )
    if state == "discretionary":
        return _("This building depends on consent: %(names)s.") % {
            "names": wording.listed(names["discretionary"])
        }
    return _("This building is within every limit that you told us of.")


def _point(judgement: Judgement, names: Mapping[str, str]) -> Point:
    return Point(
        key=judgement.key,
        state=judgement.state,
        mark=_MARKS[judgement.state],
        name=_name(judgement),
        figure=_figure(judgement),
        sentence=" ".join(text for text in _sentences(judgement, names) if text),
        finding=judgement.finding or "",
    )


def _name(judgement: Judgement) -> str:
    if judgement.key == "use":
        return _("Use: %(use)s") % {"use": wording.use(judgement.proposed)}
    names = {
        "permit": _("Building permit"),
        "storeys": wording.finding_name("storeys"),
        "footprint_m2": _("Footprint"),
        "footprint_outside_m2": _("Place of the footprint"),
        "floor_area_m2": _("Floor area that counts"),
        "height_m": wording.finding_name("height_m"),
        "projection_m": wording.finding_name("projection_m"),
        "light_m": _("Neighbours' light"),
        "bays": _("Parking"),
    }
    return names[judgement.key]


def _figure(judgement: Judgement) -> str:
    """What is proposed, as it stands at the far edge of the row."""
    if judgement.key == "use":
        return _STATES_OF_USE[judgement.state]()
    if judgement.key == "footprint_outside_m2":
        return ""
    return "" if judgement.proposed is None else _amount(judgement.proposed, judgement)


_STATES_OF_USE = {
    "passes": lambda: _("permitted"),
    "discretionary": lambda: _("conditional"),
    "fails": lambda: _("forbidden"),
    "unknown": lambda: _("not known"),
}


def _sentences(judgement: Judgement, names: Mapping[str, str]) -> list[str]:
    remedy, reason = _said(judgement.remedy, names), _said(judgement.reason, names)
    if judgement.state == "fails":
        return [_excess(judgement), remedy, reason]
    if judgement.state == "passes":
        return [_within(judgement), reason]
    if judgement.key == "use" and judgement.state == "discretionary":
        return [_("The zone permits it under conditions; the municipality decides.")]
    if judgement.key == "light_m" and judgement.state == "discretionary":
        return [reason, _("The municipality is asked."), remedy]
    return [remedy, reason]


def _excess(judgement: Judgement) -> str:
    """By how much the limit is passed; empty where the remedy itself says it."""
    if judgement.key in ("use", "footprint_outside_m2") or judgement.excess is None:
        return ""
    values = {"excess": _amount(judgement.excess, judgement), "limit": _amount(judgement.limit, judgement)}
    if judgement.key == "bays":
        return _("%(excess)s missing of the %(limit)s that are needed.") % values
    return _("%(excess)s more than the %(limit)s that are permitted.") % values


def _within(judgement: Judgement) -> str:
    if judgement.key == "footprint_outside_m2":
        return _("All of it lies inside the envelope.")
    if judgement.key == "use":
        return _("The zone permits it.")
    if judgement.limit is None:
        return _("No light plane rises from this lot's borders.")
    limit = {"limit": _amount(judgement.limit, judgement)}
    if judgement.key == "bays":
        return _("%(limit)s are needed.") % limit
    return _("Up to %(limit)s is permitted.") % limit


def _amount(value: float, judgement: Judgement) -> str:
    """An amount with its unit; one that two decimals cannot show is less than the least of them."""
    if judgement.key == "storeys":
        return wording.storeys(round(value, 2))
    if judgement.key == "bays":
        return ngettext("%(count)s bay", "%(count)s bays", int(value)) % {"count": wording.number(int(value))}
    unit = wording.unit("m" if judgement.key in ("height_m", "light_m", "projection_m") else "m2")
    if 0 < value < _NOTHING_M2:
        return _("less than %(amount)s %(unit)s") % {"amount": wording.number(0.01, 2), "unit": unit}
    return f"{wording.number(round(value, 2))} {unit}"


def _said(reason: Reason | None, names: Mapping[str, str]) -> str:
    """The sentence of a reason; limits are rounded down, so that what is told really passes."""
    if reason is None:
        return ""
    args = dict(reason.args)
    if "limit" in args:
        args["limit"] = math.floor(round(args["limit"] * 100, 4)) / 100
    if "use" in args:
        args["use"] = wording.use(args["use"])
    if "uses" in args:
        args["uses"] = [wording.use(use) for use in args["uses"]]
    return reason_texts.reason({"code": reason.code, "args": args}, names)
