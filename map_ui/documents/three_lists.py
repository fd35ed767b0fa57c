"""
Puts everything an extract asks into three lists: what concerns the parcel, what does not, what is not known.

Each subject (`subjects.py`) and each layer under each of its rules stands in exactly one list;
"does not concern" needs proof.
"""

from collections.abc import Mapping

from gis_core.constraints.rules import RuleSet
from map_ui.documents.rows import Document, Edition, ThreeLists
from map_ui.documents.rows_of_layers import kinds_without_layer, rows_of_layers
from map_ui.documents.rows_of_subjects import rows_of_subjects


def three_lists(document: Document, rules: RuleSet, editions: Mapping[str, Edition]) -> ThreeLists:
    """
    The three lists of an evaluation document, in the language of the page.

    `rules`: those that were in force, as known at the document's instant; `editions`: the layers' by key.
    """
    rows = [
        *rows_of_subjects(document, rules, editions),
        *rows_of_layers(document, editions),
        *kinds_without_layer(document),
    ]
    return ThreeLists(
        concerns=tuple(row for row in rows if row.standing == "concerns"),
        clear=tuple(row for row in rows if row.standing == "clear"),
        unknown=tuple(row for row in rows if row.standing == "unknown"),
    )
