"""Turns an evaluation document into the parcel sheet: verdict, unknowns, numbers, choices, lists, costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from map_ui.accounts import layer_names
from map_ui.sheet.clear import clear_line, clear_things
from map_ui.sheet.concerns import concerns, doubts_of_import
from map_ui.sheet.numbers import accounts_apart, areas, head_numbers
from map_ui.sheet.parts import Cost, Place, Sheet
from map_ui.sheet.storeys import choice_note, choices
from map_ui.sheet.unknown import unknown_line, unknown_things
from map_ui.sheet.verdict import may_build, verdict, verdict_short


def sheet(
    document: Mapping[str, Any],
    place: Place,
    *,
    costs: Mapping[float, Cost] | None = None,
    storeys: float | None = None,
    doubts: Sequence[Mapping[str, Any]] = (),
) -> Sheet:
    """
    The sheet of one evaluation document (gis_core/constraints/README.md, "The document").

    `costs` gives the cost per number of storeys; `storeys` is the choice to show, the highest
    permitted one unless given. `doubts` are what the import of the lots noted on this one. What the
    document calls unknown is never left out.
    """
    names = layer_names(document)
    unknown = unknown_things(document, names)
    numbers = tuple(head_numbers(document, names))
    clear = clear_things(document)
    without_permit = document["parcel"]["status"] == "IN_PLAN"
    return Sheet(
        place=place,
        verdict=verdict(document),
        verdict_short=verdict_short(document, len(unknown)),
        verdict_known=may_build(document),
        # that no permit is given is sure; what is therefore not worked out stands in the list
        unknown_line="" if without_permit else unknown_line(unknown),
        numbers=numbers,
        areas=areas(document),
        choices=choices(document, costs or {}, storeys),
        choice_note=choice_note(document),
        unknown=unknown,
        concerns=(*concerns(document, names), *doubts_of_import(doubts)),
        clear=clear,
        clear_line=clear_line(clear),
        accounts=accounts_apart(document, numbers, names),
        without_permit=without_permit,
    )
