"""Judges what rasters say of lots: slope, depth of water; applies, does not apply, borderline or unknown."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.constraints.findings import Reason
from gis_core.constraints.plane import EMPTY, Floats, Shapes
from gis_core.constraints.restrictions import LayerJudgement
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.silence import Silence
from gis_core.constraints.values import Lots, Surroundings

#: Which of the measured values a rule compares with its limit.
STATISTICS = {"MEAN": "mean", "MAXIMUM": "maximum", "SHARE_ABOVE": "share_above"}


def judge_ground(
    lots: Lots, net: Shapes, around: Surroundings, rules: RuleSet, silences: Silence
) -> list[LayerJudgement]:
    """
    Judge every RASTER rule on lots (n,), by what was measured under them (`Lots.rasters`).

    A lot's measurements are `mean`, `maximum`, `share_above`, `known_share_above` and `unknown_share` by
    the rule's code. A share without data leaves the lot unknown, unless what is known is enough.
    """
    return [_judged(rule, lots, net, around, silences) for rule in rules.of_kind("RASTER")]


def _judged(rule: Rule, lots: Lots, net: Shapes, around: Surroundings, silences: Silence) -> LayerJudgement:
    params, layer = rule.params, around.layers.get(rule.params["layer"])
    told = _told(lots, rule.code)
    limit = _limit(params)
    value, surely = _column(told, STATISTICS[params["statistic"]]), _column(told, "known_share_above")
    margin = float(params.get("margin", 0.0))
    silence = silences.of(layer)
    no_data = np.isnan(value)
    if params["statistic"] == "SHARE_ABOVE":
        value = np.where(no_data & (surely > limit + margin), surely, value)
        no_data = np.isnan(value)
    heard = np.array([why is None or why.code == "EXTENT_UNKNOWN" for why in silence], dtype=bool)
    silence[heard] = None  # a cell with data is its own extent
    for unread in (no_data & heard).nonzero()[0]:
        silence[unread] = Reason("NO_DATA", {"unknown_percent": _percent(told[unread])})
    applies = heard & ~no_data & (value > limit + margin)
    near = heard & ~no_data & ~applies & (margin > 0) & (value >= limit - margin)
    lot = (applies | near).nonzero()[0].astype(np.int64)
    return LayerJudgement(
        layer=params["layer"],
        params=params,
        rule=rule,
        known=layer,
        lot=lot,
        feature=np.full(len(lot), -1, dtype=np.int64),
        state=np.where(applies[lot], "applies", "borderline").astype(object),
        reason=_reasons(value[lot], limit, params),
        overlap=_held(net[lot], applies[lot]),
        overlap_m2=np.where(applies[lot], _share(told, lot, params) * shapely.area(net[lot]), 0.0),
        width_m=np.full(len(lot), np.nan),
        distance_m=np.zeros(len(lot)),
        height_m=np.full(len(lot), np.nan),
        silence=silence,
    )


def _limit(params: Mapping[str, Any]) -> float:
    """What the value is compared with: the limit itself, or the share that may lie above it."""
    return float(params.get("share", 0.0) if params["statistic"] == "SHARE_ABOVE" else params["above"])


def _told(lots: Lots, code: str) -> list[Mapping[str, Any]]:
    if not len(lots.rasters):
        return [{}] * len(lots)
    return [measured.get(code, {}) for measured in lots.rasters]


def _column(told: list[Mapping[str, Any]], name: str) -> Floats:
    values = [measured.get(name) for measured in told]
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _percent(measured: Mapping[str, Any]) -> float:
    return round(100.0 * float(measured.get("unknown_share", 1.0)), 1)


def _share(told: list[Mapping[str, Any]], lot: NDArray[np.int64], params: Mapping[str, Any]) -> Floats:
    """The part of each lot that the restriction holds: the share above, or all of it."""
    if params["statistic"] != "SHARE_ABOVE":
        return np.ones(len(lot))
    return np.nan_to_num(_column(told, "known_share_above")[lot])


def _held(net: Shapes, applies: NDArray[np.bool_]) -> Shapes:
    """The ground that is held: a share of cells has no shape of its own, so it is the whole lot."""
    held = net.copy()
    held[~applies] = EMPTY
    return held


def _reasons(value: Floats, limit: float, params: Mapping[str, Any]) -> NDArray[np.object_]:
    share = params["statistic"] == "SHARE_ABOVE"
    scale, unit = (100.0, "%") if share else (1.0, str(params.get("unit", "")))
    told = [
        Reason(
            "RASTER_ABOVE", {"found": round(scale * one, 3), "permitted": scale * limit, "measured_in": unit}
        )
        for one in value.tolist()
    ]
    reasons = np.empty(len(told), dtype=object)
    reasons[:] = told
    return reasons
