"""Evaluates several lots as the one that they would become (تجمیع), and each of them as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from gis_core.constraints.division import Judgement, as_one_lot, judge_consolidation
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.findings import Evaluation
from gis_core.constraints.inputs import Inputs, ask
from layers.terrain import ground_m, measured
from layers.zoning.queries import standing_on
from parcels.inputs import Question, read_inputs


@dataclass(frozen=True)
class Consolidated:
    """
    Lots as they are, whether the rules let them become one, and that one lot; None where they are not one.

    Who owns them is not asked here: `judgement` takes them for lots of one owner. `limit_m`: the border that
    each must share with the others, NaN without a rule.
    """

    separate: tuple[Evaluation, ...]
    judgement: Judgement
    together: Evaluation | None
    limit_m: float


def consolidated(ids: Sequence[int], *, on: date, known_at: datetime | None = None) -> Consolidated:
    """
    Evaluate lots, by the ids of their versions, one by one and as one.

    Raises
    ------
    NotFound
        When one of them is not in force on the day as known at the instant.
    """
    question = Question(on, known_at)
    inputs = read_inputs(ids, question)
    judgement = judge_consolidation(
        inputs.lots.geometry, [""] * len(ids), inputs.around.passages.geometry, inputs.rules
    )
    rule = inputs.rules.pick("MERGE").rule
    limit_m = float("nan") if rule is None else float(rule.params["min_shared_edge_m"])
    return Consolidated(tuple(ask(inputs)), judgement, _together(inputs, question), limit_m)


def _together(inputs: Inputs, question: Question) -> Evaluation | None:
    one, around = as_one_lot(inputs.lots, inputs.around, np.arange(len(inputs.lots)))
    rasters = standing_on(question.on, known_at=question.known_at).rasters
    one = replace(
        one,
        rasters=measured(one.geometry, inputs.rules, rasters),
        ground_m=ground_m(one.geometry, inputs.rules, rasters),
    )
    north = None if inputs.north_deg is None else inputs.north_deg[:1]
    found: Evaluations = ask(replace(inputs, lots=one, around=around, north_deg=north))
    return None if found.refused else found[0]
