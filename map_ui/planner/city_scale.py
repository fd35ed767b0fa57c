"""Divides what a map of the city shows into classes, each with a colour that every eye tells apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from map_ui import wording

#: Five steps from light to dark, told apart by every kind of colour sight and in grey (ColorBrewer YlGnBu).
BLUES = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
#: The same for shares that one would rather have small (ColorBrewer YlOrBr).
BROWNS = ("#fff7d6", "#fed98e", "#fe9929", "#d95f0e", "#7f2704")
_SHARES = (0.0, 10.0, 25.0, 50.0)
_STEP = 10.0


@dataclass(frozen=True)
class Lens:
    """One map of the city: its key, its name, the number of a block or lot that it colours, its colours."""

    key: str
    title: str
    field: str
    colours: tuple[str, ...]


LENSES: Mapping[str, Lens] = {
    lens.key: lens
    for lens in (
        Lens("density", gettext_noop("Allowed density"), "far_percent", BLUES),
        Lens("floor_area", gettext_noop("Reachable floor area"), "reachable_percent", BLUES),
        Lens("unknown", gettext_noop("Not known"), "unknown_percent", BROWNS),
        Lens("conflicts", gettext_noop("Contradictions"), "conflict_percent", BROWNS),
    )
}


@dataclass(frozen=True)
class ScaleClass:
    """One class of a map: its colour, its words, how many blocks are of it."""

    colour: str
    title: str
    blocks: int


def breaks_of(lens: Lens, values: Sequence[float]) -> tuple[float, ...]:
    """
    Upper ends of all classes but the last; a value on an end belongs to the class below it.

    Shares have the same ends in every city; percentages of land are divided so that each class has about as
    many of the values that occur (rounded to tens), however often one of them does.

    Examples
    --------
    >>> breaks_of(LENSES["density"], [120, 180, 180, 180, 240, 240, 300, 360])
    (120.0, 180.0, 240.0, 300.0)
    >>> breaks_of(LENSES["unknown"], [3.0])
    (0.0, 10.0, 25.0, 50.0)
    """
    if lens.field in ("unknown_percent", "conflict_percent"):
        return _SHARES
    if not len(values):
        return ()
    occurring = np.unique(np.ceil(np.asarray(values, dtype=float) / _STEP) * _STEP)
    ends = np.quantile(occurring, (0.2, 0.4, 0.6, 0.8), method="lower")
    return tuple(float(end) for end in np.unique(ends) if end < max(values))


def classes_of(lens: Lens, values: Sequence[float], breaks: Sequence[float]) -> list[ScaleClass]:
    """The classes of a map, the lowest first, in the words of the page."""
    place = np.searchsorted(np.asarray(breaks, dtype=float), np.asarray(values, dtype=float), side="left")
    return [
        ScaleClass(lens.colours[number], _words(breaks, number), int((place == number).sum()))
        for number in range(len(breaks) + 1)
    ]


def _words(breaks: Sequence[float], number: int) -> str:
    if not breaks:
        return _("all")
    if number == len(breaks):
        return _("above %(least)s percent") % {"least": wording.number(breaks[-1])}
    if number == 0:
        if breaks[0] == 0:
            return _("none")
        return _("up to %(most)s percent") % {"most": wording.number(breaks[0])}
    return _("above %(least)s up to %(most)s percent") % {
        "least": wording.number(breaks[number - 1]),
        "most": wording.number(breaks[number]),
    }
