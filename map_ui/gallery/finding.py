"""Walks over a city's lots until each kind has one that shows it well."""

from collections.abc import Iterator, Sequence
from datetime import date

from gis_core.constraints.findings import Evaluation
from layers.zoning.queries import standing_on
from map_ui.gallery.kinds import KINDS, Kind
from parcels.evaluation import evaluate_parcels
from parcels.inputs import Question, lots_in_force

#: Lots that are asked about together; they lie near each other.
_TOGETHER = 250
#: Well enough: no better lot is looked for.
_ENOUGH = 1.0
_NONE = (0.0, "")
#: The golden section: the step between places that come to lie all over the city, wherever one stops.
_STEP = 0.6180339887


def one_of_each(on: date, *, most: int = 5_000, kinds: Sequence[Kind] = KINDS) -> dict[str, str]:
    """
    The parcel key of the lot that shows each kind best, by the kind's key; kinds without a lot are left out.

    Looks at `most` lots at the most, spread over the city, and stops when every kind is shown well.
    """
    standing = standing_on(on)
    wanted = [kind for kind in kinds if kind.possible(standing)]
    best: dict[str, tuple[float, str]] = {}
    for lot in _spread(on, most):
        open_ones = [kind for kind in wanted if best.get(kind.key, _NONE)[0] < _ENOUGH]
        if not open_ones:
            break
        for kind in open_ones:
            score = kind.showing(lot, standing)
            if score > best.get(kind.key, _NONE)[0]:
                best[kind.key] = (score, lot.parcel_key)
                break  # a lot shows one kind only
    return {kind.key: best[kind.key][1] for kind in kinds if kind.key in best}


def _spread(on: date, most: int) -> Iterator[Evaluation]:
    """Evaluations of lots in small neighbourhoods that follow each other all over the city."""
    ids = lots_in_force(Question(on))
    parts = [ids[first : first + _TOGETHER] for first in range(0, len(ids), _TOGETHER)]
    order = sorted(range(len(parts)), key=lambda place: (place * _STEP) % 1.0)
    for place in order[: max(1, most // _TOGETHER)]:
        for answered in evaluate_parcels(parts[place], on=on):
            yield from answered.evaluations
