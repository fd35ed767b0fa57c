"""Holds a whole question to the engine, lots and all that their answer rests on, and puts it to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import shapely

from gis_core.constraints.evaluate import evaluate
from gis_core.constraints.evaluations import Evaluations
from gis_core.constraints.plane import Floats
from gis_core.constraints.rules import Rule, RuleSet
from gis_core.constraints.values import Layer, Lots, Surroundings


@dataclass(frozen=True)
class Inputs:
    """
    Everything that the evaluation of some lots rests on; the engine needs nothing else.

    `origin`: the point of the city near which is computed. `north_deg` (n,): grid convergence of each lot,
    where the rules ask for true north.
    """

    lots: Lots
    around: Surroundings
    rules: RuleSet
    on: date
    known_at: datetime
    origin: tuple[float, float]
    north_deg: Floats | None = None


def ask(inputs: Inputs) -> Evaluations:
    """The engine's answer; the same function for a click, for a whole city and for a check years later."""
    return evaluate(
        inputs.lots,
        inputs.around,
        inputs.rules,
        on=inputs.on,
        known_at=inputs.known_at,
        origin=inputs.origin,
        north_deg=inputs.north_deg,
    )


def rule_rows(rules: RuleSet) -> list[dict[str, Any]]:
    """
    Rules as JSON objects, in the order of the set.

    Examples
    --------
    >>> held = RuleSet.on_day([Rule("A", "FAR", {"far_percent": 240}, "R121")], date(2026, 11, 21))
    >>> rules_from(rule_rows(held), date(2026, 11, 21)) == held
    True
    """
    return [{**_row(rule), "params": dict(rule.params)} for rule in rules.rules]


def rules_from(rows: Sequence[Mapping[str, Any]], on: date) -> RuleSet:
    """The rules that such objects tell, as they hold on the day."""
    periods = ("valid_from", "valid_to")
    return RuleSet.on_day([Rule(**{**row, **{key: _day(row[key]) for key in periods}}) for row in rows], on)


def layer_row(layer: Layer) -> dict[str, Any]:
    """
    A layer as a JSON object; its extent as WKB in hexadecimal figures.

    Examples
    --------
    >>> layer_from(layer_row(Layer("canals", surveyed_on=date(2020, 3, 1)))).surveyed_on
    datetime.date(2020, 3, 1)
    """
    extent = layer.surveyed_extent
    return {**_row(layer), "surveyed_extent": None if extent is None else shapely.to_wkb(extent, hex=True)}


def layer_from(row: Mapping[str, Any]) -> Layer:
    """The layer that such an object tells."""
    extent = row["surveyed_extent"]
    shape = None if extent is None else shapely.from_wkb(extent)
    return Layer(**{**row, "surveyed_extent": shape, "surveyed_on": _day(row["surveyed_on"])})


def _row(value: Any) -> dict[str, Any]:
    held = {entry.name: getattr(value, entry.name) for entry in fields(value)}
    return {key: each.isoformat() if isinstance(each, date) else each for key, each in held.items()}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
